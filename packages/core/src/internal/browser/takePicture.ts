/** A picture of a whole page of Playwright: what loads late is waited for, and the page is left as it was. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { withDeadline } from "../deadline.js"
import { type PicturePage, pageFailure } from "./page.js"

/*
 * The functions below run in the page. They are complete in themselves and without inner functions that have names,
 * because they travel as source text.
 */

const readScroll = () => ({
  x: window.scrollX,
  y: window.scrollY,
  width: window.innerWidth,
  height: window.innerHeight
})

const scrollTo = (to: unknown) => {
  const { x, y } = to as { readonly x: number; readonly y: number }
  window.scrollTo({ left: x, top: y, behavior: "instant" })
}

/** Goes to the end of the page and says how long the page is. */
const scrollToEnd = () => {
  const { scrollHeight } = document.documentElement
  window.scrollTo({ left: 0, top: scrollHeight, behavior: "instant" })
  return scrollHeight
}

/** Pages that load pictures on demand keep the address in an attribute of their own. */
const promoteLazyImages = () => {
  for (const image of document.querySelectorAll<HTMLImageElement>("img")) {
    image.loading = "eager"
    const { src, srcset } = image.dataset
    if (srcset !== undefined && image.srcset !== srcset) image.srcset = srcset
    if (src !== undefined && image.getAttribute("src") !== src) image.src = src
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-bg]")) {
    const { bg } = element.dataset
    if (bg !== undefined && bg !== "") element.style.backgroundImage = `url(${JSON.stringify(bg)})`
  }
}

const countLoadingImages = () => [...document.images].filter(({ complete }) => !complete).length

export interface PictureOptions {
  readonly fullPage: boolean
  readonly type: "png" | "jpeg"
  readonly quality: number | undefined
  readonly timeoutMs: number
  readonly viewport: { readonly width: number; readonly height: number } | undefined
}

const mostScrolls = 8

const call = <A>(use: () => Promise<A>): Effect.Effect<A, string> =>
  Effect.tryPromise({ try: use, catch: pageFailure })

/** Scrolls until the page grows no longer; each time it may load more. */
const unroll = (page: PicturePage): Effect.Effect<void, string> =>
  Effect.gen(function* () {
    let before: unknown
    for (let round = 0; round < mostScrolls; round++) {
      const height = yield* call(() => page.evaluate(scrollToEnd))
      if (height === before) return
      before = height
      yield* Effect.sleep("400 millis")
    }
  })

/** Pictures that never come must not spoil the one of the page: the wait ends at `deadline`. */
const waitForImages = (page: PicturePage, deadline: number): Effect.Effect<void, string> =>
  Effect.gen(function* () {
    while ((yield* call(() => page.evaluate(countLoadingImages))) !== 0) {
      if ((yield* Clock.currentTimeMillis) >= deadline) return
      yield* Effect.sleep("100 millis")
    }
  })

/** How long a page may take to be put back: a page that hangs must not hold its caller. */
const patience = Duration.seconds(5)

/** The left side is what the page said. */
export const takePicture = (page: PicturePage, options: PictureOptions): Effect.Effect<Uint8Array, string> =>
  withDeadline(
    take(page, options),
    Duration.millis(options.timeoutMs),
    () => `no picture within ${options.timeoutMs} ms`
  )

const take = (page: PicturePage, options: PictureOptions): Effect.Effect<Uint8Array, string> =>
  Effect.gen(function* () {
    const deadline = (yield* Clock.currentTimeMillis) + options.timeoutMs
    yield* call(() => page.waitForLoadState("domcontentloaded"))
    const scroll = (yield* call(() => page.evaluate(readScroll))) as ReturnType<typeof readScroll>
    const fixed = yield* Effect.try({ try: () => page.viewportSize(), catch: pageFailure })
    const { viewport } = options
    const restore = Effect.ignore(
      Effect.zipRight(
        viewport === undefined
          ? Effect.void
          : call(() => page.setViewportSize(fixed ?? { width: scroll.width, height: scroll.height })),
        call(() => page.evaluate(scrollTo, { x: scroll.x, y: scroll.y }))
      )
    )
    const work = Effect.gen(function* () {
      if (viewport !== undefined) yield* call(() => page.setViewportSize({ ...viewport }))
      if (options.fullPage) {
        yield* unroll(page)
        yield* call(() => page.evaluate(promoteLazyImages))
        yield* waitForImages(page, deadline - options.timeoutMs / 2)
        yield* call(() => page.evaluate(scrollTo, { x: 0, y: 0 }))
      }
      const left = Math.max(1, deadline - (yield* Clock.currentTimeMillis))
      return yield* call(() =>
        page.screenshot({
          type: options.type,
          ...(options.quality === undefined ? {} : { quality: options.quality }),
          fullPage: options.fullPage,
          timeout: left,
          animations: "disabled",
          caret: "hide",
          scale: "css"
        })
      )
    })
    return yield* Effect.ensuring(work, Effect.ignore(withDeadline(restore, patience, () => "")))
  })
