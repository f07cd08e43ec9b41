/** Two byte streams that carry on a conversation, as its parties never notice. */
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"

/** Until one of them has ended and the other has been given all of it; or one breaks. Slower readers hold writers. */
export const tunnel = (one: Duplex, other: Duplex): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    const done = () => resume(Effect.void)
    const streams = [one, other] as const
    for (const stream of streams) {
      stream.on("error", done)
      stream.once("finish", done)
      stream.once("close", done)
      if (stream.destroyed) done()
    }
    one.pipe(other)
    other.pipe(one)
    return Effect.sync(() => {
      for (const stream of streams) {
        stream.unpipe()
        stream.off("finish", done)
        stream.off("close", done)
      }
    })
  })
