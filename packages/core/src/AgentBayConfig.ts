/**
 * How to reach the service: api key, endpoint, region, timeouts, policies. From code, or from `Config`.
 *
 * | variable | option | default |
 * |---|---|---|
 * | `AGENTBAY_API_KEY` | `apiKey` | none, required |
 * | `AGENTBAY_ENDPOINT` | `endpoint` | `wuyingai.cn-shanghai.aliyuncs.com` |
 * | `AGENTBAY_TIMEOUT_MS` | `timeouts.request` | 60000 |
 * | `AGENTBAY_REGION_ID` | `regionId` | none |
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { InvalidConfiguration } from "./AgentBayError.js"
import { version } from "./internal/version.js"
import * as RetryPolicy from "./RetryPolicy.js"

/**
 * The endpoint used when none is configured.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultEndpoint = "wuyingai.cn-shanghai.aliyuncs.com"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Must not be blank. Wrap it with `Redacted.make` to keep it out of your own logs too. */
  readonly apiKey: string | Redacted.Redacted
  /**
   * `host`, `host:port`, or a full `http://` or `https://` URL, with or without a path. Without a scheme, https.
   * An api key belongs to one gateway.
   */
  readonly endpoint?: string | undefined
  /** Sent as `LoginRegionId` where contexts, networks and sessions are created. Never changes the endpoint. */
  readonly regionId?: string | undefined
  readonly timeouts?:
    | {
        /** Deadline of one action, and of a tool call that names no time of its own. Default 60 seconds. */
        readonly request?: Duration.DurationInput | undefined
        /** Deadline of a tool call over the session's link that names no time of its own. Default 900 seconds. */
        readonly link?: Duration.DurationInput | undefined
        /** How long a deletion may take until it is confirmed. Default 300 seconds. */
        readonly deletion?: Duration.DurationInput | undefined
      }
    | undefined
  /** Name of the framework that uses this SDK, for the service's statistics. Default empty. */
  readonly framework?: string | undefined
  readonly userAgent?: string | undefined
  /**
   * What a tool call of a VPC session does when the VPC route cannot be taken: `none` fails with
   * `VpcUnavailable`, `api` sends it over the API instead, provided that it was not sent. Default `none`.
   */
  readonly vpcFallback?: "none" | "api" | undefined
  /**
   * Which action ends a session: `DeleteSessionAsync` of the current service, `ReleaseMcpSession` of the first
   * one, or `auto`: the former, and the latter where the gateway does not know it. Default `auto`.
   */
  readonly deletion?: "auto" | "DeleteSessionAsync" | "ReleaseMcpSession" | undefined
  /**
   * How sessions are made traceable (see `Lease`): `false` adds no labels. With an `owner`, sessions that a scope holds
   * are renewed every third of `timeToLive` (default 15 minutes, at least one second), and `AgentBay.reap` ends those
   * that are not. Default `{}`: only the label that tells creations apart.
   */
  readonly lease?:
    | false
    | { readonly owner?: string | undefined; readonly timeToLive?: Duration.DurationInput | undefined }
    | undefined
  /** When failed calls are repeated. Default `RetryPolicy.standard`; `RetryPolicy.none` turns it off. */
  readonly retry?: RetryPolicy.RetryPolicy | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class AgentBayConfig extends Context.Tag("@effect-agentbay/core/AgentBayConfig")<
  AgentBayConfig,
  AgentBayConfig.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace AgentBayConfig {
  /**
   * Checked and complete settings. `endpoint` is an absolute URL that ends in a slash.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    readonly apiKey: Redacted.Redacted
    readonly endpoint: string
    readonly regionId: Option.Option<string>
    readonly timeouts: {
      readonly request: Duration.Duration
      readonly link: Duration.Duration
      readonly deletion: Duration.Duration
    }
    readonly framework: string
    readonly userAgent: string
    readonly vpcFallback: "none" | "api"
    readonly deletion: "auto" | "DeleteSessionAsync" | "ReleaseMcpSession"
    /** None when sessions carry no labels of ours. */
    readonly lease: Option.Option<{
      readonly owner: Option.Option<string>
      readonly timeToLive: Duration.Duration
    }>
    readonly retry: RetryPolicy.RetryPolicy
  }
}

