/**
 * An `HttpClient` for Node, written on the callbacks of undici's dispatcher.
 *
 * It does the same as the undici client of `@effect/platform-node` at about the cost of undici itself, and adds what
 * a caller with one deadline per call needs: no time limits of its own after connecting, and interruption that stops
 * the request in every phase.
 *
 * @since 0.1.0
 */

import type { ConnectionOptions } from "node:tls"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as UrlParams from "@effect/platform/UrlParams"
import * as HttpExchange from "@effect-agentbay/core/HttpExchange"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import { globalValue } from "effect/GlobalValue"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Dispatcher } from "undici"
import * as agent from "./internal/agent.js"
import { makeExchange } from "./internal/exchange.js"
import type { UnreadLimits } from "./internal/responseBody.js"
import { makeShortExchange } from "./internal/shortExchange.js"

/**
 * What happens to a response that nobody reads.
 *
 * @since 0.1.0
 * @category models
 */
export interface UnreadOptions {
  /**
   * Bytes of a response body that are kept in memory while nobody reads it. A body that fits is received at once and
   * frees its connection, read or not; of a larger one the server is told to wait. Default: 65,536.
   */
  readonly maxUnreadBytes?: number | undefined
  /**
   * How long a body that has not arrived completely may wait for its first reader before it is given up and its
   * connection is closed. Reading it afterwards fails with a `ResponseError`. Default: 60 seconds;
   * `Duration.infinity`: for ever.
   */
  readonly unreadTimeout?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options extends UnreadOptions {
  /** How long to wait for a TCP and TLS connection. Default: 10 seconds. */
  readonly connectTimeout?: Duration.DurationInput | undefined
  /** How long an idle connection is kept when the server gives no hint. Default: 4 seconds. */
  readonly keepAliveTimeout?: Duration.DurationInput | undefined
  /** The longest idle time that a server's hint can ask for. Default: 10 minutes. */
  readonly keepAliveMaxTimeout?: Duration.DurationInput | undefined
  /** The most connections to one origin; further requests wait for one. Default: no limit. */
  readonly connections?: number | undefined
  /** How long to wait for the headers of a response. Default: for ever; the caller's deadline decides. */
  readonly headersTimeout?: Duration.DurationInput | undefined
  /** How long to wait between two parts of a response body. Default: for ever; the caller's deadline decides. */
  readonly bodyTimeout?: Duration.DurationInput | undefined
  /**
   * What `tls.connect` takes: `ca` for certificates to trust instead of the ones that Node brings,
   * `rejectUnauthorized: false` to accept any certificate, `cert` and `key` to show one, and so on.
   */
  readonly tls?: Omit<ConnectionOptions, "host" | "port" | "path" | "socket" | "timeout"> | undefined
}

/**
 * The requests that `HttpClient.withScope` has marked: their connection ends with a scope, of which only
 * `HttpClient.make` knows. The platform keeps them under this key and does not export them.
 */
const scopedRequests = globalValue(
  "@effect/platform/HttpClient/scopedRequests",
  () => new WeakMap<HttpClientRequest.HttpClientRequest, AbortController>()
)

const isTraced = (
  fiber: Fiber.RuntimeFiber<unknown, unknown>,
  request: HttpClientRequest.HttpClientRequest
): boolean =>
  fiber.getFiberRef(FiberRef.currentTracerEnabled) &&
  !fiber.getFiberRef(HttpClient.currentTracerDisabledWhen)(request)

/**
 * A client over a dispatcher of your own: a proxy agent, a mock agent, an agent with interceptors. Whoever made the
 * dispatcher closes it, and its time limits apply.
 *
 * Requests fail with a `RequestError`: reason `InvalidUrl` (not an absolute `http:` or `https:` URL), `Encode` (a
 * header or body that cannot be sent, or a body stream that failed, with the failure as `cause`), or `Transport`,
 * whose `cause` is the error of the socket or of undici with its `code` (`ECONNREFUSED`, `ENOTFOUND`,
 * `UND_ERR_CONNECT_TIMEOUT`, `UND_ERR_SOCKET`, …) and whose `description` begins with `not sent` when no byte of the
 * request left. Reading a response fails with a `ResponseError`, reason `Decode`.
 *
 * Compressed responses are neither asked for nor decompressed, and redirects are not followed
 * (`HttpClient.followRedirects` does that). `remoteAddress` is always `None`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromDispatcher = (dispatcher: Dispatcher, options?: UnreadOptions): HttpClient.HttpClient => {
  const unread: UnreadLimits = {
    bytes: options?.maxUnreadBytes ?? 65_536,
    timeout: agent.limit(options?.unreadTimeout, 60_000)
  }
  const exchange = makeExchange(dispatcher, unread)
  const platform = HttpClient.make(exchange)
  const client = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap((request) =>
      Effect.withFiberRuntime<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>(
        (fiber) => {
          if (isTraced(fiber, request) || scopedRequests.has(request)) return platform.execute(request)
          const url = UrlParams.makeUrl(request.url, request.urlParams, request.hash)
          return Either.isRight(url)
            ? exchange(request, url.right, undefined)
            : Effect.fail(
                new HttpClientError.RequestError({ request, reason: "InvalidUrl", cause: url.left })
              )
        }
      )
    ),
    Effect.succeed
  )
  return HttpExchange.offer(client, makeShortExchange(dispatcher))
}

/**
 * A client over an agent of its own, whose connections are closed with the scope; see `fromDispatcher` for how
 * requests fail. Options out of range (a negative number of connections) are a defect.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options?: Options): Effect.Effect<HttpClient.HttpClient, never, Scope.Scope> =>
  Effect.map(agent.make(options), (dispatcher) => fromDispatcher(dispatcher, options))

/**
 * The client of `make` as a layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (options: Options): Layer.Layer<HttpClient.HttpClient> =>
  Layer.scoped(HttpClient.HttpClient, make(options))

/**
 * The client of `make` with its defaults.
 *
 * @example
 * ```ts
 * import { HttpClient } from "@effect/platform"
 * import { UndiciHttpClient } from "@effect-agentbay/node"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const client = yield* HttpClient.HttpClient
 *   const response = yield* client.get("http://127.0.0.1:8080/health")
 *   return yield* response.text
 * })
 *
 * program.pipe(Effect.provide(UndiciHttpClient.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = layerWith({})
