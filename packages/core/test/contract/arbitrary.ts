/** Values of the contract's schemas that have a form on the wire. */
import * as Arbitrary from "effect/Arbitrary"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"

/** Members whose schema admits anything, where the wire carries a JSON object; the first is never absent. */
const objects = ["inputSchema", "policy", "extraConfigs", "browserOption"]

/**
 * What the wire cannot tell apart becomes one: empty texts of an optional member and absent ones, numbers that JSON
 * does not know. Members of free form become an object.
 */
const onTheWire = (value: unknown, json: unknown): unknown => {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0) ? value : 0
  if (Option.isOption(value)) {
    return Option.flatMap(value, (inner) =>
      inner === "" ? Option.none() : Option.some(onTheWire(inner, json))
    )
  }
  if (Array.isArray(value)) return value.map((item) => onTheWire(item, json))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "__proto__")
      .map(([key, member]) => [
        key,
        objects.includes(key) && !Option.isOption(member) && (member !== undefined || key === objects[0])
          ? { free: json }
          : onTheWire(member, json)
      ])
  )
}

// -0 is 0 in JSON text.
export const jsonValue = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown)

export const arbitraryOf = <A, I>(schema: Schema.Schema<A, I>): fc.Arbitrary<A> =>
  fc.tuple(Arbitrary.make(schema), jsonValue).map(([value, json]) => onTheWire(value, json) as A)
