/**
 * The contexts mounted into a session: how their transfers stand, and transfers on demand.
 *
 * Source: session core modules, section 9.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { ContextSyncError, InvalidArgument, SessionError } from "../AgentBayError.js"
import { SyncContext, type SyncTask } from "../contract/actions/ContextActions.js"
import {
  FinishedTasks,
  isFinal,
  isSuccess,
  listTasks,
  samePath,
  waitForTasks
} from "../internal/syncTasks.js"
import { ensure, ensureTimeout } from "../internal/validate.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * One transfer between the session and a context. `taskType` is `upload` (session to storage), `download` (storage
 * to session), or another word of the service. `status` is final when it is `Success` or `Failed`. Times are epoch
 * seconds as far as is known.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContextTransfer {
  readonly contextId: string
  readonly path: string
  readonly taskType: string
  readonly status: string
  readonly isFinal: boolean
  readonly isSuccess: boolean
  /** Empty unless the transfer failed. */
  readonly errorMessage: string
  readonly startTime: Option.Option<number>
  readonly finishTime: Option.Option<number>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface SyncOptions {
  /** One context, given together with `path`; without both, every mounted context. */
  readonly contextId?: string | undefined
  readonly path?: string | undefined
  /** `upload` copies session to storage, `download` the reverse. Without it the service uploads. */
  readonly mode?: "upload" | "download" | undefined
  /** How long the transfers may take. Default 5 minutes. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How long a transfer may take to appear after the request was accepted. Default 10 seconds. */
  readonly startWithin?: Duration.DurationInput | undefined
  /** Called with the transfers after each look. */
  readonly onProgress?: ((transfers: ReadonlyArray<ContextTransfer>) => Effect.Effect<void>) | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionContext extends Context.Tag("@effect-agentbay/core/SessionContext")<
  SessionContext,
  SessionContext.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionContext {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * The transfers of this session, optionally of one context, path or kind. Fails with `SessionError`; an answer
     * that cannot be read is a failure, not an empty list.
     */
    readonly info: (filter?: {
      readonly contextId?: string | undefined
      readonly path?: string | undefined
      readonly taskType?: "upload" | "download" | undefined
    }) => Effect.Effect<ReadonlyArray<ContextTransfer>, SessionError>
    /**
     * Transfers files and waits until that is done. Returns the finished transfers.
     *
     * Fails with `ContextSyncError` when a transfer failed, did not end within `timeout`, or never appeared;
     * with `InvalidArgument` when only one of `contextId` and `path` is given; with `SessionError` when the service
     * refuses.
     */
    readonly sync: (
      options?: SyncOptions
    ) => Effect.Effect<ReadonlyArray<ContextTransfer>, SessionError | InvalidArgument | ContextSyncError>
    /** Asks for the transfers without waiting for them. Returns the request id. */
    readonly startSync: (
      options?: Pick<SyncOptions, "contextId" | "path" | "mode">
    ) => Effect.Effect<string, SessionError | InvalidArgument>
  }
}

const toTransfer = (task: SyncTask): ContextTransfer => ({
  contextId: task.contextId,
  path: task.path,
  taskType: task.taskType,
  status: task.status,
  isFinal: isFinal(task),
  isSuccess: isSuccess(task),
  errorMessage: task.errorMessage,
  startTime: task.startTime,
  finishTime: task.finishTime
})

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: SessionRuntime): SessionContext.Service => {
  const { sessionId } = runtime
  const finished = new FinishedTasks()

  const startSync: SessionContext.Service["startSync"] = Effect.fn("SessionContext.startSync")(
    function* (options) {
      const operation = "SessionContext.sync"
      const { contextId, mode, path } = options ?? {}
      yield* ensure(
        (contextId === undefined) === (path === undefined),
        operation,
        contextId === undefined ? "contextId" : "path",
        undefined,
        "contextId and path must be given together, or neither"
      )
      yield* ensure(
        contextId === undefined || contextId.trim() !== "",
        operation,
        "contextId",
        contextId,
        "it must not be blank"
      )
      yield* ensure(path === undefined || path.trim() !== "", operation, "path", path, "it must not be blank")
      const reply = yield* runtime.account.controlPlane.call(
        SyncContext,
        { sessionId, contextId, path, mode },
        { operation, sessionId }
      )
      return reply.requestId
    }
  )

  const sync: SessionContext.Service["sync"] = Effect.fn("SessionContext.sync")(function* (options) {
    const operation = "SessionContext.sync"
    const timeout = yield* ensureTimeout(operation, "timeout", options?.timeout ?? "5 minutes")
    const startWithin = yield* ensureTimeout(operation, "startWithin", options?.startWithin ?? "10 seconds")
    const requestId = yield* startSync(options)
    const { contextId, mode, onProgress, path } = options ?? {}
    let latest: ReadonlyArray<SyncTask> = []
    const isStale = finished.makeStaleCheck()
    const tasks = yield* waitForTasks(runtime, {
      operation,
      requestId,
      filter: { contextId, path },
      isRelevant: (task) =>
        task.taskType === (mode ?? "upload") &&
        (contextId === undefined || task.contextId === contextId) &&
        (path === undefined || samePath(task.path, path)) &&
        !isStale(task),
      expected: [],
      timeout,
      startWithin,
      onProgress: (seen) => {
        latest = seen
        return onProgress === undefined ? Effect.void : onProgress(seen.map(toTransfer))
      }
    }).pipe(Effect.ensuring(Effect.sync(() => finished.add(latest.filter(isFinal)))))
    return tasks.map(toTransfer)
  })

  return {
    info: Effect.fn("SessionContext.info")(function* (filter) {
      const { tasks } = yield* listTasks(runtime, "SessionContext.info", filter ?? {})
      return tasks.map(toTransfer)
    }),
    sync,
    startSync
  }
}
