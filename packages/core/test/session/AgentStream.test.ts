/** Tasks that are followed while the agent works: what is sent, what is told, how it ends. */
import { assert, describe, it } from "@effect/vitest"
import { AgentStream, SessionAgent } from "@effect-agentbay/core"
import { Chunk, Context, Deferred, Effect, Fiber, Redacted, Schema, Stream, TestClock } from "effect"
import { finished, json, running, tools } from "../support/agents.js"
import { type answer, failed, type Json, makeFakeSession } from "../support/FakeSession.js"
import { type Respond, scriptedChannel } from "../support/scriptedSocket.js"

/** A session whose agents speak over a scripted channel, and end tasks when their tool is called. */
const live = (
  respond: Respond,
  options: { readonly tools?: ReadonlyArray<string>; readonly terminate?: ReturnType<typeof answer> } = {}
) =>
  Effect.gen(function* () {
    const ended: Array<unknown> = []
    const { calls, runtime } = yield* makeFakeSession({
      tools: options.tools ?? tools,
      intercept: (tool, args) =>
        Effect.sync(() => {
          if (tool.includes("terminate")) {
            ended.push(args.task_id)
            return options.terminate ?? json({ task_id: args.task_id, status: "cancelling" })
          }
          return json({ task_id: args.task_id, status: "cancelled" })
        })
    })
    const channel = scriptedChannel(runtime, respond)
    return {
      agent: SessionAgent.make(channel.runtime, undefined, channel.socket),
      sent: channel.sent,
      calls,
      ended
    }
  })

const event = (eventType: string, more: Json = {}): Json => ({ phase: "event", eventType, ...more })
const end = (more: Json = {}): Json => ({ phase: "end", status: "finished", ...more })
const question = event("tool_call", {
  seq: 1,
  round: 1,
  toolCallId: "c7",
  toolName: "call_for_user",
  args: { prompt: "code?" }
})

/** Answers the first frame with these. */
const saying =
  (...frames: ReadonlyArray<Json>): Respond =>
  ({ data }, { reply }) => {
    if (data.method === "exec_task") for (const frame of frames) reply(frame)
  }

/** Asks once, and ends when it was answered. */
const asking: Respond = ({ data }, { reply }) => {
  reply(data.method === "exec_task" ? question : end({ taskResult: "logged in" }))
}

const collect = <A, E, R>(stream: Stream.Stream<A, E, R>) =>
  Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

