import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import type { CreateParams } from "../../src/SessionParams.js"
import type { BrowserOptionInput } from "../../src/session/BrowserOption.js"
import { created, makeAccount, type Replies, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import {
  after,
  connectionFailure,
  ok,
  refused,
  type Sent,
  softlyRefused
} from "../support/ScriptedService.js"

const port = ok({ Port: 9222 })
const url = "wss://cdp.test/devtools/browser/SECRETENDPOINT"
const link = ok({ Url: url })

const toolAnswer = (text: string, isError = false) => ok({ content: [{ type: "text", text }], isError })

const open = (replies: Replies = {}, params: CreateParams = {}) =>
  Effect.gen(function* () {
    const { bay, service } = yield* makeAccount(
      working({
        CreateMcpSession: ok(created({ LinkUrl: "" })),
        InitBrowser: port,
        GetCdpLink: link,
        "tool stopChrome": toolAnswer("true"),
        ...replies
      })
    )
    const { browser } = yield* bay.create(params)
    return { browser, service, sent: () => service.names().slice(1) }
  })

const optionIn = (sent: Sent | undefined): unknown => JSON.parse(sent?.form["BrowserOption"] ?? "null")

const defaults = {
  useStealth: false,
  solveCaptchas: false,
  autoLogin: false,
  callForUser: false,
  extensionPath: "/tmp/extensions/"
}

describe("starting", () => {
  it.effect("sends the defaults, and the constant path of the profile", () =>
    Effect.gen(function* () {
      const { browser, service } = yield* open()
      assert.isFalse(yield* browser.isInitialized)
      yield* browser.initialize()
      const sent = service.sent.at(-1)
      hasFields(sent?.form, { SessionId: "s-1", PersistentPath: "/tmp/agentbay_browser" })
      assert.deepStrictEqual(optionIn(sent), defaults)
      assert.isTrue(yield* browser.isInitialized)
    })
  )

  it.effect("sends every option in the form of the service", () =>
    Effect.gen(function* () {
      const { browser, service } = yield* open()
      yield* browser.initialize({
        useStealth: true,
        userAgent: "",
        viewport: { width: 1440, height: 900 },
        screen: { width: 1920, height: 1080 },
        fingerprint: { devices: ["mobile"], operatingSystems: ["ios"], locales: ["de-CH"] },
        fingerprintFormat: { fingerprint: { screen: { width: 0, hasHDR: false } }, headers: { a: "ö" } },
        fingerprintPersistent: true,
        solveCaptchas: true,
        autoLogin: true,
        callForUser: true,
        proxies: [{ type: "custom", server: "http://p:1", username: "u", password: "p" }],
        extensionPath: "/opt/e/",
        cmdArgs: [],
        defaultNavigateUrl: "chrome://version/",
        browserType: "chromium",
        behaviorSimulate: true
      })
      const { fingerprintRawData, ...rest } = optionIn(service.sent.at(-1)) as Record<string, unknown>
      const raw = JSON.parse(Buffer.from(String(fingerprintRawData), "base64").toString("utf8"))
      hasFields(raw.fingerprint.screen, { width: 0, hasHDR: false, colorDepth: 24 })
      assert.deepStrictEqual(raw.headers, { a: "ö" })
      assert.deepStrictEqual(rest, {
        useStealth: true,
        userAgent: "",
        viewport: { width: 1440, height: 900 },
        screen: { width: 1920, height: 1080 },
        fingerprint: { devices: ["mobile"], operatingSystems: ["ios"], locales: ["de-CH"] },
        fingerprintPersistPath: "/tmp/browser_fingerprint/fingerprint.json",
        solveCaptchas: true,
        autoLogin: true,
        callForUser: true,
        proxies: [{ type: "custom", server: "http://p:1", username: "u", password: "p" }],
        extensionPath: "/opt/e/",
        cmdArgs: [],
        defaultNavigateUrl: "chrome://version/",
        browserType: "chromium",
        behaviorSimulate: true
      })
    })
  )

  const proxies: ReadonlyArray<
    readonly [given: NonNullable<BrowserOptionInput["proxies"]>[0], sent: object]
  > = [
    [
      { type: "wuying", strategy: "polling" },
      { type: "wuying", strategy: "polling", pollsize: 10 }
    ],
    [
      { type: "wuying", strategy: "polling", pollsize: 3 },
      { type: "wuying", strategy: "polling", pollsize: 3 }
    ],
    [
      { type: "wuying", strategy: "restricted" },
      { type: "wuying", strategy: "restricted" }
    ],
    [
      { type: "managed", strategy: "matched", userId: "u", city: "hz" },
      { type: "managed", strategy: "matched", userId: "u", city: "hz" }
    ],
    [
      { type: "custom", server: "socks5://p:1", password: Redacted.make("x") },
      { type: "custom", server: "socks5://p:1", password: "x" }
    ]
  ]
  for (const [given, expected] of proxies) {
    it.effect(`a proxy: ${JSON.stringify(given)}`, () =>
      Effect.gen(function* () {
        const { browser, service } = yield* open()
        yield* browser.initialize({ proxies: [given] })
        assert.deepStrictEqual(optionIn(service.sent.at(-1)), { ...defaults, proxies: [expected] })
      })
    )
  }

  for (const [given, expected] of [
    [true, true],
    [false, false],
    [undefined, undefined]
  ] as const) {
    it.effect(`records as the session was created: ${given}`, () =>
      Effect.gen(function* () {
        const { browser, service } = yield* open({}, { enableBrowserReplay: given })
        yield* browser.initialize()
        assert.strictEqual(
          (optionIn(service.sent.at(-1)) as Record<string, unknown>)["enableRecord"],
          expected
        )
      })
    )
  }

  it.effect("of a session that was found by its id leaves recording to the service", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(
        working({ GetSession: ok(created({ Status: "RUNNING" })), InitBrowser: port })
      )
      const { browser } = yield* bay.get("s-1")
      yield* browser.initialize()
      assert.notProperty(optionIn(service.sent.at(-1)), "enableRecord")
    })
  )

  const refusedOptions: ReadonlyArray<readonly [option: unknown, field: string]> = [
    [null, "option"],
    [{ useStealth: "yes" }, "option.useStealth"],
    [{ viewport: { width: 0, height: 1 } }, "option.viewport.width"],
    [{ viewport: { width: 1.5, height: 1 } }, "option.viewport.width"],
    [{ fingerprint: { devices: ["watch"] } }, "option.fingerprint.devices.0"],
    [{ fingerprint: { operatingSystems: ["beos"] } }, "option.fingerprint.operatingSystems.0"],
    [
      { fingerprintFormat: { fingerprint: { screen: { width: "1" } } } },
      "option.fingerprintFormat.fingerprint.screen.width"
    ],
    [{ extensionPath: " " }, "option.extensionPath"],
    [{ cmdArgs: "--a" }, "option.cmdArgs"],
    [{ browserType: "firefox" }, "option.browserType"],
    [{ persistentPath: "/x" }, "option.persistentPath"],
    [{ proxies: { type: "custom" } }, "option.proxies"],
    [{ proxies: [{ type: "custom", password: "hush-hush" }] }, "option.proxies.0.server"],
    [{ proxies: [{ type: "vpn", password: "hush-hush" }] }, "option.proxies.0.type"],
    [{ proxies: [{ type: "wuying", strategy: "polling", pollsize: 0 }] }, "option.proxies.0.pollsize"],
    [{ proxies: [{ type: "wuying", strategy: "restricted", pollsize: 1 }] }, "option.proxies.0"],
    [{ proxies: [{ type: "managed", strategy: "sticky" }] }, "option.proxies.0.userId"],
    [{ proxies: [{ type: "managed", strategy: "matched", userId: "u" }] }, "option.proxies.0"],
    [
      {
        proxies: [
          { type: "custom", server: "a", password: "hush-hush" },
          { type: "custom", server: "b" }
        ]
      },
      "option.proxies"
    ]
  ]
  for (const [option, field] of refusedOptions) {
    it.effect(`refuses ${JSON.stringify(option)} before anything is sent`, () =>
      Effect.gen(function* () {
        const { browser, sent } = yield* open()
        const error = yield* Effect.flip(browser.initialize(option as never))
        hasFields(error, { _tag: "InvalidArgument", operation: "SessionBrowser.initialize" })
        assert.strictEqual(error._tag === "InvalidArgument" ? error.field : "", field)
        assert.notInclude(error.message, "hush-hush")
        assert.deepStrictEqual(sent(), [])
      })
    )
  }

  it.effect("is a typed failure when the service names no port, and can be tried again", () =>
    Effect.gen(function* () {
      const { browser } = yield* open({ InitBrowser: [ok({}), ok({ Port: null }), ok({ Port: 0 })] })
      for (const _ of [1, 2]) {
        hasFields(yield* Effect.flip(browser.initialize()), {
          _tag: "BrowserError",
          reason: "InitializeFailed",
          requestId: "req-1",
          sessionId: "s-1"
        })
        assert.isFalse(yield* browser.isInitialized)
      }
      yield* browser.initialize()
      assert.isTrue(yield* browser.isInitialized)
    })
  )

  it.effect("keeps the code of a refusal, whatever port comes with it, and no password", () =>
    Effect.gen(function* () {
      const { browser } = yield* open({
        InitBrowser: softlyRefused("Browser.Start", "proxy http://u:hush-hush@p:1 is down: hush-hush")
      })
      const error = yield* Effect.flip(
        browser.initialize({ proxies: [{ type: "custom", server: "http://p:1", password: "hush-hush" }] })
      )
      hasFields(error, { _tag: "SessionError", code: "Browser.Start" })
      assert.notInclude(`${error.message} ${JSON.stringify(error)}`, "hush-hush")
    })
  )

  it.effect("twice with the same option is one start; with another one a failure that says so", () =>
    Effect.gen(function* () {
      const { browser, sent } = yield* open()
      yield* browser.initialize({ useStealth: true })
      yield* browser.initialize({ useStealth: true, cmdArgs: undefined })
      hasFields(yield* Effect.flip(browser.initialize()), {
        _tag: "BrowserError",
        reason: "AlreadyInitialized"
      })
      assert.deepStrictEqual(sent(), ["InitBrowser"])
      const option = Option.getOrNull(yield* browser.option)
      assert.strictEqual(option?.useStealth, true)
    })
  )

  it.effect("at the same time is one start", () =>
    Effect.gen(function* () {
      const { browser, sent } = yield* open({ InitBrowser: after("2 seconds", port) })
      const fiber = yield* Effect.fork(
        Effect.all([browser.initialize(), browser.initialize(), browser.initialize()], {
          concurrency: "unbounded"
        })
      )
      yield* TestClock.adjust("2 seconds")
      yield* fiber
      assert.deepStrictEqual(sent(), ["InitBrowser"])
    })
  )

  it.effect("shows the password of a proxy nowhere", () =>
    Effect.gen(function* () {
      const { browser } = yield* open()
      yield* browser.initialize({
        proxies: [{ type: "custom", server: "http://p:1", password: "hush-hush" }]
      })
      const option = yield* browser.option
      assert.notInclude(`${JSON.stringify(option)} ${String(option)}`, "hush-hush")
    })
  )
})

