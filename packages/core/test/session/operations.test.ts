import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Session } from "../../src/Session.js"
import { makeAccount, openSession } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { direct, ok, refused, softlyRefused, toolResult } from "../support/ScriptedService.js"
import { secrets } from "../support/secrets.js"

describe("info and status", () => {
  it.effect("info redacts what lets anyone in", () =>
    Effect.gen(function* () {
      const desktop = {
        AppId: "app",
        AuthCode: secrets.authCode,
        Ticket: secrets.ticket,
        ConnectionProperties: "{}",
        ResourceId: "p-1",
        ResourceType: "AIAgent"
      }
      const { session } = yield* openSession({
        GetMcpResource: ok({ SessionId: "s-1", ResourceUrl: secrets.resourceUrl, DesktopInfo: desktop })
      })
      const info = yield* session.info
      assert.deepStrictEqual(Option.map(info.resourceUrl, Redacted.value), Option.some(secrets.resourceUrl))
      const { authCode, ticket, ...rest } = Option.getOrThrow(info.desktop)
      assert.deepStrictEqual(Option.map(authCode, Redacted.value), Option.some(secrets.authCode))
      assert.deepStrictEqual(Option.map(ticket, Redacted.value), Option.some(secrets.ticket))
      hasFields(rest, {
        appId: Option.some("app"),
        resourceType: Option.some("AIAgent"),
        connectionProperties: Option.some("{}")
      })
      assert.notInclude(JSON.stringify(info), "SECRET")
      assert.strictEqual(info.requestId, "req-1")
    })
  )

  it.effect("info may have next to nothing", () =>
    Effect.gen(function* () {
      const { session } = yield* openSession({ GetMcpResource: ok({}) })
      assert.deepStrictEqual(yield* session.info, {
        sessionId: "s-1",
        resourceUrl: Option.none(),
        desktop: Option.none(),
        requestId: "req-1"
      })
    })
  )

  it.effect("status tells what the service tells", () =>
    Effect.gen(function* () {
      const { session } = yield* openSession({
        GetSessionDetail: ok({ Status: "PAUSED", ImageId: "img", RegionId: "cn", EndReason: "", PolicyId: 5 })
      })
      hasFields(yield* session.status, {
        status: "PAUSED",
        imageId: Option.some("img"),
        regionId: Option.some("cn"),
        endReason: Option.none(),
        policyId: Option.some("5"),
        requestId: "req-1"
      })
      const blank = yield* openSession({ GetSessionDetail: ok({}) })
      assert.strictEqual((yield* blank.session.status).status, "UNKNOWN")
    })
  )
})

describe("any tool by name", () => {
  it.effect("is called with a JSON object of arguments", () =>
    Effect.gen(function* () {
      const { form, session } = yield* openSession({ "tool my_tool": ok(toolResult("hi")) })
      const answer = yield* session.callMcpTool("my_tool", { a: [1, { b: null }] }, { autoGenSession: true })
      hasFields(answer, { text: "hi", isError: false, route: "api", requestId: "req-1" })
      assert.deepInclude(form(), {
        Name: "my_tool",
        Args: '{"a":[1,{"b":null}]}',
        AutoGenSession: "true",
        Server: ""
      })
      yield* session.callMcpTool("my_tool")
      assert.deepInclude(form(), { Args: "{}", AutoGenSession: "false" })
    })
  )

  it.effect("that says no is a ToolError", () =>
    Effect.gen(function* () {
      const { session } = yield* openSession({ "tool my_tool": ok(toolResult("no", true)) })
      hasFields(yield* Effect.flip(session.callMcpTool("my_tool")), {
        _tag: "ToolError",
        operation: "Session.callMcpTool",
        tool: "my_tool",
        text: "no",
        sessionId: "s-1",
        requestId: "req-1"
      })
    })
  )

  it.effect("with a wrong name, arguments or time sends nothing", () =>
    Effect.gen(function* () {
      const { sentSince, session } = yield* openSession({})
      const wrong: ReadonlyArray<readonly [Parameters<typeof session.callMcpTool>, field: string]> = [
        [[""], "name"],
        [[" "], "name"],
        [["t", [] as never], "args"],
        [["t", "x" as never], "args"],
        [["t", null as never], "args"],
        [["t", {}, { timeout: 0 }], "timeout"],
        [["t", {}, { timeout: Infinity }], "timeout"]
      ]
      for (const [given, field] of wrong) {
        hasFields(yield* Effect.flip(session.callMcpTool(...given)), {
          _tag: "InvalidArgument",
          operation: "Session.callMcpTool",
          field
        })
      }
      assert.strictEqual(sentSince(), 0)
    })
  )
})

