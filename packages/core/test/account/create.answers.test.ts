import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { created, makeAccount, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import {
  connectionFailure,
  html,
  never,
  ok,
  type Reply,
  refused,
  softlyRefused
} from "../support/ScriptedService.js"
import { secrets } from "../support/secrets.js"

const deletions = ["DeleteSessionAsync", "GetSessionDetail"]

describe("a session that was created", () => {
  it.effect("has everything that the service says of it", () =>
    Effect.gen(function* () {
      const answer = created({ NetworkInterfaceIp: "10.0.0.7", HttpPort: "8080", VpcResource: true })
      const { bay } = yield* makeAccount(working({ CreateMcpSession: ok(answer) }))
      const session = yield* bay.create({ imageId: "linux_latest", enableBrowserReplay: false })
      assert.strictEqual(session.sessionId, "s-1")
      assert.deepStrictEqual(session.imageId, Option.some("linux_latest"))
      assert.strictEqual(session.isVpc, true)
      assert.deepStrictEqual(session.networkInterfaceIp, Option.some("10.0.0.7"))
      assert.deepStrictEqual(session.httpPort, Option.some(8080))
      assert.deepStrictEqual(session.appInstanceId, Option.some("ai-1"))
      assert.deepStrictEqual(session.resourceId, Option.some("p-1"))
      assert.deepStrictEqual(session.enableBrowserReplay, Option.some(false))
      for (const [given, expected] of [
        [session.token, secrets.token],
        [session.linkUrl, secrets.linkUrl],
        [session.wsUrl, secrets.wsUrl],
        [session.resourceUrl, secrets.resourceUrl]
      ] as const) {
        assert.deepStrictEqual(Option.map(given, Redacted.value), Option.some(expected))
      }
      assert.deepStrictEqual(
        session.mcpTools.map(({ name, server }) => [name, server]),
        [
          ["shell", "wuying_shell"],
          ["get_metrics", "wuying_system"]
        ]
      )
      assert.deepStrictEqual(session.findServerForTool("shell"), Option.some("wuying_shell"))
      assert.deepStrictEqual(session.findServerForTool("none"), Option.none())
    })
  )

  it.effect("may have next to nothing", () =>
    Effect.gen(function* () {
      const { bay } = yield* makeAccount(
        working({ CreateMcpSession: ok({ SessionId: "s-1", Token: "", HttpPort: "x" }) })
      )
      const session = yield* bay.create()
      assert.strictEqual(session.isVpc, false)
      for (const member of [
        session.token,
        session.linkUrl,
        session.httpPort,
        session.imageId,
        session.enableBrowserReplay
      ]) {
        assert.deepStrictEqual(member as Option.Option<unknown>, Option.none())
      }
      assert.deepStrictEqual(session.mcpTools, [])
    })
  )

  it.effect("knows the contexts mounted for transfer and recording", () =>
    Effect.gen(function* () {
      const { bay } = yield* makeAccount(working())
      const session = yield* bay.create({
        contexts: [
          { contextId: "c-t", path: "/temp/file-transfer/" },
          { contextId: "c-r", path: "/home/guest/record" }
        ],
        waitForContexts: false
      })
      assert.deepStrictEqual(session.fileTransferContextId, Option.some("c-t"))
      assert.deepStrictEqual(session.recordContextId, Option.some("c-r"))
    })
  )

  it.effect("shares an equal tool list with its siblings", () =>
    Effect.gen(function* () {
      const { bay } = yield* makeAccount(working())
      const [first, second] = [yield* bay.create(), yield* bay.create()]
      assert.strictEqual(first.mcpTools, second.mcpTools)
    })
  )

  it.effect("inside a VPC has its tools listed when the answer has none", () =>
    Effect.gen(function* () {
      const answer = ok({ SessionId: "s-1", NetworkInterfaceIp: "10.0.0.7", HttpPort: 8080, Token: "t" })
      const { bay, service } = yield* makeAccount(working({ CreateMcpSession: answer }))
      const session = yield* bay.create({ isVpc: true, imageId: "img" })
      assert.deepStrictEqual(service.names(), ["CreateMcpSession", "ListMcpTools"])
      assert.strictEqual(service.sent[1]?.form["ImageId"], "img")
      assert.deepStrictEqual(session.findServerForTool("shell"), Option.some("wuying_shell"))
    })
  )
})

describe("an answer that cannot be used", () => {
  const unusable: ReadonlyArray<readonly [string, Reply, reason: string, deleted: boolean]> = [
    ["a broken member", ok(created({ Token: {} })), "Decode", true],
    ["a broken tool list", ok(created({ ToolList: "[{" })), "Decode", true],
    [
      "a broken tool list in data as JSON text",
      ok(JSON.stringify(created({ ToolList: "[{" }))),
      "Decode",
      true
    ],
    ["a broken VpcResource", ok(created({ VpcResource: "maybe" })), "Decode", true],
    ["no session id", ok({ Success: true }), "Decode", false],
    ["an empty session id", ok({ SessionId: "" }), "Decode", false],
    ["no data", ok(), "Decode", false],
    ["null", ok(null), "Decode", false],
    ["a list", ok([created()]), "Decode", false],
    ["text", ok("s-1"), "Decode", false],
    ["HTML", html(200), "Decode", false]
  ]
  for (const [name, reply, reason, deleted] of unusable) {
    it.effect(`${name} is a failure${deleted ? ", and the session is deleted" : ""}`, () =>
      Effect.gen(function* () {
        const { bay, service } = yield* makeAccount(working({ CreateMcpSession: reply }))
        for (const create of [bay.create(), Effect.scoped(bay.session())]) {
          const error = yield* Effect.flip(create)
          hasFields(error, { _tag: "SessionError", reason, operation: "AgentBay.create", phase: "sent" })
          if (name !== "HTML")
            assert.strictEqual((error as { readonly requestId?: string }).requestId, "req-1")
        }
        const after = deleted ? ["CreateMcpSession", ...deletions] : ["CreateMcpSession"]
        assert.deepStrictEqual(service.names(), [...after, ...after])
        if (deleted) assert.strictEqual(service.of("DeleteSessionAsync")[0]?.form["SessionId"], "s-1")
      })
    )
  }

  it.effect("data that say no carry the service's reason", () =>
    Effect.gen(function* () {
      const { bay } = yield* makeAccount(
        working({ CreateMcpSession: ok({ Success: false, ErrMsg: "no capacity" }) })
      )
      const error = yield* Effect.flip(bay.create())
      hasFields(error, { _tag: "SessionError", reason: "Unknown", detail: "no capacity", requestId: "req-1" })
    })
  )

  it.effect("data that say no but name a session leave none behind", () =>
    Effect.gen(function* () {
      const answer = ok({ SessionId: "s-1", Success: false, ErrMsg: "half done" })
      const { bay, service } = yield* makeAccount(working({ CreateMcpSession: answer }))
      assert.strictEqual((yield* Effect.flip(bay.create()))._tag, "SessionError")
      assert.deepStrictEqual(service.names(), ["CreateMcpSession", ...deletions])
    })
  )
})

describe("a creation that is refused, or gets no answer", () => {
  const failures: ReadonlyArray<readonly [string, Reply, reason: string, phase: string]> = [
    ["a refusal", refused("NOT_LOGIN"), "Unauthorized", "sent"],
    ["a soft refusal", softlyRefused("InvalidImage.NotFound"), "NotFound", "sent"],
    ["a refused connection", connectionFailure("ECONNREFUSED"), "Transport", "notSent"],
    ["a lost connection", connectionFailure("ECONNRESET"), "Transport", "unknown"],
    ["no answer", never, "Timeout", "unknown"]
  ]
  for (const [name, reply, reason, phase] of failures) {
    it.effect(`${name} fails once and is not repeated`, () =>
      Effect.gen(function* () {
        const { bay, service } = yield* makeAccount(working({ CreateMcpSession: reply }))
        const fiber = yield* Effect.fork(Effect.flip(bay.create()))
        yield* TestClock.adjust("60 seconds")
        hasFields(yield* Fiber.join(fiber), { reason, phase, operation: "AgentBay.create" })
        assert.deepStrictEqual(service.names(), ["CreateMcpSession"])
        if (reply === never) assert.isTrue(service.sent[0]?.wasAborted())
      })
    )
  }
})