describe("a task that is followed", () => {
  it.scoped("is handed over as the official client does it, by each agent in its own form", () =>
    Effect.gen(function* () {
      const { agent, calls, sent } = yield* live(saying(end({ taskResult: "" })))
      yield* Stream.runDrain(agent.mobile.stream("open settings"))
      yield* Stream.runDrain(agent.mobile.stream("t", { maxSteps: 7 }))
      yield* Stream.runDrain(agent.computer.stream("t", { maxTries: 3 }))
      yield* Stream.runDrain(agent.browser.stream("t", { useVision: false }))
      assert.deepStrictEqual(
        sent.map(({ data, source, target }) => [source, target, data.method]),
        Array.from({ length: 4 }, () => ["SDK", "wuying_test", "exec_task"])
      )
      const given = sent.map(({ data }) => data.params as Json)
      assert.deepStrictEqual(given.slice(0, 3), [
        { task: "open settings", max_steps: 50 },
        { task: "t", max_steps: 7 },
        { task: "t", max_try_times: 3 }
      ])
      assert.deepInclude(given[3], { task: "t", use_vision: false })
      assert.deepStrictEqual(calls, [])
    })
  )

  it.scoped("goes to the agent's own server where no list names one", () =>
    Effect.gen(function* () {
      const { agent, sent } = yield* live(saying(end()), { tools: [] })
      yield* Stream.runDrain(agent.mobile.stream("t"))
      yield* Stream.runDrain(agent.computer.stream("t"))
      yield* Stream.runDrain(agent.browser.stream("t"))
      assert.deepStrictEqual(
        sent.map(({ target }) => target),
        ["wuying_mobile_agent", "wuying_computer_agent", "wuying_browseruse"]
      )
    })
  )

  it.scoped("tells everything that the agent thinks, says and does, in order, and the result", () =>
    Effect.gen(function* () {
      const { agent, ended, sent } = yield* live(
        saying(
          event("reasoning", { seq: 1, round: 1, content: "look" }),
          event("content", { content: "Opening. " }),
          event("tool_call", { seq: 3, round: 1, toolCallId: "c1", toolName: "tap", args: { x: 10 } }),
          event("tool_result", {
            seq: 4,
            round: 1,
            toolCallId: "c1",
            toolName: "tap",
            result: { isError: true, output: "missed" }
          }),
          event("telepathy", { content: "unknown" }),
          event("content", { seq: 5, round: 2, content: "Done." }),
          end({ taskResult: "Settings are open" })
        )
      )
      const events = yield* collect(agent.mobile.stream("t"))
      const id = sent[0]?.invocationId ?? ""
      assert.deepStrictEqual(events, [
        { _tag: "Reasoning", text: "look", seq: 1, round: 1 },
        { _tag: "Content", text: "Opening. ", seq: 0, round: 0 },
        { _tag: "ToolCall", toolCallId: "c1", toolName: "tap", args: { x: 10 }, seq: 3, round: 1 },
        {
          _tag: "ToolResult",
          toolCallId: "c1",
          toolName: "tap",
          isError: true,
          result: { isError: true, output: "missed" },
          seq: 4,
          round: 1
        },
        { _tag: "Content", text: "Done.", seq: 5, round: 2 },
        {
          _tag: "Finished",
          isLive: true,
          result: {
            taskId: id,
            requestId: id,
            sessionId: "s-fake",
            output: "Settings are open",
            product: "Settings are open"
          }
        }
      ])
      assert.deepStrictEqual(ended, [])
    })
  )

  it.scoped(
    "has what it said as its product when the end names none, and the id that the service names",
    () =>
      Effect.gen(function* () {
        for (const last of [end(), end({ taskResult: "" })]) {
          const { agent } = yield* live(
            saying(
              event("content", { content: "A", taskId: "t-9" }),
              event("content", { content: "B" }),
              last
            )
          )
          const result = yield* AgentStream.result(agent.mobile.stream("t"))
          assert.deepInclude(result, { product: "AB", taskId: "t-9" })
        }
      })
  )

  it.scoped("has a product of the shape that was asked for", () =>
    Effect.gen(function* () {
      const Weather = Schema.Struct({ city: Schema.String })
      const good = yield* live(saying(end({ taskResult: { city: "Oslo" } })))
      const { output } = yield* AgentStream.result(good.agent.browser.stream("t", { outputSchema: Weather }))
      assert.deepStrictEqual(output, { city: "Oslo" })
      const bad = yield* live(saying(end({ taskResult: "Oslo" })))
      const error = yield* Effect.flip(
        Stream.runDrain(bad.agent.browser.stream("t", { outputSchema: Weather }))
      )
      assert.deepInclude(error, { _tag: "AgentError", reason: "OutputMismatch", product: "Oslo" })
      assert.deepStrictEqual(bad.ended, [])
    })
  )

  it.scoped("is refused before anything is sent when it cannot be", () =>
    Effect.gen(function* () {
      const { agent, sent } = yield* live(saying(end()))
      const fields = yield* Effect.forEach(
        [
          agent.mobile.stream(" "),
          agent.mobile.stream("t", { maxSteps: 0 }),
          agent.mobile.stream("t", { maxSteps: Number.NaN }),
          agent.mobile.stream("t", { timeout: "0 seconds" }),
          agent.computer.stream("t", { maxTries: 1.5 })
        ],
        (stream) =>
          Effect.map(Effect.flip(Stream.runDrain(stream)), (error) =>
            error._tag === "InvalidArgument" ? error.field : error._tag
          )
      )
      assert.deepStrictEqual(fields, ["task", "maxSteps", "maxSteps", "timeout", "maxTries"])
      assert.deepStrictEqual(sent, [])
    })
  )
})

