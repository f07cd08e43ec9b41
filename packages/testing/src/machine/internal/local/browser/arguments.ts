/**
 * The command line of Chromium for what `InitBrowser` asks for.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { BrowserOption } from "../../../Browser.js"
import { MachineError } from "../../../Machine.js"

/**
 * Where the DevTools server listens inside the session.
 *
 * @since 0.1.0
 * @category constants
 */
export const devToolsPort = 9222

/** The path at which a browser context is mounted. */
const PROFILE = "/tmp/agentbay_browser"
/** Beside the profile, because nobody wants it in a context. */
const CACHE = "/tmp/.agentbay_browser_cache"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { nullable: true })

const Pixels = Schema.Int.pipe(Schema.between(1, 16_384))
const Size = Schema.Struct({ width: Pixels, height: Pixels })

const Proxy = Schema.Struct({
  type: optional(Schema.String),
  server: optional(Schema.NonEmptyString),
  username: optional(Schema.String),
  password: optional(Schema.String)
})

const Switch = Schema.String.pipe(
  Schema.filter((text) => text.startsWith("-") && !text.includes("\0"), {
    message: () => "a command line argument of the browser begins with a hyphen"
  })
)

/** A header of HTTP, and an argument of a process. */
const Line = Schema.String.pipe(
  Schema.filter((text) => !/[\0\r\n]/.test(text), { message: () => "it has to be one line" })
)

const Url = Schema.String.pipe(
  Schema.filter((text) => URL.canParse(text) && !text.includes("\0"), { message: () => "it is not a URL" })
)

const Honoured = Schema.Struct({
  useStealth: optional(Schema.Boolean),
  userAgent: optional(Line),
  viewport: optional(Size),
  screen: optional(Size),
  proxies: optional(Schema.Array(Proxy)),
  extensionPath: optional(Schema.String),
  cmdArgs: optional(Schema.Array(Switch)),
  defaultNavigateUrl: optional(Url)
})

/**
 * The part of the option that a real Chromium can follow; everything else is left to the service.
 *
 * @since 0.1.0
 * @category models
 */
export type Honoured = typeof Honoured.Type

const decode = Schema.decodeUnknownEither(Honoured)

const invalid = (detail: string) => new MachineError({ reason: "Invalid", detail })

/**
 * Reads what is honoured, and ignores the rest. `Invalid`, with the name of the member, where it cannot be followed.
 *
 * @since 0.1.0
 * @category decoding
 */
export const honoured = (option: BrowserOption): Either.Either<Honoured, MachineError> =>
  Either.flatMap(
    Either.mapLeft(decode(option), (error) => {
      const issue = ParseResult.ArrayFormatter.formatErrorSync(error)[0]
      return invalid(
        `browser option ${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "not valid"}`
      )
    }),
    (read) => {
      const proxy = read.proxies?.find(({ type }) => type === "custom")
      if (proxy === undefined) return Either.right(read)
      if (proxy.server === undefined)
        return Either.left(invalid("browser option proxies.0.server: is missing"))
      return (proxy.username ?? "") === "" && (proxy.password ?? "") === ""
        ? Either.right(read)
        : Either.left(
            invalid(
              "browser option proxies.0.username: the browser of the local cloud takes no credentials of proxies"
            )
          )
    }
  )

const proxyServer = ({ proxies }: Honoured): string | undefined =>
  proxies?.find(({ type }) => type === "custom")?.server

/**
 * The arguments, `extensions` being the directories of unpacked extensions. Arguments of the user may replace those
 * before them, but not those on which the session depends.
 *
 * @since 0.1.0
 * @category constructors
 */
export const commandLine = (option: Honoured, extensions: ReadonlyArray<string>): ReadonlyArray<string> => {
  const { cmdArgs = [], defaultNavigateUrl, screen, useStealth, userAgent, viewport } = option
  const proxy = proxyServer(option)
  return [
    "--headless=new",
    // The session is the sandbox; Chromium's own needs rights that nobody has in there.
    "--no-sandbox",
    "--disable-gpu",
    "--mute-audio",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-sync",
    "--password-store=basic",
    `--disk-cache-dir=${CACHE}`,
    // Without it pages are told that a program steers them.
    ...(useStealth === true ? ["--disable-blink-features=AutomationControlled"] : []),
    ...(userAgent === undefined || userAgent === "" ? [] : [`--user-agent=${userAgent}`]),
    ...(screen === undefined ? [] : [`--screen-info={${screen.width}x${screen.height}}`]),
    ...(viewport === undefined ? [] : [`--window-size=${viewport.width},${viewport.height}`]),
    ...(proxy === undefined ? [] : [`--proxy-server=${proxy}`]),
    ...(extensions.length === 0 ? [] : [`--load-extension=${extensions.join(",")}`]),
    ...cmdArgs,
    `--user-data-dir=${PROFILE}`,
    `--remote-debugging-port=${devToolsPort}`,
    "--remote-debugging-pipe",
    defaultNavigateUrl ?? "about:blank"
  ]
}
