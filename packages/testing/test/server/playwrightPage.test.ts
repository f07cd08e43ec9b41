/** What the client does with a page of the user's own Playwright, in a real browser. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as BrowserFingerprint from "@effect-agentbay/core/BrowserFingerprint"
import type { Session } from "@effect-agentbay/core/Session"
import { Effect, Redacted, Schema, type Scope } from "effect"
import type { Page } from "playwright-core"
import * as LocalCloud from "../../src/server/LocalCloud.js"
import { connectOverCDP, firstPage, on } from "../support/playwright.js"

const green =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg=="

/** 4,000 pixels high, and 2,000 more once its end has been reached; a picture at the end that loads on demand. */
const long = `data:text/html,<style>body{margin:0}%23top,.more{height:4000px}</style><div id=top>top</div>
<img id=late width=10 height=10 data-src="data:image/png;base64,${encodeURIComponent(green)}">
<script>addEventListener("scroll", () => {
  if (scrollY > 2500 %26%26 !document.querySelector(".more")) {
    const more = document.createElement("div"); more.className = "more"; more.style.height = "2000px"; document.body.append(more)
  }
})</script>`

const withPage = (use: (page: Page, session: Session.Service) => Effect.Effect<void, unknown, Scope.Scope>) =>
  Effect.gen(function* () {
    const bay = yield* AgentBay.AgentBay
    const session = yield* bay.session({ imageId: "browser_latest" })
    yield* session.browser.initialize({ viewport: { width: 800, height: 600 } })
    const browser = yield* connectOverCDP(Redacted.value(yield* session.browser.endpointUrl))
    yield* use(firstPage(browser), session)
  }).pipe(Effect.scoped, Effect.provide(LocalCloud.layerAgentBay({ machine: "bubblewrap" })))

const sizeOf = (png: Uint8Array) => {
  const view = new DataView(png.buffer, png.byteOffset)
  return [view.getUint32(16), view.getUint32(20)]
}

describe("a page of Playwright", () => {
  it.live(
    "is pictured as a whole, and left as it was",
    () =>
      withPage((page, { browser }) =>
        Effect.gen(function* () {
          yield* on(page, (page) => page.goto(long))
          yield* on(page, (page) => page.evaluate(() => window.scrollTo(0, 120)))
          const { bytes, mediaType } = yield* browser.screenshot(page)
          assert.strictEqual(mediaType, "image/png")
          const [width, height] = sizeOf(bytes)
          // Less a scroll bar.
          assert.isAtLeast(width ?? 0, 780)
          assert.isAtLeast(height ?? 0, 6000)
          const late = yield* on(page, (page) =>
            page.evaluate(() => document.querySelector<HTMLImageElement>("#late")?.naturalWidth)
          )
          assert.strictEqual(late, 1)
          assert.strictEqual(yield* on(page, (page) => page.evaluate(() => window.scrollY)), 120)

          const seen = yield* browser.screenshot(page, {
            fullPage: false,
            type: "jpeg",
            viewport: { width: 300, height: 200 }
          })
          assert.deepStrictEqual([...seen.bytes.subarray(0, 3)], [0xff, 0xd8, 0xff])
          const inner = yield* on(page, (page) =>
            page.evaluate(() => [window.innerWidth, window.innerHeight, window.scrollY])
          )
          assert.deepStrictEqual(inner, [800, 600, 120])
        })
      ),
    120_000
  )

  it.live(
    "that was closed is a typed failure",
    () =>
      withPage((page, { browser }) =>
        Effect.gen(function* () {
          const other = yield* on(page, (page) => page.context().newPage())
          yield* on(other, (page) => page.close())
          assert.deepInclude(yield* Effect.flip(browser.screenshot(other)), {
            _tag: "BrowserError",
            reason: "ScreenshotFailed"
          })
          assert.deepInclude(yield* Effect.flip(browser.operator.act("click x", { page: other })), {
            _tag: "BrowserError",
            reason: "PageLookup"
          })
        })
      ),
    120_000
  )

  it.live(
    "is the one that the operator uses, though another one is in front",
    () =>
      withPage((page, { browser }) =>
        Effect.gen(function* () {
          yield* on(page, (page) => page.goto("data:text/html,<h1>First</h1>"))
          const second = yield* on(page, (page) => page.context().newPage())
          yield* on(second, (page) => page.goto("data:text/html,<h1>Second</h1>"))
          const Title = Schema.Struct({ title: Schema.String })
          for (const [target, title] of [
            [page, "First"],
            [second, "Second"]
          ] as const) {
            assert.deepStrictEqual(yield* browser.operator.extract("x", Title, { page: target }), { title })
          }
        })
      ),
    120_000
  )

  it.live(
    "shows the fingerprint of its browser",
    () =>
      withPage((page) =>
        Effect.gen(function* () {
          yield* on(page, (page) => page.goto("data:text/html,<h1>Hello</h1>"))
          const userAgent = yield* on(page, (page) => page.evaluate(() => navigator.userAgent))
          const { fingerprint, headers } = yield* BrowserFingerprint.collect(page)
          assert.strictEqual(fingerprint.navigator.userAgent, userAgent)
          assert.strictEqual(headers["user-agent"], userAgent)
          assert.isAbove(fingerprint.screen.width, 0)
          assert.strictEqual(fingerprint.screen.innerWidth, 800)
          assert.isAbove(fingerprint.navigator.hardwareConcurrency, 0)
          assert.strictEqual(fingerprint.audioCodecs["wav"], "probably")
          const json = yield* Schema.encode(BrowserFingerprint.fromJson)({ fingerprint, headers })
          assert.deepStrictEqual(yield* Schema.decode(BrowserFingerprint.fromJson)(json), {
            fingerprint,
            headers
          })
        })
      ),
    120_000
  )
})
