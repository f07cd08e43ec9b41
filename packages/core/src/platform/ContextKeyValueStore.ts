/**
 * `KeyValueStore` of `@effect/platform` over a persistent context of the account: what is stored outlives sessions, and
 * a session that mounts the context finds it as files. It needs no session.
 *
 * Every key is a file. Setting a key replaces its value in one step: readers see the old or the new one, and of several
 * writers the last one wins. `modify` reads and then writes: one at a time for a key within one store, but not against
 * other programs.
 *
 * A value is kept as its bytes; `get` reads them as UTF-8, whether they were set as text or not.
 *
 * Operations fail with `SystemError` of module `KeyValueStore`, whose `cause` is the error of this package: `BadResource`
 * (the context is gone), `PermissionDenied` (the api key), `Busy` (throttled, unavailable), `TimedOut`, `InvalidData` (an
 * answer that cannot be read), otherwise `Unknown`; and with `BadArgument` for a key that needs more than 800 bytes (three
 * for each that is no letter, digit, `.`, `_` or `-`).
 *
 * @since 0.1.0
 */
import { BadArgument, type PlatformError, SystemError } from "@effect/platform/Error"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as AgentBay from "../AgentBay.js"
import type { InvalidArgument, SessionError } from "../AgentBayError.js"
import { decodeKey, encodeKey, longestName } from "../internal/platform/keyNames.js"
import { sessionReasons } from "../internal/platform/sessionReasons.js"
import { ensure } from "../internal/validate.js"
import type { ContextKey, Contexts } from "../storage/Contexts.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** A context by its name, which is created when there is none, or by its id. */
  readonly context: ContextKey
  /** Where the files lie: an absolute path that is used for nothing else. Default `/key-value-store`. */
  readonly directory?: string | undefined
}

type Failure = SessionError | InvalidArgument

/** Not a context that is not there, which is no missing key. */
const isMissingFile = (error: Failure): boolean =>
  error._tag === "SessionError" &&
  error.reason === "NotFound" &&
  (/file|key|object/i.test(error.code ?? "") || (error.code === undefined && error.status === 404))

const refused =
  (method: string, key: string | undefined) =>
  (error: Failure): PlatformError =>
    error._tag === "InvalidArgument"
      ? new BadArgument({ module: "KeyValueStore", method, description: error.message, cause: error })
      : new SystemError({
          module: "KeyValueStore",
          method,
          reason: sessionReasons[error.reason],
          description: error.message,
          ...(key === undefined ? {} : { pathOrDescriptor: key }),
          cause: error
        })

