import { assert, describe, it } from "@effect/vitest"
import { SessionAgent } from "@effect-agentbay/core"
import { Chunk, Effect, Exit, Fiber, Option, Ref, Stream, TestClock } from "effect"
import {
  agentErrorOf,
  agents,
  failureOf,
  finished,
  gone,
  json,
  running,
  timed,
  tools
} from "../support/agents.js"
import { assert as strict } from "../support/assertions.js"
import { answer, failed, makeFakeSession } from "../support/FakeSession.js"

describe("waiting", () => {
  it.scoped("looks at once and then every three seconds", () =>
    Effect.gen(function* () {
      const { agent, calls } = yield* agents({ looks: [running(), running(), finished("4")] })
      const { elapsed, exit } = yield* timed(agent.computer.run("2 + 2"))
      assert(Exit.isSuccess(exit))
      assert.deepInclude(exit.value, { taskId: "t-1", output: "4", product: "4", sessionId: "s-fake" })
      assert.strictEqual(elapsed, 6000)
      assert.lengthOf(calls, 4)
    })
  )

  it.scoped("looks even when the time is shorter than the interval", () =>
    Effect.gen(function* () {
      const { agent } = yield* agents({ looks: [finished()] })
      const { exit } = yield* timed(agent.computer.run("t", { timeout: "1 second" }))
      assert.isTrue(Exit.isSuccess(exit))
    })
  )

  it.scoped("a status that is missing or unknown is no end, and no wait without one", () =>
    Effect.gen(function* () {
      for (const [look, status] of [
        [json({ task_id: "t-1" }), "none"],
        [json({ status: "dreaming" }), "dreaming"]
      ] as const) {
        for (const kind of ["computer", "browser", "mobile"] as const) {
          const { agent } = yield* agents({ looks: [look] })
          const task = yield* agent[kind].attach("t-1")
          const { elapsed, exit } = yield* timed(task.wait({ timeout: "9 seconds" }))
          assert.strictEqual(elapsed, 9000)
          assert.deepInclude(agentErrorOf(exit), { reason: "Timeout", status, stopped: false })
        }
      }
    })
  )

  it.scoped("leaves the task alone when the time is up, and says what it did last", () =>
    Effect.gen(function* () {
      const { agent, calls } = yield* agents({ looks: [running({ action: "tap OK", product: "half" })] })
      const task = yield* agent.mobile.start("t")
      const { elapsed, exit } = yield* timed(task.wait({ timeout: "7 seconds" }))
      const error = agentErrorOf(exit)
      assert.strictEqual(elapsed, 7000)
      assert.deepInclude(error, { reason: "Timeout", product: "half", taskId: "t-1" })
      assert.include(error.message, "tap OK")
      assert.deepStrictEqual(
        calls.map(({ tool }) => tool),
        ["execute_task", "get_task_status", "get_task_status", "get_task_status"]
      )
    })
  )

  it.scoped("ends with what the agent says is wrong, whichever agent it is", () =>
    Effect.gen(function* () {
      const ends = { failed: "TaskFailed", unsupported: "Unsupported", cancelled: "Cancelled" } as const
      for (const [status, reason] of Object.entries(ends)) {
        for (const kind of ["computer", "browser", "mobile"] as const) {
          const { agent, calls } = yield* agents({
            looks: [json({ status, error: "no window", product: "half" })]
          })
          const error = yield* Effect.flip(agent[kind].run("t"))
          assert(error._tag === "AgentError")
          assert.deepInclude(error, {
            reason,
            detail: "no window",
            product: "half",
            status,
            agent: kind,
            stopped: true
          })
          // It is over: there is nothing to terminate.
          assert.lengthOf(calls, 2)
        }
      }
    })
  )

  it.scoped("a look that fails is not lost", () =>
    Effect.gen(function* () {
      const { agent } = yield* agents({ looks: [running(), failed("the agent crashed")] })
      const task = yield* agent.computer.start("t")
      const { exit } = yield* timed(task.wait())
      assert.deepInclude(failureOf(exit), { _tag: "ToolError", text: "the agent crashed" })
    })
  )

  it.scoped("a task that is gone while it was being cancelled has been cancelled", () =>
    Effect.gen(function* () {
      const { agent } = yield* agents({ looks: [json({ status: "cancelling", action: "a" }), gone] })
      const task = yield* agent.mobile.attach("t-1")
      const { exit } = yield* timed(task.wait())
      assert.deepInclude(agentErrorOf(exit), { reason: "Cancelled", stopped: true })
    })
  )

  it.scoped("an end that was seen stays known when the service has forgotten it", () =>
    Effect.gen(function* () {
      const { agent } = yield* agents({ looks: [finished("kept"), gone] })
      const task = yield* agent.computer.start("t")
      assert.strictEqual((yield* task.wait()).output, "kept")
      assert.strictEqual((yield* task.wait()).output, "kept")
      assert.strictEqual((yield* task.status).status, "finished")
    })
  )
})

