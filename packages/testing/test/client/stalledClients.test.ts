/** Several clients of one session, of which one does not read. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as AgentBayConfig from "@effect-agentbay/core/AgentBayConfig"
import { SocketConnector } from "@effect-agentbay/core/SocketConnector"
import * as VpcTransport from "@effect-agentbay/core/VpcTransport"
import { Effect, Fiber, Layer, Option, Stream } from "effect"
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { TestCloud } from "../../src/TestCloud.js"
import { untilSo } from "../support/editing.js"

/** More than waits for one client in all buffers. */
const many = 1_300

/** With the connector, for clients that do what ours never does. */
const client = AgentBay.layer.pipe(
  Layer.provide([
    VpcTransport.layer,
    AgentBayConfig.layer({ apiKey: "akm-test", endpoint: "https://bay.test" })
  ]),
  Layer.provideMerge(TestAgentBay.layerHttpClient)
)

describe("pushes", () => {
  it.live("reach who reads, though another client of the session does not; it loses its connection", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      const connector = yield* SocketConnector
      const session = yield* bay.session({ imageId: "code_latest" })
      const heard = yield* session.events("anyone").pipe(
        Stream.map(({ data }) => data.n),
        Stream.take(many),
        Stream.runCollect,
        Effect.forkScoped
      )
      yield* untilSo(Effect.map(cloud.sockets, ({ length }) => length === 1))
      const url = Option.getOrThrow(session.wsUrl)
      const stalled = yield* connector.open({
        url,
        headers: { "X-Access-Token": Option.getOrThrow(session.token) }
      })
      yield* untilSo(Effect.map(cloud.sockets, ({ length }) => length === 2))
      const saying = yield* Effect.fork(
        Effect.forEach(
          Array.from({ length: many }, (_, n) => n),
          (n) => cloud.push(session.sessionId, "anyone", { n }),
          { discard: true }
        )
      )
      yield* Fiber.join(saying)
      assert.deepStrictEqual(
        Array.from(yield* Fiber.join(heard)),
        Array.from({ length: many }, (_, n) => n)
      )
      assert.isFalse(stalled.isOpen())
      assert.deepStrictEqual(yield* cloud.sockets, [session.sessionId])
    }).pipe(Effect.scoped, Effect.provide(client))
  )
})
