/** A page of Playwright without a browser: functions run from their source text, and see only what the page has. */
// @effect-diagnostics asyncFunction:off newPromise:off

/** As Playwright does it: nothing of where the function was written goes with it. */
const runInPage = (globals: Readonly<Record<string, unknown>>, script: unknown, argument: unknown): unknown =>
  new Function(...Object.keys(globals), "argument", `"use strict"; return (${String(script)})(argument)`)(
    ...Object.values(globals),
    argument
  )

export const makeScriptPage = (globals: Readonly<Record<string, unknown>>) => ({
  evaluate: async (script: (argument: unknown) => unknown, argument?: unknown): Promise<unknown> =>
    // Only what JSON knows comes back.
    JSON.parse(JSON.stringify((await runInPage(globals, script, argument)) ?? null))
})

interface Image {
  loading: string
  src: string
  srcset: string
  complete: boolean
  readonly dataset: Readonly<Record<string, string>>
  readonly getAttribute: (name: string) => string | null
}

const makeImage = (dataset: Readonly<Record<string, string>>, loaded: boolean): Image => {
  const image: Image = {
    loading: "lazy",
    src: "",
    srcset: "",
    complete: loaded,
    dataset,
    getAttribute: (name) => (name === "src" && image.src !== "" ? image.src : null)
  }
  return image
}

/** A page that is longer each time its end is reached, up to `heights`, with pictures that load late. */
export const makePicturePage = (options: {
  readonly heights: ReadonlyArray<number>
  readonly viewport?: { width: number; height: number } | null
  readonly fails?: "waitForLoadState" | "screenshot" | undefined
  /** The picture is never ready. */
  readonly hangs?: boolean
  /** How often a look at the pictures finds them still loading. */
  readonly loadingLooks?: number
}) => {
  const log: Array<string> = []
  let reached = 0
  let looks = options.loadingLooks ?? 0
  const window = {
    scrollX: 3,
    scrollY: 40,
    innerWidth: 900,
    innerHeight: 600,
    scrollTo: ({ left, top }: { left: number; top: number }) => {
      window.scrollX = left
      window.scrollY = top
      if (top > 0 && top === document.documentElement.scrollHeight && reached < options.heights.length - 1) {
        reached += 1
      }
    }
  }
  const image = makeImage({ src: "late.png" }, true)
  const background = { dataset: { bg: "a b.png" }, style: { backgroundImage: "" } }
  const document = {
    documentElement: {
      get scrollHeight() {
        return options.heights[reached] ?? 0
      }
    },
    querySelectorAll: (selector: string) => (selector === "img" ? [image] : [background]),
    get images() {
      looks -= 1
      return [{ complete: looks < 0 }]
    }
  }
  let viewport = options.viewport === undefined ? { width: 800, height: 500 } : options.viewport
  const script = makeScriptPage({ window, document })
  const page = {
    evaluate: script.evaluate,
    viewportSize: () => viewport,
    setViewportSize: async (size: { width: number; height: number }) => {
      log.push(`viewport ${size.width}x${size.height}`)
      viewport = size
    },
    waitForLoadState: async () => {
      if (options.fails === "waitForLoadState") throw new Error("page.waitForLoadState: Target closed")
    },
    screenshot: async (settings: { fullPage: boolean; type: string; quality?: number }) => {
      log.push(
        `picture ${settings.type}${settings.quality === undefined ? "" : ` ${settings.quality}`}${settings.fullPage ? " of the whole page" : ""} at ${window.scrollY}`
      )
      if (options.hangs === true) await new Promise(() => {})
      if (options.fails === "screenshot") {
        throw new Error("page.screenshot: failed at wss://cdp.test/devtools/SECRETENDPOINT")
      }
      return Uint8Array.of(1, 2, 3)
    }
  }
  return { page, log, window, image, background, height: () => document.documentElement.scrollHeight }
}
