/** Numbers that Node refuses before anything happens. */
import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import { badArgument } from "./failure.js"

export const ensureInteger = (
  method: string,
  name: string,
  value: number,
  least: number,
  most: number
): Effect.Effect<void, PlatformError> =>
  Number.isInteger(value) && value >= least && value <= most
    ? Effect.void
    : Effect.fail(
        badArgument(method, `${name} must be a whole number from ${least} to ${most}, not ${value}`)
      )

export const ensureMode = (method: string, mode: number | undefined): Effect.Effect<void, PlatformError> =>
  mode === undefined ? Effect.void : ensureInteger(method, "mode", mode, 0, 2 ** 32 - 1)

/** What a file is cut or extended to; a negative size is none. */
export const ensureLength = (
  method: string,
  length: bigint | number | undefined
): Effect.Effect<number, PlatformError> => {
  const value = Number(length ?? 0)
  return Effect.as(
    ensureInteger(method, "length", value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    Math.max(0, value)
  )
}
