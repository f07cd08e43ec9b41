/**
 * Files of any size between a stream and a session, through presigned URLs: `session.fileTransfer`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionFileTransfer extends Context.Tag("@effect-agentbay/core/SessionFileTransfer")<
  SessionFileTransfer,
  SessionFileTransfer.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionFileTransfer {
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
export const make = (runtime: SessionRuntime): SessionFileTransfer.Service => ({
  sessionId: runtime.sessionId
})
