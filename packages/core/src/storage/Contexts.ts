/**
 * Contexts of the account: named file stores that outlive sessions. Use as `AgentBay.contexts`.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { InvalidArgument, SessionError } from "../AgentBayError.js"
import * as ContextActions from "../contract/actions/ContextActions.js"
import { sessionError } from "../internal/httpFailure.js"
import { patiently } from "../internal/patience.js"
import { pollUntil, waitedInVain } from "../internal/poll.js"
import { presignedUrl } from "../internal/presignedUrl.js"
import { getObject, putObject } from "../internal/putObject.js"
import { ensure, ensureText, ensureTimeout } from "../internal/validate.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import type { Reply } from "../transport/ControlPlane.js"

/**
 * A named file store. `state` is `available`, `in-use`, `pre-available`, `clearing` or a word unknown to this
 * version. Times are texts as the service writes them.
 *
 * @since 0.1.0
 * @category models
 */
export interface StoredContext {
  readonly id: string
  readonly name: string
  readonly state: Option.Option<string>
  readonly osType: Option.Option<string>
  readonly createdAt: Option.Option<string>
  readonly lastUsedAt: Option.Option<string>
}

/**
 * One page of a listing. `nextToken` leads to the next one; none on the last page.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContextPage {
  readonly contexts: ReadonlyArray<StoredContext>
  readonly nextToken: Option.Option<string>
  readonly maxResults: Option.Option<number>
  readonly totalCount: Option.Option<number>
  readonly requestId: string
}

/**
 * A file of a context; `path` is the absolute path it has in a session. `size` in bytes.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContextFile {
  readonly id: Option.Option<string>
  readonly name: string
  readonly path: string
  readonly type: Option.Option<string>
  readonly size: Option.Option<number>
  readonly status: Option.Option<string>
  readonly createdAt: Option.Option<string>
  readonly modifiedAt: Option.Option<string>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ContextFilePage {
  readonly files: ReadonlyArray<ContextFile>
  /** Number of all files below the folder. */
  readonly count: Option.Option<number>
  readonly nextToken: Option.Option<string>
  readonly requestId: string
}

/**
 * A URL that lets whoever holds it write or read one file for a while. `expiresAt` is the service's number, epoch
 * seconds according to its documentation.
 *
 * @since 0.1.0
 * @category models
 */
export interface PresignedUrl {
  readonly url: Redacted.Redacted
  readonly expiresAt: Option.Option<number>
  readonly requestId: string
}

/**
 * Which context is meant: by its unique name, or by its id.
 *
 * @since 0.1.0
 * @category models
 */
export type ContextKey = { readonly name: string } | { readonly id: string }

/**
 * @since 0.1.0
 * @category models
 */
export interface Contexts {
  /**
   * One page. `maxResults` 1 or more, default 10. `sessionId` keeps the contexts of one session.
   */
  readonly list: (options?: {
    readonly maxResults?: number | undefined
    readonly nextToken?: string | undefined
    readonly sessionId?: string | undefined
  }) => Effect.Effect<ContextPage, SessionError | InvalidArgument>
  /** All contexts, page by page as they are consumed. */
  readonly listAll: (options?: {
    readonly pageSize?: number | undefined
    readonly sessionId?: string | undefined
  }) => Stream.Stream<StoredContext, SessionError | InvalidArgument>
  /** Fails with `SessionError`, reason `NotFound`, when there is none. */
  readonly get: (key: ContextKey) => Effect.Effect<StoredContext, SessionError | InvalidArgument>
  /** The context of that name, created when there is none. */
  readonly create: (name: string) => Effect.Effect<StoredContext, SessionError | InvalidArgument>
  readonly rename: (contextId: string, name: string) => Effect.Effect<void, SessionError | InvalidArgument>
  readonly delete: (contextId: string) => Effect.Effect<void, SessionError | InvalidArgument>
  /**
   * Deletes every file of a context and waits until it is available again: at most `timeout` (default 60 seconds),
   * looking every `interval` (default 2 seconds). Fails with `SessionError`, reason `Timeout`, when it takes longer.
   */
  readonly clear: (
    contextId: string,
    options?: {
      readonly timeout?: Duration.DurationInput | undefined
      readonly interval?: Duration.DurationInput | undefined
      /** Called with the state after each look. */
      readonly onProgress?: ((state: string) => Effect.Effect<void>) | undefined
    }
  ) => Effect.Effect<void, SessionError | InvalidArgument>
  readonly files: ContextFiles
}

