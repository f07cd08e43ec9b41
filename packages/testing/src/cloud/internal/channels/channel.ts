/** What it takes to stand behind a live channel. */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { SessionRecord, State } from "../state.js"

export type JsonObject = Readonly<Record<string, unknown>>

/** One request of a client, which is answered by any number of frames. */
export interface Exchange {
  readonly state: State
  readonly session: SessionRecord
  readonly invocationId: string
  /** Sends a frame on this invocation; nothing happens when the client is gone. Waits while the client is slow. */
  readonly reply: (data: JsonObject) => Effect.Effect<void>
  /** What the client says next on this invocation. */
  readonly next: Effect.Effect<JsonObject>
  /** Says something to every client of the session, by itself. */
  readonly push: (data: JsonObject) => Effect.Effect<void>
  /** The connection by which the request came. */
  readonly connection: {
    readonly scope: Scope.Scope
    /** Says something to this client only, by itself. */
    readonly push: (data: JsonObject) => Effect.Effect<void>
  }
}

/**
 * A server of a session that clients reach over the live channel. `handle` runs once per request, in a fiber of its own
 * that lives until it ends or the session does: losing the connection does not end the work.
 */
export interface Channel {
  /** The name by which clients address it. */
  readonly target: string
  /** Whether sessions of an image have it. Default: all. */
  readonly isOffered?: ((imageId: string) => boolean) | undefined
  readonly handle: (data: JsonObject, exchange: Exchange) => Effect.Effect<void>
}
