import { assert, describe, it } from "@effect/vitest"
import { AgentBayError, SessionAgent } from "@effect-agentbay/core"
import { Duration, Effect, Option, Schema } from "effect"
import { agents, finished, gone, json } from "../support/agents.js"
import { assert as strict } from "../support/assertions.js"
import { answer, failed, type Json } from "../support/FakeSession.js"

const { BrowserError } = AgentBayError

describe("what is sent", () => {
  it.scoped("tasks in the form of each agent", () =>
    Effect.gen(function* () {
      const { agent, calls } = yield* agents()
      yield* agent.computer.start("open 計算機")
      yield* agent.computer.start("t", { maxTries: 5 })
      yield* agent.mobile.start("t")
      yield* agent.mobile.start("t", { maxSteps: 7 })
      yield* agent.browser.start("t", { useVision: false, fullPageScreenshot: true })
      assert.deepStrictEqual(
        calls.map(({ args: { output_schema: _, ...args }, tool }) => [tool, args]),
        [
          ["flux_execute_task", { task: "open 計算機" }],
          ["flux_execute_task", { task: "t", max_try_times: 5 }],
          ["execute_task", { task: "t", max_steps: 50 }],
          ["execute_task", { task: "t", max_steps: 7 }],
          ["browser_use_execute_task", { task: "t", use_vision: false, full_page_screenshot: true }]
        ]
      )
    })
  )

  it.scoped("the Schema of the output as the text of a JSON Schema document", () =>
    Effect.gen(function* () {
      const { agent, calls } = yield* agents()
      yield* agent.browser.start("t")
      const Weather = Schema.Struct({
        city: Schema.String,
        at: Schema.Date,
        tags: Schema.optional(Schema.Array(Schema.String))
      })
      yield* agent.browser.start("t", { outputSchema: Weather })
      const documents = calls.map(({ args }) => JSON.parse(String(args.output_schema)) as Json)
      const $schema = "http://json-schema.org/draft-07/schema#"
      assert.deepStrictEqual(documents[0], {
        type: "object",
        properties: {},
        additionalProperties: false,
        $schema
      })
      assert.deepInclude(documents[1], {
        $schema,
        type: "object",
        required: ["city", "at"],
        additionalProperties: false
      })
      assert.strictEqual(calls[0]?.args.use_vision, true)
    })
  )

  it.scoped("nothing for what cannot be", () =>
    Effect.gen(function* () {
      const { agent, calls } = yield* agents()
      const refusals = yield* Effect.forEach(
        [
          agent.computer.start("  "),
          agent.computer.start("t", { maxTries: 0 }),
          agent.mobile.start("t", { maxSteps: 1.5 }),
          agent.mobile.run("t", { timeout: 0 }),
          agent.mobile.run("t", { interval: Duration.infinity }),
          agent.browser.start("t", { outputSchema: Schema.BigIntFromSelf }),
          agent.browser.attach("")
        ] as ReadonlyArray<Effect.Effect<unknown, SessionAgent.SessionAgent.Failure>>,
        Effect.flip
      )
      assert.deepStrictEqual(
        refusals.map((error) => (error._tag === "InvalidArgument" ? error.field : error._tag)),
        ["task", "maxTries", "maxSteps", "timeout", "interval", "outputSchema", "taskId"]
      )
      assert.deepStrictEqual(calls, [])
    })
  )
})

