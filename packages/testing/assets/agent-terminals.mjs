/** The terminals of a session: programs behind a pseudo-terminal, which Python makes. */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { shell as defaultShell, workingDirectory } from "./agent-commands.mjs"
import { findProgram, isProgram } from "./programs.mjs"
import { Refusal } from "./refusal.mjs"

const helper = fileURLToPath(new URL("terminal.py", import.meta.url))

/** What `wait` tells of a program that was killed. */
const KILLED = -9

/**
 * @typedef {{
 *   child: import("node:child_process").ChildProcess,
 *   sizes: import("node:stream").Writable,
 *   kill: () => void
 * }} Terminal
 */

/** @type {Map<number, Terminal>} */
const terminals = new Map()

/**
 * Runs a program in a terminal until it ends, and tells what the terminal shows.
 *
 * @param {{
 *   terminal: number, cols: number, rows: number, cwd?: string, env: Record<string, string>, shell?: string
 * }} request
 * @param {AbortSignal} abort
 * @param {import("./agent.mjs").Tell} tell
 * @returns {Promise<import("./agent.mjs").Answer>}
 */
export const runTerminal = async ({ cols, cwd, env, rows, shell = defaultShell, terminal }, abort, tell) => {
  const python = findProgram("python3")
  if (python === undefined) {
    throw new Refusal("Missing", "terminals need python3, which is not installed (apt-get install python3)")
  }
  const program = shell.includes("/") ? shell : (findProgram(shell) ?? shell)
  if (!existsSync(program) || !isProgram(program)) throw new Refusal("NotFound", "no such program", shell)
  const directory = await workingDirectory(cwd)
  if (abort.aborted) throw new Refusal("Stopped", "cancelled")
  const child = spawn(python, ["-u", helper, String(cols), String(rows), program], {
    cwd: directory,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "ignore", "pipe"]
  })
  const { stdin, stdio, stdout } = child
  const sizes = /** @type {import("node:stream").Writable} */ (stdio[3])
  let killed = false
  const kill = () => {
    killed = true
    child.kill("SIGTERM")
  }
  sizes.on("error", () => {})
  stdin?.on("error", () => {})
  terminals.set(terminal, { child, sizes, kill })
  abort.addEventListener("abort", kill)
  try {
    tell({ started: true })
    stdout?.on("data", (piece) => tell({ shown: true }, [piece]))
    const code = await /** @type {Promise<number | null>} */ (
      new Promise((done, fail) => {
        child.once("error", fail)
        // "close" rather than "exit": what was shown last is told first.
        child.once("close", done)
      })
    )
    return { ok: { exitCode: killed || code === null ? KILLED : code } }
  } finally {
    abort.removeEventListener("abort", kill)
    terminals.delete(terminal)
  }
}

/** @param {{ terminal: number }} request @param {Buffer} body */
export const typeIn = async ({ terminal }, body) => {
  // What a program does not read waits in the pipe, and here; the frame that follows must not wait for it.
  terminals.get(terminal)?.child.stdin?.write(Buffer.from(body))
  return { ok: null }
}

/** @param {{ terminal: number, cols: number, rows: number }} request */
export const resizeTerminal = async ({ cols, rows, terminal }) => {
  terminals.get(terminal)?.sizes.write(`${cols} ${rows}\n`)
  return { ok: null }
}

/** @param {{ terminal: number }} request */
export const killTerminal = async ({ terminal }) => {
  terminals.get(terminal)?.kill()
  return { ok: null }
}