describe("the endpoint", () => {
  it.effect("needs a browser that is initialized", () =>
    Effect.gen(function* () {
      const { browser, sent } = yield* open()
      const error = yield* Effect.flip(browser.endpointUrl)
      hasFields(error, {
        _tag: "BrowserError",
        reason: "NotInitialized",
        operation: "SessionBrowser.endpointUrl"
      })
      assert.deepStrictEqual(sent(), [])
    })
  )

  it.effect("is asked for once and is a secret", () =>
    Effect.gen(function* () {
      const { browser, sent } = yield* open()
      yield* browser.initialize()
      const first = yield* browser.endpointUrl
      const second = yield* browser.endpointUrl
      assert.strictEqual(Redacted.value(first), url)
      assert.strictEqual(Redacted.value(second), url)
      assert.notInclude(`${String(first)} ${JSON.stringify(first)}`, "SECRET")
      assert.deepStrictEqual(sent(), ["InitBrowser", "GetCdpLink"])
    })
  )

  it.effect("of a service of the first generation is a link without a port", () =>
    Effect.gen(function* () {
      const { browser, service, sent } = yield* open({
        GetCdpLink: refused("InvalidAction.NotFound", "no such action", 404),
        GetLink: link
      })
      yield* browser.initialize()
      assert.strictEqual(Redacted.value(yield* browser.endpointUrl), url)
      assert.deepStrictEqual(sent(), ["InitBrowser", "GetCdpLink", "GetLink"])
      assert.isUndefined(service.sent.at(-1)?.form["Port"])
    })
  )

  it.effect("that does not come is one typed failure, and is asked for again", () =>
    Effect.gen(function* () {
      const { browser } = yield* open({
        GetCdpLink: [ok({}), refused("InvalidMcpSession.NotFound"), link]
      })
      yield* browser.initialize()
      hasFields(yield* Effect.flip(browser.endpointUrl), { _tag: "BrowserError", reason: "EndpointMissing" })
      hasFields(yield* Effect.flip(browser.endpointUrl), {
        _tag: "SessionError",
        reason: "NotFound",
        code: "InvalidMcpSession.NotFound"
      })
      assert.strictEqual(Redacted.value(yield* browser.endpointUrl), url)
    })
  )
})

