import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type { Action } from "../../src/contract/Action.js"
import { all } from "../../src/contract/Actions.js"
import { assert } from "../support/assertions.js"
import { ok } from "../support/ScriptedService.js"
import { secrets } from "../support/secrets.js"
import { makeTransports, type Settings } from "../support/transports.js"

const send = <Name extends string, Request, RequestEncoded, Data, DataEncoded>(
  action: Action<Name, Request, RequestEncoded, Data, DataEncoded>,
  request: Request,
  settings: Settings = {}
) =>
  Effect.gen(function* () {
    const { controlPlane, service } = yield* makeTransports(() => ok({ SessionId: "s-1" }), settings)
    yield* Effect.ignore(controlPlane.call(action, request)).pipe(Effect.withSpan("caller"))
    assert.strictEqual(service.sent.length, 1)
    return service.sent[0]!
  })

const session = { sessionId: "s-1" }

describe("the request of an action", () => {
  it.scoped(
    "is one POST to the endpoint, the five common parameters in the query, the rest in the form",
    () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 1, 3, 4, 5, 6, 789))
        const sent = yield* send(all.GetLink, { ...session, port: 30150, protocolType: "https", option: "" })
        assert.strictEqual(sent.method, "POST")
        assert.strictEqual(`${sent.url.origin}${sent.url.pathname}`, "https://gateway.test/")
        assert.deepStrictEqual(
          [...sent.url.searchParams.keys()],
          ["Action", "Format", "Version", "Timestamp", "SignatureNonce"]
        )
        const { SignatureNonce: nonce, ...query } = sent.query
        assert.match(String(nonce), /^[0-9a-f]{32}$/)
        assert.deepStrictEqual(query, {
          Action: "GetLink",
          Format: "json",
          Version: "2025-05-06",
          Timestamp: "2026-02-03T04:05:06Z"
        })
        assert.deepStrictEqual(sent.form, {
          Authorization: `Bearer ${secrets.apiKey}`,
          SessionId: "s-1",
          ProtocolType: "https",
          Port: "30150",
          Option: ""
        })
      })
  )

  it.scoped("carries the headers of the protocol and no others of ours", () =>
    Effect.gen(function* () {
      const { headers } = yield* send(all.GetSession, session, { userAgent: "tester/1" })
      assert.strictEqual(headers["x-acs-version"], "2025-05-06")
      assert.strictEqual(headers["x-acs-action"], "GetSession")
      assert.strictEqual(headers["user-agent"], "tester/1")
      assert.strictEqual(headers["content-type"], "application/x-www-form-urlencoded")
      assert.isUndefined(headers["authorization"])
      for (const name of ["traceparent", "b3"]) assert.isUndefined(headers[name])
    })
  )

  it.scoped("goes below the path of the endpoint", () =>
    Effect.gen(function* () {
      const sent = yield* send(all.GetSession, session, { endpoint: "http://127.0.0.1:8099/prefix" })
      assert.strictEqual(`${sent.url.origin}${sent.url.pathname}`, "http://127.0.0.1:8099/prefix/")
    })
  )

  it.scoped("puts the session of GetSessionDetail into the query, as the official client does", () =>
    Effect.gen(function* () {
      const sent = yield* send(all.GetSessionDetail, session)
      assert.strictEqual(sent.query["SessionId"], "s-1")
      assert.deepStrictEqual(sent.form, { Authorization: `Bearer ${secrets.apiKey}` })
    })
  )

  it.scoped("every other action has its own parameters in the form only", () =>
    Effect.gen(function* () {
      const requests: ReadonlyArray<readonly [Action.Any, Record<string, unknown>, Record<string, string>]> =
        [
          [all.SyncContext, { ...session, mode: "upload" }, { SessionId: "s-1", Mode: "upload" }],
          [
            all.GetAndLoadInternalContext,
            { ...session, contextTypes: ["file_transfer", "x"] },
            { SessionId: "s-1", "ContextTypes.1": "file_transfer", "ContextTypes.2": "x" }
          ],
          [
            all.ListSession,
            { labels: { a: "b" }, maxResults: 10 },
            { Labels: '{"a":"b"}', MaxResults: "10" }
          ],
          [
            all.CallMcpTool,
            { ...session, args: "{}", name: "shell", server: "", autoGenSession: false },
            { SessionId: "s-1", Args: "{}", Name: "shell", Server: "", AutoGenSession: "false" }
          ]
        ]
      for (const [action, request, form] of requests) {
        const sent = yield* send(action as typeof all.GetSession, request as never)
        assert.strictEqual(sent.url.searchParams.size, 5, action.name)
        assert.deepStrictEqual(sent.form, { Authorization: `Bearer ${secrets.apiKey}`, ...form })
      }
    })
  )

  const minimal: Record<keyof typeof all, unknown> = {
    CreateMcpSession: {},
    GetSession: session,
    GetSessionDetail: session,
    ListSession: { labels: {}, maxResults: 10 },
    ReleaseMcpSession: session,
    DeleteSessionAsync: session,
    PauseSessionAsync: session,
    ResumeSessionAsync: session,
    SetLabel: { ...session, labels: {} },
    GetLabel: session,
    GetMcpResource: session,
    GetLink: session,
    GetCdpLink: session,
    GetAdbLink: session,
    ListMcpTools: { imageId: "i" },
    CallMcpTool: { ...session, args: "{}", name: "shell" },
    InitBrowser: { ...session, persistentPath: "/p" },
    GetContext: { allowCreate: false },
    ListContexts: { maxResults: 1 },
    ModifyContext: { id: "c", name: "n" },
    DeleteContext: { id: "c" },
    ClearContext: { id: "c" },
    DescribeContextFiles: { contextId: "c", parentFolderPath: "/" },
    GetContextFileUploadUrl: { contextId: "c", filePath: "/x" },
    GetContextFileDownloadUrl: { contextId: "c", filePath: "/x" },
    DeleteContextFile: { contextId: "c", filePath: "/x" },
    SyncContext: session,
    GetContextInfo: session,
    GetAndLoadInternalContext: { ...session, contextTypes: ["file_transfer"] },
    CreateNetwork: {},
    DescribeNetwork: { networkId: "n" },
    GetSkillMetaData: {},
    ListSkillMetaData: {},
    BindContextSkillAsync: { items: [{ contextId: "c", skillIds: ["s"] }] },
    UnbindContextSkill: { items: [{ contextId: "c", skillIds: ["s"] }] },
    GetVolume: { imageId: "i", volumeName: "v", allowCreate: true },
    ListVolumes: { imageId: "i", maxResults: 1, nextToken: "t" },
    DeleteVolume: { volumeId: "v" },
    RefreshSessionIdleTime: { sessionId: "s" },
    BindContexts: { sessionId: "s", persistenceDataList: [{ contextId: "c", path: "/p" }] },
    DescribeSessionContexts: { sessionId: "s" }
  }
  for (const [name, action] of Object.entries(all)) {
    it.scoped(`${name}: the api key is in the form and never in the URL`, () =>
      Effect.gen(function* () {
        const sent = yield* send(action as typeof all.GetSession, minimal[name as keyof typeof all] as never)
        assert.strictEqual(sent.name === "tool shell" ? "CallMcpTool" : sent.name, name)
        assert.strictEqual(sent.form["Authorization"], `Bearer ${secrets.apiKey}`)
        assert.notMatch(decodeURIComponent(sent.url.href), /SECRET|Authorization|Bearer/)
        assert.strictEqual(sent.headers["x-acs-action"], name)
      })
    )
  }

  it.scoped("no two requests have the same nonce", () =>
    Effect.gen(function* () {
      const { controlPlane, service } = yield* makeTransports(() => ok())
      for (let i = 0; i < 50; i++) yield* controlPlane.call(all.ReleaseMcpSession, session)
      assert.strictEqual(new Set(service.sent.map(({ query }) => query["SignatureNonce"])).size, 50)
    })
  )

  it.scoped("a request that the contract does not know is a defect, and nothing is sent", () =>
    Effect.gen(function* () {
      const { controlPlane, service } = yield* makeTransports(() => ok())
      const exit = yield* Effect.exit(controlPlane.call(all.GetSession, { sessionId: 5 } as never))
      assert.strictEqual(exit._tag === "Failure" && exit.cause._tag, "Die")
      assert.strictEqual(service.sent.length, 0)
    })
  )
})
