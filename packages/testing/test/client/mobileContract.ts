/** What a program may rely on in an Android session, over each of the three routes. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as MobileSimulation from "@effect-agentbay/core/MobileSimulation"
import type { Session } from "@effect-agentbay/core/Session"
import * as SessionMobile from "@effect-agentbay/core/SessionMobile"
import { Effect, Option } from "effect"
import { TestCloud } from "../../src/TestCloud.js"
import { makeHarness, routes, type Subject } from "./harness.js"

const notes = "com.example.notes"

const start = `monkey -p ${notes} 1`

const image = { imageId: "mobile_latest" }

type Mobile = Session.Service["mobile"]

const shown = (mobile: Mobile) => Effect.map(mobile.getAllUIElements(), SessionMobile.flatten)

const texts = (mobile: Mobile) => Effect.map(shown(mobile), (elements) => elements.map(({ text }) => text))

/** Taps the element with this text or description. */
const tap = (mobile: Mobile, what: string) =>
  Effect.flatMap(mobile.getClickableUIElements(), (elements) => {
    const bounds = elements.find(
      ({ attributes, text }) => text === what || attributes["contentDesc"] === what
    )?.bounds
    assert(bounds !== undefined && Option.isSome(bounds), `${what} is not shown`)
    return mobile.tap(bounds.value.centerX, bounds.value.centerY)
  })

const property = ({ command }: Session.Service, name: string) =>
  Effect.map(command.run(`getprop ${name}`), ({ stdout }) => stdout.trim())

