/** The handle on a task, over whatever its events come from. */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { AgentError, type InvalidArgument } from "../../AgentBayError.js"
import type {
  AgentEvent,
  AgentTask,
  RunOptions,
  TaskReport,
  TaskResult,
  TaskStatus,
  TerminateOptions,
  WaitOptions
} from "../../session/SessionAgent.js"
import { pollUntil } from "../poll.js"
import { ensureTimeout } from "../validate.js"
import { type Agent, agentError, type CallFailure, hasEnded } from "./agentCalls.js"
import type { ReadOutput } from "./outputSchema.js"
import type { TaskSource } from "./taskSource.js"

export const defaultTimeout = Duration.minutes(10)

const defaultInterval = Duration.seconds(3)

/** How often a task is looked at that has been asked to end. */
const confirmationInterval = Duration.seconds(1)

const defaultConfirmation = Duration.seconds(30)

export const checkWaiting = (operation: string, { interval, timeout }: WaitOptions) =>
  Effect.all({
    timeout: ensureTimeout(operation, "timeout", timeout ?? defaultTimeout),
    interval: ensureTimeout(operation, "interval", interval ?? defaultInterval)
  })

const reasons = { failed: "TaskFailed", unsupported: "Unsupported", cancelled: "Cancelled" } as const

/** The end of a task: its result, or the failure that it is. */
export const conclude = <Output>(
  agent: Agent,
  operation: string,
  report: TaskReport,
  read: ReadOutput<Output>
): Effect.Effect<TaskResult<Output>, AgentError> => {
  const product = Option.getOrElse(report.product, () => "")
  const facts = {
    taskId: report.taskId,
    status: report.statusText,
    product,
    requestId: report.requestId,
    stopped: true
  }
  const { status } = report
  if (status === "failed" || status === "unsupported" || status === "cancelled") {
    const detail = Option.getOrElse(report.error, () => product)
    return Effect.fail(agentError(agent, operation, { ...facts, reason: reasons[status], detail }))
  }
  return Either.match(read(product), {
    onLeft: (detail) =>
      Effect.fail(agentError(agent, operation, { ...facts, reason: "OutputMismatch", detail })),
    onRight: (output) =>
      Effect.succeed({
        taskId: report.taskId,
        sessionId: agent.runtime.sessionId,
        requestId: report.requestId,
        output,
        product
      })
  })
}

const inVain = (
  agent: Agent,
  operation: string,
  { startedBy, taskId }: TaskSource,
  timeout: Duration.Duration,
  last: Option.Option<TaskReport>
): AgentError => {
  const action = Option.flatMap(last, (report) => report.action)
  const doing = Option.match(action, { onNone: () => "", onSome: (text) => `, its last action was: ${text}` })
  const word = Option.map(last, ({ statusText }) => (statusText === "" ? "none" : statusText))
  return agentError(agent, operation, {
    reason: "Timeout",
    detail: `the task had not ended after ${Duration.format(timeout)}${doing}`,
    taskId,
    stopped: false,
    requestId: startedBy ?? Option.getOrUndefined(Option.map(last, ({ requestId }) => requestId)),
    status: Option.getOrUndefined(word),
    product: Option.getOrUndefined(Option.flatMap(last, ({ product }) => product))
  })
}

const progressOf =
  <Output>(agent: Agent, source: TaskSource, read: ReadOutput<Output>) =>
  (
    operation: string,
    options: WaitOptions
  ): Stream.Stream<AgentEvent<Output>, CallFailure | InvalidArgument> =>
    Stream.unwrap(
      Effect.map(checkWaiting(operation, options), ({ interval, timeout }) => {
        let last = Option.none<TaskReport>()
        const seen = (report: TaskReport): void => {
          last = Option.some(report)
        }
        const deadline = Effect.zipRight(
          Effect.sleep(timeout),
          Effect.failSync(() => inVain(agent, operation, source, timeout, last))
        )
        return source.events(operation, { interval, seen }).pipe(
          Stream.interruptWhen(deadline),
          Stream.mapEffect(
            (event): Effect.Effect<AgentEvent<Output>, AgentError> =>
              event._tag === "Ended"
                ? Effect.map(conclude(agent, operation, event.report, read), (result) => ({
                    _tag: "Finished",
                    result
                  }))
                : Effect.succeed(event)
          )
        )
      })
    )

