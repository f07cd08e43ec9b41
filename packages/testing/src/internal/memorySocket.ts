/** A `SocketConnector` that leads straight into a cloud: no sockets, but every frame as text. */
import * as Socket from "@effect/platform/Socket"
import * as SocketConnector from "@effect-agentbay/core/SocketConnector"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import { type Doors, NotAdmitted, type SocketPeer } from "../cloud/Gateway.js"

/** Frames on their way; whoever sends more waits, as with a network. */
const inFlight = 64

const encoder = new TextEncoder()

const notOpen = new Socket.SocketGenericError({ reason: "Write", cause: "the connection is not open" })

export const memoryConnector = (door: Doors["socket"]): SocketConnector.SocketConnector.Service => ({
  open: ({ headers, url }) =>
    Effect.gen(function* () {
      const { host, pathname, search } = new URL(Redacted.value(url))
      const asked = door({
        method: "GET",
        url: pathname + search,
        headers: {
          ...Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Redacted.value(value)])
          ),
          host,
          upgrade: "websocket"
        }
      })
      const handler = yield* Effect.flatten(asked).pipe(
        Effect.catchTag("NoSuchElementException", () => new NotAdmitted({ status: 404 })),
        Effect.mapError(({ status }) =>
          status === 0
            ? new SocketConnector.OpenError({ detail: "connect ECONNREFUSED" })
            : new SocketConnector.OpenError({
                status,
                detail: `the upgrade was answered with HTTP ${status}`
              })
        )
      )
      const toServer = yield* Mailbox.make<string>(inFlight)
      const toClient = yield* Mailbox.make<string>(inFlight)
      const ended = yield* Deferred.make<number>()
      let isMute = false
      let isOpen = true
      const close = (code: number) =>
        Effect.sync(() => {
          isOpen = false
          Deferred.unsafeDone(ended, Exit.succeed(code))
          toServer.unsafeDone(Exit.void)
          toClient.unsafeDone(Exit.void)
        })
      const peer: SocketPeer = {
        messages: toServer,
        send: (text) => Effect.asVoid(toClient.offer(text)),
        close,
        abort: close(1006),
        mute: Effect.sync(() => {
          isMute = true
        })
      }
      yield* Effect.acquireRelease(Effect.forkDaemon(Effect.interruptible(handler(peer))), (serving) =>
        Effect.zipRight(close(1000), Fiber.interrupt(serving))
      )
      const runRaw: Socket.Socket["runRaw"] = <_, E, R>(
        // biome-ignore lint/suspicious/noConfusingVoidType: the platform's own type
        receive: (_: string | Uint8Array) => Effect.Effect<_, E, R> | void
      ) =>
        Effect.gen(function* () {
          const run = Runtime.runFork(yield* Effect.runtime<R>())
          const failure = yield* Deferred.make<never, E>()
          const reading = Effect.gen(function* () {
            const result = receive(yield* toClient.take)
            if (!Effect.isEffect(result)) return
            run(result).addObserver((exit) => {
              if (Exit.isFailure(exit)) Deferred.unsafeDone(failure, Exit.failCause(exit.cause))
            })
          }).pipe(Effect.forever, Effect.ignore)
          yield* Effect.raceFirst(reading, Deferred.await(failure))
          return yield* new Socket.SocketCloseError({ reason: "Close", code: yield* Deferred.await(ended) })
        })
      return {
        socket: {
          [Socket.TypeId]: Socket.TypeId,
          runRaw,
          run: (receive) => runRaw((data) => receive(typeof data === "string" ? encoder.encode(data) : data)),
          writer: Effect.succeed((chunk) =>
            Socket.isCloseEvent(chunk)
              ? close(chunk.code)
              : Effect.flatMap(
                  toServer.offer(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString()),
                  (isTaken) => (isTaken ? Effect.void : Effect.fail(notOpen))
                )
          )
        },
        isOpen: () => isOpen,
        ping: Option.some(Effect.suspend(() => (isMute ? Effect.never : Effect.void)))
      }
    })
})