describe("terminating", () => {
  it.scoped("waits until the task has gone", () =>
    Effect.gen(function* () {
      const { agent, calls } = yield* agents({ looks: [running(), json({ status: "cancelling" }), gone] })
      for (const kind of ["computer", "browser", "mobile"] as const) {
        const task = yield* agent[kind].attach("t-1")
        const { exit } = yield* timed(task.terminate())
        assert.deepStrictEqual(exit, Exit.succeed("cancelled"))
      }
      assert.strictEqual(calls[0]?.tool, "flux_terminate_task")
      assert.deepStrictEqual(calls[0]?.args, { task_id: "t-1" })
    })
  )

  it.scoped("is one call when nobody wants to know", () =>
    Effect.gen(function* () {
      const { agent, calls } = yield* agents()
      const task = yield* agent.mobile.attach("t-1")
      assert.strictEqual(yield* task.terminate({ confirm: false }), "cancelling")
      assert.lengthOf(calls, 1)
      const quiet = yield* agents({ terminate: answer("{}") })
      const other = yield* quiet.agent.computer.attach("t-1")
      assert.strictEqual(yield* other.terminate({ confirm: false }), "unknown")
    })
  )

  it.scoped("keeps what the tool says, also when it is no JSON", () =>
    Effect.gen(function* () {
      const { agent } = yield* agents({ terminate: gone })
      const unknown = yield* Effect.flip(
        Effect.flatMap(agent.computer.attach("x"), (task) => task.terminate())
      )
      assert.deepInclude(unknown, { _tag: "AgentError", reason: "NotFound" })
      assert.include(unknown.message, "Task not found or already finished")
      const broken = yield* agents({ terminate: failed("agent service down") })
      const down = yield* Effect.flip(
        Effect.flatMap(broken.agent.computer.attach("x"), (task) => task.terminate())
      )
      assert.deepInclude(down, { _tag: "ToolError", text: "agent service down" })
    })
  )

  it.scoped("does not wait longer than told", () =>
    Effect.gen(function* () {
      const { agent } = yield* agents({ looks: [json({ status: "cancelling" })] })
      const task = yield* agent.mobile.attach("t-1")
      const short = yield* timed(task.terminate({ timeout: "5 seconds" }))
      assert.deepInclude(agentErrorOf(short.exit), { reason: "Timeout", stopped: false })
      assert.isAtMost(short.elapsed, 5000)
      const usual = yield* timed(task.terminate())
      assert.isAtMost(usual.elapsed, 30_000)
    })
  )
})

