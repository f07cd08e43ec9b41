import * as Socket from "@effect/platform/Socket"
import { assert, describe, it } from "@effect/vitest"
import { SessionSocket } from "@effect-agentbay/core"
import { Deferred, Effect, Exit, Fiber, Option, Redacted, Scope, Stream, TestClock } from "effect"
import { missingOf, runtimeWith } from "../support/channel.js"

const url = Option.some(Redacted.make("wss://gateway.test/ws/s-1"))
const token = Option.some(Redacted.make("token-of-the-session"))

describe("SessionSocket", () => {
  it.effect("says which part of a live channel is missing, and connects to nothing", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* missingOf({ hasConnector: false, url, token }), "NoConnector")
      assert.strictEqual(yield* missingOf({ hasConnector: true, url: Option.none(), token }), "NoUrl")
      assert.strictEqual(yield* missingOf({ hasConnector: true, url, token: Option.none() }), "NoToken")
      const socket = SessionSocket.make(runtimeWith({ hasConnector: true, url, token }))
      yield* socket.available()
    })
  )

  it.scoped("where there are no ping frames, a text every twenty seconds keeps the connection awake", () =>
    Effect.gen(function* () {
      const sent: Array<unknown> = []
      const silent: Socket.Socket = {
        [Socket.TypeId]: Socket.TypeId,
        run: () => Effect.never,
        runRaw: () => Effect.never,
        writer: Effect.succeed((chunk) => Effect.sync(() => sent.push(chunk)))
      }
      const runtime = runtimeWith(
        { hasConnector: true, url, token },
        { open: () => Effect.succeed({ socket: silent, isOpen: () => true, ping: Option.none() }) }
      )
      const socket = SessionSocket.make(runtime)
      const states: Array<SessionSocket.SocketState> = []
      yield* Effect.forkScoped(
        Stream.runForEach(socket.state, (state) => Effect.sync(() => states.push(state)))
      )
      const listening = yield* Scope.make()
      yield* Effect.asVoid(Scope.extend(socket.subscribe("anyone"), listening))
      yield* TestClock.adjust("19999 millis")
      assert.deepStrictEqual(sent, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(sent, ['{"type":"ping"}'])
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual(sent, new Array(16).fill('{"type":"ping"}'))
      // Nothing answers, and nothing can be told from that.
      assert.deepStrictEqual(states.at(-1), { _tag: "Open", connection: 1 })
      yield* Scope.close(listening, Exit.void)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(states.at(-1), { _tag: "Closed" })
    })
  )

  it.scoped("closing while it connects leaves no connection, and says so to who waits", () =>
    Effect.gen(function* () {
      let open = 0
      const connecting = yield* Deferred.make<void>()
      const runtime = runtimeWith(
        { hasConnector: true, url, token },
        {
          open: () =>
            Effect.acquireRelease(
              Effect.sync(() => {
                open += 1
              }),
              () =>
                Effect.sync(() => {
                  open -= 1
                })
            ).pipe(Effect.zipRight(Deferred.succeed(connecting, undefined)), Effect.zipRight(Effect.never))
        }
      )
      const socket = SessionSocket.make(runtime)
      const calling = yield* Effect.fork(Effect.flip(socket.call("anyone", {})))
      yield* Deferred.await(connecting)
      assert.strictEqual(open, 1)
      yield* socket.close
      assert.deepInclude(yield* Fiber.join(calling), { reason: "Closed", phase: "notSent" })
      assert.strictEqual(open, 0)
    })
  )
})
