import { assert, describe, it } from "@effect/vitest"
import { KeyCode } from "@effect-agentbay/core/KeyCode"
import * as Effect from "effect/Effect"
import { unzlibSync } from "fflate"
import { decode as decodeJpeg } from "jpeg-js"
import type { Android, AndroidElement } from "../../../src/machine/Android.js"
import * as InMemoryMachine from "../../../src/machine/InMemoryMachine.js"
import { type Machine, type MachineError, Machines } from "../../../src/machine/Machine.js"
import { reason, run, stdout } from "./support.js"

const notes = "com.example.notes"

const newMachine = (imageId: string) =>
  Effect.flatMap(Machines, (machines) => machines.make({ sessionId: "s-android", imageId }))

const withAndroid = (
  title: string,
  body: (android: Android, machine: Machine) => Effect.Effect<void, MachineError>
): void =>
  it.scoped(title, () =>
    Effect.gen(function* () {
      const machine = yield* newMachine("mobile_latest")
      yield* body(yield* machine.android, machine)
    }).pipe(Effect.provide(InMemoryMachine.layer))
  )

const flatten = (elements: ReadonlyArray<AndroidElement>): ReadonlyArray<AndroidElement> =>
  elements.flatMap((element) => [element, ...flatten(element.children)])

const all = (android: Android) => Effect.map(android.elements, flatten)

const texts = (android: Android) => Effect.map(all(android), (elements) => elements.map(({ text }) => text))

/** Taps the middle of the element with this text or description. */
const tap = (android: Android, what: string) =>
  Effect.flatMap(all(android), (elements) => {
    const found = elements.find(
      ({ contentDescription, isClickable, text }) => isClickable && [text, contentDescription].includes(what)
    )
    assert(found !== undefined, `${what} is not shown`)
    const { bottom, left, right, top } = found.bounds
    return android.tap({ x: Math.floor((left + right) / 2), y: Math.floor((top + bottom) / 2) })
  })

const openNotes = (android: Android) => android.start({ command: `monkey -p ${notes} 1` })

describe("the screen", () => {
  withAndroid("begins with the icons of the launcher", (android) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* android.screen, { width: 720, height: 1280, density: 160 })
      assert.includeMembers([...(yield* texts(android))], ["Settings", "Notes", "Browser"])
      const state = yield* android.inspect
      assert.strictEqual(state.foreground.packageName, "com.android.launcher3")
    })
  )

  withAndroid("no two things that can be touched lie on each other, and all lie on the screen", (android) =>
    Effect.gen(function* () {
      for (const name of ["com.android.launcher3", "com.android.settings", notes, "com.example.browser"]) {
        yield* android.start({ command: name })
        const places = (yield* all(android)).filter(({ isClickable }) => isClickable)
        assert.isNotEmpty(places)
        for (const [index, { bounds: one }] of places.entries()) {
          assert.isTrue(one.left >= 0 && one.top >= 0 && one.right <= 720 && one.bottom <= 1280)
          for (const { bounds: other } of places.slice(index + 1)) {
            const apart =
              one.right <= other.left ||
              other.right <= one.left ||
              one.bottom <= other.top ||
              other.bottom <= one.top
            assert.isTrue(apart, `${JSON.stringify(one)} ${JSON.stringify(other)}`)
          }
        }
      }
    })
  )

  withAndroid("points outside are refused", (android) =>
    Effect.gen(function* () {
      for (const point of [
        { x: 720, y: 0 },
        { x: 0, y: 1280 },
        { x: -1, y: 5 }
      ]) {
        assert.strictEqual(yield* reason(android.tap(point)), "Invalid")
        assert.strictEqual(yield* reason(android.swipe({ x: 1, y: 1 }, point, 100)), "Invalid")
      }
    })
  )
})

