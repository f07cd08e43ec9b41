import { describe, it } from "@effect/vitest"
import { KeyCode, SessionMobile } from "@effect-agentbay/core"
import { Effect, Option } from "effect"
import { assert, hasFields } from "../support/assertions.js"
import { type Answer, answer, failed, makeFakeSession, type Options } from "../support/FakeSession.js"

const names = [
  "tap",
  "swipe",
  "send_key",
  "input_text",
  "get_clickable_ui_elements",
  "get_all_ui_elements",
  "get_installed_apps",
  "start_app",
  "stop_app_by_cmd",
  "shell"
]

const answering = (reply: Answer | ((index: number) => Answer), options: Options = {}) =>
  Effect.map(
    makeFakeSession({
      tools: names,
      intercept: (_, __, index) => Effect.succeed(typeof reply === "function" ? reply(index) : reply),
      ...options
    }),
    (session) => ({ ...session, mobile: SessionMobile.make(session.runtime) })
  )

const invalidArgument = (field: string) => (error: { readonly _tag: string }) =>
  hasFields(error, { _tag: "InvalidArgument", field })

const ran = answer('{"stdout":"","stderr":"","exit_code":0}')

describe("touch and keys", () => {
  it.scoped("travel under the names of the tools, in pixels and milliseconds", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering(answer("true"))
      yield* mobile.tap(10, 20)
      yield* mobile.swipe(1, 2, 3, 4)
      yield* mobile.swipe(1, 2, 1, 2, { duration: "1 seconds" })
      yield* mobile.inputText("hi 世界")
      assert.deepStrictEqual(calls, [
        { tool: "tap", args: { x: 10, y: 20 } },
        { tool: "swipe", args: { start_x: 1, start_y: 2, end_x: 3, end_y: 4, duration_ms: 300 } },
        { tool: "swipe", args: { start_x: 1, start_y: 2, end_x: 1, end_y: 2, duration_ms: 1000 } },
        { tool: "input_text", args: { text: "hi 世界" } }
      ])
    })
  )

  it.scoped("keys go by name, by Android's own name and by code", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering(answer("true"))
      const keys = ["HOME", "BACK", "DIGIT_0", "A", "ENTER", "3D_MODE", "PROFILE_SWITCH"] as const
      for (const key of keys) yield* mobile.sendKey(key)
      for (const key of ["KEYCODE_HOME", "home", " Back ", "KEYCODE_7"]) yield* mobile.sendKey(key as "HOME")
      yield* mobile.sendKey(KeyCode.KeyCode.VOLUME_UP)
      yield* mobile.sendKey(1000)
      assert.deepStrictEqual(
        calls.map(({ args }) => args["key"]),
        [3, 4, 7, 29, 66, 206, 288, 3, 3, 4, 14, 24, 1000]
      )
    })
  )

  it.scoped("what cannot be meant is refused before anything is sent", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering(answer("true"))
      for (const bad of [1.5, Number.NaN, Number.POSITIVE_INFINITY, undefined as never, "1" as never]) {
        invalidArgument("x")(yield* Effect.flip(mobile.tap(bad, 0)))
        invalidArgument("endY")(yield* Effect.flip(mobile.swipe(0, 0, 0, bad)))
      }
      invalidArgument("duration")(yield* Effect.flip(mobile.swipe(0, 0, 1, 1, { duration: 0 })))
      for (const bad of ["HOMER", "3", "", "KEYCODE_", -1, 1.5, undefined, "toString"]) {
        invalidArgument("key")(yield* Effect.flip(mobile.sendKey(bad as never)))
      }
      invalidArgument("text")(yield* Effect.flip(mobile.inputText(5 as never)))
      assert.deepStrictEqual(calls, [])
    })
  )

  it.scoped("a tool that says no is a failure with its words", () =>
    Effect.gen(function* () {
      const { mobile } = yield* answering(failed("no touch screen"))
      for (const call of [mobile.tap(1, 1), mobile.swipe(1, 1, 2, 2), mobile.sendKey("HOME")]) {
        const error = yield* Effect.flip(call)
        hasFields(error, { _tag: "ToolError", sessionId: "s-fake", text: "no touch screen" })
        assert.match(error.message, /^SessionMobile\.(tap|swipe|sendKey): /)
      }
    })
  )
})

