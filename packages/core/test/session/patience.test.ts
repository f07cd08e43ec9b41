import { describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import * as AgentBayError from "../../src/AgentBayError.js"
import { patiently } from "../../src/internal/patience.js"
import { assert } from "../support/assertions.js"

const failing = (error: AgentBayError.SessionError | AgentBayError.VpcUnavailable, times: number) => {
  const state = { calls: 0 }
  const call = Effect.suspend(() => {
    state.calls += 1
    return state.calls <= times ? Effect.fail(error) : Effect.succeed("right")
  })
  return { call, state }
}

const sessionError = (facts: Partial<AgentBayError.SessionError>) =>
  new AgentBayError.SessionError({
    reason: "Unavailable",
    operation: "SessionFileSystem.readFile",
    phase: "sent",
    detail: "",
    ...facts
  })

describe("patience", () => {
  it.effect("repeats what may pass, also where the VPC route does not reach its endpoint, three times", () =>
    Effect.gen(function* () {
      const unreachable = new AgentBayError.VpcUnavailable({
        reason: "EndpointUnreachable",
        operation: "SessionFileSystem.readFile",
        sessionId: "s-1",
        tool: "read_file",
        missing: "10.0.0.1:8080"
      })
      for (const error of [sessionError({}), unreachable]) {
        const passing = failing(error, 3)
        const fiber = yield* Effect.fork(patiently(passing.call))
        yield* TestClock.adjust("3 seconds")
        assert.strictEqual(yield* Fiber.join(fiber), "right")
        const lasting = failing(error, 4)
        const end = yield* Effect.fork(Effect.flip(patiently(lasting.call)))
        yield* TestClock.adjust("3 seconds")
        assert.strictEqual((yield* Fiber.join(end))._tag, error._tag)
        assert.strictEqual(lasting.state.calls, 4)
      }
    })
  )

  it.effect("waits as long as it is asked to, up to half a minute; a longer wait is a failure at once", () =>
    Effect.gen(function* () {
      const short = failing(sessionError({ reason: "Throttled", retryAfterMs: 20_000 }), 1)
      const fiber = yield* Effect.fork(patiently(short.call))
      yield* TestClock.adjust("19 seconds")
      assert.strictEqual(short.state.calls, 1)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* Fiber.join(fiber), "right")
      const long = failing(sessionError({ reason: "Throttled", retryAfterMs: 600_000 }), 1)
      const error = yield* Effect.flip(patiently(long.call))
      assert.strictEqual(error._tag === "SessionError" && error.reason, "Throttled")
      assert.strictEqual(long.state.calls, 1)
    })
  )

  it.effect("repeats nothing else", () =>
    Effect.gen(function* () {
      const unreadable = failing(sessionError({ reason: "Decode" }), 1)
      yield* Effect.flip(patiently(unreadable.call))
      const refused = failing(
        new AgentBayError.VpcUnavailable({
          reason: "NotVpcSession",
          operation: "SessionFileSystem.readFile",
          sessionId: "s-1",
          tool: "read_file",
          missing: "isVpc"
        }),
        1
      )
      yield* Effect.flip(patiently(refused.call))
      assert.deepStrictEqual([unreadable.state.calls, refused.state.calls], [1, 1])
    })
  )
})