describe("applications", () => {
  withAndroid("open by icon and by command, and close", (android) =>
    Effect.gen(function* () {
      yield* tap(android, "Notes")
      assert.strictEqual((yield* android.inspect).foreground.packageName, notes)
      yield* android.sendKey(KeyCode.HOME)
      const started = yield* openNotes(android)
      assert.deepStrictEqual(
        started.map(({ name }) => name),
        [notes]
      )
      assert.deepStrictEqual(yield* openNotes(android), started)
      yield* android.stopByCommand(notes)
      const { foreground, running } = yield* android.inspect
      assert.strictEqual(foreground.packageName, "com.android.launcher3")
      assert.notInclude(running, notes)
      assert.strictEqual(yield* reason(android.stopByCommand(notes)), "NotFound")
      assert.notDeepEqual(yield* openNotes(android), started)
    })
  )

  withAndroid("at an activity, by its short or its whole name", (android) =>
    Effect.gen(function* () {
      const settings = "com.android.settings"
      const command = `monkey -p ${settings} 1`
      for (const activity of [".AboutActivity", `${settings}/.AboutActivity`, `${settings}.AboutActivity`]) {
        yield* android.start({ command, activity })
        assert.strictEqual((yield* android.inspect).foreground.activity, ".AboutActivity")
        yield* android.stopByCommand(settings)
      }
      assert.strictEqual(yield* reason(android.start({ command, activity: ".NoSuch" })), "NotFound")
      yield* android.start({ command: `am start -n ${settings}/.DisplayActivity` })
      assert.strictEqual((yield* android.inspect).foreground.activity, ".DisplayActivity")
    })
  )

  withAndroid("what is not there, and what is no command, is refused", (android) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* reason(android.start({ command: "monkey -p com.none 1" })), "NotFound")
      assert.strictEqual(yield* reason(android.start({ command: "com.android.systemui" })), "NotFound")
      for (const command of ["", "rm -rf /", "monkey", "am force-stop x"]) {
        assert.strictEqual(yield* reason(android.start({ command })), "Invalid", command)
      }
    })
  )

  withAndroid(
    "Back leads through the screens to the launcher; Overview to the application before",
    (android) =>
      Effect.gen(function* () {
        yield* tap(android, "Settings")
        yield* tap(android, "Apps")
        assert.include(yield* texts(android), "Notes")
        yield* tap(android, "Back")
        assert.strictEqual((yield* android.inspect).foreground.activity, ".SettingsActivity")
        yield* android.sendKey(KeyCode.BACK)
        assert.strictEqual((yield* android.inspect).foreground.packageName, "com.android.launcher3")
        yield* android.sendKey(KeyCode.BACK)
        yield* tap(android, "Settings")
        yield* tap(android, "Home")
        yield* tap(android, "Notes")
        yield* tap(android, "Overview")
        assert.strictEqual((yield* android.inspect).foreground.packageName, "com.android.settings")
      })
  )

  withAndroid("switches switch", (android) =>
    Effect.gen(function* () {
      yield* android.start({ command: "com.android.settings", activity: ".DisplayActivity" })
      const isDark = Effect.map(all(android), (elements) => elements.some(({ isChecked }) => isChecked))
      assert.isFalse(yield* isDark)
      yield* tap(android, "Dark theme")
      assert.isTrue(yield* isDark)
    })
  )
})

