/** The shell commands of a session. */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import * as fs from "node:fs/promises"
import { constants } from "node:os"
import { absolute, home } from "./agent-files.mjs"
import { Output, settle } from "./output.mjs"
import { Refusal } from "./refusal.mjs"

/** Programs that write `sh` mean bash more often than not, so bash it is where the host has one. */
export const shell = ["/bin/bash", "/usr/bin/bash"].find((path) => existsSync(path)) ?? "/bin/sh"

/**
 * Ends a process and its group with a signal it cannot refuse (or the one given).
 *
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
export const signalGroup = (child, signal = "SIGKILL") => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group is gone, or the process has not yet made it: the process itself is still ours.
    child.kill(signal)
  }
}

/** Node.js knows no longer timer than this, some 24 days; a JSON `null` stands for `Infinity`. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * @param {number | null} timeoutMs
 * @param {() => void} action
 */
export const after = (timeoutMs, action) =>
  timeoutMs === null || timeoutMs > LONGEST_TIMER_MS ? undefined : setTimeout(action, timeoutMs)

/** @param {Record<string, string> | undefined} variables */
const environment = (variables) => {
  for (const [name, value] of Object.entries(variables ?? {})) {
    if (name === "" || /[=\0]/.test(name) || value.includes("\0")) {
      throw new Refusal("Invalid", `not an environment variable: ${JSON.stringify(name)}`)
    }
  }
  return { ...process.env, ...variables }
}

/** @param {string | undefined} cwd */
export const workingDirectory = async (cwd) => {
  const path = cwd === undefined ? home : absolute(cwd)
  if (!(await fs.stat(path)).isDirectory()) throw new Refusal("NotDirectory", "not a directory", path)
  return path
}

/**
 * @param {{ command: string, cwd?: string, env?: Record<string, string>, timeoutMs: number | null }} request
 * @param {AbortSignal} abort
 * @returns {Promise<import("./agent.mjs").Answer>}
 */
export const runCommand = async ({ command, cwd, env, timeoutMs }, abort) => {
  if (command.includes("\0")) throw new Refusal("Invalid", "a command may not contain a zero byte")
  const options = { cwd: await workingDirectory(cwd), env: environment(env) }
  if (abort.aborted) throw new Refusal("Stopped", "cancelled")
  const child = spawn(shell, ["-c", command], {
    ...options,
    // A group of its own, so that one signal reaches everything the command started in the foreground.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"]
  })
  const stdout = new Output(child.stdout)
  const stderr = new Output(child.stderr)
  let timedOut = false
  const timer = after(timeoutMs, () => {
    timedOut = true
    signalGroup(child)
  })
  const kill = () => signalGroup(child)
  abort.addEventListener("abort", kill)
  try {
    const status = await /** @type {Promise<number>} */ (
      new Promise((done, fail) => {
        child.once("error", fail)
        child.once("exit", (code, signal) =>
          done(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
        )
      })
    )
    clearTimeout(timer)
    // Whatever still holds the pipes runs in the background: its later output is read and dropped.
    await settle([stdout, stderr])
    const out = stdout.take()
    const err = stderr.take()
    return {
      ok: { exitCode: timedOut ? -1 : status, timedOut, stdoutBytes: out.size, stderrBytes: err.size },
      body: [...out.pieces, ...err.pieces]
    }
  } finally {
    clearTimeout(timer)
    abort.removeEventListener("abort", kill)
  }
}
