/** The applications of the desktop: which there are, and starting them. */
import { spawn } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { runCommand, shell, workingDirectory } from "./agent-commands.mjs"
import { until } from "./agent-desktop-tools.mjs"
import { activeId, clientIds, windowPid, windowPids } from "./agent-desktop-windows.mjs"
import { home } from "./agent-files.mjs"
import { family, processes } from "./agent-processes.mjs"
import { findProgram, isProgram } from "./programs.mjs"
import { Refusal } from "./refusal.mjs"

/** A program that shows no window by then has none, or is slow: it goes on. */
const WINDOW_LIMIT_MS = 10_000
/** A new window has the focus at once, unless it does not want it. */
const FOCUS_LIMIT_MS = 3_000
/** So much of what a program says is kept for the message when it fails at once. */
const SAID_KEPT = 2_000
const STOP_LIMIT_MS = 30_000

/** Earlier directories come before later ones; a file of the same name in a later one does not count. */
const menus = [
  join(home, ".local/share/applications"),
  "/usr/local/share/applications",
  "/usr/share/applications"
]

/**
 * The group `[Desktop Entry]` of a file of the desktop entry specification.
 *
 * @param {string} content
 */
const parseEntry = (content) => {
  const [, after = ""] = content.split(/^\[Desktop Entry\][ \t\r]*$/m)
  const [group = ""] = after.split(/^\[/m)
  const lines = group.matchAll(/^([A-Za-z0-9-]+)[ \t]*=[ \t]*(.*?)[ \t\r]*$/gm)
  /** @type {Record<string, string>} */
  const escapes = { s: " ", n: "\n", t: "\t", r: "\r", "\\": "\\" }
  return new Map(
    [...lines].map(([, key = "", value = ""]) => [
      key,
      value.replace(/\\([sntr\\])/g, (_, letter) => escapes[letter] ?? "")
    ])
  )
}

/** @param {string} word */
const quoted = (word) => (/^[\w./+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

/**
 * An application as the menu or the desktop shows it, or nothing where the file hides it.
 *
 * @param {string} content of a `.desktop` file
 * @param {"startMenu" | "desktop"} shownIn
 * @param {(program: string) => boolean} isInstalled
 */
export const readApplication = (content, shownIn, isInstalled) => {
  const entry = parseEntry(content)
  const [name, command] = [entry.get("Name"), entry.get("Exec")]
  if (entry.get("Type") !== "Application" || !name || !command) return undefined
  if (entry.get("Hidden") === "true" || entry.get("NoDisplay") === "true") return undefined
  const required = entry.get("TryExec")
  if (required !== undefined && !isInstalled(required)) return undefined
  // Field codes stand for files to open, the icon and the like: there are none.
  const start = command.replace(/%(.)/g, (_, code) => (code === "%" ? "%" : "")).trim()
  const program = /^(?:env +(?:\w+=\S* +)*)?(?:"([^"]+)"|(\S+))/.exec(start)
  const process = basename(program?.[1] ?? program?.[2] ?? "").slice(0, 15)
  const pattern = process.replace(/[^\w-]/g, (letter) => `\\${letter}`)
  const categories = (entry.get("Categories") ?? "").split(";")
  return {
    name,
    startCommand: entry.get("Terminal") === "true" ? `x-terminal-emulator -e ${start}` : start,
    stopCommand: `pkill -x -- ${quoted(pattern)}`,
    workDirectory: entry.get("Path") ?? "",
    shownIn,
    isSystem:
      categories.includes("Settings") ||
      (categories.includes("System") && !categories.includes("TerminalEmulator"))
  }
}

/** @param {string} program a name, or a path */
const isInstalled = (program) =>
  program.startsWith("/") ? isProgram(program) : findProgram(program) !== undefined

/**
 * @param {readonly string[]} directories
 * @param {"startMenu" | "desktop"} shownIn
 */
const applicationsIn = (directories, shownIn) => {
  /** @type {Map<string, string>} */
  const files = new Map()
  for (const directory of directories) {
    try {
      for (const name of readdirSync(directory).sort()) {
        if (name.endsWith(".desktop") && !files.has(name)) files.set(name, join(directory, name))
      }
    } catch {
      // A directory that is not there, or cannot be read, shows nothing.
    }
  }
  return [...files.values()].flatMap((path) => {
    try {
      return readApplication(readFileSync(path, "utf8"), shownIn, isInstalled) ?? []
    } catch {
      return []
    }
  })
}

export const installedApplications = () => [
  ...applicationsIn(menus, "startMenu"),
  ...applicationsIn([join(home, "Desktop")], "desktop")
]

/**
 * Starts a program, and waits until it shows a window, has ended, or has had its time.
 *
 * @param {{ command: string, workDirectory?: string }} request
 * @param {boolean} takesFocus whether a new window does
 */
export const startApplication = async ({ command, workDirectory }, takesFocus) => {
  if (command.includes("\0") || command.trim() === "") {
    throw new Refusal("Invalid", "a command to start may neither be empty nor contain a zero byte")
  }
  const cwd = await workingDirectory(workDirectory === "" ? undefined : workDirectory)
  const before = new Set(await clientIds())
  const child = spawn(shell, ["-c", command], { cwd, detached: true, stdio: ["ignore", "ignore", "pipe"] })
  let said = ""
  child.stderr.on("error", () => {})
  child.stderr.on("data", (chunk) => {
    said = (said + chunk).slice(-SAID_KEPT)
  })
  const leader = await /** @type {Promise<number>} */ (
    new Promise((done, fail) => {
      child.once("spawn", () => done(child.pid ?? 0))
      child.once("error", fail)
    })
  )
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  /** @type {number | undefined} */
  let shown
  await until(async () => {
    const opened = (await clientIds()).filter((id) => !before.has(id))
    const members = opened.length === 0 ? [] : family(leader)
    for (const id of opened) {
      const pid = await windowPid(id)
      if (pid === undefined || members.some((member) => member.pid === pid)) shown = id
    }
    return shown !== undefined || hasEnded()
  }, WINDOW_LIMIT_MS)
  if (shown === undefined && hasEnded() && child.exitCode !== 0) throw refusal(child, command, said)
  if (shown !== undefined && takesFocus) await until(async () => (await activeId()) === shown, FOCUS_LIMIT_MS)
  return family(leader)
}

/**
 * @param {{ exitCode: number | null, signalCode: string | null }} child
 * @param {string} command
 * @param {string} said
 */
const refusal = ({ exitCode, signalCode }, command, said) => {
  const how = signalCode ?? `exit code ${exitCode}`
  const reason = exitCode === 127 ? "NotFound" : exitCode === 126 ? "PermissionDenied" : "Unknown"
  return new Refusal(reason, `${command} ended at once (${how})${said === "" ? "" : `: ${said.trim()}`}`)
}

/**
 * @param {{ command: string }} request
 * @param {AbortSignal} abort
 */
export const stopByCommand = async ({ command }, abort) => {
  const { body = [], ok } = await runCommand({ command, timeoutMs: STOP_LIMIT_MS }, abort)
  const { exitCode, timedOut } = /** @type {{ exitCode: number, timedOut: boolean }} */ (ok)
  if (exitCode === 0) return
  const how = timedOut ? `no end within ${STOP_LIMIT_MS / 1000} s` : `exit code ${exitCode}`
  const said = Buffer.concat(body).toString("utf8").trim().slice(-SAID_KEPT)
  const reason = exitCode === 127 ? "NotFound" : "Unknown"
  throw new Refusal(reason, `${command} failed (${how})${said === "" ? "" : `: ${said}`}`)
}

export const visibleProcesses = async () => {
  const pids = await windowPids()
  return processes().filter(({ pid }) => pids.has(pid))
}