describe("a question of the agent", () => {
  it.scoped("is an event, and is answered on its invocation under its id", () =>
    Effect.gen(function* () {
      const { agent, sent } = yield* live(asking)
      const events = yield* collect(
        agent.mobile.stream("log in", {
          onCallForUser: ({ prompt, toolCallId }) => Effect.succeed(`${toolCallId}: ${prompt} 1234`)
        })
      )
      assert.deepStrictEqual(
        events.map(({ _tag }) => _tag),
        ["Question", "Finished"]
      )
      assert.deepInclude(events[0], { toolCallId: "c7", prompt: "code?", args: { prompt: "code?" }, seq: 1 })
      assert.deepStrictEqual(sent[1]?.data, {
        method: "resume_task",
        params: { toolCallId: "c7", response: "c7: code? 1234" }
      })
      assert.strictEqual(sent[1]?.invocationId, sent[0]?.invocationId)
      assert.strictEqual(sent[1]?.target, sent[0]?.target)
    })
  )

  it.scoped("has an empty answer unless there is one; a secret one is sent, and shown nowhere", () =>
    Effect.gen(function* () {
      const secret = Redacted.make("s3cret-pin")
      for (const [onCallForUser, response] of [
        [undefined, ""],
        ["yes", "yes"],
        [secret, "s3cret-pin"],
        [() => Effect.succeed(secret), "s3cret-pin"]
      ] as const) {
        const { agent, sent } = yield* live(asking)
        const events = yield* collect(agent.mobile.stream("t", { onCallForUser }))
        assert.deepStrictEqual(sent[1]?.data.params, { toolCallId: "c7", response })
        assert.notInclude(JSON.stringify(events), "s3cret-pin")
      }
    })
  )

  it.scoped("does not hold up other events, and its handler has an environment", () =>
    Effect.gen(function* () {
      class Desk extends Context.Tag("Desk")<Desk, Effect.Effect<string>>() {}
      const heard = yield* Deferred.make<void>()
      const { agent } = yield* live(({ data }, { reply }) => {
        if (data.method === "resume_task") return reply(end())
        reply(question)
        reply(event("content", { content: "meanwhile" }))
      })
      const events = yield* agent.mobile.stream("t", { onCallForUser: () => Effect.flatten(Desk) }).pipe(
        Stream.tap(({ _tag }) => (_tag === "Content" ? Deferred.succeed(heard, undefined) : Effect.void)),
        collect,
        Effect.provideService(Desk, Effect.as(Deferred.await(heard), "now"))
      )
      assert.deepStrictEqual(
        events.map(({ _tag }) => _tag),
        ["Question", "Content", "Finished"]
      )
    })
  )

  it.scoped("fails the stream when its handler fails, and the task is terminated", () =>
    Effect.gen(function* () {
      const { agent, ended, sent } = yield* live(asking)
      const error = yield* Effect.flip(
        Stream.runDrain(
          agent.mobile.stream("t", { onCallForUser: () => Effect.fail("nobody is here" as const) })
        )
      )
      assert.strictEqual(error, "nobody is here")
      assert.lengthOf(sent, 1)
      assert.deepStrictEqual(ended, [sent[0]?.invocationId])
    })
  )
})

