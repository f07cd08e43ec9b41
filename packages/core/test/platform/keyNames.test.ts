import { describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { decodeKey, encodeKey } from "../../src/internal/platform/keyNames.js"
import { assert } from "../support/assertions.js"
import { check } from "../support/properties.js"

const key = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 400 }),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: fc.constantFrom("%", "d", "/", ".", "u", "x", "\ud800", "\udc00", "a"), maxLength: 700 })
)

describe("names of keys", () => {
  it("every key comes back from its name, and has safe parts", () => {
    check(
      fc.property(key, (text) => {
        const name = encodeKey(text)
        assert.strictEqual(decodeKey(name), text)
        for (const part of name.split("/")) {
          assert.match(part, /^(?!\.)[A-Za-z0-9_.%-]{1,252}$/)
        }
      }),
      { numRuns: 2_000 }
    )
  })

  it("no key lies in the directory of another, and no two have one name", () => {
    check(
      fc.property(key, key, (left, right) => {
        if (left === right) return
        const [one, other] = [encodeKey(left), encodeKey(right)]
        assert.notStrictEqual(one, other)
        assert.isFalse(other.startsWith(`${one}/`))
      }),
      { numRuns: 2_000 }
    )
  })

  it("what no key is called is no key", () => {
    for (const name of ["not a key", "%4", "%61", ".a", "%ff", "a/b", "%ud83d%ude00", "%u0061"]) {
      assert.isUndefined(decodeKey(name))
    }
    assert.strictEqual(encodeKey("user.name-1_X"), "user.name-1_X")
    assert.strictEqual(encodeKey(""), "%")
    assert.strictEqual(encodeKey(".."), "%2e.")
  })
})
