import { describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import {
  BooleanText,
  IntText,
  jsonTextOrValue,
  LooseBoolean,
  LooseNumber,
  LooseText,
  maybe,
  maybeText,
  textOrEmpty,
  valueOrJsonText,
  withAliases
} from "../../src/contract/Wire.js"
import { assert } from "../support/assertions.js"
import { check } from "../support/properties.js"

const decode = <A, I>(schema: Schema.Schema<A, I>, value: unknown) =>
  Either.getRight(Schema.decodeUnknownEither(schema)(value))

const table = <A, I>(
  schema: Schema.Schema<A, I>,
  good: ReadonlyArray<readonly [unknown, A]>,
  bad: ReadonlyArray<unknown>
) => {
  for (const [value, expected] of good) assert.deepStrictEqual(decode(schema, value), Option.some(expected))
  for (const value of bad) assert.deepStrictEqual(decode(schema, value), Option.none(), JSON.stringify(value))
}

describe("parameters", () => {
  it("booleans are true or false, in any capitalisation", () => {
    table(
      BooleanText,
      [
        ["true", true],
        ["True", true],
        ["TRUE", true],
        ["1", true],
        ["false", false],
        ["False", false],
        ["0", false]
      ],
      ["yes", "", "2", true, null]
    )
    assert.strictEqual(Schema.encodeSync(BooleanText)(true), "true")
    assert.strictEqual(Schema.encodeSync(BooleanText)(false), "false")
  })

  it("whole numbers are decimal texts", () => {
    check(
      fc.property(fc.integer(), (number) => {
        assert.strictEqual(Schema.encodeSync(IntText)(number), String(number))
        assert.deepStrictEqual(decode(IntText, String(number)), Option.some(number))
      })
    )
    table(IntText, [], ["1.5", "x", "", 5])
  })
})

describe("answers", () => {
  it("texts may be written as numbers or booleans", () => {
    table(
      LooseText,
      [
        ["a", "a"],
        ["", ""],
        [8080, "8080"],
        [true, "true"]
      ],
      [{}, [], null]
    )
  })

  it("numbers may be written as texts", () => {
    table(
      LooseNumber,
      [
        [1.5, 1.5],
        ["12", 12],
        ["1.5", 1.5]
      ],
      ["", " ", "x", "NaN", "Infinity", null, {}, true]
    )
  })

  it("booleans may be written as numbers or texts", () => {
    table(
      LooseBoolean,
      [
        [true, true],
        [1, true],
        ["1", true],
        ["TRUE", true],
        [false, false],
        [0, false],
        ["false", false]
      ],
      ["yes", 2, "", null, {}]
    )
  })

  const Sample = Schema.Struct({
    text: maybeText("Text"),
    number: maybe(LooseNumber, "Number"),
    empty: textOrEmpty("Empty")
  })

  it("absent, null and empty members read alike", () => {
    const none = { text: Option.none(), number: Option.none(), empty: "" }
    table(
      Sample,
      [
        [{}, none],
        [{ Text: null, Number: null, Empty: null }, none],
        [{ Text: "", Empty: "" }, none],
        [
          { Text: "a", Number: "2", Empty: 3, Unknown: {} },
          { text: Option.some("a"), number: Option.some(2), empty: "3" }
        ]
      ],
      [{ Text: {} }, { Number: "x" }, { Empty: [] }, null, "text", []]
    )
  })

  it("members without a value are not written", () => {
    assert.deepStrictEqual(
      Schema.encodeSync(Sample)({ text: Option.none(), number: Option.none(), empty: "" }),
      {
        Empty: ""
      }
    )
    assert.deepStrictEqual(
      Schema.encodeSync(Sample)({ text: Option.some("a"), number: Option.some(1), empty: "e" }),
      {
        Text: "a",
        Number: 1,
        Empty: "e"
      }
    )
  })

  it("a value and JSON text of it read alike", () => {
    const value = Schema.Struct({ a: Schema.Number })
    for (const schema of [valueOrJsonText(value), jsonTextOrValue(value)]) {
      table(
        schema,
        [
          [{ a: 1 }, { a: 1 }],
          ['{"a":1}', { a: 1 }]
        ],
        ["{", "text", "", '{"a":"x"}', { a: "x" }, null]
      )
    }
    assert.deepStrictEqual(Schema.encodeSync(valueOrJsonText(value))({ a: 1 }), { a: 1 })
    assert.deepStrictEqual(Schema.encodeSync(jsonTextOrValue(value))({ a: 1 }), '{"a":1}')
  })

  it("the first name that has a value counts, and only known names are written", () => {
    const schema = withAliases(Schema.Struct({ Url: Schema.String }), { Url: ["url", "href"] })
    table(
      schema,
      [
        [{ Url: "a", url: "b" }, { Url: "a" }],
        [{ Url: null, url: "b" }, { Url: "b" }],
        [{ url: null, href: "c" }, { Url: "c" }]
      ],
      [{}, { link: "a" }, null, ["a"], "a"]
    )
    assert.deepStrictEqual(Schema.encodeSync(schema)({ Url: "a" }), { Url: "a" })
  })
})
