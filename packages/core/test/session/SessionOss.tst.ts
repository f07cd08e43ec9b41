import type { AgentBayError, SessionOss } from "@effect-agentbay/core"
import type { Effect, Redacted } from "effect"
import { expect, test } from "tstyche"

declare const oss: SessionOss.SessionOss.Service
declare const secret: Redacted.Redacted

type Reply = Effect.Effect<
  SessionOss.OssReply,
  | AgentBayError.InvalidArgument
  | AgentBayError.OssError
  | AgentBayError.SessionError
  | AgentBayError.VpcUnavailable
>

test("operations fail with exactly these, and need nothing", () => {
  expect(oss.envInit({ accessKeyId: "id", accessKeySecret: secret })).type.toBe<Reply>()
  expect(oss.upload("b", "o", "/p")).type.toBe<Reply>()
  expect(oss.download("b", "o", "/p", { timeout: "5 minutes" })).type.toBe<Reply>()
  expect(oss.uploadAnonymous(secret, "/p")).type.toBe<Reply>()
  expect(oss.downloadAnonymous("https://host/o", "/p")).type.toBe<Reply>()
})
