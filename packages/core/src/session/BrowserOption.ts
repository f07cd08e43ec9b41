/**
 * How the browser of a session is started.
 *
 * Source: session automation modules, section 11.3; newer features, section 12.3.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { InvalidArgument } from "../AgentBayError.js"
import { encodeBase64 } from "../internal/files/base64.js"
import { isRecord } from "../internal/json.js"
import { makeTypeCheck } from "../internal/validate.js"
import * as BrowserFingerprint from "./BrowserFingerprint.js"

const Name = Schema.NonEmptyTrimmedString

const Pixels = Schema.Int.pipe(Schema.positive())

/**
 * Pixels.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Size = Schema.Struct({ width: Pixels, height: Pixels })

/**
 * A proxy of your own: `http://`, `https://` or `socks5://` with host and port.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CustomProxy = Schema.Struct({
  type: Schema.Literal("custom"),
  server: Name,
  username: Schema.optional(Schema.String),
  password: Schema.optional(Schema.RedactedFromSelf(Schema.String))
})

/**
 * A proxy of the service: `restricted` is one fixed node for the session, `polling` takes turns among `pollsize`
 * nodes (default 10).
 *
 * @since 0.1.0
 * @category schemas
 */
export const WuyingProxy = Schema.Struct({
  type: Schema.Literal("wuying"),
  strategy: Schema.Literal("restricted", "polling"),
  pollsize: Schema.optional(Schema.Int.pipe(Schema.positive()))
}).pipe(
  Schema.filter(({ pollsize, strategy }) => strategy === "polling" || pollsize === undefined, {
    message: () => "only strategy polling has a pollsize"
  })
)

/**
 * A proxy from the account's own pool, which the vendor sets up: `polling` takes turns by session, `sticky` is the
 * same address for the same `userId`, `rotating` another one each time, `matched` one of an `isp`, `country`,
 * `province` or `city`, of which at least one is needed.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ManagedProxy = Schema.Struct({
  type: Schema.Literal("managed"),
  strategy: Schema.Literal("polling", "sticky", "rotating", "matched"),
  userId: Name,
  isp: Schema.optional(Name),
  country: Schema.optional(Name),
  province: Schema.optional(Name),
  city: Schema.optional(Name)
}).pipe(
  Schema.filter(
    ({ city, country, isp, province, strategy }) =>
      strategy !== "matched" || [isp, country, province, city].some((part) => part !== undefined),
    { message: () => "strategy matched needs isp, country, province or city" }
  )
)

/**
 * @since 0.1.0
 * @category schemas
 */
export const Proxy = Schema.Union(CustomProxy, WuyingProxy, ManagedProxy)

/**
 * Which fingerprint the service makes up.
 *
 * @since 0.1.0
 * @category schemas
 */
export const RandomFingerprint = Schema.Struct({
  devices: Schema.optional(Schema.Array(Schema.Literal("desktop", "mobile"))),
  operatingSystems: Schema.optional(
    Schema.Array(Schema.Literal("windows", "macos", "linux", "android", "ios"))
  ),
  /** BCP 47, such as `de-CH`. */
  locales: Schema.optional(Schema.Array(Name))
})

const fingerprintInput = Schema.encodedSchema(BrowserFingerprint.FingerprintFormat).annotations({
  parseOptions: { onExcessProperty: "preserve" }
})

/**
 * Everything is optional.
 *
 * @since 0.1.0
 * @category schemas
 */
export const BrowserOption = Schema.Struct({
  /** Hide that the browser is automated. Changes the default browser context (`contexts()[0]`) only. Default false. */
  useStealth: Schema.optional(Schema.Boolean),
  /** Switches the fingerprint off. */
  userAgent: Schema.optional(Schema.String),
  viewport: Schema.optional(Size),
  screen: Schema.optional(Size),
  /** A random fingerprint of such a device. Takes effect with `useStealth`. */
  fingerprint: Schema.optional(RandomFingerprint),
  /** This very fingerprint; wins over `fingerprint` and replaces a stored one. Takes effect with `useStealth`. */
  fingerprintFormat: Schema.optional(fingerprintInput),
  /** Use the fingerprint that a fingerprint context has kept, and keep the one in use there. Default false. */
  fingerprintPersistent: Schema.optional(Schema.Boolean),
  /** Solve slider CAPTCHAs. Default false. */
  solveCaptchas: Schema.optional(Schema.Boolean),
  /** Log in by stored skills where a site asks for it. Default false. */
  autoLogin: Schema.optional(Schema.Boolean),
  /** Send a notification when a person is needed. Default false. */
  callForUser: Schema.optional(Schema.Boolean),
  /** At most one. */
  proxies: Schema.optional(
    Schema.Array(Proxy).pipe(Schema.maxItems(1, { message: () => "there is at most one proxy" }))
  ),
  /** Where the session keeps extensions. Default `/tmp/extensions/`. */
  extensionPath: Schema.optional(Name),
  /** Further command line arguments, such as `--disable-features=Translate`. */
  cmdArgs: Schema.optional(Schema.Array(Schema.String)),
  /** The first page; `chrome://` pages open at once, others may be slow enough for the start to fail. */
  defaultNavigateUrl: Schema.optional(Schema.String),
  /** Default: that of the image. Only `linux_latest` has both. */
  browserType: Schema.optional(Schema.Literal("chrome", "chromium")),
  /** Move the mouse and type as a person does. Default: left to the service. */
  behaviorSimulate: Schema.optional(Schema.Boolean)
})