describe("text", () => {
  withAndroid("goes to the field that was touched, and nowhere else", (android) =>
    Effect.gen(function* () {
      yield* openNotes(android)
      assert.strictEqual(yield* reason(android.type("lost")), "Invalid")
      yield* tap(android, "New note")
      yield* android.type("milk 🥛")
      assert.strictEqual((yield* android.inspect).focusedText, "milk 🥛")
      yield* tap(android, "Add")
      assert.include(yield* texts(android), "milk 🥛")
      assert.strictEqual((yield* android.inspect).focusedText, "")
    })
  )

  withAndroid("is written and edited by keys", (android) =>
    Effect.gen(function* () {
      yield* openNotes(android)
      yield* android.sendKey(KeyCode.A)
      yield* tap(android, "New note")
      const keys = [
        "A",
        "B",
        "DEL",
        "SPACE",
        "DIGIT_7",
        "NUMPAD_3",
        "AT",
        "DPAD_LEFT",
        "FORWARD_DEL"
      ] as const
      for (const key of keys) yield* android.sendKey(KeyCode[key])
      assert.strictEqual((yield* android.inspect).focusedText, "a 73")
      yield* android.sendKey(KeyCode.ENTER)
      assert.include(yield* texts(android), "a 73")
      yield* android.type("x")
      yield* android.sendKey(KeyCode.CLEAR)
      assert.strictEqual((yield* android.inspect).focusedText, "")
    })
  )

  withAndroid("is replaced after a long press; lines end with Enter", (android) =>
    Effect.gen(function* () {
      yield* openNotes(android)
      yield* tap(android, "New note")
      yield* android.type("old")
      const at = { x: 100, y: 200 }
      yield* android.swipe(at, at, 600)
      yield* android.type("new\nsecond")
      assert.include(yield* texts(android), "new")
      assert.strictEqual((yield* android.inspect).focusedText, "second")
    })
  )

  withAndroid("notes open and are deleted", (android) =>
    Effect.gen(function* () {
      yield* openNotes(android)
      yield* tap(android, "New note")
      yield* android.type("one\ntwo\n")
      yield* tap(android, "one")
      yield* tap(android, "Delete")
      const shown = yield* texts(android)
      assert.include(shown, "two")
      assert.notInclude(shown, "one")
    })
  )
})

describe("scrolling", () => {
  withAndroid("moves the list under the finger, between its ends", (android) =>
    Effect.gen(function* () {
      yield* tap(android, "Settings")
      assert.notInclude(yield* texts(android), "About phone")
      const before = flatten(yield* android.elements).find(({ text }) => text === "Display")
      yield* android.swipe({ x: 300, y: 1000 }, { x: 310, y: 900 }, 300)
      const after = flatten(yield* android.elements).find(({ text }) => text === "Display")
      assert.strictEqual((before?.bounds.top ?? 0) - (after?.bounds.top ?? 0), 100)
      for (const _ of [1, 2, 3]) yield* android.swipe({ x: 300, y: 1000 }, { x: 300, y: 200 }, 300)
      yield* tap(android, "About phone")
      yield* android.sendKey(KeyCode.BACK)
      for (const _ of [1, 2, 3]) yield* android.sendKey(KeyCode.PAGE_UP)
      assert.include(yield* texts(android), "Network and internet")
    })
  )

  withAndroid("a finger beside the list, or one that goes sideways, scrolls nothing", (android) =>
    Effect.gen(function* () {
      yield* tap(android, "Settings")
      const before = yield* texts(android)
      yield* android.swipe({ x: 300, y: 60 }, { x: 300, y: 10 }, 300)
      yield* android.swipe({ x: 300, y: 600 }, { x: 10, y: 590 }, 300)
      assert.deepStrictEqual(yield* texts(android), before)
      // A finger that hardly moves is a tap.
      yield* android.swipe({ x: 300, y: 1000 }, { x: 302, y: 1003 }, 300)
      assert.notStrictEqual((yield* android.inspect).foreground.activity, ".SettingsActivity")
    })
  )
})

/** The grey pixels of a PNG of this model: eight bits, no filter. */
const greyOf = (bytes: Uint8Array): { width: number; height: number; rows: Uint8Array } => {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const length = view.getUint32(33)
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    rows: unzlibSync(bytes.subarray(41, 41 + length))
  }
}

