/** Agents and browsers over a live channel in trouble, in virtual time. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as AgentStream from "@effect-agentbay/core/AgentStream"
import type * as Session from "@effect-agentbay/core/Session"
import { Chunk, Effect, Fiber, Stream, TestClock } from "effect"
import * as fc from "effect/FastCheck"
import * as SocketFault from "../../src/cloud/SocketFault.js"
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { TestCloud } from "../../src/TestCloud.js"

const withSession = <A, E>(
  imageId: string,
  use: (session: Session.Session.Service, cloud: TestCloud.Service) => Effect.Effect<A, E, AgentBay.AgentBay>
) =>
  Effect.gen(function* () {
    const bay = yield* AgentBay.AgentBay
    const cloud = yield* TestCloud
    return yield* use(yield* bay.session({ imageId }), cloud)
  }).pipe(Effect.scoped, Effect.provide(TestAgentBay.layer))

const soon = "0 seconds"

describe("followed agents in trouble", () => {
  it.effect(
    "wherever the connection is cut, a task ends with its result or a typed error, nothing is left running, and the next one works",
    () =>
      withSession("mobile_latest", ({ agent }, cloud) =>
        Effect.gen(function* () {
          yield* cloud.setAgents(({ task }) => ({
            steps: [
              { reasoning: "hm", content: "a", duration: soon },
              { toolCall: { name: "tap" }, duration: soon },
              { question: "code?", duration: soon }
            ],
            end:
              task === "next"
                ? { status: "finished", product: "next" }
                : { status: "finished", product: "done" }
          }))
          const outcomes = new Set<string>()
          for (const [skip, direction] of fc.sample(
            fc.tuple(fc.nat(9), fc.constantFrom("in" as const, "out" as const)),
            30
          )) {
            yield* cloud.failSocket({ direction }, SocketFault.dropped, { skip })
            const seen: Array<string> = []
            const running = yield* Effect.fork(
              agent.mobile.stream("t", { onCallForUser: "1234" }).pipe(
                Stream.tap(({ _tag }) => Effect.sync(() => seen.push(_tag))),
                Stream.runDrain,
                Effect.either
              )
            )
            // Confirming that a task has ended takes seconds.
            yield* TestClock.adjust("40 seconds")
            const outcome = yield* Fiber.join(running)
            outcomes.add(outcome._tag)
            if (outcome._tag === "Left") {
              assert.deepInclude(outcome.left, { _tag: "ChannelError", reason: "Lost" })
              assert.notInclude(seen, "Finished")
            } else {
              assert.strictEqual(seen.at(-1), "Finished")
            }
            yield* cloud.clearFaults
            const { product } = yield* AgentStream.result(agent.mobile.stream("next"))
            assert.strictEqual(product, "next")
          }
          assert.deepStrictEqual([...outcomes].sort(), ["Left", "Right"])
        })
      )
  )

  it.effect("a question counts against the time of its task, which is terminated when that is up", () =>
    withSession("mobile_latest", ({ agent }, cloud) =>
      Effect.gen(function* () {
        yield* cloud.setAgents({
          steps: [{ question: "code?" }],
          end: { status: "finished", product: "" }
        })
        const running = yield* Effect.fork(
          Effect.flip(
            Stream.runDrain(
              agent.mobile.stream("t", { onCallForUser: () => Effect.never, timeout: "2 minutes" })
            )
          )
        )
        yield* TestClock.adjust("119 seconds")
        assert.strictEqual((yield* Fiber.poll(running))._tag, "None")
        yield* TestClock.adjust("10 seconds")
        assert.deepInclude(yield* Fiber.join(running), {
          _tag: "AgentError",
          reason: "Timeout",
          stopped: true
        })
      })
    )
  )

  it.effect("a task goes on on the clock, and its scripted steps take their time", () =>
    withSession("mobile_latest", ({ agent }, cloud) =>
      Effect.gen(function* () {
        yield* cloud.setAgents({
          steps: [
            { content: "a", duration: "4 seconds" },
            { content: "b", duration: "2 seconds" }
          ],
          end: { status: "finished", product: "ok" }
        })
        const seen: Array<string> = []
        const running = yield* Effect.fork(
          Stream.runForEach(agent.mobile.stream("t"), ({ _tag }) => Effect.sync(() => seen.push(_tag)))
        )
        yield* TestClock.adjust("3999 millis")
        assert.deepStrictEqual(seen, ["Content"])
        yield* TestClock.adjust("1 millis")
        yield* TestClock.adjust("2 seconds")
        yield* Fiber.join(running)
        assert.deepStrictEqual(seen, ["Content", "Content", "Finished"])
      })
    )
  )
})

describe("a browser in trouble", () => {
  it.effect("is heard again after its connection was cut, and says that something may be missing", () =>
    withSession("browser_latest", ({ browser, sessionId }, cloud) =>
      Effect.gen(function* () {
        yield* browser.initialize({ callForUser: true })
        const heard = yield* Effect.fork(Stream.runCollect(Stream.take(browser.notifications, 3)))
        yield* TestClock.adjust("1 second")
        const first = yield* Effect.fork(cloud.notifyBrowser(sessionId, "captcha"))
        yield* TestClock.adjust("1 second")
        yield* cloud.dropSockets(sessionId)
        yield* TestClock.adjust("5 seconds")
        yield* cloud.notifyBrowser(sessionId, "notice")
        const news = Chunk.toReadonlyArray(yield* Fiber.join(heard))
        assert.deepStrictEqual(
          news.map(({ _tag }) => _tag),
          ["TakeoverRequested", "Reconnected", "Notice"]
        )
        yield* TestClock.adjust("3 minutes")
        assert.strictEqual(yield* Fiber.join(first), "expired")
      })
    )
  )

  it.effect(
    "is told that a human is done when its connection is there again, and one who helps goes on",
    () =>
      withSession("browser_latest", ({ browser, sessionId, socket }, cloud) =>
        Effect.gen(function* () {
          yield* browser.initialize({ callForUser: true })
          const helping = yield* Effect.fork(browser.handOver(() => Effect.sleep("1 second")))
          yield* TestClock.adjust("1 second")
          for (const trouble of [
            cloud.failSocket({}, SocketFault.unreachable, { times: 4 }),
            cloud.failSocket({}, SocketFault.refused(503), { times: 2 }),
            Effect.void
          ]) {
            const asked = yield* Effect.fork(cloud.notifyBrowser(sessionId, "login"))
            yield* TestClock.adjust("800 millis")
            yield* trouble
            yield* cloud.dropSockets(sessionId)
            yield* TestClock.adjust("1 minute")
            assert.strictEqual((yield* Fiber.poll(helping))._tag, "None")
            assert.strictEqual(yield* Fiber.join(asked), "done")
          }
          // Nobody is made to try more often for it.
          const tries: Array<number> = []
          yield* Effect.fork(
            Stream.runForEach(socket.state, (state) =>
              Effect.sync(() => {
                if (state._tag === "Reconnecting") tries.push(state.attempt)
              })
            )
          )
          const waiting = yield* Effect.fork(
            cloud.notifyBrowser(sessionId, "login", { maxWait: "10 minutes" })
          )
          yield* TestClock.adjust("800 millis")
          yield* cloud.failSocket({}, SocketFault.unreachable, { times: 1_000 })
          yield* cloud.dropSockets(sessionId)
          yield* TestClock.adjust("2 minutes")
          assert.isAtLeast(tries.length, 7)
          assert.isAtMost(tries.length, 12)
          yield* cloud.clearFaults
          yield* TestClock.adjust("1 minute")
          assert.strictEqual(yield* Fiber.join(waiting), "done")
          // When the browser has gone on, nobody tells it anything.
          const asked = yield* Effect.fork(cloud.notifyBrowser(sessionId, "login", { maxWait: "20 seconds" }))
          yield* TestClock.adjust("800 millis")
          yield* cloud.failSocket({}, SocketFault.unreachable, { times: 100 })
          yield* cloud.clearJournal
          yield* cloud.dropSockets(sessionId)
          yield* TestClock.adjust("5 minutes")
          assert.strictEqual(yield* Fiber.join(asked), "expired")
          assert.deepStrictEqual(yield* cloud.frames, [])
          yield* socket.close
          assert.deepInclude(yield* Effect.flip(Fiber.join(helping)), { reason: "Closed" })
        })
      )
  )
})
