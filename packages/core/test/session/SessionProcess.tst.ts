import { type AgentBayError, type SessionCommand, SessionProcess } from "@effect-agentbay/core"
import type { Effect, Option, Scope, Sink, Stream } from "effect"
import { expect, test } from "tstyche"

declare const command: SessionCommand.SessionCommand.Service
declare const process: SessionProcess.SessionProcess
declare const id: SessionProcess.ProcessId

type Failure =
  | AgentBayError.ProcessError
  | AgentBayError.SessionError
  | AgentBayError.VpcUnavailable
  | AgentBayError.ToolError

type StartFailure = Failure | AgentBayError.InvalidArgument

test("starting and attaching fail with exactly these", () => {
  expect(command.start("ls")).type.toBe<Effect.Effect<SessionProcess.SessionProcess, StartFailure>>()
  expect(command.startScoped("ls")).type.toBe<
    Effect.Effect<SessionProcess.SessionProcess, StartFailure, Scope.Scope>
  >()
  expect(command.attach(id)).type.toBe<Effect.Effect<SessionProcess.SessionProcess, StartFailure>>()
})

test("output fails with OutputIncomplete alone", () => {
  type Incomplete = AgentBayError.OutputIncomplete
  expect(process.stdout).type.toBe<Stream.Stream<Uint8Array, Incomplete>>()
  expect(process.stderr).type.toBe<Stream.Stream<Uint8Array, Incomplete>>()
  expect(process.output).type.toBe<Stream.Stream<SessionProcess.OutputChunk, Incomplete>>()
  expect(process.stdoutLines).type.toBe<Stream.Stream<string, Incomplete>>()
  expect(process.stderrLines).type.toBe<Stream.Stream<string, Incomplete>>()
  expect(process.outputLines).type.toBe<Stream.Stream<SessionProcess.OutputLine, Incomplete>>()
  expect(process.from({ stdout: 1 })).type.toBe<
    Effect.Effect<SessionProcess.SessionProcess, AgentBayError.InvalidArgument>
  >()
})

test("input and end fail with exactly these", () => {
  expect(process.write("x")).type.toBe<Effect.Effect<void, Failure>>()
  expect(process.closeStdin).type.toBe<Effect.Effect<void, Failure>>()
  expect(process.stdin).type.toBe<Sink.Sink<void, string | Uint8Array, never, Failure>>()
  expect(process.signal("TERM")).type.toBe<Effect.Effect<boolean, StartFailure>>()
  expect(process.kill).type.toBe<Effect.Effect<SessionProcess.ExitStatus, Failure>>()
  expect(process.wait).type.toBe<Effect.Effect<SessionProcess.ExitStatus, Failure>>()
  expect(process.exitStatus).type.toBe<Effect.Effect<Option.Option<SessionProcess.ExitStatus>, Failure>>()
  expect(process.isRunning).type.toBe<Effect.Effect<boolean, Failure>>()
  expect(process.release).type.toBe<Effect.Effect<void, Failure>>()
})

test("options", () => {
  expect(command.start).type.not.toBeCallableWith("ls", { timeout: "1 second" })
  expect(command.start).type.not.toBeCallableWith("ls", { stdin: "inherit" })
  expect(command.start).type.not.toBeCallableWith("ls", { env: { A: 1 } })
  expect(process.signal).type.not.toBeCallableWith("SIGTERM")
  expect(process.signal).type.not.toBeCallableWith(9)
  expect(command.attach).type.not.toBeCallableWith("id")
  expect(SessionProcess.Signal.literals[0]).type.toBe<"HUP">()
})
