/** The service's own copy of a file between its object store and the session. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { FileTransferError, SessionError } from "../../AgentBayError.js"
import { DeleteContextFile, SyncContext, type SyncTask } from "../../contract/actions/ContextActions.js"
import { withDeadline } from "../deadline.js"
import { samePath, type Verdict, waitForTasks } from "../syncTasks.js"
import type { Settings } from "./settings.js"
import { type Job, transferError } from "./transfers.js"

const good = /^(success(ful)?|ok|finished|done|completed?)$/i

const bad = /^(fail(ed|ure)?|error)$/i

/** The words that official clients take for the end of a file's copy; a message is a failure whatever the word. */
const verdict = ({ errorMessage, status }: SyncTask): Verdict =>
  errorMessage !== "" || bad.test(status) ? "failed" : good.test(status) ? "success" : "running"

const reasons = { Failed: "SyncFailed", Timeout: "SyncTimeout", NotStarted: "SyncNotStarted" } as const

/** Copies the object, `upload` from the session and `download` into it, and waits for that. Returns the request id. */
export const sync = (
  job: Job,
  mode: "upload" | "download",
  settings: Settings,
  bytes: number
): Effect.Effect<string, FileTransferError | SessionError> =>
  Effect.gen(function* () {
    const { context, objectPath: path, target, transfers } = job
    const { finished, runtime } = transfers
    const { operation, sessionId } = target
    const contextId = context.id
    yield* settings.onProgress({ path: target.path, phase: "copying", bytes, total: Option.none() })
    const { requestId } = yield* runtime.account.controlPlane.call(
      SyncContext,
      { sessionId, contextId, path, mode },
      { operation, sessionId }
    )
    // Another transfer of the same path may have left its mark; a path of its own has no past.
    const hasPast = path === target.path
    const isStale = finished.makeStaleCheck()
    let latest: ReadonlyArray<SyncTask> = []
    yield* waitForTasks(runtime, {
      operation,
      requestId,
      filter: { contextId, path, taskType: mode },
      isRelevant: (task) =>
        task.taskType === mode &&
        task.contextId === contextId &&
        samePath(task.path, path) &&
        !(hasPast && isStale(task)),
      expected: [{ contextId, path }],
      verdict,
      timeout: settings.syncTimeout,
      startWithin: settings.startWithin,
      onProgress: (tasks) =>
        Effect.sync(() => {
          latest = tasks
        })
    }).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          if (hasPast) finished.add(latest.filter((task) => verdict(task) !== "running"))
        })
      ),
      Effect.catchTag("ContextSyncError", ({ reason, transfers: failed }) =>
        Effect.fail(
          transferError(target, {
            reason: reasons[reason],
            bytes,
            requestId,
            detail: failed
              .map(({ detail, status }) => detail || (status === "" ? "" : `the service reports ${status}`))
              .filter((text) => text !== "")
              .join("; ")
          })
        )
      )
    )
    return requestId
  })

/** How long tidying up may take. */
export const tidyTimeout = Duration.seconds(15)

/**
 * Deletes the object. The transfer has ended by then, well or not: that a copy stays behind changes nothing about it,
 * but is worth a line in the log.
 */
export const deleteObject = ({ context, objectPath, target, transfers }: Job): Effect.Effect<void> => {
  const { operation, sessionId } = target
  return transfers.runtime.account.controlPlane
    .call(DeleteContextFile, { contextId: context.id, filePath: objectPath }, { operation, sessionId })
    .pipe(
      (deletion) => withDeadline(deletion, tidyTimeout, () => ({ message: "no answer in time" })),
      Effect.catchAll((error) =>
        Effect.logWarning(`${operation}: ${objectPath} stays behind in the object store: ${error.message}`)
      ),
      Effect.asVoid
    )
}
