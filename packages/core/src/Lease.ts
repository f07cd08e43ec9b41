/**
 * What makes sessions traceable, so that none is made twice and none is left behind.
 *
 * Every creation carries a label of its own, by which a session is found whose creation was answered to nobody. With
 * an `owner` in the configuration, sessions also say whom they belong to; those that a scope holds say until when,
 * which is put off for as long as the scope is open. `AgentBay.reap` ends what outlived that: after a crash, a
 * killed process, a lost machine.
 *
 * @since 0.1.0
 */
import type { SessionError } from "./AgentBayError.js"

/**
 * The labels under which all this is kept. `Session.getLabels` leaves them out, `Session.setLabels` keeps them.
 *
 * @since 0.1.0
 * @category constants
 */
export const label = {
  /** A value of its own for every creation. */
  id: "effect-agentbay-lease",
  owner: "effect-agentbay-owner",
  /** Milliseconds since 1970. */
  expiresAt: "effect-agentbay-expires"
} as const

/**
 * What `AgentBay.reap` did to one session. `Failed` is tried again by the next run.
 *
 * @since 0.1.0
 * @category models
 */
export type Reaped =
  | { readonly _tag: "Deleted"; readonly sessionId: string; readonly expiredAtMs: number }
  | {
      readonly _tag: "Failed"
      readonly sessionId: string
      readonly expiredAtMs: number
      readonly error: SessionError
    }