describe("the browser of the browser agent", () => {
  const starter = (isRunning: boolean, reason?: "AlreadyInitialized" | "InitializeFailed") => {
    const starts: Array<number> = []
    const browser: SessionAgent.BrowserStarter = {
      isInitialized: Effect.succeed(isRunning),
      initialize: () =>
        Effect.suspend(() => {
          starts.push(1)
          return reason === undefined
            ? Effect.void
            : Effect.fail(
                new BrowserError({ reason, operation: "o", sessionId: "s-fake", detail: "no browser" })
              )
        })
    }
    return { starts, browser }
  }

  it.scoped("is started when it does not run", () =>
    Effect.gen(function* () {
      const { calls, runtime } = yield* agents()
      for (const [isRunning, starts] of [
        [false, 1],
        [true, 0]
      ] as const) {
        const one = starter(isRunning)
        yield* SessionAgent.make(runtime, one.browser).browser.start("t")
        assert.lengthOf(one.starts, starts)
      }
      // Somebody else has started it in the meantime.
      yield* SessionAgent.make(runtime, starter(false, "AlreadyInitialized").browser).browser.start("t")
      assert.lengthOf(calls, 3)
    })
  )

  it.scoped("without which there is no task", () =>
    Effect.gen(function* () {
      const { calls, runtime } = yield* agents()
      const agent = SessionAgent.make(runtime, starter(false, "InitializeFailed").browser)
      const error = yield* Effect.flip(agent.browser.run("t"))
      assert.deepInclude(error, { _tag: "BrowserError", reason: "InitializeFailed" })
      assert.deepStrictEqual(calls, [])
      // The others have nothing to do with it.
      yield* agent.mobile.start("t")
      assert.lengthOf(calls, 1)
    })
  )
})

describe("what starting says", () => {
  it.scoped("the id in any spelling", () =>
    Effect.gen(function* () {
      for (const start of [
        json({ task_id: "a" }),
        json({ taskId: "a" }),
        json({ taskId: "a", task_id: "a" })
      ]) {
        const { agent } = yield* agents({ start })
        for (const one of [agent.computer, agent.browser, agent.mobile]) {
          assert.strictEqual((yield* one.start("t")).taskId, "a")
        }
      }
    })
  )

  it.scoped("an answer without an id is no task that has begun", () =>
    Effect.gen(function* () {
      for (const [start, detail] of [
        [json({ status: "running" }), '{"status":"running"}'],
        [json({ error: "quota" }), "quota"],
        [answer("plain"), "plain"]
      ] as const) {
        const { agent, calls } = yield* agents({ start })
        for (const one of [agent.computer, agent.browser]) {
          const error = yield* Effect.flip(one.run("t"))
          assert(error._tag === "AgentError")
          assert.deepInclude(error, { reason: "NotStarted", detail, stopped: true })
        }
        assert.lengthOf(calls, 2)
      }
    })
  )

  it.scoped("the mobile agent may have finished at once, with its product as the answer", () =>
    Effect.gen(function* () {
      const { agent, calls } = yield* agents({ start: answer("Done, plain text") })
      const task = yield* agent.mobile.start("t")
      assert.strictEqual(task.taskId, "")
      assert.strictEqual((yield* task.wait()).output, "Done, plain text")
      assert.strictEqual((yield* task.status).status, "finished")
      assert.lengthOf(calls, 1)
    })
  )

  it.scoped("an answer that is only an error is no success of the mobile agent", () =>
    Effect.gen(function* () {
      const { agent } = yield* agents({ start: json({ error: { message: "no phone" } }) })
      const error = yield* Effect.flip(agent.mobile.run("t"))
      assert.deepInclude(error, { _tag: "AgentError", reason: "TaskFailed", detail: "no phone" })
    })
  )

  it.scoped("no credential of the session, should it be repeated", () =>
    Effect.gen(function* () {
      const { agent } = yield* agents({ start: answer("no agent for token-fake") })
      const error = yield* Effect.flip(agent.computer.start("t"))
      assert.deepInclude(error, { _tag: "AgentError", reason: "NotStarted" })
      assert.notInclude(String(error), "token-fake")
    })
  )

  it.scoped("that the phone is busy, and what else the tool says", () =>
    Effect.gen(function* () {
      const busy = yield* agents({ start: failed("Another task is currently running: t-0") })
      assert.deepInclude(yield* Effect.flip(busy.agent.mobile.start("t")), {
        _tag: "AgentError",
        reason: "Busy"
      })
      const none = yield* agents({ start: failed("no agent") })
      assert.deepInclude(yield* Effect.flip(none.agent.computer.start("t")), {
        _tag: "ToolError",
        text: "no agent"
      })
    })
  )
})

