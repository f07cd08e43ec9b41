import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { encodeBase64 } from "../../src/internal/files/base64.js"
import { stringifyWith } from "../../src/internal/json.js"

const members = fc.dictionary(
  fc.string(),
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(undefined))
)

describe("an argument that is sent as it is", () => {
  it.prop(
    "makes the JSON that it would make otherwise",
    [members, members, fc.string(), fc.uint8Array()],
    ([others, rest, name, bytes]) => {
      const body = { ...rest, args: { ...others, [name]: encodeBase64(bytes) } }
      assert.deepStrictEqual(JSON.parse(stringifyWith(body, name)), JSON.parse(JSON.stringify(body)))
    }
  )

  it.prop("is none unless it is named", [members], ([args]) => {
    assert.strictEqual(stringifyWith({ args }, undefined), JSON.stringify({ args }))
  })
})
