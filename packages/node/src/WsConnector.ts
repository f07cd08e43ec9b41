/**
 * Live channels of sessions on Node, over the package `ws`: its WebSocket sends headers with the upgrade, tells the
 * status of a refused one, and has ping frames.
 *
 * @since 0.1.0
 */
import * as SocketConnector from "@effect-agentbay/core/SocketConnector"
import * as Layer from "effect/Layer"
import WebSocket from "ws"
import type * as UndiciHttpClient from "./UndiciHttpClient.js"

/**
 * @since 0.1.0
 * @category models
 */
export type Options = Pick<UndiciHttpClient.Options, "tls">

/**
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (options: Options): Layer.Layer<SocketConnector.SocketConnector> =>
  Layer.sync(SocketConnector.SocketConnector, () =>
    SocketConnector.fromWs(
      // A redirect would carry the token elsewhere, which is why none is followed.
      (url, headers) => new WebSocket(url, { ...options.tls, headers, perMessageDeflate: false })
    )
  )

/**
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<SocketConnector.SocketConnector> = layerWith({})
