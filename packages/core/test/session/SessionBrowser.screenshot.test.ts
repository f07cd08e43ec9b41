// @effect-diagnostics newPromise:off
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import type * as SessionBrowser from "../../src/session/SessionBrowser.js"
import type { PicturePage } from "../../src/session/SessionBrowser.js"
import { makeAccount, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { makePicturePage } from "../support/fakePage.js"
import { ok } from "../support/ScriptedService.js"

const open = Effect.gen(function* () {
  const { bay } = yield* makeAccount(working({ InitBrowser: ok({ Port: 9222 }) }))
  const { browser } = yield* bay.create({})
  yield* browser.initialize()
  return browser
})

const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

/** Lets virtual time pass while the page's promises settle. */
const shot = (page: PicturePage, options?: SessionBrowser.ScreenshotOptions) =>
  Effect.gen(function* () {
    const browser = yield* open
    const fiber = yield* Effect.fork(Effect.either(browser.screenshot(page, options)))
    for (let round = 0; round < 2000; round++) {
      if ((yield* Fiber.poll(fiber))._tag === "Some") break
      yield* turn
      yield* TestClock.adjust("100 millis")
    }
    return yield* Fiber.join(fiber)
  })

const taken = (page: PicturePage, options?: SessionBrowser.ScreenshotOptions) =>
  Effect.flatMap(shot(page, options), (outcome) => outcome)

describe("a picture of a page", () => {
  it.effect("shows what loads late, and leaves the page as it was", () =>
    Effect.gen(function* () {
      const { background, height, image, log, page, window } = makePicturePage({
        heights: [1000, 2000, 3000],
        loadingLooks: 5
      })
      const picture = yield* taken(page)
      assert.deepStrictEqual(picture, { bytes: Uint8Array.of(1, 2, 3), mediaType: "image/png" })
      assert.strictEqual(height(), 3000)
      assert.strictEqual(image.src, "late.png")
      assert.strictEqual(image.loading, "eager")
      assert.strictEqual(background.style.backgroundImage, 'url("a b.png")')
      assert.deepStrictEqual(log, ["picture png of the whole page at 0"])
      assert.deepStrictEqual([window.scrollX, window.scrollY], [3, 40])
      assert.deepStrictEqual(page.viewportSize(), { width: 800, height: 500 })
    })
  )

  it.effect("of the viewport scrolls nowhere", () =>
    Effect.gen(function* () {
      const { height, image, log, page } = makePicturePage({ heights: [1000, 2000] })
      const picture = yield* taken(page, { fullPage: false, type: "jpeg", quality: 50 })
      assert.strictEqual(picture.mediaType, "image/jpeg")
      assert.strictEqual(height(), 1000)
      assert.strictEqual(image.src, "")
      assert.deepStrictEqual(log, ["picture jpeg 50 at 40"])
    })
  )

  it.effect("in another viewport gives the first one back", () =>
    Effect.gen(function* () {
      const fixed = makePicturePage({ heights: [1000] })
      yield* taken(fixed.page, { viewport: { width: 1920, height: 1080 } })
      assert.deepStrictEqual(fixed.log, [
        "viewport 1920x1080",
        "picture png of the whole page at 0",
        "viewport 800x500"
      ])
      const loose = makePicturePage({ heights: [1000], viewport: null })
      yield* taken(loose.page, { viewport: { width: 1920, height: 1080 } })
      assert.strictEqual(loose.log.at(-1), "viewport 900x600")
    })
  )

  it.effect("does not wait for ever for pictures that never come", () =>
    Effect.gen(function* () {
      const { page } = makePicturePage({ heights: [1000], loadingLooks: 1_000_000 })
      hasFields(yield* taken(page, { timeout: "5 seconds" }), { mediaType: "image/png" })
    })
  )

  it.effect("does not wait for ever for the page", () =>
    Effect.gen(function* () {
      const { page, window } = makePicturePage({ heights: [1000], hangs: true })
      const outcome = yield* shot(page, { timeout: "5 seconds" })
      assert.strictEqual(window.scrollY, 40)
      hasFields(outcome._tag === "Left" ? outcome.left : {}, {
        _tag: "BrowserError",
        reason: "ScreenshotFailed",
        detail: "no picture within 5000 ms"
      })
    })
  )

  it.effect("that fails is typed, says nothing secret, and leaves the page as it was", () =>
    Effect.gen(function* () {
      const { page, window } = makePicturePage({ heights: [1000, 2000], fails: "screenshot" })
      const outcome = yield* shot(page, { viewport: { width: 100, height: 100 } })
      assert.isTrue(outcome._tag === "Left")
      const error = outcome._tag === "Left" ? outcome.left : undefined
      hasFields(error, { _tag: "BrowserError", reason: "ScreenshotFailed" })
      assert.include(error?.message ?? "", "page.screenshot: failed")
      assert.notInclude(`${error?.message} ${JSON.stringify(error)}`, "SECRET")
      assert.strictEqual(window.scrollY, 40)
      assert.deepStrictEqual(page.viewportSize(), { width: 800, height: 500 })
      const closed = yield* shot(makePicturePage({ heights: [1], fails: "waitForLoadState" }).page)
      hasFields(closed._tag === "Left" ? closed.left : {}, { reason: "ScreenshotFailed" })
    })
  )

  const wrong: ReadonlyArray<readonly [options: object, field: string]> = [
    [{ timeout: 0 }, "timeout"],
    [{ type: "gif" }, "type"],
    [{ quality: 50 }, "quality"],
    [{ type: "jpeg", quality: 101 }, "quality"],
    [{ viewport: { width: 0, height: 1 } }, "viewport"]
  ]
  for (const [options, field] of wrong) {
    it.effect(`is refused with ${JSON.stringify(options)}`, () =>
      Effect.gen(function* () {
        const { log, page } = makePicturePage({ heights: [1] })
        const outcome = yield* shot(page, options)
        hasFields(outcome._tag === "Left" ? outcome.left : {}, { _tag: "InvalidArgument", field })
        assert.deepStrictEqual(log, [])
      })
    )
  }

  it.effect("needs a browser that is initialized", () =>
    Effect.gen(function* () {
      const { bay } = yield* makeAccount(working())
      const { browser } = yield* bay.create({})
      const { log, page } = makePicturePage({ heights: [1] })
      hasFields(yield* Effect.flip(browser.screenshot(page)), { reason: "NotInitialized" })
      assert.deepStrictEqual(log, [])
    })
  )
})
