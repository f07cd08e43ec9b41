/** Reading JSON without exceptions. */
import * as Either from "effect/Either"

/** Left: what is wrong, as the end of a sentence. */
export const parseJson = (text: string): Either.Either<unknown, string> => {
  try {
    return Either.right(JSON.parse(text))
  } catch {
    return Either.left("is not JSON")
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
