/** The gateway of live channels: who is let in, where frames go, who hears pushes. */
import { timingSafeEqual } from "node:crypto"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Mailbox from "effect/Mailbox"
import * as Scope from "effect/Scope"
import { NotAdmitted, type RequestHead, type SocketHandler, type SocketPeer } from "../Gateway.js"
import * as SocketFault from "../SocketFault.js"
import { channels } from "./channels/all.js"
import type { Exchange, JsonObject } from "./channels/channel.js"
import { parsed } from "./exchange.js"
import { used } from "./lifecycle.js"
import type { LiveSocket } from "./sessionSockets.js"
import { findRunning, type SessionRecord, type State } from "./state.js"

const gateway = "WEBSOCKET_SERVER"

const socketUrl = /^\/ws\/([^/?]+)$/

/** True for the addresses of live channels. */
export const isSocketUrl = (url: string): boolean => socketUrl.test(url)

export const socketUrlOf = (state: State, sessionId: string): string =>
  `${(state.addresses.sockets ?? state.addresses.base).replace(/^http/, "ws")}/ws/${sessionId}`

/** Frames that wait for a slow client; then those who send wait. */
const outgoing = 1_024

const tokenFits = (session: SessionRecord, given: string | undefined): boolean => {
  const [expected, actual] = [Buffer.from(session.token), Buffer.from(given ?? "")]
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const text = (value: unknown): string => (typeof value === "string" ? value : "")

/** Serves one connection until it has ended. */
const serve = (state: State, session: SessionRecord, peer: SocketPeer): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { traffic } = state
    const scope = yield* Effect.scope
    const queue = yield* Mailbox.make<{ readonly frame: JsonObject; readonly target: string }>(outgoing)
    const running = new Map<string, Mailbox.Mailbox<JsonObject>>()
    let isSilent = false

    /** What a frame meets; nothing when it does not arrive as it is. */
    const collide = (direction: "in" | "out", target: string, frame: unknown) =>
      Effect.gen(function* () {
        const about = { sessionId: session.id, direction, target, frame }
        const fault = yield* traffic.ofFrame(about)
        yield* traffic.note({ ...about, fault })
        return fault
      })

    const sendOut = Effect.gen(function* () {
      const { frame, target } = yield* queue.take
      const fault = yield* collide("out", target, frame)
      if (isSilent) return
      const plain = JSON.stringify(frame)
      if (fault === undefined) return yield* peer.send(plain)
      yield* SocketFault.match(fault, {
        Refused: () => Effect.void,
        Unreachable: () => Effect.void,
        Dropped: () => peer.abort,
        Delayed: ({ durationMs }) => Effect.zipRight(Effect.sleep(durationMs), peer.send(plain)),
        Replaced: ({ text }) => peer.send(text),
        Silent: () => silence
      })
    })

    const silence = Effect.suspend(() => {
      isSilent = true
      return peer.mute
    })

    yield* sendOut.pipe(Effect.forever, Effect.ignore, Effect.interruptible, Effect.forkScoped)

    const socket: LiveSocket = {
      send: (target, invocationId, data, error) =>
        Effect.asVoid(
          queue.offer({
            target,
            frame: {
              invocationId,
              source: error === undefined ? target : gateway,
              target: "SDK",
              ...(error === undefined ? {} : { error }),
              data
            }
          })
        ),
      drop: peer.abort
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => session.sockets.live.add(socket)),
      () =>
        Effect.zipRight(
          Effect.sync(() => session.sockets.live.delete(socket)),
          queue.shutdown
        )
    )

    const refuse = (target: string, id: string, error: string) => socket.send(target, id, { error }, error)

    const start = (target: string, id: string, data: JsonObject) =>
      Effect.gen(function* () {
        const channel = channels.get(target)
        if (channel === undefined || channel.isOffered?.(session.imageId) === false) {
          return yield* refuse(target, id, `no such server: ${target}`)
        }
        const said = yield* Mailbox.make<JsonObject>()
        running.set(id, said)
        const exchange: Exchange = {
          state,
          session,
          invocationId: id,
          reply: (answer) => socket.send(target, id, answer),
          next: Effect.catchAll(said.take, () => Effect.never),
          push: (news) => session.sockets.push(target, news),
          connection: {
            scope,
            push: (news) => Effect.suspend(() => socket.send(target, state.ids.requestId(), news))
          }
        }
        yield* used(session, channel.handle(data, exchange)).pipe(
          Effect.catchAllDefect((defect) =>
            Effect.zipRight(
              Effect.logError("a server of a session failed", defect),
              refuse(target, id, `the server failed: ${target}`)
            )
          ),
          Effect.ensuring(Effect.sync(() => running.delete(id))),
          Effect.interruptible,
          Effect.forkIn(session.scope)
        )
      })

    const receive = (message: string) =>
      Effect.gen(function* () {
        const frame = parsed(message)
        const target = isRecord(frame) ? text(frame.target) : ""
        const fault = isSilent ? undefined : yield* collide("in", target, frame)
        if (isSilent) return
        switch (fault?._tag) {
          case "Dropped":
            return yield* peer.abort
          case "Silent":
            return yield* silence
          case "Delayed":
            yield* Effect.sleep(fault.durationMs)
            break
          case "Replaced":
            return yield* route(parsed(fault.text))
        }
        yield* route(frame)
      })

    const route = (frame: unknown): Effect.Effect<void> =>
      Effect.suspend(() => {
        // The text ping of some clients, and whatever else names no invocation, is not answered.
        if (!isRecord(frame) || text(frame.invocationId) === "" || !isRecord(frame.data)) return Effect.void
        const { data } = frame
        const [id, target] = [text(frame.invocationId), text(frame.target)]
        const ongoing = running.get(id)
        return ongoing === undefined
          ? start(target, id, data)
          : Effect.sync(() => {
              ongoing.unsafeOffer(data)
            })
      })

    const reading = yield* peer.messages.take.pipe(
      Effect.flatMap(receive),
      Effect.forever,
      Effect.ignore,
      Effect.forkIn(scope)
    )
    yield* Fiber.join(reading)
  }).pipe(Effect.scoped)

/**
 * Lets a client in who shows the token of the session. The connection ends with the session.
 */
export const makeSocketDoor =
  (state: State) =>
  (request: RequestHead): Effect.Effect<SocketHandler, NotAdmitted> =>
    Effect.gen(function* () {
      const [, id = ""] = socketUrl.exec(request.url) ?? []
      const fault = yield* state.traffic.ofConnection(id)
      if (fault?._tag === "Refused") {
        return yield* new NotAdmitted({ status: fault.status, detail: "a fault was injected" })
      }
      if (fault?._tag === "Unreachable") return yield* new NotAdmitted({ status: 0 })
      const known = state.sessions.get(id)
      if (known === undefined) return yield* new NotAdmitted({ status: 404 })
      if (!state.settings.channels || !tokenFits(known, request.headers["x-access-token"])) {
        return yield* new NotAdmitted({ status: 401 })
      }
      const session = yield* Effect.mapError(findRunning(state, id), () => new NotAdmitted({ status: 409 }))
      return (peer) =>
        Effect.scopedWith((own) =>
          Effect.gen(function* () {
            const ended = yield* Scope.fork(session.scope, ExecutionStrategy.sequential)
            yield* Scope.addFinalizer(own, Scope.close(ended, Exit.void))
            const serving = yield* Effect.forkIn(Effect.interruptible(serve(state, session, peer)), ended)
            yield* Effect.onInterrupt(Fiber.await(serving), () => Fiber.interrupt(serving))
            yield* peer.close(1000)
          })
        )
    })
