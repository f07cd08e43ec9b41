/**
 * How values look on the wire of the control API, as Schemas: parameters are text in an urlencoded form, answers
 * are JSON whose writers do not agree on types.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/**
 * A boolean parameter: `true` or `false`. Any capitalisation is read, because the Python SDK sends `True`.
 *
 * @since 0.1.0
 * @category parameters
 */
export const BooleanText: Schema.Schema<boolean, string> = Schema.transformOrFail(
  Schema.String,
  Schema.Boolean,
  {
    strict: true,
    decode: (text, _, ast) => {
      const lower = text.toLowerCase()
      return lower === "true" || lower === "1"
        ? ParseResult.succeed(true)
        : lower === "false" || lower === "0"
          ? ParseResult.succeed(false)
          : ParseResult.fail(new ParseResult.Type(ast, text, "expected true or false"))
    },
    encode: (value) => ParseResult.succeed(value ? "true" : "false")
  }
)

/**
 * A whole number as decimal text.
 *
 * @since 0.1.0
 * @category parameters
 */
export const IntText: Schema.Schema<number, string> = Schema.compose(Schema.NumberFromString, Schema.Int)

/**
 * A required parameter under its wire name.
 *
 * @since 0.1.0
 * @category parameters
 */
export const parameter = <A, I, const Key extends string>(schema: Schema.Schema<A, I>, key: Key) =>
  Schema.propertySignature(schema).pipe(Schema.fromKey(key))

/**
 * A parameter that is not sent when absent. An empty text is a value and is sent.
 *
 * @since 0.1.0
 * @category parameters
 */
export const optionalParameter = <A, I, const Key extends string>(schema: Schema.Schema<A, I>, key: Key) =>
  Schema.optional(schema).pipe(Schema.fromKey(key))

/**
 * Text in an answer; numbers and booleans are read as their text.
 *
 * @since 0.1.0
 * @category answers
 */
export const LooseText: Schema.Schema<string, string | number | boolean> = Schema.transform(
  Schema.Union(Schema.String, Schema.Number, Schema.Boolean),
  Schema.String,
  { strict: true, decode: String, encode: (text) => text }
)

/**
 * A number in an answer; decimal text is read as a number.
 *
 * @since 0.1.0
 * @category answers
 */
export const LooseNumber: Schema.Schema<number, number | string> = Schema.transformOrFail(
  Schema.Union(Schema.Number, Schema.String),
  Schema.Number,
  {
    strict: true,
    decode: (value, _, ast) => {
      const number = typeof value === "number" ? value : value.trim() === "" ? Number.NaN : Number(value)
      return Number.isFinite(number)
        ? ParseResult.succeed(number)
        : ParseResult.fail(new ParseResult.Type(ast, value, "expected a number"))
    },
    encode: (number) => ParseResult.succeed(number)
  }
)

/**
 * A boolean in an answer; `1`, `0` and the words in any capitalisation are read too.
 *
 * @since 0.1.0
 * @category answers
 */
export const LooseBoolean: Schema.Schema<boolean, boolean | number | string> = Schema.transformOrFail(
  Schema.Union(Schema.Boolean, Schema.Number, Schema.String),
  Schema.Boolean,
  {
    strict: true,
    decode: (value, _, ast) => {
      const word = String(value).toLowerCase()
      return word === "true" || word === "1"
        ? ParseResult.succeed(true)
        : word === "false" || word === "0"
          ? ParseResult.succeed(false)
          : ParseResult.fail(new ParseResult.Type(ast, value, "expected true or false"))
    },
    encode: (value) => ParseResult.succeed(value)
  }
)

/**
 * A member of an answer that may be absent or null.
 *
 * @since 0.1.0
 * @category answers
 */
export const maybe = <A, I, const Key extends string>(schema: Schema.Schema<A, I>, key: Key) =>
  Schema.optionalToRequired(Schema.NullishOr(schema), Schema.OptionFromSelf(Schema.typeSchema(schema)), {
    decode: Option.flatMap(Option.fromNullable),
    encode: (value) => value as Option.Option<A | null | undefined>
  }).pipe(Schema.fromKey(key))