describe("pictures", () => {
  withAndroid("show what is on the screen", (android) =>
    Effect.gen(function* () {
      const empty = yield* android.screenshot("png")
      const { height, rows, width } = greyOf(empty.bytes)
      assert.deepStrictEqual([width, height, rows.length], [720, 1280, 721 * 1280])
      assert.deepStrictEqual((yield* android.screenshot("png")).bytes, empty.bytes)
      yield* openNotes(android)
      const opened = yield* android.screenshot("png")
      assert.notDeepEqual(opened.bytes, empty.bytes)
      yield* tap(android, "New note")
      yield* android.type("a")
      assert.notDeepEqual((yield* android.screenshot("png")).bytes, opened.bytes)
      const jpeg = decodeJpeg((yield* android.screenshot("jpeg")).bytes)
      assert.deepStrictEqual([jpeg.width, jpeg.height], [720, 1280])
    })
  )

  withAndroid("long ones go as far as there is something, and as they may", (android) =>
    Effect.gen(function* () {
      const long = (maxScreens: number) => android.longScreenshot({ maxScreens, format: "png" })
      assert.strictEqual((yield* long(4)).height, 1280)
      yield* android.start({ command: "com.example.browser" })
      yield* tap(android, "A long article")
      assert.strictEqual((yield* long(2)).height, 2560)
      const whole = yield* long(10)
      assert.isAbove(whole.height, 2560)
      assert.isBelow(whole.height, 12_800)
      assert.deepStrictEqual(greyOf(whole.bytes).height, whole.height)
      yield* android.swipe({ x: 300, y: 1000 }, { x: 300, y: 500 }, 300)
      assert.strictEqual((yield* long(10)).height, whole.height - 500)
      const before = yield* android.screenshot("png")
      yield* long(10)
      assert.deepStrictEqual((yield* android.screenshot("png")).bytes, before.bytes)
      const [poor, good] = [
        yield* android.longScreenshot({ maxScreens: 2, format: "jpeg", quality: 5 }),
        yield* android.longScreenshot({ maxScreens: 2, format: "jpeg", quality: 95 })
      ]
      assert.isBelow(poor.bytes.length, good.bytes.length)
    })
  )

  withAndroid("of a screen that is off are black, and it feels nothing", (android) =>
    Effect.gen(function* () {
      yield* android.sendKey(KeyCode.POWER)
      assert.isTrue(greyOf((yield* android.screenshot("png")).bytes).rows.every((shade) => shade === 0))
      yield* tap(android, "Notes")
      assert.strictEqual((yield* android.inspect).foreground.packageName, "com.android.launcher3")
      yield* android.sendKey(KeyCode.WAKEUP)
      yield* tap(android, "Notes")
      assert.strictEqual((yield* android.inspect).foreground.packageName, notes)
    })
  )
})

