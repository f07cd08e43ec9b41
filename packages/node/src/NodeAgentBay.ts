/**
 * AgentBay for a Node program: settings from the environment or a `.env` file, calls over undici.
 *
 * @since 0.1.0
 */

import type * as HttpClient from "@effect/platform/HttpClient"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as AgentBayConfig from "@effect-agentbay/core/AgentBayConfig"
import type { InvalidConfiguration } from "@effect-agentbay/core/AgentBayError"
import type { SocketConnector } from "@effect-agentbay/core/SocketConnector"
import * as VpcTransport from "@effect-agentbay/core/VpcTransport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DotEnv from "./DotEnv.js"
import * as UndiciHttpClient from "./UndiciHttpClient.js"
import * as WsConnector from "./WsConnector.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Settings given in code. Each wins over the environment and the `.env` file. */
  readonly config?: Partial<AgentBayConfig.Options> | undefined
  /** Which `.env` file is read, and instead of which environment. */
  readonly dotEnv?: DotEnv.Options | undefined
  /** Connections: limits, time to connect, TLS. */
  readonly http?: UndiciHttpClient.Options | undefined
}

/**
 * What calls travel over: the HTTP client of this package, the VPC route over the same client, and the WebSocket of live
 * channels.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerHttp: Layer.Layer<HttpClient.HttpClient | VpcTransport.VpcTransport | SocketConnector> =
  Layer.merge(Layer.provideMerge(VpcTransport.layer, UndiciHttpClient.layer), WsConnector.layer)

const layerHttpOf = (options: UndiciHttpClient.Options | undefined) =>
  options === undefined
    ? layerHttp
    : Layer.merge(
        Layer.provideMerge(VpcTransport.layer, UndiciHttpClient.layerWith(options)),
        WsConnector.layerWith(options)
      )

// The provider is used here and nowhere else: the program keeps its own.
const layerConfigOf = (options: Options) =>
  Layer.effect(
    AgentBayConfig.AgentBayConfig,
    Effect.flatMap(DotEnv.make(options.dotEnv), (provider) =>
      Effect.withConfigProvider(AgentBayConfig.fromEnvironment(options.config), provider)
    )
  )

/**
 * The account, with settings in this order: given in code, in the environment (`AGENTBAY_API_KEY`,
 * `AGENTBAY_ENDPOINT`, `AGENTBAY_TIMEOUT_MS`, `AGENTBAY_REGION_ID`), in the `.env` file, default.
 *
 * Fails with `InvalidConfiguration`, which names the option and its variable, when the key is missing or a setting
 * is malformed, and with `DotEnvError` when the `.env` file cannot be used.
 *
 * @example
 * ```ts
 * import { NodeAgentBay } from "@effect-agentbay/node"
 *
 * const singapore = NodeAgentBay.layerWith({
 *   config: { endpoint: "wuyingai.ap-southeast-1.aliyuncs.com", timeouts: { request: "2 minutes" } },
 *   dotEnv: { file: "singapore.env" },
 *   http: { connections: 32 }
 * })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (
  options: Options
): Layer.Layer<AgentBay.AgentBay, InvalidConfiguration | DotEnv.DotEnvError> =>
  Layer.provide(AgentBay.layer, [layerConfigOf(options), layerHttpOf(options.http)])

/**
 * The account, with settings from the environment or the nearest `.env` file; see `layerWith`.
 *
 * @example
 * ```ts
 * import { AgentBay } from "@effect-agentbay/core"
 * import { NodeAgentBay } from "@effect-agentbay/node"
 * import { Effect } from "effect"
 *
 * const program = Effect.flatMap(AgentBay.AgentBay, (bay) => bay.list()).pipe(Effect.provide(NodeAgentBay.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<AgentBay.AgentBay, InvalidConfiguration | DotEnv.DotEnvError> = layerWith({})
