import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { makeAccount } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { byName, ok, type Reply, refused, softlyRefused } from "../support/ScriptedService.js"
import { secrets } from "../support/secrets.js"
import type { Settings } from "../support/transports.js"

const account = (replies: Readonly<Record<string, Reply>>, settings: Settings = {}) =>
  Effect.map(makeAccount(byName(replies), settings), ({ bay, service }) => ({
    networks: bay.networks,
    service
  }))

const bound = ok({ NetworkId: "net-1", NetworkToken: secrets.networkToken })

describe("networks", () => {
  it.effect("bind makes a network in the configured region, and its token is redacted", () =>
    Effect.gen(function* () {
      const { networks, service } = yield* account({ CreateNetwork: bound }, { regionId: "cn" })
      const network = yield* networks.bind()
      assert.strictEqual(network.networkId, "net-1")
      assert.strictEqual(Redacted.value(network.token), secrets.networkToken)
      assert.notInclude(JSON.stringify(network), "SECRET")
      const { Authorization: _, ...form } = service.sent[0]!.form
      assert.deepStrictEqual(form, { LoginRegionId: "cn" })
    })
  )

  it.effect("bind of a known network sends its id", () =>
    Effect.gen(function* () {
      const { networks, service } = yield* account({ CreateNetwork: bound })
      yield* networks.bind("net-1")
      const { Authorization: _, ...form } = service.sent[0]!.form
      assert.deepStrictEqual(form, { NetworkId: "net-1" })
    })
  )

  it.effect("bind without id or token in the answer is a failure", () =>
    Effect.gen(function* () {
      for (const data of [
        {},
        { NetworkId: "n" },
        { NetworkToken: "t" },
        { NetworkId: "", NetworkToken: "t" },
        undefined
      ]) {
        const { networks } = yield* account({ CreateNetwork: ok(data) })
        hasFields(yield* Effect.flip(networks.bind()), {
          _tag: "SessionError",
          reason: "Decode",
          operation: "Networks.bind",
          requestId: "req-1"
        })
      }
    })
  )

  it.effect("describe tells whether the machine is online", () =>
    Effect.gen(function* () {
      for (const [data, online] of [
        [{ Online: true }, true],
        [{ Online: "true" }, true],
        [{ Online: false }, false],
        [{}, false],
        [undefined, false]
      ] as const) {
        const { networks, service } = yield* account({ DescribeNetwork: ok(data) })
        assert.deepStrictEqual(yield* networks.describe("net-1"), { online, requestId: "req-1" })
        assert.strictEqual(service.sent[0]?.form["NetworkId"], "net-1")
      }
    })
  )

  it.effect("a refusal is a failure, hard or soft", () =>
    Effect.gen(function* () {
      for (const reply of [refused("Network.NotFound"), softlyRefused("Network.NotFound")]) {
        const { networks } = yield* account({ CreateNetwork: reply, DescribeNetwork: reply })
        hasFields(yield* Effect.flip(networks.bind("n")), { reason: "NotFound", operation: "Networks.bind" })
        hasFields(yield* Effect.flip(networks.describe("n")), {
          reason: "NotFound",
          operation: "Networks.describe"
        })
      }
    })
  )

  it.effect("a blank id sends nothing", () =>
    Effect.gen(function* () {
      const { networks, service } = yield* account({})
      for (const ask of [
        networks.bind(""),
        networks.bind(" "),
        networks.describe(""),
        networks.describe(" ")
      ]) {
        hasFields(yield* Effect.flip(ask as Effect.Effect<unknown, object>), {
          _tag: "InvalidArgument",
          field: "networkId"
        })
      }
      assert.strictEqual(service.sent.length, 0)
    })
  )
})
