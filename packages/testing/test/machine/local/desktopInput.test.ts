import { assert, describe, it } from "@effect/vitest"
import * as KeyName from "@effect-agentbay/core/KeyName"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import type { Desktop } from "../../../src/machine/Desktop.js"
import * as Keys from "../../../src/machine/internal/local/desktop/keys.js"
import type { Machine } from "../../../src/machine/Machine.js"
import { eventually } from "./host.js"
import { eventuallyText, onlyWindow, reasonOf, recorder, withDesktop } from "./screen.js"

/** A window that writes down every event, and gives what it wrote, one event a line. */
const observe = (desktop: Desktop, machine: Machine) =>
  Effect.gen(function* () {
    yield* desktop.start({
      command: "stdbuf -oL xev -event keyboard -event button -event mouse >/tmp/events"
    })
    const { height, width, x, y } = yield* onlyWindow(desktop)
    const centre = { x: x + (width >> 1), y: y + (height >> 1) }
    yield* desktop.move(centre)
    const shown = (log: string): ReadonlyArray<string> =>
      log.split("\n\n").flatMap((block) => {
        const [, event = ""] = /^(\w+) event/m.exec(block) ?? []
        const [, keysym] = /\(keysym 0x[0-9a-f]+, (\w+)\)/.exec(block) ?? []
        const [, button] = /button (\d+)/.exec(block) ?? []
        if (keysym !== undefined) return [`${event} ${keysym}`]
        if (button !== undefined) return [`${event} ${button} ${/root:(\(\d+,\d+\))/.exec(block)?.[1]}`]
        return event === "MotionNotify" ? [`${event} ${/root:(\(\d+,\d+\))/.exec(block)?.[1]}`] : []
      })
    let seen = 0
    /** The events since the last call, as soon as the last of them is there. */
    const until = (last: string) =>
      Effect.map(
        eventuallyText(machine, "/tmp/events", (log) => shown(log).slice(seen).includes(last)),
        (log) => {
          const events = shown(log)
          const found = events.slice(seen)
          seen = events.length
          return found
        }
      )
    yield* until(`MotionNotify (${centre.x},${centre.y})`)
    return { centre, until }
  })

