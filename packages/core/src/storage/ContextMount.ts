/**
 * Contexts that are mounted (beta): what one session writes, every other that mounts the context sees at once. Contexts
 * that are copied are `SyncPolicy.ContextSync`.
 *
 * According to its documentation the service mounts on some images only (`aio-ubuntu-2404`; others have a plain
 * directory), at most three times per session, into directories that are not there or empty, and never unmounts. There
 * are no locks.
 *
 * Source: newer features, section 7.4.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * @since 0.1.0
 * @category schemas
 */
export const ContextMount = Schema.Struct({
  contextId: Schema.NonEmptyTrimmedString,
  /** Absolute path in the session. */
  path: Schema.NonEmptyTrimmedString,
  /** Default `readWrite`. */
  accessMode: Schema.optional(Schema.Literal("readWrite", "readOnly")),
  /**
   * `performance` is faster, and has no symbolic links, no writing in the middle of files and no permissions. Default
   * `standard`.
   */
  strategy: Schema.optional(Schema.Literal("standard", "performance")),
  /** The directory of the context to mount, without `..` and wildcards. Default: all of it. */
  sourcePath: Schema.optional(
    Schema.String.pipe(
      Schema.filter((path) => !/[*?[\]]/.test(path) && !path.split("/").includes(".."), {
        message: () => "a path without .. and the wildcards * ? [ ]"
      })
    )
  )
})

/**
 * @since 0.1.0
 * @category models
 */
export type ContextMount = typeof ContextMount.Type
