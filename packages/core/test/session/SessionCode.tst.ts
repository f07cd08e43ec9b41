import { type AgentBayError, SessionCode } from "@effect-agentbay/core"
import type { Effect, Option, Stream } from "effect"
import { expect, test } from "tstyche"

declare const code: SessionCode.SessionCode.Service

type Failure =
  | AgentBayError.InvalidArgument
  | AgentBayError.CodeTimeout
  | AgentBayError.SessionError
  | AgentBayError.VpcUnavailable
  | AgentBayError.ToolError

test("run fails with exactly these, and needs nothing", () => {
  expect(code.run("python", "1")).type.toBe<Effect.Effect<SessionCode.CodeExecution, Failure>>()
})

type Followed =
  | AgentBayError.InvalidArgument
  | AgentBayError.CodeTimeout
  | AgentBayError.ChannelError
  | AgentBayError.ChannelUnavailable

test("following code fails with the channel, never with tools", () => {
  expect(code.stream("python", "1")).type.toBe<Stream.Stream<SessionCode.CodeEvent, Followed>>()
  expect(code.stream("python", "1", { fallback: "none", keepOutput: false })).type.toBe<
    Stream.Stream<SessionCode.CodeEvent, Followed>
  >()
  expect(SessionCode.execution(code.stream("python", "1"))).type.toBe<
    Effect.Effect<SessionCode.CodeExecution, Followed>
  >()
})

test("falling back trades a missing channel for the failures of run", () => {
  expect(code.stream("python", "1", { fallback: "blocking" })).type.toBe<
    Stream.Stream<SessionCode.CodeEvent, Exclude<Followed, AgentBayError.ChannelUnavailable> | Failure>
  >()
  expect(code.stream).type.not.toBeCallableWith("python", "1", { fallback: "other" })
  expect(code.stream).type.not.toBeCallableWith("python")
})

test("an exception is a failure only on request", () => {
  expect(SessionCode.orFail(code.run("python", "1"))).type.toBe<
    Effect.Effect<SessionCode.CodeExecution, Failure | AgentBayError.CodeFailed>
  >()
})

test("images are bytes", () => {
  expect<SessionCode.CodeOutput["png"]>().type.toBe<Option.Option<Uint8Array>>()
})
