/** The live channels that lead into one session. */
import * as Effect from "effect/Effect"
import type { JsonObject } from "./channels/channel.js"

/** A live channel of a session, as its servers see it. */
export interface LiveSocket {
  readonly send: (
    target: string,
    invocationId: string,
    data: JsonObject,
    error?: string
  ) => Effect.Effect<void>
  readonly drop: Effect.Effect<void>
}

/** The live channels of one session. */
export interface SessionSockets {
  readonly live: Set<LiveSocket>
  /** Says something to each of them, on behalf of a server. */
  readonly push: (target: string, data: JsonObject) => Effect.Effect<void>
  readonly dropAll: Effect.Effect<void>
}

export const makeSessionSockets = (pushId: () => string): SessionSockets => {
  const live = new Set<LiveSocket>()
  return {
    live,
    push: (target, data) =>
      Effect.suspend(() => {
        const id = pushId()
        return Effect.forEach([...live], (socket) => socket.send(target, id, data), {
          concurrency: "unbounded",
          discard: true
        })
      }),
    dropAll: Effect.suspend(() => Effect.forEach([...live], ({ drop }) => drop, { discard: true }))
  }
}
