import {
  type AgentBay,
  type AgentBayError,
  Session,
  type SessionContext,
  type ToolAnswer,
  type ToolEntry
} from "@effect-agentbay/core"
import type { Effect, Layer, Option, Redacted } from "effect"
import { expect, test } from "tstyche"

declare const session: Session.Session.Service
declare const context: SessionContext.SessionContext.Service

type Asking = AgentBayError.SessionError | AgentBayError.InvalidArgument

type Calling = AgentBayError.SessionError | AgentBayError.VpcUnavailable | AgentBayError.ToolError

test("operations of the handle fail with exactly these, and need nothing", () => {
  expect(session.callMcpTool("x")).type.toBe<
    Effect.Effect<ToolAnswer.ToolAnswer, Calling | AgentBayError.InvalidArgument>
  >()
  expect(session.listMcpTools()).type.toBe<Effect.Effect<ReadonlyArray<ToolEntry.ToolEntry>, Asking>>()
  expect(session.info).type.toBe<Effect.Effect<Session.SessionInfo, AgentBayError.SessionError>>()
  expect(session.status).type.toBe<Effect.Effect<Session.SessionStatus, AgentBayError.SessionError>>()
  expect(session.getLabels).type.toBe<
    Effect.Effect<Readonly<Record<string, string>>, AgentBayError.SessionError>
  >()
  expect(session.setLabels({ a: "b" })).type.toBe<Effect.Effect<void, Asking>>()
  expect(session.getLink()).type.toBe<Effect.Effect<Redacted.Redacted, Asking>>()
  expect(session.pause()).type.toBe<Effect.Effect<Session.StateChange, Asking>>()
  expect(session.resume()).type.toBe<Effect.Effect<Session.StateChange, Asking>>()
  expect(session.metrics).type.toBe<Effect.Effect<Session.SessionMetrics, Calling>>()
})

test("deleting fails with ContextSyncError only when contexts are synchronised", () => {
  expect(session.delete()).type.toBe<Effect.Effect<void, Asking>>()
  expect(session.delete({ timeout: "1 minute" })).type.toBe<Effect.Effect<void, Asking>>()
  expect(session.delete({ syncContexts: false })).type.toBe<Effect.Effect<void, Asking>>()
  expect(session.delete({ syncContexts: true })).type.toBe<
    Effect.Effect<void, Asking | AgentBayError.ContextSyncError>
  >()
  expect(session.delete({ syncContexts: false as boolean })).type.toBe<
    Effect.Effect<void, Asking | AgentBayError.ContextSyncError>
  >()
})

test("credentials are redacted in the type", () => {
  expect(session.token).type.toBe<Option.Option<Redacted.Redacted>>()
  expect(session.linkUrl).type.toBe<Option.Option<Redacted.Redacted>>()
  expect(session.wsUrl).type.toBe<Option.Option<Redacted.Redacted>>()
  expect(session.resourceUrl).type.toBe<Option.Option<Redacted.Redacted>>()
})

test("finding a server and making a handle cannot fail", () => {
  expect(session.findServerForTool("x")).type.toBe<Option.Option<string>>()
  expect(session.toHandle()).type.toBe<import("@effect-agentbay/core").SessionHandle.SessionHandle>()
})

test("transfers fail with exactly these, and need nothing", () => {
  type Transfers = ReadonlyArray<SessionContext.ContextTransfer>
  expect(context.info()).type.toBe<Effect.Effect<Transfers, AgentBayError.SessionError>>()
  expect(context.sync()).type.toBe<Effect.Effect<Transfers, Asking | AgentBayError.ContextSyncError>>()
  expect(context.startSync()).type.toBe<Effect.Effect<string, Asking>>()
  type Options = NonNullable<Parameters<typeof context.sync>[0]>
  expect<Options>().type.toBeAssignableFrom<{ readonly mode: "download"; readonly timeout: "1 minute" }>()
  expect<Options>().type.not.toBeAssignableFrom<{ readonly mode: "both" }>()
})

test("layers provide the handle and every module", () => {
  expect(Session.layer()).type.toBe<Layer.Layer<Session.Modules, AgentBay.CreateError, AgentBay.AgentBay>>()
  expect(Session.layerOf(session)).type.toBe<Layer.Layer<Session.Modules>>()
})

/** Whether a type is `any`. */
type IsAny<T> = 0 extends 1 & T ? true : false

/** The members whose value, result, failure or need is `any`. */
type AnyIn<S> = {
  [K in keyof S]: IsAny<S[K]> extends true
    ? K
    : S[K] extends (...args: never) => infer R
      ? AnyInEffect<R> extends true
        ? K
        : never
      : AnyInEffect<S[K]> extends true
        ? K
        : never
}[keyof S]

type AnyInEffect<R> =
  IsAny<R> extends true
    ? true
    : R extends Effect.Effect<infer A, infer E, infer N>
      ? true extends IsAny<A> | IsAny<E> | IsAny<N>
        ? true
        : false
      : false

test("there is no any on the surface", () => {
  type Unchecked = ReturnType<typeof JSON.parse>
  expect<AnyIn<{ readonly bad: Effect.Effect<number, Unchecked> }>>().type.toBe<"bad">()
  expect<AnyIn<{ readonly bad: () => Effect.Effect<Unchecked> }>>().type.toBe<"bad">()
  expect<AnyIn<Session.Session.Service>>().type.toBe<never>()
  expect<AnyIn<AgentBay.AgentBay.Service>>().type.toBe<never>()
  expect<AnyIn<SessionContext.SessionContext.Service>>().type.toBe<never>()
  expect<AnyIn<AgentBay.AgentBay.Service["contexts"]>>().type.toBe<never>()
  expect<AnyIn<AgentBay.AgentBay.Service["contexts"]["files"]>>().type.toBe<never>()
  expect<AnyIn<AgentBay.AgentBay.Service["networks"]>>().type.toBe<never>()
})
