import { randomBytes } from "node:crypto"
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { statusOf } from "../support/connections.js"
import { connectOverCDP, firstPage, on } from "../support/playwright.js"
import { call, data } from "../support/service.js"
import { serve, session, withCloud } from "../support/sessions.js"

describe("the browser of a session, behind its CDP endpoint", () => {
  withCloud("is one that Playwright drives", (cloud) =>
    Effect.gen(function* () {
      const mine = yield* session(cloud)
      assert.strictEqual(yield* mine.initBrowser(), 9222)
      const endpoint = yield* mine.link("GetCdpLink")
      assert.match(endpoint, /^ws:\/\/127\.0\.0\.1:\d+\/websocket_ai\/[0-9a-f]{64}$/)
      assert.strictEqual(yield* mine.link("GetLink"), endpoint)
      const page = firstPage(yield* connectOverCDP(endpoint))

      yield* on(page, (page) => page.goto("data:text/html,<h1>Hello</h1>"))
      assert.strictEqual(yield* on(page, (page) => page.textContent("h1")), "Hello")

      yield* mine.write("/tmp/site/index.html", "<title>Site</title><p>from inside the session</p>")
      yield* serve(mine, "python3 -m http.server --directory /tmp/site 8000", 8000)
      yield* on(page, (page) => page.goto("http://127.0.0.1:8000/"))
      assert.strictEqual(yield* on(page, (page) => page.textContent("p")), "from inside the session")
      const image = yield* on(page, (page) => page.screenshot())
      assert.strictEqual(image.subarray(1, 4).toString(), "PNG")
    })
  )

  withCloud("starts when somebody connects, and again after it was closed", (cloud) =>
    Effect.gen(function* () {
      const mine = yield* session(cloud)
      const endpoint = yield* mine.link("GetCdpLink")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const browser = yield* connectOverCDP(endpoint)
          const gone = new Promise<void>((resolve) => browser.once("disconnected", () => resolve()))
          const devTools = yield* Effect.promise(() => browser.newBrowserCDPSession())
          yield* Effect.promise(() => devTools.send("Browser.close"))
          yield* Effect.promise(() => gone)
        })
      )
      const again = yield* connectOverCDP(endpoint)
      assert.strictEqual(yield* on(firstPage(again), (page) => page.evaluate("6 * 7")), 42)
    })
  )

  withCloud("shows the tools the tab that Playwright sees", (cloud) =>
    Effect.gen(function* () {
      const mine = yield* session(cloud)
      yield* mine.initBrowser()
      yield* mine.write("/tmp/site/index.html", shop)
      yield* serve(mine, "python3 -m http.server --directory /tmp/site 8000", 8000)
      const page = firstPage(yield* connectOverCDP(yield* mine.link("GetCdpLink")))

      const navigated = yield* mine.tool("page_use_navigate", { url: "http://127.0.0.1:8000/" })
      assert.isFalse(navigated.isError, navigated.text)
      // Playwright hears of it by an event of its own.
      yield* on(page, (page) => page.waitForURL("http://127.0.0.1:8000/"))
      const action = "type %who% into Name, then check Gift, then click Buy"
      const acted = yield* mine.tool("page_use_act", { context_id: 0, action, variables: { who: "Ada" } })
      assert.isFalse(acted.isError, acted.text)
      assert.strictEqual(yield* on(page, (page) => page.textContent("#said")), "Ada, gift")

      yield* on(page, (page) => page.fill("#name", "Grace"))
      const observed = yield* mine.tool("page_use_observe", { context_id: 0, instruction: "the name field" })
      assert.include(observed.text, "Grace")
    })
  )

  withCloud("hands over large messages as they are", (cloud) =>
    Effect.gen(function* () {
      const mine = yield* session(cloud)
      const page = firstPage(yield* connectOverCDP(yield* mine.link("GetCdpLink")))
      yield* on(page, (page) => page.goto("data:text/html,<canvas id=c width=2200 height=1600></canvas>"))
      // Noise is what no compression makes smaller.
      yield* on(page, (page) => page.evaluate(noise))
      const image = yield* on(page, (page) => page.locator("#c").screenshot())
      assert.isAbove(image.byteLength, 10_000_000)
      assert.strictEqual(image.subarray(1, 4).toString(), "PNG")
      assert.strictEqual(image.subarray(-8, -4).toString(), "IEND")

      const sent = randomBytes(1_500_000).toString("hex")
      const echoed = yield* on(page, (page) => page.evaluate((text) => text, sent))
      assert.isTrue(echoed === sent)
    })
  )

  withCloud("is private to its session", (cloud) =>
    Effect.gen(function* () {
      const [one, other] = yield* Effect.all([session(cloud), session(cloud)])
      const [oneEnd, otherEnd] = yield* Effect.all([one.link("GetCdpLink"), other.link("GetCdpLink")])
      assert.notStrictEqual(oneEnd, otherEnd)
      const [onePage, otherPage] = yield* Effect.all(
        [Effect.map(connectOverCDP(oneEnd), firstPage), Effect.map(connectOverCDP(otherEnd), firstPage)],
        { concurrency: 2 }
      )
      yield* on(onePage, (page) => page.goto("data:text/html,<title>one</title>"))
      assert.deepStrictEqual(
        otherPage
          .context()
          .pages()
          .map((page) => page.url()),
        ["about:blank"]
      )
      yield* one.write("/tmp/site/index.html", "only here")
      yield* serve(one, "python3 -m http.server --directory /tmp/site 8000", 8000)
      const refused = yield* on(otherPage, (page) =>
        page.goto("http://127.0.0.1:8000/").then(
          () => "",
          (error) => String(error)
        )
      )
      assert.include(refused, "ERR_CONNECTION_REFUSED")
    })
  )

  withCloud("is gone with its session, and so is whoever is connected", (cloud) =>
    Effect.gen(function* () {
      const mine = yield* session(cloud)
      const endpoint = yield* mine.link("GetCdpLink")
      const browser = yield* connectOverCDP(endpoint)
      const gone = new Promise<void>((resolve) => browser.once("disconnected", () => resolve()))
      yield* mine.release
      yield* Effect.promise(() => gone)
      assert.strictEqual(yield* statusOf(endpoint), 401)
    })
  )

  withCloud("opens to nobody without its token", (cloud) =>
    Effect.gen(function* () {
      const mine = yield* session(cloud)
      const endpoint = yield* mine.link("GetCdpLink")
      assert.strictEqual(yield* statusOf(endpoint.replace(/.$/, (last) => (last === "0" ? "1" : "0"))), 401)
      // A link opens what it leads to and not the tools, and the other way round.
      assert.notInclude(endpoint, mine.Token)
      assert.strictEqual(yield* statusOf(endpoint.replace(/[^/]*$/, mine.Token)), 401)
      assert.strictEqual(yield* statusOf(endpoint.replace(/\/[^/]*$/, "")), 404)
      assert.strictEqual(yield* statusOf(endpoint.replace(/[^/]*$/, "")), 404)
      assert.strictEqual(yield* statusOf(`${endpoint}/devtools/browser`), 404)
      assert.strictEqual(yield* statusOf(endpoint.replace("websocket_ai", "elsewhere")), 404)
      const code = yield* session(cloud, { ImageId: "code_latest" })
      const refused = yield* call("GetCdpLink", { SessionId: code.id }, { url: cloud.url })
      assert.strictEqual(refused.status, 400)
      yield* code.release
      const gone = yield* call("GetCdpLink", { SessionId: code.id }, { url: cloud.url })
      assert.strictEqual(gone.body.Code, "InvalidMcpSession.NotFound")
    })
  )
})

