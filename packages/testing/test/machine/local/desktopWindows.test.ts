import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Desktop } from "../../../src/machine/Desktop.js"
import { eventually } from "./host.js"
import { shell } from "./machine.js"
import { boundsOf, eventuallyText, onlyWindow, reasonOf, recorder, withDesktop } from "./screen.js"

const terminal = (title: string, options = "") => `xterm ${options} -T ${title} -e sleep 1000`

/** A window that takes any size. */
const plainWindow = "xev >/dev/null"

const titles = (desktop: Desktop) => Effect.map(desktop.windows, (all) => all.map(({ title }) => title))

const activeTitle = (desktop: Desktop) =>
  Effect.map(desktop.activeWindow, (active) => Option.getOrNull(Option.map(active, ({ title }) => title)))

describe("the desktop: windows", () => {
  withDesktop("are listed as they were opened, with their process and their frame", (desktop, machine) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* desktop.windows, [])
      yield* desktop.start({ command: terminal("one", "-geometry 80x24+100+50") })
      yield* desktop.start({ command: terminal("two") })
      yield* desktop.start({ command: terminal("three") })
      assert.deepStrictEqual(yield* titles(desktop), ["one", "two", "three"])
      const [one, two, three] = yield* desktop.windows
      if (one === undefined || two === undefined || three === undefined) return assert.fail("no window")
      assert.deepStrictEqual([one.x, one.y], [100, 50])
      assert.strictEqual(one.processName, "xterm")
      const { stdout } = yield* shell(machine, `ps -o args= -p ${one.pid}`)
      assert.strictEqual(stdout, "xterm -geometry 80x24+100+50 -T one -e sleep 1000\n")
      assert.deepStrictEqual(one.children, [])
      yield* desktop.changeWindow(one.id, "activate")
      assert.deepStrictEqual(yield* titles(desktop), ["one", "two", "three"])
    })
  )

  withDesktop("have the title that their program gives them", (desktop) =>
    Effect.gen(function* () {
      const title = `a "b" \\c 中ä 😀 = # 0x1, 2 %s`
      yield* desktop.start({
        command: `xterm -e sh -c 'printf "\\033]2;%s\\007" "$0"; sleep 1000' '${title}'`
      })
      yield* eventually(Effect.filterOrFail(onlyWindow(desktop), (window) => window.title === title))
      yield* desktop.changeWindow((yield* onlyWindow(desktop)).id, "close")
      // Programs of the old kind, with titles in Latin-1 or whatever, which do not tell their process.
      for (const name of ["$(printf 'Pr\\374fung')", "Prüfung"]) {
        yield* eventually(Effect.filterOrFail(desktop.windows, ({ length }) => length === 0))
        yield* desktop.start({ command: `xev -name "${name}" >/dev/null` })
        const old = yield* onlyWindow(desktop)
        assert.deepStrictEqual([old.title, old.pid, old.processName], ["Prüfung", 0, ""])
        yield* desktop.changeWindow(old.id, "close")
      }
    })
  )

  withDesktop("that belong to another one are its children", (desktop, machine) =>
    Effect.gen(function* () {
      for (const title of ["owner", "dialogue", "question", "stranger"]) {
        yield* desktop.start({ command: terminal(title) })
      }
      const ids = new Map((yield* desktop.windows).map(({ id, title }) => [title, id]))
      const belongs = (title: string, owner: string) =>
        shell(
          machine,
          `xprop -id ${ids.get(title)} -f WM_TRANSIENT_FOR 32x -set WM_TRANSIENT_FOR ${ids.get(owner)}`
        )
      yield* belongs("dialogue", "owner")
      yield* belongs("question", "dialogue")
      const [owner, stranger, ...rest] = yield* desktop.windows
      assert.deepStrictEqual([owner?.title, stranger?.title, rest.length], ["owner", "stranger", 0])
      assert.deepStrictEqual(
        owner?.children.map(({ children, title }) => [title, children.map((child) => child.title)]),
        [["dialogue", ["question"]]]
      )
      yield* desktop.changeWindow(ids.get("question") ?? 0, "activate")
      assert.strictEqual(yield* activeTitle(desktop), "question")
      // Windows that belong to each other in a circle are not lost.
      yield* belongs("owner", "question")
      assert.strictEqual((yield* desktop.windows).length, 4)
    })
  )

  withDesktop("take the focus when they are new or activated, and the keys with it", (desktop, machine) =>
    Effect.gen(function* () {
      assert.isNull(yield* activeTitle(desktop))
      yield* desktop.start({ command: recorder("/tmp/first") })
      const first = yield* onlyWindow(desktop)
      yield* desktop.start({ command: recorder("/tmp/second") })
      yield* desktop.type("2")
      yield* desktop.changeWindow(first.id, "activate")
      yield* desktop.type("1")
      yield* eventuallyText(machine, "/tmp/first", (text) => text === "1")
      yield* eventuallyText(machine, "/tmp/second", (text) => text === "2")
      assert.strictEqual(Option.getOrNull(yield* desktop.activeWindow)?.id, first.id)
    })
  )

  withDesktop("change their state", (desktop) =>
    Effect.gen(function* () {
      yield* desktop.start({ command: plainWindow })
      const { id, ...normal } = yield* onlyWindow(desktop)
      const screen = { x: 0, y: 0, width: 1280, height: 720 }
      const now = Effect.map(onlyWindow(desktop), boundsOf)
      const eventuallyIs = (bounds: typeof screen) =>
        eventually(Effect.filterOrFail(now, (found) => JSON.stringify(found) === JSON.stringify(bounds)))
      yield* desktop.changeWindow(id, "maximize")
      yield* eventuallyIs(screen)
      yield* desktop.changeWindow(id, "fullscreen")
      yield* eventuallyIs(screen)
      yield* desktop.changeWindow(id, "restore")
      yield* eventuallyIs(screen)
      yield* desktop.changeWindow(id, "restore")
      yield* eventuallyIs(boundsOf({ id, ...normal }))
      yield* desktop.changeWindow(id, "minimize")
      assert.isNull(yield* activeTitle(desktop))
      yield* desktop.changeWindow(id, "restore")
      assert.strictEqual(yield* activeTitle(desktop), "Event Tester")
      yield* desktop.changeWindow(id, "minimize")
      yield* desktop.changeWindow(id, "activate")
      assert.strictEqual(yield* activeTitle(desktop), "Event Tester")
      // What is so already stays so.
      yield* desktop.changeWindow(id, "restore")
      yield* desktop.changeWindow(id, "activate")
      yield* desktop.changeWindow(id, "close")
      yield* eventually(Effect.filterOrFail(desktop.windows, ({ length }) => length === 0))
    })
  )

  withDesktop("take a size and a place, frame included", (desktop) =>
    Effect.gen(function* () {
      yield* desktop.start({ command: plainWindow })
      const { id } = yield* onlyWindow(desktop)
      yield* desktop.moveWindow(id, { x: 200, y: 100 })
      yield* desktop.resizeWindow(id, 640, 480)
      assert.deepStrictEqual(boundsOf(yield* onlyWindow(desktop)), {
        x: 200,
        y: 100,
        width: 640,
        height: 480
      })
      yield* desktop.moveWindow(id, { x: 0, y: 0 })
      yield* desktop.moveWindow(id, { x: 0, y: 0 })
      assert.deepStrictEqual(boundsOf(yield* onlyWindow(desktop)), { x: 0, y: 0, width: 640, height: 480 })
      assert.strictEqual(yield* reasonOf(desktop.resizeWindow(id, 0, 10)), "Invalid")
      assert.strictEqual(yield* reasonOf(desktop.resizeWindow(id, 10, 1.5)), "Invalid")
      assert.strictEqual(yield* reasonOf(desktop.moveWindow(id, { x: 1280, y: 0 })), "Invalid")
      yield* desktop.changeWindow(id, "maximize")
      assert.strictEqual(yield* reasonOf(desktop.resizeWindow(id, 300, 200)), "Invalid")
      assert.strictEqual(yield* reasonOf(desktop.moveWindow(id, { x: 1, y: 1 })), "Invalid")
    })
  )

  withDesktop("that are not there are not found", (desktop) =>
    Effect.gen(function* () {
      yield* desktop.start({ command: plainWindow })
      for (const id of [0, 1, 0x7fffffff]) {
        for (const change of [
          "activate",
          "close",
          "maximize",
          "minimize",
          "restore",
          "fullscreen"
        ] as const) {
          assert.strictEqual(yield* reasonOf(desktop.changeWindow(id, change)), "NotFound")
        }
        assert.strictEqual(yield* reasonOf(desktop.resizeWindow(id, 10, 10)), "NotFound")
        assert.strictEqual(yield* reasonOf(desktop.moveWindow(id, { x: 1, y: 1 })), "NotFound")
      }
    })
  )

  withDesktop("leave the focus where it is in focus mode", (desktop, machine) =>
    Effect.gen(function* () {
      yield* desktop.start({ command: terminal("first") })
      yield* desktop.focusMode(true)
      yield* desktop.start({ command: terminal("second") })
      assert.strictEqual(yield* activeTitle(desktop), "first")
      yield* shell(machine, "pkill -KILL -x openbox")
      yield* eventually(Effect.flatMap(machine.desktop, ({ cursor }) => cursor))
      yield* eventually(Effect.filterOrFail(titles(desktop), ({ length }) => length === 2))
      const before = yield* activeTitle(desktop)
      yield* desktop.start({ command: terminal("third") })
      assert.strictEqual(yield* activeTitle(desktop), before)
      yield* desktop.focusMode(false)
      yield* desktop.start({ command: terminal("fourth") })
      assert.strictEqual(yield* activeTitle(desktop), "fourth")
    })
  )
})
