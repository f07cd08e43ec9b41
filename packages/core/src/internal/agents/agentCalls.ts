/** The three calls of an agent: what their answers mean, and their refusals. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { AgentError, type SessionError, type ToolError, type VpcUnavailable } from "../../AgentBayError.js"
import type { Tool } from "../../contract/Tool.js"
import type {
  browserTools,
  computerTools,
  mobileTools,
  TaskReceipt,
  TaskState
} from "../../contract/tools/AgentTools.js"
import type { AgentKind, TaskReport, TaskStatus } from "../../session/SessionAgent.js"
import { callTool, type SessionRuntime } from "../../session/SessionRuntime.js"
import { blankOut } from "../redact.js"

export type CallFailure = AgentError | SessionError | VpcUnavailable | ToolError

type Tools = typeof computerTools | typeof browserTools | typeof mobileTools

/** One agent of one session. */
export interface Agent {
  readonly runtime: SessionRuntime
  readonly kind: AgentKind
  readonly tools: Pick<Tools, "status" | "terminate">
}

const statuses: Readonly<Record<string, TaskStatus>> = {
  running: "running",
  finished: "finished",
  completed: "finished",
  failed: "failed",
  unsupported: "unsupported",
  cancelling: "cancelling",
  canceling: "cancelling",
  cancelled: "cancelled",
  canceled: "cancelled"
}

export const statusOf = (word: string): TaskStatus => statuses[word.trim().toLowerCase()] ?? "unknown"

const ending: ReadonlyArray<TaskStatus> = ["finished", "failed", "unsupported", "cancelled"]

export const hasEnded = ({ status }: Pick<TaskReport, "status">): boolean => ending.includes(status)

const filled = (text: string): Option.Option<string> => (text === "" ? Option.none() : Option.some(text))

const reportOf = (asked: string, state: TaskState, requestId: string): TaskReport => ({
  taskId: state.taskId === "" ? asked : state.taskId,
  status: statusOf(state.status),
  statusText: state.status,
  action: filled(state.action),
  product: filled(state.product),
  error: filled(state.error),
  said: state.stream,
  requestId
})

export type AgentErrorFacts = Pick<AgentError, "reason" | "detail" | "stopped"> &
  Partial<Pick<AgentError, "taskId" | "requestId" | "status" | "product">>

export const agentError = (
  { kind, runtime }: Agent,
  operation: string,
  facts: AgentErrorFacts
): AgentError => {
  const { linkUrl, token } = runtime.connection()
  return new AgentError({
    ...facts,
    // The agent's words belong to the user, but not the credentials of the session, should it repeat them.
    detail: blankOut(facts.detail, [...Option.toArray(token), ...Option.toArray(linkUrl)]),
    operation,
    agent: kind,
    sessionId: runtime.sessionId
  })
}

const gone = /^\s*Task not found or already finished/i
export const occupied = /another task is currently running/i

/** A tool that says no in words that are known. */
const explain = (agent: Agent, operation: string, taskId: string | undefined) => (error: ToolError) => {
  const facts = { detail: error.text, requestId: error.requestId, taskId, stopped: true }
  return gone.test(error.text)
    ? agentError(agent, operation, { ...facts, reason: "NotFound" })
    : occupied.test(error.text)
      ? agentError(agent, operation, { ...facts, reason: "Busy" })
      : error
}

const call = <Name extends string, Args, ArgsEncoded, Result, Failure>(
  agent: Agent,
  operation: string,
  tool: Tool<Name, Args, ArgsEncoded, Result, Failure>,
  args: Args,
  taskId?: string
) =>
  Effect.catchTag(callTool(agent.runtime, tool, args, { operation }), "ToolError", (error) =>
    Effect.fail(explain(agent, operation, taskId)(error))
  )

/** Starts a task; the receipt may be without an id. */
export const begin = <Name extends string, Args, ArgsEncoded>(
  agent: Agent,
  operation: string,
  tool: Tool<Name, Args, ArgsEncoded, TaskReceipt>,
  args: Args
) => call(agent, operation, tool, args)

/** Looks how a task stands. An error that names a missing task may also come inside a successful answer. */
export const look = (
  agent: Agent,
  operation: string,
  taskId: string
): Effect.Effect<TaskReport, CallFailure> =>
  Effect.flatMap(
    call(agent, operation, agent.tools.status, { task_id: taskId }, taskId),
    ({ requestId, value }) =>
      value.status === "" && gone.test(value.error)
        ? Effect.fail(
            agentError(agent, operation, {
              reason: "NotFound",
              detail: value.error,
              requestId,
              taskId,
              stopped: true
            })
          )
        : Effect.succeed(reportOf(taskId, value, requestId))
  )

/** Asks for the end of a task; the status that the service names. */
export const askToEnd = (
  agent: Agent,
  operation: string,
  taskId: string
): Effect.Effect<TaskStatus, CallFailure> =>
  Effect.map(call(agent, operation, agent.tools.terminate, { task_id: taskId }, taskId), ({ value }) =>
    statusOf(value.status)
  )
