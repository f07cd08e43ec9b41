import { Clock, Duration, Effect } from "effect"

/**
 * A clock for programs of which only one fiber sleeps: a sleep is over at once, and that much later. It makes weeks as
 * cheap as the steps in them, which `TestClock` does not: it waits in real time for everybody to be asleep.
 */
export const makeJumpingClock = (): Clock.Clock => {
  let now = 0
  return {
    ...Clock.make(),
    unsafeCurrentTimeMillis: () => now,
    unsafeCurrentTimeNanos: () => BigInt(Math.round(now)) * 1_000_000n,
    currentTimeMillis: Effect.sync(() => now),
    currentTimeNanos: Effect.sync(() => BigInt(Math.round(now)) * 1_000_000n),
    sleep: (duration) =>
      Effect.zipRight(
        Effect.sync(() => {
          now += Duration.toMillis(duration)
        }),
        Effect.yieldNow()
      )
  }
}

/** Runs in a time of its own, which begins at 0. */
export const inJumpingTime = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.withClock(effect, makeJumpingClock()))