describe("the desktop: the mouse", () => {
  withDesktop("clicks with each button where it is told to", (desktop, machine) =>
    Effect.gen(function* () {
      const { centre, until } = yield* observe(desktop, machine)
      const point = { x: centre.x - 5, y: centre.y + 7 }
      const at = `(${point.x},${point.y})`
      for (const [button, number] of [
        ["left", 1],
        ["middle", 2],
        ["right", 3]
      ] as const) {
        yield* desktop.move(centre)
        yield* until(`MotionNotify (${centre.x},${centre.y})`)
        yield* desktop.click(point, button)
        const events = yield* until(`ButtonRelease ${number} ${at}`)
        assert.deepStrictEqual(events, [
          `MotionNotify ${at}`,
          `ButtonPress ${number} ${at}`,
          `ButtonRelease ${number} ${at}`
        ])
        assert.deepStrictEqual(yield* desktop.cursor, point)
      }
      yield* desktop.click(point, "double_left")
      yield* desktop.click(point, "right")
      const events = yield* until(`ButtonRelease 3 ${at}`)
      assert.strictEqual(events.filter((event) => event === `ButtonPress 1 ${at}`).length, 2)
    })
  )

  withDesktop("drags with a button held", (desktop, machine) =>
    Effect.gen(function* () {
      const { centre, until } = yield* observe(desktop, machine)
      const to = { x: centre.x + 40, y: centre.y - 20 }
      yield* desktop.drag(centre, to, "right")
      const all = yield* until(`ButtonRelease 3 (${to.x},${to.y})`)
      const events = all.slice(all.indexOf(`ButtonPress 3 (${centre.x},${centre.y})`))
      assert.strictEqual(events[0], `ButtonPress 3 (${centre.x},${centre.y})`)
      assert.include(events, `MotionNotify (${centre.x + 20},${centre.y - 10})`)
      assert.strictEqual(events.at(-1), `ButtonRelease 3 (${to.x},${to.y})`)
    })
  )

  withDesktop("turns its wheel as often as it is told to", (desktop, machine) =>
    Effect.gen(function* () {
      const { centre, until } = yield* observe(desktop, machine)
      const at = `(${centre.x},${centre.y})`
      for (const [direction, number, amount] of [
        ["up", 4, 1],
        ["down", 5, 120],
        ["left", 6, 2],
        ["right", 7, 3]
      ] as const) {
        yield* desktop.scroll(centre, direction, amount)
        yield* desktop.click(centre, "left")
        const events = yield* until(`ButtonRelease 1 ${at}`)
        assert.strictEqual(events.filter((event) => event === `ButtonPress ${number} ${at}`).length, amount)
      }
    })
  )

  withDesktop("stays on the screen", (desktop) =>
    Effect.gen(function* () {
      const inside = { x: 0, y: 719 }
      yield* desktop.move(inside)
      for (const outside of [
        { x: 1280, y: 0 },
        { x: 0, y: 720 },
        { x: -1, y: 0 },
        { x: 1.5, y: 0 }
      ]) {
        assert.strictEqual(yield* reasonOf(desktop.move(outside)), "Invalid")
        assert.strictEqual(yield* reasonOf(desktop.click(outside, "left")), "Invalid")
        assert.strictEqual(yield* reasonOf(desktop.scroll(outside, "up", 1)), "Invalid")
        assert.strictEqual(yield* reasonOf(desktop.drag(outside, inside, "left")), "Invalid")
        assert.strictEqual(yield* reasonOf(desktop.drag(inside, outside, "left")), "Invalid")
      }
      assert.strictEqual(yield* reasonOf(desktop.scroll(inside, "up", -1)), "Invalid")
      assert.deepStrictEqual(yield* desktop.cursor, inside)
    })
  )
})

