/**
 * How files travel between a session and a context: when, which, and for how long they are kept.
 *
 * A policy that is not given leaves everything to the service, whose defaults are `defaults`. A policy that is
 * given travels as it is: members left out stay with the service. `complete` fills them in explicitly.
 *
 * Source: session core modules, section 10; newer features, section 7.6.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const wildcard = /[*?[\]]/

const plainPath = Schema.String.pipe(
  Schema.filter((path) => !wildcard.test(path), { message: () => "a path without the wildcards * ? [ ]" })
)

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

/**
 * When files are copied from the session to the context. `autoUpload` does so when the session ends. With
 * `uploadMode: "Archive"` they travel as one archive, without the relative prefixes in `archiveExcludePaths`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const UploadPolicy = Schema.Struct({
  autoUpload: Schema.optional(Schema.Boolean),
  uploadStrategy: Schema.optional(Schema.Literal("UploadBeforeResourceRelease")),
  uploadMode: Schema.optional(Schema.Literal("File", "Archive")),
  archiveExcludePaths: Schema.optional(Schema.Array(plainPath))
})

/**
 * When files are copied from the context to the session. `autoDownload` does so when the session starts.
 *
 * @since 0.1.0
 * @category schemas
 */
export const DownloadPolicy = Schema.Struct({
  autoDownload: Schema.optional(Schema.Boolean),
  downloadStrategy: Schema.optional(Schema.Literal("DownloadAsync"))
})

/**
 * Whether deleting a file in the session deletes it in the context.
 *
 * @since 0.1.0
 * @category schemas
 */
export const DeletePolicy = Schema.Struct({ syncLocalFile: Schema.optional(Schema.Boolean) })

/**
 * What happens to archives after they arrived in the session.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ExtractPolicy = Schema.Struct({
  extract: Schema.optional(Schema.Boolean),
  deleteSrcFile: Schema.optional(Schema.Boolean),
  extractToCurrentFolder: Schema.optional(Schema.Boolean)
})

/**
 * How long the context keeps files after the session ended.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Lifecycle = Schema.Literal(
  "Lifecycle_1Day",
  "Lifecycle_3Days",
  "Lifecycle_5Days",
  "Lifecycle_10Days",
  "Lifecycle_15Days",
  "Lifecycle_30Days",
  "Lifecycle_90Days",
  "Lifecycle_180Days",
  "Lifecycle_360Days",
  "Lifecycle_Forever"
)

/**
 * `paths` are exact; the empty path stands for everything.
 *
 * @since 0.1.0
 * @category schemas
 */
export const RecyclePolicy = Schema.Struct({
  lifecycle: Lifecycle,
  paths: Schema.optional(Schema.Array(plainPath))
})

/**
 * A part of the mount that is synchronised: `path` relative to the mount, `excludePaths` relative to `path`. With
 * the flags a text is a regular expression; without them wildcards are refused.
 *
 * @since 0.1.0
 * @category schemas
 */
export const WhiteList = Schema.Struct({
  path: Schema.String,
  excludePaths: Schema.optional(Schema.Array(Schema.String)),
  isPathRegex: Schema.optional(Schema.Boolean),
  isExcludeRegex: Schema.optional(Schema.Boolean)
}).pipe(
  Schema.filter((entry) => {
    if (entry.isPathRegex !== true && wildcard.test(entry.path)) {
      return { path: ["path"], message: "a path without the wildcards * ? [ ], or isPathRegex" }
    }
    const index = (entry.excludePaths ?? []).findIndex((path) => wildcard.test(path))
    return entry.isExcludeRegex !== true && index >= 0
      ? { path: ["excludePaths", index], message: "a path without the wildcards * ? [ ], or isExcludeRegex" }
      : undefined
  })
)

/**
 * Which parts of the mount are synchronised; without entries, nothing is.
 *
 * @since 0.1.0
 * @category schemas
 */
export const BwList = Schema.Struct({ whiteLists: Schema.Array(WhiteList) })

/**
 * The path at which the files were written on another operating system.
 *
 * @since 0.1.0
 * @category schemas
 */
export const MappingPolicy = Schema.Struct({ path: Schema.String })

/**
 * @since 0.1.0
 * @category schemas
 */
export const SyncPolicy = Schema.Struct({
  uploadPolicy: optional(UploadPolicy),
  downloadPolicy: optional(DownloadPolicy),
  deletePolicy: optional(DeletePolicy),
  extractPolicy: optional(ExtractPolicy),
  recyclePolicy: optional(RecyclePolicy),
  bwList: optional(BwList),
  mappingPolicy: optional(MappingPolicy)
})

/**
 * @since 0.1.0
 * @category models
 */
export type SyncPolicy = typeof SyncPolicy.Type

/**
 * What the service does when no policy is given.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaults: SyncPolicy = {
  uploadPolicy: { autoUpload: true, uploadStrategy: "UploadBeforeResourceRelease", uploadMode: "File" },
  downloadPolicy: { autoDownload: true, downloadStrategy: "DownloadAsync" },
  deletePolicy: { syncLocalFile: true },
  extractPolicy: { extract: true, deleteSrcFile: true, extractToCurrentFolder: false },
  recyclePolicy: { lifecycle: "Lifecycle_Forever", paths: [""] },
  bwList: { whiteLists: [{ path: "", excludePaths: [] }] }
}

/**
 * Fills the parts that a policy leaves out with the defaults; the parts that it gives stay as they are.
 *
 * @since 0.1.0
 * @category combinators
 */
export const complete = (policy: SyncPolicy = {}): SyncPolicy => ({
  ...defaults,
  ...Object.fromEntries(Object.entries(policy).filter(([, part]) => part !== undefined))
})

/**
 * One context mounted into a session.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ContextSync = Schema.Struct({
  contextId: Schema.NonEmptyTrimmedString,
  /** Absolute path in the session. */
  path: Schema.NonEmptyTrimmedString,
  policy: Schema.optional(SyncPolicy),
  /** Whether creating the session waits until the files have arrived. Default true. */
  waitForCompletion: Schema.optional(Schema.Boolean)
})

/**
 * @since 0.1.0
 * @category models
 */
export type ContextSync = typeof ContextSync.Type
