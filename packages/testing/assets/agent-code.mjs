/** The language kernels of a session: started when first used, kept until they end. */
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { stripVTControlCharacters } from "node:util"
import { after, signalGroup } from "./agent-commands.mjs"
import { home } from "./agent-files.mjs"
import { Output, settle } from "./output.mjs"
import { findProgram } from "./programs.mjs"
import { Refusal } from "./refusal.mjs"

/** After an interrupt a kernel has so long to answer; then it is killed and its state is lost. */
const INTERRUPT_GRACE_MS = 4_000
/** A kernel that is not ready by then is broken. The Java one compiles itself first. */
const START_LIMIT_MS = 60_000

/** @param {string} name */
const asset = (name) => fileURLToPath(new URL(name, import.meta.url))

/**
 * How to start the kernel of a language. A kernel writes JSON lines to descriptor 3: once `{"ready":true}`, which may
 * name what it is, or `{"missing"}` what has to be installed; then one line per run. It reads JSON lines `{"code"}` from descriptor 3 as well, or, where the language cannot open
 * a socket by its number, from standard input, and then `replyThroughPipe` moves its replies from descriptor 4. Asked
 * with `streams`, it may write `{"displayed"}` for each value that the code displays, before the reply.
 *
 * @type {Record<string, { program: string, package: string, arguments: readonly string[], replyThroughPipe?: true }>}
 */
const languages = {
  python: { program: "python3", package: "python3", arguments: ["-u", asset("kernel-jupyter.py")] },
  javascript: {
    program: process.execPath,
    package: "nodejs",
    arguments: ["--expose-internals", "--no-warnings", asset("kernel-javascript.mjs")]
  },
  r: {
    program: "Rscript",
    package: "r-base-core",
    arguments: ["--no-save", "--no-restore", asset("kernel-r.R")],
    replyThroughPipe: true
  },
  java: {
    program: "jshell",
    package: "default-jdk-headless",
    arguments: [asset("KernelJava.java")],
    replyThroughPipe: true
  }
}

/** The shell and `cat` outlive the interrupt that is meant for the kernel. */
const replyPipe = 'trap "" INT; { "$@" 4>&1 1>&5 3>&- 5>&- | cat >&3; } 5>&1'

/** @param {string} program */
const find = (program) => (program.startsWith("/") ? program : findProgram(program))

/**
 * @typedef {{ name: string, value: string, traceback: string[] }} CodeError
 * @typedef {{
 *   ready?: boolean,
 *   kernel?: string,
 *   missing?: string,
 *   displayed?: unknown,
 *   outputs?: unknown[],
 *   error?: CodeError | null
 * }} Reply
 * @typedef {{
 *   language: string,
 *   code: string,
 *   timeoutMs: number | null,
 *   streams?: boolean,
 *   python: "auto" | "jupyter" | "plain"
 * }} CodeRequest
 */

class Kernel {
  /**
   * @param {string} language
   * @param {readonly string[]} options arguments of its program
   */
  constructor(language, options) {
    const definition = languages[language]
    if (definition === undefined) throw new Refusal("Invalid", `unknown language ${language}`)
    const found = find(definition.program)
    if (found === undefined) {
      throw new Refusal(
        "Missing",
        `${language} cannot run: ${definition.program} is not installed (apt-get install ${definition.package})`
      )
    }
    // The Java kernel is a program for the launcher that stands beside jshell.
    const program = language === "java" ? (find("java") ?? found) : found
    const command = [program, ...definition.arguments, ...options]
    const [file, ...rest] = definition.replyThroughPipe
      ? ["/bin/sh", "-c", replyPipe, "sh", ...command]
      : command
    this.language = language
    this.name = language
    this.alive = true
    /** @type {((reply: Reply | undefined) => void) | undefined} */
    this.waiting = undefined
    /** @type {((output: unknown) => void) | undefined} */
    this.onDisplayed = undefined
    this.process = spawn(/** @type {string} */ (file), rest, {
      cwd: home,
      detached: true,
      stdio: [definition.replyThroughPipe ? "pipe" : "ignore", "pipe", "pipe", "pipe"]
    })
    const [input, stdout, stderr, channel] = this.process.stdio
    const replies = /** @type {import("node:net").Socket} */ (channel)
    this.requests = definition.replyThroughPipe
      ? /** @type {import("node:stream").Writable} */ (input)
      : /** @type {import("node:stream").Writable} */ (replies)
    this.stdout = new Output(/** @type {import("node:stream").Readable} */ (stdout))
    this.stderr = new Output(/** @type {import("node:stream").Readable} */ (stderr))
    this.requests.on("error", () => {})
    replies.on("error", () => {})
    this.process.once("error", () => this.end())
    this.process.once("exit", () => this.end())
    createInterface({ input: replies })
      .on("line", (line) => this.settleWith(line))
      // A killed kernel resets its channel; that it ended is told by "exit".
      .on("error", () => {})
  }

  end() {
    this.alive = false
    this.waiting?.(undefined)
  }

  /** @param {string} line */
  settleWith(line) {
    try {
      const reply = /** @type {Reply} */ (JSON.parse(line))
      if (reply.displayed === undefined) this.waiting?.(reply)
      else this.onDisplayed?.(reply.displayed)
    } catch {
      // Only a program that writes into the kernel's own descriptor gets here.
      signalGroup(this.process)
    }
  }

