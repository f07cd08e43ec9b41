import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Browser } from "../../../src/machine/Browser.js"
import { eventually } from "./host.js"
import { shell, withMachine } from "./machine.js"

const page = (html: string): string => `data:text/html;charset=utf-8,${encodeURIComponent(html)}`

/** What the page says, element by element. */
const read = (browser: Browser, ...names: ReadonlyArray<string>) =>
  Effect.map(
    browser.pages.extract({
      instruction: "",
      schema: {
        type: "object",
        properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
        required: names
      }
    }),
    (found) => found as Readonly<Record<string, string>>
  )

const act = (browser: Browser, action: string, variables?: Readonly<Record<string, string>>) =>
  browser.pages.act({ action, variables })

/** Width and height of a PNG file. */
const sizeOf = (image: Uint8Array): readonly [number, number] => {
  const header = Buffer.from(image)
  assert.strictEqual(header.toString("latin1", 1, 4), "PNG")
  return [header.readUInt32BE(16), header.readUInt32BE(20)]
}

const withBrowser = (title: string, body: (browser: Browser) => Effect.Effect<void, unknown>): void =>
  withMachine(title, (machine) =>
    Effect.gen(function* () {
      const browser = yield* machine.browser
      yield* browser.start({ viewport: { width: 800, height: 600 } })
      yield* body(browser)
    })
  )

const form = page(`<title>Form</title>
<label>Name <input id="name" value="old"></label>
<label>Day <input id="day" type="date"></label>
<label>Note <textarea id="note"></textarea></label>
<div id="rich" contenteditable="true" aria-label="Story">once</div>
<label>Size <select id="size"><option value="s">Small</option><option value="l">Large</option></select></label>
<label style="position:relative"><input id="gift" type="checkbox" style="opacity:0;position:absolute"> <b>Gift</b></label>
<input id="fixed" aria-label="Fixed" readonly value="as it is">
<div style="height:3000px"></div>
<button id="low" onclick="event.isTrusted && (clicks.textContent = Number(clicks.textContent) + 1)">Count</button>
<output id="clicks">0</output>
<script>
  const log = []
  for (const type of ["input", "change"]) addEventListener(type, (event) => log.push(event.target.id + " " + type))
  const clicks = document.getElementById("clicks")
</script>`)

