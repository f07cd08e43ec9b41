/** Waiting for a state of the service, within a deadline, in the time of Effect's Clock. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { SessionError } from "../AgentBayError.js"
import { withDeadline } from "./deadline.js"
import { sessionError } from "./httpFailure.js"

export interface PollOptions<A, E, E2> {
  /** Checked by the caller before anything is sent. */
  readonly timeout: Duration.Duration
  readonly interval: Duration.Duration
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
      {
        reason: "Timeout",
        phase: "sent",
        detail: `waited ${Duration.format(timeout)} in vain for ${awaited}`
      }
    )

/**
 * Looks until `isDone`. Fails with what a look fails with, or as `onTimeout` says when the deadline has passed; a
 * look that is under way then is interrupted.
 */
export const pollUntil = <A, E, E2>(options: PollOptions<A, E, E2>): Effect.Effect<A, E | E2> =>
  Effect.gen(function* () {
    const { interval, timeout } = options
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
    return yield* withDeadline(loop, timeout, () => options.onTimeout(timeout))
  })
