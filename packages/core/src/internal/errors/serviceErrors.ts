/** The service, or the way to it, refused or failed; a tool said no. */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { joined } from "./words.js"

/**
 * Whether the request that failed can have had an effect.
 *
 * - `notSent`: it provably never left this machine (refused connection, unknown host, bad certificate, rejected
 *   before sending): safe to repeat.
 * - `sent`: the service answered, so it was received.
 * - `unknown`: it may or may not have been received (lost connection, no answer in time).
 *
 * @since 0.1.0
 * @category models
 */
export const Phase = Schema.Literal("notSent", "sent", "unknown")

/**
 * @since 0.1.0
 * @category models
 */
export type Phase = typeof Phase.Type

/**
 * Why the service, or the way to it, failed.
 *
 * - `NotFound`: the session, context or file named does not exist (any more).
 * - `Unauthorized`: the api key is wrong, expired, or belongs to another gateway.
 * - `Throttled`: too many requests; `retryAfter` says how long to wait when the service does.
 * - `InvalidRequest`: the service rejected a parameter.
 * - `Conflict`: the object is in the wrong state for the operation, such as a paused session.
 * - `Unsupported`: this gateway does not offer the action.
 * - `Unavailable`: the service is temporarily unable to answer.
 * - `Timeout`: no answer within the deadline of the call, or an awaited state did not come in time.
 * - `Transport`: the connection could not be made or broke.
 * - `Decode`: the answer does not have the shape that the protocol promises.
 * - `Unknown`: a refusal with a code that this version does not know; read `code` and `detail`.
 *
 * @since 0.1.0
 * @category models
 */
export const SessionErrorReason = Schema.Literal(
  "NotFound",
  "Unauthorized",
  "Throttled",
  "InvalidRequest",
  "Conflict",
  "Unsupported",
  "Unavailable",
  "Timeout",
  "Transport",
  "Decode",
  "Unknown"
)

/**
 * @since 0.1.0
 * @category models
 */
export type SessionErrorReason = typeof SessionErrorReason.Type

const advice: Record<SessionErrorReason, string> = {
  NotFound: "Check the id; the session or object may have been released.",
  Unauthorized: "Check AGENTBAY_API_KEY, and that the key belongs to the gateway in AGENTBAY_ENDPOINT.",
  Throttled: "Wait and repeat the call, or make fewer calls at once.",
  InvalidRequest: "Correct the parameter that the service names.",
  Conflict: "Bring the session into a state that allows this first (a paused session must be resumed).",
  Unsupported: "Use an endpoint that offers this action.",
  Unavailable: "Repeat the call later.",
  Timeout: "Give the call a longer timeout, or check that the work can finish in it.",
  Transport: "Check the endpoint and the network.",
  Decode: "The service answered in an unknown form; report it with the request id.",
  Unknown: "Look up the code in the service's documentation."
}

/**
 * The service, or the way to it, refused or failed.
 *
 * @since 0.1.0
 * @category errors
 */
export class SessionError extends Schema.TaggedError<SessionError>("@effect-agentbay/core/SessionError")(
  "SessionError",
  {
    reason: SessionErrorReason,
    /** What was being done, such as `Session.setLabels`. */
    operation: Schema.String,
    phase: Phase,
    /** What went wrong, in the service's words where it said something. */
    detail: Schema.String,
    sessionId: Schema.optional(Schema.String),
    /** The service's id of the request; quote it when asking for help. */
    requestId: Schema.optional(Schema.String),
    /** The service's error code, such as `InvalidMcpSession.NotFound`. */
    code: Schema.optional(Schema.String),
    /** HTTP status of the answer. */
    status: Schema.optional(Schema.Int),
    /** Milliseconds which the service asked to wait before the next attempt. */
    retryAfterMs: Schema.optional(Schema.Number),
    cause: Schema.optional(Schema.Defect)
  }
) {
  /**
   * True when the same call may succeed later without any change. Whether it may be *repeated* also depends on
   * `phase` and on the operation: a creation that was possibly received must not be.
   *
   * @since 0.1.0
   */
  get isRetryable(): boolean {
    return (
      this.reason === "Throttled" ||
      this.reason === "Unavailable" ||
      this.reason === "Transport" ||
      this.reason === "Timeout"
    )
  }

  /**
   * How long the service asked to wait before the next attempt.
   *
   * @since 0.1.0
   */
  get retryAfter(): Option.Option<Duration.Duration> {
    return Option.map(Option.fromNullable(this.retryAfterMs), Duration.millis)
  }

  override get message(): string {
    const facts = joined(
      [
        this.reason,
        this.code,
        this.status === undefined ? undefined : `HTTP ${this.status}`,
        this.phase === "sent"
          ? undefined
          : `request ${this.phase === "notSent" ? "not sent" : "possibly received"}`,
        this.sessionId === undefined ? undefined : `session ${this.sessionId}`,
        this.requestId === undefined ? undefined : `request id ${this.requestId}`
      ],
      ", "
    )
    return `${this.operation} failed (${facts})${this.detail === "" ? "" : `: ${this.detail}`}. ${advice[this.reason]}`
  }
}