describe("run", () => {
  it.scoped("terminates a task whose time is up, of every agent, and says so", () =>
    Effect.gen(function* () {
      for (const kind of ["computer", "browser", "mobile"] as const) {
        const { agent, calls } = yield* agents({
          looks: [running(), running(), running(), json({ status: "cancelling" }), gone]
        })
        const { elapsed, exit } = yield* timed(agent[kind].run("t", { timeout: "7 seconds" }))
        const error = agentErrorOf(exit)
        assert.deepInclude(error, { reason: "Timeout", stopped: true })
        assert.strictEqual(error.operation, `SessionAgent.${kind}.run`)
        assert.strictEqual(elapsed, 8000)
        assert.strictEqual(calls.filter(({ tool }) => tool.includes("terminate")).length, 1)
      }
    })
  )

  it.scoped("says when the end could not be confirmed, within a bounded time", () =>
    Effect.gen(function* () {
      const { agent } = yield* agents({ looks: [running()] })
      const { elapsed, exit } = yield* timed(agent.mobile.run("t", { timeout: "6 seconds" }))
      const error = agentErrorOf(exit)
      assert.deepInclude(error, { reason: "Timeout", stopped: false })
      assert.include(error.message, "attach")
      assert.isAtMost(elapsed, 36_000)
    })
  )

  it.scoped("terminates a task that it cannot look at any more", () =>
    Effect.gen(function* () {
      const { agent, calls } = yield* agents({ looks: [failed("the agent crashed"), gone] })
      const { exit } = yield* timed(agent.computer.run("t"))
      assert.deepInclude(failureOf(exit), { _tag: "ToolError", text: "the agent crashed" })
      assert.deepStrictEqual(
        calls.map(({ tool }) => tool),
        ["flux_execute_task", "flux_get_task_status", "flux_terminate_task", "flux_get_task_status"]
      )
    })
  )

  it.scoped("terminates the task when it is interrupted, or leaves it running when told to", () =>
    Effect.gen(function* () {
      for (const leaveRunning of [false, true]) {
        const { agent, calls } = yield* agents({ looks: [running(), running(), gone] })
        const fiber = yield* Effect.fork(agent.mobile.run("t", { leaveRunning }))
        yield* TestClock.adjust("4 seconds")
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(
          calls.some(({ tool }) => tool === "terminate_task"),
          !leaveRunning
        )
        const late = yield* timed(agent.mobile.run("t", { leaveRunning: true, timeout: "1 seconds" }))
        assert.isTrue(Exit.isFailure(late.exit))
      }
    })
  )

  it.scoped("does not lose a task that is being started when it is interrupted", () =>
    Effect.gen(function* () {
      const terminated = yield* Ref.make(0)
      const session = yield* makeFakeSession({
        tools,
        intercept: (tool) =>
          tool === "execute_task"
            ? Effect.as(Effect.sleep("5 seconds"), json({ taskId: "t-1" }))
            : tool === "terminate_task"
              ? Effect.as(
                  Ref.update(terminated, (n) => n + 1),
                  json({ taskId: "t-1" })
                )
              : Effect.succeed(gone)
      })
      const agent = SessionAgent.make(session.runtime)
      const fiber = yield* Effect.fork(agent.mobile.run("t"))
      yield* TestClock.adjust("1 seconds")
      const interrupting = yield* Effect.fork(Fiber.interrupt(fiber))
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.await(interrupting)
      assert.strictEqual(yield* Ref.get(terminated), 1)
    })
  )
})

describe("progress", () => {
  it.scoped("tells each thing once and ends with the result", () =>
    Effect.gen(function* () {
      const one = { content: "Opening ", reasoning: "find icon", timestamp_ms: 1 }
      const two = { content: "settings", timestamp_ms: 2 }
      const { agent } = yield* agents({
        looks: [
          running({ action: "look", stream: [one] }),
          running({ action: "look", stream: [one] }),
          running({ action: "tap", stream: [one, two] }),
          json({ task_id: "t-1", status: "completed", action: "tap", result: "open", stream: [two] })
        ]
      })
      const task = yield* agent.mobile.start("t")
      const { exit } = yield* timed(Stream.runCollect(task.progress()))
      assert(Exit.isSuccess(exit))
      strict.deepStrictEqual(Chunk.toReadonlyArray(exit.value), [
        { _tag: "Status", status: "running", statusText: "running" },
        { _tag: "Action", action: "look" },
        { _tag: "Reasoning", text: "find icon", timestampMs: Option.some(1) },
        { _tag: "Content", text: "Opening ", timestampMs: Option.some(1) },
        { _tag: "Action", action: "tap" },
        { _tag: "Content", text: "settings", timestampMs: Option.some(2) },
        { _tag: "Status", status: "finished", statusText: "completed" },
        {
          _tag: "Finished",
          result: { taskId: "t-1", output: "open", product: "open", sessionId: "s-fake", requestId: "req-5" }
        }
      ])
    })
  )

  it.scoped("fails as the task does, after what happened until then", () =>
    Effect.gen(function* () {
      const { agent } = yield* agents({ looks: [running(), json({ status: "failed", error: "no" })] })
      const task = yield* agent.mobile.start("t")
      const seen: Array<string> = []
      const { exit } = yield* timed(
        Stream.runForEach(task.progress(), (event) => Effect.sync(() => seen.push(event._tag)))
      )
      assert.deepInclude(agentErrorOf(exit), { reason: "TaskFailed", detail: "no" })
      assert.deepStrictEqual(seen, ["Status", "Status"])
    })
  )

  it.scoped("ends in time when the task does not", () =>
    Effect.gen(function* () {
      const { agent } = yield* agents({ looks: [running()] })
      const task = yield* agent.mobile.start("t")
      const { elapsed, exit } = yield* timed(Stream.runDrain(task.progress({ timeout: "20 seconds" })))
      assert.deepInclude(agentErrorOf(exit), { reason: "Timeout" })
      assert.strictEqual(elapsed, 20_000)
    })
  )
})
