/** Agents: tasks are started, followed, awaited and terminated, on every route. */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, type Duration, Effect, Fiber, Schema, Stream } from "effect"
import { TestCloud } from "../../src/TestCloud.js"
import { makeHarness, routes, type Subject } from "./harness.js"

/** Brings the tools of every agent. */
const imageId = "imgc-every-agent"

const City = Schema.Struct({ name: Schema.String, tags: Schema.Array(Schema.String), area: Schema.Number })

const soon = { interval: "20 millis", timeout: "20 seconds" } as const

export const agentContract = <E>(name: string, subject: Subject<E>) => {
  const { withSession } = makeHarness(subject)

  for (const route of routes) {
    describe(`agents ${name}, ${route} route`, () => {
      it.live("carry out what their scripts say, and tell of it on the way", () =>
        withSession(
          route,
          ({ agent }) =>
            Effect.gen(function* () {
              const cloud = yield* TestCloud
              yield* cloud.setAgents({
                steps: [
                  { action: "look", reasoning: "Where is it? ", duration: "60 millis" },
                  { action: "tap", content: "Tapped. ", duration: "60 millis" },
                  { content: "Done.", duration: "60 millis" }
                ],
                end: { status: "finished", product: "It is open." }
              })
              for (const one of [agent.computer, agent.mobile]) {
                const task = yield* one.start("Open the settings")
                const events = Chunk.toReadonlyArray(yield* Stream.runCollect(task.progress(soon)))
                const told = events.flatMap((event) =>
                  event._tag === "Reasoning" || event._tag === "Content" ? [event.text] : []
                )
                assert.deepStrictEqual(told, ["Where is it? ", "Tapped. ", "Done."])
                // A short action may come and go between two looks; the last one stays.
                assert.strictEqual(
                  events.flatMap((event) => (event._tag === "Action" ? [event.action] : [])).at(-1),
                  "tap"
                )
                const last = events.at(-1)
                assert(last?._tag === "Finished")
                assert.strictEqual(last.result.output, "It is open.")
                // The end is known by now, whatever the service still knows.
                assert.strictEqual((yield* task.wait(soon)).taskId, task.taskId)
                assert.strictEqual((yield* task.status).status, "finished")
              }
            }),
          { imageId }
        )
      )

      it.live("fail as the agent or the clock says, and end what they began", () =>
        withSession(
          route,
          ({ agent }) =>
            Effect.gen(function* () {
              const cloud = yield* TestCloud
              yield* cloud.setAgents(({ task }) => ({
                steps: [{ action: "try" }],
                end: task === "endless" ? "never" : { status: "failed", error: "no window" }
              }))
              const failed = yield* Effect.flip(agent.computer.run("hopeless", soon))
              assert.deepInclude(failed, {
                _tag: "AgentError",
                reason: "TaskFailed",
                detail: "no window",
                stopped: true
              })
              const task = yield* agent.mobile.start("endless")
              const busy = yield* Effect.flip(agent.mobile.start("another"))
              assert.deepInclude(busy, { _tag: "AgentError", reason: "Busy" })
              const inVain = (timeout: Duration.DurationInput) =>
                Effect.flip(task.wait({ interval: "20 millis", timeout }))
              const hasty = yield* inVain("100 millis")
              // A busy machine may not have looked at the task by then.
              const isUnseen = hasty._tag === "AgentError" && hasty.status === undefined
              const late = isUnseen ? yield* inVain("5 seconds") : hasty
              assert.deepInclude(late, { reason: "Timeout", stopped: false, status: "running" })
              assert.strictEqual((yield* task.status).status, "running")
              const other = yield* agent.mobile.attach(task.taskId)
              assert.strictEqual(yield* other.terminate(), "cancelled")
              const gone = yield* Effect.flip(task.status)
              assert.deepInclude(gone, { _tag: "AgentError", reason: "NotFound" })
              const twice = yield* Effect.flip(other.terminate())
              assert.deepInclude(twice, { _tag: "AgentError", reason: "NotFound" })
            }),
          { imageId }
        )
      )
    })
  }

  describe(`agents ${name}`, () => {
    it.live("are stopped when nobody waits any more", () =>
      withSession(
        "api",
        ({ agent }) =>
          Effect.gen(function* () {
            const cloud = yield* TestCloud
            const started: Array<string> = []
            yield* cloud.setAgents(({ task }) => {
              started.push(task)
              return { end: "never" }
            })
            const late = yield* Effect.flip(
              agent.computer.run("endless", { interval: "20 millis", timeout: "100 millis" })
            )
            assert.deepInclude(late, { _tag: "AgentError", reason: "Timeout", stopped: true })
            const waiting = yield* Effect.fork(agent.mobile.run("endless", soon))
            yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => started.length === 2 })
            yield* Fiber.interrupt(waiting)
            // The phone does one task at a time, so the next one proves that the first has ended.
            const next = yield* agent.mobile.start("next")
            assert.notStrictEqual(next.taskId, "")
            const calls = (yield* cloud.journal).map(({ tool }) => tool)
            assert.includeMembers(calls, ["flux_terminate_task", "terminate_task"])
          }),
        { imageId }
      )
    )

    it.live("start the browser, and produce values that fit a Schema", () =>
      withSession(
        "api",
        ({ agent, browser }) =>
          Effect.gen(function* () {
            const cloud = yield* TestCloud
            yield* cloud.setAgents(({ task }) =>
              task === "unscripted"
                ? undefined
                : {
                    end: {
                      status: "finished",
                      product: task === "good" ? { name: "Oslo", tags: [], area: 454 } : "no JSON"
                    }
                  }
            )
            const { output } = yield* agent.browser.run("good", { ...soon, outputSchema: City })
            assert.deepStrictEqual(output, { name: "Oslo", tags: [], area: 454 })
            assert.isTrue(yield* browser.isInitialized)
            const mismatch = yield* Effect.flip(agent.browser.run("bad", { ...soon, outputSchema: City }))
            assert.deepInclude(mismatch, { _tag: "AgentError", reason: "OutputMismatch", product: "no JSON" })
            const attached = yield* Effect.flatMap(agent.browser.start("good"), ({ taskId }) =>
              agent.browser.attach(taskId, { outputSchema: City })
            )
            assert.strictEqual((yield* attached.wait(soon)).output.area, 454)
            const smallest = yield* agent.browser.run("unscripted", { ...soon, outputSchema: City })
            assert.deepStrictEqual(smallest.output, { name: "", tags: [], area: 0 })
            const starts = (yield* cloud.journal).filter(({ action }) => action === "InitBrowser")
            assert.lengthOf(starts, 1)
          }),
        { imageId }
      )
    )

    it.live("repeat the task when nobody wrote a script", () =>
      withSession(
        "api",
        ({ agent }) =>
          Effect.gen(function* () {
            const { output } = yield* agent.computer.run("say hello", soon)
            assert.strictEqual(output, "Done: say hello")
          }),
        { imageId }
      )
    )

    it.live("are not in images without them", () =>
      withSession("api", ({ agent }) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(agent.mobile.start("tap"))
          assert.strictEqual(error._tag, "ToolError")
        })
      )
    )
  })
}
