import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import * as fc from "effect/FastCheck"
import { makeDocument } from "../../../src/machine/internal/memory/browser/document.js"
import { makeMemoryBrowser } from "../../../src/machine/internal/memory/browser/memoryBrowser.js"
import { extractFrom, parseFieldSchema } from "../../../src/machine/internal/pageExtraction.js"
import {
  carryOut,
  type Hands,
  parseAction,
  type Step
} from "../../../src/machine/internal/pageInstructions.js"
import type { PageSnapshot } from "../../../src/machine/internal/pageSnapshot.js"
import { MachineError } from "../../../src/machine/Machine.js"

/** Looks for a counterexample of a synchronous property. */
const check = <A>(property: fc.IProperty<A>): void => fc.assert(property)

const snapshotOf = (html: string, within = "html"): PageSnapshot => ({
  url: "https://a.test/",
  ...makeDocument(html).snapshot(within)
})

describe("actions", () => {
  const forms: ReadonlyArray<readonly [action: string, steps: ReadonlyArray<Step>]> = [
    ["click Buy", [{ method: "click", target: { name: "Buy" } }]],
    ["Tap on the menu.", [{ method: "click", target: { name: "on the menu" } }]],
    ["press Enter", [{ method: "press", key: "Enter" }]],
    ["press the Escape key", [{ method: "press", key: "Escape" }]],
    ["press Send", [{ method: "click", target: { name: "Send" } }]],
    ["type a, b in c into Search", [{ method: "fill", target: { name: "Search" }, value: "a, b in c" }]],
    ['fill "Full name" with "Zoë"', [{ method: "fill", target: { name: "Full name" }, value: "Zoë" }]],
    ["choose Large from Size", [{ method: "select", target: { name: "Size" }, value: "Large" }]],
    ["uncheck News", [{ method: "uncheck", target: { name: "News" } }]],
    ["go to https://a.test/b", [{ method: "navigate", url: "https://a.test/b" }]],
    [
      "type x into A, then click B; check C and then press Tab\nclick D",
      [
        { method: "fill", target: { name: "A" }, value: "x" },
        { method: "click", target: { name: "B" } },
        { method: "check", target: { name: "C" } },
        { method: "press", key: "Tab" },
        { method: "click", target: { name: "D" } }
      ]
    ],
    [
      '{"method":"fill","selector":"#a","arguments":"{\\"value\\":\\"v\\"}"}',
      [{ method: "fill", target: { selector: "#a" }, value: "v" }]
    ],
    ['{"method":"click","selector":"#a"}', [{ method: "click", target: { selector: "#a" } }]]
  ]
  for (const [action, steps] of forms) {
    it(`are understood: ${action}`, () => {
      assert.deepStrictEqual(parseAction(action), { steps })
    })
  }

  for (const action of ["", "dance", '{"method":"hover","selector":"#a"}', '{"method":"click"}', "{"]) {
    it(`are not understood: ${JSON.stringify(action)}`, () => {
      assert.property(parseAction(action), "unknown")
    })
  }

  it("take any text that has no separator, and any variable, as it is", () => {
    const text = fc
      .stringMatching(/^[^\s"'“”‘’;%{][^\n;"'“”‘’%]{0,20}[^\s"'“”‘’;%.!]$/)
      .filter((one) => !/\bthen\b/i.test(one))
    check(
      fc.property(text, fc.string(), (name, value) => {
        assert.deepStrictEqual(parseAction(`type %it% into "${name}"`, { it: value }), {
          steps: [{ method: "fill", target: { name }, value }]
        })
      })
    )
  })

  it.effect("end where something is missing, and say what was done until then", () =>
    Effect.gen(function* () {
      const { pages } = makeMemoryBrowser(() => undefined)
      yield* pages.navigate("data:text/html,<label>A <input id=a></label><button id=b>B</button>")
      assert.deepStrictEqual(yield* pages.act({ action: "type x into A, then click C, then click B" }), {
        success: false,
        steps: ["fill #a"],
        detail: 'element not found: nothing to click is called "C"'
      })
      const gone = { method: "click", selector: "#gone", arguments: {} }
      assert.isFalse((yield* pages.act({ action: JSON.stringify(gone) })).success)
      assert.isFalse((yield* pages.act({ action: "select x in A" })).success)
    })
  )

  it.effect("fail where the machine does", () =>
    Effect.gen(function* () {
      const stopped = new MachineError({ reason: "Stopped", detail: "gone" })
      const hands: Hands = {
        read: () => Effect.fail(stopped),
        click: () => Effect.fail(stopped),
        fill: () => Effect.fail(stopped),
        select: () => Effect.fail(stopped),
        setChecked: () => Effect.fail(stopped),
        press: () => Effect.fail(stopped),
        navigate: () => Effect.fail(stopped)
      }
      assert.deepStrictEqual(yield* Effect.exit(carryOut(hands, "click x")), Exit.fail(stopped))
    })
  )
})

