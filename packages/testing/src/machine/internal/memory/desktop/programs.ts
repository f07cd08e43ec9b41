/** The processes of a desktop: which run, and which commands start or stop them. */
import type { DesktopProcess } from "../../../Desktop.js"

const firstPid = 1001

/** What runs before anything is started. */
const session: ReadonlyArray<DesktopProcess> = [
  { name: "init", pid: 1, commandLine: "/sbin/init" },
  { name: "desktop-session", pid: 200, commandLine: "/usr/bin/desktop-session" }
]

/** The words of a command; quotes keep blanks together. */
const wordsOf = (command: string): ReadonlyArray<string> =>
  Array.from(command.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g), ([word]) => word.replace(/["']/g, ""))

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

export type Stopping =
  | { readonly _tag: "Pid"; readonly pid: number }
  | { readonly _tag: "Name"; readonly name: string }
  | { readonly _tag: "Unknown" }

/** What a command stops: `pkill name`, `killall name` and `kill pid`, with or without options. */
export const readStop = (command: string): Stopping => {
  const [first = "", ...rest] = wordsOf(command)
  const target = rest.filter((word) => !word.startsWith("-")).at(0)
  if (target === undefined) return { _tag: "Unknown" }
  switch (baseName(first)) {
    case "pkill":
    case "killall":
      return { _tag: "Name", name: target }
    case "kill":
      return /^\d+$/.test(target) ? { _tag: "Pid", pid: Number(target) } : { _tag: "Unknown" }
    default:
      return { _tag: "Unknown" }
  }
}

export interface Programs {
  readonly all: () => ReadonlyArray<DesktopProcess>
  /** None for a command without a program. */
  readonly start: (command: string) => DesktopProcess | undefined
  /** False for a process that is not there, or belongs to the session. */
  readonly stop: (pid: number) => boolean
}

export const makePrograms = (): Programs => {
  let running: ReadonlyArray<DesktopProcess> = []
  let started = 0
  return {
    all: () => [...session, ...running],
    start: (command) => {
      const name = baseName(wordsOf(command)[0] ?? "")
      if (name === "") return undefined
      const process = { name, pid: firstPid + started, commandLine: command.trim() }
      started += 1
      running = [...running, process]
      return process
    },
    stop: (pid) => {
      const before = running.length
      running = running.filter((process) => process.pid !== pid)
      return running.length < before
    }
  }
}
