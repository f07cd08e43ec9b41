/**
 * The cloud on a port of this machine: for examples, for end-to-end tests, for developing without an account, and for
 * clients in other languages. Sessions run real processes where the machine allows it.
 *
 * @since 0.1.0
 */

import { isIP } from "node:net"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as AgentBayConfig from "@effect-agentbay/core/AgentBayConfig"
import * as SocketConnector from "@effect-agentbay/core/SocketConnector"
import * as VpcTransport from "@effect-agentbay/core/VpcTransport"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { WebSocket } from "ws"
import * as Cloud from "../cloud/Cloud.js"
import * as ContextStore from "../cloud/ContextStore.js"
import * as InMemoryMachine from "../machine/InMemoryMachine.js"
import * as LocalMachine from "../machine/LocalMachine.js"
import { type Machine, Machines } from "../machine/Machine.js"
import { TestCloud } from "../TestCloud.js"
import { type Certificate, selfSigned } from "./internal/certificate.js"
import { ListenError, listen } from "./internal/httpServer.js"

export {
  /**
   * The port could not be opened; the message says what to do.
   *
   * @since 0.1.0
   * @category errors
   */
  ListenError
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options extends Cloud.Options {
  /** Default 0: any free port. */
  readonly port?: number | undefined
  /** The address to listen on. Default `127.0.0.1`: nobody but this computer can connect. */
  readonly host?: string | undefined
  /**
   * `true` serves the control API and live channels over TLS with a certificate made at the start, which
   * `LocalCloud.certificate` has for clients to trust; or give key and certificate, both PEM. Links, VPC addresses and
   * presigned URLs stay plain HTTP, on a port of their own. Default false.
   */
  readonly tls?: boolean | { readonly key: string; readonly cert: string } | undefined
  /**
   * What runs inside sessions: `memory` needs nothing, `bubblewrap` runs real processes and fails with
   * `LocalMachineUnavailable` where it cannot, `auto` is `bubblewrap` where that works and `memory` elsewhere.
   * Default `auto`.
   */
  readonly machine?: "auto" | "memory" | "bubblewrap" | undefined
  /**
   * Where contexts, buckets and their files are kept. Default: below the directory for temporary files, deleted with
   * the cloud.
   */
  readonly dataDirectory?: string | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class LocalCloud extends Context.Tag("@effect-agentbay/testing/LocalCloud")<
  LocalCloud,
  LocalCloud.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace LocalCloud {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /** Where the control API is served, such as `http://127.0.0.1:8099`: what `AgentBayConfig` takes as endpoint. */
    readonly url: string
    /** The same as `host:port`: what official SDKs take as endpoint. */
    readonly endpoint: string
    /** What runs inside sessions. */
    readonly machine: Machine["kind"]
    /** A key that this cloud accepts. */
    readonly apiKey: Redacted.Redacted
    /** PEM of the certificate, when the control API is served over TLS. */
    readonly certificate: string | undefined
    readonly cloud: TestCloud.Service
  }
}

const anyKey = "akm-local"

const keyOf = ({ apiKey }: Options): Redacted.Redacted =>
  apiKey === undefined ? Redacted.make(anyKey) : Redacted.isRedacted(apiKey) ? apiKey : Redacted.make(apiKey)

/** Addresses that mean every interface are reached through the loopback one. */
const reachable = (host: string): string => (host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host)

const inUrl = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host)

const certificateFor = (options: Options, host: string): Effect.Effect<Certificate | undefined> => {
  const { tls } = options
  if (tls === undefined || tls === false) return Effect.succeed(undefined)
  if (tls !== true) return Effect.succeed(tls)
  return Effect.map(Clock.currentTimeMillis, (now) =>
    selfSigned([...new Set(["localhost", "127.0.0.1", "::1", reachable(host)])], now)
  )
}

const make = (
  options: Options
): Effect.Effect<
  Context.Context<LocalCloud | TestCloud>,
  ListenError,
  Machines | ContextStore.ContextStore | Scope.Scope
