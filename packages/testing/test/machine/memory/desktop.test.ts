import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import type { Desktop } from "../../../src/machine/Desktop.js"
import {
  emptyField,
  insert,
  selectAll,
  strike,
  type TextField
} from "../../../src/machine/internal/memory/desktop/textField.js"
import type { Machine, MachineError } from "../../../src/machine/Machine.js"
import { reason, withMachine } from "./support.js"

const state = ({ inspect }: Desktop) => inspect ?? Effect.dieMessage("this desktop is no model")

const active = (desktop: Desktop) =>
  Effect.map(state(desktop), ({ windows }) => windows.find(({ isActive }) => isActive))

const text = (desktop: Desktop) => Effect.map(active(desktop), (window) => window?.text)

/** The program's window and process. */
const open = (desktop: Desktop, command: string) =>
  Effect.gen(function* () {
    const [process] = yield* desktop.start({ command })
    const window = (yield* desktop.windows).find(({ pid }) => pid === process?.pid)
    if (process === undefined || window === undefined) return yield* Effect.dieMessage("no window opened")
    return { process, window }
  })

const onDesktop = (
  name: string,
  test: (desktop: Desktop, machine: Machine) => Effect.Effect<void, MachineError>
): void =>
  withMachine(name, (machine) => Effect.flatMap(machine.desktop, (desktop) => test(desktop, machine)))

const picture = (desktop: Desktop) =>
  Effect.map(desktop.screenshot("png"), ({ bytes }) => Buffer.from(bytes).toString("base64"))

describe("the desktop in memory: windows", () => {
  onDesktop("programs open one window each and end with it", (desktop) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* desktop.windows, [])
      const editor = yield* open(desktop, "text-editor '/tmp/my notes.txt'")
      const own = yield* open(desktop, "/opt/app/my-program --flag")
      assert.deepInclude(editor.window, { title: "Text Editor", processName: "text-editor" })
      assert.deepInclude(own.window, { title: "my-program", processName: "my-program" })
      assert.strictEqual(own.process.commandLine, "/opt/app/my-program --flag")
      assert.notStrictEqual(editor.window.id, own.window.id)
      assert.deepStrictEqual(
        (yield* desktop.visibleProcesses).map(({ name }) => name),
        ["text-editor", "my-program"]
      )
      yield* desktop.changeWindow(own.window.id, "close")
      assert.deepStrictEqual(
        (yield* desktop.processes).filter(({ pid }) => pid === own.process.pid),
        []
      )
      yield* desktop.stopByName("text-editor")
      assert.deepStrictEqual(yield* desktop.windows, [])
      assert.deepStrictEqual(Option.getOrNull(yield* desktop.activeWindow), null)
    })
  )

  onDesktop("the same calls lead to the same ids and pictures", (desktop, { exec }) =>
    Effect.gen(function* () {
      yield* exec({ command: "true", timeoutMs: 1000 })
      const { process, window } = yield* open(desktop, "xterm")
      assert.deepStrictEqual([process.pid, window.id, window.x, window.y], [1001, 65_537, 32, 32])
      assert.strictEqual(yield* picture(desktop), yield* picture(desktop))
    })
  )

  onDesktop("states come and go, and the focus follows", (desktop) =>
    Effect.gen(function* () {
      const { window: one } = yield* open(desktop, "one")
      const { window: two } = yield* open(desktop, "two")
      const stateOf = (id: number) =>
        Effect.map(state(desktop), ({ windows }) => windows.find((window) => window.id === id)?.state)
      const focused = Effect.map(active(desktop), (window) => window?.id)
      assert.strictEqual(yield* focused, two.id)
      yield* desktop.changeWindow(one.id, "maximize")
      assert.strictEqual(yield* focused, one.id)
      assert.deepInclude((yield* desktop.windows)[0], { x: 0, y: 0, width: 1280, height: 720 })
      assert.strictEqual(yield* stateOf(one.id), "maximized")
      assert.strictEqual(yield* reason(desktop.resizeWindow(one.id, 200, 100)), "Invalid")
      yield* desktop.changeWindow(one.id, "restore")
      const { height, width, x, y } = one
      assert.deepInclude((yield* desktop.windows)[0], { height, width, x, y })
      yield* desktop.changeWindow(one.id, "minimize")
      assert.strictEqual(yield* focused, two.id)
      yield* desktop.changeWindow(one.id, "activate")
      assert.deepStrictEqual([yield* stateOf(one.id), yield* focused], ["normal", one.id])
      yield* desktop.changeWindow(two.id, "fullscreen")
      assert.strictEqual(yield* stateOf(two.id), "fullscreen")
      yield* desktop.changeWindow(two.id, "close")
      assert.strictEqual(yield* focused, one.id)
      assert.strictEqual(yield* reason(desktop.changeWindow(two.id, "activate")), "NotFound")
      assert.strictEqual(yield* reason(desktop.moveWindow(5, { x: 0, y: 0 })), "NotFound")
    })
  )

  onDesktop("while the focus is kept, a new window does not take it", (desktop) =>
    Effect.gen(function* () {
      const { window: one } = yield* open(desktop, "one")
      yield* desktop.focusMode(true)
      const { window: two } = yield* open(desktop, "two")
      assert.strictEqual((yield* active(desktop))?.id, one.id)
      assert.isTrue((yield* state(desktop)).focusMode)
      yield* desktop.focusMode(false)
      yield* desktop.changeWindow(two.id, "activate")
      assert.strictEqual((yield* active(desktop))?.id, two.id)
    })
  )
})

