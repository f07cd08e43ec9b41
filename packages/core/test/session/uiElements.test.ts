import { describe, it } from "@effect/vitest"
import { Either, FastCheck as fc, Option, Schema } from "effect"
import {
  flatten,
  makeRectangle,
  readBounds,
  UiDumpText,
  type UiElement,
  UiElementsText
} from "../../src/internal/uiElements.js"
import { assert } from "../support/assertions.js"
import { check } from "../support/properties.js"

const decode = Schema.decodeEither(UiElementsText)
const encode = Schema.encodeSync(UiElementsText)

const rectangle = fc
  .tuple(fc.integer(), fc.integer(), fc.integer(), fc.integer())
  .map(([left, top, right, bottom]) => makeRectangle(left, top, right, bottom))

const known = [
  "bounds",
  "children",
  "className",
  "index",
  "isParent",
  "resourceId",
  "text",
  "type",
  "__proto__"
]

const element: fc.Arbitrary<UiElement> = fc.letrec<{ element: UiElement }>((tie) => ({
  element: fc.record({
    bounds: fc.option(rectangle, { nil: undefined }).map(Option.fromNullable),
    className: fc.string(),
    text: fc.string(),
    type: fc.string(),
    resourceId: fc.string(),
    index: fc.option(fc.nat(), { nil: undefined }).map(Option.fromNullable),
    isParent: fc.boolean(),
    children: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie("element"), { maxLength: 2 })),
    attributes: fc
      .dictionary(
        fc.string().filter((key) => !known.includes(key)),
        fc.string(),
        { maxKeys: 3 }
      )
      .map((attributes) => ({ ...attributes }))
  })
})).element

describe("bounds", () => {
  it("are read in every form in which the service writes them", () => {
    check(
      fc.property(rectangle, (expected) => {
        const { bottom, left, right, top } = expected
        for (const form of [
          `${left},${top},${right},${bottom}`,
          ` ${left}, ${top} ,${right},${bottom} `,
          `[${left},${top}][${right},${bottom}]`,
          { left, top, right, bottom, more: 1 }
        ]) {
          assert.deepStrictEqual(Option.getOrNull(readBounds(form)), expected, JSON.stringify(form))
        }
      })
    )
  })

  it("in another form are none, and stay as they came", () => {
    for (const form of ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "[1,2][3]", { left: 1 }, 5, ["1", 2, 3, 4]]) {
      assert.isTrue(Option.isNone(readBounds(form)), JSON.stringify(form))
      const [read] = Either.getOrThrow(decode(JSON.stringify([{ bounds: form }])))
      assert.deepStrictEqual(read?.attributes, { bounds: form })
    }
    const [without] = Either.getOrThrow(decode("[{}]"))
    assert.deepStrictEqual(without?.attributes, {})
  })

  it("have a centre that lies inside and is whole", () => {
    assert.deepStrictEqual(makeRectangle(0, 0, 3, 5), {
      left: 0,
      top: 0,
      right: 3,
      bottom: 5,
      width: 3,
      height: 5,
      centerX: 1,
      centerY: 2
    })
  })
})

describe("elements", () => {
  it("come back as they were", () => {
    check(
      fc.property(fc.array(element, { maxLength: 3 }), (elements) => {
        assert.deepStrictEqual(Either.getOrThrow(decode(encode(elements))), elements)
      })
    )
  })

  it("keep every key, at every depth", () => {
    const [outer] = Either.getOrThrow(
      decode('[{"package":"com.a","children":[{"elementId":7,"contentDesc":"x","children":null}]}]')
    )
    assert.deepStrictEqual(outer?.attributes, { package: "com.a" })
    assert.deepStrictEqual(outer?.children[0]?.attributes, { elementId: 7, contentDesc: "x" })
    assert.deepStrictEqual(outer?.children[0]?.children, [])
  })

  it("of a service that says nothing are none", () => {
    for (const text of ["", " \n", "[]"]) assert.deepStrictEqual(Either.getOrThrow(decode(text)), [])
  })

  it("that cannot be read are a failure", () => {
    for (const text of ["null", "{}", "[null]", '["a"]', '[{"children":{}}]', '[{"children":[1]}]', "x"]) {
      assert.isTrue(Either.isLeft(decode(text)), text)
    }
  })

  it("are flattened with each before what it contains", () => {
    const tree = Either.getOrThrow(
      decode('[{"text":"1","children":[{"text":"2","children":[{"text":"3"}]},{"text":"4"}]},{"text":"5"}]')
    )
    assert.deepStrictEqual(
      flatten(tree).map(({ text }) => text),
      ["1", "2", "3", "4", "5"]
    )
  })

  it("are told from an XML document", () => {
    const read = Schema.decodeSync(UiDumpText)
    const document = " <?xml version='1.0'?><hierarchy/>"
    assert.deepStrictEqual(read(document), { format: "xml", document })
    assert.deepStrictEqual(read("[]"), { format: "json", elements: [] })
    for (const dump of [read(document), read('[{"text":"a"}]')]) {
      assert.deepStrictEqual(read(Schema.encodeSync(UiDumpText)(dump)), dump)
    }
  })
})
