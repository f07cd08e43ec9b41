import type { AgentBay, AgentBayError, Session, SessionHandle } from "@effect-agentbay/core"
import type { Effect, Scope, Stream } from "effect"
import { expect, test } from "tstyche"

declare const bay: AgentBay.AgentBay.Service
declare const handle: SessionHandle.SessionHandle

type Asking = AgentBayError.SessionError | AgentBayError.InvalidArgument

type Creating =
  | AgentBayError.SessionError
  | AgentBayError.InvalidArgument
  | AgentBayError.CreateAmbiguous
  | AgentBayError.ContextSyncError
  | AgentBayError.ToolError
  | AgentBayError.VpcUnavailable

test("creating fails with exactly these", () => {
  expect<AgentBay.CreateError>().type.toBe<Creating>()
  expect(bay.create()).type.toBe<Effect.Effect<Session.Session.Service, Creating>>()
  expect(bay.create({ imageId: "img" })).type.toBe<Effect.Effect<Session.Session.Service, Creating>>()
})

test("a session in a scope needs the scope and nothing else", () => {
  expect(bay.session()).type.toBe<Effect.Effect<Session.Session.Service, Creating, Scope.Scope>>()
})

test("finding, listing and deleting fail with exactly these, and need nothing", () => {
  expect(bay.get("s")).type.toBe<Effect.Effect<Session.Session.Service, Asking>>()
  expect(bay.list()).type.toBe<Effect.Effect<AgentBay.SessionPage, Asking>>()
  expect(bay.list({ page: 2, status: "RUNNING" })).type.toBe<Effect.Effect<AgentBay.SessionPage, Asking>>()
  expect(bay.listAll()).type.toBe<Stream.Stream<AgentBay.SessionSummary, Asking>>()
  expect(bay.delete("s")).type.toBe<Effect.Effect<void, Asking>>()
})

test("attaching cannot fail and is no effect", () => {
  expect(bay.attach(handle)).type.toBe<Session.Session.Service>()
})

// Calls of functions that return effects are reported by the editor's Effect diagnostics in any case, so
// `toBeCallableWith` would say nothing: what is compared is the type of the parameter.
test("parameters are checked", () => {
  type Params = AgentBay.CreateParams
  expect<Params>().type.toBeAssignableFrom<{
    readonly enableBrowserReplay: false
    readonly waitForContexts: false
  }>()
  expect<Params>().type.toBeAssignableFrom<{ readonly waitForContexts: "3 minutes" }>()
  expect<Params>().type.not.toBeAssignableFrom<{ readonly waitForContexts: true }>()
  expect<Params>().type.not.toBeAssignableFrom<{ readonly mcpPolicyId: string }>()
  expect<Params>().type.not.toBeAssignableFrom<{ readonly labels: { readonly a: number } }>()
  expect<Parameters<typeof bay.create>[0]>().type.toBe<Params | undefined>()
  type Listing = NonNullable<Parameters<typeof bay.list>[0]>
  expect<Listing>().type.toBeAssignableFrom<{ readonly status: "PAUSED"; readonly page: 2 }>()
  expect<Listing>().type.not.toBeAssignableFrom<{ readonly status: "FINISH" }>()
  expect<Listing>().type.not.toBeAssignableFrom<{ readonly pageSize: number }>()
  expect<Parameters<typeof bay.get>>().type.toBe<[sessionId: string]>()
})

test("the account needs its configuration, an HTTP client and a VPC route, and nothing else", () => {
  type Needs = typeof AgentBay.layer extends import("effect").Layer.Layer<infer _Out, infer _E, infer R>
    ? R
    : never
  type Fails = typeof AgentBay.layer extends import("effect").Layer.Layer<infer _Out, infer E, infer _R>
    ? E
    : never
  expect<Needs>().type.toBe<
    | import("@effect-agentbay/core").AgentBayConfig.AgentBayConfig
    | import("@effect-agentbay/core").VpcTransport.VpcTransport
    | import("@effect/platform").HttpClient.HttpClient
  >()
  expect<Fails>().type.toBe<never>()
})
