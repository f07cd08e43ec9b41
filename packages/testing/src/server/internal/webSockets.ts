/** WebSockets on connections of Node's own server. */
import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Mailbox from "effect/Mailbox"
import * as Runtime from "effect/Runtime"
import { type WebSocket, WebSocketServer } from "ws"
import type { Connection, RequestHead, SocketHandler, SocketPeer } from "../../cloud/Gateway.js"

/** Above what the official clients can send in one message. */
const maxMessageBytes = 128 * 1024 * 1024

const server = () =>
  new WebSocketServer({
    noServer: true,
    // A dead peer does not answer, which has to be played.
    autoPong: false,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes
  })

const peerOf = (
  ws: WebSocket,
  messages: Mailbox.Mailbox<string>,
  run: <A, E>(effect: Effect.Effect<A, E>) => Fiber.RuntimeFiber<A, E>
): SocketPeer => {
  let isMute = false
  ws.on("error", () => ws.terminate())
  ws.on("ping", (data) => {
    if (!isMute) ws.pong(data)
  })
  ws.on("close", () => messages.unsafeDone(Exit.void))
  ws.on("message", (data) => {
    // One at a time, so that a client cannot send faster than its frames are handled.
    ws.pause()
    run(messages.offer(String(data))).addObserver(() => ws.resume())
  })
  return {
    messages,
    send: (text) =>
      Effect.async<void>((resume) => {
        if (ws.readyState !== ws.OPEN) return resume(Effect.void)
        ws.send(text, () => resume(Effect.void))
      }),
    close: (code) => Effect.sync(() => ws.close(code)),
    abort: Effect.sync(() => ws.terminate()),
    mute: Effect.sync(() => {
      isMute = true
    })
  }
}

/** Answers the upgrade and serves the connection until it has ended. */
export const serveWebSocket = (
  request: RequestHead,
  { head, socket }: Connection,
  handler: SocketHandler
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const run = Runtime.runFork(yield* Effect.runtime<never>())
    const messages = yield* Mailbox.make<string>(64)
    const peer = yield* Effect.async<SocketPeer>((resume) => {
      // Only the parts of a request that stand in its head are looked at.
      server().handleUpgrade(request as unknown as IncomingMessage, socket, Buffer.from(head), (ws) =>
        resume(Effect.succeed(peerOf(ws, messages, run)))
      )
    })
    yield* handler(peer)
  })