describe("the tool list", () => {
  const list = JSON.stringify([{ name: "new_tool", server: "new_server" }])

  it.effect("is that of the session's image and refreshes what the session knows", () =>
    Effect.gen(function* () {
      const { form, session } = yield* openSession(
        { ListMcpTools: ok(list), "tool new_tool": direct("hi") },
        {}
      )
      assert.deepStrictEqual(session.findServerForTool("new_tool"), Option.none())
      const tools = yield* session.listMcpTools()
      assert.deepStrictEqual(form(), { ImageId: "img" })
      assert.deepStrictEqual(session.mcpTools, tools)
      assert.deepStrictEqual(session.findServerForTool("new_tool"), Option.some("new_server"))
      assert.deepStrictEqual(session.findServerForTool("shell"), Option.none())
      assert.strictEqual((yield* session.callMcpTool("new_tool")).route, "link")
    })
  )

  it.effect("of another image leaves it alone", () =>
    Effect.gen(function* () {
      const { form, session } = yield* openSession({ ListMcpTools: ok(list) })
      yield* session.listMcpTools("other")
      assert.deepStrictEqual(form(), { ImageId: "other" })
      assert.deepStrictEqual(session.findServerForTool("shell"), Option.some("wuying_shell"))
    })
  )

  it.effect("that cannot be read, or a blank image, is a failure", () =>
    Effect.gen(function* () {
      const { session } = yield* openSession({ ListMcpTools: ok("[{") })
      hasFields(yield* Effect.flip(session.listMcpTools()), {
        reason: "Decode",
        operation: "Session.listMcpTools",
        requestId: "req-1"
      })
      hasFields(yield* Effect.flip(session.listMcpTools(" ")), { _tag: "InvalidArgument", field: "imageId" })
    })
  )
})

describe("metrics", () => {
  it.effect("are read in every spelling; what is missing is none", () =>
    Effect.gen(function* () {
      const read = (figures: Readonly<Record<string, unknown>>) =>
        Effect.flatMap(
          openSession({ "tool get_metrics": ok(toolResult(JSON.stringify(figures))) }),
          ({ session }) => session.metrics
        )
      hasFields(
        yield* read({
          cpu_count: 4,
          cpu_used_pct: 12.5,
          mem_total: 8e9,
          mem_used: 2e9,
          disk_total: 1e11,
          disk_used: 3e10,
          rx_rate_kbyte_per_s: 0.2,
          tx_rate_kbps: 0.4,
          rx_used_kb: 1200.5,
          tx_used_KB: 120.1,
          timestamp: "2026-01-05T10:00:00+08:00"
        }),
        {
          cpuCount: Option.some(4),
          cpuUsedPercent: Option.some(12.5),
          memoryTotalBytes: Option.some(8e9),
          memoryUsedBytes: Option.some(2e9),
          diskTotalBytes: Option.some(1e11),
          diskUsedBytes: Option.some(3e10),
          receivedKilobytesPerSecond: Option.some(0.2),
          sentKilobytesPerSecond: Option.some(0.4),
          receivedKilobytes: Option.some(1200.5),
          sentKilobytes: Option.some(120.1),
          timestamp: Option.some("2026-01-05T10:00:00+08:00"),
          requestId: "req-1"
        }
      )
      hasFields(yield* read({}), {
        cpuCount: Option.none(),
        sentKilobytes: Option.none(),
        timestamp: Option.none()
      })
    })
  )

  it.effect("that cannot be read are a failure, and so is a tool that says no", () =>
    Effect.gen(function* () {
      for (const [reply, tag] of [
        [ok(toolResult("null")), "SessionError"],
        [ok(toolResult("no tool get_metrics", true)), "ToolError"]
      ] as const) {
        const { session } = yield* openSession({ "tool get_metrics": reply })
        hasFields(yield* Effect.flip(session.metrics), { _tag: tag, operation: "Session.metrics" })
      }
    })
  )
})

describe("a refusal is a failure of every operation, hard or soft", () => {
  const operations: Readonly<
    Record<string, (session: Session.Service) => Effect.Effect<unknown, { readonly _tag: string }>>
  > = {
    "Session.setLabels": (s) => s.setLabels({ a: "b" }),
    "Session.getLabels": (s) => s.getLabels,
    "Session.getLink": (s) => s.getLink(),
    "Session.info": (s) => s.info,
    "Session.status": (s) => s.status,
    "Session.listMcpTools": (s) => s.listMcpTools(),
    "Session.callMcpTool": (s) => s.callMcpTool("x"),
    "Session.metrics": (s) => s.metrics,
    "Session.pause": (s) => s.pause(),
    "Session.resume": (s) => s.resume(),
    "Session.delete": (s) => s.delete()
  }
  for (const [operation, use] of Object.entries(operations)) {
    it.effect(operation, () =>
      Effect.gen(function* () {
        for (const reply of [refused("NOT_LOGIN", "words"), softlyRefused("NOT_LOGIN", "words")]) {
          const { bay } = yield* makeAccount((sent) =>
            sent.name === "CreateMcpSession" ? ok({ SessionId: "s-1" }) : reply
          )
          const error = yield* Effect.flip(use(yield* bay.create()))
          hasFields(error, {
            _tag: "SessionError",
            reason: "Unauthorized",
            code: "NOT_LOGIN",
            detail: "words",
            operation,
            sessionId: "s-1",
            requestId: "req-1"
          })
        }
      })
    )
  }
})
