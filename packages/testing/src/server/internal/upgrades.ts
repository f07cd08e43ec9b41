/** Requests that ask for another protocol, on a server of Node. */
import { type IncomingMessage, type Server, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import type { Doors, NotAdmitted, RequestHead } from "../../cloud/Gateway.js"
import { serveWebSocket } from "./webSockets.js"

/** So long a client may take to read the last of a conversation. */
const lingerMs = 2_000

const end = (socket: Duplex, last?: string): void => {
  socket.resume()
  socket.end(last)
  setTimeout(() => socket.destroy(), lingerMs).unref()
}

const refuse = (socket: Duplex, { detail = "", status }: NotAdmitted): void => {
  if (status === 0) {
    socket.destroy()
    return
  }
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "Connection: close",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(detail)}`
  ]
  end(socket, `${head.join("\r\n")}\r\n\r\n${detail}`)
}

const isAboutProtocol = /^(upgrade|connection|http2-settings)$/i

/**
 * Clients may offer a better protocol than HTTP/1.1 without needing it, and a server may ignore the offer. Node's
 * server cannot: it has let go of the connection, and is given it anew with the request as it would be without.
 */
const ignoreOffer = (
  server: Server,
  event: string,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer
): void => {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`]
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const [name = "", value = ""] = request.rawHeaders.slice(at, at + 2)
    if (!isAboutProtocol.test(name)) lines.push(`${name}: ${value}`)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]))
  server.emit(event, socket)
}

/**
 * Hands connections over to whom the cloud names. When the scope closes, those that are still open are closed and the
 * work behind them is interrupted.
 */
export const serveUpgrades = (options: {
  readonly server: Server
  /** The event with which the server takes a connection. */
  readonly event: "connection" | "secureConnection"
  readonly doors: Promise<Doors>
  readonly headOf: (request: IncomingMessage) => RequestHead
}): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { doors, event, headOf, server } = options
    const run = Runtime.runFork(yield* Effect.runtime<never>())
    const open = new Map<Duplex, Option.Option<Fiber.RuntimeFiber<void, NotAdmitted>>>()

    const accept = (found: Doors, request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      if (!open.has(socket)) return
      const asked = headOf(request)
      const work = Option.match(found.socket(asked), {
        onNone: () => Effect.flatMap(found.upgrade(asked), (handler) => handler({ socket, head })),
        onSome: Effect.flatMap((handler) => serveWebSocket(asked, { socket, head }, handler))
      })
      const fiber = run(work)
      open.set(socket, Option.some(fiber))
      fiber.addObserver((exit) => {
        if (Exit.isSuccess(exit)) return end(socket)
        const refused = Cause.failureOption(exit.cause)
        if (Option.isSome(refused)) refuse(socket, refused.value)
        else socket.destroy()
      })
    }

    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (request.headers.upgrade?.toLowerCase() !== "websocket") {
        return ignoreOffer(server, event, request, socket, head)
      }
      open.set(socket, Option.none())
      socket.on("error", () => socket.destroy())
      socket.once("close", () => {
        const fiber = Option.flatten(Option.fromNullable(open.get(socket)))
        open.delete(socket)
        if (Option.isSome(fiber)) run(Fiber.interruptFork(fiber.value))
      })
      void doors.then((found) => accept(found, request, socket, head))
    })

    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        const fibers = Array.from(open.values()).flatMap(Option.toArray)
        for (const socket of open.keys()) socket.destroy()
        return Fiber.interruptAll(fibers)
      })
    )
  })
