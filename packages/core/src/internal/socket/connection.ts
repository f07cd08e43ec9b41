/** What a connector of live channels is given, and what it makes. */
import type * as Socket from "@effect/platform/Socket"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"

/**
 * No connection came about. `status` is that of the answer when the upgrade was refused. `detail` must not contain
 * the URL or a header.
 *
 * @since 0.1.0
 * @category errors
 */
export class OpenError extends Data.TaggedError("OpenError")<{
  readonly status?: number | undefined
  readonly detail: string
}> {}

/**
 * What to connect to.
 *
 * @since 0.1.0
 * @category models
 */
export interface OpenRequest {
  /** `ws:` or `wss:`; used exactly as it is. */
  readonly url: Redacted.Redacted
  /** Headers of the upgrade. */
  readonly headers: Readonly<Record<string, Redacted.Redacted>>
}

/**
 * An open connection.
 *
 * @since 0.1.0
 * @category models
 */
export interface Connection {
  /**
   * The connection as it is: already open, used for one `runRaw`, which ends (or fails) when the connection has ended.
   * Nothing that arrived before `runRaw` may be lost, and messages reach its handler in order.
   */
  readonly socket: Socket.Socket
  /**
   * False as soon as it is known that nothing that is written leaves any more, which may be before `runRaw` has ended;
   * true where the platform cannot tell. A write that is refused for another reason may have left.
   */
  readonly isOpen: () => boolean
  /**
   * Sends a ping control frame and waits for the answer. None where the platform cannot: the channel then sends text
   * pings, which keep the connection awake but do not notice a dead peer.
   */
  readonly ping: Option.Option<Effect.Effect<void, Socket.SocketError>>
}

/**
 * What `fromWs` needs of a WebSocket: the members of the class of the package `ws`, which Bun and Deno have as well.
 *
 * @since 0.1.0
 * @category models
 */
export interface WsLike {
  readonly readyState: number
  on(event: "open" | "pong", listener: () => void): unknown
  on(event: "message", listener: (data: unknown, isBinary: boolean) => void): unknown
  on(event: "close", listener: (code: number) => void): unknown
  on(event: "error", listener: (cause: unknown) => void): unknown
  on(
    event: "unexpected-response",
    listener: (request: unknown, response: { readonly statusCode?: number | undefined }) => void
  ): unknown
  off(event: "pong", listener: () => void): unknown
  send(data: string | Uint8Array, done: (cause?: unknown) => void): void
  ping(): void
  pause(): void
  resume(): void
  close(code?: number, reason?: string): void
  terminate(): void
}
