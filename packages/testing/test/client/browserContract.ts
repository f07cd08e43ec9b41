/** The browser and its operator: pages in memory, or Chromium. The page is a data URL, so that both can show it. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type { Session } from "@effect-agentbay/core/Session"
import { Effect, Option, Redacted, Schema } from "effect"
import { makeHarness, routes, type Subject } from "./harness.js"

const html = `<!doctype html><html><head><title>Shop &amp; more</title></head><body>
<h1>Lentil soup</h1>
<p>Price: <span id="price">12.50</span> EUR</p>
<dl><dt>Ratings</dt><dd>1,204</dd><dt>In stock</dt><dd>yes</dd></dl>
<ul id="ingredients">
  <li><b class="name">Lentils</b> <i class="grams">250 g</i></li>
  <li><b class="name">Carrots</b> <i class="grams">80 g</i></li>
</ul>
<label for="who">Your name</label> <input id="who" name="who">
<label><input type="checkbox" id="terms"> Accept the terms</label>
<label>Size <select id="size"><option value="s">Small</option><option value="l">Large</option></select></label>
<details id="more"><summary>Allergens</summary><p>Note: contains celery</p></details>
<button id="buy" type="button">Buy now</button>
</body></html>`

const url = `data:text/html;charset=utf-8,${encodeURIComponent(html)}`

const Soup = Schema.Struct({
  title: Schema.String,
  price: Schema.Number,
  ratings: Schema.Int,
  inStock: Schema.Boolean,
  ingredients: Schema.Array(Schema.Struct({ name: Schema.String, grams: Schema.Number })),
  discount: Schema.NullOr(Schema.Number)
})

const Order = Schema.Struct({
  who: Schema.String,
  terms: Schema.Boolean,
  size: Schema.Literal("s", "l"),
  note: Schema.optional(Schema.String)
})

const image = { imageId: "browser_latest" }

export const browserContract = <E>(name: string, subject: Subject<E>) => {
  const { withLayer, withSession } = makeHarness(subject)

  const onPage =
    <A, E2>(
      use: (session: Session.Service) => Effect.Effect<A, E2>
    ): ((session: Session.Service) => Effect.Effect<A, unknown>) =>
    (session) =>
      Effect.gen(function* () {
        const { initialize, operator } = session.browser
        yield* initialize({ viewport: { width: 1000, height: 600 } })
        yield* operator.navigate(url)
        return yield* use(session)
      })

  for (const route of routes) {
    describe(`${name}, browser, ${route} route`, () => {
      it.live("starts, is found again, and ends", () =>
        withSession(
          route,
          ({ browser }) =>
            Effect.gen(function* () {
              assert.strictEqual((yield* Effect.flip(browser.endpointUrl))._tag, "BrowserError")
              yield* browser.initialize({ useStealth: false })
              yield* browser.initialize({ useStealth: false })
              const other = yield* Effect.flip(browser.initialize({ userAgent: "other" }))
              assert.deepInclude(other, { _tag: "BrowserError", reason: "AlreadyInitialized" })
              assert.match(Redacted.value(yield* browser.endpointUrl), /^wss?:\/\//)
              yield* browser.destroy
              assert.isFalse(yield* browser.isInitialized)
              yield* browser.initialize({ userAgent: "other" })
              assert.strictEqual(Option.getOrNull(yield* browser.option)?.userAgent, "other")
            }),
          image
        )
      )

      it.live("reads a page into values of a Schema, and fails where they do not fit", () =>
        withSession(
          route,
          onPage(({ browser: { operator } }) =>
            Effect.gen(function* () {
              assert.deepStrictEqual(yield* operator.extract("the soup", Soup), {
                title: "Lentil soup",
                price: 12.5,
                ratings: 1204,
                inStock: true,
                ingredients: [
                  { name: "Lentils", grams: 250 },
                  { name: "Carrots", grams: 80 }
                ],
                discount: null
              })
              const first = yield* operator.extract("the first", Schema.Struct({ name: Schema.String }), {
                selector: "#ingredients li:nth-of-type(2)"
              })
              assert.deepStrictEqual(first, { name: "Carrots" })
              const mismatch = yield* Effect.flip(
                operator.extract("x", Schema.Struct({ price: Schema.Number.pipe(Schema.lessThan(1)) }))
              )
              assert.deepInclude(mismatch, { _tag: "BrowserError", reason: "ExtractMismatch" })
              const nothing = yield* Effect.flip(
                operator.extract("x", Schema.Struct({ colour: Schema.String }))
              )
              assert.strictEqual(nothing._tag, "ToolError")
            })
          ),
          image
        )
      )

      it.live("acts in words and on what it observed", () =>
        withSession(
          route,
          onPage(({ browser: { operator } }) =>
            Effect.gen(function* () {
              const buttons = yield* operator.observe("find the buy button")
              assert.deepStrictEqual(
                buttons.map(({ method, selector }) => [method, selector]),
                [["click", "#buy"]]
              )
              yield* operator.act("type %name% into your name, then select Large in size", {
                variables: { name: "Zoë 🌍" }
              })
              const [terms] = yield* operator.observe("the checkbox of the terms")
              assert(terms !== undefined)
              yield* operator.act(terms)
              yield* operator.act("click Allergens")
              assert.deepStrictEqual(yield* operator.extract("the order", Order), {
                who: "Zoë 🌍",
                terms: true,
                size: "l",
                note: "contains celery"
              })
              const error = yield* Effect.flip(operator.act("click Sell everything"))
              assert.strictEqual(error._tag, "ToolError")
              assert.include(error.message, "Sell everything")
            })
          ),
          image
        )
      )

      it.live("does the same as tasks", () =>
        withSession(
          route,
          onPage(({ browser: { operator } }) =>
            Effect.gen(function* () {
              const soon = { interval: "20 millis", timeout: "30 seconds" } as const
              const acted = yield* operator.actAsync("check accept the terms")
              assert.include((yield* acted.await(soon)).message, "#terms")
              const observed = yield* operator.observeAsync("buy now")
              assert.strictEqual((yield* observed.await(soon))[0]?.selector, "#buy")
              const extracted = yield* operator.extractAsync("x", Schema.Struct({ terms: Schema.Boolean }))
              assert.deepStrictEqual(yield* extracted.await(soon), { terms: true })
              const again = operator.extractTask(extracted.taskId, Schema.Struct({ terms: Schema.Boolean }))
              assert.deepStrictEqual(yield* again.poll, { _tag: "Done", value: { terms: true } })
              const failing = yield* operator.actAsync("click Sell everything")
              assert.deepInclude(yield* Effect.flip(failing.await(soon)), {
                _tag: "BrowserError",
                reason: "ActFailed"
              })
              const missing = yield* operator.extractAsync("x", Schema.Struct({ colour: Schema.String }))
              assert.deepInclude(yield* Effect.flip(missing.await(soon)), {
                _tag: "BrowserError",
                reason: "TaskFailed"
              })
              const unknown = yield* Effect.flip(operator.observeTask("pt-none").await(soon))
              assert.deepInclude(unknown, { _tag: "BrowserError", reason: "TaskFailed", taskId: "pt-none" })
            })
          ),
          image
        )
      )

      it.live("takes pictures, and refuses pages that are not there", () =>
        withSession(
          route,
          onPage(({ browser: { operator } }) =>
            Effect.gen(function* () {
              const picture = yield* operator.screenshot({ fullPage: false })
              assert.strictEqual(picture.mediaType, "image/png")
              assert.deepStrictEqual(
                [Option.getOrNull(picture.width), Option.getOrNull(picture.height)],
                [1000, 600]
              )
              const clip = yield* operator.screenshot({ clip: { x: 0, y: 0, width: 40, height: 30 } })
              assert.deepStrictEqual([Option.getOrNull(clip.width), Option.getOrNull(clip.height)], [40, 30])
              const unknown = yield* Effect.flip(operator.screenshot({ page: { pageId: "NO-SUCH-PAGE" } }))
              assert.strictEqual(unknown._tag, "ToolError")
              const dead = yield* Effect.flip(operator.navigate("https://no-such-host.invalid/"))
              assert.strictEqual(dead._tag, "ToolError")
              yield* operator.close
              assert.deepStrictEqual(yield* operator.observe("buttons"), [])
            })
          ),
          image
        )
      )
    })
  }

  describe(`${name}, browser`, () => {
    it.live("a session found by its id takes up the browser that runs", () =>
      withLayer(
        true,
        Effect.scoped(
          Effect.gen(function* () {
            const bay = yield* AgentBay.AgentBay
            const session = yield* bay.session(image)
            yield* session.browser.initialize()
            yield* session.browser.operator.navigate(url)
            const { browser } = yield* bay.get(session.sessionId)
            assert.isFalse(yield* browser.isInitialized)
            yield* browser.attach
            const { title } = yield* browser.operator.extract("x", Schema.Struct({ title: Schema.String }))
            assert.strictEqual(title, "Lentil soup")
          })
        )
      )
    )

    it.live("an image without a browser says so", () =>
      withSession("api", ({ browser }) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(browser.initialize())
          assert.strictEqual(error._tag, "SessionError")
          assert.isFalse(yield* browser.isInitialized)
        })
      )
    )
  })
}
