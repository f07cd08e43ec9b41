/** One connection after the other: who is given which, and what a subscription hears of it. */
import { assert, describe, it } from "@effect/vitest"
import type { SessionSocket } from "@effect-agentbay/core"
import { Effect, Fiber, Option, Stream, TestClock } from "effect"
import * as fc from "effect/FastCheck"
import { answeringChannel } from "../support/scriptedSocket.js"

const said = (n: number) => ({ invocationId: `p-${n}`, source: "server", target: "SDK", data: { n } })

const words = (signals: Iterable<SessionSocket.Signal>) =>
  Array.from(signals, (signal) =>
    signal._tag === "Push"
      ? `push ${signal.data.n}`
      : signal._tag === "Opened"
        ? `open ${signal.connection}`
        : "lost"
  )

/** Times in milliseconds as a sleep may have them: sums of such numbers are not exact. */
const nanoseconds = (maxMillis: number) => fc.nat(maxMillis * 1e6).map((nanos) => nanos / 1e6)

describe("a connection that nobody uses", () => {
  it.effect.prop(
    "is given up after ten seconds, whole milliseconds or not",
    [nanoseconds(100_000), nanoseconds(9_000)],
    ([start, later]) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(start)
        const { side, socket } = yield* answeringChannel()
        yield* side
        yield* TestClock.adjust(later)
        yield* side
        const isOpen = Effect.map(Stream.runHead(socket.state), (state) =>
          Option.exists(state, ({ _tag }) => _tag === "Open")
        )
        yield* TestClock.adjust("9 seconds")
        assert.isTrue(yield* isOpen)
        yield* TestClock.adjust("2 seconds")
        assert.isFalse(yield* isOpen)
      }).pipe(Effect.scoped),
    { fastCheck: { numRuns: 200 } }
  )
})

describe("a connection that is known to have ended", () => {
  it.scoped("is passed over: nothing is sent on it, and what is asked waits for the next one", () =>
    Effect.gen(function* () {
      const { opened, sent, side, socket } = yield* answeringChannel()
      const { lapse } = yield* side
      lapse()
      const before = sent.length
      const asked = yield* Effect.forkAll([
        Effect.asVoid(socket.call("anyone", {})),
        socket.send("anyone", {}),
        Effect.scoped(Effect.asVoid(socket.open("anyone", {}))),
        Effect.scoped(Effect.asVoid(socket.subscribe("anyone")))
      ])
      yield* TestClock.adjust("999 millis")
      assert.deepStrictEqual([sent.length, opened.length], [before, 1])
      // Nothing tells of its end: it is left.
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(asked)
      assert.deepStrictEqual([sent.length, opened.length], [before + 3, 2])
    })
  )

  it.scoped("does not take along what is written on what was asked over it", () =>
    Effect.gen(function* () {
      const { side, socket } = yield* answeringChannel()
      const { lapse } = yield* side
      const { write } = yield* socket.open("anyone", { silent: true })
      lapse()
      assert.deepInclude(yield* Effect.flip(write({})), { reason: "Lost", phase: "notSent" })
    })
  )

  it.scoped("that is over while it is written to may have carried it", () =>
    Effect.gen(function* () {
      const { side, socket } = yield* answeringChannel()
      const { drop } = yield* side
      const call = yield* Effect.fork(Effect.flip(socket.call("anyone", { silent: true })))
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      drop()
      assert.deepInclude(yield* Fiber.join(call), { reason: "Lost", phase: "unknown" })
    })
  )

  it.scoped("leaves a call that found no other one in time as not sent", () =>
    Effect.gen(function* () {
      const { side, socket } = yield* answeringChannel({ closing: "1 hour" })
      const { lapse } = yield* side
      lapse()
      const call = yield* Effect.fork(Effect.flip(socket.call("anyone", {}, { timeout: "5 seconds" })))
      yield* TestClock.adjust("6 seconds")
      assert.deepInclude(yield* Fiber.join(call), { reason: "Timeout", phase: "notSent" })
    })
  )
})

describe("a subscription", () => {
  it.scoped(
    "has one connection at a time, though the old one takes its time to close and others ask meanwhile",
    () =>
      Effect.gen(function* () {
        const { opened, side, socket } = yield* answeringChannel({ closing: "1 second" })
        const signals = yield* socket.subscribe("server")
        const heard = yield* Effect.fork(Stream.runCollect(Stream.take(signals, 5)))
        const first = yield* side
        first.say(said(1))
        first.drop()
        yield* TestClock.adjust("100 millis")
        const late = yield* socket.subscribe("server").pipe(Effect.fork)
        const asked = yield* Effect.fork(side)
        yield* TestClock.adjust("2 seconds")
        const second = yield* Fiber.join(asked)
        second.say(said(2))
        second.say(said(3))
        assert.deepStrictEqual(words(yield* Fiber.join(heard)), [
          "open 1",
          "push 1",
          "lost",
          "open 2",
          "push 2"
        ])
        // It came after the loss.
        const others = yield* Fiber.join(late)
        assert.deepStrictEqual(words(yield* Stream.runCollect(Stream.take(others, 3))), [
          "open 2",
          "push 2",
          "push 3"
        ])
        yield* TestClock.adjust("1 minute")
        assert.lengthOf(opened, 2)
      })
  )

  it.scoped("that comes while an unused connection is closed has the next one, as have requests", () =>
    Effect.gen(function* () {
      const { opened, side, socket } = yield* answeringChannel({ closing: "1 second" })
      yield* side
      yield* TestClock.adjust("10500 millis")
      const asked = yield* Effect.fork(side)
      const subscribed = yield* Effect.fork(socket.subscribe("server"))
      yield* TestClock.adjust("1 second")
      const { say } = yield* Fiber.join(asked)
      say(said(1))
      const signals = yield* Fiber.join(subscribed)
      assert.deepStrictEqual(words(yield* Stream.runCollect(Stream.take(signals, 2))), ["open 2", "push 1"])
      assert.lengthOf(opened, 2)
    })
  )

  it.scoped("goes on over any number of losses, and hears everything that was said in between once", () =>
    Effect.gen(function* () {
      const { opened, side, socket } = yield* answeringChannel({ closing: "300 millis" })
      const signals = yield* socket.subscribe("server")
      const heard = yield* Effect.fork(
        Stream.runCollect(Stream.takeUntil(signals, (one) => one._tag === "Push" && one.data.n === 9))
      )
      for (let n = 0; n <= 9; n++) {
        const asked = yield* Effect.fork(side)
        yield* TestClock.adjust("40 seconds")
        const { drop, lapse, say } = yield* Fiber.join(asked)
        say(said(n))
        if (n % 2 === 0) drop()
        else lapse()
      }
      const all = words(yield* Fiber.join(heard))
      assert.deepStrictEqual(
        all.filter((word) => word.startsWith("push")),
        Array.from({ length: 10 }, (_, n) => `push ${n}`)
      )
      assert.deepStrictEqual(
        all.filter((word) => word.startsWith("open")),
        opened.map((_, n) => `open ${n + 1}`)
      )
    })
  )
})
