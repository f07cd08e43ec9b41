/** Structural comparison of recorded values, which hold placeholders, with actual ones. */
import { effectsOf } from "./shellEffects.js"
import { isObject, type Json, type JsonObject } from "./Vector.js"

const patterns: Readonly<Record<string, string>> = {
  "<timestamp>": "\\d[\\dTZ:.-]*",
  "<nonce>": "[0-9a-f]{32,64}",
  "<random>": "[0-9A-Za-z]+",
  "<version>": "[\\s\\S]+"
}

const placeholder = /<timestamp>|<nonce>|<random>|<version>/g

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")

const textMatches = (expected: string, actual: string): boolean => {
  if (expected === actual) return true
  if (!placeholder.test(expected)) return false
  placeholder.lastIndex = 0
  const names = expected.match(placeholder) ?? []
  const source = expected
    .split(placeholder)
    .map(
      (piece, index) => (index === 0 ? "" : (patterns[names[index - 1] ?? ""] ?? "")) + escapeRegExp(piece)
    )
    .join("")
  return new RegExp(`^${source}$`).test(actual)
}

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= 300 ? text : `${text.slice(0, 300)}… (${text.length} characters)`
}

const parsed = (text: unknown): unknown => {
  if (typeof text !== "string") return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The JSON in a text, which stands where the template of the recording says. */
const jsonIn = (template: unknown, text: unknown): unknown => {
  if (template === "<base64 of json>") return parsed(Buffer.from(String(text), "base64").toString())
  const prefix = String(template).replace(/<json>$/, "")
  return typeof text === "string" && text.startsWith(prefix) ? parsed(text.slice(prefix.length)) : undefined
}

const companions = /^(.*)#(json|effects)$/

/** Everything in which `actual` differs from `expected`, each with its place. */
export const differences = (expected: unknown, actual: unknown, path = ""): ReadonlyArray<string> => {
  const differ = () => [`${path === "" ? "value" : path}: expected ${show(expected)}, got ${show(actual)}`]
  if (typeof expected === "string") {
    return typeof actual === "string" && textMatches(expected, actual) ? [] : differ()
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return differ()
    return expected.flatMap((item, index) => differences(item, actual[index], `${path}[${index}]`))
  }
  if (!isObject(expected)) return Object.is(expected, actual) ? [] : differ()
  const contains = expected["$contains"]
  if (Array.isArray(contains)) {
    return typeof actual === "string" && contains.every((part: Json) => actual.includes(String(part)))
      ? []
      : differ()
  }
  if (expected["$undefined"] === true) return actual === undefined ? [] : differ()
  if (typeof expected["$count"] === "number") {
    return Array.isArray(actual) && actual.length === expected["$count"] ? [] : differ()
  }
  if (!isObject(actual)) return differ()
  const partly = expected["$partly"]
  if (partly !== undefined) {
    const known = isObject(partly) ? Object.keys(partly) : []
    const told = Object.fromEntries(known.map((key) => [key, actual[key]]))
    return differences(
      partly,
      Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)),
      path
    )
  }
  const problems: Array<string> = []
  const decoded = new Set<string>()
  for (const key of Object.keys(expected)) {
    const companion = companions.exec(key)
    if (companion !== null) decoded.add(companion[1] ?? "")
  }
  for (const [key, value] of Object.entries(expected)) {
    const companion = companions.exec(key)
    if (companion !== null) {
      const name = companion[1] ?? ""
      const text = actual[name]
      const inner =
        companion[2] === "json" ? jsonIn((expected as JsonObject)[name], text) : effectsOf(String(text))
      problems.push(...differences(value, inner, `${path}.${key}`))
    } else if (!decoded.has(key)) {
      problems.push(...differences(value, actual[key], `${path}.${key}`))
    }
  }
  for (const key of Object.keys(actual)) {
    if (!(key in expected) && (actual as Record<string, unknown>)[key] !== undefined) {
      problems.push(`${path}.${key}: not expected, got ${show(actual[key])}`)
    }
  }
  return problems
}

/** Equal text for equal values, whatever the order of members. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner
  ) ?? "undefined"