/** Ends a task, and waits until the service confirms it unless told otherwise. */
export const terminate = (
  agent: Agent,
  source: TaskSource,
  operation: string,
  options: TerminateOptions
): Effect.Effect<TaskStatus, CallFailure | InvalidArgument> =>
  Effect.gen(function* () {
    const timeout = yield* ensureTimeout(operation, "timeout", options.timeout ?? defaultConfirmation)
    const told = yield* source.askToEnd(operation)
    if (options.confirm === false) return told
    const report = source.look(operation).pipe(
      Effect.map(({ status }) => status),
      // Gone is what it was to be.
      Effect.catchIf(
        (error) => error._tag === "AgentError" && error.reason === "NotFound",
        () => Effect.succeed<TaskStatus>("cancelled")
      )
    )
    return yield* pollUntil({
      timeout,
      interval: confirmationInterval,
      look: report,
      isDone: (status) => hasEnded({ status }),
      onTimeout: () =>
        agentError(agent, operation, {
          reason: "Timeout",
          detail: `the task was told to end, but had not ended after ${Duration.format(timeout)}`,
          taskId: source.taskId,
          stopped: false
        })
    })
  })

export const makeTask = <Output>(
  agent: Agent,
  source: TaskSource,
  read: ReadOutput<Output>
): AgentTask<Output> => {
  const named = (method: string) => `SessionAgent.${agent.kind}.${method}`
  const progress = progressOf(agent, source, read)
  return {
    taskId: source.taskId,
    status: Effect.suspend(() => source.look(named("status"))).pipe(Effect.withSpan(named("status"))),
    progress: (options = {}) => progress(named("progress"), options),
    wait: (options = {}) => waitFor(progress, named("wait"), options),
    terminate: (options = {}) =>
      terminate(agent, source, named("terminate"), options).pipe(Effect.withSpan(named("terminate")))
  }
}

/** Follows a task to its end. */
const waitFor = <Output>(
  progress: ReturnType<typeof progressOf<Output>>,
  operation: string,
  options: WaitOptions
): Effect.Effect<TaskResult<Output>, CallFailure | InvalidArgument> =>
  Stream.runFoldEffect(progress(operation, options), Option.none<TaskResult<Output>>(), (_, event) =>
    Effect.succeed(event._tag === "Finished" ? Option.some(event.result) : Option.none())
  ).pipe(
    // A task's events end with its result or with a failure.
    Effect.flatMap(
      Option.match({ onNone: () => Effect.dieMessage("a task without an end"), onSome: Effect.succeed })
    ),
    Effect.withSpan(operation)
  )

const isOver = (failure: CallFailure | InvalidArgument): boolean =>
  failure._tag === "AgentError" && failure.stopped

/**
 * Starts a task and waits for its end. Whatever ends the waiting before the task also ends the task, unless it shall
 * be left running.
 */
export const runTask = <Output, E>(
  agent: Agent,
  start: Effect.Effect<AgentTask<Output>, CallFailure | InvalidArgument | E>,
  options: RunOptions
): Effect.Effect<TaskResult<Output>, CallFailure | InvalidArgument | E> => {
  const operation = `SessionAgent.${agent.kind}.run`
  return Effect.gen(function* () {
    yield* checkWaiting(operation, options)
    return yield* Effect.uninterruptibleMask((restore) =>
      // A start that was interrupted half-way would leave a task that nobody knows.
      Effect.flatMap(start, (task) =>
        Effect.catchAllCause(restore(task.wait(options)), (cause) => {
          const failure = Option.getOrUndefined(Cause.failureOption(cause))
          if (options.leaveRunning === true || (failure !== undefined && isOver(failure))) {
            return Effect.failCause(cause)
          }
          return Effect.flatMap(Effect.exit(task.terminate()), (exit) =>
            Effect.failCause(
              Cause.map(cause, (error) =>
                error._tag === "AgentError"
                  ? new AgentError({ ...error, operation, stopped: endedBy(exit) })
                  : error
              )
            )
          )
        })
      )
    )
  }).pipe(Effect.withSpan(operation))
}

/** A task that is unknown by now has ended. */
export const endedBy = (exit: Exit.Exit<TaskStatus, CallFailure | InvalidArgument>): boolean =>
  Exit.match(exit, {
    onSuccess: () => true,
    onFailure: (cause) =>
      Option.exists(
        Cause.failureOption(cause),
        (error) => error._tag === "AgentError" && error.reason === "NotFound"
      )
  })
