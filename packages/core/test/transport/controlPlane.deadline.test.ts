import { describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { all } from "../../src/contract/Actions.js"
import { assert, hasFields } from "../support/assertions.js"
import { after, endless, never, ok, type Reply } from "../support/ScriptedService.js"
import { makeTransports, type Settings } from "../support/transports.js"

const start = (reply: Reply, timeout?: Duration.DurationInput, settings: Settings = {}) =>
  Effect.gen(function* () {
    const { controlPlane, service } = yield* makeTransports(() => reply, settings)
    const call = controlPlane.call(
      all.ReleaseMcpSession,
      { sessionId: "s-1" },
      timeout === undefined ? {} : { timeout: Duration.decode(timeout) }
    )
    return { call, service }
  })

const isRunning = (fiber: Fiber.RuntimeFiber<unknown, unknown>) =>
  Effect.map(Fiber.poll(fiber), (exit) => exit._tag === "None")

describe("the deadline of an action", () => {
  const deadlines: ReadonlyArray<readonly [string, Duration.DurationInput | undefined, Settings, number]> = [
    ["is 60 seconds", undefined, {}, 60_000],
    ["is that of the configuration", undefined, { timeouts: { request: "3 minutes" } }, 180_000],
    ["is that of the call", "10 minutes", { timeouts: { request: "3 minutes" } }, 600_000],
    ["may be shorter than the configuration's", "1 second", {}, 1000]
  ]
  for (const [name, timeout, settings, millis] of deadlines) {
    it.scoped(`${name}: ${millis} ms`, () =>
      Effect.gen(function* () {
        const { call, service } = yield* start(never, timeout, settings)
        const fiber = yield* Effect.fork(Effect.flip(call))
        yield* TestClock.adjust(millis - 1)
        assert.isTrue(yield* isRunning(fiber))
        assert.isFalse(service.sent[0]?.wasAborted())
        yield* TestClock.adjust(1)
        const error = yield* Fiber.join(fiber)
        hasFields(error, { _tag: "SessionError", reason: "Timeout", phase: "unknown" })
        assert.include(error.message, "no answer within")
        assert.isTrue(service.sent[0]?.wasAborted(), "the request must be aborted")
      })
    )
  }

  it.scoped("covers the body, not only the headers", () =>
    Effect.gen(function* () {
      const { call, service } = yield* start(endless('{"RequestId":'))
      const fiber = yield* Effect.fork(Effect.flip(call))
      yield* TestClock.adjust("60 seconds")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error.reason, "Timeout")
      assert.isTrue(service.sent[0]?.wasAborted())
    })
  )

  it.scoped("does not touch an answer that comes in time", () =>
    Effect.gen(function* () {
      const { call, service } = yield* start(after("59 seconds", ok()))
      const fiber = yield* Effect.fork(call)
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).requestId, "req-1")
      yield* TestClock.adjust("1 hour")
      assert.isFalse(service.sent[0]?.wasAborted())
    })
  )

  it.scoped("holds where interruption is switched off", () =>
    Effect.gen(function* () {
      const { call, service } = yield* start(never)
      const fiber = yield* Effect.fork(Effect.uninterruptible(Effect.flip(call)))
      yield* TestClock.adjust("60 seconds")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error.reason, "Timeout")
      assert.isTrue(service.sent[0]?.wasAborted())
    })
  )
})

describe("interrupting the caller", () => {
  it.scoped("aborts a request that has no answer yet", () =>
    Effect.gen(function* () {
      const { call, service } = yield* start(never)
      const fiber = yield* Effect.fork(call)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(service.sent.length, 1)
      const exit = yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.isInterrupted(exit))
      assert.isTrue(service.sent[0]?.wasAborted())
    })
  )

  it.scoped("aborts a request whose body is still coming", () =>
    Effect.gen(function* () {
      const { call, service } = yield* start(endless("{"))
      const fiber = yield* Effect.fork(call)
      yield* TestClock.adjust("1 second")
      const exit = yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.isInterrupted(exit))
      assert.isTrue(service.sent[0]?.wasAborted())
    })
  )

  it.scoped("is an interruption, not a timeout", () =>
    Effect.gen(function* () {
      const { call } = yield* start(never)
      const fiber = yield* Effect.fork(Effect.exit(call).pipe(Effect.onInterrupt(() => Effect.void)))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      const raced = yield* Effect.race(call, Effect.succeed("first"))
      assert.strictEqual(raced, "first")
    })
  )

  it.scoped("waits for the answer where interruption is switched off", () =>
    Effect.gen(function* () {
      const { call, service } = yield* start(after("5 seconds", ok()))
      const fiber = yield* Effect.fork(Effect.uninterruptible(call))
      yield* TestClock.adjust("1 second")
      const stopping = yield* Effect.fork(Fiber.interrupt(fiber))
      yield* TestClock.adjust("1 second")
      assert.isTrue(yield* isRunning(stopping))
      assert.isFalse(service.sent[0]?.wasAborted())
      yield* TestClock.adjust("3 seconds")
      const exit = yield* Fiber.join(stopping)
      assert.isTrue(Exit.isSuccess(exit) || Exit.isInterrupted(exit))
      assert.isFalse(service.sent[0]?.wasAborted())
    })
  )
})
