import { describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { extensionId, extensionName } from "../../src/internal/extensionIds.js"
import { assert } from "../support/assertions.js"
import { check } from "../support/properties.js"
import { wellFormedText } from "../support/text.js"

const unique = "0123456789abcdef0123456789abcdef"

describe("ids of extensions", () => {
  it("are file names that keep the name of the archive, whatever it is", () => {
    const names = fc.oneof(fc.string({ minLength: 1 }), fc.fullUnicodeString({ minLength: 1, maxLength: 60 }))
    check(
      fc.property(names, (text) => {
        const name = wellFormedText(text)
        const id = extensionId(unique, `${name}.zip`)
        assert.match(id, /^ext_[0-9a-f]{32}(_[A-Za-z0-9.~-]+)?\.zip$/)
        assert.isAtMost(id.length, 255)
        const isKept = id.length > "ext_.zip".length + 32
        assert.strictEqual(extensionName(id), isKept ? `${name}.zip` : id)
        if (new TextEncoder().encode(name).length <= 66) assert.isTrue(isKept)
      })
    )
  })

  it("are names themselves where they keep none", () => {
    for (const id of [
      `ext_${unique}.zip`,
      "a.txt",
      "",
      "ext_1_a.zip",
      `ext_${unique}_.zip`,
      `ext_${unique}_~.zip`,
      `ext_${unique}_~ff.zip`,
      `ext_${unique}_ä.zip`
    ]) {
      assert.strictEqual(extensionName(id), id)
    }
    assert.strictEqual(extensionId(unique, ".zip"), `ext_${unique}.zip`)
    assert.strictEqual(extensionName(extensionId(unique, "a b.ZIP")), "a b.zip")
  })
})
