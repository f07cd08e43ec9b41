import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { assert, hasFields } from "../support/assertions.js"
import { makeDesktopSession } from "../support/desktop.js"
import { answer, failed } from "../support/FakeSession.js"

const yes = answer("true")

const saying = (value: unknown) => makeDesktopSession(answer(JSON.stringify(value)))

describe("the window module", () => {
  it.scoped("sends times and ids, and has tools of its own", () =>
    Effect.gen(function* () {
      const { calls, window } = yield* makeDesktopSession((tool) =>
        Effect.succeed(/^(list|get)_/.test(tool) ? answer("[]") : yes)
      )
      yield* window.listRootWindows()
      yield* window.listAllWindows({ timeout: "1 second" })
      yield* window.getActiveWindow()
      yield* window.getActiveWindow({ timeout: "500 millis" })
      yield* window.getWindowInfo(7)
      yield* window.moveWindow(7, -1, 20)
      yield* window.closeWindow(7)
      assert.deepStrictEqual(calls, [
        { tool: "list_root_windows", args: { timeout_ms: 3000 } },
        { tool: "list_all_windows", args: { timeout_ms: 1000 } },
        { tool: "get_active_window", args: { timeout_ms: 3000 } },
        { tool: "get_active_window", args: { timeout_ms: 500 } },
        { tool: "get_window_info", args: { window_id: 7 } },
        { tool: "move_window", args: { window_id: 7, x: -1, y: 20 } },
        { tool: "close_window", args: { window_id: 7 } }
      ])
    })
  )

  it.scoped("reads a window from an object and from a list of one", () =>
    Effect.gen(function* () {
      for (const value of [{ window_id: 1, title: "first" }, [{ window_id: 1, title: "first" }]]) {
        const { window } = yield* saying(value)
        for (const found of [yield* window.getWindowInfo(1), yield* window.getActiveWindow()]) {
          hasFields(Option.getOrThrow(found), { id: 1, title: "first", bounds: Option.none() })
        }
      }
      const none = yield* makeDesktopSession(failed("no active window"))
      assert.deepStrictEqual(yield* none.window.getActiveWindow(), Option.none())
    })
  )

  it.scoped("says which operation was refused", () =>
    Effect.gen(function* () {
      const { calls, window } = yield* makeDesktopSession(yes)
      hasFields(yield* Effect.flip(window.moveWindow(1, 0.5, 0)), {
        _tag: "InvalidArgument",
        operation: "SessionWindow.moveWindow",
        field: "x"
      })
      hasFields(yield* Effect.flip(window.getWindowInfo(-1)), { _tag: "InvalidArgument", field: "id" })
      hasFields(yield* Effect.flip(window.maximizeWindow(-1)), {
        operation: "SessionWindow.maximizeWindow",
        field: "id"
      })
      assert.deepStrictEqual(calls, [])
    })
  )
})

describe("the application module", () => {
  it.scoped("looks on the desktop by default, and lists processes", () =>
    Effect.gen(function* () {
      const { application, calls } = yield* saying([])
      yield* application.getInstalledApps()
      yield* application.startApp("x")
      yield* application.getRunningProcesses
      yield* application.getVisibleApps
      yield* application.listVisibleApps
      assert.deepStrictEqual(calls, [
        {
          tool: "get_installed_apps",
          args: { start_menu: false, desktop: true, ignore_system_app: true, ignore_system_apps: true }
        },
        { tool: "start_app", args: { start_cmd: "x" } },
        { tool: "list_running_processes", args: {} },
        { tool: "list_visible_apps", args: {} },
        { tool: "list_visible_apps", args: {} }
      ])
      const { application: other } = yield* saying([{ pname: "a", pid: 1 }])
      assert.deepStrictEqual(yield* other.getRunningProcesses, [
        { name: "a", pid: 1, commandLine: Option.none() }
      ])
    })
  )

  it.scoped("a newer service that lacks a tool is a failure", () =>
    Effect.gen(function* () {
      const { application } = yield* makeDesktopSession(failed("tool not found: list_running_processes"))
      hasFields(yield* Effect.flip(application.getRunningProcesses), {
        _tag: "ToolError",
        operation: "SessionApplication.getRunningProcesses"
      })
    })
  )
})

describe("the ui module", () => {
  it.scoped("sends what the first generation sends", () =>
    Effect.gen(function* () {
      const { calls, ui } = yield* makeDesktopSession((tool) =>
        Effect.succeed(tool.startsWith("get_") ? answer("[]") : yes)
      )
      yield* ui.click(1, 2)
      yield* ui.click(1, 2, "right")
      yield* ui.sendKey("HOME")
      yield* ui.inputText("héllo")
      yield* ui.swipe(1, 2, 3, 4)
      yield* ui.getClickableUIElements()
      yield* ui.getAllUIElements()
      yield* ui.getAllUIElements({ timeout: "1 second" })
      assert.deepStrictEqual(calls, [
        { tool: "click", args: { x: 1, y: 2, button: "left" } },
        { tool: "click", args: { x: 1, y: 2, button: "right" } },
        { tool: "send_key", args: { key: 3 } },
        { tool: "input_text", args: { text: "héllo" } },
        { tool: "swipe", args: { start_x: 1, start_y: 2, end_x: 3, end_y: 4, duration_ms: 300 } },
        { tool: "get_clickable_ui_elements", args: { timeout_ms: 2000 } },
        { tool: "get_all_ui_elements", args: { timeout_ms: 2000 } },
        { tool: "get_all_ui_elements", args: { timeout_ms: 1000 } }
      ])
    })
  )

  it.scoped("refuses what cannot be meant", () =>
    Effect.gen(function* () {
      const { calls, ui } = yield* makeDesktopSession(yes)
      for (const [field, effect] of [
        ["x", ui.click(Number.NaN, 1)],
        ["button", ui.click(1, 1, "nope" as "left")],
        ["timeout", ui.getAllUIElements({ timeout: -1 })],
        ["format", ui.screenshot({ format: "gif" as "png" })]
      ] as const) {
        hasFields(yield* Effect.flip(effect as Effect.Effect<unknown, object>), {
          _tag: "InvalidArgument",
          field
        })
      }
      assert.deepStrictEqual(calls, [])
    })
  )
})
