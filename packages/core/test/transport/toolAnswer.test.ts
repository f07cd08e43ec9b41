import { describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as fc from "effect/FastCheck"
import { fromApiData, fromDirectBody } from "../../src/transport/ToolAnswer.js"
import { assert } from "../support/assertions.js"
import { check } from "../support/properties.js"

const content = (...items: ReadonlyArray<unknown>) => ({ content: items })
const text = (value: string) => ({ type: "text", text: value })
const failed = (...items: ReadonlyArray<unknown>) => ({ content: items, isError: true })

/** The result as `Data` of the API, and in every form of the direct routes. */
const forms = (result: unknown): ReadonlyArray<readonly [string, Either.Either<unknown, string>]> => [
  ["Data", fromApiData(result)],
  ["Data as JSON text", fromApiData(JSON.stringify(result))],
  ["data as JSON text", fromDirectBody(JSON.stringify({ data: JSON.stringify({ result }) }))],
  ["data as object", fromDirectBody(JSON.stringify({ code: 200, data: { result } }))]
]

const readings: ReadonlyArray<readonly [name: string, result: unknown, text: string, isError: boolean]> = [
  ["a text", content(text("hello")), "hello", false],
  ["an empty text is a text", content(text("")), "", false],
  ["no content at all is an empty text", content(), "", false],
  ["the first of several items", content(text("a"), text("b")), "a", false],
  ["a bare string item", content("plain"), "plain", false],
  ["a blob", content({ type: "resource", blob: "QUJD" }), "QUJD", false],
  ["image data", content({ type: "image", data: "QUJD", mimeType: "image/png" }), "QUJD", false],
  ["text before blob before data", content({ text: "t", blob: "b", data: "d" }), "t", false],
  ["an empty text beside a blob stays the text", content({ text: "", blob: "b" }), "", false],
  ["text that is JSON is not looked into", content(text('{"a":1}')), '{"a":1}', false],
  ["isError false", { ...content(text("x")), isError: false }, "x", false],
  ["an error", failed(text("no")), "no", true],
  ["an error written as a text", { ...content(text("no")), isError: "true" }, "no", true],
  ["an error of several items", failed(text("a"), "b", { type: "image" }, text("c")), "a; b; c", true],
  ["an error without words", failed(), "", true],
  ["an error of an unknown item", failed({ type: "image" }), "", true]
]

describe("a tool's answer", () => {
  for (const [name, result, expected, isError] of readings) {
    it(name, () => {
      for (const [form, read] of forms(result)) {
        if (Either.isLeft(read)) assert.fail(`${form}: ${read.left}`)
        assert.deepInclude(read.right as object, { text: expected, isError }, form)
      }
    })
  }

  it("every item is kept, with its kind", () => {
    const items = [text("a"), { type: "image", data: "QUJD", mimeType: "image/png" }, "b"]
    for (const [form, read] of forms(content(...items))) {
      assert.deepStrictEqual(
        Either.getOrThrow(read as Either.Either<{ content: ReadonlyArray<object> }, string>).content.map(
          (item) => JSON.parse(JSON.stringify(item))
        ),
        [text("a"), { type: "image", data: "QUJD", mimeType: "image/png" }, text("b")],
        form
      )
    }
  })

  const unreadable: ReadonlyArray<unknown> = [
    {},
    null,
    [],
    1,
    true,
    "text",
    { isError: false },
    { isError: true },
    { content: "text" },
    { content: {} },
    { content: null },
    { content: [1] },
    { content: [null] },
    { content: [{}] },
    { content: [{ type: "text" }] },
    { content: [{ type: "text", text: 5 }] },
    { text: "hello" }
  ]
  for (const result of unreadable) {
    it(`${JSON.stringify(result)} is never a success`, () => {
      for (const [form, read] of forms(result)) assert.isTrue(Either.isLeft(read), form)
    })
  }

  it("any text comes back on every route", () => {
    check(
      fc.property(fc.string({ unit: "binary" }), fc.boolean(), (value, isError) => {
        for (const [form, read] of forms({ content: [text(value)], isError })) {
          assert.deepInclude(
            Either.getOrThrow(read as Either.Either<object, string>),
            { text: value, isError },
            form
          )
        }
      })
    )
  })
})

describe("the body of a direct call", () => {
  const bodies: ReadonlyArray<readonly [body: string, problem: string]> = [
    ["", "the answer is not JSON"],
    ["<html>", "the answer is not JSON"],
    ['{"data":', "the answer is not JSON"],
    ["null", "the answer is not a JSON object"],
    ["[]", "the answer is not a JSON object"],
    ['"text"', "the answer is not a JSON object"],
    ["{}", "the answer has no data"],
    ['{"code":200}', "the answer has no data"],
    ['{"data":null}', "data has no result with content"],
    ['{"data":{}}', "data has no result with content"],
    ['{"data":"{}"}', "data has no result with content"],
    ['{"data":"plain"}', "data is not JSON"],
    ['{"data":""}', "data is not JSON"],
    ['{"data":{"result":{}}}', "data has no result with content"],
    ['{"data":{"result":"hello"}}', "data has no result with content"],
    ['{"error":"no such server"}', "no such server"],
    ['{"data":{"error":{"code":-32601,"message":"unknown tool"}}}', "unknown tool"],
    ['{"data":"{\\"error\\":{\\"message\\":\\"unknown tool\\"}}"}', "unknown tool"]
  ]
  for (const [body, problem] of bodies) {
    it(`${body === "" ? "nothing" : body}: ${problem}`, () => {
      assert.deepStrictEqual(fromDirectBody(body), Either.left(problem))
    })
  }

  it("the wrappings of older gateways are read", () => {
    const result = { content: [text("hi")], isError: true }
    for (const body of [result, { result }, { data: result }, { data: JSON.stringify(result) }]) {
      assert.deepInclude(Either.getOrThrow(fromDirectBody(JSON.stringify(body))), {
        text: "hi",
        isError: true
      })
    }
  })

  it("the inner result counts before what stands around it", () => {
    const body = { data: { result: { content: [text("inner")] }, content: [text("outer")] } }
    assert.deepInclude(Either.getOrThrow(fromDirectBody(JSON.stringify(body))), { text: "inner" })
  })
})
