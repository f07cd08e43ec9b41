/**
 * Base64 of the standard alphabet (RFC 4648), fast enough for whole files, strict in what it reads.
 *
 * Runtimes bring their own, several times as fast as any loop here: arrays that encode themselves (ES2026), or
 * `Buffer`. Which one serves is decided once.
 */

export interface Base64 {
  /** Single-line base64 with padding. */
  readonly encode: (bytes: Uint8Array) => string
  /**
   * The bytes, or undefined when the text is not base64: a foreign character, padding in the middle, a cut group,
   * bits beyond the last byte. Line breaks and other ASCII white space are allowed, because `base64` writes them.
   */
  readonly decode: (text: string) => Uint8Array | undefined
}

/** The globals of a runtime, as far as they matter here. */
export interface Globals {
  readonly Uint8Array: {
    readonly fromBase64?: (text: string, options: { readonly lastChunkHandling: "strict" }) => Uint8Array
    readonly prototype: { readonly toBase64?: (this: Uint8Array) => string }
  }
  readonly Buffer?: {
    readonly from: {
      (memory: ArrayBufferLike, start: number, length: number): { toString(encoding: "base64"): string }
      (text: string, encoding: "base64"): Uint8Array
    }
  }
}

const withoutSpace = (text: string): string => text.replace(/[ \t\r\n\f]+/g, "")

const ofArrays = ({ fromBase64, prototype: { toBase64 } }: Globals["Uint8Array"]): Base64 | undefined =>
  fromBase64 === undefined || toBase64 === undefined
    ? undefined
    : {
        encode: (bytes) => toBase64.call(bytes),
        decode: (text) => {
          try {
            return fromBase64.call(Uint8Array, text, { lastChunkHandling: "strict" })
          } catch {
            return undefined
          }
        }
      }

const paddingOf = (text: string): number => (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0)

const wide = /[^\0-\xff]/

const ofBuffer = (buffers: NonNullable<Globals["Buffer"]>): Base64 => {
  const encode = (bytes: Uint8Array): string =>
    buffers.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64")
  const exactly = (text: string): Uint8Array | undefined => {
    // `Buffer` reads the alphabet of URLs too, and the lower half of wider characters.
    if (text.length % 4 !== 0 || text.includes("-") || text.includes("_") || wide.test(text)) return undefined
    const { buffer, byteOffset, length } = buffers.from(text, "base64")
    const bytes = new Uint8Array(buffer, byteOffset, length)
    // What it does not know it leaves out, and what stands beyond the last byte it does not look at.
    if (length !== (text.length / 4) * 3 - paddingOf(text)) return undefined
    const tail = length - (length % 3 === 0 ? 3 : length % 3)
    if (length > 0 && encode(bytes.subarray(tail)) !== text.slice(-4)) return undefined
    // Small ones lie in memory that other texts share.
    return buffer.byteLength === length ? bytes : bytes.slice()
  }
  // Looking for white space in a text takes longer than decoding it.
  return { encode, decode: (text) => exactly(text) ?? exactly(withoutSpace(text)) }
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

const padding = 61

const portable = (): Base64 => {
  const values = new Int8Array(128).fill(-1)
  // The two characters of 12 bits, which one assignment writes.
  const pairs = new Uint16Array(4096)
  const characters = new Uint8Array(pairs.buffer)
  for (let index = 0; index < 64; index++) {
    const code = alphabet.charCodeAt(index)
    values[code] = index
    for (let other = 0; other < 64; other++) {
      characters[index * 128 + other * 2] = code
      characters[other * 128 + index * 2 + 1] = code
    }
  }
  const ascii = new TextDecoder("latin1")
  const valueAt = (text: string, index: number): number => values[text.charCodeAt(index)] ?? -1

  return {
    encode: (bytes) => {
      const { length } = bytes
      const out = new Uint16Array(Math.ceil(length / 3) * 2)
      let at = 0
      for (let index = 0; index < length; index += 3) {
        // What lies beyond the end counts as zero.
        const word =
          ((bytes[index] as number) << 16) |
          ((bytes[index + 1] as number) << 8) |
          (bytes[index + 2] as number)
        out[at] = pairs[word >> 12] as number
        out[at + 1] = pairs[word & 4095] as number
        at += 2
      }
      const text = new Uint8Array(out.buffer)
      if (length % 3 !== 0) text.fill(padding, text.length - 3 + (length % 3))
      return ascii.decode(text)
    },
    decode: (input) => {
      const text = /\s/.test(input) ? withoutSpace(input) : input
      const { length } = text
      if (length % 4 !== 0) return undefined
      if (length === 0) return new Uint8Array(0)
      const missing = paddingOf(text)
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
  }
}

/** The fastest that a runtime with these globals has. */
export const base64Of = (globals: Globals): Base64 =>
  ofArrays(globals.Uint8Array) ?? (globals.Buffer === undefined ? portable() : ofBuffer(globals.Buffer))

export const { decode: decodeBase64, encode: encodeBase64 } = base64Of(globalThis as unknown as Globals)
