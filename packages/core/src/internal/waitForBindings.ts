/** Waiting until a session has the contexts that it was given while it ran. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { ContextSyncError, type SessionError } from "../AgentBayError.js"
import { DescribeSessionContexts, type SyncTask } from "../contract/actions/ContextActions.js"
import type { SessionRuntime } from "../session/SessionRuntime.js"
import type { BoundContexts } from "./boundContexts.js"
import { patiently } from "./patience.js"
import { pollUntil } from "./poll.js"
import { type ExpectedSync, isMissingFrom, waitForTasks } from "./syncTasks.js"

type Bound = Pick<SessionRuntime, "account" | "sessionId">

export const listBindings = ({ account, sessionId }: Bound, operation: string) =>
  Effect.map(
    account.controlPlane.call(DescribeSessionContexts, { sessionId }, { operation, sessionId }),
    ({ data }) => data ?? []
  )

/** A transfer that has not appeared by then is one that the service does not start: earlier ones started none. */
const appearWithin = Duration.seconds(2)

/**
 * Looks until all contexts are listed, then until the transfers into the session have ended. Returns the transfers.
 */
export const waitForBindings = (
  runtime: Bound,
  {
    contexts: { contexts = [], mounts = [] },
    operation,
    requestId,
    timeout
  }: {
    readonly operation: string
    readonly requestId: string
    readonly contexts: BoundContexts
    readonly timeout: Duration.Duration
  }
): Effect.Effect<ReadonlyArray<SyncTask>, SessionError | ContextSyncError> =>
  Effect.gen(function* () {
    const begun = yield* Clock.currentTimeMillis
    const left = Effect.map(Clock.currentTimeMillis, (now) =>
      Duration.max(Duration.subtract(timeout, Duration.millis(now - begun)), Duration.millis(1))
    )
    let missing: ReadonlyArray<ExpectedSync> = [...contexts, ...mounts]
    yield* pollUntil({
      timeout,
      interval: Duration.seconds(2),
      look: Effect.map(patiently(listBindings(runtime, operation)), (listed) => {
        missing = [...contexts, ...mounts].filter(isMissingFrom(listed))
        return missing.length === 0
      }),
      isDone: (isListed: boolean) => isListed,
      onTimeout: () =>
        new ContextSyncError({
          reason: "NotStarted",
          operation,
          sessionId: runtime.sessionId,
          requestId,
          transfers: missing.map(({ contextId, path }) => ({
            contextId,
            path,
            taskType: "",
            status: "",
            detail: "it is not listed among the contexts of the session"
          }))
        })
    })
    if (contexts.length === 0) return []
    const transfers = {
      operation,
      requestId,
      filter: { taskType: "download" },
      isRelevant: (task: SyncTask) =>
        task.taskType === "download" && contexts.some((context) => !isMissingFrom([task])(context))
    }
    return yield* waitForTasks(runtime, {
      ...transfers,
      expected: contexts,
      timeout: yield* left,
      startWithin: appearWithin
    }).pipe(
      Effect.catchIf(
        (error) => error._tag === "ContextSyncError" && error.reason === "NotStarted",
        () =>
          Effect.flatMap(left, (rest) =>
            waitForTasks(runtime, { ...transfers, expected: [], mayBeAbsent: true, timeout: rest })
          )
      )
    )
  })
