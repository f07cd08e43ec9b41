import type { AgentBayError, SessionGit } from "@effect-agentbay/core"
import type { Effect, Option, Redacted } from "effect"
import { expect, test } from "tstyche"

declare const git: SessionGit.SessionGit.Service
declare const secret: Redacted.Redacted

type Git<A> = Effect.Effect<
  A,
  | AgentBayError.InvalidArgument
  | AgentBayError.GitError
  | AgentBayError.SessionError
  | AgentBayError.VpcUnavailable
  | AgentBayError.ToolError
>

test("operations fail with exactly these, and need nothing", () => {
  expect(git.clone("u", { credentials: { username: "u", password: secret } })).type.toBe<
    Git<{ readonly path: string }>
  >()
  expect(git.add("/r")).type.toBe<Git<void>>()
  expect(git.commit("/r", "m")).type.toBe<Git<{ readonly hash: string }>>()
  expect(git.status("/r")).type.toBe<Git<SessionGit.GitStatus>>()
  expect(git.log("/r")).type.toBe<Git<ReadonlyArray<SessionGit.GitCommit>>>()
  expect(git.listBranches("/r")).type.toBe<Git<ReadonlyArray<SessionGit.GitBranch>>>()
  expect(git.remoteGet("/r", "origin")).type.toBe<Git<Option.Option<string>>>()
  expect(git.getConfig("/r", "user.name")).type.toBe<Git<Option.Option<string>>>()
})

test("what has no meaning is refused by the compiler", () => {
  expect(git.restore).type.not.toBeCallableWith("/r")
  expect(git.reset).type.not.toBeCallableWith("/r", { mode: "gentle" })
  expect(git.setConfig).type.not.toBeCallableWith("/r", "a.b", "c", { scope: "system" })
})
