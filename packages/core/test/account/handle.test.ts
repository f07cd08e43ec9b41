import { inspect } from "node:util"
import { describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as fc from "effect/FastCheck"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SessionHandle from "../../src/SessionHandle.js"
import { created, makeAccount, working } from "../support/account.js"
import { assert } from "../support/assertions.js"
import { check } from "../support/properties.js"
import { direct, ok, toolResult } from "../support/ScriptedService.js"
import { leaksIn, secrets } from "../support/secrets.js"

const encode = Schema.encodeSync(SessionHandle.fromJson)
const decode = Schema.decodeSync(SessionHandle.fromJson)

const everything = created({ NetworkInterfaceIp: "10.0.0.7", HttpPort: 8080 })

const script = working({
  CreateMcpSession: ok(everything),
  "tool shell": (sent) => (sent.url.hostname === "link.test" ? direct("hi") : ok(toolResult("hi")))
})

describe("a handle", () => {
  it("comes back from JSON as it was", () => {
    check(
      fc.property(Arbitrary.make(SessionHandle.SessionHandle), (handle) => {
        const text = encode(handle)
        assert.strictEqual(encode(decode(text)), text)
        const again = decode(text)
        assert.strictEqual(again.sessionId, handle.sessionId)
        assert.deepStrictEqual(
          Option.map(again.secrets, ({ token }) => Option.map(token, Redacted.value)),
          Option.map(handle.secrets, ({ token }) => Option.map(token, Redacted.value))
        )
      })
    )
  })

  it("of another version or form is refused", () => {
    const base = JSON.parse(
      encode(decode('{"version":1,"sessionId":"s","isVpc":false,"servers":{}}'))
    ) as object
    for (const wrong of [
      { version: 2 },
      { sessionId: "" },
      { sessionId: " s" },
      { isVpc: "no" },
      { servers: [] },
      { httpPort: "80" },
      { secrets: "x" }
    ]) {
      assert.isTrue(
        Either.isLeft(
          Schema.decodeUnknownEither(SessionHandle.fromJson)(JSON.stringify({ ...base, ...wrong }))
        ),
        JSON.stringify(wrong)
      )
    }
  })

  it.effect("has no credential in it unless that is asked for", () =>
    Effect.gen(function* () {
      const { bay } = yield* makeAccount(script)
      const session = yield* bay.create({ imageId: "img", enableBrowserReplay: true })
      for (const handle of [
        session.toHandle(),
        session.toHandle({}),
        session.toHandle({ includeSecrets: false })
      ]) {
        const text = encode(handle)
        assert.deepStrictEqual(leaksIn(text), [])
        assert.notProperty(JSON.parse(text), "secrets")
        assert.deepStrictEqual(decode(text), handle)
      }
      const full = session.toHandle({ includeSecrets: true })
      for (const text of [
        inspect(full, { depth: 10 }),
        JSON.stringify(full),
        String(full),
        Inspectable.toStringUnknown(full)
      ]) {
        assert.deepStrictEqual(leaksIn(text), [], "only encoding writes the credentials")
      }
      assert.deepStrictEqual(leaksIn(encode(full)).toSorted(), [
        "SECRETLINK",
        "SECRETSCREEN",
        "SECRETSOCKET",
        "SECRETTOKEN"
      ])
    })
  )

  it.effect("attaches to the session without a request, with or without its credentials", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(script)
      const session = yield* bay.create({ imageId: "img", enableBrowserReplay: false })
      for (const includeSecrets of [true, false]) {
        const sent = service.sent.length
        const other = bay.attach(decode(encode(session.toHandle({ includeSecrets }))))
        assert.strictEqual(service.sent.length, sent)
        for (const member of [
          "sessionId",
          "imageId",
          "isVpc",
          "networkInterfaceIp",
          "httpPort",
          "appInstanceId",
          "resourceId",
          "enableBrowserReplay",
          "fileTransferContextId",
          "recordContextId"
        ] as const) {
          assert.deepStrictEqual(other[member] as unknown, session[member] as unknown, member)
        }
        for (const member of ["token", "linkUrl", "wsUrl", "resourceUrl"] as const) {
          assert.deepStrictEqual(
            Option.map(other[member], Redacted.value),
            includeSecrets ? Option.map(session[member], Redacted.value) : Option.none()
          )
        }
        const answer = yield* other.callMcpTool("shell", {})
        assert.strictEqual(answer.route, includeSecrets ? "link" : "api")
        assert.strictEqual(service.sent.at(-1)?.form["Server"] ?? "wuying_shell", "wuying_shell")
        assert.strictEqual(
          encode(other.toHandle({ includeSecrets })),
          encode(session.toHandle({ includeSecrets }))
        )
      }
    })
  )

  it.effect("knows the same server for every tool, whatever the tool list", () =>
    Effect.gen(function* () {
      const name = fc.constantFrom("shell", "read_file", "constructor", "x")
      const lists = fc.sample(fc.array(fc.record({ name, server: fc.constantFrom("", "a", "b") })), 50)
      for (const list of lists) {
        const { bay } = yield* makeAccount(
          working({ CreateMcpSession: ok({ ...everything, ToolList: JSON.stringify(list) }) })
        )
        const session = yield* bay.create()
        const other = bay.attach(decode(encode(session.toHandle())))
        for (const tool of ["shell", "read_file", "constructor", "x", "toString"]) {
          assert.deepStrictEqual(
            other.findServerForTool(tool),
            session.findServerForTool(tool),
            JSON.stringify(list)
          )
        }
      }
    })
  )
})

describe("what a console, a log or an inspector sees of a session", () => {
  it.effect("is its identity, and no credential", () =>
    Effect.gen(function* () {
      const { bay } = yield* makeAccount(script)
      const session = yield* bay.create({ imageId: "img" })
      assert.isTrue(Option.exists(session.token, (token) => Redacted.value(token) === secrets.token))
      const views = [
        inspect(session, { depth: 20, showHidden: true }),
        inspect(session, { depth: 20, customInspect: false }),
        inspect({ nested: [session] }, { depth: 20 }),
        JSON.stringify(session),
        JSON.stringify({ nested: [session] }),
        String(session),
        Inspectable.toStringUnknown(session),
        Inspectable.format(session),
        inspect({ ...session }, { depth: 20 }),
        inspect(bay, { depth: 20, showHidden: true })
      ]
      for (const view of views) assert.deepStrictEqual(leaksIn(view), [], view.slice(0, 2000))
      assert.deepStrictEqual(JSON.parse(JSON.stringify(session)), {
        _id: "Session",
        sessionId: "s-1",
        isVpc: false,
        imageId: "img"
      })
      assert.include(inspect(session), "s-1")
    })
  )
})
