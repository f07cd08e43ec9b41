import type { FileSystem, KeyValueStore } from "@effect/platform"
import {
  type AgentBay,
  type AgentBayError,
  ContextKeyValueStore,
  PlatformFileSystem,
  type Session,
  type SessionCommand,
  type SessionFileSystem
} from "@effect-agentbay/core"
import type { Effect, Layer } from "effect"
import { expect, test } from "tstyche"

declare const session: Session.Session.Service

test("files need the two modules of a session, and cannot fail to be there", () => {
  expect(PlatformFileSystem.layer).type.toBe<
    Layer.Layer<
      FileSystem.FileSystem,
      never,
      SessionCommand.SessionCommand | SessionFileSystem.SessionFileSystem
    >
  >()
})

test("a handle has all that files need", () => {
  expect(PlatformFileSystem.fromSession(session)).type.toBe<FileSystem.FileSystem>()
})

test("a store needs the account, and finding its context can fail", () => {
  type Failure = AgentBayError.SessionError | AgentBayError.InvalidArgument
  expect(ContextKeyValueStore.make({ context: { name: "n" } })).type.toBe<
    Effect.Effect<KeyValueStore.KeyValueStore, Failure, AgentBay.AgentBay>
  >()
  expect(ContextKeyValueStore.layer({ context: { id: "c" } })).type.toBe<
    Layer.Layer<KeyValueStore.KeyValueStore, Failure, AgentBay.AgentBay>
  >()
})
