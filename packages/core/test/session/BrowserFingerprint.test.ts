// A page of Playwright is imitated here, which speaks in promises.
// @effect-diagnostics asyncFunction:off
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Schema from "effect/Schema"
import * as BrowserFingerprint from "../../src/session/BrowserFingerprint.js"
import { arbitraryOf, jsonValue } from "../contract/arbitrary.js"
import { assert, hasFields } from "../support/assertions.js"
import { makeScriptPage } from "../support/fakePage.js"
import { check } from "../support/properties.js"

const screenNumbers = [
  "availHeight",
  "availWidth",
  "availTop",
  "availLeft",
  "colorDepth",
  "height",
  "pixelDepth",
  "width",
  "devicePixelRatio",
  "pageXOffset",
  "pageYOffset",
  "innerHeight",
  "outerHeight",
  "outerWidth",
  "innerWidth",
  "screenX",
  "clientWidth",
  "clientHeight"
] as const

describe("a fingerprint", () => {
  it("is completed by what a plain desktop browser has", () => {
    const { fingerprint, headers } = BrowserFingerprint.make({})
    assert.deepStrictEqual<unknown>(fingerprint.screen, {
      ...Object.fromEntries(screenNumbers.map((name) => [name, 0])),
      colorDepth: 24,
      pixelDepth: 24,
      devicePixelRatio: 1,
      hasHDR: false
    })
    hasFields(fingerprint.navigator, { hardwareConcurrency: 8, userAgent: "", webdriver: "", languages: [] })
    assert.isTrue(fingerprint.navigator.extraProperties.pdfViewerEnabled)
    assert.deepStrictEqual(fingerprint.videoCard, { renderer: "Unknown", vendor: "Unknown" })
    assert.deepStrictEqual(headers, {})
    assert.notProperty(fingerprint, "battery")
  })

  it("keeps every number, also 0, every false and every empty text that is given", () => {
    check(
      fc.property(
        fc.record(
          Object.fromEntries(screenNumbers.map((name) => [name, fc.constantFrom(0, 1, 24, 2.5, -7)])),
          { requiredKeys: [] }
        ),
        (screen) => {
          const made = BrowserFingerprint.make({ fingerprint: { screen } }).fingerprint.screen
          hasFields(made, screen)
        }
      )
    )
    const made = BrowserFingerprint.make({
      fingerprint: {
        navigator: {
          hardwareConcurrency: 0,
          webdriver: false,
          extraProperties: { pdfViewerEnabled: false },
          userAgentData: { mobile: false }
        },
        videoCard: { renderer: "" }
      }
    }).fingerprint
    hasFields(made.navigator, { hardwareConcurrency: 0, webdriver: false })
    assert.isFalse(made.navigator.extraProperties.pdfViewerEnabled)
    assert.strictEqual(made.videoCard.renderer, "")
  })

  it("comes back through JSON as it was", () => {
    check(
      fc.property(arbitraryOf(BrowserFingerprint.FingerprintFormat), jsonValue, (value, free) => {
        const given = {
          ...value,
          fingerprint: {
            ...value.fingerprint,
            pluginsData: { free },
            multimediaDevices: [free],
            navigator: {
              ...value.fingerprint.navigator,
              extraProperties: { ...value.fingerprint.navigator.extraProperties, installedApps: [free] }
            }
          }
        }
        const text = Schema.encodeSync(BrowserFingerprint.fromJson)(given)
        const back = Schema.decodeSync(BrowserFingerprint.fromJson)(text)
        assert.deepStrictEqual(JSON.parse(JSON.stringify(back)), JSON.parse(JSON.stringify(given)))
      }),
      { numRuns: 50 }
    )
  })

  it("keeps members that are not described, and data whose form the official types get wrong", () => {
    const given = {
      fingerprint: {
        battery: { charging: true, level: 1 },
        pluginsData: { plugins: [{ name: "PDF" }], mimeTypes: [] },
        multimediaDevices: { speakers: [], micros: [], webcams: [{ kind: "videoinput" }] },
        screen: { foldable: true },
        brandNew: 1
      },
      version: 2
    }
    const text = JSON.stringify(given)
    const back = JSON.parse(
      Schema.encodeSync(BrowserFingerprint.fromJson)(Schema.decodeSync(BrowserFingerprint.fromJson)(text))
    )
    assert.strictEqual(back.version, 2)
    assert.strictEqual(back.fingerprint.screen.foldable, true)
    for (const name of ["battery", "pluginsData", "multimediaDevices", "brandNew"] as const) {
      assert.deepStrictEqual(back.fingerprint[name], given.fingerprint[name])
    }
  })

  it("with a wrong member is refused", () => {
    const decode = Schema.decodeEither(BrowserFingerprint.fromJson)
    for (const text of ['{"fingerprint":{"screen":{"width":"1"}}}', '{"headers":[]}', "no"]) {
      assert.strictEqual(decode(text)._tag, "Left", text)
    }
  })
})

