/** The smallest value that fits a JSON Schema: what a scripted agent produces when nobody says what. */

type Node = Readonly<Record<string, unknown>>

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const nodes = (value: unknown): ReadonlyArray<Node> => (Array.isArray(value) ? value.filter(isNode) : [])

const numberOr = (value: unknown, otherwise: number): number =>
  typeof value === "number" ? value : otherwise

/** `#/$defs/City` within the document. */
const resolve = (document: Node, reference: string): unknown =>
  reference
    .replace(/^#\/?/, "")
    .split("/")
    .filter((part) => part !== "")
    .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((value, part) => (isNode(value) ? value[part] : undefined), document)

const formats: Readonly<Record<string, string>> = {
  "date-time": "2026-01-05T10:00:00.000Z",
  date: "2026-01-05",
  time: "10:00:00Z",
  email: "someone@example.com",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000"
}

const text = (schema: Node): string =>
  (formats[String(schema.format)] ?? "").padEnd(numberOr(schema.minLength, 0), "x")

const number = (schema: Node): number => {
  const step = numberOr(schema.multipleOf, schema.type === "integer" ? 1 : 0)
  const above = typeof schema.exclusiveMinimum === "number"
  const least = above
    ? numberOr(schema.exclusiveMinimum, 0)
    : numberOr(schema.minimum, Number.NEGATIVE_INFINITY)
  const most = numberOr(schema.maximum, numberOr(schema.exclusiveMaximum, Number.POSITIVE_INFINITY))
  const isBelow = typeof schema.exclusiveMaximum === "number"
  const fits = (value: number) =>
    (above ? value > least : value >= least) && (isBelow ? value < most : value <= most)
  if (fits(0)) return 0
  if (step > 0) {
    const first = Math.ceil(least / step) * step
    const candidate = Number.isFinite(least) ? first : Math.floor(most / step) * step
    return fits(candidate) ? candidate : candidate + (Number.isFinite(least) ? step : -step)
  }
  if (Number.isFinite(least) && Number.isFinite(most)) return above || isBelow ? (least + most) / 2 : least
  return Number.isFinite(least) ? (above ? least + 1 : least) : isBelow ? most - 1 : most
}

const typeOf = (schema: Node): unknown => {
  if (Array.isArray(schema.type)) return schema.type[0]
  return schema.type ?? (isNode(schema.properties) ? "object" : undefined)
}

/** Deeper than this only a Schema without an end goes. */
const deepest = 64

const instance = (document: Node, schema: unknown, depth: number): unknown => {
  if (!isNode(schema) || depth > deepest) return null
  const inner = (value: unknown) => instance(document, value, depth + 1)
  const { $ref, allOf, anyOf, oneOf, ...own } = schema
  if (typeof $ref === "string" || Array.isArray(allOf)) {
    const named = typeof $ref === "string" ? resolve(document, $ref) : undefined
    return inner(Object.assign({}, ...nodes([named, ...nodes(allOf)]), own))
  }
  if ("const" in schema) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0]
  const choices = [...nodes(anyOf), ...nodes(oneOf)]
  if (choices.length > 0) return inner(choices[0])
  switch (typeOf(schema)) {
    case "string":
      return text(schema)
    case "number":
    case "integer":
      return number(schema)
    case "boolean":
      return false
    case "array": {
      const first = nodes(schema.prefixItems ?? schema.items)
      const rest = isNode(schema.items) ? schema.items : schema.additionalItems
      return Array.from({ length: numberOr(schema.minItems, 0) }, (_, n) => inner(first[n] ?? rest))
    }
    case "object": {
      const required = Array.isArray(schema.required) ? schema.required.map(String) : []
      const properties = isNode(schema.properties) ? schema.properties : {}
      return Object.fromEntries(required.map((name) => [name, inner(properties[name])]))
    }
    default:
      return null
  }
}

export const smallestInstance = (schema: unknown): unknown =>
  instance(isNode(schema) ? schema : {}, schema, 0)
