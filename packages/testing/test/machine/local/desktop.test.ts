import * as fs from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as LocalMachine from "../../../src/machine/LocalMachine.js"
import { Machines } from "../../../src/machine/Machine.js"
import { eventually } from "./host.js"
import { shell, TEST_LIMIT_MS, withMachine } from "./machine.js"
import {
  coloursIn,
  eventuallyText,
  onlyWindow,
  readPng,
  reasonOf,
  recorder,
  textOf,
  withDesktop
} from "./screen.js"

describe("the desktop: a session", () => {
  withMachine("has one, started once for all who ask at first", (machine) =>
    Effect.gen(function* () {
      yield* Effect.all(
        Array.from({ length: 4 }, () => machine.desktop),
        { concurrency: "unbounded" }
      )
      assert.strictEqual((yield* shell(machine, "pgrep -xc Xvfb; pgrep -xc openbox")).stdout, "1\n1\n")
    })
  )

  withDesktop("knows its size", (desktop) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* desktop.screen, { width: 1280, height: 720, dpiScalingFactor: 1 })
    })
  )

  withMachine("tells its commands and its code where it is", (machine) =>
    Effect.gen(function* () {
      const code = "import os; print(os.environ['DISPLAY'])"
      const before = yield* machine.runCode({ language: "python", code, timeoutMs: 30_000 })
      const desktop = yield* machine.desktop
      assert.strictEqual(before.stdout, (yield* shell(machine, "echo $DISPLAY")).stdout)
      yield* shell(machine, "xterm -T 'from a command' -e sleep 1000 &")
      const window = yield* eventually(
        Effect.filterOrFail(desktop.windows, (windows) => windows.length === 1)
      )
      assert.strictEqual(window[0]?.title, "from a command")
    })
  )

  withDesktop("starts it anew when it was ended", (desktop, machine) =>
    Effect.gen(function* () {
      yield* desktop.start({ command: "xterm" })
      for (const program of ["openbox", "Xvfb"]) {
        yield* shell(machine, `pkill -KILL -x ${program}`)
        yield* eventually(Effect.flatMap(machine.desktop, ({ cursor }) => cursor))
        yield* eventually(desktop.start({ command: "xterm -T again -e sleep 1000" }))
        assert.isTrue((yield* desktop.windows).some(({ title }) => title === "again"))
      }
    })
  )
})

describe("the desktop: a text", () => {
  withDesktop("that is typed arrives as it was given", (desktop, machine) =>
    Effect.gen(function* () {
      yield* desktop.start({ command: recorder("/tmp/typed") })
      const text =
        `-e --help "double" 'single' $HOME \`id\` $(id) \\ # ; & | <> ~ % * ? [a] {b}\t!\r\n` +
        "ÄÖÜ äöü ß € – „so“ ŝĉ ñ Ω Ж ١ א ก 中文字 日本語 한국어 😀 👩‍💻 e\u0301 \u00a0|\n"
      yield* desktop.type(text)
      const expected = text.replaceAll("\r\n", "\r").replaceAll("\n", "\r")
      yield* eventuallyText(machine, "/tmp/typed", (typed) => typed.length >= expected.length)
      assert.strictEqual(yield* textOf(machine, "/tmp/typed"), expected)
    })
  )

  withDesktop("may have more different characters than the keyboard has keys", (desktop, machine) =>
    Effect.gen(function* () {
      yield* desktop.start({ command: recorder("/tmp/typed") })
      const text = Array.from({ length: 300 }, (_, index) =>
        String.fromCodePoint(0x4e00 + ((index * 7) % 290))
      ).join("")
      yield* desktop.type(text)
      yield* eventuallyText(machine, "/tmp/typed", (typed) => typed.length >= text.length)
      assert.strictEqual(yield* textOf(machine, "/tmp/typed"), text)
    })
  )

  withDesktop("that no keyboard types is refused before any of it is", (desktop, machine) =>
    Effect.gen(function* () {
      yield* desktop.start({ command: recorder("/tmp/typed") })
      for (const text of ["a\u0000", "b\u0007", "c\ud800"]) {
        assert.strictEqual(yield* reasonOf(desktop.type(text)), "Invalid")
      }
      yield* desktop.type("d")
      yield* eventuallyText(machine, "/tmp/typed", (typed) => typed.length > 0)
      assert.strictEqual(yield* textOf(machine, "/tmp/typed"), "d")
    })
  )

  withDesktop("is no longer typed when its fiber is interrupted", (desktop, machine) =>
    Effect.gen(function* () {
      const total = 50_000
      yield* desktop.start({ command: recorder("/tmp/typed") })
      const typing = yield* Effect.fork(desktop.type("a".repeat(total)))
      yield* eventuallyText(machine, "/tmp/typed", (typed) => typed.length > 100)
      yield* Fiber.interrupt(typing)
      yield* desktop.type("END")
      yield* eventuallyText(machine, "/tmp/typed", (typed) => typed.endsWith("D"))
      const typed = yield* textOf(machine, "/tmp/typed")
      assert.match(typed, /^a+END$/)
      assert.isBelow(typed.length, total)
    })
  )

  withDesktop("shows in the window it is typed into, and in pictures of the screen", (desktop, machine) =>
    Effect.gen(function* () {
      // The terminal sets its title, reads a line, and then has its screen printed, which is what it shows.
      const script =
        'printf "\\033]2;ready\\007"; read line; printf "\\033]2;%s\\007\\033[i" "$line"; sleep 1000'
      yield* machine.write("/tmp/script", new TextEncoder().encode(script), "overwrite")
      const empty = readPng((yield* desktop.screenshot("png")).bytes)
      yield* desktop.start({
        command: "xterm -bg white -fg '#102030' -xrm '*printerCommand: cat >/tmp/shown' -e sh /tmp/script"
      })
      const window = yield* eventually(
        Effect.filterOrFail(onlyWindow(desktop), ({ title }) => title === "ready")
      )
      const inside = {
        x: window.x + 10,
        y: window.y + 30,
        width: window.width - 20,
        height: window.height - 40
      }
      assert.strictEqual(coloursIn(empty, inside).size, 1)
      const inkIn = (picture: Uint8Array) => coloursIn(readPng(picture), inside).get(0x102030) ?? 0
      const before = yield* eventually(
        Effect.filterOrFail(desktop.screenshot("png"), ({ bytes }) =>
          coloursIn(readPng(bytes), inside).has(0xffffff)
        )
      )
      yield* desktop.type("words on the screen")
      yield* eventually(
        Effect.filterOrFail(desktop.screenshot("png"), ({ bytes }) => inkIn(bytes) > inkIn(before.bytes) + 50)
      )
      yield* desktop.press(["Enter"], false)
      yield* eventuallyText(machine, "/tmp/shown", (shown) => shown.includes("words on the screen"))
      yield* eventually(
        Effect.filterOrFail(onlyWindow(desktop), ({ title }) => title === "words on the screen")
      )
    })
  )
})

