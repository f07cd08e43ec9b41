/** Ending a session for certain. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type { InvalidArgument, SessionError } from "../AgentBayError.js"
import {
  DeleteSessionAsync,
  GetSessionDetail,
  ReleaseMcpSession
} from "../contract/actions/SessionActions.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import { pollUntil, waitedInVain } from "./poll.js"
import { resumeSession } from "./sessionState.js"
import { ensureTimeout } from "./validate.js"

const isGone = (error: SessionError): boolean => error.reason === "NotFound"

/** The service accepted the deletion but did not confirm it in time: asking again would wait as long again. */
const isUnconfirmed = (error: SessionError): boolean => error.reason === "Timeout" && error.phase === "sent"

/** An answer that nobody understands decides nothing, and deleting again harms nobody. */
const mayHelp = (error: SessionError): boolean => error.isRetryable || error.reason === "Decode"

const ended = new Set(["FINISH", "DELETED"])

/** Looks until the session has ended; a failed look decides nothing and is repeated until the deadline. */
const confirm = (
  account: AccountRuntime,
  operation: string,
  sessionId: string,
  requestId: string,
  timeout: Duration.Duration
) =>
  pollUntil({
    timeout,
    interval: Duration.seconds(1),
    look: account.controlPlane.call(GetSessionDetail, { sessionId }, { operation, sessionId }).pipe(
      Effect.map(({ data }) => Option.exists(data.status, (status) => ended.has(status))),
      // A gateway without this action cannot confirm; it accepted the deletion, and that is all there is.
      Effect.catchIf(
        (error) => isGone(error) || error.reason === "Unsupported",
        () => Effect.succeed(true)
      ),
      Effect.catchIf(
        (error) => error.isRetryable,
        () => Effect.succeed(false)
      )
    ),
    isDone: (isOver) => isOver,
    onTimeout: waitedInVain({ operation, sessionId, requestId }, "the session to end")
  })

/** Deletes and waits for the confirmation. Already gone is success. */
export const deleteSession = (
  account: AccountRuntime,
  operation: string,
  sessionId: string,
  timeoutInput?: Duration.DurationInput
): Effect.Effect<void, SessionError | InvalidArgument> =>
  Effect.gen(function* () {
    const { config, controlPlane } = account
    const timeout = yield* ensureTimeout(operation, "timeout", timeoutInput ?? config.timeouts.deletion)
    const facts = { operation, sessionId }
    const release = controlPlane.call(ReleaseMcpSession, { sessionId }, facts)
    if (config.deletion === "ReleaseMcpSession") {
      yield* release
      return
    }
    const accepted = yield* controlPlane.call(DeleteSessionAsync, { sessionId }, facts).pipe(
      Effect.map((reply) => Option.some(reply.requestId)),
      Effect.catchIf(
        (error) => error.reason === "Unsupported" && config.deletion === "auto",
        () => Effect.as(release, Option.none<string>())
      )
    )
    if (Option.isSome(accepted)) yield* confirm(account, operation, sessionId, accepted.value, timeout)
  }).pipe(
    Effect.catchIf(
      (error): error is SessionError => error._tag === "SessionError" && isGone(error),
      () => Effect.void
    )
  )

/** Deletes, wakes a paused session that refuses to be deleted, and repeats what is worth repeating. */
export const endSession = (
  account: AccountRuntime,
  operation: string,
  sessionId: string
): Effect.Effect<void, SessionError> => {
  const remove = Effect.catchTag(deleteSession(account, operation, sessionId), "InvalidArgument", Effect.die)
  return remove.pipe(
    Effect.catchIf(
      (error) => error.reason === "Conflict",
      () =>
        Effect.zipRight(
          Effect.catchTag(resumeSession(account, sessionId), "InvalidArgument", Effect.die),
          remove
        )
    ),
    Effect.retry({
      // At once the first time, so that a passing fault costs a test in virtual time nothing.
      schedule: Schedule.andThen(Schedule.recurs(1), Schedule.exponential("200 millis")),
      times: 5,
      while: (error) => mayHelp(error) && !isUnconfirmed(error)
    })
  )
}

/** What a closing scope does: ends the session, and says loudly when it may still be alive. */
export const releaseSession = (account: AccountRuntime, sessionId: string): Effect.Effect<void> =>
  Effect.catchAll(endSession(account, "AgentBay.session", sessionId), (error) =>
    Effect.logError(
      `Session ${sessionId} could not be deleted and may still be alive: ${error.message}`
    ).pipe(Effect.annotateLogs({ "agentbay.session.id": sessionId }))
  )
