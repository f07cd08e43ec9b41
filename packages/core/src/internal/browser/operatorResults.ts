/** What the tools of the operator answer, read. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { BrowserError } from "../../AgentBayError.js"
import * as Tools from "../../contract/tools/BrowserTools.js"
import type {
  ActResult,
  BrowserOperator,
  Observation,
  PageTask,
  TaskState
} from "../../session/BrowserOperator.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import { decodeBase64 } from "../files/base64.js"
import { isRecord, parseJson } from "../json.js"
import { readBytes, type Screenshot, unreadable } from "../screen/image.js"
import { makeTask } from "./pageTask.js"

const written = (steps: unknown): string => (typeof steps === "string" ? steps : JSON.stringify(steps))

const hasSteps = (steps: unknown): boolean =>
  Array.isArray(steps) ? steps.length > 0 : typeof steps === "string" && steps.trim() !== ""

const actFailed = (
  runtime: SessionRuntime,
  operation: string,
  facts: {
    readonly requestId: string
    readonly taskId?: string
    readonly detail: string
    readonly steps?: string
  }
) => new BrowserError({ reason: "ActFailed", operation, sessionId: runtime.sessionId, ...facts })

/** The answer of `page_use_act` is a sentence, or JSON that may deny the success. */
export const readAct = (
  runtime: SessionRuntime,
  operation: string,
  requestId: string,
  text: string
): Effect.Effect<ActResult, BrowserError> => {
  const value = text.trimStart().startsWith("{") ? Either.getOrUndefined(parseJson(text)) : undefined
  return isRecord(value) && value["success"] === false
    ? Effect.fail(
        actFailed(runtime, operation, {
          requestId,
          detail: typeof value["message"] === "string" ? value["message"] : text,
          steps: text
        })
      )
    : Effect.succeed({ message: text, requestId })
}

export const actTask = (runtime: SessionRuntime, operation: string, taskId: string): PageTask<ActResult> =>
  makeTask({
    runtime,
    operation,
    taskId,
    tool: Tools.getActResult,
    read: ({ is_done: isDone, steps, success }, requestId): TaskState<ActResult> => {
      if (!isDone) return { _tag: "Pending" }
      const message = hasSteps(steps) ? written(steps) : ""
      return success
        ? { _tag: "Done", value: { message, requestId } }
        : {
            _tag: "Failed",
            error: actFailed(runtime, operation, {
              requestId,
              taskId,
              detail: message === "" ? "nothing was carried out" : message,
              ...(message === "" ? {} : { steps: message })
            })
          }
    }
  })

export const observeTask = (runtime: SessionRuntime, operation: string, taskId: string) =>
  makeTask({
    runtime,
    operation,
    taskId,
    tool: Tools.getObserveResult,
    read: (value: ReadonlyArray<Observation>): TaskState<ReadonlyArray<Observation>> => ({
      _tag: "Done",
      value
    })
  })

type ReadExtract<A> = (value: unknown, requestId: string, taskId?: string) => Either.Either<A, BrowserError>

export const extractReader = <A, I>(
  runtime: SessionRuntime,
  operation: string,
  schema: Schema.Schema<A, I>
): ReadExtract<A> => {
  const decode = Schema.decodeUnknownEither(schema)
  return (value, requestId, taskId) =>
    Either.mapLeft(
      decode(value),
      ({ message }) =>
        new BrowserError({
          reason: "ExtractMismatch",
          operation,
          sessionId: runtime.sessionId,
          requestId,
          taskId,
          detail: message
        })
    )
}

export const extractTask = <A, I>(
  runtime: SessionRuntime,
  operation: string,
  taskId: string,
  schema: Schema.Schema<A, I>
) => {
  const read = extractReader(runtime, operation, schema)
  return makeTask({
    runtime,
    operation,
    taskId,
    tool: Tools.getExtractResult,
    read: (value: unknown, requestId): TaskState<A> =>
      Either.match(read(value, requestId, taskId), {
        onLeft: (error) => ({ _tag: "Failed", error }),
        onRight: (extracted) => ({ _tag: "Done", value: extracted })
      })
  })
}

const dataUrl = /^data:[^,]*;base64,/i

/** A data URL, or bare base64. */
export const readPicture = (
  runtime: SessionRuntime,
  operation: string,
  requestId: string,
  text: string
): Effect.Effect<Screenshot, BrowserOperator.Failure> => {
  const facts = { operation, sessionId: runtime.sessionId, requestId }
  const bytes = decodeBase64(text.trim().replace(dataUrl, ""))
  return bytes === undefined
    ? Effect.fail(unreadable(facts, "the picture is not base64"))
    : readBytes(facts, bytes)
}
