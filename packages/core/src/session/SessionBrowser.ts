/**
 * The browser of a session: `session.browser`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionBrowser extends Context.Tag("@effect-agentbay/core/SessionBrowser")<
  SessionBrowser,
  SessionBrowser.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionBrowser {
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
export const make = (runtime: SessionRuntime): SessionBrowser.Service => ({ sessionId: runtime.sessionId })
