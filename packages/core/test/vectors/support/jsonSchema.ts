/** A Schema whose JSON Schema is the recorded one, as far as the recording uses JSON Schema. */
import * as Schema from "effect/Schema"
import { isObject, type Json, type JsonObject } from "./Vector.js"

const list = (value: Json | undefined): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

const named = (
  schema: Schema.Schema.AnyNoContext,
  { description }: JsonObject
): Schema.Schema.AnyNoContext =>
  typeof description === "string" ? schema.annotations({ description }) : schema

const ofType = (type: string, value: JsonObject): Schema.Schema.AnyNoContext => {
  switch (type) {
    case "object":
      return Schema.Struct(
        Object.fromEntries(
          Object.entries(isObject(value["properties"]) ? value["properties"] : {}).map(([name, member]) => [
            name,
            list(value["required"]).includes(name)
              ? schemaOf(member)
              : Schema.optional(schemaOf(member) as Schema.Schema<unknown>)
          ])
        )
      )
    case "array": {
      const items = Schema.Array(schemaOf(value["items"] ?? {}) as Schema.Schema<unknown>)
      const { minItems } = value
      if (typeof minItems !== "number") return items
      return items.pipe(Schema.filter(({ length }) => length >= minItems, { jsonSchema: { minItems } }))
    }
    case "number":
      return Schema.Number
    case "null":
      return Schema.Null
    default:
      return Schema.String
  }
}

export const schemaOf = (value: Json): Schema.Schema.AnyNoContext => {
  const schema = isObject(value) ? value : {}
  const { type } = schema
  if (!Array.isArray(type)) return named(ofType(String(type), schema), schema)
  // Effect writes a choice of types as `anyOf`; the recorded client as a list.
  return Schema.Union(...type.map((one: Json) => ofType(String(one), schema))).annotations({
    jsonSchema: { type }
  })
}
