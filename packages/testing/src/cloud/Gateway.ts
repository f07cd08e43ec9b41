/**
 * The door of the cloud: one HTTP request in, one answer out. No sockets here: the in-memory client and the HTTP
 * server both stand in front of it.
 *
 * @since 0.1.0
 */
import type { Duplex } from "node:stream"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Mailbox from "effect/Mailbox"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"

/**
 * A body ended before its end: whoever sent it went away, or its source is gone.
 *
 * @since 0.1.0
 * @category errors
 */
export class BrokenBody extends Data.TaggedError("BrokenBody")<{ readonly detail: string }> {
  override get message(): string {
    return `The body broke off: ${this.detail}.`
  }
}

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
  /** The body as it arrives, in place of `body`: for the requests that `isUpload` tells. */
  readonly upload?: Stream.Stream<Uint8Array, BrokenBody> | undefined
}

/**
 * True for the requests whose body need not be collected: it goes to the store of objects as it arrives.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isUpload = (request: Pick<GatewayRequest, "method" | "url">): boolean =>
  request.method === "PUT" && /^[^?]*\/objects\//.test(request.url)

/**
 * A body that is a stream comes with its length in the headers.
 *
 * @since 0.1.0
 * @category models
 */
export interface GatewayResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | Stream.Stream<Uint8Array, BrokenBody>
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

/**
 * What is known of a request before its body is read.
 *
 * @since 0.1.0
 * @category models
 */
export type RequestHead = Pick<GatewayRequest, "method" | "url" | "headers">

/**
 * A connection is not let in: 401 for a token that opens nothing, 404 for an address that leads nowhere, 409 for a
 * session that does not run, 502 for a program that cannot be reached; 0 when there is no answer at all. `detail` is what
 * the client is told.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotAdmitted extends Data.TaggedError("NotAdmitted")<{
  readonly status: number
  readonly detail?: string | undefined
}> {}

/**
 * A connection whose client has asked for another protocol and waits for the answer. `head` is what came right after
 * the request.
 *
 * @since 0.1.0
 * @category models
 */
export interface Connection {
  readonly socket: Duplex
  readonly head: Uint8Array
}

/**
 * Takes a connection over: writes the answer to the request, then speaks the protocol. When it ends, the connection is
 * closed; when the connection breaks, or the server stops, it is interrupted. It may fail as long as it has written
 * nothing.
 *
 * @since 0.1.0
 * @category models
 */
export type UpgradeHandler = (connection: Connection) => Effect.Effect<void, NotAdmitted>

/**
 * An open way to the server inside a session that answers a request; closing the scope breaks it. `path` and `host`
 * take the place of the path and the header `Host` of the request.
 *
 * @since 0.1.0
 * @category models
 */
export interface Passage {
  readonly stream: Duplex
  readonly path: string
  readonly host: string
}

/**
 * The client at the other end of a WebSocket, without the bytes.
 *
 * @since 0.1.0
 * @category models
 */
export interface SocketPeer {
  /** What the client sends; ends with the connection. */
  readonly messages: Mailbox.ReadonlyMailbox<string>
  /** Waits while the client is slow; nothing happens when it is gone. */
  readonly send: (text: string) => Effect.Effect<void>
  readonly close: (code: number) => Effect.Effect<void>
  /** Breaks the connection. */
  readonly abort: Effect.Effect<void>
  /** Answers no more pings. */
  readonly mute: Effect.Effect<void>
}

/**
 * Speaks with a client until the connection has ended.
 *
 * @since 0.1.0
 * @category models
 */
export type SocketHandler = (peer: SocketPeer) => Effect.Effect<void>

/**
 * The ways into the cloud.
 *
 * @since 0.1.0
 * @category models
 */
export interface Doors {
  readonly gateway: Gateway
  /** Who takes over a connection that asks for another protocol, such as WebSocket. */
  readonly upgrade: (request: RequestHead) => Effect.Effect<UpgradeHandler, NotAdmitted>
  /** Who speaks over the live channel that a request asks for; none when it asks for none. */
  readonly socket: (request: RequestHead) => Option.Option<Effect.Effect<SocketHandler, NotAdmitted>>
  /** Where a request is passed on to, its body unread; none for requests that the gateway serves. */
  readonly forward: (request: RequestHead) => Option.Option<Effect.Effect<Passage, NotAdmitted, Scope.Scope>>
}