/**
 * The files of a context, without a session.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContextFiles {
  /**
   * One page below `folder`. `page` counts from 1, default 1; `pageSize` default 50. With `maxResults` (default 50) or
   * `nextToken` of another page instead, pages are told by tokens, as newer services do.
   */
  readonly list: (
    contextId: string,
    folder: string,
    options?: {
      readonly page?: number | undefined
      readonly pageSize?: number | undefined
      readonly maxResults?: number | undefined
      readonly nextToken?: string | undefined
    }
  ) => Effect.Effect<ContextFilePage, SessionError | InvalidArgument>
  /** All files below `folder`, page by page as they are consumed. */
  readonly listAll: (
    contextId: string,
    folder: string,
    options?: { readonly pageSize?: number | undefined }
  ) => Stream.Stream<ContextFile, SessionError | InvalidArgument>
  readonly delete: (contextId: string, path: string) => Effect.Effect<void, SessionError | InvalidArgument>
  /** A URL for one HTTP PUT of the file's bytes. */
  readonly uploadUrl: (
    contextId: string,
    path: string
  ) => Effect.Effect<PresignedUrl, SessionError | InvalidArgument>
  /**
   * The bytes of a file, all of them in memory. At most `timeout` (default 60 seconds) for the download. Fails with
   * reason `NotFound` when the file does not exist.
   */
  readonly read: (
    contextId: string,
    path: string,
    options?: { readonly timeout?: Duration.DurationInput | undefined }
  ) => Effect.Effect<Uint8Array, SessionError | InvalidArgument>
  /** Stores or replaces a file, in one step. At most `timeout` (default 60 seconds) for the upload. */
  readonly write: (
    contextId: string,
    path: string,
    content: Uint8Array,
    options?: { readonly timeout?: Duration.DurationInput | undefined }
  ) => Effect.Effect<void, SessionError | InvalidArgument>
  /** A URL for HTTP GET. Fails with reason `NotFound` when the service says that the file does not exist. */
  readonly downloadUrl: (
    contextId: string,
    path: string
  ) => Effect.Effect<PresignedUrl, SessionError | InvalidArgument>
}

const toContext = (
  record: ContextActions.ContextRecord & { readonly id: Option.Some<string> }
): StoredContext => ({
  id: record.id.value,
  name: record.name,
  state: record.state,
  osType: record.osType,
  createdAt: record.createTime,
  lastUsedAt: record.lastUsedTime
})

const hasId = (
  record: ContextActions.ContextRecord
): record is ContextActions.ContextRecord & { readonly id: Option.Some<string> } => Option.isSome(record.id)

