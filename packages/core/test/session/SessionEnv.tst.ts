import type { AgentBayError, SessionEnv } from "@effect-agentbay/core"
import type { Effect, Redacted } from "effect"
import { expect, test } from "tstyche"

declare const env: SessionEnv.SessionEnv.Service
declare const secret: Redacted.Redacted

type Env<A> = Effect.Effect<
  A,
  | AgentBayError.InvalidArgument
  | AgentBayError.SessionError
  | AgentBayError.VpcUnavailable
  | AgentBayError.ToolError
>

test("operations fail with exactly these, and need nothing", () => {
  expect(env.set({ A: "1", B: secret })).type.toBe<Env<void>>()
  expect(env.get()).type.toBe<Env<Readonly<Record<string, string>>>>()
  expect(env.set).type.not.toBeCallableWith({ A: 1 })
})
