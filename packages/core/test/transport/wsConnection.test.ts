/** Connections over WebSockets of the shape of the package `ws`. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option, Scope, TestClock } from "effect"
import { type FakeWs, openFakeWs } from "../support/fakeWs.js"

/** Microtasks, in which a WebSocket of these tests answers; no time passes. */
const moment = Effect.repeatN(Effect.yieldNow(), 20)

describe("a connection over a WebSocket", () => {
  it.effect("is closed as soon as the other side has answered", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { ws } = yield* Scope.extend(openFakeWs(), scope)
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* moment
      assert.isTrue(Option.isSome(yield* Fiber.poll(closing)))
      assert.strictEqual(ws.endedWith, 1000)
    })
  )

  it.effect("is closed with a word to the other side when whoever had it is interrupted", () =>
    Effect.gen(function* () {
      const opened = yield* Deferred.make<FakeWs>()
      const using = yield* openFakeWs().pipe(
        Effect.flatMap(({ ws }) => Deferred.succeed(opened, ws)),
        Effect.zipRight(Effect.never),
        Effect.scoped,
        Effect.fork
      )
      const ws = yield* Deferred.await(opened)
      yield* Fiber.interrupt(using)
      assert.strictEqual(ws.endedWith, 1000)
    })
  )

  it.effect("is closed after a second where no answer comes", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { ws } = yield* Scope.extend(openFakeWs({ answersClosing: false }), scope)
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* TestClock.adjust("999 millis")
      assert.isTrue(Option.isNone(yield* Fiber.poll(closing)))
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(closing)
      assert.strictEqual(ws.endedWith, 1006)
    })
  )

  it.scoped("listens for the answer to a ping no longer than it takes", () =>
    Effect.gen(function* () {
      const { connection, ws } = yield* openFakeWs()
      const ping = Option.getOrThrow(connection.ping)
      const before = ws.listenerCount("pong")
      yield* Effect.repeatN(ping, 20)
      assert.deepStrictEqual([ws.pings, ws.listenerCount("pong")], [21, before])
    })
  )
})
