/** How failures of a session are told to a program that only knows `@effect/platform`. */
import type { SystemErrorReason } from "@effect/platform/Error"
import type { SessionError } from "../../AgentBayError.js"

/** Never `NotFound`: a session that is gone is not a file, or a program, that is not there. */
export const sessionReasons: Readonly<Record<SessionError["reason"], SystemErrorReason>> = {
  NotFound: "BadResource",
  Unauthorized: "PermissionDenied",
  Throttled: "Busy",
  InvalidRequest: "Unknown",
  Conflict: "Busy",
  Unsupported: "Unknown",
  Unavailable: "Busy",
  Timeout: "TimedOut",
  Transport: "Unknown",
  Decode: "InvalidData",
  Unknown: "Unknown"
}
