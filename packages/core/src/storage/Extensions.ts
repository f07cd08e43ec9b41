/**
 * Browser extensions of the account: ZIP archives in a context, which sessions install. Use as `AgentBay.extensions`.
 *
 * Source: session automation modules, section 15.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { InvalidArgument, SessionError } from "../AgentBayError.js"
import { extensionId, extensionName } from "../internal/extensionIds.js"
import { sessionError } from "../internal/httpFailure.js"
import { putObject } from "../internal/putObject.js"
import { randomHex } from "../internal/randomHex.js"
import { ensure, ensureText, ensureTimeout, invalid } from "../internal/validate.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import type { BrowserContext } from "./BrowserContext.js"
import type { Contexts } from "./Contexts.js"

/**
 * An extension in a store. `id` names it there and in `option`. `name` is the name of the file it was made from; for
 * an archive that another client stored, or whose name is too long to be kept, it is the id.
 *
 * @since 0.1.0
 * @category models
 */
export interface Extension {
  readonly id: string
  readonly name: string
  /** As the service writes it; none right after `create` and `update`. */
  readonly createdAt: Option.Option<string>
}

/**
 * An archive to store. `name` ends in `.zip` and is no path; `content` begins like a ZIP archive does. A stream is
 * collected in memory first, so that a wrong or broken one sends nothing.
 *
 * @since 0.1.0
 * @category models
 */
export interface ExtensionFile<E = never> {
  readonly name: string
  readonly content: Uint8Array | Stream.Stream<Uint8Array, E>
}

/**
 * What `SessionParams.CreateParams` takes as `browserContext.extensions`.
 *
 * @since 0.1.0
 * @category models
 */
export type ExtensionOption = NonNullable<BrowserContext["extensions"]>

/**
 * @since 0.1.0
 * @category models
 */
