/** Commands, code and processes that ended otherwise than wanted. */
import * as Schema from "effect/Schema"
import { joined, shortened } from "./words.js"

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
 * A process in a session could not be started, found or written to, or its end is not known.
 *
 * - `NotFound`: the session has no process of that id: never started, or released.
 * - `Abandoned`: starting it broke off before the command ran, and it never will.
 * - `Conflict`: the id belongs to a process that runs another command.
 * - `WorkingDirectory`: `cwd` is not there, or is no directory.
 * - `ShellNotFound`: the session has no such shell.
 * - `Unsupported`: the session's shell is no POSIX shell, or lacks what processes need.
 * - `Failed`: the session could not do it; read `detail`.
 * - `StdinClosed`: standard input was closed, or the process has ended.
 * - `Lost`: the process is gone and left no exit status.
 *
 * @since 0.1.0
 * @category errors
 */
export class ProcessError extends Schema.TaggedError<ProcessError>("@effect-agentbay/core/ProcessError")(
  "ProcessError",
  {
    reason: Schema.Literal(
      "NotFound",
      "Abandoned",
      "Conflict",
      "WorkingDirectory",
      "ShellNotFound",
      "Unsupported",
      "Failed",
      "StdinClosed",
      "Lost"
    ),
    operation: Schema.String,
    sessionId: Schema.String,
    requestId: Schema.optional(Schema.String),
    commandId: Schema.String,
    /** What is wrong, in the words of the session where it said something. */
    detail: Schema.String
  }
) {
  override get message(): string {
    const help: Record<ProcessError["reason"], string> = {
      NotFound: "Check the id, and that the process was not released.",
      Abandoned: "Release it, then start it again.",
      Conflict: "Start the command under another id.",
      WorkingDirectory: "Check cwd.",
      ShellNotFound: "Check shell.",
      Unsupported: "Use an image with a POSIX shell, setsid, mkfifo and /proc.",
      Failed: "Check the space and the permissions below the directory of the process.",
      StdinClosed: "Write before closeStdin, and while the process runs.",
      Lost: "Somebody killed it together with its supervisor, or the machine started anew: start it again under another id."
    }
    const facts = joined(
      [
        this.reason,
        `process ${this.commandId}`,
        `session ${this.sessionId}`,
        this.requestId === undefined ? undefined : `request id ${this.requestId}`
      ],
      ", "
    )
    return `${this.operation} failed (${facts})${this.detail === "" ? "" : `: ${shortened(this.detail)}`}. ${help[this.reason]}`
  }
}

/**
 * The output of a process stopped before its exit status was seen. `offsets` says where to go on.
 *
 * - `ProcessLost`: the process is gone and left no exit status; all of its output came.
 * - `SessionLost`: the session does not exist any more.
 * - `Disconnected`: the way to the session failed, and repeating the call did not help: attach again later.
 * - `Released`: the process was released.
 * - `BeyondEnd`: the process has ended, and printed less than the offset to read from.
 * - `Unreadable`: the session answers, but not with the output.
 *
 * @since 0.1.0
 * @category errors
 */
export class OutputIncomplete extends Schema.TaggedError<OutputIncomplete>(
  "@effect-agentbay/core/OutputIncomplete"
)("OutputIncomplete", {
  reason: Schema.Literal("ProcessLost", "SessionLost", "Disconnected", "Released", "BeyondEnd", "Unreadable"),
  operation: Schema.String,
  sessionId: Schema.String,
  commandId: Schema.String,
  /** How many bytes of each output have been handed over, counted from its beginning. */
  offsets: Schema.Struct({ stdout: Schema.Number, stderr: Schema.Number }),
  detail: Schema.String,
  /** What the last call failed with. */
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    const help: Record<OutputIncomplete["reason"], string> = {
      ProcessLost: "Start it again under another id if its work is not done.",
      SessionLost: "Start it in another session.",
      Disconnected: "Attach again with these offsets.",
      Released: "Read the output before the process is released.",
      BeyondEnd: "Check the offset.",
      Unreadable: "Check the disk of the session, then attach again with these offsets."
    }
    return `${this.operation}: the output of process ${this.commandId} in session ${this.sessionId} stopped after ${this.offsets.stdout} bytes of stdout and ${this.offsets.stderr} of stderr (${this.reason})${this.detail === "" ? "" : `: ${shortened(this.detail)}`}. ${help[this.reason]}`
  }
}
