import { type AgentBayError, SessionCode } from "@effect-agentbay/core"
import type { Effect, Option } from "effect"
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

test("an exception is a failure only on request", () => {
  expect(SessionCode.orFail(code.run("python", "1"))).type.toBe<
    Effect.Effect<SessionCode.CodeExecution, Failure | AgentBayError.CodeFailed>
  >()
})

test("images are bytes", () => {
  expect<SessionCode.CodeOutput["png"]>().type.toBe<Option.Option<Uint8Array>>()
})
