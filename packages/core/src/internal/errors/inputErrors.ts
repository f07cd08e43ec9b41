/** What callers gave was refused before anything was sent. */
import * as Schema from "effect/Schema"

/**
 * An argument was refused before anything was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidArgument extends Schema.TaggedError<InvalidArgument>(
  "@effect-agentbay/core/InvalidArgument"
)("InvalidArgument", {
  operation: Schema.String,
  /** Path of the argument, such as `labels.team`. */
  field: Schema.String,
  /** The refused value, shortened. */
  value: Schema.String,
  /** What a value must satisfy. */
  rule: Schema.String
}) {
  override get message(): string {
    return `${this.operation}: ${this.field} is ${this.value}, but ${this.rule}.`
  }
}

/**
 * A setting is missing or malformed. The value of a secret is never shown.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidConfiguration extends Schema.TaggedError<InvalidConfiguration>(
  "@effect-agentbay/core/InvalidConfiguration"
)("InvalidConfiguration", {
  /** The option of `AgentBayConfig`, such as `timeouts.request`. */
  field: Schema.String,
  /** The environment variable that sets it. */
  variable: Schema.optional(Schema.String),
  value: Schema.optional(Schema.String),
  rule: Schema.String
}) {
  override get message(): string {
    const name = this.variable === undefined ? this.field : `${this.variable} (${this.field})`
    return `${name}${this.value === undefined ? "" : ` is ${this.value}, but`} ${this.rule}.`
  }
}
