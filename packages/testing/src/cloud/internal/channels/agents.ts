/** Agents that tell what they do while they do it. */
import type { ToolName } from "@effect-agentbay/core/Tools"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { type AgentEnd, type AgentStep, type AgentTask, endAfter, stepMillis } from "../../AgentScript.js"
import { busy, type FollowedTask, textOf } from "../agentTasks.js"
import { parsed } from "../exchange.js"
import { hasTool } from "../images.js"
import type { Channel, Exchange, JsonObject } from "./channel.js"

type Kind = AgentTask["agent"]

const isRecord = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What is wrong with a request, if anything. */
const complaint = (kind: Kind, { method, params }: JsonObject): string | undefined => {
  if (method !== "exec_task") return `unknown method: ${String(method)}`
  const { max_steps: maxSteps, task } = isRecord(params) ? params : {}
  if (typeof task !== "string" || task.trim() === "") return "task must not be empty"
  return kind === "mobile" && !(Number.isInteger(maxSteps) && Number(maxSteps) >= 1)
    ? "max_steps must be at least 1"
    : undefined
}

/** The answer to one question; others, and whatever else is said, are none. */
const answerTo = (toolCallId: string, next: Exchange["next"]): Effect.Effect<string> =>
  Effect.flatMap(next, ({ method, params }) =>
    method === "resume_task" && isRecord(params) && params.toolCallId === toolCallId
      ? Effect.succeed(textOf(params.response))
      : answerTo(toolCallId, next)
  )

/** Tells the steps one after the other, and how it ended. */
const perform = (
  { script, step: note }: FollowedTask,
  say: (payload: JsonObject) => Effect.Effect<void>,
  next: Exchange["next"]
): Effect.Effect<AgentEnd> =>
  Effect.gen(function* () {
    const answers: Array<string> = []
    let calls = 0
    let round = 0
    const call = (toolName: string, args: JsonObject) =>
      Effect.suspend(() => {
        calls += 1
        const toolCallId = `c${calls}`
        return Effect.as(say({ eventType: "tool_call", round, toolCallId, toolName, args }), toolCallId)
      })
    const result = (toolCallId: string, toolName: string, said: JsonObject) =>
      say({ eventType: "tool_result", round, toolCallId, toolName, result: said })

    const take = (step: AgentStep) =>
      Effect.gen(function* () {
        const { content = "", error, question, reasoning = "", toolCall } = step
        round += 1
        note(step, yield* Clock.currentTimeMillis)
        if (reasoning !== "") yield* say({ eventType: "reasoning", round, content: reasoning })
        if (content !== "") yield* say({ eventType: "content", round, content })
        if (error !== undefined) yield* say({ eventType: "error", round, error })
        if (question !== undefined) {
          const id = yield* call("call_for_user", { prompt: question })
          answers.push(yield* answerTo(id, next))
          yield* result(id, "call_for_user", { isError: false, output: "answered" })
        }
        const id = toolCall === undefined ? "" : yield* call(toolCall.name, toolCall.args ?? {})
        yield* Effect.sleep(stepMillis(step))
        if (toolCall !== undefined) {
          yield* result(id, toolCall.name, toolCall.result ?? { isError: false, output: "ok" })
        }
      })
    yield* Effect.forEach(script.steps ?? [], take, { discard: true })
    const end = endAfter(script, answers)
    return end === "never" ? yield* Effect.never : end
  })

const serve = (kind: Kind, data: JsonObject, exchange: Exchange): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { invocationId, next, reply, session } = exchange
    const wrong = complaint(kind, data)
    if (wrong !== undefined) return yield* reply({ error: wrong })
    const args = data.params as JsonObject
    const terminated = yield* Deferred.make<AgentEnd>()
    const task = session.agents.follow(
      { agent: kind, task: String(args.task), args, outputSchema: parsed(textOf(args.output_schema)) },
      invocationId,
      yield* Clock.currentTimeMillis,
      () => Deferred.unsafeDone(terminated, Effect.succeed({ status: "cancelled" }))
    )
    if (task === undefined) return yield* reply({ error: busy })
    let seq = 0
    const say = (payload: JsonObject) =>
      Effect.suspend(() => {
        seq += 1
        return reply({ phase: "event", seq, ...payload })
      })
    const end = yield* Effect.raceFirst(perform(task, say, next), Deferred.await(terminated))
    if (!(yield* Deferred.isDone(terminated))) task.end(end, yield* Clock.currentTimeMillis)
    const why = end.status === "finished" ? "" : (end.error ?? "")
    yield* reply({
      phase: "end",
      status: end.status,
      ...(end.product === undefined ? {} : { taskResult: textOf(end.product) }),
      ...(why === "" ? {} : { errorMessage: why })
    })
  })

const agent = (kind: Kind, target: string, tool: ToolName): Channel => ({
  target,
  isOffered: (imageId) => hasTool(imageId, tool),
  handle: (data, exchange) => serve(kind, data, exchange)
})

/** The agent of the desktop is known by two names: that of its channel, and that of the server of its tools. */
export const agents: ReadonlyArray<Channel> = [
  agent("mobile", "wuying_mobile_agent", "execute_task"),
  agent("browser", "wuying_browseruse", "browser_use_execute_task"),
  agent("computer", "wuying_computer_agent", "flux_execute_task"),
  agent("computer", "flux", "flux_execute_task")
]