const makeStore = (contexts: Contexts, contextId: string, directory: string): KeyValueStore.KeyValueStore => {
  const { files } = contexts
  const locks = new Map<string, { readonly turn: Effect.Semaphore; users: number }>()

  /** One after the other for a key. What nobody waits for is forgotten. */
  const alone = <A, E>(key: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const lock = locks.get(key) ?? { turn: Effect.unsafeMakeSemaphore(1), users: 0 }
        lock.users += 1
        locks.set(key, lock)
        return lock
      }),
      ({ turn }) => turn.withPermits(1)(effect),
      (lock) =>
        Effect.sync(() => {
          lock.users -= 1
          if (lock.users === 0) locks.delete(key)
        })
    )

  const pathOf = (method: string, key: string): Effect.Effect<string, PlatformError> => {
    const name = encodeKey(key)
    return name.length <= longestName
      ? Effect.succeed(`${directory}/${name}`)
      : Effect.fail(
          new BadArgument({
            module: "KeyValueStore",
            method,
            description: `a key must not need more than ${longestName} bytes as a file name; this one needs ${name.length}`
          })
        )
  }

  const read = (method: string, key: string): Effect.Effect<Option.Option<Uint8Array>, PlatformError> =>
    Effect.flatMap(pathOf(method, key), (path) =>
      files.read(contextId, path).pipe(
        Effect.asSome,
        Effect.catchIf(isMissingFile, () => Effect.succeedNone),
        Effect.mapError(refused(method, key))
      )
    )

  const write = (
    method: string,
    key: string,
    value: string | Uint8Array
  ): Effect.Effect<void, PlatformError> =>
    Effect.flatMap(pathOf(method, key), (path) =>
      Effect.mapError(
        files.write(contextId, path, typeof value === "string" ? new TextEncoder().encode(value) : value),
        refused(method, key)
      )
    )

  const modified = <A extends string | Uint8Array>(
    method: string,
    key: string,
    decode: (bytes: Uint8Array) => A,
    change: (value: A) => A
  ): Effect.Effect<Option.Option<A>, PlatformError> =>
    alone(
      key,
      Effect.flatMap(read(method, key), (found) =>
        Effect.transposeOption(
          Option.map(found, (bytes) => {
            const value = change(decode(bytes))
            return Effect.as(write(method, key, value), value)
          })
        )
      )
    )

  const text = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)

  /** The paths of the keys; files of others are not touched. */
  const paths = (method: string): Stream.Stream<string, PlatformError> =>
    files.listAll(contextId, directory).pipe(
      Stream.mapError(refused(method, undefined)),
      Stream.map(({ path }) => path),
      Stream.filter(
        (path) =>
          path.startsWith(`${directory}/`) && decodeKey(path.slice(directory.length + 1)) !== undefined
      )
    )

  return KeyValueStore.make({
    get: (key) => Effect.map(read("get", key), Option.map(text)),
    getUint8Array: (key) => read("getUint8Array", key),
    set: (key, value) => alone(key, write("set", key, value)),
    modify: (key, change) => modified("modify", key, text, change),
    modifyUint8Array: (key, change) => modified("modifyUint8Array", key, (bytes) => bytes, change),
    // The service may hand out a URL for a file that is not there: only reading tells.
    has: (key) => Effect.map(read("has", key), Option.isSome),
    remove: (key) =>
      alone(
        key,
        Effect.flatMap(pathOf("remove", key), (path) =>
          files.delete(contextId, path).pipe(
            Effect.catchIf(isMissingFile, () => Effect.void),
            Effect.mapError(refused("remove", key))
          )
        )
      ),
    // The list is complete before the first deletion: deleting would move what later pages show.
    clear: Effect.flatMap(Stream.runCollect(paths("clear")), (found) =>
      Effect.forEach(
        found,
        (path) =>
          files.delete(contextId, path).pipe(
            Effect.catchIf(isMissingFile, () => Effect.void),
            Effect.mapError(refused("clear", undefined))
          ),
        { concurrency: 4, discard: true }
      )
    ),
    size: Stream.runCount(paths("size"))
  })
}

/**
 * A store in a context. Fails with `InvalidArgument` when an option is refused, and with `SessionError` when the context
 * cannot be found or created.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<KeyValueStore.KeyValueStore, SessionError | InvalidArgument, AgentBay.AgentBay> =>
  Effect.gen(function* () {
    const operation = "ContextKeyValueStore.make"
    const directory = options.directory ?? "/key-value-store"
    yield* ensure(
      /^(\/(?!\.\.?(\/|$))[^/\0]+)+$/.test(directory),
      operation,
      "directory",
      directory,
      "it must be an absolute path without detours and without a slash at its end"
    )
    const { contexts } = yield* AgentBay.AgentBay
    const { context } = options
    const { id } = "id" in context ? yield* contexts.get(context) : yield* contexts.create(context.name)
    return makeStore(contexts, id, directory)
  }).pipe(Effect.withSpan("ContextKeyValueStore.make"))

/**
 * Provides `KeyValueStore` from a context.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * ```ts
 * import { ContextKeyValueStore } from "@effect-agentbay/core"
 * import { KeyValueStore } from "@effect/platform"
 * import { Effect } from "effect"
 *
 * const visits = Effect.gen(function* () {
 *   const store = yield* KeyValueStore.KeyValueStore
 *   if (!(yield* store.has("visits"))) yield* store.set("visits", "0")
 *   return yield* store.modify("visits", (count) => String(Number(count) + 1))
 * })
 *
 * const program = Effect.provide(visits, ContextKeyValueStore.layer({ context: { name: "counters" } }))
 * ```
 */
export const layer = (
  options: Options
): Layer.Layer<KeyValueStore.KeyValueStore, SessionError | InvalidArgument, AgentBay.AgentBay> =>
  Layer.effect(KeyValueStore.KeyValueStore, make(options))
