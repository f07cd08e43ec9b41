import { describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/TestClock"
import { all } from "../../src/contract/Actions.js"
import { readFile } from "../../src/contract/tools/FileSystemTools.js"
import { shell } from "../../src/contract/tools/ShellTools.js"
import * as RetryPolicy from "../../src/RetryPolicy.js"
import { assert, hasFields } from "../support/assertions.js"
import {
  after,
  connectionFailure,
  direct,
  html,
  ok,
  type Reply,
  refused,
  type Script,
  toolResult
} from "../support/ScriptedService.js"
import { connection, linkConnection, makeTransports, vpcConnection } from "../support/transports.js"

const inTurn = (...replies: ReadonlyArray<Reply>): Script => {
  let count = 0
  return () => replies[Math.min(count++, replies.length - 1)] as Reply
}

/** Two repetitions, one and two seconds after the failure. */
const twice = RetryPolicy.make({
  schedule: Schedule.exponential("1 second").pipe(Schedule.intersect(Schedule.recurs(2)))
})

const transports = (script: Script, retry: RetryPolicy.RetryPolicy = twice) =>
  makeTransports(script, { retry })

/** The outcome, and the seconds of virtual time that it took. */
const timed = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(Effect.either(effect))
    let seconds = 0
    yield* TestClock.adjust(0)
    while ((yield* Fiber.poll(fiber))._tag === "None" && seconds < 600) {
      yield* TestClock.adjust("1 second")
      seconds += 1
    }
    return { outcome: yield* Fiber.join(fiber), seconds }
  })

const status = all.GetSession
const session = { sessionId: "s-1" }
const creation = all.CreateMcpSession
const request = {
  sdkStats: { source: "sdk", sdk_language: "typescript", sdk_version: "1", is_release: true, framework: "" }
}

describe("what is repeated", () => {
  it.scoped("an idempotent action, after a failure that may pass, as the schedule says", () =>
    Effect.gen(function* () {
      const { controlPlane, service } = yield* transports(
        inTurn(html(502), connectionFailure("ECONNRESET"), ok(session))
      )
      const { outcome, seconds } = yield* timed(controlPlane.call(status, session))
      assert.strictEqual(outcome._tag, "Right")
      assert.strictEqual(service.sent.length, 3)
      assert.strictEqual(seconds, 3)
    })
  )

  it.scoped("fails with the last failure when the schedule ends", () =>
    Effect.gen(function* () {
      const { controlPlane, service } = yield* transports(
        inTurn(html(502), html(502), refused("Internal", "last", 500))
      )
      const { outcome } = yield* timed(controlPlane.call(status, session))
      assert.strictEqual(service.sent.length, 3)
      if (outcome._tag === "Right") assert.fail("it has failed")
      hasFields(outcome.left, { reason: "Unavailable", detail: "last" })
    })
  )

  it.scoped("never an action that may have had its effect", () =>
    Effect.gen(function* () {
      for (const lost of [connectionFailure("ECONNRESET"), html(502), refused("Internal", "no", 500)]) {
        const { controlPlane, service } = yield* transports(inTurn(lost, ok(session)))
        const { outcome } = yield* timed(controlPlane.call(creation, request))
        assert.strictEqual(outcome._tag, "Left")
        assert.strictEqual(service.sent.length, 1)
      }
    })
  )

  it.scoped("any action that was provably not sent, or turned away unserved", () =>
    Effect.gen(function* () {
      for (const unserved of [connectionFailure("ECONNREFUSED"), refused("Throttling", "slow down", 429)]) {
        const { controlPlane, service } = yield* transports(inTurn(unserved, ok(session)))
        const { outcome } = yield* timed(controlPlane.call(creation, request))
        assert.strictEqual(outcome._tag, "Right")
        assert.strictEqual(service.sent.length, 2)
      }
    })
  )

  it.scoped("nothing that would fail the same way again", () =>
    Effect.gen(function* () {
      for (const final of [
        refused("NOT_LOGIN"),
        refused("InvalidMcpSession.NotFound"),
        ok({ SessionId: 7 })
      ]) {
        const { controlPlane, service } = yield* transports(inTurn(final))
        yield* timed(controlPlane.call(status, session))
        assert.strictEqual(service.sent.length, 1)
      }
    })
  )

  it.scoped("tools by their contract, on every route, and never twice over", () =>
    Effect.gen(function* () {
      const reading = { path: "/a", format: "text" } as const
      for (const [way, good] of [
        [connection(), ok(toolResult("text"))],
        [linkConnection(), direct("text")],
        [vpcConnection(), direct("text")]
      ] as const) {
        const idempotent = yield* transports(inTurn(html(502), html(502), html(502), good))
        yield* timed(idempotent.toolTransport.call(way, readFile, reading, { operation: "test" }))
        assert.strictEqual(idempotent.service.sent.length, 3, "two repetitions and no more")
        const other = yield* transports(inTurn(html(502), good))
        yield* timed(
          other.toolTransport.call(way, shell, { command: "true", timeout_ms: 1000 }, { operation: "test" })
        )
        assert.strictEqual(other.service.sent.length, 1)
      }
    })
  )
})

