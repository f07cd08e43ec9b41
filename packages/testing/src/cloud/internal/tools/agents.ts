/** The tools of the agents: all of them do what their scripts say. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { AgentTask } from "../../AgentScript.js"
import { busy, unknownTask } from "../agentTasks.js"
import { parsed } from "../exchange.js"
import type { SessionRecord } from "../state.js"
import { failed, type ToolFailure, type ToolHandlers } from "./handler.js"

const words = (text: string): ToolFailure<never> => ({ _tag: "Words", text })

const start = (
  agent: AgentTask["agent"],
  args: Readonly<Record<string, unknown>> & { readonly task: string },
  session: SessionRecord,
  outputSchema?: unknown
) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    if (args.task.trim() === "") return Effect.fail(failed("task must not be empty"))
    const taskId = session.agents.start({ agent, task: args.task, args, outputSchema }, now)
    return taskId === undefined
      ? Effect.fail(words(busy))
      : Effect.succeed({ taskId, status: "running", error: "", text: "" })
  })

const status = (
  agent: AgentTask["agent"],
  { task_id: id }: { readonly task_id: string },
  session: SessionRecord
) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const state = session.agents.state(agent, id, now)
    return state === undefined ? Effect.fail(words(unknownTask(id))) : Effect.succeed(state)
  })

const terminate = (
  agent: AgentTask["agent"],
  { task_id: id }: { readonly task_id: string },
  session: SessionRecord
) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const state = session.agents.terminate(agent, id, now)
    return state === undefined
      ? Effect.fail(words(unknownTask(id)))
      : Effect.succeed({ taskId: state.taskId, status: state.status, error: "", text: "" })
  })

export const agentsHandlers: ToolHandlers<
  | "flux_execute_task"
  | "flux_get_task_status"
  | "flux_terminate_task"
  | "browser_use_execute_task"
  | "browser_use_get_task_status"
  | "browser_use_terminate_task"
  | "execute_task"
  | "get_task_status"
  | "terminate_task"
> = {
  flux_execute_task: (args, session) => start("computer", args, session),
  flux_get_task_status: (args, session) => status("computer", args, session),
  flux_terminate_task: (args, session) => terminate("computer", args, session),
  browser_use_execute_task: (args, session) => {
    const schema = parsed(args.output_schema)
    return typeof schema === "object" && schema !== null
      ? start("browser", args, session, schema)
      : Effect.fail(failed("output_schema must be the text of a JSON Schema document"))
  },
  browser_use_get_task_status: (args, session) => status("browser", args, session),
  browser_use_terminate_task: (args, session) => terminate("browser", args, session),
  execute_task: (args, session) =>
    args.max_steps >= 1
      ? start("mobile", args, session)
      : Effect.fail(failed("max_steps must be at least 1")),
  get_task_status: (args, session) => status("mobile", args, session),
  terminate_task: (args, session) => terminate("mobile", args, session)
}
