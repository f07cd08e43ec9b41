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

const membersOf = (object: object): string => JSON.stringify(object).slice(1, -1)

/**
 * The JSON of an object with `args`. The text `args[verbatim]` goes in as it is: looking for what to escape in a
 * megabyte takes longer than all else that is done with it.
 */
export const stringifyWith = (body: { readonly args: unknown }, verbatim: string | undefined): string => {
  const { args, ...rest } = body
  if (verbatim === undefined || !isRecord(args)) return JSON.stringify(body)
  const { [verbatim]: text, ...others } = args
  const [ahead, behind] = [membersOf(others), membersOf(rest)]
  const content = `${ahead}${ahead === "" ? "" : ","}${JSON.stringify(verbatim)}:"${text}"`
  // No `Array.join` here: it would copy the megabyte.
  return `{"args":{${content}}${behind === "" ? "" : ","}${behind}}`
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