describe("a browser that runs already", () => {
  it.effect("is taken up without a start", () =>
    Effect.gen(function* () {
      const { browser, sent } = yield* open()
      yield* browser.attach
      assert.isTrue(yield* browser.isInitialized)
      assert.isTrue(Option.isNone(yield* browser.option))
      assert.strictEqual(Redacted.value(yield* browser.endpointUrl), url)
      hasFields(yield* Effect.flip(browser.initialize()), { reason: "AlreadyInitialized" })
      assert.deepStrictEqual(sent(), ["GetCdpLink"])
    })
  )

  it.effect("gets a fresh endpoint, and keeps its option", () =>
    Effect.gen(function* () {
      const { browser } = yield* open({ GetCdpLink: [link, ok({ Url: "wss://fresh.test/" })] })
      yield* browser.initialize({ useStealth: true })
      yield* browser.endpointUrl
      yield* browser.attach
      assert.strictEqual(Redacted.value(yield* browser.endpointUrl), "wss://fresh.test/")
      assert.isTrue(Option.isSome(yield* browser.option))
    })
  )

  it.effect("that is none is no success", () =>
    Effect.gen(function* () {
      const { browser } = yield* open({ GetCdpLink: refused("InvalidOperation.NoBrowser") })
      hasFields(yield* Effect.flip(browser.attach), {
        _tag: "SessionError",
        code: "InvalidOperation.NoBrowser"
      })
      assert.isFalse(yield* browser.isInitialized)
    })
  )
})