describe("honest failures of a task that is followed", () => {
  it.scoped("a status that is not finished is a failure with the product and the agent's words", () =>
    Effect.gen(function* () {
      for (const [status, reason] of [
        ["failed", "TaskFailed"],
        ["unsupported", "Unsupported"],
        ["cancelled", "Cancelled"],
        ["running", "TaskFailed"],
        ["exploded", "TaskFailed"]
      ] as const) {
        const { agent, ended } = yield* live(saying(end({ status, taskResult: "gave up" })))
        const error = yield* Effect.flip(Stream.runDrain(agent.mobile.stream("t")))
        assert.deepInclude(error, {
          _tag: "AgentError",
          reason,
          status,
          detail: "gave up",
          product: "gave up",
          stopped: true
        })
        assert.deepStrictEqual(ended, [])
      }
    })
  )

  it.scoped(
    "an error on the way is an event, and fails the task even when the agent says that it finished",
    () =>
      Effect.gen(function* () {
        const script = saying(
          event("error", { seq: 1, round: 1, error: { code: "STEP_FAILED", message: "tap failed" } }),
          end({ taskResult: "done?" })
        )
        const { agent } = yield* live(script)
        const seen: Array<AgentStream.Event> = []
        const error = yield* Effect.flip(
          Stream.runForEach(agent.mobile.stream("t"), (one) => Effect.sync(() => seen.push(one)))
        )
        assert.deepStrictEqual(seen, [
          {
            _tag: "Error",
            code: "STEP_FAILED",
            message: "tap failed",
            error: { code: "STEP_FAILED", message: "tap failed" },
            seq: 1,
            round: 1
          }
        ])
        assert.deepInclude(error, {
          _tag: "AgentError",
          reason: "TaskFailed",
          status: "finished",
          detail: "STEP_FAILED: tap failed",
          product: "done?",
          stopped: true
        })
        const lenient = yield* live(script)
        const { output } = yield* AgentStream.result(lenient.agent.mobile.stream("t", { failOnError: false }))
        assert.strictEqual(output, "done?")
      })
  )

  it.scoped("an error of the server is none of time: it says what the server said", () =>
    Effect.gen(function* () {
      for (const frame of [
        { error: "backend lost" },
        event("error", { error: "backend lost" }),
        { phase: "error", error: { message: "backend lost" } }
      ]) {
        const { agent, ended } = yield* live(saying(event("content", { content: "partial" }), frame))
        const error = yield* Effect.flip(Stream.runDrain(agent.mobile.stream("t")))
        assert.deepInclude(error, { _tag: "ChannelError", reason: "Remote" })
        assert.include(error.message, "backend lost")
        assert.deepStrictEqual(ended, [])
      }
      const { agent } = yield* live(saying({ error: "Another task is currently running" }))
      const busy = yield* Effect.flip(Stream.runDrain(agent.mobile.stream("t")))
      assert.deepInclude(busy, { _tag: "AgentError", reason: "Busy", stopped: true })
    })
  )

  it.scoped(
    "frames of another protocol, and an end without a word, are violations, and the task is terminated",
    () =>
      Effect.gen(function* () {
        const strange = yield* live(saying({ phase: "strange" }))
        const one = yield* Effect.flip(Stream.runDrain(strange.agent.mobile.stream("t")))
        assert.deepInclude(one, { _tag: "ChannelError", reason: "Protocol" })
        assert.lengthOf(strange.ended, 1)
        const silent = yield* live(({ invocationId }, { say }) =>
          say({ invocationId, source: "WEBSOCKET_SERVER", target: "SDK", data: {} })
        )
        const two = yield* Effect.flip(Stream.runDrain(silent.agent.mobile.stream("t")))
        assert.deepInclude(two, { _tag: "ChannelError", reason: "Protocol" })
      })
  )

  it.scoped("a lost connection says so, and the task is terminated by its tool", () =>
    Effect.gen(function* () {
      const { agent, ended, sent } = yield* live((_, { drop, reply }) => {
        reply(event("content", { content: "partial" }))
        drop()
      })
      const error = yield* Effect.flip(Stream.runDrain(agent.mobile.stream("t")))
      assert.deepInclude(error, { _tag: "ChannelError", reason: "Lost" })
      assert.deepStrictEqual(ended, [sent[0]?.invocationId])
    })
  )

  it.scoped(
    "a task that outruns its time is terminated, and the failure says whether that was confirmed",
    () =>
      Effect.gen(function* () {
        for (const [terminate, stopped] of [
          [undefined, true],
          [failed("Task not found or already finished: t"), true],
          [failed("no"), false]
        ] as const) {
          const { agent, ended } = yield* live(
            saying(event("content", { content: "so far" })),
            terminate === undefined ? {} : { terminate }
          )
          const fiber = yield* Effect.fork(
            Effect.flip(Stream.runDrain(agent.mobile.stream("t", { timeout: "1 minute" })))
          )
          yield* TestClock.adjust("1 minute")
          assert.deepInclude(yield* Fiber.join(fiber), {
            _tag: "AgentError",
            reason: "Timeout",
            product: "so far",
            stopped
          })
          assert.lengthOf(ended, 1)
        }
      })
  )
})

