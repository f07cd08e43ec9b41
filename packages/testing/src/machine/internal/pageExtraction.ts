/**
 * Fills a JSON Schema from a page by its names, without a language model.
 *
 * A property is looked up in the element at hand, in this order:
 *
 * - an element whose `id`, `name`, `itemprop`, a `data-` attribute's value or a class is the name of the property, or
 *   an attribute `data-<name>`; of a control its content, of an image its source, of a `meta` its content
 * - what stands beside its name as a label: `<dt>`, `<th>`, `<label>`, or `Name: text`
 * - `title`, `name` and `heading`: the first heading, else the title of the page; `url` and `link`: the address of the
 *   first link, at the top of the page its own address
 *
 * Case, blanks, `-` and `_` in names do not count. An array is filled from the elements inside the one that is called
 * like the property (rows, list items, else all its elements), or from all elements called like its singular; the
 * first list or table of the page when there is none. A number is the first one in the text; an enumeration the
 * member that occurs in it.
 */
import { controlsOf } from "./pageControls.js"
import { type PageNode, type PageSnapshot, scopeOf, textOf, walk } from "./pageSnapshot.js"

type JsonSchema = Readonly<Record<string, unknown>>

export type Extraction = { readonly value: unknown } | { readonly missing: string }

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const key = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "")

const singular = (name: string): string =>
  name
    .replace(/ies$/, "y")
    .replace(/(ss|x|ch|sh)es$/, "$1")
    .replace(/([^s])s$/, "$1")

