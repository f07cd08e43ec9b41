/** Bytes as text that survives a shell, in both directions. */
import { decodeBase64, encodeBase64 } from "../files/base64.js"

/** What a session has to decode with: `base64`, or nothing but `printf`. */
export type Encoding = "base64" | "none"

/** `%` and the backslash, the quote, and the hyphen of an option. */
const special = [37, 92, 39, 45]

/** A format for `printf`, within single quotes. */
const encodeOctal = (bytes: Uint8Array): string => {
  let text = ""
  for (const byte of bytes) {
    const isPlain = byte >= 32 && byte < 127 && !special.includes(byte)
    text += isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`
  }
  return text
}

export const encode = (encoding: Encoding, bytes: Uint8Array): string =>
  encoding === "base64" ? encodeBase64(bytes) : encodeOctal(bytes)

/** Characters of the text for a byte, at most. */
export const growth: Readonly<Record<Encoding, number>> = { base64: 1.4, none: 4 }

const decodeHex = (text: string): Uint8Array | undefined => {
  const digits = text.replace(/\s+/g, "")
  return digits.length % 2 === 0 && /^[0-9a-f]*$/.test(digits)
    ? Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
        Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16)
      )
    : undefined
}

/** Undefined when the text is not what it is said to be. */
export const decode = (encoding: string | undefined, text: string): Uint8Array | undefined =>
  encoding === "base64" ? decodeBase64(text) : encoding === "hex" ? decodeHex(text) : undefined