describe("observations", () => {
  const page = `<a href="/">Home</a><button id="buy">Buy soup</button><button id="sell">Sell</button>
    <label for="n">Name</label><input id="n"><input type="checkbox" id="c" aria-label="News" checked>
    <select id="s" aria-label="Size"><option>S<option selected>L</select>
    <button hidden>Secret</button><div style="display: none"><button>Deep</button></div>`

  const observe = (instruction: string, selector?: string) =>
    Effect.gen(function* () {
      const { pages } = makeMemoryBrowser(() => undefined)
      yield* pages.navigate(`data:text/html,${encodeURIComponent(page)}`)
      return yield* pages.observe({ instruction, selector })
    })

  const selectors: ReadonlyArray<readonly [instruction: string, found: ReadonlyArray<string>]> = [
    ["find all buttons", ["#buy", "#sell"]],
    ["the Sell button", ["#sell"]],
    ["buy soup", ["#buy"]],
    ["checkboxes", ["#c"]],
    ["something to buy or to name", ["#buy", "#n"]],
    ["purple elephants", []]
  ]
  for (const [instruction, found] of selectors) {
    it.effect(instruction, () =>
      Effect.map(observe(instruction), (seen) =>
        assert.deepStrictEqual(
          seen.map(({ selector }) => selector),
          found
        )
      )
    )
  }

  it.effect("say what could be done, and can be done again as they are", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* observe("size"), [
        { selector: "#s", description: "Size selection (S, L)", method: "select", arguments: { value: "L" } }
      ])
      assert.deepInclude((yield* observe("news"))[0], { method: "uncheck" })
      assert.strictEqual((yield* observe("everything", "#buy")).length, 1)
      assert.strictEqual((yield* Effect.flip(observe("x", "#none"))).reason, "NotFound")
      assert.strictEqual((yield* Effect.flip(observe("x", "(("))).reason, "NotFound")
    })
  )
})

const read = (html: string, properties: Record<string, unknown>, more: object = {}, within?: string) =>
  extractFrom(snapshotOf(html, within), { type: "object", properties, ...more })

