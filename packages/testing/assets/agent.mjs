/**
 * The process inside a session that does what the machine asks: files, commands, code, the browser, connections.
 *
 * Requests come on standard input and answers leave on standard output as frames (see `frames.mjs`). A request
 * is `{ id, op, ...arguments }`; its answer `{ id, ok }` or `{ id, error: { reason, detail, path? } }`, in any
 * order. Because every path is resolved here, no symbolic link can lead out of the session.
 */
import { Socket } from "node:net"
import { browserCommand, browserState, startBrowser, stopBrowser } from "./agent-browser.mjs"
import { runCode } from "./agent-code.mjs"
import { runCommand } from "./agent-commands.mjs"
import { connect } from "./agent-connect.mjs"
import * as files from "./agent-files.mjs"
import { killTerminal, resizeTerminal, runTerminal, typeIn } from "./agent-terminals.mjs"
import { watchDirectory } from "./agent-watch.mjs"
import { frameReader, frameWriter } from "./frames.mjs"
import { describeFailure, Refusal } from "./refusal.mjs"

/** @typedef {{ ok: unknown, body?: readonly Uint8Array[] }} Answer */

/** @typedef {(event: unknown, body?: readonly Uint8Array[]) => void} Tell says something before the answer */

/** @type {Record<string, (request: any, body: Buffer, signal: AbortSignal, tell: Tell) => Promise<Answer>>} */
const operations = {
  exec: (request, _, signal) => runCommand(request, signal),
  code: (request, _, signal, tell) => runCode(request, signal, tell),
  stat: async ({ path }) => ({ ok: await files.stat(path) }),
  list: async ({ path }) => ({ ok: await files.list(path) }),
  walk: async ({ path }) => ({ ok: await files.walk(path) }),
  read: async ({ path, offset, length }) => ({ ok: null, body: await files.read(path, offset, length) }),
  write: async ({ path, mode }, body) => ({ ok: await files.write(path, body, mode) }),
  mkdir: async ({ path }) => ({ ok: await files.makeDirectory(path) }),
  remove: async ({ path, recursive }) => ({ ok: await files.remove(path, recursive === true) }),
  move: async ({ source, destination }) => ({ ok: await files.move(source, destination) }),
  watch: (request, _, signal, tell) => watchDirectory(request, signal, tell),
  metrics: async () => ({ ok: await files.metrics() }),
  browserStart: (request, _, signal) => startBrowser(request, signal),
  browserState: () => browserState(),
  browserStop: (request, _, signal) => stopBrowser(request, signal),
  browserCommand: (request, _, signal) => browserCommand(request, signal),
  // Loaded when it is needed: most sessions have no desktop.
  desktop: async (request, _, signal) => (await import("./agent-desktop.mjs")).desktop(request, signal),
  connect: (request, _, signal) => connect(request, signal),
  terminal: (request, _, signal, tell) => runTerminal(request, signal, tell),
  terminalInput: (request, body) => typeIn(request, body),
  terminalResize: (request) => resizeTerminal(request),
  terminalKill: (request) => killTerminal(request),
  cancel: async ({ target }) => {
    const pending = running.get(target)
    pending?.controller.abort()
    await pending?.finished
    return { ok: null }
  }
}

/** @type {Map<number, { controller: AbortController, finished: Promise<void> }>} */
const running = new Map()

const input = new Socket({ fd: 0, readable: true, writable: false })
const send = frameWriter(new Socket({ fd: 1, readable: false, writable: true }))

/**
 * @param {{ id: number, op: string }} request
 * @param {Buffer} body
 * @param {AbortSignal} signal
 */
const answer = async (request, body, signal) => {
  try {
    const operation = operations[request.op]
    if (operation === undefined) throw new Refusal("Invalid", `unknown operation ${request.op}`)
    const result = await operation(request, body, signal, (event, piece) =>
      send({ id: request.id, event }, piece)
    )
    send({ id: request.id, ok: result.ok }, result.body)
  } catch (failure) {
    send({ id: request.id, error: describeFailure(failure) })
  }
}

input.on(
  "data",
  frameReader((header, body) => {
    const request = /** @type {{ id: number, op: string }} */ (header)
    const controller = new AbortController()
    const finished = answer(request, body, controller.signal).finally(() => running.delete(request.id))
    running.set(request.id, { controller, finished })
  })
)
// Whoever started the session is gone: nothing may outlive it.
input.on("close", () => process.exit(0))
process.on("SIGINT", () => {})
process.on("SIGTERM", () => {})
process.on("SIGHUP", () => {})