/**
 * Why the direct route to a session inside a VPC cannot be taken.
 *
 * - `NotVpcSession`: the session was not created with `isVpc: true`.
 * - `NetworkDetailsMissing`: the service gave no address or no port.
 * - `NoServerForTool`: the session's tool list names no server for the tool.
 * - `EndpointUnreachable`: no connection to the address; this program probably does not run inside the VPC.
 * - `RouteDisabled`: the program runs with `VpcTransport.layerUnavailable`.
 *
 * @since 0.1.0
 * @category models
 */
export const VpcUnavailableReason = Schema.Literal(
  "NotVpcSession",
  "NetworkDetailsMissing",
  "NoServerForTool",
  "EndpointUnreachable",
  "RouteDisabled"
)

/**
 * @since 0.1.0
 * @category models
 */
export type VpcUnavailableReason = typeof VpcUnavailableReason.Type

/**
 * The VPC route cannot be taken. The call was not sent: with `vpcFallback: "api"` it goes over the API instead.
 *
 * @since 0.1.0
 * @category errors
 */
export class VpcUnavailable extends Schema.TaggedError<VpcUnavailable>(
  "@effect-agentbay/core/VpcUnavailable"
)("VpcUnavailable", {
  reason: VpcUnavailableReason,
  operation: Schema.String,
  sessionId: Schema.String,
  tool: Schema.optional(Schema.String),
  /** What is missing, such as `httpPort`, or the address that could not be reached. */
  missing: Schema.String,
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    const help: Record<VpcUnavailableReason, string> = {
      NotVpcSession: "Create the session with isVpc: true.",
      NetworkDetailsMissing:
        "The service did not publish the session's address; read it again with AgentBay.get.",
      NoServerForTool: "Refresh the tool list with session.listMcpTools, or use an image that has the tool.",
      EndpointUnreachable:
        'Run inside the session\'s VPC, or allow the API route with vpcFallback: "api" in the configuration.',
      RouteDisabled: 'Provide VpcTransport.layer, or allow the API route with vpcFallback: "api".'
    }
    const tool = this.tool === undefined ? "" : ` for tool ${this.tool}`
    return `${this.operation}: the VPC route of session ${this.sessionId} cannot be taken${tool} (${this.reason}: ${this.missing}). ${help[this.reason]}`
  }
}

/**
 * The tool ran inside the session and said no. The service was reached and the session lives.
 *
 * @since 0.1.0
 * @category errors
 */
export class ToolError extends Schema.TaggedError<ToolError>("@effect-agentbay/core/ToolError")("ToolError", {
  operation: Schema.String,
  tool: Schema.String,
  sessionId: Schema.String,
  requestId: Schema.optional(Schema.String),
  /** What the tool said: the texts of its answer, one per line. */
  text: Schema.String
}) {
  override get message(): string {
    return `${this.operation}: tool ${this.tool} in session ${this.sessionId} failed: ${this.text}`
  }
}

/**
 * The creation of a session was sent but not answered, and no session with its lease could be found: there may be one
 * or none. Nothing more is sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class CreateAmbiguous extends Schema.TaggedError<CreateAmbiguous>(
  "@effect-agentbay/core/CreateAmbiguous"
)("CreateAmbiguous", {
  operation: Schema.String,
  /** The value of the label `effect-agentbay-lease`, by which the session is found if there is one. */
  lease: Schema.String,
  /** Why it could not be decided. */
  detail: Schema.String,
  /** Why there was no answer. */
  cause: SessionError
}) {
  override get message(): string {
    return `${this.operation}: it is not known whether a session was made: ${this.cause.detail}, and ${this.detail}. Look for it later with AgentBay.list({ labels: { "effect-agentbay-lease": "${this.lease}" } }) and delete it, or leave it to AgentBay.reap.`
  }
}
