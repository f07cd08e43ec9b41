import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { jsonWith } from "../../src/cloud/internal/longText.js"

const pieces = fc.oneof(fc.string({ unit: "binary", minLength: 1 }), fc.base64String({ minLength: 4 }))

describe("JSON with a long text", () => {
  it.prop("is what it would be anyway, also as JSON in JSON", [pieces, fc.boolean()], ([piece, isLong]) => {
    const text = isLong ? piece.repeat(Math.ceil(17_000 / piece.length)) : piece
    const once = (inner: string) => JSON.stringify({ a: [1, { text: inner }], b: "\n" })
    const twice = (inner: string) => JSON.stringify({ data: once(inner), text: inner })
    for (const write of [once, twice]) assert.strictEqual(jsonWith(text, write), write(text))
  })

  it("of plain characters does not look at them again", () => {
    const seen: Array<number> = []
    const write = (text: string) => {
      seen.push(text.length)
      return JSON.stringify({ text })
    }
    const text = "QUJD".repeat(10_000)
    assert.strictEqual(jsonWith(text, write), JSON.stringify({ text }))
    assert.isBelow(Math.max(...seen), 100)
  })
})
