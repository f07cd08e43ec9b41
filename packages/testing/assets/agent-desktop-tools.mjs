/** How the desktop is led: programs of the X Window System which are run to their end, one after the other. */
import { execFile } from "node:child_process"
import { setTimeout as sleep } from "node:timers/promises"
import { findProgram } from "./programs.mjs"
import { Refusal } from "./refusal.mjs"

/** Tools take some milliseconds; one that takes longer than this waits for an X server that is stopped. */
const TOOL_LIMIT_MS = 30_000
/** What is about to happen is looked for so often. */
const POLL_MS = 15
/** The most that a tool prints. */
const OUTPUT_LIMIT = 16 * 1024 * 1024

/** The programs that make a desktop, and the Debian packages that have them. */
const packages = {
  Xvfb: "xvfb",
  openbox: "openbox",
  xdotool: "xdotool",
  wmctrl: "wmctrl",
  xprop: "x11-utils",
  xwininfo: "x11-utils",
  xkbcomp: "x11-xkb-utils",
  scrot: "scrot"
}

/** Refuses, with the packages to install, where the host lacks one of the programs. */
export const requireTools = () => {
  const missing = Object.entries(packages).filter(([program]) => findProgram(program) === undefined)
  if (missing.length === 0) return
  const programs = missing.map(([program]) => program).join(", ")
  const wanted = [...new Set(missing.map(([, name]) => name))].join(" ")
  throw new Refusal(
    "Missing",
    `the desktop cannot start: not installed on the host: ${programs} (apt-get install ${wanted})`
  )
}

/**
 * Runs a tool and gives what it printed. Arguments are never read by a shell.
 *
 * @param {keyof typeof packages} program
 * @param {readonly string[]} parameters
 * @returns {Promise<string>}
 */
export const tool = (program, parameters) =>
  new Promise((done, fail) => {
    /** @type {import("node:child_process").ExecFileOptionsWithStringEncoding} */
    const options = {
      encoding: "utf8",
      timeout: TOOL_LIMIT_MS,
      killSignal: "SIGKILL",
      maxBuffer: OUTPUT_LIMIT
    }
    execFile(program, parameters, options, (failure, stdout, stderr) => {
      if (failure === null) return done(stdout)
      const said = stderr.trim() || (failure.killed ? "the X server does not answer" : failure.message)
      fail(new Refusal("Unknown", `${program} failed: ${said}`))
    })
  })

/**
 * Waits until something holds, and says whether it did in time.
 *
 * @param {() => boolean | Promise<boolean>} holds
 * @param {number} limitMs
 */
export const until = async (holds, limitMs) => {
  for (const end = performance.now() + limitMs; ; ) {
    if (await holds()) return true
    if (performance.now() > end) return false
    await sleep(POLL_MS)
  }
}

/** @returns {Promise<{ width: number, height: number }>} */
export const screenSize = async () => {
  const [width = 0, height = 0] = (await tool("xdotool", ["getdisplaygeometry"]))
    .trim()
    .split(" ")
    .map(Number)
  return { width, height }
}

/**
 * Refuses a point that is not on the screen, and gives it as arguments of a tool.
 *
 * @param {{ x: number, y: number }} point
 */
export const onScreen = async ({ x, y }) => {
  const { height, width } = await screenSize()
  if (!Number.isInteger(x) || !Number.isInteger(y) || x < 0 || y < 0 || x >= width || y >= height) {
    throw new Refusal("Invalid", `(${x}, ${y}) is not a point of the screen of ${width} x ${height} pixels`)
  }
  return [String(x), String(y)]
}

let queue = /** @type {Promise<unknown>} */ (Promise.resolve())

/**
 * Mouse and keyboard are one for all: what is done with them is done one after the other.
 *
 * @template A
 * @param {AbortSignal} abort
 * @param {() => Promise<A>} action
 * @returns {Promise<A>}
 */
export const inTurn = (abort, action) => {
  const run = queue.then(() => {
    refuseAborted(abort)
    return action()
  })
  queue = run.catch(() => {})
  return run
}

/**
 * Refuses to go on where nobody waits any more.
 *
 * @param {AbortSignal} abort
 */
export const refuseAborted = (abort) => {
  if (abort.aborted) throw new Refusal("Stopped", "cancelled")
}
