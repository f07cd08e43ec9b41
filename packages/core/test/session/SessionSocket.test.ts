import { assert, describe, it } from "@effect/vitest"
import { SessionSocket } from "@effect-agentbay/core"
import { Effect, Option, Redacted } from "effect"
import { missingOf, runtimeWith } from "../support/channel.js"

const url = Option.some(Redacted.make("wss://gateway.test/ws/s-1"))
const token = Option.some(Redacted.make("token-of-the-session"))

describe("SessionSocket", () => {
  it.effect("says which part of a live channel is missing, and connects to nothing", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* missingOf({ hasConnector: false, url, token }), "NoConnector")
      assert.strictEqual(yield* missingOf({ hasConnector: true, url: Option.none(), token }), "NoUrl")
      assert.strictEqual(yield* missingOf({ hasConnector: true, url, token: Option.none() }), "NoToken")
      const socket = SessionSocket.make(runtimeWith({ hasConnector: true, url, token }))
      yield* socket.available()
    })
  )
})
