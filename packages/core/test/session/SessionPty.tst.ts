import type { AgentBayError, SessionPty } from "@effect-agentbay/core"
import type { Effect, Scope, Stream } from "effect"
import { expect, test } from "tstyche"

declare const pty: SessionPty.SessionPty.Service
declare const terminal: SessionPty.Terminal

type Sent = AgentBayError.ChannelError | AgentBayError.ChannelUnavailable | AgentBayError.PtyError
type Failure = AgentBayError.InvalidArgument | Sent

test("a terminal belongs to a scope, created or joined", () => {
  expect(pty.create()).type.toBe<Effect.Effect<SessionPty.Terminal, Failure, Scope.Scope>>()
  expect(pty.attach("pty-1")).type.toBe<Effect.Effect<SessionPty.Terminal, Failure, Scope.Scope>>()
})

test("what takes nothing that could be wrong does not fail with InvalidArgument", () => {
  expect(pty.list).type.toBe<Effect.Effect<ReadonlyArray<string>, Sent>>()
  expect(terminal.kill).type.toBe<Effect.Effect<void, Sent>>()
  expect(terminal.input("x")).type.toBe<Effect.Effect<void, Sent>>()
  expect(terminal.resize({ cols: 1, rows: 1 })).type.toBe<Effect.Effect<void, Failure>>()
  expect(pty.kill("pty-1")).type.toBe<Effect.Effect<void, Failure>>()
})

test("what it shows is bytes, and its end a number; a connection that is there can only be lost", () => {
  type Lost = AgentBayError.ChannelError | AgentBayError.PtyError
  expect(terminal.output).type.toBe<Stream.Stream<Uint8Array, Lost>>()
  expect(terminal.wait).type.toBe<Effect.Effect<number, Lost>>()
})

test("typing takes texts and bytes, a size has both sides, and options are those there are", () => {
  expect(terminal.input).type.toBeCallableWith(new Uint8Array(1))
  expect(terminal.input).type.not.toBeCallableWith(3)
  expect(terminal.resize).type.not.toBeCallableWith({ cols: 80 })
  expect(pty.create).type.toBeCallableWith({ cols: 80, env: { A: "1" }, keep: true, timeout: "5 seconds" })
  expect(pty.create).type.not.toBeCallableWith({ env: { A: 1 } })
  expect(pty.create).type.not.toBeCallableWith({ columns: 80 })
  expect(pty.attach).type.not.toBeCallableWith()
})

test("a program may ask for the module alone", () => {
  expect<Effect.Effect.Context<typeof SessionPty.SessionPty>>().type.toBe<SessionPty.SessionPty>()
})
