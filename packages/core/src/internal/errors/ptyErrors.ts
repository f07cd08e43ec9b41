/** A terminal that the session refused, or that has ended. */
import * as Schema from "effect/Schema"

const advice = {
  Refused: "Check directory, shell and id; the session has its own.",
  Failed: "Create another terminal.",
  Ended: "Create another terminal; what is written to an ended one goes nowhere."
}

/**
 * A terminal that the session refused, or that has ended.
 *
 * - `Refused`: the session said no; `detail` has its words.
 * - `Failed`: the terminal broke; `detail` has the session's words.
 * - `Ended`: its program has ended already.
 *
 * @since 0.1.0
 * @category errors
 */
export class PtyError extends Schema.TaggedError<PtyError>("@effect-agentbay/core/PtyError")("PtyError", {
  reason: Schema.Literal("Refused", "Failed", "Ended"),
  operation: Schema.String,
  sessionId: Schema.String,
  ptyId: Schema.optional(Schema.String),
  detail: Schema.String
}) {
  override get message(): string {
    const which = this.ptyId === undefined ? "a terminal" : `terminal ${this.ptyId}`
    return `${this.operation}: ${which} of session ${this.sessionId} (${this.reason}): ${this.detail}. ${advice[this.reason]}`
  }
}
