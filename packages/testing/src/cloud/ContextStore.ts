/**
 * Where contexts and their files are kept: in memory, or in a directory that outlives the process.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { BrokenBody } from "./Gateway.js"
import { makeDirectory, temporaryDirectory } from "./internal/directoryStore.js"
import { makeMemory } from "./internal/memoryStore.js"

/**
 * Times in milliseconds since 1970.
 *
 * @since 0.1.0
 * @category models
 */
export interface StoredContext {
  readonly id: string
  readonly name: string
  readonly createdMs: number
  readonly lastUsedMs: number
  /** Belongs to one session and goes with it; never listed. */
  readonly internal: boolean
}

/**
 * A file of a context. `path` is the absolute path it has in a session, `size` counts bytes.
 *
 * @since 0.1.0
 * @category models
 */
export interface StoredFile {
  readonly path: string
  readonly size: number
  /** MD5 of the content, in hexadecimal. */
  readonly etag: string
  readonly createdMs: number
  readonly modifiedMs: number
}

/**
 * A file that can be read in parts.
 *
 * @since 0.1.0
 * @category models
 */
export interface OpenFile {
  readonly file: StoredFile
  /** `length` bytes from byte `offset`, within the file. Breaks when the file was replaced since it was opened. */
  readonly bytes: (offset: number, length: number) => Stream.Stream<Uint8Array, BrokenBody>
}

/**
 * Operations on a context that does not exist do nothing and find nothing. A store that cannot reach its files is a
 * defect.
 *
 * @since 0.1.0
 * @category tags
 */
export class ContextStore extends Context.Tag("@effect-agentbay/testing/ContextStore")<
  ContextStore,
  ContextStore.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace ContextStore {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /** In the order of their creation. */
    readonly contexts: Effect.Effect<ReadonlyArray<StoredContext>>
    /** Creates a context, or replaces the record of one. */
    readonly save: (context: StoredContext) => Effect.Effect<void>
    /** Removes a context with its files. */
    readonly remove: (contextId: string) => Effect.Effect<void>
    /** Sorted by path. */
    readonly files: (contextId: string) => Effect.Effect<ReadonlyArray<StoredFile>>
    readonly read: (
      contextId: string,
      path: string
    ) => Effect.Effect<Option.Option<{ readonly file: StoredFile; readonly content: Uint8Array }>>
    /** Writes files, replacing those that are there. All become visible at once. */
    readonly write: (
      contextId: string,
      files: ReadonlyArray<{ readonly path: string; readonly content: Uint8Array }>
    ) => Effect.Effect<ReadonlyArray<StoredFile>>
    /** Opens a file for reading in parts, so that a large one is never in memory as a whole. */
    readonly open: (contextId: string, path: string) => Effect.Effect<Option.Option<OpenFile>>
    /** Writes a file piece by piece. It becomes visible when `content` has ended, and not at all when that fails. */
    readonly receive: <E>(
      contextId: string,
      path: string,
      content: Stream.Stream<Uint8Array, E>
    ) => Effect.Effect<Option.Option<StoredFile>, E>
    /** Removes files; paths that are not there are passed over. */
    readonly delete: (contextId: string, paths: ReadonlyArray<string>) => Effect.Effect<void>
  }
}

/**
 * Contexts that are gone with the layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory: Layer.Layer<ContextStore> = Layer.effect(ContextStore, Effect.sync(makeMemory))

/**
 * Contexts in a directory, which is created when it is missing. A write that is interrupted, even by a crash, leaves
 * what was there before. One process at a time may use a directory.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerDirectory = (directory: string): Layer.Layer<ContextStore> =>
  Layer.effect(ContextStore, makeDirectory(directory, { durable: true }))

/**
 * Contexts in a directory of their own, below the host's directory for temporary files, which is deleted with the
 * layer: files of any size that are gone with the cloud.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerTemporary: Layer.Layer<ContextStore> = Layer.scoped(
  ContextStore,
  Effect.flatMap(temporaryDirectory, (directory) => makeDirectory(directory, { durable: false }))
)
