/**
 * A browser in a session: driven by Playwright over its DevTools endpoint, and in words by the operator.
 *
 * Needs `npm i -D playwright-core`, which brings no browser of its own, and on the local cloud Debian's Chromium
 * (`apt-get install chromium`).
 */
import { AgentBay } from "@effect-agentbay/core"
import { Console, Effect, Redacted, Schema } from "effect"
import { chromium } from "playwright-core"
import { runExample } from "./support/run.js"

const shop = `data:text/html,<title>Shop</title><h1>Soup</h1><p>Price: 4.50</p>
<label>Name <input id="who"></label><button onclick="document.title = 'Sold to ' + who.value">Buy</button>`

const Product = Schema.Struct({ title: Schema.String, price: Schema.Number })

/** Leaves the browser as it is when the scope closes: it belongs to the session. */
const connect = (endpoint: Redacted.Redacted) =>
  Effect.acquireRelease(
    Effect.promise(() => chromium.connectOverCDP(Redacted.value(endpoint))),
    (browser) => Effect.promise(() => browser.close())
  )

export const program = Effect.gen(function* () {
  const bay = yield* AgentBay.AgentBay
  const { browser } = yield* bay.session({ imageId: "browser_latest" })
  yield* browser.initialize({ viewport: { width: 1024, height: 600 } })

  // Cookies and recordings are those of the default context: its first page is there from the start.
  const connected = yield* Effect.flatMap(browser.endpointUrl, connect)
  const context = connected.contexts()[0] ?? (yield* Effect.promise(() => connected.newContext()))
  const page = context.pages()[0] ?? (yield* Effect.promise(() => context.newPage()))

  yield* Effect.promise(() => page.goto(shop))
  yield* Console.log(`Playwright sees ${yield* Effect.promise(() => page.title())}`)

  const product = yield* browser.operator.extract("the product", Product, { page })
  yield* Console.log(`the operator sees ${product.title} for ${product.price}`)

  yield* browser.operator.act("type Ada into Name, then click Buy", { page })
  const title = yield* Effect.promise(() => page.title())
  yield* Console.log(`Playwright sees ${title}`)

  const { bytes, mediaType } = yield* browser.screenshot(page)
  yield* Console.log(`a picture of it has ${bytes.byteLength} bytes of ${mediaType}`)
  return title
}).pipe(Effect.scoped)

runExample(import.meta.url, program)