describe("reading a page into a schema", () => {
  const text = { type: "string" }
  const cases: ReadonlyArray<readonly [name: string, html: string, schema: object, value: unknown]> = [
    ["by id", "<b id=price>4</b>", { price: text }, { price: "4" }],
    [
      "by name, without case and dashes",
      "<b class=in-stock>yes</b>",
      { inStock: { type: "boolean" } },
      { inStock: true }
    ],
    ["by an attribute", "<div data-sku='A1'></div>", { sku: text }, { sku: "A1" }],
    ["by itemprop", "<span itemprop=brand>X</span>", { brand: text }, { brand: "X" }],
    ["beside a term", "<dl><dt>Weight</dt><dd>3 kg</dd></dl>", { weight: { type: "number" } }, { weight: 3 }],
    ["beside a table head", "<table><tr><th>Size</th><td>L</td></tr></table>", { size: text }, { size: "L" }],
    ["behind a colon", "<p>Colour: red</p>", { colour: text }, { colour: "red" }],
    ["of a control", "<label>City <input value=Bern></label>", { city: text }, { city: "Bern" }],
    ["of a picture", "<img id=photo src=/a.png>", { photo: text }, { photo: "/a.png" }],
    ["a number among words", "<p id=n>1,204 ratings</p>", { n: { type: "integer" } }, { n: 1204 }],
    ["no whole number", "<p id=n>1.5</p>", { n: { type: "integer" } }, {}],
    [
      "a member of an enumeration",
      "<p id=s>Size: Large</p>",
      { s: { enum: ["small", "large"] } },
      { s: "large" }
    ],
    ["null where nothing is", "<p></p>", { n: { type: ["number", "null"] } }, { n: null }],
    ["a default", "<p></p>", { n: { type: "number", default: 7 } }, { n: 7 }],
    ["a constant", "<p></p>", { kind: { const: "x" } }, { kind: "x" }],
    [
      "a list of texts",
      "<ul id=tags><li>a<li>b</ul>",
      { tags: { type: "array", items: text } },
      { tags: ["a", "b"] }
    ],
    [
      "a list by its singular",
      "<p class=tag>a</p><p class=tag>b</p>",
      { tags: { type: "array", items: text } },
      { tags: ["a", "b"] }
    ],
    ["an empty list", "<p></p>", { tags: { type: "array", items: text } }, { tags: [] }],
    [
      "a part of its own",
      "<div id=seller><b class=name>Ann</b></div><b class=name>Soup</b>",
      { seller: { type: "object", properties: { name: text }, required: ["name"] } },
      { seller: { name: "Ann" } }
    ],
    ["the title of the page", "<title>T</title>", { title: text }, { title: "T" }],
    ["nothing that is hidden", "<b id=price hidden>4</b>", { price: text }, {}]
  ]
  for (const [name, html, schema, value] of cases) {
    it(name, () => {
      assert.deepStrictEqual(read(html, schema as Record<string, unknown>), { value })
    })
  }

  it("says which required part is missing", () => {
    assert.deepStrictEqual(read("<b id=a>1</b>", { a: text, b: text }, { required: ["a", "b"] }), {
      missing: "b"
    })
  })

  it("leaves out items of a list that lack a required part", () => {
    const item = { type: "object", properties: { name: text }, required: ["name"] }
    assert.deepStrictEqual(
      read("<ul id=a><li><b class=name>x</b><li>y</ul>", { a: { type: "array", items: item } }),
      { value: { a: [{ name: "x" }] } }
    )
  })

  it("any text comes back from the page as it was written", () => {
    const word = fc.stringMatching(/^[A-Za-z0-9äß漢!?&<>"']{1,12}$/)
    check(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const value = words.join(" ")
        const html = `<p class="x" id="note">${value.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</p>`
        assert.deepStrictEqual(read(html, { note: text }), { value: { note: value } })
      })
    )
  })

  it("reads schemas with and without prefix", () => {
    assert.deepStrictEqual(parseFieldSchema('schema: {"a":1}'), { a: 1 })
    assert.deepStrictEqual(parseFieldSchema('{"a":1}'), { a: 1 })
    for (const wrong of ["", "schema: ", "schema: []", "schema: {"])
      assert.isUndefined(parseFieldSchema(wrong))
  })
})

describe("pictures", () => {
  const size = (png: Uint8Array) => {
    const view = new DataView(png.buffer, png.byteOffset)
    return [view.getUint32(16), view.getUint32(20)]
  }

  it.effect("have the size of the viewport, of the page, or of a part; and show what the page says", () =>
    Effect.gen(function* () {
      const { pages, start } = makeMemoryBrowser(() => undefined)
      yield* start({ viewport: { width: 300, height: 100 } })
      yield* pages.navigate(`data:text/html,${"<p>word</p>".repeat(50)}`)
      const seen = yield* pages.screenshot({ fullPage: false })
      assert.deepStrictEqual(size(seen), [300, 100])
      assert.deepStrictEqual(size(yield* pages.screenshot({ fullPage: true })), [300, 1016])
      const clip = { x: 0, y: 0, width: 20, height: 10 }
      assert.deepStrictEqual(size(yield* pages.screenshot({ fullPage: true, clip })), [20, 10])
      yield* pages.navigate(`data:text/html,${"<p>sword</p>".repeat(50)}`)
      assert.notDeepEqual(yield* pages.screenshot({ fullPage: false }), seen)
    })
  )
})
