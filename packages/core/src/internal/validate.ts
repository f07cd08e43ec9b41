/** Turning bad input into `InvalidArgument`: the field, the value, the rule. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { InvalidArgument } from "../AgentBayError.js"

const longest = 80

/** A value as a reader of an error message wants to see it: short, and recognisable by kind. */
export const show = (value: unknown): string => {
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : value === undefined ||
          typeof value === "number" ||
          typeof value === "bigint" ||
          typeof value === "function"
        ? String(value)
        : (safeJson(value) ?? String(value))
  return text.length <= longest ? text : `${text.slice(0, longest)}…`
}

const safeJson = (value: unknown): string | undefined => {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

export const invalid = (operation: string, field: string, value: unknown, rule: string): InvalidArgument =>
  new InvalidArgument({ operation, field, value: show(value), rule })

/** Fails with `InvalidArgument` unless `condition` holds. */
export const ensure = (
  condition: boolean,
  operation: string,
  field: string,
  value: unknown,
  rule: string
): Effect.Effect<void, InvalidArgument> =>
  condition ? Effect.void : Effect.fail(invalid(operation, field, value, rule))

/** Text that contains something besides white space. */
export const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== ""

export const notText = (operation: string, field: string, value: unknown): InvalidArgument =>
  invalid(operation, field, value, "it must be a non-blank text")

export const ensureText = (
  operation: string,
  field: string,
  value: unknown
): Effect.Effect<void, InvalidArgument> =>
  isText(value) ? Effect.void : Effect.fail(notText(operation, field, value))

const fieldOf = (issue: ParseResult.ArrayFormatterIssue, field: string): string =>
  issue.path.length === 0 ? field : [field, ...issue.path.map(String)].filter((part) => part !== "").join(".")

/**
 * A check of values against a Schema of their type; the first issue becomes the error. Made once per Schema, because
 * making it costs far more than checking.
 */
export const makeTypeCheck = <A, I>(schema: Schema.Schema<A, I>) => {
  const validate = Schema.validateEither(schema, { onExcessProperty: "error" })
  return (operation: string, field: string, value: unknown): Effect.Effect<A, InvalidArgument> => {
    const result = validate(value)
    if (Either.isRight(result)) return Effect.succeed(result.right)
    const first = ParseResult.ArrayFormatter.formatErrorSync(result.left)[0]
    const at = (first?.path ?? []).reduce<unknown>(
      (inner, key) =>
        typeof inner === "object" && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : inner,
      value
    )
    return Effect.fail(
      invalid(
        operation,
        first === undefined ? field : fieldOf(first, field),
        at,
        `the rule is: ${first?.message ?? "see the documentation"}`
      )
    )
  }
}

/** A time that must be positive and finite. */
export const ensureTimeout = (
  operation: string,
  field: string,
  value: Duration.DurationInput
): Effect.Effect<Duration.Duration, InvalidArgument> => {
  const duration = Duration.decodeUnknown(value)
  return Option.isSome(duration) && Duration.isFinite(duration.value) && Duration.toMillis(duration.value) > 0
    ? Effect.succeed(duration.value)
    : Effect.fail(invalid(operation, field, value, "it must be a positive, finite time"))
}
