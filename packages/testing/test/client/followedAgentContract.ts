/** Agents that are followed over the live channel, and the browser that asks for a human. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as AgentStream from "@effect-agentbay/core/AgentStream"
import type * as BrowserNotification from "@effect-agentbay/core/BrowserNotification"
import { Chunk, Deferred, Effect, Fiber, Schema, Stream } from "effect"
import * as fc from "effect/FastCheck"
import * as SocketFault from "../../src/cloud/SocketFault.js"
import { TestCloud } from "../../src/TestCloud.js"
import { makeHarness, type Subject } from "./harness.js"

/** Brings every agent, and a browser. */
const imageId = "imgc-every-agent"

const limit = 60_000

const tagsOf = <A extends { readonly _tag: string }>(events: Chunk.Chunk<A>) =>
  Chunk.toReadonlyArray(events).map(({ _tag }) => _tag)

export const followedAgentContract = <E>(name: string, subject: Subject<E>) => {
  const { withLayer, withSession } = makeHarness(subject)

  describe(`followed agents ${name}`, () => {
    it.live(
      "tell what they think, say, do and ask, and go on with the answer",
      () =>
        withSession(
          "link",
          ({ agent }) =>
            Effect.gen(function* () {
              const cloud = yield* TestCloud
              yield* cloud.setAgents({
                steps: [
                  { reasoning: "Where is it?", content: "Looking. ", duration: "10 millis" },
                  { toolCall: { name: "tap", args: { x: 1 } }, duration: "10 millis" },
                  { question: "Which code?", duration: "0 seconds" }
                ],
                end: (answers) => ({ status: "finished", product: `answered ${answers.join()}` })
              })
              const onCallForUser = ({ prompt }: AgentStream.Question) => Effect.succeed(`${prompt.length}`)
              for (const stream of [
                agent.mobile.stream("log in", { onCallForUser }),
                agent.computer.stream("log in", { onCallForUser })
              ]) {
                const events = yield* Stream.runCollect(stream)
                assert.deepStrictEqual(tagsOf(events), [
                  "Reasoning",
                  "Content",
                  "ToolCall",
                  "ToolResult",
                  "Question",
                  "ToolResult",
                  "Finished"
                ])
                const numbers = Chunk.toReadonlyArray(events).flatMap((event) =>
                  "seq" in event ? [event.seq] : []
                )
                assert.deepStrictEqual(numbers, [1, 2, 3, 4, 5, 6])
                const last = Chunk.unsafeLast(events)
                assert(last._tag === "Finished")
                assert.strictEqual(last.result.output, "answered 11")
                assert.isTrue(last.isLive)
              }
            }),
          { imageId }
        ),
      limit
    )

    it.live(
      "pause until the answer to their very question has come",
      () =>
        withSession(
          "link",
          ({ agent, sessionId }) =>
            Effect.gen(function* () {
              const cloud = yield* TestCloud
              yield* cloud.setAgents({
                steps: [{ question: "first?" }, { question: "second?", duration: "0 seconds" }].map(
                  (step) => ({
                    ...step,
                    duration: "0 seconds"
                  })
                ),
                end: (answers) => ({ status: "finished", product: answers })
              })
              const asked = yield* Deferred.make<void>()
              const go = yield* Deferred.make<void>()
              const run = yield* Effect.fork(
                AgentStream.result(
                  agent.mobile.stream("t", {
                    onCallForUser: ({ prompt }) =>
                      Effect.as(
                        Effect.zipRight(Deferred.succeed(asked, undefined), Deferred.await(go)),
                        prompt
                      )
                  })
                )
              )
              yield* Deferred.await(asked)
              const frames = (yield* cloud.frames).filter((frame) => frame.sessionId === sessionId)
              assert.isFalse(JSON.stringify(frames).includes("second?"))
              yield* Deferred.succeed(go, undefined)
              const { product } = yield* Fiber.join(run)
              assert.deepStrictEqual(JSON.parse(product), ["first?", "second?"])
            }),
          { imageId }
        ),
      limit
    )

    it.live(
      "produce values that fit a Schema, and start the browser",
      () =>
        withSession(
          "link",
          ({ agent, browser }) =>
            Effect.gen(function* () {
              const outputSchema = Schema.Struct({ name: Schema.String, area: Schema.Number })
              const { output } = yield* AgentStream.result(
                agent.browser.stream("measure", { outputSchema, timeout: "30 seconds" })
              )
              assert.deepStrictEqual(output, { name: "", area: 0 })
              assert.isTrue(yield* browser.isInitialized)
            }),
          { imageId }
        ),
      limit
    )

    it.live(
      "are terminated when nobody follows them any more, and by anybody else",
      () =>
        withSession(
          "link",
          ({ agent }) =>
            Effect.gen(function* () {
              const cloud = yield* TestCloud
              yield* cloud.setAgents(({ task }) => ({
                steps: [{ content: "begun", duration: "0 seconds" }],
                end: task === "quick" ? { status: "finished", product: "ok" } : "never"
              }))
              yield* Stream.runDrain(Stream.take(agent.mobile.stream("endless"), 1))
              // The phone does one task at a time: another one proves that the first has ended.
              const { product } = yield* AgentStream.result(agent.mobile.stream("quick"))
              assert.strictEqual(product, "ok")

              const begun = yield* Deferred.make<void>()
              const followed = yield* agent.mobile.stream("endless").pipe(
                Stream.runForEach(() => Deferred.succeed(begun, undefined)),
                Effect.flip,
                Effect.fork
              )
              yield* Deferred.await(begun)
              const busy = yield* Effect.flip(Stream.runDrain(agent.mobile.stream("quick")))
              assert.deepInclude(busy, { _tag: "AgentError", reason: "Busy" })
              const id = (yield* cloud.frames).flatMap(({ frame }) => {
                const { data, invocationId } = frame as { data: { method?: string }; invocationId: string }
                return data.method === "exec_task" ? [invocationId] : []
              })
              // The last one was refused, so the one before it is the one that runs.
              const task = yield* agent.mobile.attach(id.at(-2) ?? "")
              assert.strictEqual((yield* task.status).status, "running")
              yield* task.terminate({ confirm: false })
              assert.deepInclude(yield* Fiber.join(followed), { _tag: "AgentError", reason: "Cancelled" })
            }),
          { imageId }
        ),
      limit
    )

    it.live(
      "fail as the agent says, and as it goes wrong on the way",
      () =>
        withSession(
          "link",
          ({ agent }) =>
            Effect.gen(function* () {
              const cloud = yield* TestCloud
              yield* cloud.setAgents(({ task }) => ({
                steps: [{ error: { code: "STEP_FAILED", message: "no tap" }, duration: "0 seconds" }],
                end:
                  task === "wrong"
                    ? { status: "finished", product: "x" }
                    : { status: "failed", error: "no window" }
              }))
              const failed = yield* Effect.flip(Stream.runDrain(agent.mobile.stream("hopeless")))
              assert.deepInclude(failed, { _tag: "AgentError", reason: "TaskFailed", detail: "no window" })
              const wrong = yield* Effect.flip(Stream.runDrain(agent.mobile.stream("wrong")))
              assert.deepInclude(wrong, { reason: "TaskFailed", detail: "STEP_FAILED: no tap", product: "x" })
              const fine = yield* AgentStream.result(agent.mobile.stream("wrong", { failOnError: false }))
              assert.strictEqual(fine.product, "x")
            }),
          { imageId }
        ),
      limit
    )

    it.live(
      "end with a result or a typed error wherever the connection is cut, and leave nothing running",
      () =>
        withSession(
          "link",
          ({ agent }) =>
            Effect.gen(function* () {
              const cloud = yield* TestCloud
              yield* cloud.setAgents({
                steps: [
                  { content: "a", duration: "0 seconds" },
                  { question: "code?", duration: "0 seconds" }
                ],
                end: { status: "finished", product: "done" }
              })
              for (const [skip, direction] of fc.sample(
                fc.tuple(fc.nat(5), fc.constantFrom("in" as const, "out" as const)),
                4
              )) {
                yield* cloud.failSocket({ direction }, SocketFault.dropped, { skip })
                const outcome = yield* Effect.either(AgentStream.result(agent.mobile.stream("t")))
                if (outcome._tag === "Left") {
                  assert.deepInclude(outcome.left, { _tag: "ChannelError", reason: "Lost" })
                }
                yield* cloud.clearFaults
                assert.strictEqual((yield* AgentStream.result(agent.mobile.stream("t"))).product, "done")
              }
            }),
          { imageId }
        ),
      limit
    )

    it.live(
      "say what is missing without a live channel, or are asked for instead",
      () =>
        withLayer(
          false,
          Effect.scoped(
            Effect.gen(function* () {
              const bay = yield* AgentBay.AgentBay
              const cloud = yield* TestCloud
              yield* cloud.setAgents({
                steps: [{ content: "hi", question: "unheard?", duration: "50 millis" }],
                end: { status: "finished", product: "ok" }
              })
              const { agent } = yield* bay.session({ imageId })
              const error = yield* Effect.flip(Stream.runDrain(agent.mobile.stream("t")))
              assert.deepInclude(error, { _tag: "ChannelUnavailable", reason: "NoUrl" })
              const events = yield* Stream.runCollect(
                agent.mobile.stream("t", { fallback: "poll", interval: "20 millis" })
              )
              assert.includeMembers(tagsOf(events), ["Status", "Content"])
              assert.deepInclude(Chunk.unsafeLast(events), { _tag: "Finished", isLive: false })
            })
          )
        ),
      limit
    )
  })

  describe(`hand-over ${name}`, () => {
    it.live(
      "the browser asks for a human, is told when that is done, and says what it does on its own",
      () =>
        withSession(
          "link",
          ({ browser, sessionId, socket }) =>
            Effect.gen(function* () {
              const cloud = yield* TestCloud
              const heard: Array<BrowserNotification.BrowserNotification> = []
              const isListening = Effect.repeat(Effect.zipRight(Effect.sleep("10 millis"), cloud.sockets), {
                until: ({ length }) => length > 0
              })
              yield* Effect.forkScoped(
                Stream.runForEach(browser.notifications, (news) => Effect.sync(() => heard.push(news)))
              )
              yield* isListening
              // Not started, it says nothing of the kind.
              assert.strictEqual(yield* cloud.notifyBrowser(sessionId, "login"), "off")
              yield* browser.initialize({ callForUser: true, solveCaptchas: true })
              assert.strictEqual(yield* cloud.notifyBrowser(sessionId, "autoLoginStarted"), "off")
              assert.strictEqual(yield* cloud.notifyBrowser(sessionId, "captchaSolvingStarted"), "said")
              assert.strictEqual(yield* cloud.notifyBrowser(sessionId, "captchaSolvingFinished"), "said")
              assert.strictEqual(
                yield* cloud.notifyBrowser(sessionId, "pay", { maxWait: "50 millis" }),
                "expired"
              )
              const helping = yield* Effect.fork(browser.handOver(() => Effect.void))
              assert.strictEqual(
                yield* cloud.notifyBrowser(sessionId, "login", { maxWait: "20 seconds" }),
                "done"
              )
              yield* Fiber.interrupt(helping)
              yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => heard.length >= 5 })
              assert.deepStrictEqual(
                heard.map((news) => [news._tag, "subject" in news ? news.subject : ""]),
                [
                  ["Paused", "captcha"],
                  ["Resumed", "captcha"],
                  ["TakeoverRequested", "pay"],
                  ["TakeoverRequested", "login"],
                  ["TakeoverDone", ""]
                ]
              )
              // Who stops helping leaves the channel to the others.
              assert.lengthOf(yield* cloud.sockets, 1)
              assert.deepInclude(yield* Effect.flip(socket.call("nobody", {})), { reason: "Remote" })
            }).pipe(Effect.scoped),
          { imageId: "browser_latest" }
        ),
      limit
    )
  })
}
