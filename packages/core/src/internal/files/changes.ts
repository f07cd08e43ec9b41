/** Watching a directory by asking for its changes. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { SessionError } from "../../AgentBayError.js"
import { type FileChange, getFileChange } from "../../contract/tools/FileSystemTools.js"
import { type CallFailure, callFileTool, type Target } from "./fileCalls.js"

/** Some services report a session that is gone as a failure of the tool. */
const goneWords = /\bsession\b[^/\\]*\b(expired|invalid)\b|\b(expired|invalid)\b[^/\\]*\bsession\b/i

const orGone = (target: Target, error: CallFailure): CallFailure =>
  error._tag === "FileError" && error.reason === "Unknown" && goneWords.test(error.detail)
    ? new SessionError({
        reason: "NotFound",
        operation: target.operation,
        phase: "sent",
        detail: error.detail,
        sessionId: target.sessionId,
        requestId: error.requestId
      })
    : error

/** What happened since the previous call for this path. */
export const pollChanges = (target: Target): Effect.Effect<ReadonlyArray<FileChange>, CallFailure> =>
  callFileTool(target, getFileChange, { path: target.path }).pipe(
    Effect.map(({ value }) => value),
    Effect.mapError((error) => orGone(target, error))
  )

export interface WatchSettings {
  readonly interval: Duration.Duration
  /** Failed polls in a row after which the stream fails. */
  readonly retries: number
}

const longestPause = Duration.seconds(30)

const isTransient = (error: CallFailure): boolean => error._tag === "SessionError" && error.isRetryable

const backOff = ({ interval, retries }: WatchSettings) =>
  Schedule.exponential(interval).pipe(
    Schedule.jittered,
    Schedule.intersect(Schedule.recurs(retries)),
    Schedule.zipRight(Schedule.identity<CallFailure>()),
    Schedule.modifyDelay((error, delay) =>
      Duration.max(
        Duration.min(delay, longestPause),
        error._tag === "SessionError"
          ? Option.getOrElse(error.retryAfter, () => Duration.zero)
          : Duration.zero
      )
    )
  )

/** The first call starts the watch; what it reports happened before and is not passed on. */
export const watchChanges = (
  target: Target,
  settings: WatchSettings
): Stream.Stream<FileChange, CallFailure> => {
  const poll = Effect.retry(pollChanges(target), { schedule: backOff(settings), while: isTransient })
  return Stream.concat(
    Stream.drain(Stream.fromEffect(poll)),
    Stream.flattenIterables(Stream.repeatEffect(Effect.delay(poll, settings.interval)))
  )
}
