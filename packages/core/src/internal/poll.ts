/** Waiting for a state of the service, within a deadline, in the time of Effect's Clock. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { InvalidArgument, SessionError } from "../AgentBayError.js"
import { sessionError } from "./httpFailure.js"
import { ensure } from "./validate.js"

/** A time given by a caller: positive and finite, or `InvalidArgument`. */
export const ensureDuration = (
  operation: string,
  field: string,
  input: Duration.DurationInput
): Effect.Effect<Duration.Duration, InvalidArgument> => {
  const duration = Duration.decodeUnknown(input)
  const usable =
    duration._tag === "Some" && Duration.isFinite(duration.value) && Duration.toMillis(duration.value) > 0
  return Effect.as(
    ensure(usable, operation, field, input, "it must be a positive, finite time"),
    duration._tag === "Some" ? duration.value : Duration.zero
  )
}

export interface PollOptions<A, E, E2> {
  readonly operation: string
  readonly timeout: Duration.DurationInput
  readonly interval: Duration.DurationInput
  /** Growth of the interval after each look, up to `maxInterval`. Default: none. */
  readonly factor?: number | undefined
  readonly maxInterval?: Duration.DurationInput | undefined
  /** How long to wait before the first look. Default: not at all. */
  readonly firstAfter?: Duration.DurationInput | undefined
  readonly look: Effect.Effect<A, E>
  readonly isDone: (value: A) => boolean
  readonly onTimeout: (timeout: Duration.Duration) => E2
}

/** The failure of a wait: `awaited` completes the sentence "waited in vain for …". */
export const waitedInVain =
  (
    facts: {
      readonly operation: string
      readonly sessionId?: string | undefined
      readonly requestId?: string | undefined
    },
    awaited: string
  ) =>
  (timeout: Duration.Duration): SessionError =>
    sessionError(
      { ...facts, secrets: [] },
      { reason: "Timeout", phase: "sent", detail: `waited ${Duration.format(timeout)} in vain for ${awaited}` }
    )

/**
 * Looks until `isDone`. Fails with what a look fails with, or as `onTimeout` says when the deadline has passed; a
 * look that is under way then is interrupted.
 */
export const pollUntil = <A, E, E2>(
  options: PollOptions<A, E, E2>
): Effect.Effect<A, E | E2 | InvalidArgument> =>
  Effect.gen(function* () {
    const timeout = yield* ensureDuration(options.operation, "timeout", options.timeout)
    const interval = yield* ensureDuration(options.operation, "interval", options.interval)
    const most = Math.max(Duration.toMillis(interval), Duration.toMillis(options.maxInterval ?? interval))
    const deadline = (yield* Clock.currentTimeMillis) + Duration.toMillis(timeout)
    const loop = Effect.gen(function* () {
      let wait = Duration.toMillis(interval)
      if (options.firstAfter !== undefined) yield* Effect.sleep(options.firstAfter)
      while (true) {
        const value = yield* options.look
        if (options.isDone(value)) return value
        // Sleeping past the deadline only to find it passed would waste the caller's time.
        if ((yield* Clock.currentTimeMillis) + wait > deadline) {
          return yield* Effect.fail(options.onTimeout(timeout))
        }
        yield* Effect.sleep(wait)
        wait = Math.min(wait * (options.factor ?? 1), most)
      }
    })
    return yield* Effect.timeoutFail(loop, { duration: timeout, onTimeout: () => options.onTimeout(timeout) })
  })
