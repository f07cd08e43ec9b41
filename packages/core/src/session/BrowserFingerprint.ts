/**
 * What a site can tell of a browser, as one value: to be read from a browser of your own and given to the browser of
 * a session (`fingerprintFormat`), which then looks like it. It takes effect with `useStealth: true`.
 *
 * Source: session automation modules, section 14.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { BrowserError } from "../AgentBayError.js"
import { pageFailure, type ScriptPage } from "../internal/browser/page.js"
import { readFingerprint } from "../internal/browser/readFingerprint.js"

const number = (otherwise: number) =>
  Schema.optionalWith(Schema.Number, { default: () => otherwise, nullable: true })
const text = (otherwise = "") =>
  Schema.optionalWith(Schema.String, { default: () => otherwise, nullable: true })
const flag = (otherwise: boolean) =>
  Schema.optionalWith(Schema.Boolean, { default: () => otherwise, nullable: true })
const list = <A, I>(item: Schema.Schema<A, I>) =>
  Schema.optionalWith(Schema.Array(item), { default: () => [], nullable: true })
const map = Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.String }), {
  default: () => ({}),
  nullable: true
})

const Brand = Schema.Struct({ brand: Schema.String, version: Schema.String })

/**
 * Sizes in CSS pixels. What is missing is 0, but for the colour depths (24) and the pixel ratio (1).
 *
 * @since 0.1.0
 * @category schemas
 */
export const ScreenFingerprint = Schema.Struct({
  availHeight: number(0),
  availWidth: number(0),
  availTop: number(0),
  availLeft: number(0),
  colorDepth: number(24),
  height: number(0),
  pixelDepth: number(24),
  width: number(0),
  devicePixelRatio: number(1),
  pageXOffset: number(0),
  pageYOffset: number(0),
  innerHeight: number(0),
  outerHeight: number(0),
  outerWidth: number(0),
  innerWidth: number(0),
  screenX: number(0),
  clientWidth: number(0),
  clientHeight: number(0),
  hasHDR: flag(false)
})

const UserAgentData = Schema.Struct({
  brands: list(Brand),
  mobile: flag(false),
  platform: text(),
  architecture: text(),
  bitness: text(),
  fullVersionList: list(Brand),
  model: text(),
  platformVersion: text(),
  uaFullVersion: text()
})

const ExtraProperties = Schema.Struct({
  vendorFlavors: list(Schema.String),
  isBluetoothSupported: flag(false),
  globalPrivacyControl: Schema.optional(Schema.NullOr(Schema.Boolean)),
  pdfViewerEnabled: flag(true),
  installedApps: list(Schema.Unknown)
})

const emptyPart = <A, I>(schema: Schema.Schema<A, I>) =>
  Schema.optionalWith(schema, { default: () => Schema.decodeUnknownSync(schema)({}), nullable: true })

/**
 * `webdriver` is a boolean in browsers; the official clients write a text.
 *
 * @since 0.1.0
 * @category schemas
 */
export const NavigatorFingerprint = Schema.Struct({
  userAgent: text(),
  userAgentData: emptyPart(UserAgentData),
  doNotTrack: text(),
  appCodeName: text(),
  appName: text(),
  appVersion: text(),
  oscpu: text(),
  webdriver: Schema.optionalWith(Schema.Union(Schema.Boolean, Schema.String), {
    default: () => "",
    nullable: true
  }),
  language: text(),
  languages: list(Schema.String),
  platform: text(),
  deviceMemory: Schema.optional(Schema.NullOr(Schema.Number)),
  hardwareConcurrency: number(8),
  product: text(),
  productSub: text(),
  vendor: text(),
  vendorSub: text(),
  maxTouchPoints: Schema.optional(Schema.NullOr(Schema.Number)),
  extraProperties: emptyPart(ExtraProperties)
})

const anything = (otherwise: () => unknown) => Schema.optionalWith(Schema.Unknown, { default: otherwise })

const Graphics = Schema.Struct({ renderer: text("Unknown"), vendor: text("Unknown") })

/**
 * A fingerprint and the headers that go with it. Everything may be left out and then has the value of a plain
 * desktop browser; a given `0`, `false` or empty text stays what it is. `pluginsData`, `battery` and
 * `multimediaDevices` are passed on as they are, and so are members that are not described here.
 *
 * @since 0.1.0
 * @category schemas
 */
