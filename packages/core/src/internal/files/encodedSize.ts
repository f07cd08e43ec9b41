/**
 * How large a text becomes on its way into a session.
 *
 * Every route carries the arguments of a tool as JSON. On the VPC route that JSON stands percent-encoded in a URL.
 */

/** `json`: bytes of the JSON. `url`: characters of the percent-encoded JSON. */
export type Encoding = "json" | "url"

const unreserved = /[A-Za-z0-9\-_.!~*'()]/

const asciiCosts = (encoding: Encoding): Uint8Array => {
  const costs = new Uint8Array(128)
  for (let code = 0; code < 128; code++) {
    const character = String.fromCharCode(code)
    const json = JSON.stringify(character).slice(1, -1)
    costs[code] =
      encoding === "json"
        ? json.length
        : [...json].reduce((sum, part) => sum + (unreserved.test(part) ? 1 : 3), 0)
  }
  return costs
}

const costs: Readonly<Record<Encoding, Uint8Array>> = { json: asciiCosts("json"), url: asciiCosts("url") }

/** UTF-8 bytes of the code point that starts with this code unit, which is not ASCII. */
const utf8Bytes = (unit: number): number => (unit < 0x800 ? 2 : unit >= 0xd800 && unit < 0xdc00 ? 4 : 3)

/**
 * Index behind the longest prefix, counted from `start`, whose encoded size is at most `budget`. Never cuts a code
 * point; the text must not have lone surrogates.
 */
export const prefixWithin = (text: string, start: number, budget: number, encoding: Encoding): number => {
  const ascii = costs[encoding]
  const factor = encoding === "json" ? 1 : 3
  const { length } = text
  let size = 0
  let at = start
  while (at < length) {
    const unit = text.charCodeAt(at)
    let units = 1
    if (unit < 128) size += ascii[unit] as number
    else {
      const bytes = utf8Bytes(unit)
      size += bytes * factor
      if (bytes === 4) units = 2
    }
    if (size > budget) return at
    at += units
  }
  return length
}

export const fitsWithin = (text: string, budget: number, encoding: Encoding): boolean =>
  prefixWithin(text, 0, budget, encoding) === text.length

/** `fitsWithin` for base64: nothing in it is escaped in JSON, so that its length tells. */
export const base64FitsWithin = (text: string, budget: number, encoding: Encoding): boolean =>
  encoding === "json" ? text.length <= budget : fitsWithin(text, budget, encoding)

/** The size of a JSON text that is encoded like this. */
export const encodedSize = (json: string, encoding: Encoding): number =>
  encoding === "url" ? encodeURIComponent(json).length : utf8Length(json)

/** UTF-8 bytes of a text without lone surrogates. */
export const utf8Length = (text: string): number => {
  const { length } = text
  let bytes = 0
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 128) bytes += 1
    else {
      const width = utf8Bytes(unit)
      bytes += width
      if (width === 4) at++
    }
  }
  return bytes
}

/**
 * Cuts a text into pieces whose encoded size is at most `budget` each, between code points. A piece has at least
 * one code point, so that a budget below 12 cannot stop the progress.
 */
export function* splitText(text: string, budget: number, encoding: Encoding): Generator<string> {
  let start = 0
  while (start < text.length) {
    const fitting = prefixWithin(text, start, budget, encoding)
    const end = fitting > start ? fitting : start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1)
    yield text.slice(start, end)
    start = end
  }
}
