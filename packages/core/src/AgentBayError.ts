/**
 * Every way in which an operation can fail, and how each is told from the others.
 *
 * A non-zero exit code and an exception raised by code that ran in a session are data, not failures.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

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

/** Commands may be long; a message needs only enough to recognise one. */
const shortened = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 200)}…`)

const joined = (parts: ReadonlyArray<string | undefined>, separator: string): string =>
  parts.filter((part) => part !== undefined && part !== "").join(separator)

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
 * An argument was refused before anything was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidArgument extends Schema.TaggedError<InvalidArgument>(
  "@effect-agentbay/core/InvalidArgument"
)("InvalidArgument", {
  operation: Schema.String,
  /** Path of the argument, such as `labels.team`. */
  field: Schema.String,
  /** The refused value, shortened. */
  value: Schema.String,
  /** What a value must satisfy. */
  rule: Schema.String
}) {
  override get message(): string {
    return `${this.operation}: ${this.field} is ${this.value}, but ${this.rule}.`
  }
}

/**
 * A setting is missing or malformed. The value of a secret is never shown.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidConfiguration extends Schema.TaggedError<InvalidConfiguration>(
  "@effect-agentbay/core/InvalidConfiguration"
)("InvalidConfiguration", {
  /** The option of `AgentBayConfig`, such as `timeouts.request`. */
  field: Schema.String,
  /** The environment variable that sets it. */
  variable: Schema.optional(Schema.String),
  value: Schema.optional(Schema.String),
  rule: Schema.String
}) {
  override get message(): string {
    const name = this.variable === undefined ? this.field : `${this.variable} (${this.field})`
    return `${name}${this.value === undefined ? "" : ` is ${this.value}, but`} ${this.rule}.`
  }
}

/**
 * One transfer between a context and a session that failed or did not finish.
 *
 * @since 0.1.0
 * @category models
 */
export const FailedSync = Schema.Struct({
  contextId: Schema.String,
  path: Schema.String,
  /** `upload` (session to storage) or `download` (storage to session); empty when the task never appeared. */
  taskType: Schema.String,
  /** The service's status word; empty when the task never appeared. */
  status: Schema.String,
  detail: Schema.String
})

/**
 * @since 0.1.0
 * @category models
 */
export type FailedSync = typeof FailedSync.Type

/**
 * Files were not (all) transferred between a session and its contexts.
 *
 * - `Failed`: the service reports a failed transfer.
 * - `Timeout`: a transfer was still running at the deadline.
 * - `NotStarted`: the service accepted the request, but no transfer ever appeared.
 *
 * @since 0.1.0
 * @category errors
 */
export class ContextSyncError extends Schema.TaggedError<ContextSyncError>(
  "@effect-agentbay/core/ContextSyncError"
)("ContextSyncError", {
  reason: Schema.Literal("Failed", "Timeout", "NotStarted"),
  operation: Schema.String,
  sessionId: Schema.String,
  requestId: Schema.optional(Schema.String),
  transfers: Schema.Array(FailedSync)
}) {
  override get message(): string {
    const list = this.transfers
      .map((t) => `${t.contextId} at ${t.path}${t.detail === "" ? "" : ` (${t.detail})`}`)
      .join(", ")
    const what = {
      Failed: "failed to transfer",
      Timeout: "did not finish in time",
      NotStarted: "never started to transfer"
    }[this.reason]
    return `${this.operation}: session ${this.sessionId}: ${list === "" ? "no context" : list} ${what}.`
  }
}

/**
 * A file operation inside the session was refused.
 *
 * - `NotFound`, `PermissionDenied`, `AlreadyExists`, `IsDirectory`, `NotDirectory`, `NotEmpty`: as on POSIX.
 * - `NoMatch`: the text that an edit replaces is not in the file.
 * - `InvalidData`: the content that came back is not what was asked for (bad base64, not UTF-8).
 * - `Unknown`: read `detail`.
 *
 * @since 0.1.0
 * @category errors
 */
export class FileError extends Schema.TaggedError<FileError>("@effect-agentbay/core/FileError")("FileError", {
  reason: Schema.Literal(
    "NotFound",
    "PermissionDenied",
    "AlreadyExists",
    "IsDirectory",
    "NotDirectory",
    "NotEmpty",
    "NoMatch",
    "InvalidData",
    "Unknown"
  ),
  operation: Schema.String,
  path: Schema.String,
  sessionId: Schema.String,
  requestId: Schema.optional(Schema.String),
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.operation}: ${this.path}: ${this.reason}${this.detail === "" ? "" : ` (${this.detail})`}`
  }
}