export const mobileContract = <E>(name: string, subject: Subject<E>) => {
  const { withLayer, withSession } = makeHarness(subject)

  for (const route of routes) {
    describe(`${name}, mobile, ${route} route`, () => {
      it.live("an application opens, takes text, shows it, and closes", () =>
        withSession(
          route,
          ({ mobile, sessionId }) =>
            Effect.gen(function* () {
              const apps = yield* mobile.getInstalledApps()
              assert.include(
                apps.map(({ startCommand }) => startCommand),
                start
              )
              const [process] = yield* mobile.startApp(start)
              const cloud = yield* TestCloud
              const state = Option.getOrThrow(yield* cloud.android(sessionId))
              assert.deepStrictEqual(state.foreground, { packageName: notes, activity: ".MainActivity" })
              assert.isTrue(Option.isNone(yield* cloud.desktop(sessionId)))
              assert.strictEqual(process?.name, notes)
              const unfocused = yield* Effect.flip(mobile.inputText("lost"))
              assert.deepInclude(unfocused, { _tag: "ToolError", tool: "input_text" })
              yield* tap(mobile, "New note")
              yield* mobile.inputText('milk & "eggs" <2> 🥛')
              yield* tap(mobile, "Add")
              yield* mobile.inputText("bread")
              yield* mobile.sendKey("ENTER")
              assert.includeMembers([...(yield* texts(mobile))], ['milk & "eggs" <2> 🥛', "bread"])
              const document = yield* mobile.getAllUIElements({ format: "xml" })
              assert.match(document, /^<\?xml .*<hierarchy rotation="0"><node /)
              assert.include(document, 'text="milk &amp; &quot;eggs&quot; &lt;2&gt; 🥛"')
              yield* mobile.stopAppByCmd(notes)
              const gone = yield* Effect.flip(mobile.stopAppByCmd(notes))
              assert.deepInclude(gone, { _tag: "ToolError", tool: "stop_app_by_cmd" })
            }),
          image
        )
      )

      it.live("fingers scroll, keys lead back, and pictures show it", () =>
        withSession(
          route,
          ({ mobile }) =>
            Effect.gen(function* () {
              yield* mobile.startApp("monkey -p com.android.settings 1", { activity: ".SettingsActivity" })
              const before = yield* mobile.screenshot()
              assert.strictEqual(before.mediaType, "image/png")
              assert.deepStrictEqual([before.width, before.height].map(Option.getOrNull), [720, 1280])
              yield* mobile.swipe(360, 1000, 360, 300, { duration: "400 millis" })
              yield* mobile.swipe(360, 1000, 360, 300)
              assert.notDeepEqual((yield* mobile.screenshot()).bytes, before.bytes)
              yield* tap(mobile, "About phone")
              assert.isTrue((yield* texts(mobile)).some((text) => text.startsWith("Model: ")))
              yield* mobile.sendKey("BACK")
              assert.include(yield* texts(mobile), "About phone")
              yield* mobile.sendKey("HOME")
              assert.include(yield* texts(mobile), "Notes")
              const outside = yield* Effect.flip(mobile.tap(5000, 1))
              assert.deepInclude(outside, { _tag: "ToolError", tool: "tap" })
            }),
          image
        )
      )

      it.live("settings take effect, and what cannot be is a failure", () =>
        withSession(
          route,
          (session) =>
            Effect.gen(function* () {
              const { command, mobile } = session
              yield* mobile.configure({
                lockResolution: true,
                appManagerRule: { ruleType: "Black", appPackageNameList: [notes] },
                hideNavigationBar: true,
                uninstallBlacklist: ["com.example.browser"]
              })
              assert.strictEqual(yield* property(session, "sys.wuying.lockres"), "1")
              const refused = yield* Effect.flip(mobile.startApp(start))
              assert.deepInclude(refused, { _tag: "ToolError", tool: "start_app" })
              assert.include(refused.message, "not allowed")
              const hasBar = Effect.map(shown(mobile), (elements) =>
                elements.some(({ attributes }) => attributes["contentDesc"] === "Overview")
              )
              assert.isFalse(yield* hasBar)
              assert.strictEqual((yield* command.run("pm uninstall com.example.browser")).exitCode, 1)
              yield* mobile.setAppBlacklist([])
              yield* mobile.startApp(start)
              yield* mobile.setNavigationBarVisibility("visible")
              assert.isTrue(yield* hasBar)
              yield* mobile.setUninstallBlacklist([])
              assert.strictEqual((yield* command.run("pm uninstall com.example.browser")).exitCode, 0)
              yield* mobile.setAppWhitelist(["com.android.settings"])
              assert.strictEqual((yield* Effect.flip(mobile.startApp(start)))._tag, "ToolError")
              const simulated = yield* Effect.flip(mobile.simulate({ path: "/none" }))
              assert.deepInclude(simulated, { _tag: "ToolError", operation: "SessionMobile.simulate" })
            }),
          image
        )
      )
    })
  }

  describe(`${name}, mobile`, () => {
    it.live("a long picture has more than the screen", () =>
      withSession(
        "api",
        ({ mobile }) =>
          Effect.gen(function* () {
            yield* mobile.startApp("monkey -p com.android.settings 1")
            const { height, mediaType } = yield* mobile.longScreenshot({ format: "jpeg", quality: 30 })
            assert.strictEqual(mediaType, "image/jpeg")
            assert.isAbove(Option.getOrThrow(height), 1280)
          }),
        image
      )
    )

    it.live("adb has an address only on Android images", () =>
      withLayer(
        true,
        Effect.scoped(
          Effect.gen(function* () {
            const bay = yield* AgentBay.AgentBay
            const { mobile } = yield* bay.session(image)
            const { command, host, port } = yield* mobile.getAdbUrl("QAAAA key")
            assert.strictEqual(command, `adb connect ${host}:${port}`)
            const linux = yield* bay.session({ imageId: "linux_latest" })
            const refused = yield* Effect.flip(linux.mobile.getAdbUrl("QAAAA key"))
            assert.deepInclude(refused, { _tag: "SessionError", reason: "InvalidRequest" })
            const touched = yield* Effect.flip(linux.mobile.tap(1, 1))
            assert.deepInclude(touched, { _tag: "ToolError", tool: "tap" })
          })
        )
      )
    )

    it.live("a session is created with its settings, and looks like the device described", () =>
      withLayer(
        true,
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const description = JSON.stringify({
            version: "1",
            properties: { "ro.product.model": "Pixelated 9" },
            packages: ["com.vendor.app"]
          })
          const info = yield* bay.mobileSimulation.uploadMobileInfo(description)
          assert.isTrue(yield* bay.mobileSimulation.hasMobileInfo({ contextId: info.contextId }))
          const own = MobileSimulation.toConfig(info, { mode: "All" })
          const model = Effect.flatMap(
            bay.session({
              ...image,
              extraConfigs: { mobile: { hideNavigationBar: true, simulateConfig: own } }
            }),
            (session) =>
              Effect.gen(function* () {
                const { stdout } = yield* session.command.run("pm list packages com.vendor")
                assert.strictEqual(stdout, "package:com.vendor.app\n")
                return yield* property(session, "ro.product.model")
              })
          )
          assert.strictEqual(yield* Effect.scoped(model), "Pixelated 9")

          const context = yield* bay.contexts.create("mine")
          const mount = MobileSimulation.withMobileInfo({
            contextId: context.id,
            path: "/sdcard/mine",
            policy: { bwList: { whiteLists: [{ path: "other" }] } }
          })
          assert.isFalse(yield* bay.mobileSimulation.hasMobileInfo(mount))
          const external = yield* bay.mobileSimulation.uploadMobileInfo(description, mount)
          assert.isTrue(yield* bay.mobileSimulation.hasMobileInfo(mount))
          const simulateConfig = MobileSimulation.toConfig(external)
          const below = Effect.flatMap(
            bay.session({ ...image, contexts: [mount], extraConfigs: { mobile: { simulateConfig } } }),
            (session) => property(session, "ro.product.model")
          )
          assert.strictEqual(yield* Effect.scoped(below), "Pixelated 9")
        })
      )
    )

    it.live("a setting that cannot be applied leaves no session", () =>
      withLayer(
        true,
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const error = yield* Effect.flip(
            Effect.scoped(
              bay.session({
                ...image,
                extraConfigs: { mobile: { simulateConfig: { simulate: true, simulatePath: "/none" } } }
              })
            )
          )
          assert.deepInclude(error, { _tag: "ToolError", operation: "AgentBay.create", tool: "shell" })
          assert.deepStrictEqual((yield* bay.list()).sessions, [])
        })
      )
    )
  })
}