describe("how a task stands", () => {
  it.scoped("every word for a status", () =>
    Effect.gen(function* () {
      const words = {
        running: "running",
        finished: "finished",
        completed: "finished",
        COMPLETED: "finished",
        failed: "failed",
        unsupported: "unsupported",
        cancelling: "cancelling",
        cancelled: "cancelled",
        canceled: "cancelled",
        queued: "unknown",
        finised: "unknown"
      }
      for (const [word, status] of Object.entries(words)) {
        const { agent } = yield* agents({ looks: [json({ status: word })] })
        const task = yield* agent.mobile.attach("m-9")
        const report = yield* task.status
        assert.deepStrictEqual([report.taskId, report.status, report.statusText], ["m-9", status, word])
      }
    })
  )

  it.scoped("product, error and stream of every agent", () =>
    Effect.gen(function* () {
      const { agent } = yield* agents({
        looks: [
          json({
            task_id: "t-1",
            status: "running",
            action: "tap",
            result: "",
            product: "p",
            error: "slow",
            stream: [{ content: "c", reasoning: "r", timestamp_ms: 5 }, { content: "d" }]
          })
        ]
      })
      for (const one of [agent.computer, agent.browser, agent.mobile]) {
        const task = yield* one.attach("t-1")
        const report = yield* task.status
        strict.deepStrictEqual(report.product, Option.some("p"))
        strict.deepStrictEqual(report.error, Option.some("slow"))
        strict.deepStrictEqual(report.action, Option.some("tap"))
        assert.deepStrictEqual(report.said, [
          { content: "c", reasoning: "r", timestampMs: 5 },
          { content: "d", reasoning: "", timestampMs: undefined }
        ])
      }
    })
  )

  it.scoped("that there is no such task, told in either way", () =>
    Effect.gen(function* () {
      for (const look of [gone, json({ error: "Task not found or already finished: x" })]) {
        const { agent } = yield* agents({ looks: [look] })
        const error = yield* Effect.flip(Effect.flatMap(agent.mobile.attach("x"), ({ status }) => status))
        assert.deepInclude(error, { _tag: "AgentError", reason: "NotFound", taskId: "x", stopped: true })
        assert.include(error.message, "Task not found or already finished")
      }
    })
  )

  it.scoped("an answer that is no JSON object is a failure", () =>
    Effect.gen(function* () {
      const { agent } = yield* agents({ looks: [answer("all good")] })
      const error = yield* Effect.flip(Effect.flatMap(agent.mobile.attach("x"), ({ status }) => status))
      assert.deepInclude(error, { _tag: "SessionError", reason: "Decode" })
    })
  )
})

describe("structured output", () => {
  const Weather = Schema.Struct({ city: Schema.String, at: Schema.Date })
  const product = { city: "Oslo", at: "2026-01-05T10:00:00.000Z" }

  it.scoped("is the value, from text or from JSON", () =>
    Effect.gen(function* () {
      for (const given of [JSON.stringify(product), product]) {
        const { agent } = yield* agents({ looks: [finished(given)] })
        const result = yield* agent.browser.run("t", { outputSchema: Weather })
        assert.strictEqual(result.output.city, "Oslo")
        assert.strictEqual(result.output.at.toISOString(), product.at)
        assert.strictEqual(result.product, JSON.stringify(product))
      }
    })
  )

  it.scoped("that does not fit is a failure which has the text", () =>
    Effect.gen(function* () {
      for (const given of ['{"city":5}', "It rains.", ""]) {
        const { agent } = yield* agents({ looks: [finished(given)] })
        const error = yield* Effect.flip(agent.browser.run("t", { outputSchema: Weather }))
        assert.deepInclude(error, {
          _tag: "AgentError",
          reason: "OutputMismatch",
          product: given,
          stopped: true
        })
      }
    })
  )
})
