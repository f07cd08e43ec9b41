/** A live channel whose other side is written down in the test. */
import * as Socket from "@effect/platform/Socket"
import { type SessionRuntime, SessionSocket, type SocketConnector } from "@effect-agentbay/core"
import { Deferred, type Duration, Effect, Exit, Mailbox, Option, Redacted } from "effect"
import { type Json, makeFakeSession } from "./FakeSession.js"

/** What the client sent. */
export interface SentFrame {
  readonly invocationId: string
  readonly source: string
  readonly target: string
  readonly data: Json
}

export interface OtherSide {
  /** On the invocation of the frame, on behalf of its target. */
  readonly reply: (data: Json) => void
  /** Anything. */
  readonly say: (frame: unknown) => void
  readonly drop: () => void
  /** Nothing more leaves, and nothing says so. */
  readonly lapse: () => void
  /** Pings are not answered any more. */
  readonly mute: () => void
}

export interface ScriptOptions {
  /** What becomes of the connections, counted from 1. Default: each comes about. */
  readonly opening?: (connection: number) => Effect.Effect<void, SocketConnector.OpenError>
  /** How long the closing of a connection takes. */
  readonly closing?: Duration.DurationInput
}

export type Respond = (frame: SentFrame, side: OtherSide, index: number) => void

export const scriptedSocket = (
  respond: Respond,
  { closing = 0, opening = () => Effect.void }: ScriptOptions = {}
) => {
  const sent: Array<SentFrame> = []
  const opened: Array<{ readonly path: string; readonly headers: Record<string, string> }> = []
  /** How many connections there are, and how many there were at once. */
  const count = { now: 0, most: 0 }
  const connector: SocketConnector.SocketConnector.Service = {
    open: ({ headers, url }) =>
      Effect.gen(function* () {
        opened.push({
          path: new URL(Redacted.value(url)).pathname,
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Redacted.value(value)])
          )
        })
        yield* opening(opened.length)
        let isOpen = true
        let isMute = false
        count.now += 1
        count.most = Math.max(count.most, count.now)
        const lapse = () => {
          isOpen = false
        }
        yield* Effect.addFinalizer(() =>
          Effect.map(Effect.sleep(closing), () => {
            count.now -= 1
          })
        )
        const incoming = yield* Mailbox.make<string>()
        const ended = yield* Deferred.make<void>()
        const drop = () => {
          lapse()
          Deferred.unsafeDone(ended, Exit.void)
          incoming.unsafeDone(Exit.void)
        }
        const mute = () => {
          isMute = true
        }
        const say = (frame: unknown) => {
          incoming.unsafeOffer(typeof frame === "string" ? frame : JSON.stringify(frame))
        }
        // biome-ignore lint/suspicious/noConfusingVoidType: the platform's own type
        const runRaw = <_, E, R>(receive: (_: string | Uint8Array) => Effect.Effect<_, E, R> | void) =>
          incoming.take.pipe(
            Effect.flatMap((text) => receive(text) ?? Effect.void),
            Effect.forever,
            Effect.catchAll(() => Deferred.await(ended)),
            Effect.zipRight(Effect.fail(new Socket.SocketCloseError({ reason: "Close", code: 1006 })))
          ) as Effect.Effect<void, E | Socket.SocketError, R>
        return {
          socket: {
            [Socket.TypeId]: Socket.TypeId,
            runRaw,
            run: () => Effect.dieMessage("frames are read as they are"),
            writer: Effect.succeed((chunk) =>
              Effect.sync(() => {
                const frame = JSON.parse(String(chunk)) as SentFrame
                sent.push(frame)
                const reply = (data: Json) =>
                  say({ invocationId: frame.invocationId, source: frame.target, target: "SDK", data })
                respond(frame, { reply, say, drop, lapse, mute }, sent.length - 1)
              })
            )
          },
          isOpen: () => isOpen,
          ping: Option.some(Effect.suspend(() => (isMute ? Effect.never : Effect.void)))
        }
      })
  }
  return { connector, sent, opened, count }
}

/** The same session with a live channel. */
export const withSocket = (
  runtime: SessionRuntime.SessionRuntime,
  connector: SocketConnector.SocketConnector.Service
): SessionRuntime.SessionRuntime => ({
  ...runtime,
  account: { ...runtime.account, socketConnector: connector },
  connection: () => ({
    ...runtime.connection(),
    wsUrl: Option.some(Redacted.make("wss://gateway.test/ws/s-fake"))
  })
})

/** A session's channel that answers from a script, and what it was told. */
export const scriptedChannel = (
  runtime: SessionRuntime.SessionRuntime,
  respond: Respond,
  options?: ScriptOptions
) => {
  const { connector, count, opened, sent } = scriptedSocket(respond, options)
  const connected = withSocket(runtime, connector)
  return { runtime: connected, socket: SessionSocket.make(connected), sent, opened, count }
}

/**
 * A channel whose servers answer everything but what asks for silence, and the other side of its latest connection.
 */
export const answeringChannel = (options?: ScriptOptions) =>
  Effect.gen(function* () {
    const { runtime } = yield* makeFakeSession()
    const sides: Array<OtherSide> = []
    const channel = scriptedChannel(
      runtime,
      ({ data }, side) => {
        sides.push(side)
        if (data.silent !== true) side.reply({ result: sides.length })
      },
      options
    )
    const side = Effect.map(channel.socket.call("anyone", {}), () => sides.at(-1) as OtherSide)
    return { ...channel, side }
  })
