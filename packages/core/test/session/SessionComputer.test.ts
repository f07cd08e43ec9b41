import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SessionComputer } from "../../src/session/SessionComputer.js"
import { assert, hasFields } from "../support/assertions.js"
import { makeDesktopSession } from "../support/desktop.js"
import { answer, failed } from "../support/FakeSession.js"

const yes = answer("true")

const saying = (value: unknown) => makeDesktopSession(answer(JSON.stringify(value)))

const notes = {
  window_id: 65538,
  window_title: "Notes",
  absolute_upper_left_x: 40,
  absolute_upper_left_y: 30,
  width: 800,
  height: 600,
  pid: 412,
  pname: "gedit"
}

describe("what is sent", () => {
  it.scoped("mouse: positions as they are, with the defaults of the service", () =>
    Effect.gen(function* () {
      const { calls, computer } = yield* makeDesktopSession(yes)
      yield* computer.clickMouse(10, 20)
      yield* computer.clickMouse(-5, 99_999, "double_left")
      yield* computer.moveMouse(0, 0)
      yield* computer.dragMouse(1, 2, 30, 40)
      yield* computer.dragMouse(1, 2, 30, 40, "right")
      yield* computer.scroll(5, 6)
      yield* computer.scroll(5, 6, "down", 3)
      assert.deepStrictEqual(calls, [
        { tool: "click_mouse", args: { x: 10, y: 20, button: "left" } },
        { tool: "click_mouse", args: { x: -5, y: 99_999, button: "double_left" } },
        { tool: "move_mouse", args: { x: 0, y: 0 } },
        { tool: "drag_mouse", args: { from_x: 1, from_y: 2, to_x: 30, to_y: 40, button: "left" } },
        { tool: "drag_mouse", args: { from_x: 1, from_y: 2, to_x: 30, to_y: 40, button: "right" } },
        { tool: "scroll", args: { x: 5, y: 6, direction: "up", amount: 1 } },
        { tool: "scroll", args: { x: 5, y: 6, direction: "down", amount: 3 } }
      ])
    })
  )

  it.scoped("keyboard: what is pressed is released under the same names", () =>
    Effect.gen(function* () {
      const { calls, computer } = yield* makeDesktopSession(yes)
      yield* computer.inputText('多 byte 😀 "q"\n\t\\')
      yield* computer.inputText("")
      yield* computer.pressKeys(["CTRL", "C"])
      yield* computer.pressKeys(["control", "Esc"], { hold: true })
      yield* computer.releaseKeys(["CTRL", "ESCAPE"])
      assert.deepStrictEqual(calls, [
        { tool: "input_text", args: { text: '多 byte 😀 "q"\n\t\\' } },
        { tool: "input_text", args: { text: "" } },
        { tool: "press_keys", args: { keys: ["Ctrl", "c"], hold: false } },
        { tool: "press_keys", args: { keys: ["Ctrl", "Escape"], hold: true } },
        { tool: "release_keys", args: { keys: ["Ctrl", "Escape"] } }
      ])
    })
  )

  it.scoped("windows and applications", () =>
    Effect.gen(function* () {
      const { calls, computer } = yield* makeDesktopSession((tool) =>
        Effect.succeed(/^(list|get|start)_/.test(tool) ? answer("[]") : yes)
      )
      yield* computer.listRootWindows()
      yield* computer.listRootWindows({ timeout: "1500 micros" })
      yield* computer.getActiveWindow
      for (const change of [
        computer.activateWindow,
        computer.closeWindow,
        computer.maximizeWindow,
        computer.minimizeWindow,
        computer.restoreWindow,
        computer.fullscreenWindow
      ]) {
        yield* change(7)
      }
      yield* computer.resizeWindow(7, 640, 480)
      yield* computer.focusMode(false)
      yield* computer.getInstalledApps()
      yield* computer.getInstalledApps({ startMenu: false, desktop: true, ignoreSystemApps: false })
      yield* computer.startApp("code --new")
      yield* computer.startApp("x", { workDirectory: "/home/日", activity: ".Main" })
      yield* computer.stopAppByPName("gedit")
      yield* computer.stopAppByPID(12)
      yield* computer.stopAppByCmd("gedit -q")
      yield* computer.listVisibleApps
      assert.deepStrictEqual(calls, [
        { tool: "list_root_windows", args: { timeout_ms: 3000 } },
        { tool: "list_root_windows", args: { timeout_ms: 2 } },
        { tool: "get_active_window", args: {} },
        { tool: "activate_window", args: { window_id: 7 } },
        { tool: "close_window", args: { window_id: 7 } },
        { tool: "maximize_window", args: { window_id: 7 } },
        { tool: "minimize_window", args: { window_id: 7 } },
        { tool: "restore_window", args: { window_id: 7 } },
        { tool: "fullscreen_window", args: { window_id: 7 } },
        { tool: "resize_window", args: { window_id: 7, width: 640, height: 480 } },
        { tool: "focus_mode", args: { on: false } },
        {
          tool: "get_installed_apps",
          args: { start_menu: true, desktop: false, ignore_system_app: true, ignore_system_apps: true }
        },
        {
          tool: "get_installed_apps",
          args: { start_menu: false, desktop: true, ignore_system_app: false, ignore_system_apps: false }
        },
        { tool: "start_app", args: { start_cmd: "code --new" } },
        { tool: "start_app", args: { start_cmd: "x", work_directory: "/home/日", activity: ".Main" } },
        { tool: "stop_app_by_pname", args: { pname: "gedit" } },
        { tool: "stop_app_by_pid", args: { pid: 12 } },
        { tool: "stop_app_by_cmd", args: { stop_cmd: "gedit -q" } },
        { tool: "list_visible_apps", args: {} }
      ])
    })
  )

  it.scoped("nothing for what cannot be meant, and the argument is named", () =>
    Effect.gen(function* () {
      const { calls, computer } = yield* makeDesktopSession(yes)
      const bad = <A>(value: unknown): A => value as A
      const cases: ReadonlyArray<readonly [string, Effect.Effect<unknown, SessionComputer.Failure>]> = [
        ...[1.5, Number.NaN, Number.POSITIVE_INFINITY, bad<number>("1"), bad<number>(undefined)].flatMap(
          (value) =>
            [
              ["x", computer.clickMouse(value, 1)],
              ["y", computer.moveMouse(1, value)],
              ["fromX", computer.dragMouse(value, 1, 1, 1)],
              ["toY", computer.dragMouse(1, 1, 1, value)],
              ["x", computer.scroll(value, 1)],
              ["id", computer.closeWindow(value)],
              ["width", computer.resizeWindow(1, value, 1)],
              ["pid", computer.stopAppByPID(value)]
            ] as const
        ),
        ["button", computer.clickMouse(1, 1, bad("nope"))],
        ["button", computer.dragMouse(1, 1, 2, 2, bad("double_left"))],
        ["direction", computer.scroll(1, 1, bad("forward"))],
        ["amount", computer.scroll(1, 1, "up", 0)],
        ["amount", computer.scroll(1, 1, "up", -2)],
        ["text", computer.inputText(bad(5))],
        ["keys", computer.pressKeys([])],
        ["keys", computer.pressKeys(["a", ""])],
        ["keys", computer.pressKeys(bad("a"))],
        ["keys", computer.pressKeys(bad([1]))],
        ["hold", computer.pressKeys(["a"], { hold: bad("yes") })],
        ["keys", computer.releaseKeys([])],
        ["keys", computer.withKeysHeld([], Effect.void)],
        ["id", computer.activateWindow(-1)],
        ["height", computer.resizeWindow(1, 1, 0)],
        ["timeout", computer.listRootWindows({ timeout: 0 })],
        ["on", computer.focusMode(bad(1))],
        ["desktop", computer.getInstalledApps({ desktop: bad("no") })],
        ["command", computer.startApp("  ")],
        ["workDirectory", computer.startApp("x", { workDirectory: bad(1) })],
        ["name", computer.stopAppByPName("")],
        ["pid", computer.stopAppByPID(0)],
        ["command", computer.stopAppByCmd("")],
        ["format", computer.screenshot({ format: bad("webp") })],
        ["format", computer.screenshot({ format: bad("") })],
        ["format", computer.screenshot({ format: bad(5) })]
      ]
      for (const [field, effect] of cases) {
        hasFields(yield* Effect.flip(effect), { _tag: "InvalidArgument", field })
      }
      assert.deepStrictEqual(calls, [])
    })
  )
})

