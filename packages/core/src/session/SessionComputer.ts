/**
 * The mouse, keyboard, screen, windows and applications of a desktop session: `session.computer`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionComputer extends Context.Tag("@effect-agentbay/core/SessionComputer")<
  SessionComputer,
  SessionComputer.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionComputer {
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
export const make = (runtime: SessionRuntime): SessionComputer.Service => ({ sessionId: runtime.sessionId })
