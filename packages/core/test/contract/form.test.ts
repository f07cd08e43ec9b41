import { describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { decodeForm, encodeForm } from "../../src/contract/Form.js"
import { assert } from "../support/assertions.js"
import { check } from "../support/properties.js"
import { wellFormedText } from "../support/text.js"

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom("+", "&", "=", "%", " ", "#", ";", "\n", "\0"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 })
  )
})
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/)
const parameters = fc.dictionary(name, fc.oneof(text, fc.array(text, { minLength: 1 })))

describe("the urlencoded form", () => {
  it("any parameters come back as they were", () => {
    check(
      fc.property(parameters, (given) => {
        assert.deepStrictEqual(decodeForm(encodeForm(given)), { ...given })
      })
    )
  })

  it("the platform's decoder reads the same", () => {
    check(
      fc.property(fc.dictionary(name, text), (given) => {
        assert.deepStrictEqual(
          [...new URLSearchParams(encodeForm(given))],
          Object.entries(given).map(([key, value]) => [key, value])
        )
      })
    )
  })

  it("what the platform's encoder writes is read", () => {
    check(
      fc.property(fc.dictionary(name, text), (given) => {
        assert.deepStrictEqual(decodeForm(new URLSearchParams(Object.entries(given)).toString()), {
          ...given
        })
      })
    )
  })

  it("only unreserved characters, percent signs and separators are written", () => {
    check(fc.property(parameters, (given) => assert.match(encodeForm(given), /^[A-Za-z0-9_.!~*'()%=&-]*$/)))
  })

  it("a space is %20, and a plus sign stays one", () => {
    assert.strictEqual(encodeForm({ Name: "a b+c" }), "Name=a%20b%2Bc")
    assert.deepStrictEqual(decodeForm("Name=a+b%2Bc%20d"), { Name: "a b+c d" })
  })

  it("empty texts are sent, absent ones are not", () => {
    assert.strictEqual(encodeForm({ Server: "", Absent: undefined, Name: "x" }), "Server=&Name=x")
    assert.deepStrictEqual(decodeForm("Server=&Name=x"), { Server: "", Name: "x" })
    assert.strictEqual(encodeForm({}), "")
    assert.deepStrictEqual(decodeForm(""), {})
  })

  it("a list is indexed from 1 and read in the order of its indexes", () => {
    assert.strictEqual(encodeForm({ ContextTypes: ["a", "b"] }), "ContextTypes.1=a&ContextTypes.2=b")
    const scrambled = "T.10=j&T.2=b&T.1=a&Other=x"
    assert.deepStrictEqual(decodeForm(scrambled), { T: ["a", "b", "j"], Other: "x" })
    check(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 30 }),
        fc.infiniteStream(fc.nat()),
        (items, order) => {
          const pieces = encodeForm({ T: items })
            .split("&")
            .map((piece) => [order.next().value ?? 0, piece] as const)
            .sort(([a], [b]) => a - b)
          assert.deepStrictEqual(decodeForm(pieces.map(([, piece]) => piece).join("&")), { T: items })
        }
      )
    )
  })

  it("an empty list is not sent", () => assert.strictEqual(encodeForm({ T: [], Name: "x" }), "Name=x"))

  it("lone surrogates become the replacement character instead of an exception", () => {
    assert.deepStrictEqual(decodeForm(encodeForm({ a: "x\uD83Dy", b: "\uDE00", c: "\u{1F600}" })), {
      a: "x\uFFFDy",
      b: "\uFFFD",
      c: "\u{1F600}"
    })
    const units = fc.array(fc.integer({ min: 0xd700, max: 0xe0ff }), { maxLength: 8 })
    check(
      fc.property(units, (codes) => {
        const given = String.fromCharCode(...codes)
        assert.deepStrictEqual(decodeForm(encodeForm({ a: given })), { a: wellFormedText(given) })
      })
    )
  })

  it("the last value counts when a name is given twice", () => {
    assert.deepStrictEqual(decodeForm("a=1&a=2"), { a: "2" })
  })

  it("names that objects have a meaning for are names like others", () => {
    const decoded = decodeForm("__proto__=x&constructor=y&toString.1=z")
    assert.deepStrictEqual(Object.entries(decoded), [
      ["__proto__", "x"],
      ["constructor", "y"],
      ["toString", ["z"]]
    ])
    const list = decodeForm("__proto__.1=x")
    assert.strictEqual(Object.getPrototypeOf(list), Object.prototype)
    assert.deepStrictEqual(Object.keys(list), ["__proto__"])
  })
})
