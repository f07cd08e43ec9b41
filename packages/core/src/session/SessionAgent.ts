/**
 * Agents that carry out tasks given in words: `session.agent`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionAgent extends Context.Tag("@effect-agentbay/core/SessionAgent")<
  SessionAgent,
  SessionAgent.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionAgent {
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
export const make = (runtime: SessionRuntime): SessionAgent.Service => ({ sessionId: runtime.sessionId })
