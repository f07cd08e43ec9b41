/** Playwright as a user of the service brings it along: connected to a browser by its CDP endpoint. */
import { Effect, type Scope } from "effect"
import { type Browser, chromium, type Page } from "playwright-core"

/** A busy machine may take its time; the limit of the test is shorter. */
const timeout = 110_000

/** Connects until the scope closes, which leaves the browser as it is. */
export const connectOverCDP = (url: string): Effect.Effect<Browser, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => chromium.connectOverCDP(url, { timeout })),
    (browser) => Effect.promise(() => browser.close())
  )

/** The page that is there from the start. */
export const firstPage = (browser: Browser): Page => {
  const page = browser.contexts()[0]?.pages()[0]
  if (page === undefined) throw new Error("the browser has no page")
  page.setDefaultTimeout(timeout)
  return page
}

/** Uses a page by Playwright's own methods. */
export const on = <A>(page: Page, use: (page: Page) => Promise<A>): Effect.Effect<A> =>
  Effect.promise(() => use(page))
