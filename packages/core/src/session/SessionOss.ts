/**
 * Object storage, read and written from inside a session: `session.oss`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { SessionRuntime } from "./SessionRuntime.js"

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
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    readonly sessionId: string
  }
}

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: SessionRuntime): SessionOss.Service => ({ sessionId: runtime.sessionId })