describe("a page of the browser", () => {
  withBrowser("is filled in as by hand", (browser) =>
    Effect.gen(function* () {
      yield* browser.pages.navigate(form)
      const done = yield* act(
        browser,
        [
          "type %who% into Name",
          "fill Day with 2026-11-22",
          'type "one line" into Note',
          "type twice upon a time into Story",
          "select Large in Size",
          "check Gift",
          "click Count",
          "click Count"
        ].join("\n"),
        { who: "Ada L." }
      )
      assert.isTrue(done.success, done.detail)
      assert.lengthOf(done.steps, 8)
      assert.deepStrictEqual(yield* read(browser, "name", "day", "note", "rich", "size", "gift", "clicks"), {
        name: "Ada L.",
        day: "2026-11-22",
        note: "one line",
        rich: "twice upon a time",
        size: "l",
        gift: "true",
        clicks: "2"
      })
      yield* act(browser, "type '' into Name; uncheck Gift")
      assert.deepStrictEqual(yield* read(browser, "name", "gift"), { name: "", gift: "false" })
    })
  )

  withBrowser("is no success where it cannot be done, and says how far it went", (browser) =>
    Effect.gen(function* () {
      yield* browser.pages.navigate(form)
      const failing = [
        ["type a into Fixed", "nothing can be typed into #fixed"],
        ["select Huge in Size", '#size has no option "Huge"'],
        ["click Elsewhere", "Elsewhere"],
        ['{"method":"click","selector":"#absent","arguments":{}}', "element not found: #absent"],
        ['{"method":"click","selector":"..","arguments":{}}', "not a valid selector"]
      ] as const
      for (const [action, detail] of failing) {
        const { detail: said, steps, success } = yield* act(browser, action)
        assert.isFalse(success)
        assert.deepStrictEqual(steps, [])
        assert.include(said, detail)
      }
      const part = yield* act(browser, "click Count, then click Elsewhere")
      assert.deepStrictEqual([part.success, part.steps], [false, ["click #low"]])
    })
  )

  withMachine("is followed where it leads, however slowly", (machine) =>
    Effect.gen(function* () {
      const server = `require("http").createServer((request, response) => {
        const { pathname, searchParams } = new URL(request.url, "http://here")
        const body = pathname === "/first"
          ? "<form action=/second><label>Name <input name=who></label><button>Go on</button></form>"
          : "<p id=said>" + pathname + " " + searchParams.get("who") + "</p><a href=/third?who=x>Third</a>" +
            "<a href=/fourth target=_blank>Fourth</a>"
        response.setHeader("content-type", "text/html")
        setTimeout(() => response.end(body), pathname === "/first" ? 0 : 700)
      }).listen(8000)`
      yield* machine.write("/tmp/server.cjs", new TextEncoder().encode(server), "overwrite")
      yield* shell(machine, "setsid node /tmp/server.cjs >/dev/null 2>&1 &")
      yield* eventually(Effect.scoped(machine.connect(8000)))
      const browser = yield* machine.browser
      yield* browser.start({})
      yield* browser.pages.navigate("http://127.0.0.1:8000/first")
      const first = yield* act(browser, "type Ada into Name, then click Go on, then click Third")
      assert.isTrue(first.success, first.detail)
      assert.deepStrictEqual(yield* read(browser, "said"), { said: "/third x" })
      // What opens in a tab of its own is what comes next.
      yield* act(browser, "click Fourth")
      yield* eventually(
        Effect.filterOrFail(read(browser, "said"), (found) => found["said"] === "/fourth null")
      )
    })
  )

  withBrowser("does not stop at a dialog", (browser) =>
    Effect.gen(function* () {
      const asking =
        page(`<button onclick="alert('Are you there?'); said.textContent = confirm('Sure?')">Ask</button>
        <p id="said"></p>`)
      assert.strictEqual(yield* browser.pages.navigate(asking), asking)
      const asked = yield* act(browser, "click Ask")
      assert.isTrue(asked.success, asked.detail)
      assert.deepStrictEqual(yield* read(browser, "said"), { said: "true" })
    })
  )

  withBrowser("takes keys into what has the focus", (browser) =>
    Effect.gen(function* () {
      yield* browser.pages.navigate(
        page(`<form onsubmit="said.textContent = 'sent ' + q.value; return false"><input id="q" aria-label="Query"></form>
          <p id="said"></p>`)
      )
      const done = yield* act(browser, "type effect into Query, then press Enter")
      assert.isTrue(done.success, done.detail)
      assert.deepStrictEqual(yield* read(browser, "said"), { said: "sent effect" })
    })
  )

  withBrowser("is observed with what can be done, inside a selector too", (browser) =>
    Effect.gen(function* () {
      yield* browser.pages.navigate(
        page(`<div id="a"><button>Buy</button></div><div id="b"><button>Sell</button></div>`)
      )
      const all = yield* browser.pages.observe({ instruction: "find the buttons" })
      assert.deepStrictEqual(
        all.map(({ description, method }) => [description, method]),
        [
          ["Buy button", "click"],
          ["Sell button", "click"]
        ]
      )
      const inside = yield* browser.pages.observe({ instruction: "find the buttons", selector: "#b" })
      assert.deepStrictEqual(
        inside.map(({ description }) => description),
        ["Sell button"]
      )
      const absent = yield* Effect.flip(browser.pages.observe({ instruction: "all", selector: "#c" }))
      assert.strictEqual(absent.reason, "NotFound")
    })
  )

  withBrowser("is pictured as a whole or in part", (browser) =>
    Effect.gen(function* () {
      yield* browser.pages.navigate(page('<body style="margin:0"><div style="width:700px;height:2500px">'))
      assert.deepStrictEqual(sizeOf(yield* browser.pages.screenshot({ fullPage: false })), [800, 600])
      const [, height] = sizeOf(yield* browser.pages.screenshot({ fullPage: true }))
      assert.strictEqual(height, 2500)
      const clip = { x: 10, y: 2000, width: 120, height: 80 }
      assert.deepStrictEqual(sizeOf(yield* browser.pages.screenshot({ fullPage: true, clip })), [120, 80])
    })
  )

  withBrowser("is named by its id, and fails by what is wrong with it", (browser) =>
    Effect.gen(function* () {
      const unknown = yield* Effect.flip(browser.pages.screenshot({ pageId: "NONE", fullPage: false }))
      assert.strictEqual(unknown.reason, "NotFound")
      const refused = yield* Effect.flip(browser.pages.navigate("http://127.0.0.1:1/"))
      assert.strictEqual(refused.reason, "Unknown")
      assert.include(refused.message, "net::ERR_")
      const nonsense = yield* Effect.flip(browser.pages.navigate("not a url"))
      assert.notStrictEqual(nonsense.reason, "Stopped")
      yield* browser.pages.navigate(form)
      yield* browser.pages.close
      assert.deepStrictEqual(yield* read(browser, "url"), { url: "about:blank" })
      yield* browser.stop
      assert.isTrue(Option.isNone(yield* browser.running))
      assert.strictEqual((yield* Effect.flip(browser.pages.close)).reason, "Invalid")
    })
  )
})
