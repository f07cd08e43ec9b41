/** Base64 of the standard alphabet (RFC 4648), fast enough for whole files, strict in what it reads. */

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

const codes = new Uint8Array(64)
const values = new Int8Array(128).fill(-1)
for (let index = 0; index < 64; index++) {
  codes[index] = alphabet.charCodeAt(index)
  values[alphabet.charCodeAt(index)] = index
}

const padding = 61

const ascii = new TextDecoder("latin1")

/** Single-line base64 with padding. */
export const encodeBase64 = (bytes: Uint8Array): string => {
  const { length } = bytes
  const out = new Uint8Array(Math.ceil(length / 3) * 4)
  const code = (value: number): number => codes[value & 63] as number
  let at = 0
  for (let index = 0; index < length; index += 3) {
    const second = bytes[index + 1] ?? 0
    const third = bytes[index + 2] ?? 0
    const word = ((bytes[index] as number) << 16) | (second << 8) | third
    out[at] = code(word >> 18)
    out[at + 1] = code(word >> 12)
    out[at + 2] = index + 1 < length ? code(word >> 6) : padding
    out[at + 3] = index + 2 < length ? code(word) : padding
    at += 4
  }
  return ascii.decode(out)
}

const valueAt = (text: string, index: number): number => values[text.charCodeAt(index)] ?? -1

/**
 * The bytes, or undefined when the text is not base64: a foreign character, padding in the middle, a cut group,
 * bits beyond the last byte. Line breaks and other ASCII white space are allowed, because `base64` writes them.
 */
export const decodeBase64 = (input: string): Uint8Array | undefined => {
  const text = /\s/.test(input) ? input.replace(/[ \t\r\n\f]+/g, "") : input
  const { length } = text
  if (length % 4 !== 0) return undefined
  if (length === 0) return new Uint8Array(0)
  const missing = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0
  const out = new Uint8Array((length / 4) * 3 - missing)
  const whole = missing === 0 ? length : length - 4
  let at = 0
  // Any -1 leaves the sign bit set in the end, so the loop itself needs no branch.
  let seen = 0
  for (let index = 0; index < whole; index += 4) {
    const a = valueAt(text, index)
    const b = valueAt(text, index + 1)
    const c = valueAt(text, index + 2)
    const d = valueAt(text, index + 3)
    seen |= a | b | c | d
    out[at] = (a << 2) | (b >> 4)
    out[at + 1] = (b << 4) | (c >> 2)
    out[at + 2] = (c << 6) | d
    at += 3
  }
  if (missing > 0) {
    const a = valueAt(text, whole)
    const b = valueAt(text, whole + 1)
    const c = missing === 1 ? valueAt(text, whole + 2) : 0
    seen |= a | b | c
    if ((missing === 1 ? c & 3 : b & 15) !== 0) return undefined
    out[at] = (a << 2) | (b >> 4)
    if (missing === 1) out[at + 1] = (b << 4) | (c >> 2)
  }
  return seen < 0 ? undefined : out
}
