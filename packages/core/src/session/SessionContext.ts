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
import * as Schema from "effect/Schema"
import type { ContextSyncError, InvalidArgument, SessionError } from "../AgentBayError.js"
import { BindContexts, SyncContext, type SyncTask } from "../contract/actions/ContextActions.js"
import { ensurePaths, persistenceData } from "../internal/boundContexts.js"
import {
  FinishedTasks,
  isFinal,
  isSuccess,
  listTasks,
  samePath,
  waitForTasks
} from "../internal/syncTasks.js"
import { ensure, ensureTimeout, makeTypeCheck } from "../internal/validate.js"
import { listBindings, waitForBindings } from "../internal/waitForBindings.js"
import { ContextMount } from "../storage/ContextMount.js"
import { ContextSync } from "../storage/SyncPolicy.js"
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
 * A context that belongs to the session.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContextBinding {
  readonly contextId: string
  readonly contextName: Option.Option<string>
  readonly path: string
  /** JSON text. */
  readonly policy: Option.Option<string>
  /** In the words of the service, such as `2026-04-01T08:00:00Z`. */
  readonly bindTime: Option.Option<string>
}

/**
 * Contexts for a session that runs: those whose files are copied, and those that are mounted (beta). At least one.
 *
 * @since 0.1.0
 * @category models
 */
export interface NewContexts {
  readonly contexts?: ReadonlyArray<ContextSync> | undefined
  readonly mounts?: ReadonlyArray<ContextMount> | undefined
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
    /**
     * Adds contexts and waits until the session has them: until all are listed, and the transfers of files into it
     * have ended. Returns those transfers; a context for which the service starts none is not among them. A path can
     * be bound once, and nothing can be unbound. `timeout` is that of the wait, default 3 minutes.
     *
     * Fails with `SessionError`, reason `Conflict`, for a path that is bound already; with `ContextSyncError` when a
     * context was not listed in time (`NotStarted`), or a transfer failed or did not end in time: then the contexts
     * are bound all the same. With `InvalidArgument` for nothing, or a path given twice.
     */
    readonly bind: (
      contexts: NewContexts,
      options?: { readonly timeout?: Duration.DurationInput | undefined }
    ) => Effect.Effect<ReadonlyArray<ContextTransfer>, SessionError | InvalidArgument | ContextSyncError>
    /** Asks for contexts without waiting for them. Returns the request id. */
    readonly startBind: (contexts: NewContexts) => Effect.Effect<string, SessionError | InvalidArgument>
    /** The contexts of the session: those of its creation, and those bound since. */
    readonly listBindings: Effect.Effect<ReadonlyArray<ContextBinding>, SessionError>
  }
}

const checkContexts = makeTypeCheck(
  Schema.Struct({
    contexts: Schema.optional(Schema.Array(ContextSync)),
    mounts: Schema.optional(Schema.Array(ContextMount))
  })
)

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

  const startBind = (operation: string, contexts: NewContexts) =>
    Effect.gen(function* () {
      const checked = yield* checkContexts(operation, "", contexts)
      const list = persistenceData(checked)
      yield* ensure(list.length > 0, operation, "contexts", contexts, "it must have at least one context")
      yield* ensurePaths(operation, checked)
      const { requestId } = yield* runtime.account.controlPlane.call(
        BindContexts,
        { sessionId, persistenceDataList: list },
        { operation, sessionId }
      )
      return requestId
    })

  const bind: SessionContext.Service["bind"] = Effect.fn("SessionContext.bind")(
    function* (contexts, options) {
      const operation = "SessionContext.bind"
      const timeout = yield* ensureTimeout(operation, "timeout", options?.timeout ?? "3 minutes")
      const requestId = yield* startBind(operation, contexts)
      return (yield* waitForBindings(runtime, { operation, requestId, contexts, timeout })).map(toTransfer)
    }
  )

  return {
    bind,
    startBind: (contexts) =>
      Effect.withSpan(startBind("SessionContext.startBind", contexts), "SessionContext.startBind"),
    listBindings: Effect.withSpan(
      Effect.suspend(() => listBindings(runtime, "SessionContext.listBindings")),
      "SessionContext.listBindings"
    ),
    info: Effect.fn("SessionContext.info")(function* (filter) {
      const { tasks } = yield* listTasks(runtime, "SessionContext.info", filter ?? {})
      return tasks.map(toTransfer)
    }),
    sync,
    startSync
  }
}