describe("the desktop in memory: mouse and keyboard", () => {
  onDesktop("a click gives the focus to the uppermost window at that point, or to none", (desktop) =>
    Effect.gen(function* () {
      const { window: one } = yield* open(desktop, "one")
      const { window: two } = yield* open(desktop, "two")
      yield* desktop.click({ x: one.x + 1, y: one.y + 1 }, "left")
      assert.strictEqual((yield* active(desktop))?.id, one.id)
      yield* desktop.click({ x: two.x + two.width - 1, y: two.y + two.height - 1 }, "right")
      assert.strictEqual((yield* active(desktop))?.id, two.id)
      yield* desktop.click({ x: 1279, y: 719 }, "left")
      assert.isUndefined(yield* active(desktop))
      assert.deepStrictEqual(yield* desktop.cursor, { x: 1279, y: 719 })
      for (const point of [
        { x: -1, y: 0 },
        { x: 1280, y: 0 },
        { x: 0, y: 720 }
      ]) {
        assert.strictEqual(yield* reason(desktop.move(point)), "Invalid")
      }
    })
  )

  onDesktop("dragging the title moves a window, dragging its content does not", (desktop) =>
    Effect.gen(function* () {
      const { window } = yield* open(desktop, "one")
      const from = { x: window.x + 50, y: window.y + 5 }
      yield* desktop.drag(from, { x: from.x + 100, y: from.y + 60 }, "left")
      const [moved] = yield* desktop.windows
      assert.deepInclude(moved, { x: window.x + 100, y: window.y + 60, width: window.width })
      yield* desktop.drag({ x: 300, y: 300 }, { x: 10, y: 10 }, "left")
      assert.deepInclude((yield* desktop.windows)[0], { x: window.x + 100, y: window.y + 60 })
    })
  )

  onDesktop("what is typed is in the window that has the focus", (desktop) =>
    Effect.gen(function* () {
      yield* desktop.type("into nothing")
      yield* open(desktop, "one")
      yield* desktop.type("Héllo 😀")
      yield* desktop.press(["backspace"], false)
      yield* desktop.press(["ENTER"], false)
      yield* desktop.press(["shift", "a"], false)
      yield* desktop.press(["1"], false)
      assert.strictEqual(yield* text(desktop), "Héllo \nA1")
      yield* desktop.press(["ctrl", "a"], false)
      yield* desktop.press(["ctrl", "x"], false)
      assert.strictEqual(yield* text(desktop), "")
      yield* desktop.press(["ctrl", "v"], false)
      yield* desktop.press(["ctrl", "v"], false)
      assert.strictEqual(yield* text(desktop), "Héllo \nA1Héllo \nA1")
      yield* open(desktop, "two")
      yield* desktop.press(["Ctrl", "v"], false)
      assert.strictEqual(yield* text(desktop), "Héllo \nA1")
    })
  )

  onDesktop("held keys change what others do until they are released, whatever their case", (desktop) =>
    Effect.gen(function* () {
      yield* open(desktop, "one")
      yield* desktop.press(["SHIFT"], true)
      yield* desktop.press(["a"], false)
      assert.deepStrictEqual((yield* state(desktop)).heldKeys, ["Shift"])
      yield* desktop.press(["control"], true)
      yield* desktop.type("a")
      yield* desktop.release(["ctrl", "shift"])
      assert.deepStrictEqual((yield* state(desktop)).heldKeys, [])
      yield* desktop.type("b")
      assert.strictEqual(yield* text(desktop), "b")
      assert.strictEqual(yield* reason(desktop.press(["NoSuchKey"], false)), "Invalid")
      yield* desktop.press(["Alt", "F4"], false)
      assert.deepStrictEqual(yield* desktop.windows, [])
    })
  )
})

