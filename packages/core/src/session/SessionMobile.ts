/**
 * The touch screen, keys, user interface, applications and configuration of an Android session: `session.mobile`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionMobile extends Context.Tag("@effect-agentbay/core/SessionMobile")<
  SessionMobile,
  SessionMobile.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionMobile {
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
export const make = (runtime: SessionRuntime): SessionMobile.Service => ({ sessionId: runtime.sessionId })