const element = {
  canPlayType: (type: string) => (type.includes("mp4") ? "probably" : ""),
  getContext: (kind: string) =>
    kind === "webgl"
      ? {
          getExtension: () => ({ UNMASKED_RENDERER_WEBGL: 1, UNMASKED_VENDOR_WEBGL: 2 }),
          getParameter: (name: number) => (name === 1 ? "Renderer X" : "Vendor Y")
        }
      : {
          font: "",
          measureText() {
            // Arial is installed here, and nothing else.
            return { width: this.font.includes("Arial") ? 77 : 50 }
          }
        }
}

const globals = () => {
  const screen = {
    width: 1600,
    height: 1000,
    availWidth: 1600,
    availHeight: 960,
    colorDepth: 30,
    pixelDepth: 30
  }
  const window = {
    devicePixelRatio: 2,
    scrollX: 0,
    scrollY: 0,
    innerWidth: 1200,
    innerHeight: 800,
    outerWidth: 1210,
    outerHeight: 900,
    screenX: 0,
    matchMedia: () => ({ matches: true }),
    chrome: {}
  }
  const navigator = {
    userAgent: "UA/1",
    userAgentData: {
      brands: [{ brand: "Chromium", version: "140" }],
      mobile: false,
      platform: "Linux",
      getHighEntropyValues: async () => ({ architecture: "x86", bitness: "64", fullVersionList: [] })
    },
    doNotTrack: null,
    appName: "Netscape",
    webdriver: false,
    language: "de-CH",
    languages: ["de-CH", "de", "en"],
    hardwareConcurrency: 4,
    maxTouchPoints: 0,
    pdfViewerEnabled: false,
    plugins: [{ name: "PDF", description: "", filename: "internal", length: 2 }],
    mimeTypes: [{ type: "application/pdf", description: "", suffixes: "pdf" }],
    mediaDevices: {
      enumerateDevices: async () => [{ deviceId: "1", groupId: "2", kind: "audioinput", label: "Mic" }]
    },
    getBattery: async () => ({ charging: true, chargingTime: 0, dischargingTime: Infinity, level: 1 })
  }
  const document = {
    documentElement: { clientWidth: 1185, clientHeight: 800 },
    createElement: () => element
  }
  return { screen, window, navigator, document }
}

describe("reading the fingerprint of a browser", () => {
  it.effect("runs the collector in the page", () =>
    Effect.gen(function* () {
      const { fingerprint, headers } = yield* BrowserFingerprint.collect(makeScriptPage(globals()), {
        headers: { "Sec-CH-UA": '"Chromium"', cookie: "SECRETCOOKIE", Accept: "text/html" }
      })
      hasFields(fingerprint.screen, {
        width: 1600,
        colorDepth: 30,
        devicePixelRatio: 2,
        clientWidth: 1185,
        hasHDR: true
      })
      hasFields(fingerprint.navigator, {
        userAgent: "UA/1",
        webdriver: false,
        hardwareConcurrency: 4,
        maxTouchPoints: 0,
        doNotTrack: "",
        languages: ["de-CH", "de", "en"]
      })
      hasFields(fingerprint.navigator.userAgentData, {
        platform: "Linux",
        architecture: "x86",
        bitness: "64"
      })
      hasFields(fingerprint.navigator.extraProperties, { vendorFlavors: ["chrome"], pdfViewerEnabled: false })
      assert.deepStrictEqual(fingerprint.videoCard, { renderer: "Renderer X", vendor: "Vendor Y" })
      assert.strictEqual(fingerprint.videoCodecs["h264"], "probably")
      assert.deepStrictEqual(fingerprint.fonts, ["Arial"])
      assert.deepStrictEqual(fingerprint.battery, {
        charging: true,
        chargingTime: 0,
        dischargingTime: null,
        level: 1
      })
      assert.deepStrictEqual(headers, {
        "user-agent": "UA/1",
        "accept-language": "de-CH,de;q=0.9,en;q=0.8",
        "sec-ch-ua": '"Chromium"',
        accept: "text/html"
      })
    })
  )

  it.effect("works in browsers that lack the half of it", () =>
    Effect.gen(function* () {
      const { document, screen, window } = globals()
      const navigator = { userAgent: "UA/2", language: "en", languages: ["en"], plugins: [], mimeTypes: [] }
      const page = makeScriptPage({
        screen,
        window,
        navigator,
        document: { ...document, createElement: () => ({ ...element, getContext: () => null }) }
      })
      const { fingerprint } = yield* BrowserFingerprint.collect(page)
      assert.strictEqual(fingerprint.navigator.userAgent, "UA/2")
      assert.strictEqual(fingerprint.videoCard.vendor, "Unknown")
      assert.deepStrictEqual(fingerprint.fonts, [])
    })
  )

  it.effect("fails when the page does", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(BrowserFingerprint.collect(makeScriptPage({})))
      hasFields(error, { _tag: "BrowserError", reason: "FingerprintFailed" })
    })
  )
})
