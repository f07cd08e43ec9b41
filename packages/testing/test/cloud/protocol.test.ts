import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Actions from "@effect-agentbay/core/Actions"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, FastCheck, Redacted, Schema } from "effect"
import {
  type Body,
  base,
  call,
  createSession,
  data,
  execute,
  viaApi,
  viaLink,
  vpcRequest
} from "../support/service.js"

const run = Effect.provide(TestAgentBay.layerHttpClient)

const send = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.flatMap(execute(request), (response) =>
    Effect.map(Effect.orDie(response.json), (body) => ({ status: response.status, body: body as Body }))
  )

const form = (url: string, body: string) =>
  send(
    HttpClientRequest.post(url).pipe(HttpClientRequest.bodyText(body, "application/x-www-form-urlencoded"))
  )

const formPieces = [
  ...'&=%+.{}[]"0-',
  "%ff",
  "%00",
  "\ud800",
  "SessionId=s-000001&",
  "Labels=",
  "ContextTypes.1=",
  "ContextTypes.99999999999999999999=",
  "MaxResults=1e9",
  "__proto__=",
  "PersistenceDataList=[null]",
  "AllowCreate=true&Name="
]

describe("the control API", () => {
  it.effect("answers in the envelope of the service", () =>
    Effect.gen(function* () {
      const { body } = yield* call("CreateNetwork")
      assert.deepInclude(body, { Success: true, Code: "ok", Message: "", HttpStatusCode: 200 })
      assert.isNotEmpty(body.RequestId)
      const { body: empty } = yield* call("SetLabel", {
        SessionId: (yield* createSession()).SessionId,
        Labels: "{}"
      })
      assert.doesNotHaveAnyKeys(empty, ["Data"])
    }).pipe(run)
  )

  it.effect("finds every parameter in the query or in the form, by GET or POST, at any path", () =>
    Effect.gen(function* () {
      const { SessionId } = yield* createSession()
      const answers = [
        // TypeScript: the action in the query, the rest in the form.
        yield* form(
          `${base}/?Action=GetLabel&Format=json`,
          `Authorization=Bearer%20akm&SessionId=${SessionId}`
        ),
        // A session id in the query, the key in the form, and the reverse.
        yield* form(`${base}/?Action=GetSessionDetail&SessionId=${SessionId}`, "Authorization=Bearer+akm"),
        yield* form(`${base}/?Action=SyncContext&Authorization=Bearer%20akm`, `SessionId=${SessionId}`),
        // Everything in the query.
        yield* send(
          HttpClientRequest.get(`${base}/?Action=GetLabel&Authorization=Bearer%20akm&SessionId=${SessionId}`)
        ),
        // Everything in the form, at a path of its own, the action in a header.
        yield* send(
          HttpClientRequest.post(`${base}/gateway/v1/`).pipe(
            HttpClientRequest.setHeader("x-acs-action", "GetLabel"),
            HttpClientRequest.bodyText(
              `Authorization=Bearer%20akm&SessionId=${SessionId}`,
              "application/x-www-form-urlencoded"
            )
          )
        )
      ]
      for (const { body, status } of answers) assert.deepStrictEqual([status, body.Success], [200, true])
    }).pipe(run)
  )

  it.effect("reads what the SDKs of all languages send at creation", () =>
    Effect.gen(function* () {
      const policy = encodeURIComponent(JSON.stringify({ uploadPolicy: { autoUpload: true }, bwList: null }))
      const bodies = [
        // Python: capitalised booleans, nested settings flattened into dotted names.
        "Authorization=Bearer akm&ImageId=mobile_latest&EnableRecord=False&ExtraConfigs.Mobile.LockResolution=True&ExtraConfigs.Mobile.AppManagerRule.AppPackageNameList.1=a.b",
        // Go: snake case inside JSON.
        `Authorization=Bearer akm&ExtraConfigs=${encodeURIComponent('{"mobile":{"lock_resolution":true}}')}&SdkStats=${encodeURIComponent('{"source":"sdk","sdk_language":"golang","sdk_version":"0.15.0","is_release":true,"framework":""}')}`,
        // A framework name with a quote, which SDKs do not escape.
        'Authorization=Bearer akm&SdkStats={"framework":"a"b"}',
        // TypeScript 0.10.2.
        "Authorization=Bearer%20akm&VpcResource=false&Labels=%7B%7D&McpPolicyId=p-1",
        // Newer generations: parameters this version does not know.
        `Authorization=Bearer akm&Timeout=300&MaxRuntime=30&ManualRelease=true&LoadSkill=false&PersistenceDataList=${encodeURIComponent(JSON.stringify([{ ContextId: "x", Path: "/tmp/x", Policy: decodeURIComponent(policy) }]))}`
      ]
      for (const body of bodies) {
        const answer = yield* form(`${base}/?Action=CreateMcpSession`, body)
        assert.strictEqual(answer.body.Success, true, JSON.stringify(answer.body))
      }
    }).pipe(run)
  )

  it.effect("names an action that is not there", () =>
    Effect.gen(function* () {
      for (const action of ["Nope", "toString", ""]) {
        const { body, status } = yield* call(action)
        assert.deepStrictEqual([status, body.Code], [404, "InvalidAction.NotFound"])
        assert.doesNotHaveAnyKeys(body, ["Success"])
      }
    }).pipe(run)
  )

  it.effect("names the parameter that is missing or cannot be read", () =>
    Effect.gen(function* () {
      const code = (action: string, parameters: Record<string, string>) =>
        Effect.map(call(action, parameters), ({ body, status }) => [status, body.Code])
      const { SessionId } = yield* createSession()
      assert.deepStrictEqual(yield* code("GetSession", {}), [400, "MissingParameter.SessionId"])
      assert.deepStrictEqual(yield* code("CreateMcpSession", { VpcResource: "yes" }), [
        400,
        "InvalidParameter.VpcResource"
      ])
      assert.deepStrictEqual(yield* code("CreateMcpSession", { Labels: "{" }), [
        400,
        "InvalidParameter.Labels"
      ])
      assert.deepStrictEqual(yield* code("SyncContext", { SessionId, Mode: "both" }), [
        400,
        "InvalidParameter.Mode"
      ])
      assert.deepStrictEqual(yield* code("CallMcpTool", { SessionId, Name: "shell", Args: "{" }), [
        400,
        "InvalidParameter.Args"
      ])
      assert.deepStrictEqual(yield* code("ListSession", { Labels: "{}" }), [
        400,
        "MissingParameter.MaxResults"
      ])
      assert.deepStrictEqual(yield* code("GetAndLoadInternalContext", { SessionId }), [
        400,
        "MissingParameter.ContextTypes"
      ])
    }).pipe(run)
  )

  it.effect("wants a key, and only its own when it was given one", () =>
    Effect.gen(function* () {
      const codeWith = (authorization: string) =>
        Effect.map(call("CreateNetwork", {}, { authorization }), ({ body, status }) => [status, body.Code])
      assert.deepStrictEqual(yield* codeWith("Bearer right"), [200, "ok"])
      for (const wrong of ["Bearer wrong", "Bearer right2", "Bearer ", "right", ""]) {
        assert.deepStrictEqual(yield* codeWith(wrong), [400, "NOT_LOGIN"], wrong)
      }
    }).pipe(Effect.provide(TestAgentBay.layerHttpClientWith({ apiKey: Redacted.make("right") })))
  )

  it.effect("takes any key that is not empty when it was given none", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* call("CreateNetwork", {}, { authorization: "Bearer any" })).status, 200)
      assert.strictEqual(
        (yield* call("CreateNetwork", {}, { authorization: "Bearer " })).body.Code,
        "NOT_LOGIN"
      )
    }).pipe(run)
  )

  it.effect("lists the tools of an image as text", () =>
    Effect.gen(function* () {
      const list = yield* data("ListMcpTools", { ImageId: "linux_latest" })
      assert.isString(list)
      const shell = JSON.parse(list).find((tool: { name: string }) => tool.name === "shell")
      assert.deepInclude(shell, { server: "wuying_shell", tool: "shell" })
      assert.deepStrictEqual(shell.inputSchema.required, ["command"])
      const phone = JSON.parse(yield* data("ListMcpTools", { ImageId: "mobile_latest" }))
      assert.notInclude(
        phone.map((tool: { name: string }) => tool.name),
        "run_code"
      )
    }).pipe(run)
  )

  it.effect("answers every action of the contract with data that the contract reads", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const session = yield* createSession({ ImageId: "browser_latest" })
      const phone = yield* createSession({ ImageId: "mobile_latest" })
      const paused = yield* createSession()
      const ended = yield* createSession()
      const released = yield* createSession()
      const { Id } = yield* data("GetContext", { Name: "c", AllowCreate: "true" })
      const { Id: doomed } = yield* data("GetContext", { Name: "doomed", AllowCreate: "true" })
      const { NetworkId } = yield* data("CreateNetwork")
      const volume = { ImageId: "linux_latest", VolumeName: "doomed", AllowCreate: "true" }
      const { VolumeId } = yield* data("GetVolume", volume)
      yield* cloud.putContextFile(Id, "/f", new Uint8Array(1))
      const { SessionId } = session
      const file = { ContextId: Id, FilePath: "/f" }
      const requests: Record<Actions.ActionName, Record<string, string | ReadonlyArray<string>>> = {
        CreateMcpSession: {},
        GetSession: { SessionId },
        GetSessionDetail: { SessionId },
        ListSession: { Labels: "{}", MaxResults: "2" },
        ReleaseMcpSession: { SessionId: released.SessionId },
        DeleteSessionAsync: { SessionId: ended.SessionId },
        PauseSessionAsync: { SessionId: paused.SessionId },
        ResumeSessionAsync: { SessionId: paused.SessionId },
        SetLabel: { SessionId, Labels: "{}" },
        GetLabel: { SessionId },
        GetMcpResource: { SessionId },
        GetLink: { SessionId },
        GetCdpLink: { SessionId },
        GetAdbLink: { SessionId: phone.SessionId },
        ListMcpTools: { ImageId: "linux_latest" },
        CallMcpTool: { SessionId, Name: "get_metrics", Args: "{}" },
        InitBrowser: { SessionId, PersistentPath: "/tmp/x", BrowserOption: '{"useStealth":false}' },
        GetContext: { Name: "c", AllowCreate: "false" },
        ListContexts: { MaxResults: "2" },
        ModifyContext: { Id, Name: "d" },
        DeleteContext: { Id: doomed },
        ClearContext: { Id: doomed },
        DescribeContextFiles: { ContextId: Id, ParentFolderPath: "/" },
        GetContextFileUploadUrl: file,
        GetContextFileDownloadUrl: file,
        DeleteContextFile: file,
        SyncContext: { SessionId },
        GetContextInfo: { SessionId },
        GetAndLoadInternalContext: { SessionId, ContextTypes: ["file_transfer"] },
        CreateNetwork: {},
        DescribeNetwork: { NetworkId },
        GetSkillMetaData: {},
        ListSkillMetaData: {},
        BindContextSkillAsync: { ContextSkillBindItems: "[]" },
        UnbindContextSkill: { ContextSkillUnbindItems: "[]" },
        GetVolume: { ImageId: "linux_latest", VolumeName: "v", AllowCreate: "true" },
        ListVolumes: { ImageId: "linux_latest", MaxResults: "2" },
        DeleteVolume: { VolumeId },
        RefreshSessionIdleTime: { SessionId },
        BindContexts: {
          SessionId,
          PersistenceDataList: JSON.stringify([{ ContextId: Id, Path: "/tmp/bound-later" }])
        },
        DescribeSessionContexts: { SessionId }
      }
      // Emptied before it is deleted.
      yield* data("ClearContext", { Id: doomed })
      const { ClearContext: _, ...others } = requests
      for (const [name, parameters] of Object.entries(others)) {
        const answer = yield* data(name, parameters)
        const action = Actions.all[name as Actions.ActionName]
        yield* Schema.decodeUnknown(action.data as Schema.Schema.AnyNoContext)(answer)
      }
    }).pipe(run)
  )

  it.effect("is not brought down by any form", () =>
    Effect.gen(function* () {
      const inputs = FastCheck.sample(
        FastCheck.tuple(
          FastCheck.constantFrom(...Object.keys(Actions.all)),
          FastCheck.array(FastCheck.constantFrom(...formPieces), { maxLength: 12 })
        ),
        300
      )
      for (const [action, body] of inputs) {
        const { status } = yield* form(
          `${base}/?Action=${action}`,
          `Authorization=Bearer%20k&${body.join("")}`
        )
        assert.include([200, 400], status)
      }
    }).pipe(run)
  )
})

