/**
 * AgentBay without the cloud, for unit tests: the real client stack over an in-memory cloud. No network, no
 * processes, and the clock of the test.
 *
 * @since 0.1.0
 */

import * as HttpClient from "@effect/platform/HttpClient"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as AgentBayConfig from "@effect-agentbay/core/AgentBayConfig"
import * as RetryPolicy from "@effect-agentbay/core/RetryPolicy"
import { SocketConnector } from "@effect-agentbay/core/SocketConnector"
import * as VpcTransport from "@effect-agentbay/core/VpcTransport"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Cloud from "./cloud/Cloud.js"
import * as ContextStore from "./cloud/ContextStore.js"
import { memoryClient } from "./internal/memoryClient.js"
import { memoryConnector } from "./internal/memorySocket.js"
import * as InMemoryMachine from "./machine/InMemoryMachine.js"
import type { Machines } from "./machine/Machine.js"
import { TestCloud } from "./TestCloud.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options extends Cloud.Options {
  /**
   * Settings of the client. Default: the key `akm-test` (or `apiKey`, when the cloud accepts only that one) and an
   * endpoint of the in-memory cloud, and `RetryPolicy.none`, so that an injected fault shows at once and nothing waits
   * for a clock that a test has to move. Settings that `AgentBayConfig.make` refuses are a defect.
   */
  readonly config?: Partial<AgentBayConfig.Options> | undefined
  /** What runs inside the sessions. Default: `InMemoryMachine.layer`. */
  readonly machines?: Layer.Layer<Machines> | undefined
}

const endpoint = "https://agentbay.test"

const vpcPort = 8080

/** The addresses of a private network, one after the other. */
const vpcAddress = (n: number) => ({
  ip: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`,
  port: vpcPort
})

const make = (options: Options) =>
  Effect.gen(function* () {
    const { gateway, handle, isListening, socket } = yield* Cloud.make(options, {
      base: endpoint,
      vpc: vpcAddress,
      identifiers: "sequential"
    })
    return Context.make(TestCloud, handle).pipe(
      Context.add(HttpClient.HttpClient, memoryClient(gateway, isListening)),
      Context.add(SocketConnector, memoryConnector(socket))
    )
  })

/**
 * The in-memory cloud as an `HttpClient` and a `SocketConnector`, and the handle on it: for programs that build the client stack themselves.
 * Whatever the host of a request, this cloud answers it.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerHttpClientWith = (
  options: Omit<Options, "config">
): Layer.Layer<HttpClient.HttpClient | SocketConnector | TestCloud> =>
  Layer.scopedContext(make(options)).pipe(
    Layer.provide([options.machines ?? InMemoryMachine.layer, ContextStore.layerMemory])
  )

/**
 * `layerHttpClientWith` with its defaults.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerHttpClient: Layer.Layer<HttpClient.HttpClient | SocketConnector | TestCloud> =
  layerHttpClientWith({})

/**
 * The client and the in-memory cloud behind it, with options for both.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * ```ts
 * import { TestAgentBay } from "@effect-agentbay/testing"
 *
 * const slowDeletion = TestAgentBay.layerWith({ deletionDelay: "3 seconds", config: { vpcFallback: "api" } })
 * ```
 */
export const layerWith = (options: Options): Layer.Layer<AgentBay.AgentBay | TestCloud> =>
  AgentBay.layer.pipe(
    Layer.provide(VpcTransport.layer),
    Layer.provide(
      Layer.orDie(
        AgentBayConfig.layer({
          apiKey: options.apiKey ?? "akm-test",
          endpoint,
          retry: RetryPolicy.none,
          ...options.config
        })
      )
    ),
    Layer.provideMerge(layerHttpClientWith(options)),
    // The fake HTTP client stays inside: a program's other requests are none of this cloud's business.
    Layer.map(Context.pick(AgentBay.AgentBay, TestCloud))
  )

/**
 * The client and the in-memory cloud behind it. Each use of the layer has a cloud of its own.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * ```ts
 * import { AgentBay } from "@effect-agentbay/core"
 * import { TestAgentBay, TestCloud } from "@effect-agentbay/testing"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const bay = yield* AgentBay.AgentBay
 *   yield* Effect.scoped(bay.session({ labels: { job: "demo" } }))
 *   const cloud = yield* TestCloud.TestCloud
 *   return (yield* cloud.sessions).length // 0
 * }).pipe(Effect.provide(TestAgentBay.layer))
 * ```
 */
export const layer: Layer.Layer<AgentBay.AgentBay | TestCloud> = layerWith({})
