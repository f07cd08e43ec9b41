import { describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { placeholder, takeOut } from "../../src/internal/longText.js"
import { assert } from "../support/assertions.js"
import { cutAt } from "../support/pieces.js"

const wrap = (text: string, members: object = {}, space?: number): string => {
  const result = { content: [{ type: "text", text }], isError: false, ...members }
  return JSON.stringify({ code: 200, data: JSON.stringify({ result }, null, space) })
}

const base64 = (length: number): string => Buffer.alloc(length, "some content").toString("base64")

const cuts = fc.array(fc.nat(), { maxLength: 5 })
// Large enough to be taken, in part: what makes up the text, repeated.
const texts = fc
  .tuple(
    fc.oneof(fc.string({ unit: "binary", minLength: 1 }), fc.base64String({ minLength: 4 })),
    fc.boolean()
  )
  .map(([piece, isLong]) => (isLong ? piece.repeat(Math.ceil(17_000 / piece.length)) : piece))

describe("the long text of an answer", () => {
  it.prop(
    "is taken out, however the bytes arrive",
    [cuts.map((all) => all.map((place) => 1024 + place))],
    ([cuts]) => {
      const [text, body] = [base64(20_000), wrap(base64(20_000))]
      const long = takeOut(
        cutAt(
          body,
          cuts.filter((place) => place % (body.length + 1) > 100)
        )
      )
      if (long === undefined) return assert.fail("it was left where it is")
      assert.strictEqual(Buffer.concat(long.pieces).toString(), text)
      assert.strictEqual(long.around, wrap(placeholder))
    }
  )

  it.prop(
    "put back gives what arrived, whatever that is",
    [texts, cuts, fc.object()],
    ([text, cuts, members]) => {
      for (const body of [
        wrap(text),
        wrap(text, members),
        wrap(text, members, 1),
        JSON.stringify({ data: { text } }),
        text
      ]) {
        const long = takeOut(cutAt(body, cuts))
        if (long === undefined) continue
        const [before, after, ...others] = long.around.split(placeholder)
        assert.strictEqual(others.length, 0)
        assert.strictEqual(`${before}${Buffer.concat(long.pieces).toString()}${after}`, body)
      }
    }
  )

  it.each([
    ["it is short", wrap(base64(600))],
    ["something in it is escaped", wrap(`${base64(20_000)}\n`)],
    ["it holds a quotation mark", wrap(`${base64(20_000)}"${base64(20_000)}`)],
    ["much stands behind it", wrap(base64(20_000), { more: "x".repeat(2000) })],
    ["much stands before it", JSON.stringify({ a: "x".repeat(2000), data: wrap(base64(20_000)) })],
    [
      "the JSON is not in a text",
      JSON.stringify({ data: { result: { content: [{ text: base64(20_000) }] } } })
    ],
    ["something looks like what would stand for it", wrap(base64(20_000), { more: placeholder })],
    ["it does not end", wrap(base64(20_000)).slice(0, 18_000)],
    ["nothing arrived", ""]
  ])("stays where it is when %s", (_, body) => {
    assert.isUndefined(takeOut(body === "" ? [] : cutAt(body, [])))
  })
})
