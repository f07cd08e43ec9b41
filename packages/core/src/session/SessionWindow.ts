/**
 * The windows of a desktop session: `session.window`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionWindow extends Context.Tag("@effect-agentbay/core/SessionWindow")<
  SessionWindow,
  SessionWindow.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionWindow {
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
export const make = (runtime: SessionRuntime): SessionWindow.Service => ({ sessionId: runtime.sessionId })