const positiveInt = (operation: string, field: string, value: number | undefined) =>
  ensure(
    value === undefined || (Number.isInteger(value) && value >= 1),
    operation,
    field,
    value,
    "it must be a whole number of at least 1"
  )

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: AccountRuntime): Contexts => {
  const { config, controlPlane } = runtime

  const found = (
    operation: string,
    reply: Reply<ContextActions.ContextRecord | null | undefined>,
    missing: { readonly reason: "NotFound" | "Decode"; readonly detail: string }
  ): Effect.Effect<StoredContext, SessionError> =>
    reply.data !== null && reply.data !== undefined && hasId(reply.data)
      ? Effect.succeed(toContext(reply.data))
      : Effect.fail(
          sessionError({ operation, requestId: reply.requestId, secrets: [] }, { phase: "sent", ...missing })
        )

  const list: Contexts["list"] = Effect.fn("Contexts.list")(function* (options) {
    yield* positiveInt("Contexts.list", "maxResults", options?.maxResults)
    const reply = yield* controlPlane.call(
      ContextActions.ListContexts,
      { maxResults: options?.maxResults ?? 10, nextToken: options?.nextToken, sessionId: options?.sessionId },
      { operation: "Contexts.list" }
    )
    return {
      contexts: (reply.data ?? []).filter(hasId).map(toContext),
      nextToken: reply.nextToken,
      maxResults: reply.maxResults,
      totalCount: reply.totalCount,
      requestId: reply.requestId
    }
  })

  const listAll: Contexts["listAll"] = (options) =>
    Stream.paginateChunkEffect(undefined as string | undefined, (nextToken) =>
      Effect.map(
        list({ maxResults: options?.pageSize, nextToken, sessionId: options?.sessionId }),
        (page) => [Chunk.fromIterable(page.contexts), page.nextToken] as const
      )
    )

  const lookup = (operation: string, key: ContextKey) =>
    controlPlane.call(
      ContextActions.GetContext,
      "id" in key ? { contextId: key.id, allowCreate: false } : { name: key.name, allowCreate: false },
      { operation }
    )

  const get: Contexts["get"] = Effect.fn("Contexts.get")(function* (key) {
    const [field, value] = "id" in key ? ["id", key.id] : ["name", key.name]
    yield* ensureText("Contexts.get", field, value)
    return yield* found("Contexts.get", yield* lookup("Contexts.get", key), {
      reason: "NotFound",
      detail: `there is no context ${value}`
    })
  })

  const create: Contexts["create"] = Effect.fn("Contexts.create")(function* (name) {
    yield* ensureText("Contexts.create", "name", name)
    const reply = yield* controlPlane.call(
      ContextActions.GetContext,
      { name, allowCreate: true, loginRegionId: Option.getOrUndefined(config.regionId) },
      { operation: "Contexts.create" }
    )
    return yield* found("Contexts.create", reply, { reason: "Decode", detail: "the answer has no Id" })
  })

  const rename: Contexts["rename"] = Effect.fn("Contexts.rename")(function* (contextId, name) {
    yield* ensureText("Contexts.rename", "contextId", contextId)
    yield* ensureText("Contexts.rename", "name", name)
    yield* controlPlane.call(
      ContextActions.ModifyContext,
      { id: contextId, name },
      { operation: "Contexts.rename" }
    )
  })

  const deleteContext: Contexts["delete"] = Effect.fn("Contexts.delete")(function* (contextId) {
    yield* ensureText("Contexts.delete", "contextId", contextId)
    yield* controlPlane.call(
      ContextActions.DeleteContext,
      { id: contextId },
      { operation: "Contexts.delete" }
    )
  })

  const clear: Contexts["clear"] = Effect.fn("Contexts.clear")(function* (contextId, options) {
    const operation = "Contexts.clear"
    yield* ensureText(operation, "contextId", contextId)
    const timeout = yield* ensureTimeout(operation, "timeout", options?.timeout ?? "60 seconds")
    const interval = yield* ensureTimeout(operation, "interval", options?.interval ?? "2 seconds")
    const started = yield* controlPlane.call(ContextActions.ClearContext, { id: contextId }, { operation })
    yield* pollUntil({
      timeout,
      interval,
      firstAfter: interval,
      look: Effect.flatMap(lookup(operation, { id: contextId }), (reply) => {
        const state = Option.getOrElse(reply.data?.state ?? Option.none(), () => "clearing")
        return Effect.as(options?.onProgress?.(state) ?? Effect.void, state)
      }),
      isDone: (state) => state === "available",
      onTimeout: waitedInVain(
        { operation, requestId: started.requestId },
        `context ${contextId} to become available`
      )
    })
  })

  const listFiles: ContextFiles["list"] = Effect.fn("Contexts.files.list")(
    function* (contextId, folder, options) {
      const operation = "Contexts.files.list"
      yield* ensureText(operation, "contextId", contextId)
      yield* positiveInt(operation, "page", options?.page)
      yield* positiveInt(operation, "pageSize", options?.pageSize)
      yield* positiveInt(operation, "maxResults", options?.maxResults)
      const { maxResults, nextToken, page, pageSize } = options ?? {}
      const byToken = maxResults !== undefined || nextToken !== undefined
      yield* ensure(
        !byToken || (page === undefined && (maxResults === undefined || pageSize === undefined)),
        operation,
        page === undefined ? "pageSize" : "page",
        page ?? pageSize,
        "it cannot be combined with maxResults or nextToken"
      )
      const reply = yield* controlPlane.call(
        ContextActions.DescribeContextFiles,
        {
          contextId,
          parentFolderPath: folder,
          ...(byToken
            ? { maxResults: maxResults ?? pageSize ?? 50, nextToken }
            : { pageNumber: page ?? 1, pageSize: pageSize ?? 50 })
        },
        { operation }
      )
      return {
        files: (reply.data ?? []).map((file) => ({
          id: file.fileId,
          name: file.fileName,
          path: file.filePath,
          type: file.fileType,
          size: file.size,
          status: file.status,
          createdAt: file.gmtCreate,
          modifiedAt: file.gmtModified
        })),
        count: reply.count,
        nextToken: reply.nextToken,
        requestId: reply.requestId
      }
    }
  )

  const listAllFiles: ContextFiles["listAll"] = (contextId, folder, options) => {
    const pageSize = options?.pageSize ?? 50
    return Stream.paginateChunkEffect({ page: 1, seen: 0 }, ({ page, seen }) =>
      Effect.map(listFiles(contextId, folder, { page, pageSize }), ({ count, files }) => {
        const total = seen + files.length
        // A short page is the last one; where the number of all is known it spares the request for an empty page.
        const isLast = files.length < pageSize || Option.exists(count, (all) => total >= all)
        return [
          Chunk.fromIterable(files),
          isLast ? Option.none() : Option.some({ page: page + 1, seen: total })
        ] as const
      })
    )
  }

  const ensureFile = (operation: string, contextId: string, path: string) =>
    Effect.zipRight(ensureText(operation, "contextId", contextId), ensureText(operation, "path", path))

  const deleteFile: ContextFiles["delete"] = Effect.fn("Contexts.files.delete")(function* (contextId, path) {
    yield* ensureFile("Contexts.files.delete", contextId, path)
    yield* controlPlane.call(
      ContextActions.DeleteContextFile,
      { contextId, filePath: path },
      { operation: "Contexts.files.delete" }
    )
  })

  const presigned = (
    operation: string,
    direction: "upload" | "download",
    contextId: string,
    path: string
  ): Effect.Effect<PresignedUrl, SessionError | InvalidArgument> =>
    ensureFile(operation, contextId, path).pipe(
      Effect.zipRight(presignedUrl(controlPlane, direction, { contextId, filePath: path }, { operation })),
      Effect.withSpan(operation)
    )

  const read: ContextFiles["read"] = Effect.fn("Contexts.files.read")(function* (contextId, path, options) {
    const operation = "Contexts.files.read"
    const timeout = yield* ensureTimeout(operation, "timeout", options?.timeout ?? "60 seconds")
    const { url } = yield* presigned(operation, "download", contextId, path)
    return yield* patiently(getObject(runtime, operation, url, timeout))
  })

  const write: ContextFiles["write"] = Effect.fn("Contexts.files.write")(
    function* (contextId, path, content, options) {
      const operation = "Contexts.files.write"
      const timeout = yield* ensureTimeout(operation, "timeout", options?.timeout ?? "60 seconds")
      const { url } = yield* presigned(operation, "upload", contextId, path)
      yield* patiently(putObject(runtime, operation, url, content, timeout))
    }
  )

  return {
    list,
    listAll,
    get,
    create,
    rename,
    delete: deleteContext,
    clear,
    files: {
      list: listFiles,
      listAll: listAllFiles,
      delete: deleteFile,
      read,
      write,
      uploadUrl: (contextId, path) => presigned("Contexts.files.uploadUrl", "upload", contextId, path),
      downloadUrl: (contextId, path) => presigned("Contexts.files.downloadUrl", "download", contextId, path)
    }
  }
}