  /** @returns {Promise<Reply | undefined>} nothing when the kernel has ended */
  async reply() {
    if (!this.alive) return undefined
    const reply = await /** @type {Promise<Reply | undefined>} */ (
      new Promise((done) => {
        this.waiting = done
      })
    )
    this.waiting = undefined
    return reply
  }

  /** @param {object} message */
  send(message) {
    this.requests.write(`${JSON.stringify(message)}\n`)
  }
}

/** @type {Map<string, Promise<Kernel>>} */
const kernels = new Map()
/** @type {Map<string, number>} */
const counts = new Map()
/** @type {Map<string, Promise<unknown>>} */
const queues = new Map()

/**
 * @param {string} language
 * @param {readonly string[]} options
 */
const start = async (language, options) => {
  const kernel = new Kernel(language, options)
  const timer = setTimeout(() => signalGroup(kernel.process), START_LIMIT_MS)
  const ready = await kernel.reply()
  clearTimeout(timer)
  if (ready?.missing !== undefined) throw new Refusal("Missing", ready.missing)
  if (ready?.ready !== true) {
    const { pieces } = kernel.stderr.take()
    throw new Refusal(
      "Unknown",
      `the ${language} interpreter did not start: ${Buffer.concat(pieces).toString()}`
    )
  }
  kernel.name = ready.kernel ?? language
  return kernel
}

/**
 * @param {string} language
 * @param {readonly string[]} options
 */
const kernelOf = async (language, options) => {
  const known = await kernels.get(language)?.catch(() => undefined)
  if (known?.alive === true) return known
  const started = start(language, options)
  kernels.set(language, started)
  return started
}

/**
 * @param {CodeRequest} request
 * @param {AbortSignal} abort
 * @param {import("./agent.mjs").Tell} tell
 * @returns {Promise<import("./agent.mjs").Answer>}
 */
const runNow = async ({ code, language, python, streams = false, timeoutMs }, abort, tell) => {
  if (abort.aborted) throw new Refusal("Stopped", "cancelled")
  const kernel = await kernelOf(language, language === "python" ? [python] : [])
  const executionCount = (counts.get(language) ?? 0) + 1
  counts.set(language, executionCount)
  kernel.stdout.start()
  kernel.stderr.start()
  if (streams) {
    kernel.stdout.onPiece = (piece) => tell({ printed: "stdout" }, [piece])
    kernel.stderr.onPiece = (piece) => tell({ printed: "stderr" }, [piece])
    kernel.onDisplayed = (displayed) => tell({ displayed })
  }
  const startedAt = performance.now()
  let timedOut = false
  /** @type {NodeJS.Timeout | undefined} */
  let last
  const interrupt = () => {
    kernel.send({ interrupt: true })
    signalGroup(kernel.process, "SIGINT")
    last ??= setTimeout(() => signalGroup(kernel.process), INTERRUPT_GRACE_MS)
  }
  const timer = after(timeoutMs, () => {
    timedOut = true
    interrupt()
  })
  abort.addEventListener("abort", interrupt)
  if (abort.aborted) interrupt()
  kernel.send({ code, count: executionCount, streams })
  const reply = await kernel.reply()
  kernel.onDisplayed = undefined
  clearTimeout(timer)
  clearTimeout(last)
  abort.removeEventListener("abort", interrupt)
  const durationMs = performance.now() - startedAt
  await settle([kernel.stdout, kernel.stderr])
  const out = kernel.stdout.take()
  const err = kernel.stderr.take()
  return {
    ok: {
      outputs: reply?.outputs ?? [],
      error: errorOf(kernel, reply, timedOut ? (timeoutMs ?? 0) : undefined),
      executionCount,
      kernel: kernel.name,
      durationMs,
      timedOut,
      stdoutBytes: out.size,
      stderrBytes: err.size
    },
    body: [...out.pieces, ...err.pieces]
  }
}

/**
 * What an error says, for whoever has no terminal.
 *
 * @param {CodeError | null | undefined} error
 * @returns {CodeError | null}
 */
const withoutColours = (error) =>
  error === null || error === undefined
    ? null
    : {
        name: error.name,
        value: stripVTControlCharacters(error.value),
        traceback: error.traceback.map(stripVTControlCharacters)
      }

/**
 * @param {Kernel} kernel
 * @param {Reply | undefined} reply
 * @param {number | undefined} timeoutMs when the run was ended by its timeout
 * @returns {CodeError | null}
 */
const errorOf = (kernel, reply, timeoutMs) => {
  const lost = reply === undefined ? `; the ${kernel.language} interpreter was lost with its state` : ""
  if (timeoutMs !== undefined) {
    const value = `stopped after ${timeoutMs} ms${lost}`
    return { name: "TimeoutError", value, traceback: withoutColours(reply?.error)?.traceback ?? [] }
  }
  if (reply !== undefined) return withoutColours(reply.error)
  const { exitCode, signalCode } = kernel.process
  return {
    name: "KernelDied",
    value: `ended with ${signalCode ?? `exit code ${exitCode}`}${lost}`,
    traceback: []
  }
}

/**
 * Runs of one language wait for each other, as the cells of a notebook do.
 *
 * @param {CodeRequest} request
 * @param {AbortSignal} abort
 * @param {import("./agent.mjs").Tell} tell
 */
export const runCode = (request, abort, tell) => {
  const run = (queues.get(request.language) ?? Promise.resolve()).then(() => runNow(request, abort, tell))
  queues.set(
    request.language,
    run.catch(() => {})
  )
  return run
}
