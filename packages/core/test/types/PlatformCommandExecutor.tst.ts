import type { CommandExecutor } from "@effect/platform"
import { PlatformCommandExecutor, type Session, type SessionCommand } from "@effect-agentbay/core"
import type { Layer } from "effect"
import { expect, test } from "tstyche"

declare const session: Session.Session.Service

test("an executor is made of a session, a layer of its command module alone", () => {
  expect(PlatformCommandExecutor.fromSession(session)).type.toBe<CommandExecutor.CommandExecutor>()
  expect(PlatformCommandExecutor.layer).type.toBe<
    Layer.Layer<CommandExecutor.CommandExecutor, never, SessionCommand.SessionCommand>
  >()
})
