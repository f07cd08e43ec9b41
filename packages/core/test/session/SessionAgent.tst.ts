import type { AgentBayError, SessionAgent } from "@effect-agentbay/core"
import { type Effect, Schema, type Stream } from "effect"
import { expect, test } from "tstyche"

declare const agent: SessionAgent.SessionAgent.Service
declare const task: SessionAgent.AgentTask

type Failure =
  | AgentBayError.InvalidArgument
  | AgentBayError.AgentError
  | AgentBayError.SessionError
  | AgentBayError.VpcUnavailable
  | AgentBayError.ToolError

const City = Schema.Struct({ name: Schema.String, at: Schema.Date })

test("tasks fail with exactly these, and need nothing", () => {
  expect(agent.computer.start("t")).type.toBe<Effect.Effect<SessionAgent.AgentTask, Failure>>()
  expect(agent.mobile.run("t", { maxSteps: 5, timeout: "1 minute" })).type.toBe<
    Effect.Effect<SessionAgent.TaskResult, Failure>
  >()
  expect(agent.browser.run("t")).type.toBe<
    Effect.Effect<SessionAgent.TaskResult, Failure | AgentBayError.BrowserError>
  >()
  expect(task.wait()).type.toBe<Effect.Effect<SessionAgent.TaskResult, Failure>>()
  expect(task.progress()).type.toBe<Stream.Stream<SessionAgent.AgentEvent, Failure>>()
})

test("a look takes no arguments that could be bad", () => {
  expect(task.status).type.toBe<
    Effect.Effect<SessionAgent.TaskReport, Exclude<Failure, AgentBayError.InvalidArgument>>
  >()
})

test("attaching can only be refused", () => {
  expect(agent.mobile.attach("t")).type.toBe<
    Effect.Effect<SessionAgent.AgentTask, AgentBayError.InvalidArgument>
  >()
})

test("a Schema makes the output a value of its type", () => {
  expect(agent.browser.run("t", { outputSchema: City })).type.toBe<
    Effect.Effect<
      SessionAgent.TaskResult<{ readonly name: string; readonly at: Date }>,
      Failure | AgentBayError.BrowserError
    >
  >()
  expect(agent.browser.attach("t", { outputSchema: City })).type.toBe<
    Effect.Effect<
      SessionAgent.AgentTask<{ readonly name: string; readonly at: Date }>,
      AgentBayError.InvalidArgument
    >
  >()
  expect(agent.computer.run).type.not.toBeCallableWith("t", { outputSchema: City })
})
