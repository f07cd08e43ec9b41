/** From what a session says to the errors of `@effect/platform`, as its implementation for Node gives them. */
import { BadArgument, type PlatformError, SystemError, type SystemErrorReason } from "@effect/platform/Error"
import type { OutputIncomplete, ProcessError } from "../../../AgentBayError.js"
import type { SessionCommand } from "../../../session/SessionCommand.js"
import type * as SessionProcess from "../../../session/SessionProcess.js"
import { sessionReasons } from "../sessionReasons.js"

/** One operation on one command, as its errors name it. */
export interface Call {
  readonly method: string
  readonly command: string
}

export const bySystem = (
  { command, method }: Call,
  reason: SystemErrorReason,
  description: string,
  cause?: unknown
): SystemError =>
  new SystemError({
    module: "Command",
    method,
    reason,
    pathOrDescriptor: command,
    description,
    ...(cause === undefined ? {} : { cause })
  })

const processReasons: Readonly<Partial<Record<ProcessError["reason"], SystemErrorReason>>> = {
  NotFound: "BadResource",
  WorkingDirectory: "NotFound",
  ShellNotFound: "NotFound"
}

export type Failure = SessionProcess.StartFailure | SessionCommand.Failure | OutputIncomplete

export const byFailure = (call: Call, error: Failure): PlatformError => {
  switch (error._tag) {
    case "InvalidArgument":
      // Without its value, which holds the environment of the command.
      return new BadArgument({
        module: "Command",
        method: call.method,
        description: `${error.field}: ${error.rule}`
      })
    case "CommandTimeout":
      return bySystem(call, "TimedOut", `not done within ${error.timeoutMs} ms`)
    case "SessionError":
      return bySystem(call, sessionReasons[error.reason], error.message, error)
    case "OutputIncomplete":
      return bySystem(call, "UnexpectedEof", error.message, error)
    case "ProcessError":
      return bySystem(call, processReasons[error.reason] ?? "Unknown", error.message, error)
    default:
      return bySystem(call, "Unknown", error.message, error)
  }
}
