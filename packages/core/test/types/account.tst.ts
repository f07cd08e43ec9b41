import type {
  AgentBay,
  AgentBayError,
  Extensions,
  SessionParams,
  Skills,
  Volumes
} from "@effect-agentbay/core"
import type { Effect, Scope, Stream } from "effect"
import { expect, test } from "tstyche"

declare const bay: AgentBay.AgentBay.Service
declare const store: Extensions.ExtensionStore
declare const bytes: Uint8Array
declare const local: Extensions.ExtensionFile<Unreadable>

class Unreadable {
  readonly _tag = "Unreadable"
}

type Asking = AgentBayError.SessionError | AgentBayError.InvalidArgument

test("extensions fail with exactly these, and need nothing", () => {
  expect(bay.extensions.open("n")).type.toBe<Effect.Effect<Extensions.ExtensionStore, Asking>>()
  expect(bay.extensions.scoped).type.toBe<
    Effect.Effect<Extensions.ExtensionStore, AgentBayError.SessionError, Scope.Scope>
  >()
  expect(store.list()).type.toBe<Stream.Stream<Extensions.Extension, Asking>>()
  expect(store.delete("e")).type.toBe<Effect.Effect<void, Asking>>()
  expect(store.cleanup).type.toBe<Effect.Effect<boolean, AgentBayError.SessionError>>()
})

test("what is uploaded adds what reading it may fail with", () => {
  expect(store.create({ name: "a.zip", content: bytes })).type.toBe<
    Effect.Effect<Extensions.Extension, Asking>
  >()
  expect(store.create(local)).type.toBe<Effect.Effect<Extensions.Extension, Asking | Unreadable>>()
  expect(store.update("e", local)).type.toBe<Effect.Effect<Extensions.Extension, Asking | Unreadable>>()
})

test("an option fits a session's parameters, and costs no request", () => {
  expect(store.option(["e"])).type.toBe<
    Effect.Effect<Extensions.ExtensionOption, AgentBayError.InvalidArgument>
  >()
  expect<NonNullable<SessionParams.CreateParams["browserContext"]>>().type.toBeAssignableFrom<{
    readonly contextId: string
    readonly extensions: Extensions.ExtensionOption
  }>()
})

test("skills fail with exactly these, and need nothing", () => {
  expect(bay.skills.metadata()).type.toBe<Effect.Effect<Skills.SkillMetadata, Asking>>()
  expect(bay.skills.list()).type.toBe<Effect.Effect<ReadonlyArray<Skills.Skill>, Asking>>()
  expect(bay.skills.bind([])).type.toBe<Effect.Effect<void, Asking>>()
  expect(bay.skills.unbind([])).type.toBe<Effect.Effect<void, Asking>>()
})

test("volumes fail with exactly these, and need nothing", () => {
  expect(bay.volumes.get({ imageId: "i", name: "n" })).type.toBe<Effect.Effect<Volumes.Volume, Asking>>()
  expect(bay.volumes.get({ imageId: "i", id: "v" })).type.toBe<Effect.Effect<Volumes.Volume, Asking>>()
  expect(bay.volumes.create({ imageId: "i", name: "n" })).type.toBe<Effect.Effect<Volumes.Volume, Asking>>()
  expect(bay.volumes.list({ imageId: "i" })).type.toBe<Effect.Effect<Volumes.VolumePage, Asking>>()
  expect(bay.volumes.listAll({ imageId: "i" })).type.toBe<Stream.Stream<Volumes.Volume, Asking>>()
  expect(bay.volumes.delete("v")).type.toBe<Effect.Effect<void, Asking>>()
  expect<Volumes.VolumeKey>().type.not.toBeAssignableFrom<{ readonly name: string }>()
})