const contexts: ReadonlyArray<readonly [title: string, policy: unknown]> = [
  [
    "whole profile",
    { uploadPolicy: { autoUpload: true }, downloadPolicy: null, deletePolicy: null, bwList: null }
  ],
  [
    "cookies only",
    {
      uploadPolicy: { autoUpload: true, uploadStrategy: "UploadBeforeResourceRelease" },
      downloadPolicy: { autoDownload: true, downloadStrategy: "DownloadAsync" },
      deletePolicy: { syncLocalFile: true },
      bwList: {
        whiteLists: ["/Local State", "/Default/Cookies", "/Default/Cookies-journal"].map((path) => ({
          path,
          excludePaths: []
        }))
      }
    }
  ]
]

describe("a browser context", () => {
  for (const [title, policy] of contexts) {
    withCloud(`carries cookies into the next session: ${title}`, (cloud) =>
      Effect.gen(function* () {
        const { Id } = yield* data("GetContext", { Name: "cookies", AllowCreate: "true" }, { url: cloud.url })
        const withContext = Effect.gen(function* () {
          const mine = yield* session(cloud, {
            PersistenceDataList: JSON.stringify([
              { ContextId: Id, Path: "/tmp/agentbay_browser", Policy: JSON.stringify(policy) }
            ])
          })
          yield* mine.initBrowser()
          yield* mine.write("/tmp/site/index.html", "<p>hello</p>")
          yield* serve(mine, "python3 -m http.server --directory /tmp/site 8000", 8000)
          const page = firstPage(yield* connectOverCDP(yield* mine.link("GetCdpLink")))
          yield* on(page, (page) => page.goto("http://127.0.0.1:8000/"))
          return { mine, page }
        })
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { mine, page } = yield* withContext
            assert.strictEqual(yield* on(page, (page) => page.evaluate("document.cookie")), "")
            yield* on(page, (page) => page.evaluate("document.cookie = 'basket=three; max-age=3600'"))
            // Nobody closes the browser: ending the session does.
            yield* mine.release
          })
        )
        const { page } = yield* withContext
        assert.strictEqual(yield* on(page, (page) => page.evaluate("document.cookie")), "basket=three")
      })
    )
  }
})

const shop = `<title>Shop</title>
<label>Name <input id="name"></label>
<label><input type="checkbox" id="gift"> Gift</label>
<button onclick="said.textContent = document.getElementById('name').value + (gift.checked ? ', gift' : '')">Buy</button>
<p id="said"></p>`

const noise = `{
  const canvas = document.getElementById("c").getContext("2d")
  const image = canvas.createImageData(2200, 1600)
  for (let at = 0; at < image.data.length; at += 65536) crypto.getRandomValues(image.data.subarray(at, at + 65536))
  for (let at = 3; at < image.data.length; at += 4) image.data[at] = 255
  canvas.putImageData(image, 0, 0)
}`
