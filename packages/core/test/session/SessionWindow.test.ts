import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SessionComputer } from "../../src/session/SessionComputer.js"
import type { SessionWindow } from "../../src/session/SessionWindow.js"
import { assert, hasFields } from "../support/assertions.js"
import { makeDesktopSession } from "../support/desktop.js"
import { answer, failed, type Json } from "../support/FakeSession.js"

type Window = SessionWindow.Service
type Failure = SessionComputer.Failure

const first = { window_id: 1, title: "first" }

/** What a window looks like that says nothing but its id and title. */
const bare = { bounds: Option.none(), pid: Option.none(), processName: Option.none(), children: [] }

const lists: ReadonlyArray<"listRootWindows" | "listAllWindows"> = ["listRootWindows", "listAllWindows"]

const changes: ReadonlyArray<
  readonly [
    name: keyof Window,
    tool: string,
    args: Json,
    change: (window: Window) => Effect.Effect<void, Failure>
  ]
> = [
  ["activateWindow", "activate_window", { window_id: 7 }, (window) => window.activateWindow(7)],
  ["closeWindow", "close_window", { window_id: 7 }, (window) => window.closeWindow(7)],
  ["maximizeWindow", "maximize_window", { window_id: 7 }, (window) => window.maximizeWindow(7)],
  ["minimizeWindow", "minimize_window", { window_id: 7 }, (window) => window.minimizeWindow(7)],
  ["restoreWindow", "restore_window", { window_id: 7 }, (window) => window.restoreWindow(7)],
  ["fullscreenWindow", "fullscreen_window", { window_id: 7 }, (window) => window.fullscreenWindow(7)],
  [
    "resizeWindow",
    "resize_window",
    { window_id: 7, width: 640, height: 480 },
    (window) => window.resizeWindow(7, 640, 480)
  ],
  ["moveWindow", "move_window", { window_id: 7, x: -1, y: 20 }, (window) => window.moveWindow(7, -1, 20)],
  ["focusMode", "focus_mode", { on: true }, (window) => window.focusMode(true)]
]

describe("lists of windows", () => {
  for (const name of lists) {
    const tool = name === "listRootWindows" ? "list_root_windows" : "list_all_windows"

    it.scoped(`${name}: waits three seconds at most, or as long as it is told`, () =>
      Effect.gen(function* () {
        const { calls, window } = yield* makeDesktopSession(answer("[]"))
        assert.deepStrictEqual(yield* window[name](), [])
        yield* window[name]({ timeout: "1 second" })
        assert.deepStrictEqual(calls, [
          { tool, args: { timeout_ms: 3000 } },
          { tool, args: { timeout_ms: 1000 } }
        ])
        hasFields(yield* Effect.flip(window[name]({ timeout: 0 })), {
          _tag: "InvalidArgument",
          operation: `SessionWindow.${name}`,
          field: "timeout"
        })
        assert.strictEqual(calls.length, 2)
      })
    )

    it.scoped(`${name}: the windows of every generation, with those inside them`, () =>
      Effect.gen(function* () {
        const { window } = yield* makeDesktopSession(
          answer(
            JSON.stringify([
              {
                window_id: 4,
                title: "old",
                absolute_upper_left_x: -3,
                absolute_upper_left_y: 0,
                width: 640,
                height: 480,
                pid: 12,
                pname: "gedit",
                child_windows: [{ window_id: 5, title: "inside" }]
              },
              { window_id: 6, window_title: "new" }
            ])
          )
        )
        assert.deepStrictEqual(yield* window[name](), [
          {
            id: 4,
            title: "old",
            bounds: Option.some({ x: -3, y: 0, width: 640, height: 480 }),
            pid: Option.some(12),
            processName: Option.some("gedit"),
            children: [{ id: 5, title: "inside", ...bare }]
          },
          { id: 6, title: "new", ...bare }
        ])
      })
    )

    it.scoped(`${name}: what is no list of windows is a failure`, () =>
      Effect.gen(function* () {
        for (const text of ["no windows", "{", "[1]", '[{"title":"no id"}]']) {
          const { window } = yield* makeDesktopSession(answer(text))
          hasFields(yield* Effect.flip(window[name]()), {
            _tag: "SessionError",
            reason: "Decode",
            operation: `SessionWindow.${name}`
          })
        }
      })
    )
  }
})

