import * as Effect from "effect/Effect"

const digits = (fraction: number): string =>
  Math.floor(fraction * 2 ** 44)
    .toString(16)
    .padStart(11, "0")

/** 32 hexadecimal digits. */
export const randomHex: Effect.Effect<string> = Effect.randomWith(({ next }) =>
  Effect.flatMap(next, (a) =>
    Effect.flatMap(next, (b) => Effect.map(next, (c) => (digits(a) + digits(b) + digits(c)).slice(0, 32)))
  )
)

/** Makes ids of 32 hexadecimal digits that begin alike and count on. */
export const makeHexIds: Effect.Effect<() => string> = Effect.map(randomHex, (random) => {
  const prefix = random.slice(0, 20)
  let count = 0
  return () => {
    count += 1
    return prefix + count.toString(16).padStart(12, "0")
  }
})