/**
 * A text member of an answer for which the service writes absent, null or empty alike.
 *
 * @since 0.1.0
 * @category answers
 */
export const maybeText = <const Key extends string>(key: Key) =>
  Schema.optionalToRequired(Schema.NullishOr(LooseText), Schema.OptionFromSelf(Schema.String), {
    decode: (value) =>
      Option.filter(
        Option.flatMap(value, (text) => Option.fromNullable(text)),
        (text) => text !== ""
      ),
    encode: (value) => value as Option.Option<string | null | undefined>
  }).pipe(Schema.fromKey(key))

/**
 * A text member of an answer that reads as empty when it is absent or null.
 *
 * @since 0.1.0
 * @category answers
 */
export const textOrEmpty = <const Key extends string>(key: Key) =>
  Schema.optionalWith(LooseText, { default: () => "", nullable: true }).pipe(Schema.fromKey(key))

const readingJsonText = <A, I>(
  schema: Schema.Schema<A, I>,
  write: (value: I) => I | string
): Schema.Schema<A, I | string> =>
  Schema.transformOrFail(Schema.Unknown, schema, {
    strict: false,
    decode: (value: unknown, _, ast) =>
      typeof value === "string"
        ? ParseResult.try({
            try: () => JSON.parse(value) as unknown,
            catch: () => new ParseResult.Type(ast, value, "expected JSON text")
          })
        : ParseResult.succeed(value),
    encode: (value: I) => ParseResult.succeed(write(value))
  }) as unknown as Schema.Schema<A, I | string>

/**
 * Reads a value that is either itself or JSON text of it; writes the value itself.
 *
 * @since 0.1.0
 * @category answers
 */
export const valueOrJsonText = <A, I>(schema: Schema.Schema<A, I>): Schema.Schema<A, I | string> =>
  readingJsonText(schema, (value) => value)

/**
 * Reads a value that is either itself or JSON text of it; writes JSON text, which is the only form that every
 * official SDK reads in tool lists and labels.
 *
 * @since 0.1.0
 * @category answers
 */
export const jsonTextOrValue = <A, I>(schema: Schema.Schema<A, I>): Schema.Schema<A, I | string> =>
  readingJsonText(schema, (value) => JSON.stringify(value))

const oneOrMany = <A, I>(item: Schema.Schema<A, I>) =>
  Schema.transform(Schema.Unknown, Schema.Array(item), {
    strict: false,
    decode: (value: unknown) => (value === null ? [] : Array.isArray(value) ? value : [value]),
    encode: (list: unknown) => list
  })

/**
 * JSON text of a list. An empty text and `null` are lists of nothing, one object is a list of itself.
 *
 * @since 0.1.0
 * @category answers
 */
export const listText = <A, I>(item: Schema.Schema<A, I>): Schema.Schema<ReadonlyArray<A>, string> =>
  Schema.transform(Schema.String, Schema.parseJson(oneOrMany(item)), {
    strict: true,
    decode: (text) => (text.trim() === "" ? "[]" : text),
    encode: (text) => text
  })

/**
 * Renames members before reading: where the service writes both `Url` and `url`, the first name is kept.
 * Writing uses the names of `schema`.
 *
 * @since 0.1.0
 * @category answers
 */
export const withAliases = <A, I>(
  schema: Schema.Schema<A, I>,
  aliases: Readonly<Record<string, ReadonlyArray<string>>>
): Schema.Schema<A, I> =>
  Schema.transform(Schema.Unknown, schema, {
    strict: false,
    decode: (value: unknown) => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return value
      const source = value as Record<string, unknown>
      const result: Record<string, unknown> = { ...source }
      for (const [name, others] of Object.entries(aliases)) {
        if (source[name] !== undefined && source[name] !== null) continue
        for (const other of others) {
          if (source[other] === undefined || source[other] === null) continue
          result[name] = source[other]
          break
        }
      }
      return result
    },
    encode: (value) => value
  }) as unknown as Schema.Schema<A, I>