/**
 * A command outran the time it was given. The session killed it.
 *
 * @since 0.1.0
 * @category errors
 */
export class CommandTimeout extends Schema.TaggedError<CommandTimeout>(
  "@effect-agentbay/core/CommandTimeout"
)("CommandTimeout", {
  command: Schema.String,
  timeoutMs: Schema.Number,
  sessionId: Schema.String,
  requestId: Schema.optional(Schema.String),
  /** Output up to the timeout, as far as the service returned it. */
  stdout: Schema.String,
  stderr: Schema.String
}) {
  override get message(): string {
    return `SessionCommand.run: the command was killed after ${this.timeoutMs} ms in session ${this.sessionId}: ${shortened(this.command)}. Give it a longer timeout, or start it in the background.`
  }
}

/**
 * A command ended with a non-zero exit code, and the caller asked for that to be a failure
 * (`SessionCommand.orFail`).
 *
 * @since 0.1.0
 * @category errors
 */
export class CommandFailed extends Schema.TaggedError<CommandFailed>("@effect-agentbay/core/CommandFailed")(
  "CommandFailed",
  {
    command: Schema.String,
    exitCode: Schema.Int,
    stdout: Schema.String,
    stderr: Schema.String,
    sessionId: Schema.String,
    requestId: Schema.optional(Schema.String)
  }
) {
  override get message(): string {
    const said = this.stderr.trim() === "" ? this.stdout.trim() : this.stderr.trim()
    return `The command ended with exit code ${this.exitCode} in session ${this.sessionId}: ${shortened(this.command)}${said === "" ? "" : `: ${shortened(said)}`}`
  }
}

/**
 * Code outran the time it was given.
 *
 * @since 0.1.0
 * @category errors
 */
export class CodeTimeout extends Schema.TaggedError<CodeTimeout>("@effect-agentbay/core/CodeTimeout")(
  "CodeTimeout",
  {
    language: Schema.String,
    timeoutMs: Schema.Number,
    sessionId: Schema.String,
    requestId: Schema.optional(Schema.String),
    stdout: Schema.String,
    stderr: Schema.String
  }
) {
  override get message(): string {
    return `SessionCode.run: ${this.language} code was stopped after ${this.timeoutMs} ms in session ${this.sessionId}. Give it a longer timeout.`
  }
}

/**
 * Code raised an exception, and the caller asked for that to be a failure (`SessionCode.orFail`).
 *
 * @since 0.1.0
 * @category errors
 */
export class CodeFailed extends Schema.TaggedError<CodeFailed>("@effect-agentbay/core/CodeFailed")(
  "CodeFailed",
  {
    language: Schema.String,
    /** Class of the exception, such as `ZeroDivisionError`; `ExecutionError` where the service names none. */
    name: Schema.String,
    /** What the exception says. */
    value: Schema.String,
    traceback: Schema.String,
    stdout: Schema.String,
    stderr: Schema.String,
    sessionId: Schema.String,
    requestId: Schema.optional(Schema.String)
  }
) {
  override get message(): string {
    return `${this.language} code raised ${this.name}${this.value === "" ? "" : `: ${shortened(this.value)}`} in session ${this.sessionId}`
  }
}

/**
 * Every error of this package.
 *
 * @since 0.1.0
 * @category errors
 */
export type AgentBayError =
  | SessionError
  | VpcUnavailable
  | ToolError
  | InvalidArgument
  | InvalidConfiguration
  | ContextSyncError
  | FileError
  | CommandTimeout
  | CommandFailed
  | CodeTimeout
  | CodeFailed