describe("giving a task up", () => {
  const started = saying(event("content", { content: "begun", taskId: "t-5" }))

  it.scoped("terminates it, under the id that the service named", () =>
    Effect.gen(function* () {
      const interrupted = yield* live(started)
      const begun = yield* Deferred.make<void>()
      const fiber = yield* interrupted.agent.mobile.stream("t").pipe(
        Stream.runForEach(() => Deferred.succeed(begun, undefined)),
        Effect.fork
      )
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(interrupted.ended, ["t-5"])
      const taken = yield* live(started)
      yield* Stream.runDrain(Stream.take(taken.agent.mobile.stream("t"), 1))
      assert.deepStrictEqual(taken.ended, ["t-5"])
    })
  )

  it.scoped("leaves it running when told to, or when the session has no tool for it", () =>
    Effect.gen(function* () {
      const left = yield* live(started)
      yield* Stream.runDrain(Stream.take(left.agent.mobile.stream("t", { leaveRunning: true }), 1))
      assert.deepStrictEqual(left.calls, [])
      const toolless = yield* live(started, { tools: ["execute_task"] })
      yield* Stream.runDrain(Stream.take(toolless.agent.mobile.stream("t"), 1))
      assert.deepStrictEqual(toolless.calls, [])
    })
  )
})

describe("without a live channel", () => {
  it.scoped("says what is missing, or asks for the task in the same form when told to", () =>
    Effect.gen(function* () {
      let looked = 0
      const { calls, runtime } = yield* makeFakeSession({
        tools,
        intercept: (tool) =>
          Effect.sync(() => {
            if (!tool.includes("status")) return json({ task_id: "t-1", status: "running" })
            looked += 1
            return looked === 1
              ? running({ action: "tap", stream: [{ content: "A", reasoning: "R", timestamp_ms: 5 }] })
              : finished("done")
          })
      })
      const agent = SessionAgent.make(runtime)
      const error = yield* Effect.flip(Stream.runDrain(agent.mobile.stream("t")))
      assert.deepInclude(error, { _tag: "ChannelUnavailable", reason: "NoConnector" })
      assert.deepStrictEqual(calls, [])
      const fiber = yield* Effect.fork(
        collect(agent.mobile.stream("t", { fallback: "poll", interval: "1 second" }))
      )
      yield* TestClock.adjust("1 second")
      const events = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        events.map(({ _tag }) => _tag),
        ["Status", "Action", "Reasoning", "Content", "Status", "Finished"]
      )
      assert.deepInclude(events.at(-1), { isLive: false })
    })
  )

  it.scoped("a task that is asked for is terminated when it is given up, too", () =>
    Effect.gen(function* () {
      const ended: Array<unknown> = []
      const { runtime } = yield* makeFakeSession({
        tools,
        intercept: (tool, args) =>
          Effect.sync(() => {
            if (tool.includes("terminate")) ended.push(args.task_id)
            return ended.length > 0 ? json({ status: "cancelled" }) : running()
          })
      })
      const agent = SessionAgent.make(runtime)
      yield* Stream.runDrain(Stream.take(agent.mobile.stream("t", { fallback: "poll" }), 1))
      assert.deepStrictEqual(ended, ["t-1"])
    })
  )
})
