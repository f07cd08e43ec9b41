/** The live channels that lead into one session. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
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
  /**
   * Says something to each of them, on behalf of a server. Waits while all are slow; one that does not follow the others
   * loses its connection.
   */
  readonly push: (target: string, data: JsonObject) => Effect.Effect<void>
  readonly dropAll: Effect.Effect<void>
}

/** How long a client may hold up what the others are told next. */
const patience = "1 second"

export const makeSessionSockets = (pushId: () => string): SessionSockets => {
  const live = new Set<LiveSocket>()
  return {
    live,
    push: (target, data) =>
      Effect.suspend(() => {
        const id = pushId()
        const arrived = Deferred.unsafeMake<void>(FiberId.none)
        const [first, ...others] = live
        if (first === undefined) return Effect.void
        if (others.length === 0) return first.send(target, id, data)
        return Effect.forEach(
          [first, ...others],
          ({ drop, send }) =>
            Effect.raceFirst(
              Effect.zipRight(send(target, id, data), Deferred.succeed(arrived, undefined)),
              Deferred.await(arrived).pipe(Effect.zipRight(Effect.sleep(patience)), Effect.zipRight(drop))
            ),
          { concurrency: "unbounded", discard: true }
        )
      }),
    dropAll: Effect.suspend(() => Effect.forEach([...live], ({ drop }) => drop, { discard: true }))
  }
}