describe("what comes back", () => {
  it.scoped("cursor and screen", () =>
    Effect.gen(function* () {
      const cursor = yield* saying({ x: 0, y: -3 })
      assert.deepStrictEqual(yield* cursor.computer.getCursorPosition, { x: 0, y: -3 })
      const screen = yield* saying({ width: 1280, height: 720, dpiScalingFactor: 1.25 })
      assert.deepStrictEqual(yield* screen.computer.getScreenSize, {
        width: 1280,
        height: 720,
        dpiScalingFactor: Option.some(1.25)
      })
      for (const factor of [{}, { dpiScalingFactor: null }]) {
        const plain = yield* saying({ width: 800, height: 600, ...factor })
        assert.deepStrictEqual((yield* plain.computer.getScreenSize).dpiScalingFactor, Option.none())
      }
    })
  )

  it.scoped("a missing, null or malformed number is a failure, never 0 or 1 with success", () =>
    Effect.gen(function* () {
      const decode = (error: object) =>
        hasFields(error, { _tag: "SessionError", reason: "Decode", requestId: "req-1" })
      for (const text of [
        "",
        "null",
        "[]",
        "{}",
        '{"x":1}',
        '{"x":1,"y":null}',
        '{"x":"1","y":2}',
        '{"x":1.5,"y":2}'
      ]) {
        const { computer } = yield* makeDesktopSession(answer(text))
        decode(yield* Effect.flip(computer.getCursorPosition))
      }
      for (const size of [
        {},
        { width: 1 },
        { width: 0, height: 1 },
        { width: 1, height: "1" },
        { width: 1, height: 1, dpiScalingFactor: 0 },
        { width: 1, height: 1, dpiScalingFactor: "1" }
      ]) {
        const { computer } = yield* saying(size)
        decode(yield* Effect.flip(computer.getScreenSize))
      }
    })
  )

  it.scoped("every window has a title, in lists and inside others, whichever name it has", () =>
    Effect.gen(function* () {
      const { computer } = yield* saying([
        { ...notes, child_windows: [{ window_id: 1, title: "Old" }] },
        { window_id: 2, window_title: null, title: "First generation", child_windows: null },
        { window_id: 3, width: 5 }
      ])
      const none = { bounds: Option.none(), pid: Option.none(), processName: Option.none(), children: [] }
      assert.deepStrictEqual(yield* computer.listRootWindows(), [
        {
          id: 65538,
          title: "Notes",
          bounds: Option.some({ x: 40, y: 30, width: 800, height: 600 }),
          pid: Option.some(412),
          processName: Option.some("gedit"),
          children: [{ id: 1, title: "Old", ...none }]
        },
        { id: 2, title: "First generation", ...none },
        { id: 3, title: "", ...none }
      ])
    })
  )

  it.scoped("no windows, no applications: a list of nothing, also from a service that says nothing", () =>
    Effect.gen(function* () {
      for (const text of ["[]", "", " ", "null"]) {
        const { computer } = yield* makeDesktopSession(answer(text))
        assert.deepStrictEqual(yield* computer.listRootWindows(), [])
        assert.deepStrictEqual(yield* computer.getInstalledApps(), [])
        assert.deepStrictEqual(yield* computer.listVisibleApps, [])
        assert.deepStrictEqual(yield* computer.startApp("x"), [])
      }
    })
  )

  it.scoped("lists that are none are failures", () =>
    Effect.gen(function* () {
      for (const text of ["[", "true", '"x"', '[{"window_title":"no id"}]', '[{"window_id":"7"}]', "[1]"]) {
        const { computer } = yield* makeDesktopSession(answer(text))
        hasFields(yield* Effect.flip(computer.listRootWindows()), { _tag: "SessionError", reason: "Decode" })
      }
      const { computer } = yield* saying([{ pname: "x" }])
      hasFields(yield* Effect.flip(computer.listVisibleApps), { _tag: "SessionError", reason: "Decode" })
    })
  )

  it.scoped("the active window is one window, or none", () =>
    Effect.gen(function* () {
      const one = yield* saying(notes)
      const title = Option.map(yield* one.computer.getActiveWindow, (window) => window.title)
      assert.deepStrictEqual(title, Option.some("Notes"))
      for (const text of ["", "null", "[]"]) {
        const { computer } = yield* makeDesktopSession(answer(text))
        assert.deepStrictEqual(yield* computer.getActiveWindow, Option.none())
      }
      for (const text of ["no active window", "Error: No focused window found", "active window not found"]) {
        const { computer } = yield* makeDesktopSession(failed(text))
        assert.deepStrictEqual(yield* computer.getActiveWindow, Option.none())
      }
      const broken = yield* makeDesktopSession(failed("no display for the window manager"))
      hasFields(yield* Effect.flip(broken.computer.getActiveWindow), {
        _tag: "ToolError",
        text: "no display for the window manager"
      })
    })
  )

  it.scoped("applications and processes have one shape", () =>
    Effect.gen(function* () {
      const apps = yield* saying([
        { name: "Files", start_cmd: "nautilus", stop_cmd: "nautilus -q", work_directory: "" },
        { name: "Bare", start_cmd: "bare" }
      ])
      assert.deepStrictEqual(yield* apps.computer.getInstalledApps(), [
        {
          name: "Files",
          startCommand: "nautilus",
          stopCommand: Option.some("nautilus -q"),
          workDirectory: Option.none()
        },
        { name: "Bare", startCommand: "bare", stopCommand: Option.none(), workDirectory: Option.none() }
      ])
      const processes = yield* saying([{ pname: "nautilus", pid: 4182, cmdline: "/usr/bin/nautilus" }])
      const expected = [{ name: "nautilus", pid: 4182, commandLine: Option.some("/usr/bin/nautilus") }]
      assert.deepStrictEqual(yield* processes.computer.startApp("nautilus"), expected)
      assert.deepStrictEqual(yield* processes.computer.listVisibleApps, expected)
    })
  )

  it.scoped("a refusal is a failure that names the operation and the tool", () =>
    Effect.gen(function* () {
      const { computer } = yield* makeDesktopSession(failed("no such window 9"))
      hasFields(yield* Effect.flip(computer.closeWindow(9)), {
        _tag: "ToolError",
        operation: "SessionComputer.closeWindow",
        tool: "close_window",
        text: "no such window 9",
        requestId: "req-1"
      })
    })
  )
})