describe("the shell", () => {
  withAndroid("properties are set and read; those of the build are fixed", (_, machine) =>
    Effect.gen(function* () {
      yield* run(machine, "setprop persist.a.b 'x y'")
      assert.strictEqual(yield* stdout(machine, "getprop persist.a.b"), "x y\n")
      assert.strictEqual(yield* stdout(machine, "getprop none fallback"), "fallback\n")
      assert.include(yield* stdout(machine, "getprop"), "[persist.a.b]: [x y]\n")
      const refused = yield* run(machine, "setprop ro.product.model Mine")
      assert.notStrictEqual(refused.exitCode, 0)
      assert.strictEqual((yield* run(machine, "setprop only-a-name")).exitCode, 1)
    })
  )

  withAndroid("the size of the screen changes what is shown", (android, machine) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* stdout(machine, "wm size"), "Physical size: 720x1280\n")
      yield* run(machine, "wm size 1080x2400 && wm density 320")
      assert.include(yield* stdout(machine, "wm size; wm density"), "Override size: 1080x2400\n")
      assert.deepStrictEqual(yield* android.screen, { width: 1080, height: 2400, density: 320 })
      assert.strictEqual((yield* android.screenshot("png")).height, 2400)
      yield* run(machine, "wm size reset; wm density reset")
      assert.deepStrictEqual(yield* android.screen, { width: 720, height: 1280, density: 160 })
      assert.strictEqual((yield* run(machine, "wm size 0x5")).exitCode, 255)
    })
  )

  withAndroid("a black list stops and refuses applications, a white list all others", (android, machine) =>
    Effect.gen(function* () {
      yield* openNotes(android)
      yield* run(
        machine,
        `echo ${notes} > /data/system/pm_blacklist.txt; setprop rw.wy.pm_blacklist.refresh 1; setprop persist.wy.pm_blacklist.switch 1`
      )
      const state = yield* android.inspect
      assert.notInclude(state.running, notes)
      assert.deepStrictEqual(state.applicationRule, { kind: "Black", packages: [notes] })
      assert.strictEqual(yield* reason(openNotes(android)), "PermissionDenied")
      assert.strictEqual((yield* run(machine, `monkey -p ${notes} 1`)).exitCode, 252)
      yield* tap(android, "Notes")
      assert.strictEqual((yield* android.inspect).foreground.packageName, "com.android.launcher3")
      yield* android.start({ command: "com.example.browser" })
      yield* run(
        machine,
        `echo ${notes} > /data/system/pm_whitelist.txt; setprop rw.wy.pm_whitelist.refresh 1; setprop persist.wy.pm_blacklist.switch 2`
      )
      yield* openNotes(android)
      assert.strictEqual(yield* reason(android.start({ command: "com.example.browser" })), "PermissionDenied")
      yield* run(machine, "setprop persist.wy.pm_blacklist.switch 0")
      yield* android.start({ command: "com.example.browser" })
    })
  )

  withAndroid("packages are listed and removed, unless they are protected", (android, machine) =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* stdout(machine, "pm list packages -3"),
        "package:com.example.browser\npackage:com.example.notes\n"
      )
      for (const protect of [
        `echo ${notes} > /data/system/pm_lock.conf; setprop persist.wy.pm_lock.trigger 1700000000`,
        `setprop persist.wy.pm_lock ${notes};com.other`
      ]) {
        yield* run(machine, protect.replace(/;com/, "\\;com"))
        const refused = yield* run(machine, `pm uninstall ${notes}`)
        assert.deepInclude(refused, { exitCode: 1, stdout: "Failure [DELETE_FAILED_INTERNAL_ERROR]\n" })
      }
      assert.deepStrictEqual((yield* android.inspect).uninstallLocked, [notes, "com.other"])
      yield* run(machine, "setprop persist.wy.pm_lock none")
      assert.strictEqual(yield* stdout(machine, `pm uninstall ${notes}`), "Success\n")
      assert.notInclude(yield* texts(android), "Notes")
      assert.strictEqual(yield* reason(openNotes(android)), "NotFound")
      assert.strictEqual((yield* run(machine, "pm uninstall com.android.settings")).exitCode, 1)
    })
  )

  withAndroid("the navigation bar changes when its owner restarts", (android, machine) =>
    Effect.gen(function* () {
      const bar = Effect.map(all(android), (elements) =>
        elements.some(({ contentDescription }) => contentDescription === "Overview")
      )
      yield* run(machine, "setprop persist.wy.hasnavibar false")
      assert.isTrue(yield* bar)
      const before = yield* stdout(machine, "pidof com.android.systemui")
      yield* run(machine, "killall com.android.systemui")
      assert.isFalse(yield* bar)
      assert.isFalse((yield* android.inspect).hasNavigationBar)
      const after = yield* stdout(machine, "pidof com.android.systemui")
      assert.match(after, /^\d+\n$/)
      assert.notStrictEqual(after, before)
      assert.strictEqual((yield* run(machine, "killall com.none")).exitCode, 1)
      assert.strictEqual((yield* run(machine, "pidof com.none")).exitCode, 1)
    })
  )

  withAndroid("the description of another device is applied, in the parts asked for", (android, machine) =>
    Effect.gen(function* () {
      const description = {
        version: "1",
        properties: { "ro.product.model": "Other", "persist.x": 5 },
        packages: ["com.added", { packageName: "com.added.too" }]
      }
      yield* machine.write("/data/d.json", new TextEncoder().encode(JSON.stringify(description)), "overwrite")
      yield* run(machine, "wya apply /data/d.json")
      const first = yield* android.inspect
      assert.strictEqual(first.properties["ro.product.model"], "Other")
      assert.strictEqual(first.properties["persist.x"], "5")
      assert.notInclude(first.installed, "com.added")
      assert.deepStrictEqual(first.simulated, ["properties"])
      yield* run(machine, "wya apply -all /data/d.json")
      const { installed, simulated } = yield* android.inspect
      assert.includeMembers([...installed], ["com.added", "com.added.too"])
      assert.deepStrictEqual(simulated, ["properties", "sensors", "packages", "services"])
      yield* android.start({ command: "com.android.settings", activity: ".AboutActivity" })
      assert.include(yield* texts(android), "Model: Other")
      yield* run(machine, "echo no > /data/bad.json")
      for (const line of [
        "wya apply /none",
        "wya apply /data/bad.json",
        "wya apply -full /data/d.json",
        "wya"
      ]) {
        const refused = yield* run(machine, line)
        assert.strictEqual(refused.exitCode, 1, line)
        assert.isNotEmpty(refused.stderr)
      }
    })
  )

  withAndroid("fingers and keys can be moved from the shell, too", (android, machine) =>
    Effect.gen(function* () {
      yield* run(machine, `am start -n ${notes}/.MainActivity`)
      yield* run(machine, "input tap 100 200; input text one%stwo; input keyevent KEYCODE_ENTER")
      assert.include(yield* texts(android), "one two")
      yield* run(machine, "input swipe 300 900 300 500; input keyevent 3")
      assert.strictEqual((yield* android.inspect).foreground.packageName, "com.android.launcher3")
      yield* run(machine, `am force-stop ${notes}`)
      assert.notInclude((yield* android.inspect).running, notes)
      for (const line of ["input tap x", "input keyevent NONE", "input text lost", "am", "pm x", "wm"]) {
        assert.notStrictEqual((yield* run(machine, line)).exitCode, 0, line)
      }
    })
  )
})

