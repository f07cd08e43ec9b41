/**
 * Files between a session and an object store: `session.oss`.
 *
 * The session itself moves the bytes: the paths are its own, and nothing passes through this program. For files of
 * this program see `session.fileTransfer`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { InvalidArgument, OssError, SessionError, VpcUnavailable } from "../AgentBayError.js"
import { makeOss } from "../internal/oss.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * A secret as it is kept, or as text.
 *
 * @since 0.1.0
 * @category models
 */
export type SecretInput = Redacted.Redacted | string

/**
 * Temporary credentials of the object store's account. The service documents no others.
 *
 * @since 0.1.0
 * @category models
 */
export interface Credentials {
  readonly accessKeyId: SecretInput
  readonly accessKeySecret: SecretInput
  /** The token that belongs to temporary credentials. Default: none. */
  readonly securityToken?: SecretInput | undefined
  /** Such as `oss-cn-hangzhou.aliyuncs.com`. Default: the service's choice. */
  readonly endpoint?: string | undefined
  /** Such as `cn-hangzhou`. Default: the service's choice. */
  readonly region?: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface OssOptions {
  /** How long the call may take. Any positive, finite time. Default: as for every call of the route. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * What the session's tool said, without credentials and without what URLs have after their host.
 *
 * @since 0.1.0
 * @category models
 */
export interface OssReply {
  readonly text: string
  readonly requestId: string
}

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionOss extends Context.Tag("@effect-agentbay/core/SessionOss")<
  SessionOss,
  SessionOss.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionOss {
  /**
   * Every way in which an operation can fail.
   *
   * @since 0.1.0
   * @category errors
   */
  export type Failure = InvalidArgument | OssError | SessionError | VpcUnavailable

  /**
   * All operations fail with `OssError` when the session's tool says no, or does not say that it worked;
   * `InvalidArgument` for blank names, relative paths and URLs that are none (nothing is sent); `VpcUnavailable` when
   * the VPC route cannot be taken; `SessionError` when the service, or the way to it, failed. Credentials and URLs
   * appear in none of them.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Gives the session credentials, which `upload` and `download` need. They stay in the session until it ends or
     * gets others, and every program that runs in it can use them.
     *
     * @example
     * ```ts
     * import { SessionOss } from "@effect-agentbay/core"
     * import { Config, Effect } from "effect"
     *
     * const keep = Effect.gen(function* () {
     *   const oss = yield* SessionOss.SessionOss
     *   yield* oss.envInit({
     *     accessKeyId: yield* Config.redacted("STS_KEY_ID"),
     *     accessKeySecret: yield* Config.redacted("STS_KEY_SECRET"),
     *     securityToken: yield* Config.redacted("STS_TOKEN"),
     *     region: "cn-hangzhou"
     *   })
     *   yield* oss.upload("reports", "2026/01.csv", "/tmp/report.csv")
     * })
     * ```
     */
    readonly envInit: (credentials: Credentials, options?: OssOptions) => Effect.Effect<OssReply, Failure>
    /** Uploads a file of the session, replacing the object. `path` is absolute. */
    readonly upload: (
      bucket: string,
      object: string,
      path: string,
      options?: OssOptions
    ) => Effect.Effect<OssReply, Failure>
    /** Downloads an object into a file of the session. `path` is absolute. */
    readonly download: (
      bucket: string,
      object: string,
      path: string,
      options?: OssOptions
    ) => Effect.Effect<OssReply, Failure>
    /** Uploads a file of the session to a presigned URL, with `PUT`. Needs no `envInit`. */
    readonly uploadAnonymous: (
      url: SecretInput,
      path: string,
      options?: OssOptions
    ) => Effect.Effect<OssReply, Failure>
    /** Downloads from a presigned or public URL into a file of the session. Needs no `envInit`. */
    readonly downloadAnonymous: (
      url: SecretInput,
      path: string,
      options?: OssOptions
    ) => Effect.Effect<OssReply, Failure>
  }
}

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: SessionRuntime): SessionOss.Service => makeOss(runtime)
