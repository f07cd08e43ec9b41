/** A session whose agents answer from a script. */
import { assert } from "@effect/vitest"
import { type AgentBayError, SessionAgent } from "@effect-agentbay/core"
import { Effect, Exit, Fiber, Option, TestClock } from "effect"
import { type Answer, answer, failed, type Json, makeFakeSession } from "./FakeSession.js"

export const tools = [
  "flux_execute_task",
  "flux_get_task_status",
  "flux_terminate_task",
  "browser_use_execute_task",
  "browser_use_get_task_status",
  "browser_use_terminate_task",
  "execute_task",
  "get_task_status",
  "terminate_task"
]

export const gone = failed("Task not found or already finished: t-1")

interface Script {
  readonly start?: Answer
  /** One look after the other; the last one is repeated. */
  readonly looks?: ReadonlyArray<Answer>
  readonly terminate?: Answer
}

export const json = (value: unknown): Answer => answer(JSON.stringify(value))

export const agents = (script: Script = {}) =>
  Effect.gen(function* () {
    let looked = 0
    const { looks = [] } = script
    const session = yield* makeFakeSession({
      tools,
      intercept: (tool) =>
        Effect.sync(() => {
          if (tool.includes("terminate"))
            return script.terminate ?? json({ task_id: "t-1", status: "cancelling" })
          if (tool.includes("status")) {
            looked += 1
            return looks[Math.min(looked, looks.length) - 1] ?? gone
          }
          return script.start ?? json({ task_id: "t-1", status: "running" })
        })
    })
    return { ...session, agent: SessionAgent.make(session.runtime) }
  })

export const running = (more: Json = {}) => json({ task_id: "t-1", status: "running", ...more })
export const finished = (product: unknown = "done") => json({ task_id: "t-1", status: "finished", product })

/** Runs in virtual time, which jumps by half seconds until the effect has ended; the time it took. */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    let elapsed = 0
    while (Option.isNone(yield* Fiber.poll(fiber))) {
      if (elapsed > 7_200_000) return yield* Effect.dieMessage("it does not end")
      yield* TestClock.adjust("500 millis")
      elapsed += 500
    }
    return { exit: yield* Fiber.await(fiber), elapsed }
  })

export const failureOf = <A, E>(exit: Exit.Exit<A, E>): E =>
  Exit.match(exit, {
    onSuccess: () => assert.fail("it succeeded"),
    onFailure: (cause) => (cause._tag === "Fail" ? cause.error : assert.fail(String(cause)))
  })

export const agentErrorOf = <A>(
  exit: Exit.Exit<A, SessionAgent.SessionAgent.Failure | AgentBayError.BrowserError>
) => {
  const error = failureOf(exit)
  return error._tag === "AgentError" ? error : assert.fail(`${error._tag}: ${error.message}`)
}
