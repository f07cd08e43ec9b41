import type { AgentBayError, SessionSocket } from "@effect-agentbay/core"
import type { Effect, Scope, Stream } from "effect"
import { expect, test } from "tstyche"

declare const socket: SessionSocket.SessionSocket.Service
declare const invocation: SessionSocket.Invocation

type Failure = AgentBayError.ChannelError | AgentBayError.ChannelUnavailable | AgentBayError.InvalidArgument

test("a call is answered by an object, and a message by nothing", () => {
  expect(socket.call("PTY_SERVER", {})).type.toBe<Effect.Effect<SessionSocket.JsonObject, Failure>>()
  expect(socket.send("PTY_SERVER", {})).type.toBe<Effect.Effect<void, Failure>>()
})

test("a request that is open belongs to a scope; once it is, only the channel can fail", () => {
  expect(socket.open("PTY_SERVER", {})).type.toBe<
    Effect.Effect<SessionSocket.Invocation, Failure, Scope.Scope>
  >()
  expect(invocation.frames).type.toBe<Stream.Stream<SessionSocket.Frame, AgentBayError.ChannelError>>()
  expect(invocation.write({})).type.toBe<Effect.Effect<void, AgentBayError.ChannelError>>()
})

test("streams need nothing", () => {
  expect(socket.stream("PTY_SERVER", {})).type.toBe<Stream.Stream<SessionSocket.Frame, Failure>>()
  expect(socket.events("PTY_SERVER")).type.toBe<Stream.Stream<SessionSocket.Push, Failure>>()
  expect(socket.subscribe("PTY_SERVER")).type.toBe<
    Effect.Effect<Stream.Stream<SessionSocket.Signal, AgentBayError.ChannelError>, Failure, Scope.Scope>
  >()
})

test("looking and closing cannot fail, and what is missing is one error", () => {
  expect(socket.state).type.toBe<Stream.Stream<SessionSocket.SocketState>>()
  expect(socket.close).type.toBe<Effect.Effect<void>>()
  expect(socket.available()).type.toBe<Effect.Effect<void, AgentBayError.ChannelUnavailable>>()
})

test("target and data are required, and data is an object", () => {
  expect(socket.call).type.not.toBeCallableWith("PTY_SERVER")
  expect(socket.call).type.not.toBeCallableWith("PTY_SERVER", "data")
  expect(socket.call).type.toBeCallableWith("PTY_SERVER", {}, { timeout: "1 minute" })
  expect(socket.send).type.not.toBeCallableWith("PTY_SERVER", {}, { timeout: "1 minute" })
  expect(socket.stream).type.toBeCallableWith("PTY_SERVER", {}, { cancel: { method: "stop" }, capacity: 1 })
})
