/**
 * A browser in memory. Pages are HTML documents: `data:` URLs, the pages that were registered by their URL, and blank
 * ones. Links, forms and controls work; scripts do not run and nothing is fetched.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Browser, BrowserOption, PageChoice } from "../../../Browser.js"
import { MachineError } from "../../../Machine.js"
import { carryOut, extractPage, type Hands, observePage } from "../../pageInstructions.js"
import type { PageSnapshot } from "../../pageSnapshot.js"
import { type Document, type Effects, makeDocument } from "./document.js"
import { drawPage, type Size } from "./picture.js"

interface Page {
  readonly id: string
  url: string
  document: Document
}

interface Running {
  readonly option: BrowserOption
  readonly viewport: Size
  readonly pages: Map<string, Page>
  current: Page
}

const failure = (reason: "Invalid" | "NotFound" | "Unknown", detail: string) =>
  new MachineError({ reason, detail })

const failedToLoad = (url: string, code: string) => failure("Unknown", `net::${code} at ${url}`)

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

const dataUrl = /^data:([^,;]*)((?:;[^,;]*)*),(.*)$/is

const readDataUrl = (url: string): string | undefined => {
  const match = dataUrl.exec(url)
  if (match === null) return undefined
  const [, mediaType = "", parameters = "", body = ""] = match
  try {
    const isBase64 = /;\s*base64\s*$/i.test(parameters)
    const text = isBase64
      ? new TextDecoder().decode(
          Uint8Array.from(atob(decodeURIComponent(body)), (char) => char.charCodeAt(0))
        )
      : decodeURIComponent(body.replace(/#.*$/s, ""))
    return /^text\/html$/i.test(mediaType.trim()) ? text : `<pre>${escape(text)}</pre>`
  } catch {
    return undefined
  }
}

const withoutFragment = (url: string): string => url.replace(/#.*$/s, "")

/** The HTML at an absolute URL. */
const load = (
  registered: (url: string) => string | undefined,
  url: string
): Effect.Effect<string, MachineError> => {
  if (/^about:blank/i.test(url)) return Effect.succeed("")
  if (/^chrome:/i.test(url)) return Effect.succeed(`<title>${escape(url)}</title>`)
  if (/^data:/i.test(url)) {
    const html = readDataUrl(url)
    return html === undefined ? Effect.fail(failedToLoad(url, "ERR_INVALID_URL")) : Effect.succeed(html)
  }
  if (!/^https?:/i.test(url)) return Effect.fail(failedToLoad(url, "ERR_UNKNOWN_URL_SCHEME"))
  const html = registered(withoutFragment(url)) ?? registered(url.replace(/[?#].*$/s, ""))
  return html === undefined ? Effect.fail(failedToLoad(url, "ERR_NAME_NOT_RESOLVED")) : Effect.succeed(html)
}

const isSize = (value: unknown): value is Size =>
  typeof value === "object" &&
  value !== null &&
  "width" in value &&
  "height" in value &&
  Number.isInteger(value.width) &&
  Number.isInteger(value.height)

const defaultViewport: Size = { width: 1280, height: 720 }

/** `registered` finds the HTML of a page by its URL. */
export const makeMemoryBrowser = (registered: (url: string) => string | undefined): Browser => {
  let running: Running | undefined
  let count = 0

  const blank = (): Page => {
    count += 1
    return { id: `PAGE-${count}`, url: "about:blank", document: makeDocument("") }
  }

  const boot = (option: BrowserOption): Running => {
    const page = blank()
    running = {
      option,
      viewport: isSize(option["viewport"]) ? option["viewport"] : defaultViewport,
      pages: new Map([[page.id, page]]),
      current: page
    }
    return running
  }

  const open = (page: Page, url: string): Effect.Effect<void, MachineError> =>
    Effect.suspend(() => {
      const base = URL.canParse(page.url) ? page.url : "about:blank"
      if (!URL.canParse(url, base)) return Effect.fail(failedToLoad(url, "ERR_INVALID_URL"))
      // A data URL stays as it was written.
      const target = /^data:/i.test(url) ? url : new URL(url, base).href
      if (withoutFragment(target) === withoutFragment(page.url) && target.includes("#")) return Effect.void
      return Effect.map(load(registered, target), (html) => {
        page.url = target
        page.document = makeDocument(html)
      })
    })

  const start = (option: BrowserOption): Effect.Effect<void, MachineError> =>
    Effect.suspend(() => {
      if (running !== undefined) return Effect.void
      const { current } = boot(option)
      const first = option["defaultNavigateUrl"]
      return typeof first === "string" && first !== ""
        ? Effect.catchAll(open(current, first), (error) =>
            Effect.zipRight(
              Effect.sync(() => {
                running = undefined
              }),
              Effect.fail(error)
            )
          )
        : Effect.void
    })

  const pageOf = ({ pageId }: PageChoice): Effect.Effect<Page, MachineError> =>
    Effect.suspend(() => {
      const { current, pages } = running ?? boot({})
      const page = pageId === undefined ? current : pages.get(pageId)
      return page === undefined
        ? Effect.fail(failure("NotFound", `there is no page ${pageId}`))
        : Effect.succeed(page)
    })

  const read = (page: Page, within = "html"): PageSnapshot => ({
    url: page.url,
    ...page.document.snapshot(within)
  })

  const follow = (page: Page, effects: Effects): Effect.Effect<void, MachineError> => {
    if (effects._tag === "None") return Effect.void
    if (!effects.inNewPage) return open(page, effects.url)
    const opened = { ...blank(), url: page.url }
    return Effect.map(open(opened, effects.url), () => {
      running?.pages.set(opened.id, opened)
      if (running !== undefined) running.current = opened
    })
  }

  const handsOf = (page: Page): Hands => {
    const existing = <A>(selector: string, use: () => Effect.Effect<A, MachineError>) =>
      page.document.has(selector) ? use() : Effect.fail(failure("NotFound", `element not found: ${selector}`))
    const ensure = (done: boolean, detail: string) =>
      done ? Effect.void : Effect.fail(failure("Invalid", detail))
    return {
      read: (within) => Effect.sync(() => read(page, within)),
      click: (selector) => existing(selector, () => follow(page, page.document.click(selector))),
      fill: (selector, value) =>
        existing(selector, () => ensure(page.document.fill(selector, value), `${selector} takes no text`)),
      select: (selector, value) =>
        existing(selector, () =>
          ensure(page.document.select(selector, value), `${selector} has no option "${value}"`)
        ),
      setChecked: (selector, checked) =>
        existing(selector, () =>
          ensure(page.document.setChecked(selector, checked), `${selector} cannot be checked`)
        ),
      press: (key) => follow(page, page.document.press(key)),
      navigate: (url) => open(page, url)
    }
  }

  return {
    start,
    running: Effect.sync(() => Option.map(Option.fromNullable(running), ({ option }) => option)),
    stop: Effect.sync(() => {
      running = undefined
    }),
    pages: {
      navigate: (url) => Effect.flatMap(pageOf({}), (page) => Effect.map(open(page, url), () => page.url)),
      screenshot: (options) =>
        Effect.map(pageOf(options), (page) =>
          drawPage(read(page), running?.viewport ?? defaultViewport, options)
        ),
      act: (options) =>
        Effect.flatMap(pageOf(options), (page) => carryOut(handsOf(page), options.action, options.variables)),
      observe: (options) =>
        Effect.flatMap(pageOf(options), (page) =>
          observePage(read(page, options.selector), options.instruction)
        ),
      extract: (options) =>
        Effect.flatMap(pageOf(options), (page) => extractPage(read(page, options.selector), options.schema)),
      close: Effect.sync(() => {
        if (running === undefined) return
        const page = blank()
        running.pages.clear()
        running.pages.set(page.id, page)
        running.current = page
      })
    },
    devTools: Option.none()
  }
}