/** The text of `field_schema`: a prefix and a JSON Schema, in which the root may be a reference. */
export const parseFieldSchema = (text: string): JsonSchema | undefined => {
  try {
    const value: unknown = JSON.parse(text.replace(/^\s*schema:\s*/i, ""))
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

const resolve = (root: JsonSchema, schema: unknown): JsonSchema => {
  let current = isRecord(schema) ? schema : {}
  for (let depth = 0; depth < 32 && typeof current["$ref"] === "string"; depth++) {
    let target: unknown = root
    for (const part of current["$ref"].replace(/^#\/?/, "").split("/")) {
      if (part === "") continue
      const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")
      target = isRecord(target) ? target[name] : undefined
    }
    current = isRecord(target) ? target : {}
  }
  return current
}

const classesOf = (node: PageNode): ReadonlyArray<string> => (node.attributes["class"] ?? "").split(/\s+/)

const namesOf = (node: PageNode): ReadonlyArray<string> => [
  node.attributes["id"] ?? "",
  node.attributes["name"] ?? "",
  node.attributes["itemprop"] ?? "",
  node.attributes["property"] ?? "",
  ...Object.entries(node.attributes)
    .filter(([name]) => name.startsWith("data-"))
    .map(([, value]) => value),
  ...classesOf(node)
]

const isCalled = (node: PageNode, name: string): boolean => namesOf(node).some((own) => key(own) === name)

const contentOf = (node: PageNode): string => {
  if (node.checked !== undefined) return String(node.checked)
  if (node.tag === "img") return node.attributes["src"] ?? node.attributes["alt"] ?? ""
  if (node.tag === "meta") return node.attributes["content"] ?? ""
  return node.value ?? textOf(node)
}

const dataAttribute = (node: PageNode, name: string): string | undefined =>
  Object.entries(node.attributes).find(([own]) => own.startsWith("data-") && key(own.slice(5)) === name)?.[1]

const after = (scope: PageNode, node: PageNode): PageNode | undefined => {
  const parent = walk(scope).find(({ children }) => children.includes(node))
  const elements = parent?.children.filter(({ tag }) => tag !== "#text") ?? []
  return elements[elements.indexOf(node) + 1]
}

const labelled = (snapshot: PageSnapshot, scope: PageNode, name: string): string | undefined => {
  for (const node of walk(scope)) {
    if ((node.tag === "dt" || node.tag === "th") && key(textOf(node)) === name) {
      const beside = after(scope, node)
      if (beside !== undefined && beside.tag !== "th") return textOf(beside)
    }
  }
  const control = controlsOf(snapshot, scope).find(
    ({ kind, names }) => kind !== "button" && kind !== "link" && names.some((own) => key(own) === name)
  )
  if (control !== undefined) return contentOf(control.node)
  for (const node of walk(scope)) {
    const match = /^([^:]{1,60}):\s*(\S.*)$/s.exec(textOf(node))
    if (match !== null && key(match[1] ?? "") === name) return match[2]
  }
  return undefined
}

const headings = /^h[1-6]$/

const wellKnown = (snapshot: PageSnapshot, scope: PageNode, name: string): string | undefined => {
  const isPage = scope.tag === "html"
  if (["title", "name", "heading", "headline"].includes(name)) {
    const heading = walk(scope).find(({ tag }) => headings.test(tag))
    return heading === undefined ? (isPage ? snapshot.title || undefined : undefined) : textOf(heading)
  }
  if (["url", "link", "href", "address"].includes(name)) {
    return isPage ? snapshot.url : walk(scope).find(({ tag }) => tag === "a")?.attributes["href"]
  }
  return undefined
}

const findText = (snapshot: PageSnapshot, scope: PageNode, property: string): string | undefined => {
  const name = key(property)
  const inside = walk(scope).filter((node) => node !== scope)
  const called = inside.find((node) => isCalled(node, name))
  if (called !== undefined) return contentOf(called)
  for (const node of [scope, ...inside]) {
    const data = dataAttribute(node, name)
    if (data !== undefined) return data
  }
  return labelled(snapshot, scope, name) ?? wellKnown(snapshot, scope, name)
}

const itemTags = ["li", "tr", "option", "article"]

/** The elements of a list or table; rows that only name columns are none. */
const itemsIn = (list: PageNode): ReadonlyArray<PageNode> => {
  const rows = walk(list).filter(
    (node) =>
      node !== list &&
      itemTags.includes(node.tag) &&
      (node.tag !== "tr" || node.children.some(({ tag }) => tag === "td"))
  )
  return rows.length > 0 ? rows : list.children.filter(({ hidden, tag }) => tag !== "#text" && !hidden)
}

const findItems = (scope: PageNode, property: string): ReadonlyArray<PageNode> => {
  const inside = walk(scope).filter((node) => node !== scope)
  const name = key(property)
  const list = inside.find((node) => isCalled(node, name))
  if (list !== undefined) return itemsIn(list)
  const singles = inside.filter((node) => isCalled(node, key(singular(property))))
  if (singles.length > 0) return singles
  const first = inside.find(({ tag }) => ["ul", "ol", "table"].includes(tag))
  return first === undefined ? [] : itemsIn(first)
}

const numberIn = (text: string): number | undefined => {
  const match = /-?\d[\d,]*(\.\d+)?/.exec(text.replace(/(\d)[\s'](?=\d{3}\b)/g, "$1"))
  return match === null ? undefined : Number(match[0].replaceAll(",", ""))
}

const yes = /^(true|yes|on|checked|available|in stock|✓|1)$/i
const no = /^(false|no|off|unchecked|unavailable|out of stock|sold out|✗|0)$/i

const typesOf = (schema: JsonSchema): ReadonlyArray<string> => {
  const { type } = schema
  if (Array.isArray(type)) return type.map(String)
  if (typeof type === "string") return [type]
  return "properties" in schema ? ["object"] : "items" in schema ? ["array"] : []
}

/** The text as the schema wants it; undefined when it does not fit. */
const fromText = (text: string, schema: JsonSchema): unknown => {
  const members = schema["enum"]
  if (Array.isArray(members)) {
    const found = members.filter((member) => text.toLowerCase().includes(String(member).toLowerCase()))
    return found.find((member) => String(member).toLowerCase() === text.toLowerCase()) ?? found[0]
  }
  const types = typesOf(schema)
  if (types.includes("number") || types.includes("integer")) {
    const value = numberIn(text)
    return value !== undefined && (types.includes("number") || Number.isInteger(value)) ? value : undefined
  }
  if (types.includes("boolean")) return yes.test(text) ? true : no.test(text) ? false : undefined
  return types.length === 0 || types.includes("string") ? text : undefined
}

interface Task {
  readonly snapshot: PageSnapshot
  readonly root: JsonSchema
  /** Required properties for which nothing was found. */
  readonly missing: Array<string>
}

const alternatives = (schema: JsonSchema): ReadonlyArray<unknown> => {
  const either = schema["anyOf"] ?? schema["oneOf"]
  return Array.isArray(either) ? either : []
}

/** The value for a schema, from the element itself or from what is called `property` in it; undefined for none. */
const fill = (task: Task, scope: PageNode, given: unknown, property: string | undefined): unknown => {
  const schema = resolve(task.root, given)
  if ("const" in schema) return schema["const"]
  const choices = alternatives(schema)
  if (choices.length > 0) {
    const isNull = (choice: unknown) => typesOf(resolve(task.root, choice)).includes("null")
    for (const choice of choices.filter((one) => !isNull(one))) {
      const value = fill(task, scope, choice, property)
      if (value !== undefined) return value
    }
    return choices.some(isNull) ? null : undefined
  }
  const types = typesOf(schema)
  if (types.includes("object")) return fillObject(task, scope, schema, property)
  if (types.includes("array")) {
    const items = property === undefined ? itemsIn(scope) : findItems(scope, property)
    return items
      .map((item) => fill({ ...task, missing: [] }, item, schema["items"], undefined))
      .filter((value) => value !== undefined)
  }
  const text = property === undefined ? contentOf(scope) : findText(task.snapshot, scope, property)
  const value = text === undefined ? undefined : fromText(text, schema)
  return value ?? ("default" in schema ? schema["default"] : types.includes("null") ? null : undefined)
}

const fillObject = (
  task: Task,
  scope: PageNode,
  schema: JsonSchema,
  property: string | undefined
): unknown => {
  const inner =
    property === undefined
      ? scope
      : (walk(scope).find((node) => node !== scope && isCalled(node, key(property))) ?? scope)
  const required = Array.isArray(schema["required"]) ? schema["required"] : []
  const members = Object.entries(isRecord(schema["properties"]) ? schema["properties"] : {}).map(
    ([name, member]) => [name, fill(task, inner, member, name)] as const
  )
  const lacking = members.filter(([name, value]) => value === undefined && required.includes(name))
  task.missing.push(...lacking.map(([name]) => name))
  return lacking.length > 0
    ? undefined
    : Object.fromEntries(members.filter(([, value]) => value !== undefined))
}

/** The value that the schema describes, from the element that the snapshot was asked for. */
export const extractFrom = (snapshot: PageSnapshot, schema: JsonSchema): Extraction => {
  const scope = scopeOf(snapshot)
  if (scope === undefined) return { missing: "the element of the selector" }
  const task: Task = { snapshot, root: schema, missing: [] }
  const value = fill(task, scope, schema, undefined)
  return value === undefined ? { missing: task.missing[0] ?? "what the schema describes" } : { value }
}
