/** Transfers between a session and its contexts: reading their status and waiting for them. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ContextSyncError, type FailedSync, type SessionError } from "../AgentBayError.js"
import { ContextStatus, GetContextInfo, SyncTask } from "../contract/actions/ContextActions.js"
import { valueOrJsonText } from "../contract/Wire.js"
import type { SessionRuntime } from "../session/SessionRuntime.js"
import { sessionError } from "./httpFailure.js"
import { patiently } from "./patience.js"
import { pollUntil } from "./poll.js"

export interface TaskFilter {
  readonly contextId?: string | undefined
  readonly path?: string | undefined
  readonly taskType?: string | undefined
}

/** The session whose transfers are looked at. */
type Watched = Pick<SessionRuntime, "account" | "sessionId">

const decodeStatus = Schema.decodeEither(ContextStatus)
const decodeTasks = Schema.decodeUnknownEither(valueOrJsonText(Schema.Array(SyncTask)))

/** Reads `ContextStatus`; an absent text means that there is no transfer. */
const parseTasks = (text: string): Either.Either<ReadonlyArray<SyncTask>, string> => {
  const wrappers = decodeStatus(text)
  if (Either.isLeft(wrappers)) return Either.left("ContextStatus is not the expected JSON")
  const tasks: Array<SyncTask> = []
  for (const wrapper of wrappers.right) {
    if (wrapper.type !== "data") continue
    const items = decodeTasks(wrapper.data)
    if (Either.isLeft(items)) return Either.left("ContextStatus carries items of an unknown form")
    tasks.push(...items.right)
  }
  return Either.right(tasks)
}

/** One look at the transfers of a session. A failed query is a failure, never an empty list. */
export const listTasks = (
  runtime: Watched,
  operation: string,
  filter: TaskFilter
): Effect.Effect<{ readonly tasks: ReadonlyArray<SyncTask>; readonly requestId: string }, SessionError> =>
  Effect.gen(function* () {
    const { sessionId } = runtime
    const reply = yield* runtime.account.controlPlane.call(
      GetContextInfo,
      { sessionId, ...filter },
      { operation, sessionId }
    )
    const text = reply.data?.contextStatus
    if (text === undefined || text._tag === "None") return { tasks: [], requestId: reply.requestId }
    const tasks = parseTasks(text.value)
    return Either.isRight(tasks)
      ? { tasks: tasks.right, requestId: reply.requestId }
      : yield* Effect.fail(
          sessionError(
            { operation, sessionId, requestId: reply.requestId, secrets: [] },
            { reason: "Decode", phase: "sent", detail: tasks.left }
          )
        )
  })

/** What the state of a transfer means. */
export type Verdict = "success" | "failed" | "running"

export const isSuccess = (task: SyncTask): boolean => task.status.toLowerCase() === "success"

export const isFailed = (task: SyncTask): boolean => task.status.toLowerCase() === "failed"

export const isFinal = (task: SyncTask): boolean => isSuccess(task) || isFailed(task)

const verdictOf = (task: SyncTask): Verdict =>
  isSuccess(task) ? "success" : isFailed(task) ? "failed" : "running"

const keyOf = (task: SyncTask): string => JSON.stringify([task.contextId, task.path, task.taskType])

/** Two sightings of one transfer look the same; a newer transfer differs in its times. */
const markOf = (task: SyncTask): string =>
  JSON.stringify([task.status, Option.getOrNull(task.startTime), Option.getOrNull(task.finishTime)])

const looksUntilStaleCounts = 4

/**
 * What earlier waits saw finished. Transfers carry no id: what was finished before must not end a later wait. Times
 * have a resolution of a second, so an unchanged transfer counts again once it has been seen long enough.
 */
export class FinishedTasks {
  private readonly marks = new Map<string, string>()

  /** Tells, for one wait, the transfers of earlier ones. */
  makeStaleCheck(): (task: SyncTask) => boolean {
    const looks = new Map<string, number>()
    return (task) => {
      const key = keyOf(task)
      if (this.marks.get(key) !== markOf(task)) return false
      const seen = (looks.get(key) ?? 0) + 1
      looks.set(key, seen)
      return seen <= looksUntilStaleCounts
    }
  }

  /** Also to be told of transfers that failed: trying again must not fail at the sight of the old failure. */
  add(tasks: ReadonlyArray<SyncTask>): void {
    for (const task of tasks) this.marks.set(keyOf(task), markOf(task))
  }
}

const trimmed = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, "") : path)

/** Paths are compared without trailing slashes: the service adds or drops them. */
export const samePath = (a: string, b: string): boolean => trimmed(a) === trimmed(b)

const toFailed = (task: SyncTask): FailedSync => ({
  contextId: task.contextId,
  path: task.path,
  taskType: task.taskType,
  status: task.status,
  detail: task.errorMessage
})

const missing = (expected: ExpectedSync): FailedSync => ({
  contextId: expected.contextId,
  path: expected.path,
  taskType: "",
  status: "",
  detail: ""
})

export interface ExpectedSync {
  readonly contextId: string
  readonly path: string
}

export const isMissingFrom =
  (list: ReadonlyArray<ExpectedSync>) =>
  ({ contextId, path }: ExpectedSync): boolean =>
    !list.some((one) => one.contextId === contextId && samePath(one.path, path))

