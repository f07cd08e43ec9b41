/** What a client sends at once, and per time. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as AgentBayConfig from "@effect-agentbay/core/AgentBayConfig"
import * as RequestLimits from "@effect-agentbay/core/RequestLimits"
import * as RetryPolicy from "@effect-agentbay/core/RetryPolicy"
import * as VpcTransport from "@effect-agentbay/core/VpcTransport"
import { Effect, Fiber, Layer, TestClock } from "effect"
import * as Fault from "../../src/cloud/Fault.js"
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { TestCloud } from "../../src/TestCloud.js"

const withLimits = (options: RequestLimits.Options) =>
  Effect.provide(
    AgentBay.layer.pipe(
      Layer.provide(VpcTransport.layer),
      Layer.provide(Layer.orDie(RequestLimits.layer(options))),
      Layer.provide(
        Layer.orDie(
          AgentBayConfig.layer({
            apiKey: "akm-test",
            endpoint: "https://agentbay.test",
            retry: RetryPolicy.none,
            timeouts: { request: "60 seconds" }
          })
        )
      ),
      Layer.provideMerge(TestAgentBay.layerHttpClient)
    )
  )

const slowly = (seconds: number) =>
  Effect.flatMap(TestCloud, ({ fail }) =>
    fail({ action: "ListSession" }, Fault.slow(`${seconds} seconds`), { times: Number.POSITIVE_INFINITY })
  )

/** The moments at which calls arrived, in seconds, by the journal of the cloud. */
const arrivals = Effect.map(
  Effect.flatMap(TestCloud, ({ journal }) => journal),
  (calls) => calls.map(({ startedAt }) => startedAt / 1000).sort((a, b) => a - b)
)

describe("limits", () => {
  it.effect("how many calls are under way at once", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      yield* slowly(10)
      const calls = yield* Effect.fork(
        Effect.all(
          Array.from({ length: 5 }, () => bay.list()),
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust("30 seconds")
      yield* Fiber.join(calls)
      assert.deepStrictEqual(yield* arrivals, [0, 0, 10, 10, 20])
    }).pipe(withLimits({ concurrency: 2 }))
  )

  it.effect("how many begin per time", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const calls = yield* Effect.fork(
        Effect.all(
          Array.from({ length: 6 }, () => bay.list()),
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust("30 seconds")
      yield* Fiber.join(calls)
      // Two at once to begin with, then one each time another may.
      assert.deepStrictEqual(yield* arrivals, [0, 0, 5, 10, 15, 20])
    }).pipe(withLimits({ rate: { calls: 2, interval: "10 seconds" } }))
  )

  it.effect("a call whose turn does not come in time was not sent, and says so", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      yield* cloud.scriptTool("shell", () => Effect.delay(Effect.succeed("done"), "100 seconds"))
      const session = yield* bay.create({ imageId: "code_latest" })
      const before = (yield* arrivals).length
      const command = yield* Effect.fork(session.command.run("sleep 100", { timeout: "200 seconds" }))
      yield* TestClock.adjust("1 seconds")
      const late = yield* Effect.fork(Effect.flip(bay.list()))
      yield* TestClock.adjust("60 seconds")
      const error = yield* Fiber.join(late)
      if (error._tag !== "SessionError") return assert.fail(error._tag)
      assert.deepStrictEqual([error.reason, error.phase], ["Timeout", "notSent"])
      yield* TestClock.adjust("40 seconds")
      yield* Fiber.join(command)
      assert.lengthOf(yield* arrivals, before + 1)
    }).pipe(withLimits({ concurrency: 1 }))
  )

  it.effect("one that goes away leaves its place", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      yield* slowly(50)
      const calls = yield* Effect.forEach([1, 2, 3], () =>
        Effect.zipLeft(Effect.fork(bay.list()), TestClock.adjust(0))
      )
      yield* Effect.forEach(calls, Fiber.interrupt)
      const { clearFaults } = yield* TestCloud
      yield* clearFaults
      yield* bay.list()
    }).pipe(withLimits({ concurrency: 1 }))
  )

  it.effect("numbers that make no sense are refused", () =>
    Effect.gen(function* () {
      for (const [field, options] of [
        ["concurrency", { concurrency: 0 }],
        ["concurrency", { concurrency: 1.5 }],
        ["rate.calls", { rate: { calls: 0, interval: 1 } }],
        ["rate.interval", { rate: { calls: 1, interval: 0 } }]
      ] as const) {
        const error = yield* Effect.flip(Effect.scoped(Layer.build(RequestLimits.layer(options))))
        assert.deepInclude(error, { _tag: "InvalidConfiguration", field })
      }
    })
  )
})