describe("ending", () => {
  it.effect("needs a browser that is initialized, and forgets it", () =>
    Effect.gen(function* () {
      const { browser, sent } = yield* open()
      hasFields(yield* Effect.flip(browser.destroy), { _tag: "BrowserError", reason: "NotInitialized" })
      yield* browser.initialize({ useStealth: true })
      yield* browser.destroy
      assert.isFalse(yield* browser.isInitialized)
      assert.isTrue(Option.isNone(yield* browser.option))
      yield* browser.initialize()
      assert.deepStrictEqual(sent(), ["InitBrowser", "tool stopChrome", "InitBrowser"])
    })
  )

  it.effect("does not hide that the tool said no", () =>
    Effect.gen(function* () {
      const { browser } = yield* open({ "tool stopChrome": toolAnswer("chrome not running", true) })
      yield* browser.initialize()
      hasFields(yield* Effect.flip(browser.destroy), { _tag: "ToolError", text: "chrome not running" })
      assert.isFalse(yield* browser.isInitialized)
    })
  )

  it.effect("that did not arrive leaves it running", () =>
    Effect.gen(function* () {
      const { browser } = yield* open({ "tool stopChrome": connectionFailure("ECONNREFUSED") })
      yield* browser.initialize()
      hasFields(yield* Effect.flip(browser.destroy), { _tag: "SessionError", reason: "Transport" })
      assert.isTrue(yield* browser.isInitialized)
    })
  )
})
