/**
 * The user interface of a session: `session.ui`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionUi extends Context.Tag("@effect-agentbay/core/SessionUi")<
  SessionUi,
  SessionUi.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionUi {
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
export const make = (runtime: SessionRuntime): SessionUi.Service => ({ sessionId: runtime.sessionId })
