/** What the frames of a live task say. */
import * as Option from "effect/Option"
import type { Event, Place } from "../../session/AgentStream.js"
import type { TaskReport } from "../../session/SessionAgent.js"
import type { JsonObject } from "../../transport/SessionSocket.js"
import { isRecord } from "../json.js"
import { hasEnded, statusOf } from "./agentCalls.js"

/** The tool by which an agent asks its user. */
const asking = "call_for_user"

/** Agents that write JSON in place of JSON text are understood all the same. */
const text = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value)

const object = (value: unknown): JsonObject => (isRecord(value) ? value : {})

const count = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0)

const placeOf = ({ round, seq }: JsonObject): Place => ({ seq: count(seq), round: count(round) })

export const taskIdOf = ({ taskId, task_id }: JsonObject): string => text(taskId) || text(task_id)

export const eventOf = (data: JsonObject): Exclude<Event, { readonly _tag: "Finished" }> | undefined => {
  const place = placeOf(data)
  const toolCallId = text(data.toolCallId)
  const toolName = text(data.toolName)
  switch (data.eventType) {
    case "reasoning":
    case "content": {
      const piece = text(data.content)
      if (piece === "") return undefined
      return { _tag: data.eventType === "content" ? "Content" : "Reasoning", text: piece, ...place }
    }
    case "tool_call": {
      const args = object(data.args)
      return toolName === asking
        ? {
            _tag: "Question",
            toolCallId,
            prompt: text(args.prompt) || text(data.prompt) || text(data.content),
            args,
            ...place
          }
        : { _tag: "ToolCall", toolCallId, toolName, args, ...place }
    }
    case "tool_result": {
      const result = object(data.result)
      return { _tag: "ToolResult", toolCallId, toolName, isError: result.isError === true, result, ...place }
    }
    case "error": {
      const error = object(data.error)
      const message = text(error.message) || text(data.message) || JSON.stringify(error)
      return { _tag: "Error", code: text(error.code), message, error, ...place }
    }
    default:
      return undefined
  }
}

/** The end as a report; none when the frame does not say how the task ended. `said` stands in for a missing product. */
export const reportOf = (
  data: JsonObject,
  { requestId, said, taskId }: { readonly taskId: string; readonly requestId: string; readonly said: string }
): TaskReport | undefined => {
  const word = text(data.status)
  // The gateway may end an invocation by itself, with nothing to say about the task.
  if (data.phase !== "end" && word === "") return undefined
  const statusText = word || "finished"
  const status = statusOf(statusText)
  const error = object(data.error)
  const why = text(error.message) || text(data.errorMessage)
  return {
    taskId,
    // Nothing comes after the end: a task that has not finished by then, in whatever words, has failed.
    status: hasEnded({ status }) ? status : "failed",
    statusText,
    action: Option.none(),
    product: Option.some(text(data.taskResult) || said),
    error: why === "" ? Option.none() : Option.some(why),
    said: [],
    requestId
  }
}
