/** The live channel of a session: not there, or failed. */
import * as Schema from "effect/Schema"
import { Phase } from "./serviceErrors.js"
import { joined } from "./words.js"

/**
 * Why a session has no live channel.
 *
 * - `NoConnector`: this program has no way to open a WebSocket with a header; `NodeAgentBay.layer` brings one.
 * - `NoUrl`: the service gave the session no `WsUrl`.
 * - `NoToken`: the service gave the session no token, or the handle was stored without it.
 *
 * @since 0.1.0
 * @category models
 */
export const ChannelUnavailableReason = Schema.Literal("NoConnector", "NoUrl", "NoToken")

/**
 * @since 0.1.0
 * @category models
 */
export type ChannelUnavailableReason = typeof ChannelUnavailableReason.Type

const remedies: Record<ChannelUnavailableReason, string> = {
  NoConnector: "Provide a SocketConnector; NodeAgentBay.layer of @effect-agentbay/node has one.",
  NoUrl: "Use an image and a gateway that offer live channels, or read the session again with AgentBay.get.",
  NoToken: "Read the session again with AgentBay.get, or store its handle with includeSecrets."
}

const missing: Record<ChannelUnavailableReason, string> = {
  NoConnector: "this program has no SocketConnector",
  NoUrl: "the session has no WsUrl",
  NoToken: "the session has no token"
}

/**
 * The session has no live channel. Nothing was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class ChannelUnavailable extends Schema.TaggedError<ChannelUnavailable>(
  "@effect-agentbay/core/ChannelUnavailable"
)("ChannelUnavailable", {
  reason: ChannelUnavailableReason,
  operation: Schema.String,
  sessionId: Schema.String
}) {
  override get message(): string {
    return `${this.operation}: session ${this.sessionId} has no live channel (${this.reason}: ${missing[this.reason]}). ${remedies[this.reason]}`
  }
}

/**
 * Why something over the live channel failed.
 *
 * - `Unreachable`: the connection could not be made.
 * - `Refused`: the other side did not accept the connection; `status` is its HTTP status.
 * - `Lost`: the connection broke, or the other side no longer answers.
 * - `Closed`: this program ended the channel, by deleting the session or closing its scope.
 * - `Timeout`: no answer within the deadline of the call. The work may go on.
 * - `Remote`: the other side reported a failure; `detail` has its words.
 * - `Protocol`: what came is not what the protocol promises.
 * - `Overflow`: the consumer was slower than what came, and its buffer is full.
 *
 * @since 0.1.0
 * @category models
 */
export const ChannelErrorReason = Schema.Literal(
  "Unreachable",
  "Refused",
  "Lost",
  "Closed",
  "Timeout",
  "Remote",
  "Protocol",
  "Overflow"
)

/**
 * @since 0.1.0
 * @category models
 */
export type ChannelErrorReason = typeof ChannelErrorReason.Type

const advice: Record<ChannelErrorReason, string> = {
  Unreachable: "Check the network and repeat.",
  Refused: "Check that the session is alive and running, and read it again with AgentBay.get.",
  Lost: "The next operation opens a new connection; what was in flight is not repeated by itself.",
  Closed: "Use another session.",
  Timeout: "Give it a longer timeout, or check that the work can finish in it.",
  Remote: "Read what the other side said.",
  Protocol: "The service answered in an unknown form; report it with the invocation id.",
  Overflow: "Consume faster, or raise the capacity."
}

/**
 * Something over the live channel of a session failed. `phase` says whether it can have had an effect.
 *
 * @since 0.1.0
 * @category errors
 */
export class ChannelError extends Schema.TaggedError<ChannelError>("@effect-agentbay/core/ChannelError")(
  "ChannelError",
  {
    reason: ChannelErrorReason,
    /** What was being done, such as `SessionCode.stream`. */
    operation: Schema.String,
    sessionId: Schema.String,
    /** The server behind the channel that was addressed; absent when the connection itself failed. */
    target: Schema.optional(Schema.String),
    invocationId: Schema.optional(Schema.String),
    phase: Phase,
    detail: Schema.String,
    /** HTTP status with which the connection was refused. */
    status: Schema.optional(Schema.Int)
  }
) {
  /**
   * True when the same may succeed later without any change. Whether it may be *repeated* also depends on `phase`.
   *
   * @since 0.1.0
   */
  get isRetryable(): boolean {
    return (
      this.reason === "Unreachable" ||
      this.reason === "Lost" ||
      this.reason === "Timeout" ||
      (this.reason === "Refused" && (this.status ?? 0) >= 500)
    )
  }

  override get message(): string {
    const facts = joined(
      [
        this.reason,
        this.status === undefined ? undefined : `HTTP ${this.status}`,
        this.phase === "sent"
          ? undefined
          : `request ${this.phase === "notSent" ? "not sent" : "possibly received"}`,
        this.target === undefined ? undefined : `target ${this.target}`,
        `session ${this.sessionId}`,
        this.invocationId === undefined ? undefined : `invocation ${this.invocationId}`
      ],
      ", "
    )
    return `${this.operation} failed (${facts}): ${this.detail}. ${advice[this.reason]}`
  }
}
