/** A hiccup of one call must not end what consists of a thousand, or has lasted for an hour. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { SessionError, VpcUnavailable } from "../AgentBayError.js"
import * as RetryPolicy from "../RetryPolicy.js"

/** Nobody waits longer than this because the service says so. */
const longestWaitMs = 30_000

type Tagged = { readonly _tag: string }

const asFailure = (error: Tagged): RetryPolicy.Failure | undefined =>
  error._tag === "SessionError" || error._tag === "VpcUnavailable"
    ? (error as SessionError | VpcUnavailable)
    : undefined

const askedToWait = (error: Tagged): number => {
  const failure = asFailure(error)
  return failure?._tag === "SessionError" ? (failure.retryAfterMs ?? 0) : 0
}

const mayPass = (error: Tagged): boolean => {
  const failure = asFailure(error)
  return failure !== undefined && RetryPolicy.isTransient(failure) && askedToWait(failure) <= longestWaitMs
}

const pauses = Schedule.exponential("200 millis").pipe(
  Schedule.jittered,
  Schedule.intersect(Schedule.recurs(3)),
  Schedule.zipRight(Schedule.identity<Tagged>()),
  Schedule.modifyDelay((error, delay) => Duration.max(delay, Duration.millis(askedToWait(error))))
)

/**
 * Repeats one call of a long operation, up to three times beyond what the policy of the client does, when the way to
 * the session failed. Only for calls whose repetition changes nothing.
 */
export const patiently = <A, E extends Tagged>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.retry(effect, { schedule: pauses, while: mayPass })
