/**
 * What a tool inside a session is: its name, the MCP server that provides it, what goes in, how its text is read,
 * how long it may take and whether it may be repeated. The client encodes with it, the in-memory and the local
 * cloud decode with it and are typed by it.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * One tool. `args` encodes to the JSON object that travels; `result` reads the text of a successful answer and
 * `failure` the text of an answer marked as an error.
 *
 * @since 0.1.0
 * @category models
 */
export interface Tool<Name extends string, Args, ArgsEncoded, Result, Failure = string> {
  readonly _tag: "Tool"
  readonly name: Name
  readonly server: string
  readonly description: string
  readonly args: Schema.Schema<Args, ArgsEncoded>
  readonly result: Schema.Schema<Result, string>
  readonly failure: Schema.Schema<Failure, string>
  /** Sending it twice has the effect of sending it once. */
  readonly idempotent: boolean
  /** How long the work itself may take, where the arguments say so; the deadline of the call lies above it. */
  readonly budget: (args: Args) => Option.Option<Duration.Duration>
}

/**
 * @since 0.1.0
 * @category models
 */
export declare namespace Tool {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Any {
    readonly _tag: "Tool"
    readonly name: string
    readonly server: string
    readonly description: string
    readonly args: Schema.Schema.AnyNoContext
    readonly result: Schema.Schema.AnyNoContext
    readonly failure: Schema.Schema.AnyNoContext
    readonly idempotent: boolean
  }

  /**
   * @since 0.1.0
   * @category models
   */
  export type Args<T extends Any> = Schema.Schema.Type<T["args"]>

  /**
   * @since 0.1.0
   * @category models
   */
  export type Result<T extends Any> = Schema.Schema.Type<T["result"]>

  /**
   * @since 0.1.0
   * @category models
   */
  export type Failure<T extends Any> = Schema.Schema.Type<T["failure"]>
}

/**
 * Describes one tool. Without `result` and `failure` its texts are taken as they are.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <
  const Name extends string,
  Args,
  ArgsEncoded,
  Result = string,
  Failure = string
>(options: {
  readonly name: Name
  readonly server: string
  readonly description: string
  readonly args: Schema.Schema<Args, ArgsEncoded>
  readonly result?: Schema.Schema<Result, string>
  readonly failure?: Schema.Schema<Failure, string>
  readonly idempotent: boolean
  readonly budget?: (args: Args) => Option.Option<Duration.Duration>
}): Tool<Name, Args, ArgsEncoded, Result, Failure> => ({
  _tag: "Tool",
  name: options.name,
  server: options.server,
  description: options.description,
  args: options.args,
  result: options.result ?? (Schema.String as unknown as Schema.Schema<Result, string>),
  failure: options.failure ?? (Schema.String as unknown as Schema.Schema<Failure, string>),
  idempotent: options.idempotent,
  budget: options.budget ?? (() => Option.none())
})

/**
 * Reads the text of an answer that is marked as an error; none when it is in another form.
 *
 * @since 0.1.0
 * @category decoding
 */
export const readFailure = <Name extends string, Args, ArgsEncoded, Result, Failure>(
  tool: Tool<Name, Args, ArgsEncoded, Result, Failure>,
  text: string
): Option.Option<Failure> => Either.getRight(Schema.decodeEither(tool.failure)(text))

/**
 * A budget taken from a member of the arguments.
 *
 * @since 0.1.0
 * @category constructors
 */
export const budgetFrom =
  <Args>(read: (args: Args) => number | undefined, unit: "millis" | "seconds") =>
  (args: Args): Option.Option<Duration.Duration> =>
    Option.map(Option.fromNullable(read(args)), unit === "millis" ? Duration.millis : Duration.seconds)
