import {
  type Action,
  AgentBayConfig,
  type AgentBayError,
  type Contexts,
  type ControlPlane,
  type Networks,
  SessionActions,
  type SessionConnection,
  ShellTools,
  type ToolAnswer,
  type ToolTransport
} from "@effect-agentbay/core"
import type { ConfigError, Effect, Layer, Option, Redacted, Stream } from "effect"
import { expect, test } from "tstyche"

declare const contexts: Contexts.Contexts
declare const networks: Networks.Networks
declare const controlPlane: ControlPlane.ControlPlane.Service
declare const toolTransport: ToolTransport.ToolTransport.Service
declare const connection: SessionConnection.SessionConnection

type Asking = AgentBayError.SessionError | AgentBayError.InvalidArgument

test("contexts fail with exactly these, and need nothing", () => {
  expect(contexts.list()).type.toBe<Effect.Effect<Contexts.ContextPage, Asking>>()
  expect(contexts.listAll()).type.toBe<Stream.Stream<Contexts.StoredContext, Asking>>()
  expect(contexts.get({ name: "n" })).type.toBe<Effect.Effect<Contexts.StoredContext, Asking>>()
  expect(contexts.get({ id: "c" })).type.toBe<Effect.Effect<Contexts.StoredContext, Asking>>()
  expect(contexts.create("n")).type.toBe<Effect.Effect<Contexts.StoredContext, Asking>>()
  expect(contexts.rename("c", "n")).type.toBe<Effect.Effect<void, Asking>>()
  expect(contexts.delete("c")).type.toBe<Effect.Effect<void, Asking>>()
  expect(contexts.clear("c")).type.toBe<Effect.Effect<void, Asking>>()
  expect<Contexts.ContextKey>().type.not.toBeAssignableFrom<string>()
  expect<Contexts.ContextKey>().type.not.toBeAssignableFrom<{ readonly key: string }>()
})

test("files of contexts fail with exactly these, and need nothing", () => {
  expect(contexts.files.list("c", "/")).type.toBe<Effect.Effect<Contexts.ContextFilePage, Asking>>()
  expect(contexts.files.listAll("c", "/")).type.toBe<Stream.Stream<Contexts.ContextFile, Asking>>()
  expect(contexts.files.delete("c", "/x")).type.toBe<Effect.Effect<void, Asking>>()
  expect(contexts.files.uploadUrl("c", "/x")).type.toBe<Effect.Effect<Contexts.PresignedUrl, Asking>>()
  expect(contexts.files.downloadUrl("c", "/x")).type.toBe<Effect.Effect<Contexts.PresignedUrl, Asking>>()
  expect<Contexts.PresignedUrl["url"]>().type.toBe<Redacted.Redacted>()
})

test("networks fail with exactly these, and need nothing", () => {
  expect(networks.bind()).type.toBe<
    Effect.Effect<
      { readonly networkId: string; readonly token: Redacted.Redacted; readonly requestId: string },
      Asking
    >
  >()
  expect(networks.describe("n")).type.toBe<
    Effect.Effect<{ readonly online: boolean; readonly requestId: string }, Asking>
  >()
})

test("a configuration fails with its own error only", () => {
  type Made = Effect.Effect<AgentBayConfig.AgentBayConfig.Service, AgentBayError.InvalidConfiguration>
  expect(AgentBayConfig.make({ apiKey: "k" })).type.toBe<Made>()
  expect(AgentBayConfig.fromEnvironment()).type.toBe<Made>()
  expect(AgentBayConfig.layerEnv()).type.toBe<
    Layer.Layer<AgentBayConfig.AgentBayConfig, AgentBayError.InvalidConfiguration>
  >()
  expect(AgentBayConfig.layerConfig).type.toBeAssignableTo<
    (
      ...args: never
    ) => Layer.Layer<
      AgentBayConfig.AgentBayConfig,
      AgentBayError.InvalidConfiguration | ConfigError.ConfigError
    >
  >()
  expect<AgentBayConfig.Options>().type.toBeAssignableFrom<{ readonly apiKey: string }>()
  expect<AgentBayConfig.Options>().type.not.toBeAssignableFrom<{ readonly endpoint: string }>()
  expect<AgentBayConfig.Options>().type.not.toBeAssignableFrom<{
    readonly apiKey: string
    readonly vpcFallback: "link"
  }>()
})

test("an action's request and data have the type of its contract", () => {
  expect(controlPlane.call(SessionActions.GetLink, { sessionId: "s", port: 80 })).type.toBe<
    Effect.Effect<ControlPlane.Reply<{ readonly url: Option.Option<string> }>, AgentBayError.SessionError>
  >()
  type Request = Action.Action.Request<typeof SessionActions.GetSession>
  expect<Request>().type.toBe<{ readonly sessionId: string }>()
})

test("tool calls fail with exactly these, and need nothing", () => {
  expect(toolTransport.invoke(connection, "x", {}, { operation: "o" })).type.toBe<
    Effect.Effect<ToolAnswer.ToolAnswer, AgentBayError.SessionError | AgentBayError.VpcUnavailable>
  >()
  expect(toolTransport.call(connection, ShellTools.shell, { command: "x" }, { operation: "o" })).type.toBe<
    Effect.Effect<
      ToolTransport.ToolReply<ShellTools.ShellOutput>,
      AgentBayError.SessionError | AgentBayError.VpcUnavailable | AgentBayError.ToolError
    >
  >()
})
