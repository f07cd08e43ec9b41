/**
 * How a WebSocket is opened: supplied by the platform, because the upgrade of a live channel carries a header, which
 * the WebSocket of browsers cannot send.
 *
 * `@effect-agentbay/node` has one, in `NodeAgentBay.layer`; `TestAgentBay` has one that leads into the in-memory cloud.
 * A program without one has no live channels: what needs them fails with `ChannelUnavailable`, reason `NoConnector`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Connection, OpenError, OpenRequest, WsLike } from "../internal/socket/connection.js"
import { openWs } from "../internal/socket/wsConnection.js"

export * from "../internal/socket/connection.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class SocketConnector extends Context.Tag("@effect-agentbay/core/SocketConnector")<
  SocketConnector,
  SocketConnector.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SocketConnector {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /** Connects, and has ended when the upgrade was accepted. Closing the scope closes the connection. */
    readonly open: (request: OpenRequest) => Effect.Effect<Connection, OpenError, Scope.Scope>
  }
}

/**
 * A connector over the class `WebSocket` of the package `ws`, or one of its shape.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromWs = (
  make: (url: string, headers: Record<string, string>) => WsLike
): SocketConnector.Service => ({ open: (request) => openWs(make, request) })
