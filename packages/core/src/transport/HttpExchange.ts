/**
 * A shorter way through an HTTP client: one request with a text body, one answer that is read as a whole, by
 * callbacks. It is all that calls of the service need, and costs a third of what a client's effects, streams and
 * scopes cost them.
 *
 * `UndiciHttpClient` of `@effect-agentbay/node` offers it. A client without it works as well. What wraps a client
 * (`HttpClient.mapRequest`, `HttpClient.transform`, …) makes another client without it, so nothing is passed over.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type { Phase } from "../AgentBayError.js"

/**
 * @since 0.1.0
 * @category type ids
 */
export const TypeId: unique symbol = Symbol.for("@effect-agentbay/core/HttpExchange")

/**
 * @since 0.1.0
 * @category models
 */
export interface ExchangeRequest {
  readonly method: "GET" | "POST"
  /** Scheme, host and port, as `URL.origin` has them. */
  readonly origin: string
  /** Path and query, encoded. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/**
 * Names of headers are in lower case.
 *
 * @since 0.1.0
 * @category models
 */
export interface ExchangeAnswer {
  readonly _tag: "Answer"
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
  /** The bytes of the text as they arrived, for whoever reads a long one without joining them. */
  readonly chunks?: ReadonlyArray<Uint8Array> | undefined
}

/**
 * No answer, or not all of it. `cause` is what the connection reported.
 *
 * @since 0.1.0
 * @category models
 */
export interface ExchangeFailure {
  readonly _tag: "Failure"
  readonly phase: Phase
  readonly cause: unknown
  /** Of an answer whose body did not arrive. */
  readonly status?: number | undefined
}

/**
 * Begins an exchange. `onEnd` is called once, unless the function that comes back was called before: that one stops
 * the exchange in whatever phase it is, and does nothing when it is over. Throws nothing.
 *
 * @since 0.1.0
 * @category models
 */
export type HttpExchange = (
  request: ExchangeRequest,
  onEnd: (end: ExchangeAnswer | ExchangeFailure) => void
) => () => void

/**
 * Lets a client offer the shorter way.
 *
 * @since 0.1.0
 * @category constructors
 */
export const offer = (client: HttpClient.HttpClient, exchange: HttpExchange): HttpClient.HttpClient =>
  Object.defineProperty(client, TypeId, { value: exchange })

/**
 * The shorter way of a client; `undefined` when it has none.
 *
 * @since 0.1.0
 * @category getters
 */
export const of = (client: HttpClient.HttpClient): HttpExchange | undefined =>
  (client as { readonly [TypeId]?: HttpExchange })[TypeId]
