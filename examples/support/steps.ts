import { Duration, Effect } from "effect"

const width = 32

export const print = (text: string): Effect.Effect<void> =>
  Effect.sync(() => {
    process.stdout.write(text)
  })

export const heading = (what: string): string => `${what} `.padEnd(width, ".")

/** Prints what is being done, and its result and time as soon as it is there. */
export const step = <A, E, R>(
  what: string,
  effect: Effect.Effect<A, E, R>,
  show: (value: A) => string
): Effect.Effect<A, E, R> =>
  print(heading(what)).pipe(
    Effect.zipRight(Effect.timed(effect)),
    Effect.tapError(() => print(" failed\n")),
    Effect.tap(([time, value]) => print(` ${show(value)}  (${Math.round(Duration.toMillis(time))} ms)\n`)),
    Effect.map(([, value]) => value)
  )
