import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** 32 hexadecimal digits. */
export const randomHex: Effect.Effect<string> = Effect.map(
  Effect.all([Random.next, Random.next, Random.next]),
  (fractions) =>
    fractions
      .map((fraction) =>
        Math.floor(fraction * 2 ** 44)
          .toString(16)
          .padStart(11, "0")
      )
      .join("")
      .slice(0, 32)
)
