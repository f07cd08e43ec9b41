/**
 * What a browser keeps between sessions, as contexts to mount: its profile, its extensions, its fingerprint.
 *
 * Source: newer features, section 7.8; session core modules, section 11.3.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { type ContextSync, defaults, type SyncPolicy } from "./SyncPolicy.js"

/**
 * @since 0.1.0
 * @category schemas
 */
export const BrowserContext = Schema.Struct({
  contextId: Schema.NonEmptyTrimmedString,
  /** Whether the profile is stored when the session ends. Default true. */
  autoUpload: Schema.optional(Schema.Boolean),
  /**
   * Which parts of the profile are kept: `minimal` the cookies, `standard` also storage, logins and preferences,
   * `everything` the whole profile (the first service's behaviour). Default `standard`.
   */
  syncMode: Schema.optional(Schema.Literal("minimal", "standard", "everything")),
  /** Extensions to install: the context that holds their archives, and their ids; see `ExtensionStore.option`. */
  extensions: Schema.optional(
    Schema.Struct({
      contextId: Schema.NonEmptyTrimmedString,
      extensionIds: Schema.NonEmptyArray(Schema.NonEmptyTrimmedString)
    })
  ),
  /** The context that holds a browser fingerprint. */
  fingerprintContextId: Schema.optional(Schema.NonEmptyTrimmedString)
})

/**
 * @since 0.1.0
 * @category models
 */
export type BrowserContext = typeof BrowserContext.Type

const minimal = ["/Local State", "/Default/Cookies", "/Default/Cookies-journal"]

const standard = [
  ...minimal,
  ...[
    "Local Storage",
    "IndexedDB",
    "Session Storage",
    "Login Data",
    "Login Data-journal",
    "Login Data For Account",
    "Login Data For Account-journal",
    "Web Data",
    "Web Data-journal",
    "Preferences",
    "Secure Preferences",
    "TransportSecurity",
    "Network Persistent State",
    "GPUCache",
    "Affiliation Database",
    "Affiliation Database-journal"
  ].map((name) => `/Default/${name}`)
]

const whiteLists = (paths: ReadonlyArray<string>) => ({
  whiteLists: paths.map((path) => ({ path, excludePaths: [] }))
})

const profilePolicy = (context: BrowserContext): SyncPolicy => ({
  uploadPolicy: { autoUpload: context.autoUpload ?? true },
  downloadPolicy: null,
  deletePolicy: null,
  bwList:
    context.syncMode === "everything"
      ? null
      : whiteLists(context.syncMode === "minimal" ? minimal : standard),
  recyclePolicy: null
})

/** Read by the session, never written by it. */
const readOnly = (paths: ReadonlyArray<string>): SyncPolicy => ({
  uploadPolicy: { autoUpload: false, uploadStrategy: "UploadBeforeResourceRelease", uploadMode: "File" },
  extractPolicy: defaults.extractPolicy,
  deletePolicy: { syncLocalFile: false },
  recyclePolicy: defaults.recyclePolicy,
  bwList: whiteLists(paths)
})

/**
 * Where the browser keeps its profile in a session.
 *
 * @since 0.1.0
 * @category constants
 */
export const profilePath = "/tmp/agentbay_browser"

/**
 * The contexts to mount, in the order in which the service expects them.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toContextSyncs = (context: BrowserContext): ReadonlyArray<ContextSync> => {
  const syncs: Array<ContextSync> = []
  if (context.extensions !== undefined) {
    syncs.push({
      contextId: context.extensions.contextId,
      path: "/tmp/extensions/",
      policy: { ...readOnly(context.extensions.extensionIds), downloadPolicy: defaults.downloadPolicy }
    })
  }
  if (context.fingerprintContextId !== undefined) {
    syncs.push({
      contextId: context.fingerprintContextId,
      path: "/tmp/browser_fingerprint",
      policy: readOnly([])
    })
  }
  return [...syncs, { contextId: context.contextId, path: profilePath, policy: profilePolicy(context) }]
}
