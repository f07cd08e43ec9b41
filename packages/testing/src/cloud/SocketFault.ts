/**
 * What can go wrong with a live channel, as data.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"

/** A fault without further facts. */
type Nothing = Readonly<Record<never, never>>

/**
 * Of a connection that is being made:
 *
 * - `Refused`: the upgrade is answered with this HTTP status.
 * - `Unreachable`: the connection is refused, or breaks without an answer.
 *
 * Of a frame:
 *
 * - `Dropped`: the connection breaks in place of the frame: a request has no effect, an answer does not arrive.
 * - `Delayed`: the frame, and what comes behind it, arrives this much later.
 * - `Replaced`: this text arrives in place of the frame.
 * - `Silent`: from this frame on, nothing arrives and pings are not answered, while the connection stays.
 *
 * @since 0.1.0
 * @category models
 */
export type SocketFault = Data.TaggedEnum<{
  Refused: { readonly status: number }
  Unreachable: Nothing
  Dropped: Nothing
  Delayed: { readonly durationMs: number }
  Replaced: { readonly text: string }
  Silent: Nothing
}>

const fault = Data.taggedEnum<SocketFault>()

/**
 * The upgrade is refused.
 *
 * @since 0.1.0
 * @category constructors
 */
export const refused = (status: number): SocketFault => fault.Refused({ status })

/**
 * There is no connection.
 *
 * @since 0.1.0
 * @category constructors
 */
export const unreachable: SocketFault = fault.Unreachable()

/**
 * The connection breaks.
 *
 * @since 0.1.0
 * @category constructors
 */
export const dropped: SocketFault = fault.Dropped()

/**
 * The frame takes this long.
 *
 * @since 0.1.0
 * @category constructors
 */
export const delayed = (duration: Duration.DurationInput): SocketFault =>
  fault.Delayed({ durationMs: Duration.toMillis(duration) })

/**
 * Something else arrives.
 *
 * @since 0.1.0
 * @category constructors
 */
export const replaced = (text: string): SocketFault => fault.Replaced({ text })

/**
 * The other side is dead, and the connection does not know.
 *
 * @since 0.1.0
 * @category constructors
 */
export const silent: SocketFault = fault.Silent()

/**
 * Takes a fault apart by kind.
 *
 * @since 0.1.0
 * @category pattern matching
 */
export const match = fault.$match
