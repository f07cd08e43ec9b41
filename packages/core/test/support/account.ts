/** The real account over a scripted service. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as AgentBay from "../../src/AgentBay.js"
import * as VpcTransport from "../../src/transport/VpcTransport.js"
import { type Answer, byName, direct, ok, type Reply, type Script, type Sent, scripted } from "./ScriptedService.js"
import { secrets } from "./secrets.js"
import { configLayer, type Settings } from "./transports.js"

export const makeAccount = (script: Script, settings: Settings = {}) =>
  Effect.gen(function* () {
    const service = scripted(script)
    const bay = yield* Effect.provide(
      AgentBay.AgentBay,
      AgentBay.layer.pipe(
        Layer.provide(VpcTransport.layer),
        Layer.provide([configLayer(settings), Layer.succeed(HttpClient.HttpClient, service.client)])
      )
    )
    return { bay, service }
  })

const tools = [
  { name: "shell", server: "wuying_shell", description: "runs", inputSchema: {}, tool: "shell" },
  { name: "get_metrics", server: "wuying_system", description: "counts", inputSchema: {}, tool: "get_metrics" }
]

/** What `CreateMcpSession` says of a session that has everything. */
export const created = (members: Readonly<Record<string, unknown>> = {}) => ({
  SessionId: "s-1",
  Success: true,
  ResourceUrl: secrets.resourceUrl,
  AppInstanceId: "ai-1",
  ResourceId: "p-1",
  Token: secrets.token,
  LinkUrl: secrets.linkUrl,
  WsUrl: secrets.wsUrl,
  ToolList: JSON.stringify(tools),
  ...members
})

/** `GetContextInfo` with these transfers. */
export const transfers = (...tasks: ReadonlyArray<Readonly<Record<string, unknown>>>): Answer =>
  ok({ ContextStatus: JSON.stringify([{ type: "data", data: JSON.stringify(tasks) }]) })

export const task = (members: Readonly<Record<string, unknown>> = {}) => ({
  contextId: "ctx-1",
  path: "/data",
  errorMessage: "",
  status: "Success",
  startTime: 1,
  finishTime: 2,
  taskType: "download",
  ...members
})

/** A service on which everything works; `replies` replace its answers. */
export const working = (
  replies: Readonly<Record<string, Reply | ReadonlyArray<Reply> | ((sent: Sent) => Reply)>> = {}
): Script =>
  byName({
    CreateMcpSession: ok(created()),
    DeleteSessionAsync: ok(),
    ReleaseMcpSession: ok(),
    GetSessionDetail: ok({ Status: "FINISH" }),
    ListMcpTools: ok(JSON.stringify(tools)),
    GetContextInfo: transfers(),
    "tool shell": direct('{"stdout":"","stderr":"","exit_code":0}'),
    ...replies
  })
