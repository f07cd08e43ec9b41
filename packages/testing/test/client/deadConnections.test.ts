/** A live channel over real sockets, in the moment between its cut and the news of it. */
import { FetchHttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as AgentBayConfig from "@effect-agentbay/core/AgentBayConfig"
import * as SocketConnector from "@effect-agentbay/core/SocketConnector"
import * as VpcTransport from "@effect-agentbay/core/VpcTransport"
import { Effect, Layer, Schedule, Stream } from "effect"
import { WebSocket } from "ws"
import * as LocalCloud from "../../src/server/LocalCloud.js"

/** WebSockets that tell of their end much later than they know of it. */
const lateNews = (delayMillis: number) => {
  const made: Array<{ readonly ws: WebSocket; sentTooLate: number }> = []
  const connector = SocketConnector.fromWs((url, headers) => {
    const ws = new WebSocket(url, { headers, perMessageDeflate: false })
    const entry = { ws, sentTooLate: 0 }
    made.push(entry)
    return new Proxy<SocketConnector.WsLike>(ws, {
      get: (_, name) => {
        if (name === "on") {
          return (event: string, listener: (...args: ReadonlyArray<unknown>) => void) =>
            ws.on(
              event,
              event === "close" ? (...args) => setTimeout(() => listener(...args), delayMillis) : listener
            )
        }
        if (name === "send" && ws.readyState !== WebSocket.OPEN) entry.sentTooLate += 1
        const value: unknown = Reflect.get(ws, name)
        return typeof value === "function" ? value.bind(ws) : value
      }
    })
  })
  return { connector, made }
}

const list = { method: "pty.list", params: {} }

describe("a live channel whose end is known before it is told", () => {
  it.live("sends nothing more over the old connection, and repeats nothing", () =>
    Effect.gen(function* () {
      const { apiKey, cloud, url } = yield* LocalCloud.LocalCloud
      const { connector, made } = lateNews(300)
      const client = AgentBay.layer.pipe(
        Layer.provide([
          Layer.succeed(SocketConnector.SocketConnector, connector),
          VpcTransport.layer,
          FetchHttpClient.layer,
          AgentBayConfig.layer({ apiKey, endpoint: url })
        ]),
        Layer.provide(FetchHttpClient.layer)
      )
      yield* Effect.gen(function* () {
        const bay = yield* AgentBay.AgentBay
        const { code, pty, sessionId, socket } = yield* bay.session({ imageId: "code_latest" })
        const works = {
          call: Effect.asVoid(socket.call("PTY_SERVER", list)),
          send: socket.send("PTY_SERVER", { method: "pty.resize", params: {} }),
          stream: Stream.runDrain(code.stream("javascript", "7")),
          terminal: Effect.scoped(Effect.asVoid(pty.create()))
        }
        for (const [name, work] of Object.entries(works)) {
          yield* socket.call("PTY_SERVER", list)
          yield* cloud.dropSockets(sessionId)
          yield* Effect.repeat(
            Effect.sync(() => made.at(-1)?.ws.readyState),
            { until: (state) => state !== WebSocket.OPEN, schedule: Schedule.spaced("1 millis") }
          )
          const before = made.length
          yield* work
          assert.strictEqual(made.length, before + 1, name)
        }
      }).pipe(Effect.scoped, Effect.provide(client))
      assert.deepStrictEqual(new Set(made.map(({ sentTooLate }) => sentTooLate)), new Set([0]))
    }).pipe(Effect.provide(LocalCloud.layer({ machine: "memory" })))
  )
})
