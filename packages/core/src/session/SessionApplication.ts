/**
 * The applications of a session: `session.application`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionApplication extends Context.Tag("@effect-agentbay/core/SessionApplication")<
  SessionApplication,
  SessionApplication.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionApplication {
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
export const make = (runtime: SessionRuntime): SessionApplication.Service => ({
  sessionId: runtime.sessionId
})