describe("how long it waits", () => {
  it.scoped("at least as long as the service asks", () =>
    Effect.gen(function* () {
      const busy = refused("Throttling", "slow down", 429, { "retry-after": "7" })
      const { controlPlane } = yield* transports(inTurn(busy, ok(session)))
      const { outcome, seconds } = yield* timed(controlPlane.call(status, session))
      assert.strictEqual(outcome._tag, "Right")
      assert.strictEqual(seconds, 7)
    })
  )

  it.scoped("not at all when it is asked for too much, or for more than the call has", () =>
    Effect.gen(function* () {
      const busy = refused("Throttling", "slow down", 429, { "retry-after": "31" })
      const first = yield* transports(inTurn(busy, ok(session)))
      assert.deepInclude(yield* timed(first.controlPlane.call(status, session)), { seconds: 0 })
      const hasty = { timeout: Duration.seconds(5) }
      const later = refused("Throttling", "slow down", 429, { "retry-after": "6" })
      const second = yield* transports(inTurn(later, ok(session)))
      const { outcome, seconds } = yield* timed(second.controlPlane.call(status, session, hasty))
      assert.strictEqual(seconds, 0)
      if (outcome._tag === "Right") assert.fail("it has failed")
      hasFields(outcome.left, { reason: "Throttled" })
    })
  )

  it.scoped("all attempts together keep the deadline of the call", () =>
    Effect.gen(function* () {
      const slow = after("4 seconds", html(502))
      const { controlPlane, service } = yield* transports(inTurn(slow, slow, slow))
      const { outcome, seconds } = yield* timed(
        controlPlane.call(status, session, { timeout: Duration.seconds(10) })
      )
      // 4 s, 1 s of waiting, 4 s; the third would begin at 11 s.
      assert.strictEqual(service.sent.length, 2)
      assert.strictEqual(seconds, 9)
      assert.strictEqual(outcome._tag, "Left")
      const hanging = yield* transports(inTurn(html(502), Effect.never))
      const late = yield* timed(hanging.controlPlane.call(status, session, { timeout: Duration.seconds(10) }))
      assert.strictEqual(late.seconds, 10)
      if (late.outcome._tag === "Right") assert.fail("it has failed")
      hasFields(late.outcome.left, { reason: "Timeout", detail: "no answer within 10s" })
    })
  )

  it.scoped("the standard policy: four repetitions, each wait within a fifth of the doubled one before", () =>
    Effect.gen(function* () {
      const { controlPlane, service } = yield* transports(inTurn(html(502)), RetryPolicy.standard)
      const fiber = yield* Effect.fork(Effect.either(controlPlane.call(status, session)))
      const waits: Array<number> = []
      const step = 10
      for (let sent = 1, ms = 0; sent < 5; ms += step) {
        if (service.sent.length > sent) {
          sent += 1
          waits.push(ms)
          ms = 0
        }
        yield* TestClock.adjust(step)
        if (ms > 5000) assert.fail(`no attempt after ${sent}`)
      }
      yield* Fiber.join(fiber)
      assert.strictEqual(service.sent.length, 5)
      for (const [index, nominal] of [200, 400, 800, 1600].entries()) {
        assert.approximately(waits[index] as number, nominal, nominal * 0.2 + 2 * step)
      }
    }).pipe(Effect.withRandom(Random.make("jitter")))
  )
})

describe("the stock of repetitions", () => {
  it.scoped("is shared by all calls of a client, on all routes, and refilled by success", () =>
    Effect.gen(function* () {
      let isDown = true
      const policy = RetryPolicy.make({ schedule: Schedule.recurs(2), budget: 3 })
      const { controlPlane, service } = yield* transports(() => (isDown ? html(502) : ok(session)), policy)
      const call = controlPlane.call(status, session)
      yield* timed(call)
      assert.strictEqual(service.sent.length, 3)
      yield* timed(call)
      assert.strictEqual(service.sent.length, 5, "one repetition was left")
      yield* timed(call)
      assert.strictEqual(service.sent.length, 6, "none was left")
      isDown = false
      for (let count = 0; count < 10; count++) yield* call
      isDown = true
      yield* timed(call)
      assert.strictEqual(service.sent.length, 18, "ten successes bring one back")
    })
  )
})

describe("another policy", () => {
  it.scoped("for one effect, or none at all", () =>
    Effect.gen(function* () {
      const { controlPlane, service } = yield* transports(inTurn(html(502)))
      yield* timed(controlPlane.call(status, session).pipe(RetryPolicy.withPolicy(RetryPolicy.none)))
      assert.strictEqual(service.sent.length, 1)
      const eager = RetryPolicy.make({ schedule: Schedule.recurs(5) })
      yield* timed(controlPlane.call(status, session).pipe(RetryPolicy.withPolicy(eager)))
      assert.strictEqual(service.sent.length, 7)
    })
  )

  it.scoped("holds for a client that repeats nothing by itself", () =>
    Effect.gen(function* () {
      const { controlPlane, service } = yield* transports(
        inTurn(html(502), html(502), ok(session)),
        RetryPolicy.none
      )
      const call = controlPlane.call(status, session)
      const { outcome } = yield* timed(call.pipe(RetryPolicy.withPolicy(RetryPolicy.standard)))
      assert.strictEqual(outcome._tag, "Right")
      assert.strictEqual(service.sent.length, 3)
    })
  )

  it.scoped("decides by the failure", () =>
    Effect.gen(function* () {
      const picky = RetryPolicy.make({
        schedule: Schedule.recurs(5),
        isRetryable: (failure) => failure._tag === "SessionError" && failure.code === "Later"
      })
      const { controlPlane, service } = yield* transports(
        inTurn(refused("Later", "soon", 503), html(502), ok(session)),
        picky
      )
      const { outcome } = yield* timed(controlPlane.call(status, session))
      assert.strictEqual(outcome._tag, "Left")
      assert.strictEqual(service.sent.length, 2)
    })
  )
})
