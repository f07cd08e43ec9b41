import {
  type AgentBayError,
  AgentStream,
  type SessionAgent,
  type SessionBrowser
} from "@effect-agentbay/core"
import { type Context, Effect, Schema, type Stream } from "effect"
import { expect, test } from "tstyche"

declare const agent: SessionAgent.SessionAgent.Service
declare const browser: SessionBrowser.SessionBrowser.Service
declare const Desk: Context.Tag<"Desk", string>

type Live =
  | AgentBayError.InvalidArgument
  | AgentBayError.AgentError
  | AgentBayError.ChannelError
  | AgentBayError.ChannelUnavailable

type Polled =
  | Exclude<Live, AgentBayError.ChannelUnavailable>
  | AgentBayError.SessionError
  | AgentBayError.VpcUnavailable
  | AgentBayError.ToolError

test("following a task fails with exactly these, and needs nothing", () => {
  expect(agent.mobile.stream("t", { maxSteps: 3 })).type.toBe<Stream.Stream<AgentStream.Event, Live>>()
  expect(agent.computer.stream("t")).type.toBe<Stream.Stream<AgentStream.Event, Live>>()
})

test("a fallback takes the place of a missing channel, with the failures of asking", () => {
  expect(agent.mobile.stream("t", { fallback: "poll" })).type.toBe<Stream.Stream<AgentStream.Event, Polled>>()
})

test("who answers questions brings failures and an environment", () => {
  expect(
    agent.mobile.stream("t", { onCallForUser: () => Effect.flatMap(Desk, () => Effect.fail("no" as const)) })
  ).type.toBe<Stream.Stream<AgentStream.Event, Live | "no", "Desk">>()
  expect(agent.mobile.stream).type.not.toBeCallableWith("t", { onCallForUser: () => Effect.succeed(1) })
})

test("a Schema makes the output a value of its type, for browsers only", () => {
  const stream = agent.browser.stream("t", { outputSchema: Schema.Struct({ n: Schema.Number }) })
  expect(stream).type.toBe<
    Stream.Stream<
      AgentStream.Event<{ readonly n: number }>,
      Live | AgentBayError.BrowserError | AgentBayError.SessionError
    >
  >()
  expect(AgentStream.result(stream)).type.toBeAssignableTo<
    Effect.Effect<{ readonly output: { readonly n: number } }, unknown>
  >()
  expect(agent.mobile.stream).type.not.toBeCallableWith("t", { outputSchema: Schema.String })
})

test("a hand-over goes on until it fails", () => {
  expect(browser.handOver(() => Effect.fail("no" as const))).type.toBe<
    Effect.Effect<
      never,
      AgentBayError.InvalidArgument | AgentBayError.ChannelError | AgentBayError.ChannelUnavailable | "no"
    >
  >()
})
