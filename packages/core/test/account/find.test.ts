import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { created, makeAccount, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { direct, ok, refused, softlyRefused, toolResult } from "../support/ScriptedService.js"
import { secrets } from "../support/secrets.js"

const { LinkUrl: _, WsUrl: __, ...baseline } = created({ Status: "RUNNING" })

describe("getting a session", () => {
  it.effect("is one request and restores all that the service says", () =>
    Effect.gen(function* () {
      const answer = created({
        Status: "RUNNING",
        NetworkInterfaceIp: "10.0.0.7",
        HttpPort: "8080",
        VpcResource: true,
        contexts: [
          { id: "c-x", name: "mine" },
          { id: "c-t", name: "file-transfer-context-1700000000000" },
          { id: "c-r", name: "browserreplay-ai-1" }
        ]
      })
      const { bay, service } = yield* makeAccount(working({ GetSession: ok(answer) }))
      const session = yield* bay.get("s-1")
      assert.deepStrictEqual(service.names(), ["GetSession"])
      assert.strictEqual(service.sent[0]?.form["SessionId"], "s-1")
      assert.strictEqual(session.sessionId, "s-1")
      assert.strictEqual(session.isVpc, true)
      assert.deepStrictEqual(session.httpPort, Option.some(8080))
      assert.deepStrictEqual(session.networkInterfaceIp, Option.some("10.0.0.7"))
      assert.deepStrictEqual(Option.map(session.token, Redacted.value), Option.some(secrets.token))
      assert.deepStrictEqual(Option.map(session.linkUrl, Redacted.value), Option.some(secrets.linkUrl))
      assert.deepStrictEqual(Option.map(session.wsUrl, Redacted.value), Option.some(secrets.wsUrl))
      assert.deepStrictEqual(
        Option.map(session.resourceUrl, Redacted.value),
        Option.some(secrets.resourceUrl)
      )
      assert.deepStrictEqual(session.appInstanceId, Option.some("ai-1"))
      assert.deepStrictEqual(session.fileTransferContextId, Option.some("c-t"))
      assert.deepStrictEqual(session.recordContextId, Option.some("c-r"))
      assert.deepStrictEqual(session.findServerForTool("shell"), Option.some("wuying_shell"))
      assert.deepStrictEqual(session.imageId, Option.none())
      assert.deepStrictEqual(session.enableBrowserReplay, Option.none())
    })
  )

  it.effect("without a link its tools are called over the API, with one over the link", () =>
    Effect.gen(function* () {
      const script = {
        "tool shell": (sent: { readonly url: URL }) =>
          sent.url.hostname === "link.test" ? direct("hi") : ok(toolResult("hi"))
      }
      for (const [answer, route] of [
        [baseline, "api"],
        [created(), "link"]
      ] as const) {
        const { bay } = yield* makeAccount(working({ ...script, GetSession: ok(answer) }))
        const session = yield* bay.get("s-1")
        assert.strictEqual((yield* session.callMcpTool("shell", {})).route, route)
      }
    })
  )

  it.effect("inside a VPC has its tools listed when the answer has none", () =>
    Effect.gen(function* () {
      const answer = ok({ VpcResource: true, NetworkInterfaceIp: "10.0.0.7", HttpPort: 8080 })
      const { bay, service } = yield* makeAccount(working({ GetSession: answer }))
      const session = yield* bay.get("s-1")
      assert.deepStrictEqual(service.names(), ["GetSession", "ListMcpTools"])
      assert.strictEqual(service.sent[1]?.form["ImageId"], "linux_latest")
      assert.deepStrictEqual(session.findServerForTool("shell"), Option.some("wuying_shell"))
    })
  )

  it.effect("one that does not exist is NotFound, hard or soft", () =>
    Effect.gen(function* () {
      for (const answer of [
        refused("InvalidMcpSession.NotFound"),
        softlyRefused("InvalidMcpSession.NotFound")
      ]) {
        const { bay } = yield* makeAccount(working({ GetSession: answer }))
        const error = yield* Effect.flip(bay.get("s-9"))
        hasFields(error, {
          _tag: "SessionError",
          reason: "NotFound",
          operation: "AgentBay.get",
          sessionId: "s-9",
          requestId: "req-1"
        })
      }
    })
  )

  it.effect("an answer of a wrong form is a failure", () =>
    Effect.gen(function* () {
      for (const data of [
        undefined,
        null,
        "x",
        [],
        { ToolList: "[{" },
        { ToolList: {} },
        { VpcResource: "x" },
        { contexts: {} }
      ]) {
        const { bay } = yield* makeAccount(working({ GetSession: ok(data) }))
        const error = yield* Effect.flip(bay.get("s-1"))
        hasFields(
          error,
          { reason: "Decode", operation: "AgentBay.get", sessionId: "s-1", requestId: "req-1" },
          JSON.stringify(data)
        )
      }
    })
  )

  it.effect("a blank id sends nothing", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(working())
      for (const id of ["", "  ", undefined as unknown as string]) {
        hasFields(yield* Effect.flip(bay.get(id)), {
          _tag: "InvalidArgument",
          operation: "AgentBay.get",
          field: "sessionId"
        })
      }
      assert.deepStrictEqual(service.names(), [])
    })
  )
})
