import { describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { withKeyNames } from "../../src/internal/keys.js"
import { groups, normalize } from "../../src/session/KeyName.js"
import { assert } from "../support/assertions.js"
import { check } from "../support/properties.js"

const known = Object.values(groups).flatMap((group) =>
  Object.entries(group).flatMap(([name, spellings]) => spellings.map((spelling) => [spelling, name] as const))
)

/** The spelling in letters of either case. */
const recased = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) =>
      Array.from(text, (letter, index) => (upper[index] === true ? letter.toUpperCase() : letter)).join("")
    )

describe("names of keys", () => {
  it("are the service's in any capitalisation and by every spelling", () => {
    check(
      fc.property(
        fc
          .constantFrom(...known)
          .chain(([spelling, name]) => recased(spelling).map((written) => [written, name] as const)),
        ([written, name]) => {
          assert.strictEqual(normalize(written), name)
        }
      )
    )
  })

  it("stay as they are once they are written so", () => {
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom(...known).map(([spelling]) => spelling)
    )
    check(
      fc.property(names, (name) => {
        assert.strictEqual(normalize(normalize(name)), normalize(name))
      })
    )
  })

  it("of letters are small, and whatever is not known is left alone", () => {
    for (const [written, name] of [
      ["A", "a"],
      ["z", "z"],
      ["7", "7"],
      ["", ""],
      ["É", "É"],
      ["-", "-"],
      ["option", "option"],
      ["unknownKey", "unknownKey"],
      ["constructor", "constructor"],
      ["F24", "F24"],
      ["f25", "f25"]
    ] as const) {
      assert.strictEqual(normalize(written), name)
    }
  })

  it("cover the tables of the service", () => {
    assert.deepStrictEqual(
      Object.fromEntries(Object.entries(groups).map(([group, names]) => [group, Object.keys(names).length])),
      { modifiers: 7, editing: 16, arrows: 4, functionKeys: 24, punctuation: 11 }
    )
    assert.strictEqual(new Set(known.map(([spelling]) => spelling)).size, known.length)
  })

  it("are written alike for pressing and releasing, and for no other tool", () => {
    const args = { keys: ["CTRL", "A", 5, null], hold: true }
    const written = { keys: ["Ctrl", "a", 5, null], hold: true }
    assert.deepStrictEqual(withKeyNames("press_keys", args), written)
    assert.deepStrictEqual(withKeyNames("release_keys", args), written)
    assert.strictEqual(withKeyNames("input_text", args), args)
    assert.deepStrictEqual(withKeyNames("press_keys", { keys: "CTRL" }), { keys: "CTRL" })
    assert.deepStrictEqual(args.keys, ["CTRL", "A", 5, null])
  })
})