const variables: Readonly<Record<string, string>> = {
  apiKey: "AGENTBAY_API_KEY",
  endpoint: "AGENTBAY_ENDPOINT",
  "timeouts.request": "AGENTBAY_TIMEOUT_MS",
  regionId: "AGENTBAY_REGION_ID"
}

const reject = (field: string, value: string | undefined, rule: string) =>
  Effect.fail(new InvalidConfiguration({ field, variable: variables[field], value, rule }))

const endpointRule =
  "it must be a host, host:port, or an http:// or https:// URL without user, query or fragment"

const parseEndpoint = (text: string): Effect.Effect<string, InvalidConfiguration> => {
  // A URL with a password in it must not be repeated in the message.
  const shown = text.includes("@") ? "<redacted>" : JSON.stringify(text)
  const trimmed = text.trim()
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`
  const url = URL.canParse(absolute) ? new URL(absolute) : undefined
  const usable =
    url !== undefined &&
    trimmed !== "" &&
    // `http:/host` would be read as a host called http.
    !/\s|^https?:\/(?!\/)/i.test(trimmed) &&
    (url.protocol === "https:" || url.protocol === "http:") &&
    url.hostname !== "" &&
    url.username === "" &&
    url.password === "" &&
    url.search === "" &&
    url.hash === ""
  if (!usable) return reject("endpoint", shown, endpointRule)
  return Effect.succeed(url.href.endsWith("/") ? url.href : `${url.href}/`)
}

const parseTimeout = (
  field: string,
  input: Duration.DurationInput | undefined,
  fallback: Duration.DurationInput
): Effect.Effect<Duration.Duration, InvalidConfiguration> => {
  const duration = Duration.decodeUnknown(input ?? fallback)
  return Option.isSome(duration) && Duration.isFinite(duration.value) && Duration.toMillis(duration.value) > 0
    ? Effect.succeed(duration.value)
    : reject(field, String(input), "it must be a positive, finite time")
}

const parseLease = (
  lease: Exclude<Options["lease"], undefined>
): Effect.Effect<AgentBayConfig.Service["lease"], InvalidConfiguration> =>
  Effect.gen(function* () {
    if (lease === false) return Option.none()
    const { owner } = lease
    if (owner !== undefined && (typeof owner !== "string" || owner.trim() === "")) {
      return yield* reject("lease.owner", JSON.stringify(owner), "it must be a non-blank text")
    }
    const timeToLive = yield* parseTimeout("lease.timeToLive", lease.timeToLive, "15 minutes")
    if (Duration.toMillis(timeToLive) < 1000) {
      return yield* reject("lease.timeToLive", String(lease.timeToLive), "it must be at least one second")
    }
    return Option.some({ owner: Option.fromNullable(owner), timeToLive })
  })

/**
 * Checks settings and fills in the defaults. Fails with `InvalidConfiguration`, which names the option and its
 * environment variable, on a blank key, a malformed endpoint or a timeout that is not positive.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Effect.Effect<AgentBayConfig.Service, InvalidConfiguration> =>
  Effect.gen(function* () {
    const apiKey = Redacted.isRedacted(options.apiKey) ? options.apiKey : Redacted.make(options.apiKey)
    const key = Redacted.value(apiKey)
    if (typeof key !== "string" || key.trim() === "") {
      return yield* reject("apiKey", undefined, "must be set to a non-empty key (it looks like akm-…)")
    }
    if (/\s/.test(key)) return yield* reject("apiKey", undefined, "must not contain white space")
    return {
      apiKey,
      endpoint: yield* parseEndpoint(options.endpoint ?? defaultEndpoint),
      regionId: Option.filter(Option.fromNullable(options.regionId), (region) => region !== ""),
      timeouts: {
        request: yield* parseTimeout("timeouts.request", options.timeouts?.request, "60 seconds"),
        link: yield* parseTimeout("timeouts.link", options.timeouts?.link, "900 seconds"),
        deletion: yield* parseTimeout("timeouts.deletion", options.timeouts?.deletion, "300 seconds")
      },
      framework: options.framework ?? "",
      userAgent: options.userAgent ?? `effect-agentbay/${version}`,
      vpcFallback: options.vpcFallback ?? "none",
      deletion: options.deletion ?? "auto",
      lease: yield* parseLease(options.lease ?? {}),
      retry: options.retry ?? RetryPolicy.standard
    }
  })

/**
 * Settings from code.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * ```ts
 * import { AgentBayConfig } from "@effect-agentbay/core"
 * import { Redacted } from "effect"
 *
 * const config = AgentBayConfig.layer({
 *   apiKey: Redacted.make("akm-…"),
 *   endpoint: "wuyingai.ap-southeast-1.aliyuncs.com",
 *   timeouts: { request: "2 minutes" }
 * })
 * ```
 */
export const layer = (options: Options): Layer.Layer<AgentBayConfig, InvalidConfiguration> =>
  Layer.effect(AgentBayConfig, make(options))

/**
 * Settings from your own `Config`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  options: Config.Config.Wrap<Options>
): Layer.Layer<AgentBayConfig, InvalidConfiguration | ConfigError.ConfigError> =>
  Layer.effect(AgentBayConfig, Effect.flatMap(Config.unwrap(options), make))

const setting = <A>(
  field: string,
  config: Config.Config<A>,
  rule: string
): Effect.Effect<Option.Option<A>, InvalidConfiguration> =>
  Effect.catchAll(Config.option(config), (error) =>
    // Config errors repeat the value, which may be a secret; the name and the rule are enough.
    Effect.fail(
      new InvalidConfiguration({ field, variable: variables[field], rule: `${rule} (${error._op})` })
    )
  )

/**
 * Reads the `AGENTBAY_*` settings from the current `ConfigProvider` (the environment, unless another one is
 * installed); what is given explicitly wins.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromEnvironment = (
  explicit: Partial<Options> = {}
): Effect.Effect<AgentBayConfig.Service, InvalidConfiguration> =>
  Effect.gen(function* () {
    const apiKey =
      explicit.apiKey ??
      Option.getOrUndefined(yield* setting("apiKey", Config.redacted("AGENTBAY_API_KEY"), "must be readable"))
    if (apiKey === undefined) {
      return yield* reject("apiKey", undefined, "must be set to your AgentBay api key")
    }
    const endpoint =
      explicit.endpoint ??
      Option.getOrUndefined(yield* setting("endpoint", Config.string("AGENTBAY_ENDPOINT"), endpointRule))
    const timeoutText = Option.getOrUndefined(
      yield* setting("timeouts.request", Config.string("AGENTBAY_TIMEOUT_MS"), "must be readable")
    )
    const regionId =
      explicit.regionId ??
      Option.getOrUndefined(
        yield* setting("regionId", Config.string("AGENTBAY_REGION_ID"), "must be readable")
      )
    const timeout =
      explicit.timeouts?.request ?? (timeoutText === undefined ? undefined : yield* parseMillis(timeoutText))
    return yield* make({
      ...explicit,
      apiKey,
      endpoint,
      regionId,
      timeouts: { ...explicit.timeouts, request: timeout }
    })
  })

const parseMillis = (text: string): Effect.Effect<number, InvalidConfiguration> => {
  const value = Number(text)
  return /^\d+$/.test(text.trim()) && value > 0
    ? Effect.succeed(value)
    : reject("timeouts.request", JSON.stringify(text), "it must be a positive whole number of milliseconds")
}

/**
 * Settings from the environment: `AGENTBAY_API_KEY`, `AGENTBAY_ENDPOINT`, `AGENTBAY_TIMEOUT_MS`,
 * `AGENTBAY_REGION_ID`. What is given explicitly wins over it.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerEnv = (
  explicit: Partial<Options> = {}
): Layer.Layer<AgentBayConfig, InvalidConfiguration> =>
  Layer.effect(AgentBayConfig, fromEnvironment(explicit))