> =>
  Effect.gen(function* () {
    const host = options.host ?? "127.0.0.1"
    const apiKey = keyOf(options)
    const machines = yield* Machines
    const certificate = yield* certificateFor(options, host)
    const main = yield* listen({ host, port: options.port ?? 0, tls: certificate })
    const direct = certificate === undefined ? main : yield* listen({ host, port: 0, tls: undefined })
    const address = `${inUrl(reachable(host))}`
    const endpoint = `${address}:${main.port}`
    const url = `${certificate === undefined ? "http" : "https"}://${endpoint}`
    const { handle, ...doors } = yield* Cloud.make(
      { journalLimit: 1_000, journalTextLimit: 1_000, ...options },
      {
        base: `http://${address}:${direct.port}`,
        sockets: url,
        // One listener for all of them: the token tells the sessions apart.
        vpc: () => ({ ip: reachable(host), port: direct.port }),
        identifiers: "random"
      }
    )
    yield* main.serve(doors)
    if (direct !== main) yield* direct.serve(doors)
    return Context.make(TestCloud, handle).pipe(
      Context.add(LocalCloud, {
        url,
        endpoint,
        machine: machines.kind,
        apiKey,
        certificate: certificate?.cert,
        cloud: handle
      })
    )
  })

const machinesFor = (
  machine: Options["machine"]
): Layer.Layer<Machines, LocalMachine.LocalMachineUnavailable> => {
  switch (machine) {
    case "memory":
      return InMemoryMachine.layer
    case "bubblewrap":
      return LocalMachine.layer()
    default:
      return Layer.orElse(LocalMachine.layer(), () => InMemoryMachine.layer)
  }
}

const storeFor = (directory: string | undefined) =>
  directory === undefined ? ContextStore.layerTemporary : ContextStore.layerDirectory(directory)

/**
 * A cloud on a port for as long as the layer lives, with two handles on it. Closing it ends every session with all
 * its processes, then the connections.
 *
 * Fails with `ListenError` when the port cannot be opened, and with `LocalMachineUnavailable` when `bubblewrap` was
 * demanded and cannot run here.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * ```ts
 * import { LocalCloud } from "@effect-agentbay/testing"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const { machine, url } = yield* LocalCloud.LocalCloud
 *   yield* Effect.log(`listening ${url}, sessions run in ${machine}`)
 *   return yield* Effect.never
 * }).pipe(Effect.provide(LocalCloud.layer({ port: 8099 })))
 * ```
 */
export const layer = (
  options: Options = {}
): Layer.Layer<LocalCloud | TestCloud, ListenError | LocalMachine.LocalMachineUnavailable> =>
  Layer.scopedContext(make(options)).pipe(
    Layer.provide([machinesFor(options.machine), storeFor(options.dataDirectory)])
  )

const connector = Layer.sync(SocketConnector.SocketConnector, () =>
  SocketConnector.fromWs((url, headers) => new WebSocket(url, { headers, perMessageDeflate: false }))
)

/**
 * An embedded local cloud and a client that talks to it over real HTTP, by `fetch`, and over real WebSockets. With `tls: true`, `fetch` has no
 * way to trust the certificate: serve plain HTTP here.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerAgentBay = (
  options: Omit<Options, "tls"> & { readonly config?: Partial<AgentBayConfig.Options> | undefined } = {}
): Layer.Layer<
  AgentBay.AgentBay | LocalCloud | TestCloud,
  ListenError | LocalMachine.LocalMachineUnavailable
> =>
  AgentBay.layer.pipe(
    Layer.provide(connector),
    Layer.provide(VpcTransport.layer),
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(
      Layer.unwrapEffect(
        Effect.map(LocalCloud, ({ apiKey, url }) =>
          Layer.orDie(AgentBayConfig.layer({ apiKey, endpoint: url, ...options.config }))
        )
      )
    ),
    Layer.provideMerge(layer(options))
  )