describe("the desktop in memory: programs", () => {
  onDesktop("are stopped by name, by number and by command", (desktop) =>
    Effect.gen(function* () {
      const one = yield* open(desktop, "one")
      yield* open(desktop, "two")
      yield* open(desktop, "two")
      yield* open(desktop, "text-editor")
      yield* desktop.stopByPid(one.process.pid)
      yield* desktop.stopByCommand("pkill -f two")
      const [editor] = yield* desktop.installedApplications
      yield* desktop.stopByCommand(editor?.stopCommand ?? "")
      assert.deepStrictEqual(yield* desktop.windows, [])
      for (const failing of [
        desktop.stopByPid(1),
        desktop.stopByPid(99_999),
        desktop.stopByName("one"),
        desktop.stopByCommand("killall one")
      ]) {
        assert.strictEqual(yield* reason(failing), "NotFound")
      }
      assert.strictEqual(yield* reason(desktop.stopByCommand("rm -rf /")), "Invalid")
    })
  )

  onDesktop("start in a directory that is there", (desktop, machine) =>
    Effect.gen(function* () {
      yield* machine.makeDirectory("/tmp/work")
      yield* machine.write("/tmp/file", new Uint8Array(), "overwrite")
      yield* desktop.start({ command: "one", workDirectory: "/tmp/work" })
      for (const workDirectory of ["/tmp/none", "/tmp/file"]) {
        assert.strictEqual(yield* reason(desktop.start({ command: "one", workDirectory })), "NotFound")
      }
      assert.strictEqual(yield* reason(desktop.start({ command: " " })), "Invalid")
    })
  )
})

describe("the desktop in memory: pictures", () => {
  onDesktop("change with everything that can be seen", (desktop) =>
    Effect.gen(function* () {
      const seen = new Set<string>([yield* picture(desktop)])
      const { window } = yield* open(desktop, "one")
      const steps: ReadonlyArray<Effect.Effect<unknown, MachineError>> = [
        Effect.void,
        desktop.type("a"),
        desktop.type("b\n\nc"),
        desktop.scroll({ x: window.x + 50, y: window.y + 50 }, "down", 2),
        desktop.move({ x: 5, y: 5 }),
        desktop.resizeWindow(window.id, 300, 200),
        desktop.moveWindow(window.id, { x: 500, y: 300 }),
        desktop.start({ command: "two" }),
        desktop.changeWindow(window.id, "maximize"),
        desktop.changeWindow(window.id, "fullscreen"),
        desktop.changeWindow(window.id, "minimize")
      ]
      for (const [index, step] of steps.entries()) {
        yield* step
        const shown = yield* picture(desktop)
        assert.isFalse(seen.has(shown), `step ${index}`)
        seen.add(shown)
      }
    })
  )

  onDesktop("are files of their format", (desktop) =>
    Effect.gen(function* () {
      for (const [format, magic] of [
        ["png", "89504e470d0a1a0a"],
        ["jpeg", "ffd8ff"]
      ] as const) {
        const { bytes, height, width } = yield* desktop.screenshot(format)
        assert.deepStrictEqual([width, height], [1280, 720])
        assert.isTrue(Buffer.from(bytes).toString("hex").startsWith(magic))
      }
    })
  )
})

describe("a text field", () => {
  const keys = fc.constantFrom(
    ..."ab1;é😀",
    "Enter",
    "Tab",
    "Backspace",
    "Delete",
    "Home",
    "End",
    "ArrowLeft",
    "ArrowRight",
    "ArrowUp",
    "ArrowDown",
    "F5"
  )

  it.prop(
    "keeps caret and selection inside the text, and never cuts a character",
    [fc.string(), fc.array(fc.tuple(keys, fc.boolean()))],
    ([start, struck]) => {
      const end = struck.reduce(
        (field: TextField, [key, shift]) => strike(field, key, shift),
        insert(emptyField, start)
      )
      for (const at of [end.caret, end.anchor]) {
        assert.isAtLeast(at, 0)
        assert.isAtMost(at, end.text.length)
      }
      assert.strictEqual(Buffer.from(end.text).toString(), end.text)
    }
  )

  it.prop(
    "undoes a character with Backspace, and replaces a selection",
    [fc.string(), fc.constantFrom(..."ab1é😀")],
    ([start, key]) => {
      const field = insert(emptyField, start)
      assert.deepStrictEqual(strike(strike(field, key, false), "Backspace", false), field)
      assert.strictEqual(strike(selectAll(field), key, false).text, key)
    }
  )

  it("moves by lines and keeps the column where there is one", () => {
    const field = insert(emptyField, "abc\n\nxyz")
    const after = (...struck: ReadonlyArray<string>) =>
      struck.reduce((one, key) => strike(one, key, false), field).caret
    assert.strictEqual(after("ArrowUp"), 4)
    assert.strictEqual(after("ArrowUp", "ArrowUp"), 0)
    assert.strictEqual(after("ArrowLeft", "Home"), 5)
    assert.strictEqual(after("ArrowUp", "ArrowUp", "End"), 3)
    assert.strictEqual(after("ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown"), 4)
    assert.strictEqual(after("ArrowDown"), 8)
  })
})