describe("other keys", () => {
  withAndroid("change the volume within its limits; unknown ones do nothing", (android) =>
    Effect.gen(function* () {
      for (let count = 0; count < 20; count++) yield* android.sendKey(KeyCode.VOLUME_UP)
      assert.strictEqual((yield* android.inspect).volume, 15)
      yield* android.sendKey(KeyCode.VOLUME_MUTE)
      yield* android.sendKey(KeyCode.VOLUME_DOWN)
      assert.strictEqual((yield* android.inspect).volume, 0)
      const before = yield* android.inspect
      for (const code of [82, 999, -1]) yield* android.sendKey(code)
      assert.deepStrictEqual(yield* android.inspect, before)
    })
  )
})

it.scoped("only mobile images are Android devices, and only they know its programs", () =>
  Effect.gen(function* () {
    for (const imageId of ["linux_latest", "imgc-custom", "browser_latest"]) {
      const machine = yield* newMachine(imageId)
      const error = yield* Effect.flip(machine.android)
      assert.strictEqual(error.reason, "Invalid")
      assert.include(error.message, "mobile_latest")
      assert.strictEqual((yield* run(machine, "getprop")).exitCode, 127)
    }
  }).pipe(Effect.provide(InMemoryMachine.layer))
)

withAndroid("a device has no desktop", (_, machine) =>
  Effect.map(reason(machine.desktop), (why) => assert.strictEqual(why, "Invalid"))
)

it.effect("a device is gone with its machine", () =>
  Effect.gen(function* () {
    const android = yield* Effect.scoped(
      Effect.flatMap(newMachine("mobile_latest"), (machine) => machine.android)
    )
    for (const operation of [android.elements, android.screenshot("png"), android.tap({ x: 1, y: 1 })]) {
      assert.strictEqual(yield* reason<unknown>(operation), "Stopped")
    }
  }).pipe(Effect.provide(InMemoryMachine.layer))
)
