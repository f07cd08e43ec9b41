import { type AgentBayError, type KeyCode, MobileSimulation, type SessionMobile } from "@effect-agentbay/core"
import type { Effect, Option, Redacted } from "effect"
import { expect, test } from "tstyche"

declare const mobile: SessionMobile.SessionMobile.Service
declare const simulation: MobileSimulation.MobileSimulation
declare const info: MobileSimulation.MobileInfo

type Calling = AgentBayError.SessionError | AgentBayError.VpcUnavailable | AgentBayError.ToolError

type Failure = Calling | AgentBayError.InvalidArgument

type Asking = AgentBayError.SessionError | AgentBayError.InvalidArgument

type Elements = ReadonlyArray<SessionMobile.UiElement>

test("touching, typing and setting fail with exactly these, and need nothing", () => {
  expect(mobile.tap(1, 2)).type.toBe<Effect.Effect<void, Failure>>()
  expect(mobile.swipe(1, 2, 3, 4)).type.toBe<Effect.Effect<void, Failure>>()
  expect(mobile.inputText("a")).type.toBe<Effect.Effect<void, Failure>>()
  expect(mobile.sendKey("HOME")).type.toBe<Effect.Effect<void, Failure>>()
  expect(mobile.stopAppByCmd("com.a")).type.toBe<Effect.Effect<void, Failure>>()
  expect(mobile.configure({ lockResolution: true })).type.toBe<Effect.Effect<void, Failure>>()
  expect(mobile.setAppWhitelist(["com.a"])).type.toBe<Effect.Effect<void, Failure>>()
  expect(mobile.simulate()).type.toBe<Effect.Effect<void, Failure>>()
})

test("what elements are depends on the format", () => {
  expect(mobile.getClickableUIElements()).type.toBe<Effect.Effect<Elements, Failure>>()
  expect(mobile.getAllUIElements()).type.toBe<Effect.Effect<Elements, Failure>>()
  expect(mobile.getAllUIElements({ format: "json" })).type.toBe<Effect.Effect<Elements, Failure>>()
  expect(mobile.getAllUIElements({ format: "xml" })).type.toBe<Effect.Effect<string, Failure>>()
})

test("a rectangle may be missing", () => {
  expect<SessionMobile.UiElement["bounds"]>().type.toBe<Option.Option<SessionMobile.Rectangle>>()
})

test("pictures have bytes; their URL is a secret", () => {
  expect<Effect.Effect.Success<ReturnType<typeof mobile.screenshot>>["bytes"]>().type.toBe<Uint8Array>()
  expect(mobile.screenshotUrl).type.toBe<Effect.Effect<Redacted.Redacted, Calling>>()
})

test("keys have names", () => {
  expect<"HOME">().type.toBeAssignableTo<KeyCode.KeyName>()
  expect<"DIGIT_9">().type.toBeAssignableTo<KeyCode.KeyName>()
  expect<"PROFILE_SWITCH">().type.toBeAssignableTo<KeyCode.KeyName>()
  expect<"HOMER">().type.not.toBeAssignableTo<KeyCode.KeyName>()
  expect<string>().type.not.toBeAssignableTo<KeyCode.KeyName>()
})

test("an address is no matter of the session's tools", () => {
  expect(mobile.getAdbUrl("key")).type.toBe<Effect.Effect<SessionMobile.AdbAddress, Asking>>()
})

test("descriptions of devices fail with exactly these", () => {
  const place = { contextId: "c" }
  expect(simulation.hasMobileInfo(place)).type.toBe<Effect.Effect<boolean, Asking>>()
  expect(simulation.findMobileInfo(place)).type.toBe<
    Effect.Effect<Option.Option<MobileSimulation.MobileInfo>, Asking>
  >()
  expect(simulation.uploadMobileInfo("{}")).type.toBe<Effect.Effect<MobileSimulation.MobileInfo, Asking>>()
})

test("a description becomes the configuration of a session", () => {
  expect(MobileSimulation.toConfig(info, { mode: "All" })).type.toBeAssignableTo<{
    readonly simulate: boolean
    readonly simulatePath?: string | undefined
  }>()
})
