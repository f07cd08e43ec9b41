import { assert, describe, it } from "@effect/vitest"
import { flatten } from "@effect-agentbay/core/SessionMobile"
import { FastCheck as fc, Option } from "effect"
import { clickable, toUiElement, toXml } from "../../src/cloud/internal/tools/uiDump.js"
import type { AndroidElement } from "../../src/machine/Android.js"

const bounds = fc
  .tuple(fc.nat(2000), fc.nat(2000), fc.nat(2000), fc.nat(2000))
  .map(([left, top, right, bottom]) => ({ left, top, right, bottom }))

const element: fc.Arbitrary<AndroidElement> = fc.letrec<{ element: AndroidElement }>((tie) => ({
  element: fc.record({
    className: fc.constant("android.widget.TextView"),
    packageName: fc.constant("com.example.a"),
    resourceId: fc.constant("com.example.a:id/b"),
    text: fc.string({ unit: "binary" }),
    contentDescription: fc.string({
      unit: fc.constantFrom("<", ">", "&", '"', "'", "\n", "\t", "]", "a", "é")
    }),
    bounds,
    isClickable: fc.boolean(),
    isScrollable: fc.boolean(),
    isFocused: fc.boolean(),
    isChecked: fc.boolean(),
    children: fc.oneof({ maxDepth: 2 }, fc.constant([]), fc.array(tie("element"), { maxLength: 2 }))
  })
})).element

const elements = fc.array(element, { maxLength: 3 })

const names: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' }

const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (_, code: string | undefined, name: string | undefined) =>
    code === undefined ? (names[name ?? ""] ?? "?") : String.fromCodePoint(Number(code))
  )

/** Characters that no XML document can carry. */
const unwritable = (text: string): string =>
  Array.from(text)
    .filter((character) => {
      const code = character.codePointAt(0) ?? 0
      return (code < 32 && ![9, 10, 13].includes(code)) || code === 0xfffe || code === 0xffff
    })
    .join("")

const all = (elements: ReadonlyArray<AndroidElement>): ReadonlyArray<AndroidElement> =>
  elements.flatMap((one) => [one, ...all(one.children)])

describe("the user interface as XML", () => {
  it.prop("has every text as it was, and as many nodes as there are elements", [elements], ([elements]) => {
    const document = toXml(elements)
    const nodes = [...document.matchAll(/<node((?: [a-z-]+="[^"<]*")*)(\/?)>/g)]
    const expected = all(elements)
    assert.strictEqual(nodes.length, expected.length)
    nodes.forEach(([, attributes = ""], index) => {
      const read = Object.fromEntries(
        [...attributes.matchAll(/ ([a-z-]+)="([^"]*)"/g)].map(([, name = "", text = ""]) => [
          name,
          unescaped(text)
        ])
      )
      const one = expected[index]
      assert(one !== undefined)
      const kept = (text: string) =>
        Array.from(text)
          .filter((c) => unwritable(c) === "")
          .join("")
      assert.strictEqual(read["text"], kept(one.text))
      assert.strictEqual(read["content-desc"], one.contentDescription)
      const { bottom, left, right, top } = one.bounds
      assert.strictEqual(read["bounds"], `[${left},${top}][${right},${bottom}]`)
    })
    // What is left without the nodes is the frame: nothing has broken out of its attribute.
    assert.match(
      document.replace(/<node(?: [a-z-]+="[^"<]*")*\/?>|<\/node>/g, ""),
      /^<\?xml version='1\.0' encoding='UTF-8'\?><hierarchy rotation="0"><\/hierarchy>$/
    )
  })
})

describe("the user interface as elements", () => {
  it.prop("has every element where it was", [elements], ([elements]) => {
    const read = flatten(elements.map(toUiElement))
    assert.deepStrictEqual(
      read.map(({ text }) => text),
      all(elements).map(({ text }) => text)
    )
  })

  it.prop("those that can be touched are one list", [elements], ([elements]) => {
    const touchable = clickable(elements)
    assert.deepStrictEqual(
      touchable.map(({ text }) => text),
      all(elements)
        .filter(({ isClickable }) => isClickable)
        .map(({ text }) => text)
    )
    for (const one of touchable) assert.isTrue(one.children.length === 0 && Option.isSome(one.bounds))
  })
})
