/**
 * The JavaScript kernel of a session: runs code in one lasting global scope.
 *
 * Speaks JSON lines over descriptor 3: reads `{ code, count }`, answers `{ outputs, error }`. Code is evaluated
 * as the console of a debugger does it: `let` and `const` last and may be declared anew, `await` works at the top
 * level. A run ends when its value is there and its timers and other pending work are done, as a script would;
 * a listening server alone does not hold it back. SIGINT interrupts a run and keeps the state.
 */
import inspector from "node:inspector"
import { createRequire } from "node:module"
import { Socket } from "node:net"
import { createInterface } from "node:readline"
import { inspect } from "node:util"
import vm from "node:vm"
import { rewriteAwait, rewriteImports } from "./kernel-rewrite.mjs"

/** How often is looked whether only servers are left. */
const IDLE_CHECK_MS = 20
/** A program that holds only these has nothing of its own left to do but to serve others. */
const servers = new Set(["TCPServerWrap", "PipeServerWrap", "UDPWrap"])
const connections = new Set(["TCPSocketWrap", "PipeWrap"])

const filename = `${process.cwd()}/session.js`
const channel = new Socket({ fd: 3, readable: true, writable: true })
const session = new inspector.Session()
const timer = setInterval
session.connect()

/**
 * @template A
 * @param {string} method
 * @param {object} parameters
 * @returns {Promise<A>}
 */
const post = (method, parameters) =>
  new Promise((done, fail) => {
    session.post(method, parameters, (error, result) =>
      error ? fail(error) : done(/** @type {A} */ (result))
    )
  })

/** @type {((error: Error) => void) | undefined} */
let interruptRun
/** @type {unknown} */
let taken
/** @type {Set<{ close?: () => void, [Symbol.toPrimitive]?: () => number }>} */
const timers = new Set()
/** @type {{ data: Record<string, unknown>, isMain: boolean }[]} */
let outputs = []

let streams = false

/** @param {unknown} value @param {boolean} isMain */
const show = (value, isMain) => {
  const output = { data: { "text/plain": inspect(value) }, isMain }
  outputs.push(output)
  if (streams) channel.write(`${JSON.stringify({ displayed: output })}\n`)
}

/** Shows values beside the one of the last expression. @param {unknown[]} values */
const display = (...values) => {
  for (const value of values) show(value, false)
}

/** Keeps hold of the timers of a run, so that an interrupted one leaves none behind. */
const trackTimers = () => {
  for (const name of /** @type {const} */ (["setTimeout", "setInterval"])) {
    const original = globalThis[name]
    const tracked = (/** @type {any[]} */ ...values) => {
      const timer = Reflect.apply(original, globalThis, values)
      timers.add(timer)
      return timer
    }
    Object.defineProperties(tracked, Object.getOwnPropertyDescriptors(original))
    Object.defineProperty(globalThis, name, { value: tracked, writable: true, configurable: true })
  }
}

const prepareScope = () => {
  const load = createRequire(filename)
  const main = { exports: {}, id: "<session>", filename, loaded: false, paths: load.resolve.paths("x") ?? [] }
  const importHere = new vm.Script("(specifier, options) => import(specifier, options)", {
    filename,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
  }).runInThisContext()
  const names = {
    require: load,
    module: main,
    exports: main.exports,
    display,
    __filename: filename,
    __dirname: process.cwd()
  }
  for (const [name, value] of Object.entries({ ...names, __import: importHere })) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })
  }
  // Node offers its own modules by name where people type code, and so does the kernel.
  for (const name of [
    "fs",
    "path",
    "os",
    "util",
    "child_process",
    "events",
    "stream",
    "url",
    "zlib",
    "assert"
  ]) {
    Object.defineProperty(globalThis, name, {
      get: () => load(`node:${name}`),
      set: (value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true }),
      configurable: true
    })
  }
}

/** @param {string} stack */
const userFrames = (stack) => {
  const lines = stack.split("\n")
  const end = lines.findIndex((line) => line.includes("at Session.post (node:inspector"))
  return end === -1 ? lines : lines.slice(0, end)
}

/** @param {unknown} thrown */
const describe = (thrown) => {
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) {
    const { message, name, stack } = /** @type {Error} */ (thrown)
    const traceback = typeof stack === "string" ? userFrames(stack) : [`${name}: ${message}`]
    return { name: String(name ?? "Error"), value: String(message), traceback }
  }
  const shown = typeof thrown === "string" ? thrown : inspect(thrown)
  return { name: "Error", value: shown, traceback: [`Uncaught ${inspect(thrown)}`] }
}