describe("the user interface", () => {
  const elements = JSON.stringify([
    {
      bounds: "0,66,720,160",
      text: "Settings",
      type: "clickable",
      contentDesc: "open",
      children: [{ bounds: "[0,0][10,21]", text: "inner" }]
    }
  ])

  it.scoped("one time to look for elements, whichever are asked for", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering(answer("[]"))
      yield* mobile.getClickableUIElements()
      yield* mobile.getAllUIElements()
      yield* mobile.getClickableUIElements({ timeout: "2 seconds" })
      assert.deepStrictEqual(calls, [
        { tool: "get_clickable_ui_elements", args: { timeout_ms: 5000 } },
        { tool: "get_all_ui_elements", args: { timeout_ms: 5000, format: "json" } },
        { tool: "get_clickable_ui_elements", args: { timeout_ms: 2000 } }
      ])
    })
  )

  it.scoped("elements have rectangles, children and everything else as it came", () =>
    Effect.gen(function* () {
      const { mobile } = yield* answering(answer(elements))
      for (const read of [mobile.getClickableUIElements(), mobile.getAllUIElements()]) {
        const [settings, inner, ...rest] = SessionMobile.flatten(yield* read)
        assert.deepStrictEqual(rest, [])
        hasFields(settings, { text: "Settings", type: "clickable", className: "", isParent: false })
        assert.deepStrictEqual(settings?.attributes, { contentDesc: "open" })
        assert.deepStrictEqual(Option.getOrNull(settings?.bounds ?? Option.none()), {
          left: 0,
          top: 66,
          right: 720,
          bottom: 160,
          width: 720,
          height: 94,
          centerX: 360,
          centerY: 113
        })
        hasFields(Option.getOrNull(inner?.bounds ?? Option.none()), { right: 10, bottom: 21, centerY: 10 })
      }
    })
  )

  it.scoped("XML is given as the text it is", () =>
    Effect.gen(function* () {
      const document = "<?xml version='1.0'?><hierarchy rotation=\"0\"/>"
      const { calls, mobile } = yield* answering(answer(document))
      assert.strictEqual(yield* mobile.getAllUIElements({ format: "xml" }), document)
      assert.strictEqual(yield* mobile.getAllUIElements({ format: " XML " as "xml" }), document)
      assert.deepStrictEqual(
        calls.map(({ args }) => args["format"]),
        ["xml", "xml"]
      )
    })
  )

  it.scoped("an unknown format is refused before the tool runs", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering(answer("[]"))
      invalidArgument("format")(yield* Effect.flip(mobile.getAllUIElements({ format: "yaml" as "json" })))
      invalidArgument("timeout")(yield* Effect.flip(mobile.getAllUIElements({ timeout: -1 })))
      assert.deepStrictEqual(calls, [])
    })
  )

  it.scoped("an answer in another form is a failure, not an empty screen", () =>
    Effect.gen(function* () {
      for (const [text, format] of [
        ["<hierarchy/>", "json"],
        ["[]", "xml"],
        ["oops", "json"],
        ['{"elements":[]}', "json"],
        ["[1]", "json"]
      ] as const) {
        const { mobile } = yield* answering(answer(text))
        const read: Effect.Effect<unknown, SessionMobile.SessionMobile.Failure> =
          format === "xml" ? mobile.getAllUIElements({ format }) : mobile.getAllUIElements({ format })
        hasFields(yield* Effect.flip(read), { _tag: "SessionError", reason: "Decode" }, `${format}: ${text}`)
      }
    })
  )
})

describe("applications", () => {
  it.scoped("are typed the same as on a desktop", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering((index) =>
        answer(
          index === 0
            ? '[{"name":"Notes","start_cmd":"monkey -p com.example.notes 1","stop_cmd":"com.example.notes"}]'
            : '[{"pname":"com.example.notes","pid":2345}]'
        )
      )
      const [app] = yield* mobile.getInstalledApps()
      assert.strictEqual(app?.startCommand, "monkey -p com.example.notes 1")
      assert.deepStrictEqual(Option.getOrNull(app?.stopCommand ?? Option.none()), "com.example.notes")
      const [process] = yield* mobile.startApp(app?.startCommand ?? "", { activity: ".MainActivity" })
      hasFields(process, { name: "com.example.notes", pid: 2345 })
      yield* mobile.stopAppByCmd("com.example.notes")
      hasFields(calls[0]?.args, { start_menu: false, desktop: true, ignore_system_app: true })
      assert.deepStrictEqual(calls.slice(1), [
        {
          tool: "start_app",
          args: { start_cmd: "monkey -p com.example.notes 1", activity: ".MainActivity" }
        },
        { tool: "stop_app_by_cmd", args: { stop_cmd: "com.example.notes" } }
      ])
    })
  )

  it.scoped("only a package can be stopped, not a command", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering(answer("true"))
      for (const bad of ["com.a; reboot", "", "com.a\nreboot"]) {
        invalidArgument("packageName")(yield* Effect.flip(mobile.stopAppByCmd(bad)))
      }
      assert.deepStrictEqual(calls, [])
    })
  )
})