export const FingerprintFormat = Schema.Struct({
  fingerprint: emptyPart(
    Schema.Struct({
      screen: emptyPart(ScreenFingerprint),
      navigator: emptyPart(NavigatorFingerprint),
      /** Support by name of the codec: `probably`, `maybe` or empty. */
      videoCodecs: map,
      audioCodecs: map,
      pluginsData: anything(() => ({})),
      battery: Schema.optional(Schema.Unknown),
      videoCard: emptyPart(Graphics),
      multimediaDevices: anything(() => []),
      fonts: list(Schema.String),
      mockWebRTC: flag(false),
      slim: Schema.optional(Schema.NullOr(Schema.Boolean))
    })
  ),
  /** By name, in lower case. */
  headers: map
}).annotations({ parseOptions: { onExcessProperty: "preserve" } })

/**
 * A complete fingerprint.
 *
 * @since 0.1.0
 * @category models
 */
export type FingerprintFormat = typeof FingerprintFormat.Type

/**
 * A fingerprint of which anything may be left out.
 *
 * @since 0.1.0
 * @category models
 */
export type FingerprintInput = typeof FingerprintFormat.Encoded

/**
 * A fingerprint as JSON text, as the session keeps it in `/tmp/browser_fingerprint/fingerprint.json`.
 *
 * @since 0.1.0
 * @category schemas
 * @example
 * ```ts
 * import { BrowserFingerprint } from "@effect-agentbay/core"
 * import { Schema } from "effect"
 *
 * const read = Schema.decode(BrowserFingerprint.fromJson)
 * const write = Schema.encode(BrowserFingerprint.fromJson)
 * ```
 */
export const fromJson: Schema.Schema<FingerprintFormat, string> = Schema.parseJson(FingerprintFormat)

/**
 * Fills in what is missing.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: (input: FingerprintInput) => FingerprintFormat = Schema.decodeSync(FingerprintFormat)

/**
 * What `collect` needs of a page; a page of Playwright is one.
 *
 * @since 0.1.0
 * @category models
 */
export type { ScriptPage } from "../internal/browser/page.js"

/**
 * Reads the fingerprint of the browser that shows `page`, which should be at `https://` or `http://localhost`
 * (elsewhere browsers hide a part of themselves). `headers` are those that the browser sends; the user agent and the
 * languages are derived when they are not given.
 *
 * Nothing is sent anywhere. Fails with `BrowserError`, reason `FingerprintFailed`, when the page refuses.
 *
 * @since 0.1.0
 * @category constructors
 */
export const collect = (
  page: ScriptPage,
  options: { readonly headers?: Readonly<Record<string, string>> | undefined } = {}
): Effect.Effect<FingerprintFormat, BrowserError> => {
  const operation = "BrowserFingerprint.collect"
  const failed = (detail: string) => new BrowserError({ reason: "FingerprintFailed", operation, detail })
  return Effect.gen(function* () {
    const read = yield* Effect.tryPromise({
      try: () => page.evaluate(readFingerprint, undefined),
      catch: (cause) => failed(pageFailure(cause))
    })
    const fingerprint = yield* Effect.mapError(
      Schema.decodeUnknown(FingerprintFormat)({ fingerprint: read, headers: options.headers ?? {} }),
      (error) => failed(error.message)
    )
    const { languages, userAgent } = fingerprint.fingerprint.navigator
    return {
      ...fingerprint,
      headers: {
        "user-agent": userAgent,
        ...(languages.length === 0 ? {} : { "accept-language": acceptLanguage(languages) }),
        ...keptHeaders(options.headers ?? {})
      }
    }
  }).pipe(Effect.withSpan(operation))
}

/** `de-DE,de;q=0.9,en;q=0.8`, as Chromium writes it. */
const acceptLanguage = (languages: ReadonlyArray<string>): string =>
  languages
    .map((language, index) =>
      index === 0 ? language : `${language};q=${Math.max(0.1, 1 - index / 10).toFixed(1)}`
    )
    .join(",")

const kept = [
  "sec-ch-ua",
  "sec-ch-ua-mobile",
  "sec-ch-ua-platform",
  "upgrade-insecure-requests",
  "user-agent",
  "accept",
  "sec-fetch-site",
  "sec-fetch-mode",
  "sec-fetch-user",
  "sec-fetch-dest",
  "accept-encoding",
  "accept-language"
]

const keptHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => kept.includes(name))
  )