describe("the desktop: keys", () => {
  withDesktop("of every name reach the program that has the focus", (desktop, machine) =>
    Effect.gen(function* () {
      const { until } = yield* observe(desktop, machine)
      const names = Object.values(KeyName.groups).flatMap((group) => Object.keys(group))
      // Those that change what later keys mean are pressed twice, which undoes it.
      const locks = ["CapsLock", "NumLock", "ScrollLock"]
      for (const name of [...names, ...locks]) yield* desktop.press([name], false)
      yield* desktop.press(["z"], false)
      const events = yield* until("KeyRelease z")
      const pressed = events.filter((event) => event.startsWith("KeyPress"))
      assert.notInclude(pressed.join(), "NoSymbol")
      assert.strictEqual(pressed.length, names.length + locks.length + 1)
      for (const keysym of ["Control_L", "Return", "Escape", "Prior", "Left", "F1", "F12", "F24", "minus"]) {
        assert.include(pressed, `KeyPress ${keysym}`)
      }
    })
  )

  withDesktop("are pressed together, and released in the opposite order", (desktop, machine) =>
    Effect.gen(function* () {
      const { until } = yield* observe(desktop, machine)
      yield* desktop.press(["CTRL", "Shift", "X"], false)
      const events = yield* until("KeyRelease Control_L")
      assert.deepStrictEqual(events, [
        "KeyPress Control_L",
        "KeyPress Shift_L",
        "KeyPress X",
        "KeyRelease X",
        "KeyRelease Shift_L",
        "KeyRelease Control_L"
      ])
    })
  )

  withDesktop("that are held stay down until they are released", (desktop, machine) =>
    Effect.gen(function* () {
      const { until } = yield* observe(desktop, machine)
      yield* desktop.press(["Shift"], true)
      // Longer than keyboards take to begin with repetitions, which would make typing on a busy machine uncertain.
      yield* desktop.press(["b"], true)
      yield* Effect.sleep("1 second")
      yield* desktop.release(["b"])
      assert.deepStrictEqual(yield* until("KeyRelease B"), ["KeyPress Shift_L", "KeyPress B", "KeyRelease B"])
      yield* desktop.press(["a"], false)
      const events = yield* until("KeyRelease A")
      assert.deepStrictEqual(events, ["KeyPress A", "KeyRelease A"])
      yield* desktop.release(["SHIFT"])
      yield* desktop.press(["a"], false)
      assert.deepStrictEqual(yield* until("KeyRelease a"), [
        "KeyRelease Shift_L",
        "KeyPress a",
        "KeyRelease a"
      ])
    })
  )

  withDesktop("do what programs do on them", (desktop, machine) =>
    Effect.gen(function* () {
      yield* desktop.start({ command: recorder("/tmp/typed") })
      yield* desktop.press(["Ctrl", "d"], false)
      yield* desktop.press(["ArrowUp"], false)
      yield* desktop.press(["ü"], false)
      yield* eventuallyText(machine, "/tmp/typed", (typed) => typed === "\u0004\u001b[Aü")
      yield* desktop.press(["Alt", "F4"], false)
      yield* eventually(Effect.filterOrFail(desktop.windows, ({ length }) => length === 0))
    })
  )

  withDesktop("that are none are refused before any is pressed", (desktop, machine) =>
    Effect.gen(function* () {
      const { until } = yield* observe(desktop, machine)
      for (const name of ["Hyper", "", "ab", "--clearmodifiers", "\u0007", "\ud800"]) {
        assert.strictEqual(yield* reasonOf(desktop.press(["b", name], false)), "Invalid", name)
        assert.strictEqual(yield* reasonOf(desktop.release([name])), "Invalid", name)
      }
      yield* desktop.press(["c"], false)
      assert.deepStrictEqual(yield* until("KeyRelease c"), ["KeyPress c", "KeyRelease c"])
    })
  )
})

describe("keysyms", () => {
  const right = <A, E>(result: Either.Either<A, E>) => Either.getOrThrow(result)

  it("stand for every name of a key, in any case", () => {
    for (const group of Object.values(KeyName.groups)) {
      for (const [name, spellings] of Object.entries(group)) {
        for (const spelling of [name, ...spellings, ...spellings.map((text) => text.toUpperCase())]) {
          assert.deepStrictEqual(right(Keys.named([spelling])), right(Keys.named([name])), spelling)
        }
      }
    }
    assert.deepStrictEqual(right(Keys.named(["control", "A", "É", "+", "esc", "F20", "minus"])), [
      "Control_L",
      "U0061",
      "U00C9",
      "U002B",
      "Escape",
      "F20",
      "U002D"
    ])
  })

  it("of a text are its characters, and line breaks are Enter", () => {
    assert.deepStrictEqual(right(Keys.typing("a\r\nb\n\r\t😀")), [
      "U0061",
      "Return",
      "U0062",
      "Return",
      "Return",
      "Tab",
      "U1F600"
    ])
  })

  it.prop("give back the text they are made of", [FastCheck.string({ unit: "binary" })], ([text]) => {
    const typed = Keys.typing(text)
    if (Either.isLeft(typed)) {
      assert.strictEqual(typed.left.reason, "Invalid")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
      assert.match(text, /[\u0000-\u0007\u000b\u000c\u000e-\u001a\u001c-\u001f\u0080-\u009f]/)
      return
    }
    const named: Record<string, string> = {
      Return: "\n",
      Tab: "\t",
      BackSpace: "\b",
      Escape: "\u001b",
      Delete: "\u007f"
    }
    const back = typed.right.map(
      (keysym) => named[keysym] ?? String.fromCodePoint(Number.parseInt(keysym.slice(1), 16))
    )
    assert.strictEqual(back.join(""), text.replace(/\r\n?/g, "\n"))
  })
})
