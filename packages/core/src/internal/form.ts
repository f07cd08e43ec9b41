/** The urlencoded form of the control API. */

/** Parameters by wire name: text, or a list of texts that travels as `Name.1`, `Name.2`, … */
export type Parameters = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

const anySurrogate = /[\uD800-\uDFFF]/

const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g

const plain = /^[\w.-]*$/

// A lone surrogate cannot be expressed in UTF-8; encodeURIComponent would throw on it.
export const percentEncode = (text: string): string =>
  plain.test(text)
    ? text
    : encodeURIComponent(anySurrogate.test(text) ? text.replace(loneSurrogate, "\uFFFD") : text)

/** Percent-encoded UTF-8 joined by `&`; a space is `%20`. `isWanted` chooses among the parameters. */
export const encodeForm = (
  parameters: Parameters,
  isWanted: (name: string) => boolean = () => true
): string => {
  let form = ""
  const add = (name: string, value: string): void => {
    form += `${form === "" ? "" : "&"}${percentEncode(name)}=${percentEncode(value)}`
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (!isWanted(name)) continue
    if (typeof value === "string") add(name, value)
    else for (const [index, item] of (value ?? []).entries()) add(`${name}.${index + 1}`, item)
  }
  return form
}

const indexed = /^(.*)\.([1-9]\d*)$/

/**
 * Reads a form or query string: `+` and `%20` are spaces, indexed names become lists in the order of their
 * indexes. For names given twice the last value counts.
 */
export const decodeForm = (text: string): Record<string, string | ReadonlyArray<string>> => {
  // Names come from outside: in a map none of them has a meaning of its own.
  const result = new Map<string, string | ReadonlyArray<string>>()
  const lists = new Map<string, Array<readonly [number, string]>>()
  for (const [name, value] of new URLSearchParams(text)) {
    const match = indexed.exec(name)
    if (match === null) {
      result.set(name, value)
      continue
    }
    const list = lists.get(match[1] ?? "") ?? []
    list.push([Number(match[2]), value])
    lists.set(match[1] ?? "", list)
  }
  for (const [name, list] of lists) {
    result.set(
      name,
      list.sort(([a], [b]) => a - b).map(([, value]) => value)
    )
  }
  return Object.fromEntries(result)
}
