/** A buffer between the connection, which cannot wait, and one consumer, who may be slow. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** What was offered, as long as it waits. */
export interface Held<A> {
  /** Nothing is delivered in place of a value that was taken back. */
  value: A | undefined
  isTaken: boolean
}

/**
 * Holds what was offered until it is consumed, up to `capacity` characters of frames; one more fails it with what
 * `onOverflow` makes. What came before a failure is delivered first.
 */
export interface Inbox<A, E> {
  readonly offer: (value: A, size: number) => Held<A> | undefined
  readonly end: () => void
  readonly fail: (error: E) => void
  /** To be consumed once. */
  readonly stream: Stream.Stream<A, E>
}

export const makeInbox = <A, E>(capacity: number, onOverflow: () => E): Effect.Effect<Inbox<A, E>> =>
  Effect.map(Mailbox.make<readonly [held: Held<A>, size: number], E>(), (mailbox) => {
    let held = 0
    const fail = (error: E): void => {
      mailbox.unsafeDone(Exit.fail(error))
    }
    return {
      offer: (value, size) => {
        // A single frame always fits: a capacity below the size of one must not make the channel useless.
        if (size > 0 && held > 0 && held + size > capacity) {
          fail(onOverflow())
          return undefined
        }
        const entry: Held<A> = { value, isTaken: false }
        if (!mailbox.unsafeOffer([entry, size])) return undefined
        held += size
        return entry
      },
      end: () => {
        mailbox.unsafeDone(Exit.void)
      },
      fail,
      stream: Mailbox.toStream(mailbox).pipe(
        // One by one, so that what waits behind the consumer counts as held until it is taken.
        Stream.rechunk(1),
        Stream.mapChunks((chunk) =>
          Chunk.filterMap(chunk, ([entry, size]) => {
            held -= size
            entry.isTaken = true
            return Option.fromNullable(entry.value)
          })
        )
      )
    }
  })
