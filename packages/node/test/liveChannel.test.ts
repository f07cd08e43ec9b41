/** A live channel from the client for Node to the local cloud. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as SessionCode from "@effect-agentbay/core/SessionCode"
import { SocketConnector } from "@effect-agentbay/core/SocketConnector"
import * as NodeAgentBay from "@effect-agentbay/node/NodeAgentBay"
import * as WsConnector from "@effect-agentbay/node/WsConnector"
import * as LocalCloud from "@effect-agentbay/testing/LocalCloud"
import * as SocketFault from "@effect-agentbay/testing/SocketFault"
import { Effect, Fiber, Option, Redacted, Stream, TestClock } from "effect"

const cloudWith = (tls: boolean) => LocalCloud.layer({ machine: "memory", tls })

const clientOf = ({ apiKey, certificate, url }: LocalCloud.LocalCloud.Service) =>
  NodeAgentBay.layerWith({
    config: { apiKey, endpoint: url },
    dotEnv: { environment: {} },
    ...(certificate === undefined ? {} : { http: { tls: { ca: certificate } } })
  })

/** Time for what real sockets carry. */
const moment = Effect.promise(() => new Promise((done) => setTimeout(done, 5)))

describe("a live channel of the client for Node", () => {
  for (const [tls, scheme] of [
    [false, "ws:"],
    [true, "wss:"]
  ] as const) {
    it.live(`runs code, a terminal and calls over ${scheme}`, () =>
      Effect.gen(function* () {
        const cloud = yield* LocalCloud.LocalCloud
        yield* Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const { code, pty, sessionId, socket, wsUrl } = yield* bay.session({ imageId: "code_latest" })
          const address = Option.getOrThrow(wsUrl)
          assert.isTrue(Redacted.value(address).startsWith(`${scheme}//`))
          const { stdout } = yield* SessionCode.execution(code.stream("javascript", "console.log('héllo')"))
          assert.strictEqual(stdout, "héllo\n")
          const terminal = yield* pty.create()
          yield* terminal.input("echo $((40+2)); exit 3\r")
          assert.include(yield* Stream.mkString(Stream.decodeText(terminal.output)), "\n42\r\n")
          assert.strictEqual(yield* terminal.wait, 3)
          const answer = yield* socket.call("PTY_SERVER", { method: "pty.list", params: {} })
          assert.deepStrictEqual(answer, { result: { ptySessionIds: [] } })
          assert.deepStrictEqual(yield* cloud.cloud.sockets, [sessionId])
          if (tls) {
            const { open } = yield* SocketConnector
            const error = yield* Effect.flip(open({ url: address, headers: {} }))
            assert.include(error.detail, "DEPTH_ZERO_SELF_SIGNED_CERT")
            assert.notInclude(error.detail, sessionId)
          }
        }).pipe(Effect.scoped, Effect.provide([clientOf(cloud), WsConnector.layer]))
        assert.deepStrictEqual(yield* cloud.cloud.sockets, [])
      }).pipe(Effect.provide(cloudWith(tls)))
    )
  }

  it.effect("notices over a real socket that nobody answers any more, and connects again", () =>
    Effect.gen(function* () {
      const running = yield* LocalCloud.LocalCloud
      const { cloud } = running
      let isNoticed = false
      const work = Effect.gen(function* () {
        const bay = yield* AgentBay.AgentBay
        const { sessionId, socket } = yield* bay.session({ imageId: "code_latest" })
        const signals = yield* socket.subscribe("anyone")
        const heard = yield* Effect.fork(Stream.runCollect(Stream.take(signals, 3)))
        yield* cloud.failSocket({ target: "anyone" }, SocketFault.silent)
        yield* cloud.push(sessionId, "anyone", {})
        const isSilent = Effect.map(cloud.frames, (frames) => frames.some(({ fault }) => fault !== undefined))
        while (!(yield* isSilent)) yield* moment
        // A ping after twenty seconds, and twenty more for its answer.
        yield* TestClock.adjust("39 seconds")
        for (let n = 0; n < 20; n++) yield* moment
        assert.strictEqual((yield* Fiber.poll(heard))._tag, "None")
        isNoticed = true
        const [opened, lost, again] = yield* Fiber.join(heard)
        assert.deepStrictEqual([opened?._tag, lost?._tag, again?._tag], ["Opened", "Lost", "Opened"])
        assert.include(lost?._tag === "Lost" ? lost.error.message : "", "no answer to a ping within 20s")
      })
      const fiber = yield* Effect.fork(
        work.pipe(Effect.scoped, Effect.provide([clientOf(running), WsConnector.layer]))
      )
      while ((yield* Fiber.poll(fiber))._tag === "None") {
        if (isNoticed) yield* TestClock.adjust("100 millis")
        yield* moment
      }
      yield* Fiber.join(fiber)
    }).pipe(Effect.provide(cloudWith(false)))
  )
})
