import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import {
  base64FitsWithin,
  type Encoding,
  encodedSize,
  fitsWithin,
  prefixWithin,
  splitText,
  utf8Length
} from "../../src/internal/files/encodedSize.js"

/** Texts that grow in every possible way: quotes, escapes, controls, two to four bytes per character. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        "\\",
        "\n",
        "\r",
        "\t",
        "\b",
        "\f",
        "\0",
        "\u001f",
        "\u007f",
        " ",
        "%",
        "+",
        "=",
        "/"
      ),
      fc.string({ maxLength: 8 }).filter((part) => !/\p{Surrogate}/u.test(part)),
      fc.constantFrom("é", "ß", "\u2028", "世", "\ufeff", "\uffff", "😀", "𝒳", "👩‍👩‍👧"),
      fc.string({ unit: "binary", maxLength: 6 })
    ),
    { maxLength: 60 }
  )
  .map((parts) => parts.join(""))

const encoding = fc.constantFrom<Encoding>("json", "url")

const measured = (value: string, as: Encoding): number => {
  const json = JSON.stringify(value).slice(1, -1)
  return as === "url" ? encodeURIComponent(json).length : new TextEncoder().encode(json).length
}

describe("splitText", () => {
  it.prop(
    "joins to the original; no piece is empty, too large or cuts a code point",
    [text, fc.integer({ min: 12, max: 200 }), encoding],
    ([value, budget, as]) => {
      const pieces = [...splitText(value, budget, as)]
      assert.strictEqual(pieces.join(""), value)
      for (const piece of pieces) {
        assert.notStrictEqual(piece, "")
        assert.isAtMost(measured(piece, as), budget)
        assert.notMatch(piece, /\p{Surrogate}/u)
      }
    }
  )

  it.prop(
    "fills its pieces: the next code point would not have fitted",
    [text, fc.integer({ min: 12, max: 60 }), encoding],
    ([value, budget, as]) => {
      const pieces = [...splitText(value, budget, as)]
      pieces.slice(1).forEach((piece, index) => {
        const [next = ""] = piece
        assert.isAbove(measured((pieces[index] ?? "") + next, as), budget)
      })
    }
  )

  it.prop(
    "goes on when not even one code point fits",
    [text, fc.integer({ min: -5, max: 11 }), encoding],
    ([value, budget, as]) => {
      const pieces = [...splitText(value, budget, as)]
      assert.strictEqual(pieces.join(""), value)
      for (const piece of pieces) {
        assert.isTrue(measured(piece, as) <= budget || [...piece].length === 1)
        assert.notMatch(piece, /\p{Surrogate}/u)
      }
    }
  )
})

describe("sizes", () => {
  it.prop(
    "a prefix fits exactly when it is measured to fit",
    [text, fc.integer({ min: 0, max: 300 }), encoding],
    ([value, budget, as]) => {
      const end = prefixWithin(value, 0, budget, as)
      assert.isAtMost(measured(value.slice(0, end), as), budget)
      assert.strictEqual(fitsWithin(value, budget, as), measured(value, as) <= budget)
    }
  )

  it.prop(
    "base64 fits exactly when it is measured to fit",
    [fc.base64String({ maxLength: 80 }), fc.integer({ min: 0, max: 120 }), encoding],
    ([value, budget, as]) => {
      assert.strictEqual(base64FitsWithin(value, budget, as), measured(value, as) <= budget)
    }
  )

  it.prop("UTF-8 bytes", [text], ([value]) => {
    assert.strictEqual(utf8Length(value), new TextEncoder().encode(value).length)
  })

  it.prop("the encoded size of a JSON text", [fc.jsonValue()], ([value]) => {
    const json = JSON.stringify(value)
    fc.pre(!/\p{Surrogate}/u.test(json))
    assert.strictEqual(encodedSize(json, "json"), new TextEncoder().encode(json).length)
    assert.strictEqual(encodedSize(json, "url"), encodeURIComponent(json).length)
  })
})
