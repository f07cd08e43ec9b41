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
  /**
   * Decodes a text that comes as its bytes, in pieces and without white space, to the beginning of `target`. How many
   * bytes that were; undefined when it is not base64, or stands for more than there is room for.
   */
  readonly decodePieces: (pieces: Iterable<Uint8Array>, target: Uint8Array) => number | undefined
}

interface Codec extends Pick<Base64, "encode" | "decode"> {
  /** Like `decodePieces`, of one text. */
  readonly decodeInto: (text: string, target: Uint8Array) => number | undefined
}

/** The globals of a runtime, as far as they matter here. */
export interface Globals {
  readonly Uint8Array: {
    readonly fromBase64?: (text: string, options: { readonly lastChunkHandling: "strict" }) => Uint8Array
    readonly prototype: {
      readonly toBase64?: (this: Uint8Array) => string
      readonly setFromBase64?: (
        this: Uint8Array,
        text: string,
        options: { readonly lastChunkHandling: "strict" }
      ) => { readonly read: number; readonly written: number }
    }
  }
  readonly Buffer?: {
    readonly from: (
      memory: ArrayBufferLike,
      start: number,
      length: number
    ) => { toString(encoding: "base64" | "latin1"): string; write(text: string, encoding: "base64"): number }
  }
}

const withoutSpace = (text: string): string => text.replace(/[ \t\r\n\f]+/g, "")

const ofArrays = ({
  fromBase64,
  prototype: { setFromBase64, toBase64 }
}: Globals["Uint8Array"]): Codec | undefined =>
  fromBase64 === undefined || toBase64 === undefined || setFromBase64 === undefined
    ? undefined
    : {
        encode: (bytes) => toBase64.call(bytes),
        decode: (text) => {
          try {
            return fromBase64.call(Uint8Array, text, { lastChunkHandling: "strict" })
          } catch {
            return undefined
          }
        },
        decodeInto: (text, target) => {
          try {
            const { read, written } = setFromBase64.call(target, text, { lastChunkHandling: "strict" })
            return read === text.length ? written : undefined
          } catch {
            return undefined
          }
        }
      }

const paddingOf = (text: string): number => (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0)

const wide = /[^\0-\xff]/

/** How many bytes a text stands for, if it is base64 without white space. */
const sizeOf = (text: string): number => (text.length / 4) * 3 - paddingOf(text)

/** Both ways of decoding, by one that writes texts without white space to where there is room for them. */
const decoding = (
  write: (text: string, target: Uint8Array) => boolean
): Pick<Codec, "decode" | "decodeInto"> => {
  const into = (text: string, target: Uint8Array): number | undefined => {
    const size = sizeOf(text)
    if (text.length % 4 !== 0 || size > target.length) return undefined
    return write(text, target.length === size ? target : target.subarray(0, size)) ? size : undefined
  }
  const exactly = (text: string): Uint8Array | undefined => {
    if (text.length % 4 !== 0) return undefined
    const bytes = new Uint8Array(sizeOf(text))
    return write(text, bytes) ? bytes : undefined
  }
  // Looking for white space in a text takes longer than decoding it.
  return {
    decode: (text) => exactly(text) ?? exactly(withoutSpace(text)),
    decodeInto: into
  }
}

const ofBuffer = (buffers: NonNullable<Globals["Buffer"]>): Codec => {
  const viewOf = ({ buffer, byteOffset, length }: Uint8Array) => buffers.from(buffer, byteOffset, length)
  const encode = (bytes: Uint8Array): string => viewOf(bytes).toString("base64")
  const write = (text: string, target: Uint8Array): boolean => {
    // `Buffer` reads the alphabet of URLs too, and the lower half of wider characters.
    if (text.includes("-") || text.includes("_") || wide.test(text)) return false
    const { length } = target
    // What it does not know it leaves out, and what stands beyond the last byte it does not look at.
    if (viewOf(target).write(text, "base64") !== length) return false
    const tail = length - (length % 3 === 0 ? 3 : length % 3)
    return length === 0 || encode(target.subarray(tail)) === text.slice(-4)
  }
  return { encode, ...decoding(write) }
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

const padding = 61

const portable = (): Codec => {
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
    ...decoding((text, out) => {
      const { length } = text
      const missing = paddingOf(text)
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
        if ((missing === 1 ? c & 3 : b & 15) !== 0) return false
        out[at] = (a << 2) | (b >> 4)
        if (missing === 1) out[at + 1] = (b << 4) | (c >> 2)
      }
      return seen >= 0
    })
  }
}

/** What stands beyond ASCII becomes something that is not base64. */
const textsOf = ({ Buffer }: Globals): ((bytes: Uint8Array) => string) => {
  if (Buffer !== undefined) {
    return ({ buffer, byteOffset, length }) => Buffer.from(buffer, byteOffset, length).toString("latin1")
  }
  const latin1 = new TextDecoder("latin1")
  return (bytes) => latin1.decode(bytes)
}

const piecewise =
  (decodeInto: Codec["decodeInto"], textOf: (bytes: Uint8Array) => string): Base64["decodePieces"] =>
  (pieces, target) => {
    let size = 0
    let rest = ""
    for (const piece of pieces) {
      const text = rest + textOf(piece)
      const whole = text.length - (text.length % 4)
      const written = decodeInto(text.slice(0, whole), target.subarray(size))
      // A size that is no multiple of three was the end.
      if (written === undefined || (written > 0 && size % 3 !== 0)) return undefined
      size += written
      rest = text.slice(whole)
    }
    return rest === "" ? size : undefined
  }

/** The fastest that a runtime with these globals has. */
export const base64Of = (globals: Globals): Base64 => {
  const { decode, decodeInto, encode } =
    ofArrays(globals.Uint8Array) ?? (globals.Buffer === undefined ? portable() : ofBuffer(globals.Buffer))
  return { encode, decode, decodePieces: piecewise(decodeInto, textsOf(globals)) }
}

export const {
  decode: decodeBase64,
  decodePieces: decodeBase64Pieces,
  encode: encodeBase64
} = base64Of(globalThis as unknown as Globals)
