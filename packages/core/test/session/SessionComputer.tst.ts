import type {
  AgentBayError,
  SessionApplication,
  SessionComputer,
  SessionUi,
  SessionWindow
} from "@effect-agentbay/core"
import type { Effect, Option, Redacted } from "effect"
import { expect, test } from "tstyche"

declare const computer: SessionComputer.SessionComputer.Service
declare const windows: SessionWindow.SessionWindow.Service
declare const application: SessionApplication.SessionApplication.Service
declare const ui: SessionUi.SessionUi.Service

type CallFailure = AgentBayError.SessionError | AgentBayError.VpcUnavailable | AgentBayError.ToolError

type Failure = CallFailure | AgentBayError.InvalidArgument

declare const query: Effect.Effect<number, "own", "needed">

test("orders return nothing and may refuse their arguments", () => {
  expect(computer.clickMouse(1, 2)).type.toBe<Effect.Effect<void, Failure>>()
  expect(computer.pressKeys(["Ctrl"])).type.toBe<Effect.Effect<void, Failure>>()
  expect(computer.closeWindow(1)).type.toBe<Effect.Effect<void, Failure>>()
  expect(windows.moveWindow(1, 2, 3)).type.toBe<Effect.Effect<void, Failure>>()
  expect(application.stopAppByPID(1)).type.toBe<Effect.Effect<void, Failure>>()
  expect(ui.click(1, 2)).type.toBe<Effect.Effect<void, Failure>>()
})

test("what has no argument cannot have a wrong one", () => {
  expect(computer.getCursorPosition).type.toBe<
    Effect.Effect<{ readonly x: number; readonly y: number }, CallFailure>
  >()
  expect(computer.getActiveWindow).type.toBe<
    Effect.Effect<Option.Option<SessionComputer.WindowInfo>, CallFailure>
  >()
  expect(computer.screenshotUrl).type.toBe<Effect.Effect<Redacted.Redacted, CallFailure>>()
  expect(application.getRunningProcesses).type.toBe<
    Effect.Effect<ReadonlyArray<SessionComputer.AppProcess>, CallFailure>
  >()
})

test("screenshots are bytes that say what they are", () => {
  expect(computer.screenshot()).type.toBe<Effect.Effect<SessionComputer.Screenshot, Failure>>()
  expect<SessionComputer.Screenshot["mediaType"]>().type.toBe<"image/png" | "image/jpeg">()
  expect(computer.screenshot).type.not.toBeCallableWith({ format: "gif" })
})

test("buttons and directions are closed", () => {
  expect(computer.clickMouse).type.not.toBeCallableWith(1, 2, "nope")
  expect(computer.dragMouse).type.not.toBeCallableWith(1, 2, 3, 4, "double_left")
  expect(computer.scroll).type.not.toBeCallableWith(1, 2, "forward")
})

test("holding keys adds the failures of the keyboard to those of the effect, and keeps its needs", () => {
  expect(computer.withKeysHeld(["Shift"], query)).type.toBe<
    Effect.Effect<number, "own" | Failure, "needed">
  >()
})