describe("one window", () => {
  it.scoped("getWindowInfo: asks for an id, and takes an object or a list of one", () =>
    Effect.gen(function* () {
      for (const value of [first, [first]]) {
        const { calls, window } = yield* makeDesktopSession(answer(JSON.stringify(value)))
        assert.deepStrictEqual(
          yield* window.getWindowInfo(1),
          Option.some({ id: 1, title: "first", ...bare })
        )
        assert.deepStrictEqual(calls, [{ tool: "get_window_info", args: { window_id: 1 } }])
      }
      const { calls, window } = yield* makeDesktopSession(failed("no such window: 9"))
      hasFields(yield* Effect.flip(window.getWindowInfo(9)), { _tag: "ToolError", tool: "get_window_info" })
      hasFields(yield* Effect.flip(window.getWindowInfo(-1)), { _tag: "InvalidArgument", field: "id" })
      assert.strictEqual(calls.length, 1)
    })
  )

  it.scoped("getActiveWindow: has a time of its own, takes an object or a list of one, and knows none", () =>
    Effect.gen(function* () {
      for (const value of [first, [first]]) {
        const { calls, window } = yield* makeDesktopSession(answer(JSON.stringify(value)))
        const found = Option.some({ id: 1, title: "first", ...bare })
        assert.deepStrictEqual(yield* window.getActiveWindow(), found)
        assert.deepStrictEqual(yield* window.getActiveWindow({ timeout: "500 millis" }), found)
        assert.deepStrictEqual(calls, [
          { tool: "get_active_window", args: { timeout_ms: 3000 } },
          { tool: "get_active_window", args: { timeout_ms: 500 } }
        ])
      }
      for (const nothing of [failed("no active window"), answer(""), answer("[]")]) {
        const { window } = yield* makeDesktopSession(nothing)
        assert.deepStrictEqual(yield* window.getActiveWindow(), Option.none())
      }
      const { window } = yield* makeDesktopSession(failed("no display"))
      hasFields(yield* Effect.flip(window.getActiveWindow()), { _tag: "ToolError", text: "no display" })
      hasFields(yield* Effect.flip(window.getActiveWindow({ timeout: -1 })), {
        _tag: "InvalidArgument",
        field: "timeout"
      })
    })
  )
})

describe("changes of a window", () => {
  for (const [name, tool, args, change] of changes) {
    it.scoped(`${name}: one call with nothing but its arguments; a refusal is a failure`, () =>
      Effect.gen(function* () {
        const { calls, window } = yield* makeDesktopSession(answer("true"))
        yield* change(window)
        assert.deepStrictEqual(calls, [{ tool, args }])
        const refused = yield* makeDesktopSession(failed("no such window: 7"))
        hasFields(yield* Effect.flip(change(refused.window)), {
          _tag: "ToolError",
          operation: `SessionWindow.${name}`,
          tool,
          text: "no such window: 7"
        })
      })
    )
  }

  it.scoped("are refused by name before anything is sent", () =>
    Effect.gen(function* () {
      const { calls, window } = yield* makeDesktopSession(answer("true"))
      const cases: ReadonlyArray<readonly [string, string, Effect.Effect<unknown, Failure>]> = [
        ["activateWindow", "id", window.activateWindow(-1)],
        ["closeWindow", "id", window.closeWindow(0.5)],
        ["maximizeWindow", "id", window.maximizeWindow(Number.NaN)],
        ["minimizeWindow", "id", window.minimizeWindow("1" as never)],
        ["restoreWindow", "id", window.restoreWindow(-1)],
        ["fullscreenWindow", "id", window.fullscreenWindow(-1)],
        ["resizeWindow", "id", window.resizeWindow(-1, 1, 1)],
        ["resizeWindow", "width", window.resizeWindow(1, 0, 1)],
        ["resizeWindow", "height", window.resizeWindow(1, 1, 0)],
        ["moveWindow", "id", window.moveWindow(-1, 0, 0)],
        ["moveWindow", "x", window.moveWindow(1, 0.5, 0)],
        ["moveWindow", "y", window.moveWindow(1, 0, Number.POSITIVE_INFINITY)],
        ["focusMode", "on", window.focusMode("on" as never)]
      ]
      for (const [name, field, effect] of cases) {
        hasFields(yield* Effect.flip(effect), {
          _tag: "InvalidArgument",
          operation: `SessionWindow.${name}`,
          field
        })
      }
      assert.deepStrictEqual(calls, [])
    })
  )
})
