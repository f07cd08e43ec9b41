/** One connection of a live channel: what is in flight on it, and how its end is noticed. */
import type * as Socket from "@effect/platform/Socket"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { ChannelErrorReason, Phase } from "../../AgentBayError.js"
import type { Connection } from "./connection.js"
import { gateway, type Incoming, type JsonObject, parseFrame, textPing } from "./frames.js"

/** A dead peer is noticed after twice this time at the latest. */
export const heartbeat = Duration.seconds(20)

/** A connection that is known to have ended says so within this time, or is left without a word. */
const lastWords = Duration.seconds(1)

const dropped = Metric.counter("agentbay_socket_frames_dropped", {
  description: "Frames of live channels that belong to nothing, by kind",
  incremental: true
})

/** A failure without the facts of the invocation, which its owner adds. */
export interface Trouble {
  readonly reason: ChannelErrorReason
  readonly phase: Phase
  readonly detail: string
}

/** An invocation that waits for frames. */
export interface Pending {
  /** Whether the other side can have received the request, until it has answered. */
  phase: Phase
  /** Takes a frame; true when it was the last one. */
  readonly take: (data: JsonObject, size: number) => boolean
  readonly fail: (trouble: Trouble) => void
  /** The gateway ended the invocation without an error. */
  readonly finish: (data: JsonObject, size: number) => void
}

/** A frame that belongs to no invocation. */
export type PushFrame = Extract<Incoming, { readonly _tag: "Frame" }>

export interface Link {
  /** Counts the connections of a session, from 1. */
  readonly number: number
  readonly register: (id: string, pending: Pending) => void
  readonly forget: (id: string) => void
  /** True when the connection has ended, or is known to end: nothing more leaves. */
  readonly isOver: () => boolean
  /** Fails with what can have become of the text. */
  readonly write: (text: string) => Effect.Effect<void, Phase>
  /** Fails everything that is in flight; later writes are not sent. */
  readonly end: (detail: string, reason: "Lost" | "Closed") => void
  /** Reads until the connection has ended, and says how. */
  readonly read: Effect.Effect<string>
  /** Somebody needs another connection than this one, which is over: `read` ends soon. */
  readonly leave: () => void
}

const wasClosed = "the connection was closed"

const ended = (error: Socket.SocketError): string =>
  error.reason === "Close" ? `${wasClosed} (code ${error.code})` : "the connection broke"

export const makeLink = (options: {
  readonly number: number
  readonly connection: Connection
  /** An id that this client has given out. */
  readonly isOwn: (id: string) => boolean
  readonly onPush: (frame: PushFrame, size: number) => boolean
}): Effect.Effect<Link, never, Scope.Scope> =>
  Effect.map(options.connection.socket.writer, (writer) => {
    const { connection, isOwn, number, onPush } = options
    const { socket } = connection
    const pending = new Map<string, Pending>()
    const left = Deferred.unsafeMake<void>(FiberId.none)
    let over = false
    const isOver = () => over || !connection.isOpen()

    const drop = (kind: string): void => Metric.tagged(dropped, "kind", kind).unsafeUpdate(1, [])

    const fail = (id: string, known: Pending, trouble: Trouble): void => {
      pending.delete(id)
      known.fail(trouble)
    }

    const receive = (message: string | Uint8Array): void => {
      const frame = parseFrame(message)
      if (frame._tag === "Nothing") return drop("nothing")
      const known = frame.id === undefined ? undefined : pending.get(frame.id)
      if (frame._tag === "Damaged") {
        if (known === undefined || frame.id === undefined) return drop("damaged")
        return fail(frame.id, known, { reason: "Protocol", phase: "sent", detail: frame.detail })
      }
      if (known === undefined) {
        // What comes for an invocation that was given up is no push.
        if (isOwn(frame.id)) return drop("late")
        if (!onPush(frame, message.length)) drop("unwanted")
        return
      }
      known.phase = "sent"
      if (frame.error !== undefined) {
        return fail(frame.id, known, { reason: "Remote", phase: "sent", detail: frame.error })
      }
      if (frame.source === gateway) {
        pending.delete(frame.id)
        return known.finish(frame.data, message.length)
      }
      if (known.take(frame.data, message.length)) pending.delete(frame.id)
    }

    /** Ends when the peer no longer answers. */
    const beat = Option.match(connection.ping, {
      onNone: () => Effect.ignore(writer(textPing)),
      onSome: Effect.timeoutFail({
        duration: heartbeat,
        onTimeout: () => `no answer to a ping within ${Duration.format(heartbeat)}`
      })
    }).pipe(
      Effect.delay(heartbeat),
      Effect.forever,
      Effect.catchAll((error) => Effect.succeed(typeof error === "string" ? error : ended(error)))
    )

    const read = socket.runRaw(receive).pipe(
      Effect.match({ onFailure: ended, onSuccess: () => wasClosed }),
      Effect.raceFirst(beat),
      Effect.raceFirst(
        Deferred.await(left).pipe(Effect.zipRight(Effect.sleep(lastWords)), Effect.as(wasClosed))
      ),
      Effect.ensuring(
        Effect.sync(() => {
          over = true
        })
      )
    )

    return {
      number,
      register: (id, waiting) => {
        pending.set(id, waiting)
      },
      forget: (id) => {
        pending.delete(id)
      },
      isOver,
      write: (text) =>
        Effect.suspend(() =>
          isOver() ? Effect.fail("notSent" as const) : Effect.mapError(writer(text), () => "unknown" as const)
        ),
      end: (detail, reason) => {
        over = true
        const waiting = [...pending.values()]
        pending.clear()
        for (const one of waiting) one.fail({ reason, phase: one.phase, detail })
      },
      read,
      leave: () => Deferred.unsafeDone(left, Effect.void)
    }
  })
