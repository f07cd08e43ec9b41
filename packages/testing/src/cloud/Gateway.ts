/**
 * The door of the cloud: one HTTP request in, one answer out. No sockets here: the in-memory client and the HTTP
 * server both stand in front of it.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

/**
 * Header names are in lower case. `url` is what stands in the request line: the path and the query.
 *
 * @since 0.1.0
 * @category models
 */
export interface GatewayRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

/**
 * @since 0.1.0
 * @category models
 */
export interface GatewayResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/**
 * There is no answer, because a fault was injected: the connection is refused, or breaks.
 *
 * @since 0.1.0
 * @category errors
 */
export class NoAnswer extends Data.TaggedError("NoAnswer")<{ readonly reason: "refused" | "lost" }> {}

/**
 * Serves one request. A call that has begun goes on when whoever waits for it gives up, as in a real service.
 *
 * @since 0.1.0
 * @category models
 */
export type Gateway = (request: GatewayRequest) => Effect.Effect<GatewayResponse, NoAnswer>