describe("the direct routes", () => {
  it.effect("open with the token of the session only", () =>
    Effect.gen(function* () {
      const one = yield* createSession({ VpcResource: "true" })
      const other = yield* createSession({ VpcResource: "true" })
      const args = { path: "/tmp" }
      const status = (request: HttpClientRequest.HttpClientRequest) =>
        Effect.map(execute(request), (response) => response.status)
      const link = (token: string) =>
        HttpClientRequest.post(`${one.LinkUrl}/callTool`).pipe(
          HttpClientRequest.setHeader("x-access-token", token),
          HttpClientRequest.bodyText(
            JSON.stringify({ tool: "list_directory", args, server: "" }),
            "application/json"
          )
        )
      assert.strictEqual(yield* status(link(one.Token)), 200)
      assert.strictEqual(yield* status(link(other.Token)), 403)
      assert.strictEqual(yield* status(link("")), 403)
      assert.strictEqual(yield* status(vpcRequest(one, "list_directory", args)), 200)
      assert.strictEqual(yield* status(vpcRequest(one, "list_directory", args, other.Token)), 403)
      assert.strictEqual(yield* status(vpcRequest(one, "list_directory", args, "")), 403)
    }).pipe(run)
  )

  it.effect("tell by the status that a session is gone or paused", () =>
    Effect.gen(function* () {
      const session = yield* createSession({ VpcResource: "true" })
      const link = HttpClientRequest.post(`${session.LinkUrl}/callTool`).pipe(
        HttpClientRequest.setHeader("x-access-token", session.Token),
        HttpClientRequest.bodyText('{"tool":"get_metrics","args":{}}', "application/json")
      )
      yield* data("PauseSessionAsync", { SessionId: session.SessionId })
      assert.strictEqual((yield* execute(link)).status, 409)
      assert.strictEqual((yield* execute(vpcRequest(session, "get_metrics", {}))).status, 409)
      yield* data("ResumeSessionAsync", { SessionId: session.SessionId })
      assert.strictEqual((yield* execute(link)).status, 200)
      yield* data("DeleteSessionAsync", { SessionId: session.SessionId })
      assert.strictEqual((yield* execute(link)).status, 404)
    }).pipe(run)
  )

  it.effect("refuse bodies that name no tool", () =>
    Effect.gen(function* () {
      const session = yield* createSession()
      for (const body of ["", "no json", "[]", "null", "{}", '{"tool":1}']) {
        const response = yield* execute(
          HttpClientRequest.post(`${session.LinkUrl}/callTool`).pipe(
            HttpClientRequest.setHeader("x-access-token", session.Token),
            HttpClientRequest.bodyText(body, "application/json")
          )
        )
        assert.strictEqual(response.status, 400, body)
      }
    }).pipe(run)
  )

  it.effect("are closed in a cloud without links", () =>
    Effect.gen(function* () {
      const created = yield* data("CreateMcpSession", { VpcResource: "true" })
      const response = yield* execute(
        HttpClientRequest.post(`${base}/link/${created.SessionId}/callTool`).pipe(
          HttpClientRequest.setHeader("x-access-token", created.Token),
          HttpClientRequest.bodyText('{"tool":"get_metrics","args":{}}', "application/json")
        )
      )
      assert.strictEqual(response.status, 403)
    }).pipe(Effect.provide(TestAgentBay.layerHttpClientWith({ links: false })))
  )

  it.effect("answer every kind of error as a tool result", () =>
    Effect.gen(function* () {
      const session = yield* createSession()
      for (const via of [viaApi, viaLink]) {
        const unknown = yield* via(session, "fly", {})
        assert.isTrue(unknown.isError)
        assert.include(unknown.text, "tool not found")
        const wrong = yield* via(session, "read_file", { path: 1 })
        assert.isTrue(wrong.isError)
        assert.match(wrong.text, /^Execution failed\. Error code:-32602 Error message: .*path/)
      }
      const server = yield* viaApi(session, "shell", { command: "true" }, { server: "wuying_filesystem" })
      assert.isTrue(server.isError)
      assert.include(server.text, "wuying_filesystem")
      const right = yield* viaApi(session, "shell", { command: "true" }, { server: "wuying_shell" })
      assert.isFalse(right.isError)
    }).pipe(run)
  )
})
