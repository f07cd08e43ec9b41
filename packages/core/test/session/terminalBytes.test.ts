/** Bytes of terminals, there and back. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { decodeOutput, type EncodedBytes, encodeInput } from "../../src/internal/pty/bytes.js"
import { check } from "../support/properties.js"

/** What one message carries at most. */
const most = 32_768

const bytesOf = ({ data, encoding }: EncodedBytes): Uint8Array =>
  decodeOutput(encoding, data) ?? assert.fail("a piece cannot be read")

const back = (data: string | Uint8Array): Buffer => Buffer.concat(encodeInput(data).map(bytesOf))

const text = fc.string({ unit: "binary" })

describe("bytes of a terminal", () => {
  it("come back as they were, whatever they are", () => {
    check(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => back(bytes).equals(bytes)))
    check(fc.property(text, (typed) => back(typed).equals(Buffer.from(typed))))
  })

  it("are text where they are whole characters, marks of byte order included, and base64 where not", () => {
    check(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (typed) => {
        assert.deepStrictEqual(encodeInput(typed), [{ encoding: "utf8", data: typed }])
      })
    )
    assert.deepStrictEqual(encodeInput("\uFEFFx"), [{ encoding: "utf8", data: "\uFEFFx" }])
    assert.deepStrictEqual(encodeInput(Uint8Array.of(0xc3)), [{ encoding: "base64", data: "ww==" }])
    assert.deepStrictEqual(encodeInput(""), [])
  })

  it("travel in pieces that servers take, also where a character is cut in two", () => {
    check(
      fc.property(fc.nat(5), fc.constantFrom("a", "é", "漢", "🙂"), (lead, character) => {
        const typed = "x".repeat(lead) + character.repeat(40_000)
        const pieces = encodeInput(typed)
        for (const piece of pieces) assert.isAtMost(bytesOf(piece).length, most)
        assert.strictEqual(pieces.length, Math.ceil(Buffer.byteLength(typed) / most))
        assert.isTrue(back(typed).equals(Buffer.from(typed)))
      }),
      { numRuns: 20 }
    )
  })

  it("that are damaged are nothing, and never other bytes", () => {
    for (const damaged of ["a", "a===", "ab=c", "%%%%"]) {
      assert.isUndefined(decodeOutput("base64", damaged))
    }
    for (const noText of [undefined, null, 7, {}]) assert.isUndefined(decodeOutput("utf8", noText))
    check(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const whole = Buffer.from(bytes).toString("base64")
        assert.isUndefined(decodeOutput("base64", whole.slice(0, -1)))
      })
    )
  })
})
