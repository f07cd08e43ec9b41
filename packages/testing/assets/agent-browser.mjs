/** The browser of a session: Chromium, started when it is asked for and led through the pipe it was started with. */
import { spawn } from "node:child_process"
import { delimiter, join } from "node:path"
import { signalGroup } from "./agent-commands.mjs"
import { home } from "./agent-files.mjs"
import { isProgram } from "./programs.mjs"
import { Refusal } from "./refusal.mjs"

/** The first start makes a profile; on a busy machine that takes many seconds. */
const START_LIMIT_MS = 120_000
/** A browser that has not closed by then is ended, and may lose what it had not yet written. */
const CLOSE_LIMIT_MS = 20_000
const POLL_MS = 20
/** So much of what the browser says is kept for the message when it ends. */
const SAID_KEPT = 2_000

/** The program itself comes before the scripts that start it, which read settings of the host. */
const places = [
  "/usr/lib/chromium/chromium",
  "/usr/lib/chromium-browser/chromium-browser",
  "/usr/lib64/chromium-browser/chromium-browser"
]

/**
 * Where Chromium is.
 *
 * @param {readonly string[]} known
 * @param {string} searchPath directories, as in the variable `PATH`
 */
export const findChromium = (known = places, searchPath = process.env["PATH"] ?? "") => {
  const found = [
    ...known,
    ...searchPath
      .split(delimiter)
      .flatMap((directory) => ["chromium", "chromium-browser"].map((name) => join(directory, name)))
  ].find(isProgram)
  if (found === undefined) {
    throw new Refusal(
      "Missing",
      "Chromium is not installed on the host: install the Debian package chromium (apt-get install chromium)"
    )
  }
  return found
}

/**
 * @typedef {{ id?: number, result?: unknown, error?: { message: string, data?: string } }} Message
 * @typedef {{ resolve: (result: unknown) => void, reject: (reason: Error) => void }} Waiter
 */

class Chromium {
  /**
   * @param {readonly string[]} parameters
   * @param {unknown} option
   */
  constructor(parameters, option) {
    this.option = option
    this.said = ""
    this.nextId = 1
    this.isReady = false
    /** @type {Map<number, Waiter>} */
    this.waiting = new Map()
    /** @type {Buffer[]} */
    this.chunks = []
    // A group of its own, and pipes on descriptors 3 (commands) and 4 (answers): it ends when they break.
    this.child = spawn(findChromium(), parameters, {
      cwd: home,
      detached: true,
      stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"]
    })
    const [, , stderr, commands, answers] = this.child.stdio
    this.commands = /** @type {import("node:stream").Writable} */ (commands)
    for (const stream of [stderr, commands, answers]) stream?.on("error", () => {})
    answers?.on("data", (chunk) => this.onChunk(chunk))
    this.isGone = false
    /** @type {Promise<void>} */
    this.ended = new Promise((done) => {
      const end = () => {
        this.isGone = true
        for (const { reject } of this.waiting.values()) reject(this.gone())
        this.waiting.clear()
        void this.lastOfGroup().then(done)
      }
      this.child.once("error", (failure) => {
        this.said += String(failure)
        end()
      })
      this.child.once("exit", end)
    })
    /** The path of its DevTools server for the whole browser. */
    this.path = this.onceReady(/** @type {import("node:stream").Readable} */ (stderr))
    // Whoever waits for it handles it; a browser that is stopped while it starts may have nobody who does.
    this.path.catch(() => {})
  }

