import { type AgentBayError, SessionCommand } from "@effect-agentbay/core"
import type { Effect } from "effect"
import { expect, test } from "tstyche"

declare const command: SessionCommand.SessionCommand.Service

type Failure =
  | AgentBayError.InvalidArgument
  | AgentBayError.CommandTimeout
  | AgentBayError.SessionError
  | AgentBayError.VpcUnavailable
  | AgentBayError.ToolError

test("run fails with exactly these, and needs nothing", () => {
  expect(command.run("ls")).type.toBe<Effect.Effect<SessionCommand.CommandResult, Failure>>()
  expect(command.exec("ls", ["-l"], { cwd: "/" })).type.toBe<
    Effect.Effect<SessionCommand.CommandResult, Failure>
  >()
})

test("a non-zero exit code is a failure only on request", () => {
  expect(SessionCommand.orFail(command.run("ls"))).type.toBe<
    Effect.Effect<SessionCommand.CommandResult, Failure | AgentBayError.CommandFailed>
  >()
})

test("options", () => {
  expect(command.run("ls", { timeout: "5 seconds", env: { A: "b" } })).type.toBe<
    Effect.Effect<SessionCommand.CommandResult, Failure>
  >()
  expect(command.run).type.not.toBeCallableWith("ls", { timeoutMs: 5 })
  expect(command.run).type.not.toBeCallableWith("ls", { env: { A: 1 } })
  expect(command.run).type.not.toBeCallableWith()
})