describe("the desktop: a picture", () => {
  withDesktop("is a file of the format that was asked for", (desktop) =>
    Effect.gen(function* () {
      const [png, jpeg] = yield* Effect.all([desktop.screenshot("png"), desktop.screenshot("jpeg")], {
        concurrency: 2
      })
      assert.deepStrictEqual([png.format, png.width, png.height], ["png", 1280, 720])
      const { height, width } = readPng(png.bytes)
      assert.deepStrictEqual([width, height], [1280, 720])
      assert.deepStrictEqual([jpeg.format, jpeg.width, jpeg.height], ["jpeg", 1280, 720])
      assert.strictEqual(Buffer.from(jpeg.bytes.subarray(0, 3)).toString("hex"), "ffd8ff")
      assert.strictEqual(Buffer.from(jpeg.bytes.subarray(-2)).toString("hex"), "ffd9")
    })
  )
})

describe("the desktop: sessions", () => {
  it.scopedLive(
    "side by side have each their own at the same place",
    () =>
      Effect.gen(function* () {
        const machines = yield* Machines
        const [first, second] = yield* Effect.all(
          ["s-first", "s-second"].map((sessionId) => machines.make({ sessionId, imageId: "linux_latest" })),
          { concurrency: 2 }
        )
        if (first === undefined || second === undefined) return assert.fail("two machines were asked for")
        const [one, two] = yield* Effect.all([first.desktop, second.desktop], { concurrency: 2 })
        const place = "echo $DISPLAY; ls /tmp/.X11-unix"
        assert.deepStrictEqual(yield* shell(first, place), yield* shell(second, place))
        const empty = yield* two.screenshot("png")
        yield* one.start({ command: recorder("/tmp/typed") })
        yield* one.type("mine")
        yield* one.move({ x: 11, y: 12 })
        yield* eventuallyText(first, "/tmp/typed", (typed) => typed === "mine")
        assert.deepStrictEqual(yield* two.windows, [])
        assert.isTrue(Option.isNone(yield* two.activeWindow))
        assert.notDeepEqual(yield* two.cursor, { x: 11, y: 12 })
        assert.strictEqual(Buffer.compare((yield* two.screenshot("png")).bytes, empty.bytes), 0)
        assert.strictEqual(yield* reasonOf(second.read("/tmp/typed", 0, 0)), "NotFound")
        yield* two.start({ command: recorder("/tmp/typed") })
        yield* Effect.all([one.type("+".repeat(200)), two.type("-".repeat(200))], { concurrency: 2 })
        yield* eventuallyText(first, "/tmp/typed", (typed) => typed === `mine${"+".repeat(200)}`)
        yield* eventuallyText(second, "/tmp/typed", (typed) => typed === "-".repeat(200))
      }).pipe(Effect.provide(LocalMachine.layer())),
    TEST_LIMIT_MS
  )

  /** The processes of the host that are in a process namespace. */
  const processesIn = (namespace: string) =>
    fs.readdirSync("/proc").filter((name) => {
      try {
        return /^\d+$/.test(name) && fs.readlinkSync(`/proc/${name}/ns/pid`) === namespace
      } catch {
        return false
      }
    })

  it.live(
    "that close leave no process behind",
    () =>
      Effect.gen(function* () {
        const machines = yield* Machines
        const scope = yield* Scope.make()
        const machine = yield* Scope.extend(
          machines.make({ sessionId: "s-closed", imageId: "linux_latest" }),
          scope
        )
        const desktop = yield* machine.desktop
        yield* desktop.start({ command: "xterm" })
        const namespace = (yield* shell(machine, "readlink /proc/self/ns/pid")).stdout.trim()
        // bubblewrap, the agent, the X server, the window manager, the terminal and its shell.
        assert.isAtLeast(processesIn(namespace).length, 6)
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual(processesIn(namespace), [])
        assert.strictEqual(yield* reasonOf(desktop.cursor), "Stopped")
        assert.strictEqual(yield* reasonOf(machine.desktop), "Stopped")
      }).pipe(Effect.provide(LocalMachine.layer())),
    TEST_LIMIT_MS
  )
})
