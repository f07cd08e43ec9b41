/**
 * What callers say about sessions: how a new one should be, and which to list.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Lifetime } from "./Lifetime.js"
import { MobileConfiguration } from "./MobileConfiguration.js"
import { BrowserContext } from "./storage/BrowserContext.js"
import { ContextMount } from "./storage/ContextMount.js"
import { ContextSync } from "./storage/SyncPolicy.js"

const labels = Schema.Record({ key: Schema.String, value: Schema.String })

const time = Schema.declare(
  (input): input is Duration.DurationInput =>
    Option.exists(
      Duration.decodeUnknown(input),
      (duration) => Duration.isFinite(duration) && Duration.toMillis(duration) > 0
    ),
  { identifier: "a positive, finite time" }
)

/**
 * What a session should be like. Everything is optional: without anything, the service's default image.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CreateParams = Schema.Struct({
  /**
   * `linux_latest`, `windows_latest`, `browser_latest`, `code_latest`, `mobile_latest`, or an image of your own
   * (`imgc-…`). Without it the service chooses.
   */
  imageId: Schema.optional(Schema.NonEmptyTrimmedString),
  /** Names and values to find the session by. Non-blank texts. */
  labels: Schema.optional(labels),
  /** An MCP policy of the account. */
  policyId: Schema.optional(Schema.NonEmptyTrimmedString),
  /** A session inside the account's VPC; its tools are called there. Default false. */
  isVpc: Schema.optional(Schema.Boolean),
  /** Contexts whose files are copied to and from the session. */
  contexts: Schema.optional(Schema.Array(ContextSync)),
  /** Contexts whose files the session has in common with others (beta). */
  mounts: Schema.optional(Schema.Array(ContextMount)),
  /** What the browser keeps between sessions. */
  browserContext: Schema.optional(BrowserContext),
  /** Record the browser, or do not. Without it the service decides. */
  enableBrowserReplay: Schema.optional(Schema.Boolean),
  /** Settings of an Android session. They are applied before `create` returns. */
  extraConfigs: Schema.optional(Schema.Struct({ mobile: Schema.optional(MobileConfiguration) })),
  /** Default: `regionId` of the configuration. */
  regionId: Schema.optional(Schema.String),
  /** A network from `networks.bind`. */
  networkId: Schema.optional(Schema.NonEmptyTrimmedString),
  /** Load the account's skills into the session; see `AgentBay.skills`. Default false. */
  loadSkills: Schema.optional(Schema.Boolean),
  /** Which skills to load; needs `loadSkills`. Default: all that the session may use. */
  skillNames: Schema.optional(Schema.NonEmptyArray(Schema.NonEmptyTrimmedString)),
  /** A volume of the image; see `AgentBay.volumes`. */
  volumeId: Schema.optional(Schema.NonEmptyTrimmedString),
  /** When the service ends the session by itself. Default: the console's settings of the account. */
  lifetime: Schema.optional(Lifetime),
  /** Name of the framework that uses this SDK. Default: that of the configuration. */
  framework: Schema.optional(Schema.String),
  /**
   * Whether to wait until the files of the mounted contexts have arrived: `false` does not wait; a time is the
   * deadline. Default: 3 minutes.
   */
  waitForContexts: Schema.optional(Schema.Union(Schema.Literal(false), time)),
  /**
   * What to do with a context for which the service lists no transfer: `accept` (default) takes it after ten seconds for
   * one that has nothing to transfer, and names it in `contextsWithoutTransfer` of the session; `fail` waits to the
   * deadline and fails with `ContextSyncError`, reason `NotStarted`.
   */
  contextsWithoutTransfer: Schema.optional(Schema.Literal("accept", "fail"))
})

/**
 * @since 0.1.0
 * @category models
 */
export type CreateParams = typeof CreateParams.Type

/**
 * @since 0.1.0
 * @category schemas
 */
export const SessionStatusFilter = Schema.Literal(
  "RUNNING",
  "PAUSING",
  "PAUSED",
  "RESUMING",
  "DELETING",
  "DELETED"
)

/**
 * @since 0.1.0
 * @category models
 */
export type SessionStatusFilter = typeof SessionStatusFilter.Type