describe("pictures", () => {
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAAAAACcgYFdAAAAC0lEQVR4nGNggAIAAAkAAftSuKkAAAAASUVORK5CYII="
  const image = answer(
    JSON.stringify({ type: "image", mime_type: "image/png", width: 2, height: 9, data: png })
  )

  it.scoped("long ones say how far they may go, and have bytes", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering(image, { tools: ["long_screenshot"] })
      const { bytes, height, mediaType } = yield* mobile.longScreenshot()
      assert.strictEqual(mediaType, "image/png")
      assert.strictEqual(bytes[1], 0x50)
      assert.deepStrictEqual(Option.getOrNull(height), 9)
      yield* Effect.ignore(mobile.longScreenshot({ maxScreens: 10, format: "jpg", quality: 80 }))
      assert.deepStrictEqual(
        calls.map(({ args }) => args),
        [
          { max_screens: 4, format: "png" },
          { max_screens: 10, format: "jpeg", quality: 80 }
        ]
      )
    })
  )

  it.scoped("limits are kept before anything is sent", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering(image, { tools: ["long_screenshot"] })
      for (const maxScreens of [1, 11, 2.5]) {
        invalidArgument("maxScreens")(yield* Effect.flip(mobile.longScreenshot({ maxScreens })))
      }
      for (const quality of [0, 101, 50.5]) {
        invalidArgument("quality")(yield* Effect.flip(mobile.longScreenshot({ quality })))
      }
      invalidArgument("format")(yield* Effect.flip(mobile.screenshot({ format: "gif" as "png" })))
      assert.deepStrictEqual(calls, [])
    })
  )

  it.scoped("an empty link is a failure, not a picture", () =>
    Effect.gen(function* () {
      const { mobile } = yield* answering(answer(""), { tools: ["system_screenshot"] })
      hasFields(yield* Effect.flip(mobile.screenshot()), { _tag: "SessionError", reason: "Decode" })
    })
  )
})

