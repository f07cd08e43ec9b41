import { Duration, Effect } from "effect"

const width = 32

/** Prints what is being done, and its result and time as soon as it is there. */
export const step = <A, E, R>(
  what: string,
  effect: Effect.Effect<A, E, R>,
  show: (value: A) => string
): Effect.Effect<A, E, R> =>
  Effect.sync(() => process.stdout.write(`${what} `.padEnd(width, "."))).pipe(
    Effect.zipRight(Effect.timed(effect)),
    Effect.tapError(() => Effect.sync(() => process.stdout.write(" failed\n"))),
    Effect.map(([time, value]) => {
      process.stdout.write(` ${show(value)}  (${Math.round(Duration.toMillis(time))} ms)\n`)
      return value
    })
  )
