/** Agents and browsers. */
import * as Schema from "effect/Schema"
import { joined, shortened } from "./words.js"

/**
 * An agent did not bring a task to its end.
 *
 * - `TaskFailed`: it gave up, or the service says so.
 * - `Unsupported`: it cannot do such a task.
 * - `Cancelled`: the task was terminated.
 * - `Timeout`: the task had not ended in time; `stopped` says whether it has been terminated since.
 * - `NotFound`: the service does not know the task, or has already forgotten it.
 * - `Busy`: the agent does one task at a time.
 * - `NotStarted`: the service accepted the task but gave it no id.
 * - `OutputMismatch`: the product does not fit `outputSchema`; `product` has its text.
 *
 * @since 0.1.0
 * @category errors
 */
export class AgentError extends Schema.TaggedError<AgentError>("@effect-agentbay/core/AgentError")(
  "AgentError",
  {
    reason: Schema.Literal(
      "TaskFailed",
      "Unsupported",
      "Cancelled",
      "Timeout",
      "NotFound",
      "Busy",
      "NotStarted",
      "OutputMismatch"
    ),
    operation: Schema.String,
    agent: Schema.Literal("computer", "browser", "mobile"),
    sessionId: Schema.String,
    requestId: Schema.optional(Schema.String),
    /** Absent when no task was started. */
    taskId: Schema.optional(Schema.String),
    /** The service's last word about the task; absent when there was none. */
    status: Schema.optional(Schema.String),
    /** What went wrong, in the words of the agent where it said something. */
    detail: Schema.String,
    /** What the agent has produced all the same. */
    product: Schema.optional(Schema.String),
    /** Whether the task is known to be over. */
    stopped: Schema.Boolean
  }
) {
  override get message(): string {
    const help: Record<AgentError["reason"], string> = {
      TaskFailed: "Read what the agent says, and put the task in other words.",
      Unsupported: "Use another agent, or a task of another kind.",
      Cancelled: "Start the task again if it is still wanted.",
      Timeout: this.stopped
        ? "Give the task a longer timeout."
        : "The task may still be running: attach to it.",
      NotFound: "Check the id; results are kept for a short time only.",
      Busy: "Wait for the other task, or terminate it.",
      NotStarted: "Start the task again.",
      OutputMismatch: "Read the product, and make the schema or the task more precise."
    }
    const facts = joined(
      [
        this.reason,
        this.taskId === undefined ? undefined : `task ${this.taskId}`,
        this.status === undefined ? undefined : `status ${this.status}`,
        `session ${this.sessionId}`,
        this.requestId === undefined ? undefined : `request id ${this.requestId}`
      ],
      ", "
    )
    return `${this.operation}: ${this.agent} agent (${facts})${this.detail === "" ? "" : `: ${shortened(this.detail)}`}. ${help[this.reason]}`
  }
}

/**
 * The browser of a session, or its operator, did not do what was asked.
 *
 * - `NotInitialized`: `initialize` or `attach` comes first; nothing was sent.
 * - `AlreadyInitialized`: the browser runs with other options; nothing was sent.
 * - `InitializeFailed`: the service answered, but named no port of a browser.
 * - `EndpointMissing`: the service answered, but gave no address for the DevTools protocol.
 * - `PageLookup`: the DevTools target of a Playwright page could not be found out; nothing was done to any page.
 * - `ActFailed`: the action was not, or not wholly, carried out; `steps` says what was.
 * - `TaskFailed`: the service says that the task failed, or knows no such task.
 * - `TaskTimeout`: the task had no result in time. It may still run.
 * - `ExtractMismatch`: what was read from the page does not fit the schema.
 * - `ScreenshotFailed`, `FingerprintFailed`: the page refused, or went away.
 *
 * @since 0.1.0
 * @category errors
 */
export class BrowserError extends Schema.TaggedError<BrowserError>("@effect-agentbay/core/BrowserError")(
  "BrowserError",
  {
    reason: Schema.Literal(
      "NotInitialized",
      "AlreadyInitialized",
      "InitializeFailed",
      "EndpointMissing",
      "PageLookup",
      "ActFailed",
      "TaskFailed",
      "TaskTimeout",
      "ExtractMismatch",
      "ScreenshotFailed",
      "FingerprintFailed"
    ),
    operation: Schema.String,
    /** Absent for what concerns a page of the caller's own only. */
    sessionId: Schema.optional(Schema.String),
    requestId: Schema.optional(Schema.String),
    taskId: Schema.optional(Schema.String),
    /** What went wrong, in the words of the service where it said something. */
    detail: Schema.String,
    /** Of an action: what the service reports about it, as JSON text or words. */
    steps: Schema.optional(Schema.String)
  }
) {
  override get message(): string {
    const help: Record<BrowserError["reason"], string> = {
      NotInitialized: "Call session.browser.initialize first, or attach for a browser that runs already.",
      AlreadyInitialized:
        "Call session.browser.destroy first, or go on with the options it was started with.",
      InitializeFailed: "Check the options, and that the image has a browser (browser_latest, linux_latest).",
      EndpointMissing: "Initialize the browser anew.",
      PageLookup: "Hand in a page of a browser connected with connectOverCDP, or its target id.",
      ActFailed: "Describe the action in other words, or observe the page first.",
      TaskFailed: "Read what the service says, and start the task again.",
      TaskTimeout: "Give it a longer timeout, or ask for its result later.",
      ExtractMismatch: "Loosen the schema, or say more precisely what to read.",
      ScreenshotFailed: "Check that the page is still open.",
      FingerprintFailed: "Check that the page is still open."
    }
    const facts = joined(
      [
        this.reason,
        this.taskId === undefined ? undefined : `task ${this.taskId}`,
        this.sessionId === undefined ? undefined : `session ${this.sessionId}`,
        this.requestId === undefined || this.requestId === "" ? undefined : `request id ${this.requestId}`
      ],
      ", "
    )
    return `${this.operation} failed (${facts})${this.detail === "" ? "" : `: ${shortened(this.detail)}`}. ${help[this.reason]}`
  }
}
