import type {
  AgentBayError,
  BrowserOperator,
  BrowserOption,
  Session,
  SessionBrowser
} from "@effect-agentbay/core"
import { BrowserFingerprint } from "@effect-agentbay/core"
import type { Effect, Option, Redacted } from "effect"
import { Schema } from "effect"
import { expect, test } from "tstyche"

declare const browser: SessionBrowser.SessionBrowser.Service
declare const operator: BrowserOperator.BrowserOperator.Service
declare const session: Session.Session.Service

type Failure =
  | AgentBayError.BrowserError
  | AgentBayError.InvalidArgument
  | AgentBayError.SessionError
  | AgentBayError.VpcUnavailable
  | AgentBayError.ToolError

type Called = Exclude<Failure, AgentBayError.BrowserError | AgentBayError.InvalidArgument>

test("the browser fails with exactly these, and needs nothing", () => {
  expect(browser.initialize()).type.toBe<
    Effect.Effect<
      void,
      AgentBayError.BrowserError | AgentBayError.InvalidArgument | AgentBayError.SessionError
    >
  >()
  expect(browser.attach).type.toBe<
    Effect.Effect<void, AgentBayError.BrowserError | AgentBayError.SessionError>
  >()
  expect(browser.isInitialized).type.toBe<Effect.Effect<boolean>>()
  expect(browser.option).type.toBe<Effect.Effect<Option.Option<BrowserOption.BrowserOption>>>()
  expect(browser.endpointUrl).type.toBe<
    Effect.Effect<Redacted.Redacted, AgentBayError.BrowserError | AgentBayError.SessionError>
  >()
  expect(browser.destroy).type.toBe<Effect.Effect<void, AgentBayError.BrowserError | Called>>()
})

test("options that cannot be are refused by the compiler too", () => {
  expect(browser.initialize).type.toBeCallableWith({
    proxies: [{ type: "custom", server: "http://p:1", password: "x" }]
  })
  expect(browser.initialize).type.not.toBeCallableWith({ browserType: "firefox" })
  expect(browser.initialize).type.not.toBeCallableWith({ fingerprint: { devices: ["watch"] } })
  expect(browser.initialize).type.not.toBeCallableWith({ proxies: [{ type: "managed", strategy: "sticky" }] })
})

test("what is read out of a page has the type of its Schema", () => {
  const Product = Schema.Struct({ title: Schema.String, at: Schema.Date })
  expect(operator.extract("x", Product)).type.toBe<
    Effect.Effect<{ readonly title: string; readonly at: Date }, Failure>
  >()
  expect(operator.extractAsync("x", Product)).type.toBe<
    Effect.Effect<BrowserOperator.PageTask<{ readonly title: string; readonly at: Date }>, Failure>
  >()
  expect(operator.actTask("a").poll).type.toBe<
    Effect.Effect<BrowserOperator.TaskState<BrowserOperator.ActResult>, Called>
  >()
})

test("the operator fails with exactly these, and needs nothing", () => {
  expect(operator.navigate("x")).type.toBe<Effect.Effect<string, Failure>>()
  expect(operator.act("x")).type.toBe<Effect.Effect<BrowserOperator.ActResult, Failure>>()
  expect(operator.observe("x")).type.toBe<
    Effect.Effect<ReadonlyArray<BrowserOperator.Observation>, Failure>
  >()
  expect(operator.close).type.toBe<Effect.Effect<void, Called>>()
  expect(session.browser.operator).type.toBe<BrowserOperator.BrowserOperator.Service>()
})

test("an observation can be acted on", () => {
  expect<Parameters<typeof operator.act>[0]>().type.toBe<string | BrowserOperator.Observation>()
})

test("a fingerprint is complete once it is made", () => {
  expect(BrowserFingerprint.make({}).fingerprint.screen.width).type.toBe<number>()
})
