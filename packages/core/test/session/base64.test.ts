import { Buffer } from "node:buffer"
import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import {
  type Base64,
  base64Of,
  decodeBase64,
  decodeBase64Pieces,
  encodeBase64
} from "../../src/internal/files/base64.js"
import { cutAt } from "../support/pieces.js"

const bytes = fc.uint8Array({ maxLength: 200 })

/** Base64 of arrays that know it themselves, which not every version of Node has. */
const modernArrays = {
  fromBase64: (text: string, options: { readonly lastChunkHandling: string }): Uint8Array => {
    assert.deepStrictEqual(options, { lastChunkHandling: "strict" })
    const decoded = base64Of({ Uint8Array: { prototype: {} } }).decode(text)
    if (decoded === undefined) throw new SyntaxError("not base64")
    return decoded
  },
  prototype: {
    setFromBase64(this: Uint8Array, text: string, options: { readonly lastChunkHandling: string }) {
      assert.deepStrictEqual(options, { lastChunkHandling: "strict" })
      const decoded = base64Of({ Uint8Array: { prototype: {} } }).decode(text)
      if (decoded === undefined) throw new SyntaxError("not base64")
      // Whole groups, as many as there is room for.
      const written = decoded.length <= this.length ? decoded.length : this.length - (this.length % 3)
      this.set(decoded.subarray(0, written))
      return { read: decoded.length <= this.length ? text.length : (written / 3) * 4, written }
    },
    toBase64(this: Uint8Array): string {
      return Buffer.from(this).toString("base64")
    }
  }
}

const implementations: ReadonlyArray<readonly [string, Base64]> = [
  ["this runtime's", { decode: decodeBase64, decodePieces: decodeBase64Pieces, encode: encodeBase64 }],
  ["that of Buffer", base64Of({ Uint8Array: { prototype: {} }, Buffer })],
  ["that of arrays", base64Of({ Uint8Array: modernArrays, Buffer })],
  ["that of arrays alone", base64Of({ Uint8Array: modernArrays })],
  ["the portable one", base64Of({ Uint8Array: { prototype: {} } })]
]

const cuts = fc.array(fc.nat(), { maxLength: 8 })

describe.each(implementations)("base64: %s", (_, { decode, decodePieces, encode }) => {
  it.prop("reads pieces into an array", [bytes, cuts, fc.nat(9)], ([value, cuts, spare]) => {
    const target = new Uint8Array(value.length + spare).fill(7)
    assert.strictEqual(decodePieces(cutAt(encode(value), cuts), target), value.length)
    assert.deepStrictEqual(target.subarray(0, value.length), value)
    assert.deepStrictEqual([...target.subarray(value.length)], Array(spare).fill(7))
  })

  it.prop("refuses pieces of more than there is room for", [bytes, cuts, fc.nat()], ([value, cuts, room]) => {
    fc.pre(value.length > 0)
    assert.isUndefined(decodePieces(cutAt(encode(value), cuts), new Uint8Array(room % value.length)))
  })

  it.prop(
    "refuses in pieces what it refuses as a whole",
    [fc.string({ unit: fc.constantFrom("A", "Q", "g", "=", "-", "é", '"') }), cuts],
    ([text, cuts]) => {
      const size = decodePieces(cutAt(text, cuts), new Uint8Array(100))
      assert.strictEqual(size, decode(text)?.length)
    }
  )

  it.prop("writes what every other implementation writes", [bytes], ([value]) => {
    assert.strictEqual(encode(value), Buffer.from(value).toString("base64"))
  })

  it.prop(
    "writes a part of an array, of a Buffer, of shared memory",
    [bytes, fc.nat()],
    ([value, position]) => {
      const start = position % (value.length + 1)
      const expected = Buffer.from(value.slice(start)).toString("base64")
      const shared = new Uint8Array(new SharedArrayBuffer(value.length))
      shared.set(value)
      for (const array of [value, Buffer.from(value), shared]) {
        assert.strictEqual(encode(array.subarray(start)), expected)
      }
    }
  )

  it.prop("reads what it wrote", [bytes], ([value]) => {
    assert.deepStrictEqual(decode(encode(value)), value)
  })

  it("writes and reads a megabyte", () => {
    const value = Uint8Array.from({ length: 2 ** 20 + 1 }, (_, index) => (index * 2_654_435_761) >>> 24)
    const text = encode(value)
    assert.strictEqual(text, Buffer.from(value).toString("base64"))
    assert.isTrue(Buffer.from(value).equals(decode(text) ?? new Uint8Array(0)))
  })

  it.prop("gives bytes in memory of their own", [bytes], ([value]) => {
    const decoded = decode(encode(value))
    assert.strictEqual(decoded?.buffer.byteLength, value.length)
    assert.strictEqual(decoded?.constructor, Uint8Array)
  })

  it.prop(
    "reads lines of any length and line end",
    [bytes, fc.integer({ min: 1, max: 80 }), fc.constantFrom("\n", "\r\n")],
    ([value, width, end]) => {
      const lines = encode(value).match(new RegExp(`.{1,${width}}`, "g")) ?? []
      assert.deepStrictEqual(decode(lines.map((line) => line + end).join("")), value)
    }
  )

  it.prop(
    "refuses a foreign character anywhere",
    [
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      fc.nat(),
      fc.constantFrom("-", "_", "!", "\0", "é", "Ā", "世", "\u00a0")
    ],
    ([value, position, junk]) => {
      const text = encode(value)
      const at = position % text.length
      assert.isUndefined(decode(text.slice(0, at) + junk + text.slice(at + 1)))
    }
  )

  it.each([
    ["a cut group", "aGVsbG8"],
    ["too much padding", "aGVsbG8==="],
    ["only padding", "===="],
    ["padding in the middle", "aGU=bG8="],
    ["a padding character alone in the last group", "aGVsb=8="],
    ["bits beyond one byte", "aH=="],
    ["bits beyond two bytes", "aGV="],
    ["words", "not base64!!"],
    ["the alphabet of URLs", "-_-_"]
  ])("refuses %s", (_, text) => {
    assert.isUndefined(decode(text))
  })
})