describe("configuration", () => {
  const commandsOf = (calls: ReadonlyArray<{ readonly args: Record<string, unknown> }>) =>
    calls.map(({ args }) => args["command"])

  it.scoped("one time for every command, unless told otherwise", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering(ran)
      yield* mobile.setResolutionLock(true)
      yield* mobile.setAppWhitelist(["com.a"])
      yield* mobile.setAppBlacklist(["com.a"])
      yield* mobile.setNavigationBarVisibility("hidden")
      yield* mobile.setUninstallBlacklist(["com.a"])
      yield* mobile.simulate()
      assert.deepStrictEqual(
        calls.map(({ args, tool }) => [tool, args["timeout_ms"]]),
        Array.from({ length: 6 }, () => ["shell", 10_000])
      )
      yield* mobile.setResolutionLock(true, { timeout: "1 minutes" })
      assert.strictEqual(calls[6]?.args["timeout_ms"], 60_000)
    })
  )

  it.scoped("what is not set is not touched", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering(ran)
      yield* mobile.configure({})
      assert.deepStrictEqual(calls, [])
      yield* mobile.configure({ hideNavigationBar: false })
      assert.strictEqual(calls.length, 1)
      assert.include(calls[0]?.args["command"], "setprop persist.wy.hasnavibar true && ")
    })
  )

  it.scoped("single settings are those of configure", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering(ran)
      yield* mobile.configure({
        lockResolution: false,
        appManagerRule: { ruleType: "Black", appPackageNameList: ["com.a", "com.b"] },
        hideNavigationBar: true,
        uninstallBlacklist: ["com.k"]
      })
      const together = commandsOf(calls.splice(0))
      yield* mobile.setResolutionLock(false)
      yield* mobile.setAppBlacklist(["com.a", "com.b"])
      yield* mobile.setNavigationBarVisibility("hidden")
      yield* mobile.setUninstallBlacklist(["com.k"])
      assert.deepStrictEqual(commandsOf(calls), together)
    })
  )

  it.scoped("a setting that cannot be applied is a failure, and ends the rest", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering((index) =>
        index === 0 ? ran : answer('{"stdout":"","stderr":"read-only file system","exit_code":1}')
      )
      const error = yield* Effect.flip(
        mobile.configure({ lockResolution: true, hideNavigationBar: true, uninstallBlacklist: ["com.k"] })
      )
      hasFields(error, { _tag: "ToolError", operation: "SessionMobile.configure", tool: "shell" })
      assert.include(error.message, "read-only file system")
      assert.strictEqual(calls.length, 2)
    })
  )

  it.scoped("no step of a setting fails unheard", () =>
    Effect.gen(function* () {
      // The commands run for real, in a shell in which exactly one of the programs fails.
      for (const broken of ["setprop", "chmod", "printf", "killall"]) {
        const fails = (name: string) => `${name}() { return ${name === broken ? 1 : 0}; }; `
        const prelude = ["setprop", "chmod", "printf", "killall"].map(fails).join("")
        const { mobile } = yield* answering(ran, {
          intercept: () => undefined,
          command: (line) =>
            `pidof() { return 0; }; ${prelude}${line.replaceAll("/data/system/pm_lock.conf", "/dev/null")}`
        })
        const settings =
          broken === "killall" ? { hideNavigationBar: true } : { uninstallBlacklist: ["com.a"] }
        hasFields(yield* Effect.flip(mobile.configure(settings)), { _tag: "ToolError" }, broken)
      }
    })
  )

  it.scoped("a user interface that is not running needs no restart", () =>
    Effect.gen(function* () {
      const { mobile } = yield* answering(ran, {
        intercept: () => undefined,
        command: (line) => `setprop() { :; }; killall() { return 1; }; pidof() { return 1; }; ${line}`
      })
      yield* mobile.setNavigationBarVisibility("visible")
    })
  )

  it.scoped("a user interface that was stopped is waited for", () =>
    Effect.gen(function* () {
      // The user interface is there again, as another process, after so many looks; the first is before its end.
      const restarting = (looks: number) =>
        answering(ran, {
          intercept: () => undefined,
          command: (line) =>
            `state=$(mktemp); setprop() { :; }; killall() { :; }; sleep() { :; };
             pidof() { echo >> $state; if [ $(wc -l < $state) -le ${looks} ]; then echo 7; else echo 8; fi; };
             ${line}; code=$?; rm $state; exit $code`
        })
      for (const looks of [1, 4, 10]) {
        const { mobile } = yield* restarting(looks)
        yield* mobile.setNavigationBarVisibility("hidden")
      }
      const { mobile } = yield* restarting(1000)
      const error = yield* Effect.flip(mobile.setNavigationBarVisibility("hidden"))
      hasFields(error, { _tag: "ToolError", operation: "SessionMobile.setNavigationBarVisibility" })
      assert.include(error.message, "com.android.systemui did not come back")
    })
  )

  it.scoped("bad input is refused, naming the field", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering(ran)
      invalidArgument("packages")(yield* Effect.flip(mobile.setAppWhitelist([])))
      invalidArgument("packages.1")(yield* Effect.flip(mobile.setAppBlacklist(["com.a", "a; reboot"])))
      invalidArgument("packages.0")(yield* Effect.flip(mobile.setUninstallBlacklist(["EOF\nreboot"])))
      invalidArgument("appManagerRule.appPackageNameList")(
        yield* Effect.flip(
          mobile.configure({ appManagerRule: { ruleType: "White", appPackageNameList: [] } })
        )
      )
      invalidArgument("appManagerRule.ruleType")(
        yield* Effect.flip(
          mobile.configure({ appManagerRule: { ruleType: "Grey" as "White", appPackageNameList: ["com.a"] } })
        )
      )
      invalidArgument("visibility")(yield* Effect.flip(mobile.setNavigationBarVisibility(true as never)))
      invalidArgument("locked")(yield* Effect.flip(mobile.setResolutionLock("yes" as never)))
      invalidArgument("timeout")(yield* Effect.flip(mobile.setResolutionLock(true, { timeout: 0 })))
      invalidArgument("path")(yield* Effect.flip(mobile.simulate({ path: "/a;b" })))
      invalidArgument("mode")(yield* Effect.flip(mobile.simulate({ mode: "FULL" as "All" })))
      assert.deepStrictEqual(calls, [])
    })
  )

  it.scoped("simulation: the mode becomes the right option", () =>
    Effect.gen(function* () {
      const { calls, mobile } = yield* answering(ran)
      for (const mode of ["PropertiesOnly", "SensorsOnly", "PackagesOnly", "ServicesOnly", "All"] as const) {
        yield* mobile.simulate({ mode, path: "/p" })
      }
      assert.deepStrictEqual(
        commandsOf(calls).map((command) => /wya apply(.*) \/p\/dev_info\.json$/.exec(String(command))?.[1]),
        ["", " -sensors", " -packages", " -services", " -all"]
      )
    })
  )
})
