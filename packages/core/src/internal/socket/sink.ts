/** What one subscription is told, until it is read. */
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { ChannelError } from "../../AgentBayError.js"
import type { Push, Signal } from "../../transport/SessionSocket.js"
import { type Held, makeInbox } from "./inbox.js"

/**
 * Connections that came and went while nobody read, and that said nothing, are left out: of any number of them in a row
 * the first loss and the last opening are told, so that only pushes take room.
 */
export interface Sink {
  readonly push: (push: Push, size: number) => void
  readonly opened: (connection: number) => void
  readonly lost: (error: ChannelError) => void
  readonly fail: (error: ChannelError) => void
  /** To be consumed once. */
  readonly stream: Stream.Stream<Signal, ChannelError>
}

export const makeSink = (capacity: number, onOverflow: () => ChannelError): Effect.Effect<Sink> =>
  Effect.map(makeInbox<Signal, ChannelError>(capacity, onOverflow), ({ fail, offer, stream }) => {
    /** The latest loss, and the opening after it, as long as nothing was said since. */
    let loss: Held<Signal> | undefined
    let opening: Held<Signal> | undefined
    return {
      push: (push, size) => {
        loss = undefined
        opening = undefined
        offer(push, size)
      },
      opened: (connection) => {
        const signal: Signal = { _tag: "Opened", connection }
        if (opening !== undefined && !opening.isTaken && opening.value === undefined) opening.value = signal
        else opening = offer(signal, 0)
      },
      lost: (error) => {
        if (loss !== undefined && !loss.isTaken && opening !== undefined) {
          opening.value = undefined
          return
        }
        loss = offer({ _tag: "Lost", error }, 0)
        opening = undefined
      },
      fail,
      stream
    }
  })
