import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Action } from "../../src/contract/Action.js"
import { all } from "../../src/contract/Actions.js"
import * as ContextActions from "../../src/contract/actions/ContextActions.js"
import * as SessionActions from "../../src/contract/actions/SessionActions.js"
import * as ToolActions from "../../src/contract/actions/ToolActions.js"
import { assert } from "../support/assertions.js"
import { type Answer, json, ok } from "../support/ScriptedService.js"
import { makeTransports } from "../support/transports.js"

const call = <Name extends string, Request, RequestEncoded, Data, DataEncoded>(
  action: Action<Name, Request, RequestEncoded, Data, DataEncoded>,
  request: Request,
  answer: Answer
) =>
  Effect.flatMap(
    makeTransports(() => answer),
    ({ controlPlane }) => controlPlane.call(action, request)
  )

const session = { sessionId: "s-1" }

describe("where official clients disagree", () => {
  it.scoped("Data may be an object or JSON text", () =>
    Effect.gen(function* () {
      const data = { SessionId: "s-1", Status: "RUNNING", contexts: [{ id: "c", name: "n" }] }
      const plain = yield* call(SessionActions.GetSession, session, ok(data))
      const text = yield* call(SessionActions.GetSession, session, ok(JSON.stringify(data)))
      assert.deepStrictEqual(text.data, plain.data)
      assert.deepStrictEqual(plain.data.status, Option.some("RUNNING"))
      assert.deepStrictEqual(plain.data.contexts, [{ id: "c", name: "n" }])
    })
  )

  it.scoped("Success may be missing", () =>
    Effect.gen(function* () {
      const data = { Status: "FINISH" }
      for (const body of [
        { RequestId: "r", Code: "ok", Data: data },
        { RequestId: "r", Code: "Success", Data: data },
        { RequestId: "r", HttpStatusCode: 200, Data: data },
        { RequestId: "r", Success: null, Code: "200", Data: data },
        { RequestId: "r", Success: "True", Data: data },
        { RequestId: "r", Success: 1, Data: data }
      ]) {
        const reply = yield* call(SessionActions.GetSessionDetail, session, json(body))
        assert.deepStrictEqual(reply.data.status, Option.some("FINISH"), JSON.stringify(body))
      }
      for (const body of [
        { RequestId: "r", Code: "Some.Error", Data: data },
        { RequestId: "r", HttpStatusCode: 500, Data: data },
        { RequestId: "r", Success: "false", Data: data },
        { RequestId: "r", Success: 0, Code: "ok", Data: data }
      ]) {
        const error = yield* Effect.flip(call(SessionActions.GetSessionDetail, session, json(body)))
        assert.notStrictEqual(error.reason, "Decode", JSON.stringify(body))
        assert.strictEqual(error.requestId, "r")
      }
    })
  )

  it.scoped("HttpPort may be a number or a text", () =>
    Effect.gen(function* () {
      for (const port of [8080, "8080"]) {
        const { data } = yield* call(
          SessionActions.CreateMcpSession,
          {},
          ok({ SessionId: "s-1", HttpPort: port })
        )
        assert.deepStrictEqual(data.httpPort, Option.some("8080"))
      }
    })
  )

  it.scoped("names may be written in lower camel case where the reference says so", () =>
    Effect.gen(function* () {
      const link = yield* call(SessionActions.GetLink, session, ok({ url: "https://x.test" }))
      assert.deepStrictEqual(link.data.url, Option.some("https://x.test"))
      const urls = ok({ SessionId: "s-1", wsUrl: "wss://w.test", linkUrl: "https://l.test" })
      for (const reply of [
        yield* call(SessionActions.CreateMcpSession, {}, urls),
        yield* call(SessionActions.GetSession, session, urls)
      ]) {
        assert.deepStrictEqual(reply.data.wsUrl, Option.some("wss://w.test"))
        assert.deepStrictEqual(reply.data.linkUrl, Option.some("https://l.test"))
      }
      const { data } = yield* call(
        SessionActions.GetSession,
        session,
        ok({ Contexts: [{ Id: "c", Name: "n" }] })
      )
      assert.deepStrictEqual(data.contexts, [{ id: "c", name: "n" }])
    })
  )

  it.scoped("a tool list may be JSON text or an array, with keys of any generation", () =>
    Effect.gen(function* () {
      const variants = [
        { name: "shell", server: "s", description: "d", inputSchema: { type: "object" }, tool: "t" },
        { Name: "shell", serverName: "s", Description: "d", input_schema: { type: "object" }, Tool: "t" },
        { name: "shell", Server: "s", description: "d", inputSchema: '{"type":"object"}', tool: "t" }
      ]
      for (const list of [variants, JSON.stringify(variants)]) {
        const { data } = yield* call(ToolActions.ListMcpTools, { imageId: "i" }, ok(list))
        assert.deepStrictEqual(data, Array.from(variants, () => variants[0]) as never)
      }
      const { data } = yield* call(ToolActions.ListMcpTools, { imageId: "i" }, ok('[{"name":"x"}]'))
      assert.deepStrictEqual(data, [{ name: "x", server: "", description: "", inputSchema: {}, tool: "" }])
    })
  )

  it.scoped("null and absent members read alike", () =>
    Effect.gen(function* () {
      const members = [
        "ResourceUrl",
        "Token",
        "LinkUrl",
        "WsUrl",
        "HttpPort",
        "NetworkInterfaceIp",
        "VpcResource",
        "ToolList",
        "AppInstanceId",
        "ResourceId",
        "Success",
        "ErrMsg"
      ]
      const nulls = Object.fromEntries(members.map((name) => [name, null]))
      const absent = yield* call(SessionActions.CreateMcpSession, {}, ok({ SessionId: "s-1" }))
      const reply = yield* call(SessionActions.CreateMcpSession, {}, ok({ SessionId: "s-1", ...nulls }))
      assert.deepStrictEqual(reply.data, absent.data)
      const info = yield* call(ContextActions.GetContextInfo, session, ok(null))
      assert.isNull(info.data)
      assert.isUndefined((yield* call(ContextActions.GetContextInfo, session, ok())).data)
      assert.isNull((yield* call(ContextActions.ListContexts, { maxResults: 1 }, ok(null))).data)
    })
  )

  it.scoped("what a page carries beside its data is read", () =>
    Effect.gen(function* () {
      const request = { labels: {}, maxResults: 2 }
      const page = { NextToken: "t", MaxResults: "2", TotalCount: 5, Count: 9 }
      const reply = yield* call(SessionActions.ListSession, request, ok([{ SessionId: "s-1" }], page))
      assert.deepStrictEqual([reply.nextToken, reply.maxResults, reply.totalCount, reply.count], [
        Option.some("t"),
        Option.some(2),
        Option.some(5),
        Option.some(9)
      ] as never)
      const last = yield* call(SessionActions.ListSession, request, ok([], { NextToken: "" }))
      assert.deepStrictEqual([last.nextToken, last.totalCount], [Option.none(), Option.none()])
    })
  )
})

