/** The real account over a scripted service. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import * as AgentBay from "../../src/AgentBay.js"
import * as VpcTransport from "../../src/transport/VpcTransport.js"
import {
  type Answer,
  byName,
  direct,
  ok,
  type Reply,
  type Script,
  type Sent,
  scripted
} from "./ScriptedService.js"
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
  {
    name: "get_metrics",
    server: "wuying_system",
    description: "counts",
    inputSchema: {},
    tool: "get_metrics"
  }
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

/** A session whose tools are called over the API, unless `members` gives it a link. */
export const openSession = (
  replies: Readonly<Record<string, Reply>>,
  members: Readonly<Record<string, unknown>> = { LinkUrl: "" }
) =>
  Effect.gen(function* () {
    const { bay, service } = yield* makeAccount(
      working({ CreateMcpSession: ok(created(members)), ...replies })
    )
    const session = yield* bay.create({ imageId: "img" })
    return {
      session,
      service,
      /** The parameters of the last request. */
      form: () => {
        const { Authorization: _, ...form } = service.sent.at(-1)!.form
        return form
      },
      sentSince: () => service.sent.length - 1
    }
  })

export type Replies = Parameters<typeof working>[0]

/** Runs something on the account for a quarter of an hour at most, and tells what was sent and how long it took. */
export const outcomeOf = (
  replies: Replies,
  use: (bay: AgentBay.AgentBay.Service) => Effect.Effect<unknown, { readonly _tag: string }>,
  settings: Settings = {}
) =>
  Effect.gen(function* () {
    const { bay, service } = yield* makeAccount(working(replies), settings)
    const fiber = yield* Effect.fork(Effect.either(use(bay)))
    let seconds = 0
    while ((yield* Fiber.poll(fiber))._tag === "None" && seconds < 900) {
      yield* TestClock.adjust("1 second")
      seconds += 1
    }
    const outcome = yield* Fiber.join(fiber)
    return { names: service.names(), seconds, error: outcome._tag === "Left" ? outcome.left : undefined }
  })
