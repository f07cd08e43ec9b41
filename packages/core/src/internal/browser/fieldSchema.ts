/** A Schema as `field_schema` carries it, and as the reader of what was extracted. */
import * as Effect from "effect/Effect"
import * as JSONSchema from "effect/JSONSchema"
import type * as Schema from "effect/Schema"
import type { InvalidArgument } from "../../AgentBayError.js"
import { invalid } from "../validate.js"

const name = "ExtractSchema"

/**
 * `schema: ` and a JSON Schema whose root is a reference to the definition `ExtractSchema`, as the official clients
 * write it. Fails for a Schema whose encoded side is not JSON.
 */
export const fieldSchema = <A, I>(
  operation: string,
  schema: Schema.Schema<A, I>
): Effect.Effect<string, InvalidArgument> =>
  Effect.try({
    try: () => {
      const definitions: Record<string, JSONSchema.JsonSchema7> = {}
      const root = JSONSchema.fromAST(schema.ast, { definitions, definitionPath: "#/definitions/" })
      return `schema: ${JSON.stringify({
        $ref: `#/definitions/${name}`,
        definitions: { ...definitions, [name]: root },
        $schema: "http://json-schema.org/draft-07/schema#"
      })}`
    },
    catch: (cause) =>
      invalid(
        operation,
        "schema",
        cause instanceof Error ? cause.message.split("\n")[0] : cause,
        "its encoded side must be JSON"
      )
  })