describe("an answer of a wrong form is a failure that keeps the request id", () => {
  const wrong: ReadonlyArray<readonly [Action.Any, unknown, unknown]> = [
    [all.CreateMcpSession, {}, { SessionId: "s-1", Token: {} }],
    [all.CreateMcpSession, {}, "text"],
    [all.CreateMcpSession, {}, []],
    [all.CreateMcpSession, {}, undefined],
    [all.GetSession, session, { contexts: "x" }],
    [all.GetSession, session, { VpcResource: "maybe" }],
    [all.GetSessionDetail, session, { Id: "x" }],
    [all.GetSessionDetail, session, null],
    [all.ListSession, { labels: {}, maxResults: 1 }, { SessionId: "s-1" }],
    [all.ListSession, { labels: {}, maxResults: 1 }, [{ SessionStatus: "RUNNING" }]],
    [all.ListMcpTools, { imageId: "i" }, "[{"],
    [all.ListMcpTools, { imageId: "i" }, {}],
    [all.ListMcpTools, { imageId: "i" }, "[{}]"],
    [all.ListMcpTools, { imageId: "i" }, undefined],
    [all.GetLink, session, "https://x.test"],
    [all.GetLink, session, { Url: ["a"] }],
    [all.GetMcpResource, session, { DesktopInfo: "x" }],
    [all.GetLabel, session, { Labels: {} }],
    [all.GetContext, { allowCreate: false }, [{}]],
    [all.ListContexts, { maxResults: 1 }, {}],
    [all.DescribeContextFiles, { contextId: "c", parentFolderPath: "/" }, [{ Size: "big" }]],
    [all.GetContextFileUploadUrl, { contextId: "c", filePath: "/x" }, { ExpireTime: "soon" }],
    [all.GetContextInfo, session, { ContextStatus: [] }],
    [all.CreateNetwork, {}, undefined],
    [all.DescribeNetwork, { networkId: "n" }, { Online: "perhaps" }],
    [all.CallMcpTool, { args: "{}", name: "t", sessionId: "s" }, "{"]
  ]
  for (const [action, request, data] of wrong) {
    it.scoped(`${action.name}: ${JSON.stringify(data)}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(call(action as typeof all.GetSession, request as never, ok(data)))
        assert.strictEqual(error._tag, "SessionError")
        assert.strictEqual(error.reason, "Decode")
        assert.strictEqual(error.requestId, "req-1")
        assert.strictEqual(error.status, 200)
        assert.strictEqual(error.phase, "sent")
        assert.match(error.detail, /^Data: .*does not have the expected form$/)
        assert.isFalse(error.isRetryable)
      })
    )
  }

  it.scoped("the place is named, the value is not", () =>
    Effect.gen(function* () {
      const answer = ok({ SessionId: "s-1", Token: { secret: "tok-SECRET" } })
      const error = yield* Effect.flip(call(SessionActions.CreateMcpSession, {}, answer))
      assert.include(error.detail, "Token")
      assert.notInclude(JSON.stringify(error) + error.message, "SECRET")
    })
  )
})
