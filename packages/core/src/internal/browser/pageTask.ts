/** Tasks of the operator: started by one tool, their result asked for by another until it is there. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import {
  BrowserError,
  type InvalidArgument,
  type SessionError,
  type ToolError,
  type VpcUnavailable
} from "../../AgentBayError.js"
import type { Tool } from "../../contract/Tool.js"
import type { AwaitOptions, PageTask, TaskState } from "../../session/BrowserOperator.js"
import { callTool, type SessionRuntime } from "../../session/SessionRuntime.js"
import { patiently } from "../patience.js"
import { pollUntil } from "../poll.js"
import { ensureTimeout } from "../validate.js"

const prefix = /^Execution failed\. Error code:\s*-?\d+\s*Error message:\s*/

const pending =
  /\b(still|running|pending|in progress|processing|queued|wait(ing)?|not (yet )?(ready|done|finished|complete[d]?|available)|no result yet)\b/i

const over =
  /\b(fail(ed|ure|s)?|errors?|exceptions?|not found|no such|unknown|does not exist|invalid|expired|cancel(l)?ed|abort(ed)?|denied|crash(ed)?|time(d)?[ -]?out)\b/i

/**
 * A tool says in one and the same way, an error, that a task still runs and that it has failed. Only clear words of
 * a failure end the wait; whatever else it says may be a way of asking for patience.
 */
export const isOver = (text: string): boolean => {
  const words = text.replace(prefix, "")
  return over.test(words) && !pending.test(words)
}

type CallFailure = SessionError | VpcUnavailable | ToolError

/** The answer of a poll: what the task came to, what is wrong with that, or that there is nothing yet. */
export interface Reading<A> {
  readonly state: TaskState<A>
  /** What the service said last. */
  readonly said: string
}

export interface TaskOptions<Result, A> {
  readonly runtime: SessionRuntime
  readonly operation: string
  readonly taskId: string
  readonly tool: Tool<
    string,
    { readonly task_id: string },
    { readonly task_id: string },
    Option.Option<Result>
  >
  readonly read: (result: Result, requestId: string) => TaskState<A>
}

export const makeTask = <Result, A>(options: TaskOptions<Result, A>): PageTask<A> => {
  const { operation, runtime, taskId, tool } = options
  const failedWith = (reason: "TaskFailed" | "TaskTimeout", detail: string, requestId?: string) =>
    new BrowserError({ reason, operation, sessionId: runtime.sessionId, requestId, taskId, detail })
  const look: Effect.Effect<Reading<A>, CallFailure> = callTool(
    runtime,
    tool,
    { task_id: taskId },
    { operation }
  ).pipe(
    Effect.map(
      ({ requestId, value }): Reading<A> =>
        Option.match(value, {
          onNone: () => ({ state: { _tag: "Pending" }, said: "" }),
          onSome: (result) => ({ state: options.read(result, requestId), said: "" })
        })
    ),
    Effect.catchTag("ToolError", ({ requestId, text }) =>
      Effect.succeed<Reading<A>>({
        state: isOver(text)
          ? { _tag: "Failed", error: failedWith("TaskFailed", text, requestId) }
          : { _tag: "Pending" },
        said: text
      })
    )
  )
  const wait = (given: AwaitOptions = {}): Effect.Effect<A, BrowserError | InvalidArgument | CallFailure> =>
    Effect.gen(function* () {
      const timeout = yield* ensureTimeout(operation, "timeout", given.timeout ?? "5 minutes")
      const interval = yield* ensureTimeout(operation, "interval", given.interval ?? "3 seconds")
      let said = ""
      const { state } = yield* pollUntil<Reading<A>, CallFailure, BrowserError>({
        timeout,
        interval,
        // A short timeout still gets a look.
        firstAfter: Duration.min(interval, Duration.times(timeout, 0.5)),
        look: Effect.tap(patiently(look), (reading) => {
          said = reading.said
        }),
        isDone: (reading) => reading.state._tag !== "Pending",
        onTimeout: () =>
          failedWith(
            "TaskTimeout",
            `no result within ${Duration.format(timeout)}${said === "" ? "" : `; the service said last: ${said}`}`
          )
      })
      return state._tag === "Done"
        ? state.value
        : yield* Effect.fail(
            state._tag === "Failed" ? state.error : failedWith("TaskTimeout", "the wait has ended early")
          )
    }).pipe(Effect.withSpan(`${operation}.await`))
  return { taskId, poll: Effect.map(look, ({ state }) => state), await: wait }
}