/**
 * As `session.browser.option` has it: the password of a proxy is redacted.
 *
 * @since 0.1.0
 * @category models
 */
export type BrowserOption = typeof BrowserOption.Type

type PlainProxy =
  | (Omit<typeof CustomProxy.Type, "password"> & {
      readonly password?: string | Redacted.Redacted | undefined
    })
  | typeof WuyingProxy.Type
  | typeof ManagedProxy.Type

/**
 * As `session.browser.initialize` takes it: a password may also be a plain text.
 *
 * @since 0.1.0
 * @category models
 */
export interface BrowserOptionInput extends Omit<BrowserOption, "proxies"> {
  readonly proxies?: ReadonlyArray<PlainProxy> | undefined
}

const check = makeTypeCheck(BrowserOption)

/** Before anything can be shown in an error. */
const hidePassword = (proxy: unknown): unknown =>
  isRecord(proxy) && typeof proxy["password"] === "string"
    ? { ...proxy, password: Redacted.make(proxy["password"]) }
    : proxy

/**
 * Checks an option. Fails with `InvalidArgument`, which names the member at fault.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  input: BrowserOptionInput,
  operation = "BrowserOption.make"
): Effect.Effect<BrowserOption, InvalidArgument> => {
  const given: unknown = input
  const proxies = isRecord(given) ? given["proxies"] : undefined
  return check(
    operation,
    "option",
    Array.isArray(proxies) ? { ...input, proxies: proxies.map(hidePassword) } : given
  )
}

/**
 * What must stand in no message.
 *
 * @since 0.1.0
 * @category conversions
 */
export const secretsOf = ({ proxies = [] }: BrowserOption): ReadonlyArray<Redacted.Redacted> =>
  proxies.flatMap((proxy) =>
    proxy.type === "custom" && proxy.password !== undefined ? [proxy.password] : []
  )

/** Where the session keeps the fingerprint that it shall remember. */
const fingerprintPath = "/tmp/browser_fingerprint/fingerprint.json"

const extensionsPath = "/tmp/extensions/"

const wireProxy = (proxy: typeof Proxy.Type): unknown =>
  proxy.type === "custom" && proxy.password !== undefined
    ? { ...proxy, password: Redacted.value(proxy.password) }
    : proxy.type === "wuying" && proxy.strategy === "polling"
      ? { ...proxy, pollsize: proxy.pollsize ?? 10 }
      : proxy

const wireFingerprint = (input: BrowserFingerprint.FingerprintInput): string =>
  encodeBase64(new TextEncoder().encode(JSON.stringify(BrowserFingerprint.make(input))))

/**
 * The JSON object that travels, with the password in it. `enableRecord` is left out unless it is given.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toWire = (
  option: BrowserOption,
  enableRecord?: boolean | undefined
): Readonly<Record<string, unknown>> => {
  const { fingerprintFormat, fingerprintPersistent, proxies, ...rest } = option
  return {
    ...rest,
    useStealth: option.useStealth ?? false,
    solveCaptchas: option.solveCaptchas ?? false,
    autoLogin: option.autoLogin ?? false,
    callForUser: option.callForUser ?? false,
    extensionPath: option.extensionPath ?? extensionsPath,
    fingerprintRawData: fingerprintFormat === undefined ? undefined : wireFingerprint(fingerprintFormat),
    fingerprintPersistPath: fingerprintPersistent === true ? fingerprintPath : undefined,
    proxies: proxies?.map(wireProxy),
    enableRecord
  }
}
