/** From commands of `@effect/platform` to a command line for the shell of a session. */
import type * as Command from "@effect/platform/Command"
import * as Equal from "effect/Equal"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { quote, quoteAll } from "../../quote.js"

export type Commands = readonly [Command.StandardCommand, ...ReadonlyArray<Command.StandardCommand>]

/** As Node names a command in its errors. */
export const nameOf = (commands: ReadonlyArray<Command.StandardCommand>): string =>
  commands.map(({ args, command }) => `${command} ${args.join(" ")}`).join(" | ")

/** The program and its arguments; what a shell shall run is an argument of that shell. */
const wordsOf = ({ args, command, shell }: Command.StandardCommand): ReadonlyArray<string> =>
  shell === false ? [command, ...args] : [shell === true ? "sh" : shell, "-c", [command, ...args].join(" ")]

export interface Located {
  readonly program: string
  /** Empty: where the session starts. */
  readonly cwd: string
  /** Empty: that of the session. */
  readonly path: string
}

/** What has to be there for a command to start. Without an environment, programs are sought in two places. */
export const locate = (command: Command.StandardCommand): Located => ({
  program: wordsOf(command)[0] ?? "",
  cwd: Option.getOrElse(command.cwd, () => ""),
  path: Option.getOrElse(HashMap.get(command.env, "PATH"), () => (command.extendEnv ? "" : "/bin:/usr/bin"))
})

const isName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)

const assign = ([name, value]: readonly [string, string]): string =>
  isName(name) ? `${name}=${quote(value)}` : quote(`${name}=${value}`)

/** `export` cannot say every name, `env` can. */
const surrounded = (command: Command.StandardCommand, before: string): string => {
  const entries = HashMap.toEntries(command.env)
  const words = quoteAll(wordsOf(command))
  if (!command.extendEnv) return `${before}env -i ${entries.map(assign).join(" ")} ${words}`
  const plain = entries.filter(([name]) => isName(name)).map(assign)
  const odd = entries.filter(([name]) => !isName(name)).map(assign)
  return [
    ...(plain.length === 0 ? [] : [`export ${plain.join(" ")}; `]),
    before,
    ...(odd.length === 0 ? [] : [`env ${odd.join(" ")} `]),
    words
  ].join("")
}

const part = (command: Command.StandardCommand, sharesEnvironment: boolean, before: string): string => {
  const directory = Option.match(command.cwd, {
    onNone: () => "",
    onSome: (cwd) => `CDPATH= cd -- ${quote(cwd)} && `
  })
  const rest = sharesEnvironment ? `${before}${quoteAll(wordsOf(command))}` : surrounded(command, before)
  return directory === "" || sharesEnvironment ? directory + rest : `${directory}{ ${rest}; }`
}

export interface Line {
  readonly line: string
  /** What the session itself passes on, which keeps values out of the command line. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * Only the last one has an error output that can be read, as with Node. `PATH` is for the command alone: the session
 * needs its own; and a shell drops variables whose names it cannot say.
 */
export const lineOf = ([first, ...others]: Commands): Line => {
  const isShared =
    first.extendEnv &&
    HashMap.every(first.env, (_, name) => isName(name) && name !== "PATH") &&
    others.every(({ env, extendEnv }) => extendEnv && Equal.equals(env, first.env))
  return {
    env: isShared ? Object.fromEntries(first.env) : {},
    line:
      others.length === 0
        ? part(first, isShared, "exec ")
        : [first, ...others].map((command) => `(${part(command, isShared, "")})`).join(" 2>/dev/null | ")
  }
}
