import type { AgentBay, AgentBayError, Session, SessionContext } from "@effect-agentbay/core"
import type { Effect, Option } from "effect"
import { expect, test } from "tstyche"

declare const bay: AgentBay.AgentBay.Service
declare const session: Session.Session.Service

test("keeping a session alive, and giving it contexts, can fail with exactly these", () => {
  expect(session.keepAlive).type.toBe<Effect.Effect<void, AgentBayError.SessionError>>()
  expect(session.context.bind({ mounts: [{ contextId: "c", path: "/p" }] })).type.toBe<
    Effect.Effect<
      ReadonlyArray<SessionContext.ContextTransfer>,
      AgentBayError.SessionError | AgentBayError.InvalidArgument | AgentBayError.ContextSyncError
    >
  >()
  expect(session.context.listBindings).type.toBe<
    Effect.Effect<ReadonlyArray<SessionContext.ContextBinding>, AgentBayError.SessionError>
  >()
  expect(session.vpcIp).type.toBe<Option.Option<string>>()
})

test("a lifetime is made of times, or of nobody's", () => {
  expect(bay.create).type.toBeCallableWith({ lifetime: { idleRelease: "5 minutes", maxRuntime: 60_000 } })
  expect(bay.create).type.toBeCallableWith({ lifetime: { manualRelease: true } })
  expect(bay.create).type.not.toBeCallableWith({ lifetime: { idleRelease: "soon" } })
  expect(bay.create).type.not.toBeCallableWith({ lifetime: { manualRelease: false } })
  expect(bay.create).type.not.toBeCallableWith({ mounts: [{ contextId: "c", path: "/p", accessMode: "rw" }] })
})
