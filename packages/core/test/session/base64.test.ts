import { Buffer } from "node:buffer"
import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { decodeBase64, encodeBase64 } from "../../src/internal/files/base64.js"

const bytes = fc.uint8Array({ maxLength: 200 })

describe("base64", () => {
  it.prop("writes what every other implementation writes", [bytes], ([value]) => {
    assert.strictEqual(encodeBase64(value), Buffer.from(value).toString("base64"))
  })

  it.prop("reads what it wrote", [bytes], ([value]) => {
    assert.deepStrictEqual(decodeBase64(encodeBase64(value)), value)
  })

  it.prop(
    "reads lines of any length and line end",
    [bytes, fc.integer({ min: 1, max: 80 }), fc.constantFrom("\n", "\r\n")],
    ([value, width, end]) => {
      const lines = encodeBase64(value).match(new RegExp(`.{1,${width}}`, "g")) ?? []
      assert.deepStrictEqual(decodeBase64(lines.map((line) => line + end).join("")), value)
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
      const text = encodeBase64(value)
      const at = position % text.length
      assert.isUndefined(decodeBase64(text.slice(0, at) + junk + text.slice(at + 1)))
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
    ["words", "not base64!!"]
  ])("refuses %s", (_, text) => {
    assert.isUndefined(decodeBase64(text))
  })
})
