/** A connection over a WebSocket of the shape of the package `ws`. */
import * as Socket from "@effect/platform/Socket"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import { withDeadline } from "../deadline.js"
import { type Connection, OpenError, type OpenRequest, type WsLike } from "./connection.js"

const open = 1

const isOpen = (ws: WsLike): boolean => ws.readyState === open

/** A peer that does not answer the closing within this time is left alone. */
const closeTime = Duration.seconds(1)

const encoder = new TextEncoder()

const failureOf = (cause: unknown): string => {
  const { code, message } =
    typeof cause === "object" && cause !== null ? (cause as Record<string, unknown>) : {}
  return [code, message].filter((part) => typeof part === "string" && part !== "").join(": ")
}

const closeGently = (ws: WsLike): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (!isOpen(ws)) return Effect.sync(() => ws.terminate())
    const closed = Effect.async<void>((resume) => {
      ws.on("close", () => resume(Effect.void))
      // One that nobody reads does not see the peer's answer.
      ws.resume()
      ws.close(1000)
    })
    return withDeadline(closed, closeTime, () => undefined).pipe(
      Effect.ignore,
      Effect.ensuring(Effect.sync(() => ws.terminate()))
    )
  })

const opened = (ws: WsLike): Effect.Effect<void, OpenError> =>
  Effect.async((resume) => {
    const fail = (error: { readonly detail: string; readonly status?: number | undefined }) =>
      resume(Effect.fail(new OpenError(error)))
    ws.on("unexpected-response", (_, response) => {
      fail({
        status: response.statusCode,
        detail: `the upgrade was answered with HTTP ${response.statusCode}`
      })
      ws.terminate()
    })
    ws.on("error", (cause) => fail({ detail: failureOf(cause) || "the connection failed" }))
    ws.on("close", () => fail({ detail: "the connection was closed" }))
    ws.on("open", () => {
      // Until someone reads, what comes waits in the network.
      ws.pause()
      resume(Effect.void)
    })
  })

const socketOf = (ws: WsLike, ended: () => Socket.SocketError | undefined): Socket.Socket => {
  const runRaw: Socket.Socket["runRaw"] = <_, E, R>(
    // biome-ignore lint/suspicious/noConfusingVoidType: the platform's own type
    handler: (_: string | Uint8Array) => Effect.Effect<_, E, R> | void,
    options?: { readonly onOpen?: Effect.Effect<void> | undefined }
  ) =>
    Effect.flatMap(Effect.runtime<R>(), (runtime) => {
      const run = Runtime.runFork(runtime)
      return Effect.async<void, Socket.SocketError | E>((resume) => {
        const over = ended()
        if (over !== undefined) return resume(Effect.fail(over))
        ws.on("message", (data, isBinary) => {
          const result = handler(isBinary ? (data as Uint8Array) : String(data))
          if (!Effect.isEffect(result)) return
          run(result).addObserver((exit) => {
            if (Exit.isFailure(exit)) resume(Effect.failCause(exit.cause))
          })
        })
        ws.on("close", () => {
          const how = ended()
          resume(how === undefined ? Effect.void : Effect.fail(how))
        })
        if (options?.onOpen !== undefined) run(options.onOpen)
        ws.resume()
      })
    })
  return {
    [Socket.TypeId]: Socket.TypeId,
    runRaw,
    run: (handler, options) =>
      runRaw((data) => handler(typeof data === "string" ? encoder.encode(data) : data), options),
    writer: Effect.succeed((chunk) =>
      Effect.async<void, Socket.SocketError>((resume) => {
        const done = (cause?: unknown) =>
          resume(
            cause === undefined || cause === null
              ? Effect.void
              : Effect.fail(new Socket.SocketGenericError({ reason: "Write", cause }))
          )
        if (Socket.isCloseEvent(chunk)) {
          ws.close(chunk.code, chunk.reason)
          return done()
        }
        if (!isOpen(ws)) return done("the connection is not open")
        ws.send(chunk, done)
      })
    )
  }
}

const pingOf = (ws: WsLike): Effect.Effect<void, Socket.SocketError> =>
  Effect.async((resume) => {
    const done = () => {
      ws.off("pong", done)
      resume(Effect.void)
    }
    ws.on("pong", done)
    ws.ping()
    return Effect.sync(() => ws.off("pong", done))
  })

export const openWs = (
  make: (url: string, headers: Record<string, string>) => WsLike,
  { headers, url }: OpenRequest
): Effect.Effect<Connection, OpenError, Scope.Scope> =>
  Effect.gen(function* () {
    let end: Socket.SocketError | undefined
    const ws = yield* Effect.acquireRelease(
      Effect.try({
        try: () => {
          const plain = Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [name, Redacted.value(value)])
          )
          const made = make(Redacted.value(url), plain)
          // Without a listener an error would end the program.
          made.on("error", (cause) => {
            end ??= new Socket.SocketGenericError({ reason: "Read", cause })
          })
          made.on("close", (code) => {
            end ??= new Socket.SocketCloseError({ reason: "Close", code })
          })
          return made
        },
        catch: () => new OpenError({ detail: "the session's WsUrl is no WebSocket URL" })
      }),
      closeGently
    )
    yield* opened(ws)
    return { socket: socketOf(ws, () => end), isOpen: () => isOpen(ws), ping: Option.some(pingOf(ws)) }
  })
