/** The real transports over a scripted service. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as AgentBayConfig from "../../src/AgentBayConfig.js"
import * as RetryPolicy from "../../src/RetryPolicy.js"
import * as ControlPlane from "../../src/transport/ControlPlane.js"
import * as LinkTransport from "../../src/transport/LinkTransport.js"
import { makeToolDirectory, type SessionConnection } from "../../src/transport/SessionConnection.js"
import * as ToolTransport from "../../src/transport/ToolTransport.js"
import * as VpcTransport from "../../src/transport/VpcTransport.js"
import { type Script, scripted } from "./ScriptedService.js"
import { secrets } from "./secrets.js"

export type Settings = Partial<AgentBayConfig.Options>

/** The settings of every scripted account, unless a test says otherwise: a failure shows at
 * once, and sessions have no labels but those of the test. */
export const configLayer = (settings: Settings = {}) =>
  Layer.orDie(
    AgentBayConfig.layer({
      apiKey: secrets.apiKey,
      endpoint: "https://gateway.test",
      retry: RetryPolicy.none,
      lease: false,
      ...settings
    })
  )

/** All transports, and the service that they talk to, over a client that may be another one. */
export const makeTransports = (
  script: Script,
  settings: Settings = {},
  vpc = VpcTransport.layer,
  adapt: (client: HttpClient.HttpClient) => Effect.Effect<HttpClient.HttpClient> = Effect.succeed
) =>
  Effect.gen(function* () {
    const service = scripted(script)
    const client = yield* adapt(service.client)
    const base = Layer.merge(configLayer(settings), Layer.succeed(HttpClient.HttpClient, client))
    const routes = Layer.mergeAll(ControlPlane.layer, LinkTransport.layer, vpc)
    const context = yield* Layer.build(
      ToolTransport.layer.pipe(Layer.provideMerge(routes), Layer.provide(base))
    )
    return {
      service,
      controlPlane: Context.get(context, ControlPlane.ControlPlane),
      toolTransport: Context.get(context, ToolTransport.ToolTransport)
    }
  })

/** A session of no special kind: its tools are called over the API. */
export const connection = (members: Partial<SessionConnection> = {}): SessionConnection => ({
  sessionId: "s-1",
  isVpc: false,
  networkInterfaceIp: Option.none(),
  httpPort: Option.none(),
  token: Option.none(),
  linkUrl: Option.none(),
  tools: makeToolDirectory([
    { name: "shell", server: "wuying_shell", description: "", inputSchema: {}, tool: "shell" },
    { name: "read_file", server: "wuying_filesystem", description: "", inputSchema: {}, tool: "read_file" }
  ]),
  ...members
})

export const linkConnection = (members: Partial<SessionConnection> = {}): SessionConnection =>
  connection({
    token: Option.some(Redacted.make(secrets.token)),
    linkUrl: Option.some(Redacted.make(secrets.linkUrl)),
    ...members
  })

export const vpcConnection = (members: Partial<SessionConnection> = {}): SessionConnection =>
  connection({
    isVpc: true,
    networkInterfaceIp: Option.some("10.0.0.7"),
    httpPort: Option.some(8080),
    token: Option.some(Redacted.make(secrets.token)),
    ...members
  })
