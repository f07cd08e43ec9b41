import { describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { type Action, Nothing } from "../../src/contract/Action.js"
import { all } from "../../src/contract/Actions.js"
import { decodeForm, encodeForm, type Parameters } from "../../src/contract/Form.js"
import { assert } from "../support/assertions.js"
import { check } from "../support/properties.js"
import { wellFormedText } from "../support/text.js"
import { arbitraryOf, jsonValue } from "./arbitrary.js"

const actions: ReadonlyArray<readonly [name: string, action: Action.Any]> = Object.entries(all)

const schemaOf = (schema: Schema.Schema.AnyNoContext) => schema as Schema.Schema<unknown, unknown>

/** Absent members and members that are `undefined` mean the same. */
const withoutUndefined = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(withoutUndefined)
    : typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
      ? Object.fromEntries(
          Object.entries(value).flatMap(([key, member]) =>
            member === undefined ? [] : [[key, withoutUndefined(member)]]
          )
        )
      : value

const commonParameters = ["Action", "Format", "Version", "Timestamp", "SignatureNonce", "Authorization"]

describe("every action", () => {
  it("is listed under its own name", () => {
    for (const [name, action] of actions) assert.strictEqual(action.name, name)
    assert.strictEqual(actions.length, 41)
  })

  for (const [name, action] of actions) {
    const request = schemaOf(action.request)
    const data = schemaOf(action.data)

    it(`${name}: a request comes back through the form as it was`, () => {
      check(
        fc.property(arbitraryOf(request), (value) => {
          const parameters = Schema.encodeSync(request)(value) as Parameters
          for (const [key, parameter] of Object.entries(parameters)) {
            assert.match(key, /^[A-Z][A-Za-z]+$/)
            assert.notInclude(commonParameters, key)
            const isText = (one: unknown) => one === undefined || typeof one === "string"
            assert.isTrue(isText(parameter) || (Array.isArray(parameter) && parameter.every(isText)))
          }
          const received = decodeForm(encodeForm(parameters))
          // An empty list has no form on the wire.
          for (const [key, parameter] of Object.entries(parameters)) {
            if (Array.isArray(parameter) && parameter.length === 0) received[key] = []
          }
          assert.deepStrictEqual(
            withoutUndefined(Schema.decodeUnknownSync(request)(received)),
            withoutUndefined(wellFormed(value))
          )
        }),
        { numRuns: 25 }
      )
    })

    it(`${name}: data come back as they were, as an object and as JSON text`, () => {
      const values: fc.Arbitrary<unknown> =
        action.data === Nothing
          ? fc.constant(undefined)
          : name === "CallMcpTool"
            ? fc.record({ content: fc.array(jsonValue), isError: fc.boolean() })
            : arbitraryOf(data)
      check(
        fc.property(values, (value) => {
          const written = JSON.stringify(Schema.encodeSync(data)(value) ?? null)
          const decode = Schema.decodeUnknownSync(data)
          const expected = withoutUndefined(value) ?? (action.data === Nothing ? undefined : null)
          assert.deepStrictEqual(withoutUndefined(decode(JSON.parse(written))), expected)
          assert.deepStrictEqual(withoutUndefined(decode(written)), expected)
        }),
        { numRuns: 25 }
      )
    })
  }

  it("an answer without data is read whatever stands in its place", () => {
    for (const junk of [undefined, null, "text", 1, {}, []]) {
      assert.isUndefined(Schema.decodeUnknownSync(Nothing)(junk))
    }
  })
})

/** Lone surrogates do not survive UTF-8. */
const wellFormed = (value: unknown): unknown =>
  typeof value === "string"
    ? wellFormedText(value)
    : Array.isArray(value)
      ? value.map(wellFormed)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, wellFormed(member)]))
        : value
