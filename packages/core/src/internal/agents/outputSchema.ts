/** A Schema as a JSON Schema document for the agent, and as the reader of what the agent produced. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
import type { InvalidArgument } from "../../AgentBayError.js"
import { invalid } from "../validate.js"

/** Reads a product; left: why it does not fit. */
export type ReadOutput<Output> = (product: string) => Either.Either<Output, string>

export const asText: ReadOutput<string> = Either.right

/** An object without members: what clients send that want no structured output. */
export const noSchema = JSON.stringify({
  type: "object",
  properties: {},
  additionalProperties: false,
  $schema: "http://json-schema.org/draft-07/schema#"
})

export interface OutputContract<Output> {
  readonly document: string
  readonly read: ReadOutput<Output>
}

/** Fails for a Schema whose encoded side is not JSON. */
export const outputContract = <Output, Encoded>(
  operation: string,
  schema: Schema.Schema<Output, Encoded>
): Effect.Effect<OutputContract<Output>, InvalidArgument> =>
  Effect.try({
    try: () => JSON.stringify(JSONSchema.make(schema)),
    catch: (cause) =>
      invalid(
        operation,
        "outputSchema",
        cause instanceof Error ? cause.message.split("\n")[0] : cause,
        "its encoded side must be JSON"
      )
  }).pipe(
    Effect.map((document) => {
      const decode = Schema.decodeEither(Schema.parseJson(schema))
      return { document, read: (product) => Either.mapLeft(decode(product), (error) => error.message) }
    })
  )