/**
 * @typedef {{ type: string, value?: unknown, unserializableValue?: string, objectId?: string }} RemoteObject
 */

/**
 * The value a debugger describes, wrapped because it may be a promise.
 *
 * @param {RemoteObject} remote
 */
const localValue = async ({ objectId, type, unserializableValue, value }) => {
  if (objectId === undefined) {
    if (type === "undefined") return { value: undefined }
    return { value: unserializableValue === undefined ? value : vm.runInThisContext(unserializableValue) }
  }
  const declaration = "function (take) { 'use strict'; take(this) }"
  const { result } = await post("Runtime.evaluate", { expression: "globalThis.__take" })
  await post("Runtime.callFunctionOn", {
    objectId,
    functionDeclaration: declaration,
    arguments: [{ objectId: result.objectId }]
  })
  const local = taken
  taken = undefined
  return { value: local }
}

/**
 * @param {string} code
 * @param {number} count
 * @returns {Promise<{ value: unknown } | { thrown: unknown }>}
 */
const evaluate = async (code, count) => {
  const source = rewriteImports(code)
  const awaiting = rewriteAwait(source)
  const expression = `${awaiting ?? source}\n//# sourceURL=cell-${count}`
  /** @type {Promise<{ result: RemoteObject, exceptionDetails?: { exception?: RemoteObject } }> | undefined} */
  let evaluation
  Object.defineProperty(globalThis, "__evaluate", {
    value: () => {
      evaluation = post("Runtime.evaluate", { expression, replMode: true, awaitPromise: true })
    },
    configurable: true
  })
  // Through the debugger nothing could stop an endless loop; through this call SIGINT does.
  vm.runInThisContext("__evaluate()", { breakOnSigint: true })
  if (evaluation === undefined) return { value: undefined }
  const { exceptionDetails, result } = await evaluation
  if (exceptionDetails !== undefined) {
    return { thrown: (await localValue(exceptionDetails.exception ?? { type: "undefined" })).value }
  }
  const { value } = await localValue(result)
  if (awaiting === undefined) return { value }
  try {
    return { value: (await value)?.value }
  } catch (thrown) {
    return { thrown }
  }
}

/** Until the event loop has nothing left to do but to serve. */
const idle = () =>
  new Promise((done) => {
    const finish = () => {
      process.off("beforeExit", finish)
      clearInterval(check)
      channel.ref()
      done(undefined)
    }
    const check = timer(() => {
      const held = process.getActiveResourcesInfo()
      const serves = held.some((name) => servers.has(name))
      if (serves && held.every((name) => servers.has(name) || connections.has(name))) finish()
    }, IDLE_CHECK_MS).unref()
    channel.unref()
    process.once("beforeExit", finish)
  })

/** @param {{ code: string, count: number, streams?: boolean }} request */
const run = async ({ code, count, streams: tells = false }) => {
  outputs = []
  streams = tells
  const interrupted = new Promise((_, fail) => {
    interruptRun = (error) => fail(error)
  })
  interrupted.catch(() => {})
  try {
    const result = await Promise.race([evaluate(code, count), interrupted])
    if (!("value" in result)) return { outputs, error: describe(result.thrown) }
    await Promise.race([idle(), interrupted])
    if (result.value !== undefined) show(result.value, true)
    return { outputs, error: null }
  } catch (failure) {
    for (const pending of timers) clearTimeout(/** @type {any} */ (pending))
    return { outputs, error: describe(failure) }
  } finally {
    timers.clear()
    interruptRun = undefined
    channel.ref()
  }
}

process.on("SIGINT", () => {
  const error = new Error("Script execution was interrupted by `SIGINT`")
  // Where this handler stands says nothing about the code.
  error.stack = String(error)
  interruptRun?.(error)
})
// An error nobody caught ends the run it came from, not the kernel.
process.on("uncaughtException", (error) => {
  if (interruptRun === undefined) console.error("Uncaught", error)
  else interruptRun(error)
})

Object.defineProperty(globalThis, "__take", {
  value: (/** @type {unknown} */ value) => {
    taken = value
  }
})
prepareScope()
trackTimers()
let last = Promise.resolve()
createInterface({ input: channel }).on("line", (line) => {
  const request = JSON.parse(line)
  if (request.code === undefined) return
  last = last.then(() => run(request)).then((reply) => void channel.write(`${JSON.stringify(reply)}\n`))
})
channel.write(`${JSON.stringify({ ready: true })}\n`)