/** What a wait has seen so far: which transfers count, and which of the expected ones have not appeared. */
interface Observation {
  readonly relevant: ReadonlyArray<SyncTask>
  readonly absent: ReadonlyArray<ExpectedSync>
}

export interface WaitOptions {
  readonly operation: string
  readonly requestId?: string | undefined
  readonly filter: TaskFilter
  /** Which of the listed transfers are the ones waited for. */
  readonly isRelevant: (task: SyncTask) => boolean
  /** Default: `Success` and `Failed` are final, other words are not. */
  readonly verdict?: ((task: SyncTask) => Verdict) | undefined
  /** Transfers that must appear; with none given, at least one must. */
  readonly expected: ReadonlyArray<ExpectedSync>
  /** With none given, none need appear either. */
  readonly mayBeAbsent?: boolean | undefined
  /** Of the whole wait. */
  readonly timeout: Duration.Duration
  /** How long a transfer may take to appear at all. Default: as long as the timeout. */
  readonly startWithin?: Duration.Duration | undefined
  readonly onProgress?: ((tasks: ReadonlyArray<SyncTask>) => Effect.Effect<void>) | undefined
}

const hasStarted = (options: WaitOptions, { absent, relevant }: Observation): boolean =>
  options.expected.length === 0 ? options.mayBeAbsent === true || relevant.length > 0 : absent.length === 0

/**
 * Waits until every transfer that counts has ended, looking at growing intervals (0.5 s to 5 s, as the official
 * clients do). Returns the transfers; fails with `ContextSyncError` when one failed, did not end or never appeared.
 */
export const waitForTasks = (
  runtime: Watched,
  options: WaitOptions
): Effect.Effect<ReadonlyArray<SyncTask>, SessionError | ContextSyncError> =>
  Effect.gen(function* () {
    const { startWithin, timeout, verdict = verdictOf } = options
    const isRunning = (task: SyncTask) => verdict(task) === "running"
    const begun = yield* Clock.currentTimeMillis
    let last: Observation = { relevant: [], absent: options.expected }
    const problem = (reason: ContextSyncError["reason"], transfers: ReadonlyArray<FailedSync>) =>
      new ContextSyncError({
        reason,
        operation: options.operation,
        sessionId: runtime.sessionId,
        requestId: options.requestId,
        transfers
      })
    const look = Effect.gen(function* () {
      const { tasks } = yield* patiently(listTasks(runtime, options.operation, options.filter))
      const relevant = tasks.filter(options.isRelevant)
      const absent = options.expected.filter(isMissingFrom(relevant))
      last = { relevant, absent }
      if (options.onProgress !== undefined) yield* options.onProgress(relevant)
      return last
    })
    const poll = (
      within: Duration.Duration,
      isDone: (seen: Observation) => boolean,
      onTimeout: () => ContextSyncError
    ) =>
      pollUntil({
        timeout: within,
        interval: Duration.millis(500),
        factor: 1.1,
        maxInterval: "5 seconds",
        look,
        isDone,
        onTimeout
      })
    const isDone = (seen: Observation) => hasStarted(options, seen) && !seen.relevant.some(isRunning)

    // The first phase ends as soon as the transfers appear, so that a refused request is not waited for in full.
    const started = yield* poll(
      startWithin === undefined ? timeout : Duration.min(startWithin, timeout),
      (seen) => hasStarted(options, seen),
      () => problem("NotStarted", last.absent.map(missing))
    )
    if (!isDone(started)) {
      const elapsed = Duration.millis((yield* Clock.currentTimeMillis) - begun)
      yield* poll(Duration.subtract(timeout, elapsed), isDone, () =>
        problem("Timeout", last.relevant.filter(isRunning).map(toFailed))
      )
    }
    const failed = last.relevant.filter((task) => verdict(task) === "failed")
    return failed.length > 0 ? yield* problem("Failed", failed.map(toFailed)) : last.relevant
  })

/** A transfer that has not appeared by then is taken for one that the service does not start. */
const appearWithin = Duration.seconds(10)

/**
 * Waits for transfers, of which some may never appear: those are named beside the others, which are waited for to the
 * deadline.
 */
export const waitForSome = (
  runtime: Watched,
  options: Omit<WaitOptions, "startWithin" | "mayBeAbsent">
): Effect.Effect<
  { readonly tasks: ReadonlyArray<SyncTask>; readonly absent: ReadonlyArray<ExpectedSync> },
  SessionError | ContextSyncError
> =>
  Effect.gen(function* () {
    const begun = yield* Clock.currentTimeMillis
    const tasks = yield* waitForTasks(runtime, { ...options, startWithin: appearWithin }).pipe(
      Effect.catchIf(
        (error): error is ContextSyncError =>
          error._tag === "ContextSyncError" && error.reason === "NotStarted",
        ({ transfers }) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            waitForTasks(runtime, {
              ...options,
              expected: options.expected.filter((one) => isMissingFrom(transfers)(one)),
              mayBeAbsent: true,
              timeout: Duration.max(
                Duration.subtract(options.timeout, Duration.millis(now - begun)),
                Duration.millis(1)
              )
            })
          )
      )
    )
    return { tasks, absent: options.expected.filter(isMissingFrom(tasks)) }
  })