export interface UploadOptions {
  /** How long the upload may take. Default 5 minutes. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * The extensions of one context.
 *
 * @since 0.1.0
 * @category models
 */
export interface ExtensionStore {
  readonly contextId: string
  /** Whether `open` made the context, for this store alone. */
  readonly isTemporary: boolean
  /**
   * Stores an archive under a new id. When the upload fails or is interrupted, what may have arrived is deleted.
   *
   * Fails with `InvalidArgument` for a file that is not a ZIP archive (nothing is sent then), with `SessionError`, and
   * with whatever the stream fails with.
   */
  readonly create: <E = never>(
    file: ExtensionFile<E>,
    options?: UploadOptions
  ) => Effect.Effect<Extension, SessionError | InvalidArgument | E>
  /** All extensions, in pages of `pageSize` (1 or more, default 100) as they are consumed. */
  readonly list: (options?: {
    readonly pageSize?: number | undefined
  }) => Stream.Stream<Extension, SessionError | InvalidArgument>
  /**
   * Replaces the archive of an extension, which keeps its id and so its name. When the upload fails the old archive
   * stays.
   *
   * Fails like `create`, and with `SessionError`, reason `NotFound`, when there is no such extension.
   */
  readonly update: <E = never>(
    extensionId: string,
    file: ExtensionFile<E>,
    options?: UploadOptions
  ) => Effect.Effect<Extension, SessionError | InvalidArgument | E>
  /** Fails with `SessionError`, and with `InvalidArgument` for a text that cannot be an id. */
  readonly delete: (extensionId: string) => Effect.Effect<void, SessionError | InvalidArgument>
  /** These extensions for a session's `browserContext`. Sends nothing; fails without ids and for broken ones. */
  readonly option: (extensionIds: ReadonlyArray<string>) => Effect.Effect<ExtensionOption, InvalidArgument>
  /**
   * Deletes the context with every extension, if `open` made it for this store; a context that was named is left as
   * it is. True when it was deleted.
   */
  readonly cleanup: Effect.Effect<boolean, SessionError>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Extensions {
  /**
   * The extensions of the context with this name, which is created when there is none and never deleted by `cleanup`;
   * without a name those of a new context, which `cleanup` deletes.
   *
   * Fails with `SessionError`, and with `InvalidArgument` for a blank name.
   *
   * @example
   * ```ts
   * import { AgentBay } from "@effect-agentbay/core"
   * import { Effect } from "effect"
   *
   * const program = (archive: Uint8Array) =>
   *   Effect.gen(function* () {
   *     const bay = yield* AgentBay.AgentBay
   *     const extensions = yield* bay.extensions.open("team-extensions")
   *     const { id } = yield* extensions.create({ name: "blocker.zip", content: archive })
   *     const profile = yield* bay.contexts.create("browser-profile")
   *     return yield* bay.session({
   *       imageId: "browser_latest",
   *       browserContext: { contextId: profile.id, extensions: yield* extensions.option([id]) }
   *     })
   *   })
   * ```
   */
  readonly open: (name?: string) => Effect.Effect<ExtensionStore, SessionError | InvalidArgument>
  /** A new context for extensions, which is deleted with them when the scope closes. */
  readonly scoped: Effect.Effect<ExtensionStore, SessionError, Scope.Scope>
}

/** Where archives stand in their context. */
const folder = "/tmp/extensions"

const pathOf = (id: string): string => `${folder}/${id}`

const idRule = "it must be the id of an extension: a file name without slashes"

const ensureId = (operation: string, field: string, id: string) =>
  Effect.zipRight(
    ensureText(operation, field, id),
    ensure(!/[/\\\0]/.test(id) && id !== "." && id !== "..", operation, field, id, idRule)
  )

/** A local entry, the end of an empty archive, or the mark of one in several parts. */
const isZip = ([first, second, third, fourth]: Uint8Array): boolean =>
  first === 0x50 &&
  second === 0x4b &&
  ((third === 3 && fourth === 4) || (third === 5 && fourth === 6) || (third === 7 && fourth === 8))

const concatenated = (pieces: Chunk.Chunk<Uint8Array>): Uint8Array => {
  const all = new Uint8Array(Chunk.reduce(pieces, 0, (size, piece) => size + piece.length))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

/** The bytes of an archive, once its name and its first bytes are right. */
const contentOf = <E>(
  operation: string,
  { content, name }: ExtensionFile<E>
): Effect.Effect<Uint8Array, InvalidArgument | E> =>
  Effect.gen(function* () {
    const rule = "it must be the name of a file that ends in .zip, without slashes"
    yield* ensure(/^[^/\\\0]+\.zip$/i.test(name), operation, "name", name, rule)
    const bytes = content instanceof Uint8Array ? content : concatenated(yield* Stream.runCollect(content))
    yield* ensure(isZip(bytes), operation, "content", name, "its content must be a ZIP archive")
    return bytes
  })

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: AccountRuntime, contexts: Contexts): Extensions => {
  const storeOf = (contextId: string, isTemporary: boolean): ExtensionStore => {
    const upload = (operation: string, id: string, content: Uint8Array, options: UploadOptions | undefined) =>
      Effect.gen(function* () {
        const timeout = yield* ensureTimeout(operation, "timeout", options?.timeout ?? "5 minutes")
        const { url } = yield* contexts.files.uploadUrl(contextId, pathOf(id))
        return putObject(runtime, operation, url, content, timeout)
      })

    const list: ExtensionStore["list"] = (options) =>
      Stream.map(
        contexts.files.listAll(contextId, folder, { pageSize: options?.pageSize ?? 100 }),
        ({ createdAt, name }) => ({ id: name, name: extensionName(name), createdAt })
      )

    return {
      contextId,
      isTemporary,
      list,
      create: Effect.fn("Extensions.create")(function* (file, options) {
        const operation = "Extensions.create"
        const content = yield* contentOf(operation, file)
        const id = extensionId(yield* randomHex, file.name)
        const put = yield* upload(operation, id, content, options)
        yield* Effect.onError(put, () => Effect.ignore(contexts.files.delete(contextId, pathOf(id))))
        return { id, name: extensionName(id), createdAt: Option.none() }
      }),
      update: Effect.fn("Extensions.update")(function* (id, file, options) {
        const operation = "Extensions.update"
        yield* ensureId(operation, "extensionId", id)
        const content = yield* contentOf(operation, file)
        const found = yield* Stream.runHead(Stream.filter(list(), (extension) => extension.id === id))
        if (Option.isNone(found)) {
          return yield* Effect.fail(
            sessionError(
              { operation, secrets: [] },
              { reason: "NotFound", phase: "sent", detail: `context ${contextId} has no extension ${id}` }
            )
          )
        }
        yield* Effect.flatten(upload(operation, id, content, options))
        return { ...found.value, createdAt: Option.none() }
      }),
      delete: Effect.fn("Extensions.delete")(function* (id) {
        yield* ensureId("Extensions.delete", "extensionId", id)
        yield* contexts.files.delete(contextId, pathOf(id))
      }),
      option: (ids) =>
        Effect.gen(function* () {
          const operation = "Extensions.option"
          for (const [index, id] of ids.entries()) yield* ensureId(operation, `extensionIds.${index}`, id)
          const [first, ...rest] = ids
          if (first === undefined) {
            return yield* Effect.fail(invalid(operation, "extensionIds", ids, "it must name an extension"))
          }
          return { contextId, extensionIds: [first, ...rest] as const }
        }),
      cleanup: Effect.suspend(() =>
        isTemporary ? Effect.as(contexts.delete(contextId), true) : Effect.succeed(false)
      ).pipe(Effect.catchTag("InvalidArgument", Effect.die), Effect.withSpan("Extensions.cleanup"))
    }
  }

  const open: Extensions["open"] = Effect.fn("Extensions.open")(function* (name) {
    if (name !== undefined) yield* ensureText("Extensions.open", "name", name)
    const { id } = yield* contexts.create(name ?? `extensions-${yield* randomHex}`)
    return storeOf(id, name === undefined)
  })

  return {
    open,
    scoped: Effect.acquireRelease(
      Effect.catchTag(open(), "InvalidArgument", Effect.die),
      // The scope closes whatever the service says; a context that is left is one that can be found by its name.
      ({ cleanup }) => Effect.ignore(cleanup)
    )
  }
}