  /**
   * @param {import("node:stream").Readable} stderr
   * @returns {Promise<string>}
   */
  onceReady(stderr) {
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        fail(
          new Refusal("Unknown", `the browser was not ready within ${START_LIMIT_MS / 1000} s: ${this.said}`)
        )
        this.kill()
      }, START_LIMIT_MS)
      const settle = () => clearTimeout(timer)
      stderr.on("data", (chunk) => {
        this.said = (this.said + chunk).slice(-SAID_KEPT)
        const listening = /DevTools listening on ws:\/\/[^/]+(\S+)\s/.exec(this.said)?.[1]
        if (listening !== undefined) {
          settle()
          this.isReady = true
          done(listening)
        } else if (this.said.includes("Cannot start http server for devtools")) {
          settle()
          fail(
            new Refusal(
              "Unknown",
              "the browser cannot use its DevTools port: another program of the session does"
            )
          )
          this.kill()
        }
      })
      void this.ended.then(() => {
        settle()
        fail(this.gone())
      })
    })
  }

  gone() {
    const said = this.said.trim().split("\n").slice(-3).join("\n")
    return new Refusal("Unknown", said === "" ? "the browser has ended" : `the browser has ended: ${said}`)
  }

  /** @param {Buffer} chunk */
  onChunk(chunk) {
    let start = 0
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, start)) {
      this.chunks.push(chunk.subarray(start, end))
      this.onMessage(JSON.parse(Buffer.concat(this.chunks).toString("utf8")))
      this.chunks = []
      start = end + 1
    }
    if (start < chunk.length) this.chunks.push(chunk.subarray(start))
  }

  /** @param {Message} message */
  onMessage({ error, id, result }) {
    // What has no id is an event.
    if (id === undefined) return
    const waiter = this.waiting.get(id)
    this.waiting.delete(id)
    if (error === undefined) waiter?.resolve(result)
    else {
      const { data, message } = error
      waiter?.reject(new Refusal("Invalid", data === undefined ? message : `${message}: ${data}`))
    }
  }

  /**
   * @param {string} method
   * @param {unknown} params
   * @param {string} [sessionId]
   * @returns {Promise<unknown>}
   */
  command(method, params, sessionId) {
    return new Promise((resolve, reject) => {
      if (this.isGone) return reject(this.gone())
      const id = this.nextId++
      this.waiting.set(id, { resolve, reject })
      this.commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    })
  }

  kill() {
    signalGroup(this.child)
  }

  /** Closes it in the way in which it writes its profile. */
  async close() {
    const timer = setTimeout(() => this.kill(), CLOSE_LIMIT_MS)
    // One that still starts has written nothing worth waiting for.
    if (this.isReady) this.command("Browser.close", {}).catch(() => {})
    else this.kill()
    await this.ended
    clearTimeout(timer)
  }

  /** The process that keeps the cookies may write them after the one that was started has ended. */
  async lastOfGroup() {
    const { pid } = this.child
    if (pid === undefined) return
    for (let left = CLOSE_LIMIT_MS; left > 0; left -= POLL_MS) {
      try {
        process.kill(-pid, 0)
      } catch {
        return
      }
      await new Promise((done) => setTimeout(done, POLL_MS))
    }
    try {
      process.kill(-pid, "SIGKILL")
    } catch {
      // The last one has just ended.
    }
  }
}

/** @type {Chromium | undefined} */
let current

/**
 * Waits no longer when the operation is cancelled; what it waits for goes on.
 *
 * @template A
 * @param {Promise<A>} work
 * @param {AbortSignal} signal
 * @returns {Promise<A>}
 */
const whileWanted = (work, signal) =>
  Promise.race([
    work,
    new Promise((_, fail) => {
      signal.addEventListener("abort", () => fail(new Refusal("Stopped", "cancelled")), { once: true })
    })
  ])

const running = () => {
  if (current === undefined) throw new Refusal("NotFound", "the browser of the session does not run")
  return current
}

/**
 * Starts it and waits until it can be used; one that runs or starts already is left as it is, unless it is the one
 * whose server at the path `unreachable` takes no connections any more, because somebody has closed it. Answers with
 * the path of its DevTools server, and whether this has started it.
 *
 * @param {{ arguments: readonly string[], option: unknown, unreachable?: string }} request
 * @param {AbortSignal} signal
 * @returns {Promise<import("./agent.mjs").Answer>}
 */
export const startBrowser = async ({ arguments: parameters, option, unreachable }, signal) => {
  if (current !== undefined && unreachable !== undefined) {
    const path = await whileWanted(current.path, signal)
    if (path === unreachable) await whileWanted(current?.close() ?? Promise.resolve(), signal)
  }
  const isNew = current === undefined
  if (current === undefined) {
    const browser = new Chromium(parameters, option)
    current = browser
    void browser.ended.then(() => {
      if (current === browser) current = undefined
    })
  }
  return { ok: { path: await whileWanted(current.path, signal), isNew } }
}

/** @returns {Promise<import("./agent.mjs").Answer>} */
export const browserState = async () => ({ ok: { option: current === undefined ? null : current.option } })

/**
 * @param {unknown} _
 * @param {AbortSignal} signal
 * @returns {Promise<import("./agent.mjs").Answer>}
 */
export const stopBrowser = async (_, signal) => {
  if (current !== undefined) await whileWanted(current.close(), signal)
  return { ok: null }
}

/**
 * One command of the Chrome DevTools Protocol. The answer travels as bytes, because a screenshot may be large.
 *
 * @param {{ method: string, params: unknown, sessionId?: string }} request
 * @param {AbortSignal} signal
 * @returns {Promise<import("./agent.mjs").Answer>}
 */
export const browserCommand = async ({ method, params, sessionId }, signal) => {
  const result = await whileWanted(running().command(method, params, sessionId), signal)
  return { ok: null, body: [Buffer.from(JSON.stringify(result))] }
}
