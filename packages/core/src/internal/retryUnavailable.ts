import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { SessionError } from "../AgentBayError.js"

const backOff = Schedule.intersect(Schedule.exponential("200 millis"), Schedule.recurs(2))

/**
 * What every official client does where the service may be unavailable for a moment: two more attempts, after 200 and
 * 400 ms. Only for what may be repeated.
 */
export const retryUnavailable = <A>(effect: Effect.Effect<A, SessionError>): Effect.Effect<A, SessionError> =>
  Effect.retry(effect, { schedule: backOff, while: (error) => error.reason === "Unavailable" })
