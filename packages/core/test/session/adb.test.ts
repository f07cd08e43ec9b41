import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { openSession } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { ok, refused, softlyRefused } from "../support/ScriptedService.js"

const key = 'QAAAA "key" é'

const link = (url: unknown) => ok({ Url: url })

describe("the address for adb", () => {
  it.effect("is a host, a port and a command, not a URL", () =>
    Effect.gen(function* () {
      for (const [text, host, port] of [
        ["adb connect 203.0.113.9:5555", "203.0.113.9", 5555],
        [" adb connect phone.example:7 \n", "phone.example", 7],
        ["203.0.113.9:30100", "203.0.113.9", 30_100],
        ["adb connect [2001:db8::1]:5555", "[2001:db8::1]", 5555],
        ["adb connect 203.0.113.9", "203.0.113.9", 5555]
      ] as const) {
        const { form, session } = yield* openSession({ GetAdbLink: link(text) })
        const address = yield* session.mobile.getAdbUrl(key)
        assert.deepStrictEqual(address, {
          host,
          port,
          command: `adb connect ${host}:${port}`,
          requestId: "req-1"
        })
        assert.deepStrictEqual(JSON.parse(String(form()["Option"])), { adbkey_pub: key })
        assert.strictEqual(form()["SessionId"], "s-1")
      }
    })
  )

  it.effect("of a service of the first generation comes as a link", () =>
    Effect.gen(function* () {
      const { form, service, session } = yield* openSession({
        GetAdbLink: refused("InvalidAction.NotFound", "Specified api is not found", 404),
        GetLink: link("adb connect 203.0.113.9:5555")
      })
      hasFields(yield* session.mobile.getAdbUrl(key), { host: "203.0.113.9", port: 5555 })
      assert.deepStrictEqual(service.names().slice(-2), ["GetAdbLink", "GetLink"])
      hasFields(form(), { ProtocolType: "adb", SessionId: "s-1" })
      assert.deepStrictEqual(JSON.parse(String(form()["Option"])), { adbkey_pub: key })
    })
  )

  it.effect("refused is a failure, never a success without an address", () =>
    Effect.gen(function* () {
      const { service, session } = yield* openSession({
        GetAdbLink: softlyRefused("NoPermission", "adb not allowed")
      })
      const error = yield* Effect.flip(session.mobile.getAdbUrl(key))
      hasFields(error, { _tag: "SessionError", code: "NoPermission", operation: "SessionMobile.getAdbUrl" })
      assert.include(error.message, "adb not allowed")
      assert.isEmpty(service.of("GetLink"))
    })
  )

  it.effect("that cannot be read is a failure", () =>
    Effect.gen(function* () {
      for (const text of [
        "",
        null,
        "adb connect",
        "adb connect host:0",
        "adb connect host:70000",
        "adb connect host:5555; rm -rf ~",
        "adb connect $(reboot):5",
        "adb  pair x y"
      ]) {
        const { session } = yield* openSession({ GetAdbLink: link(text) })
        hasFields(yield* Effect.flip(session.mobile.getAdbUrl(key)), {
          _tag: "SessionError",
          reason: "Decode",
          requestId: "req-1"
        })
      }
    })
  )

  it.effect("needs a key", () =>
    Effect.gen(function* () {
      const { sentSince, session } = yield* openSession({})
      const before = sentSince()
      for (const bad of ["", "  ", undefined as never]) {
        hasFields(yield* Effect.flip(session.mobile.getAdbUrl(bad)), {
          _tag: "InvalidArgument",
          field: "publicKey"
        })
      }
      assert.strictEqual(sentSince(), before)
    })
  )
})
