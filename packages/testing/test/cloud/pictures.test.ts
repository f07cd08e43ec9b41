import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, Option, TestClock } from "effect"
import { createSession, execute, viaApi } from "../support/service.js"

const run = Effect.provide(TestAgentBay.layerHttpClient)

const desktop = createSession({ ImageId: "linux_latest" })

const get = (url: string) => execute(HttpClientRequest.get(url))

const status = (url: string) => Effect.map(get(url), (response) => response.status)

describe("pictures of a screen", () => {
  it.effect("are served at a signed URL until it expires", () =>
    Effect.gen(function* () {
      const session = yield* desktop
      const { isError, text: url } = yield* viaApi(session, "system_screenshot", {})
      assert.isFalse(isError)
      const response = yield* get(url)
      assert.strictEqual(response.headers["content-type"], "image/png")
      const bytes = Buffer.from(yield* Effect.orDie(response.arrayBuffer))
      assert.strictEqual(bytes.subarray(1, 4).toString(), "PNG")
      assert.strictEqual(Number(response.headers["content-length"]), bytes.length)
      assert.strictEqual(yield* status(url), 200)

      assert.strictEqual(yield* status(url.replace(/signature=./, "signature=x")), 403)
      assert.strictEqual(yield* status(url.replace(/&signature=.*/, "")), 403)
      assert.strictEqual(yield* status(url.replace(/expires=\d/, "expires=9")), 403)
      assert.strictEqual(yield* status(url.replace("-1.png", "-2.png")), 403)
      assert.strictEqual((yield* execute(HttpClientRequest.put(url))).status, 405)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* status(url), 403)
    }).pipe(run)
  )

  it.effect("are served once at the URL of a resource", () =>
    Effect.gen(function* () {
      const { text: url } = yield* viaApi(yield* desktop, "get_resource", {})
      assert.strictEqual(yield* status(url), 200)
      assert.strictEqual(yield* status(url), 404)
    }).pipe(run)
  )

  it.effect("show in the journal without what opens them", () =>
    Effect.gen(function* () {
      const session = yield* desktop
      const { text: url } = yield* viaApi(session, "system_screenshot", {})
      yield* get(url)
      const call = (yield* (yield* TestCloud).journal).at(-1)
      assert.deepInclude(call, { route: "presigned", sessionId: session.SessionId })
      assert.notInclude(JSON.stringify(call), new URL(url).searchParams.get("signature") ?? url)
    }).pipe(run)
  )

  it.effect("are of the format that is asked for, and of no other", () =>
    Effect.gen(function* () {
      const session = yield* desktop
      const { text } = yield* viaApi(session, "screenshot", { format: "jpeg" })
      const { data, ...image } = JSON.parse(text) as Record<string, unknown>
      assert.deepStrictEqual(image, { type: "image", mime_type: "image/jpeg", width: 1280, height: 720 })
      assert.strictEqual(Buffer.from(String(data), "base64").subarray(0, 3).toString("hex"), "ffd8ff")
      assert.isTrue((yield* viaApi(session, "screenshot", { format: "gif" })).isError)
    }).pipe(run)
  )
})

describe("desktop tools", () => {
  it.effect("write what clients of every generation read", () =>
    Effect.gen(function* () {
      const session = yield* desktop
      const call = (tool: string, args: unknown) => viaApi(session, tool, args)
      assert.deepStrictEqual(yield* call("list_root_windows", {}), { text: "[]", isError: false })
      const none = yield* call("get_active_window", { timeout_ms: 3000 })
      assert.isTrue(none.isError)
      assert.include(none.text, "no active window")
      const started = JSON.parse((yield* call("start_app", { start_cmd: "gedit", activity: "" })).text)
      assert.deepStrictEqual(started, [{ pname: "gedit", pid: 1001, cmdline: "gedit" }])
      const window = JSON.parse((yield* call("get_active_window", {})).text)
      assert.deepStrictEqual(window, {
        window_id: 65_537,
        window_title: "gedit",
        title: "gedit",
        absolute_upper_left_x: 32,
        absolute_upper_left_y: 32,
        width: 640,
        height: 400,
        pid: 1001,
        pname: "gedit",
        child_windows: []
      })
      for (const [tool, args] of [
        ["list_root_windows", { timeout_ms: 1 }],
        ["list_all_windows", {}]
      ] as const) {
        assert.deepStrictEqual(JSON.parse((yield* call(tool, args)).text), [window])
      }
      assert.deepStrictEqual(JSON.parse((yield* call("get_window_info", { window_id: 65_537 })).text), window)
      assert.isTrue((yield* call("get_window_info", { window_id: 1 })).isError)
      assert.isTrue((yield* call("scroll", { x: 1, y: 1, direction: "up", amount: 0 })).isError)
      assert.strictEqual((yield* call("click", { x: 1, y: 1, button: "left" })).text, "True")
    }).pipe(run)
  )

  it.effect("list applications by where they are shown", () =>
    Effect.gen(function* () {
      const session = yield* desktop
      const names = (args: object) =>
        Effect.map(viaApi(session, "get_installed_apps", args), ({ text }) =>
          (JSON.parse(text) as ReadonlyArray<{ name: string }>).map(({ name }) => name)
        )
      const places = { start_menu: true, desktop: false }
      assert.notInclude(yield* names({ ...places, ignore_system_apps: true }), "System Settings")
      assert.include(yield* names({ ...places, ignore_system_app: false }), "System Settings")
      assert.deepStrictEqual(yield* names({ start_menu: false, desktop: true, ignore_system_apps: true }), [
        "Text Editor"
      ])
      assert.deepStrictEqual(
        yield* names({ start_menu: false, desktop: false, ignore_system_apps: false }),
        []
      )
    }).pipe(run)
  )

  it.effect("show tests what is on the screen", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const session = yield* desktop
      yield* viaApi(session, "start_app", { start_cmd: "text-editor" })
      yield* viaApi(session, "input_text", { text: "hello" })
      yield* viaApi(session, "press_keys", { keys: ["CTRL"], hold: true })
      const state = Option.getOrThrow(yield* cloud.desktop(session.SessionId))
      assert.deepStrictEqual(
        state.windows.map(({ isActive, text, title }) => ({ isActive, text, title })),
        [{ isActive: true, text: "hello", title: "Text Editor" }]
      )
      assert.deepStrictEqual(state.heldKeys, ["Ctrl"])
      assert.isTrue(Option.isNone(yield* cloud.desktop("s-none")))
      const phone = yield* createSession({ ImageId: "mobile_latest" })
      assert.isTrue(Option.isNone(yield* cloud.desktop(phone.SessionId)))
    }).pipe(run)
  )

  it.effect("belong to images with a desktop", () =>
    Effect.gen(function* () {
      for (const ImageId of ["code_latest", "browser_latest", "mobile_latest"]) {
        const { isError, text } = yield* viaApi(yield* createSession({ ImageId }), "get_screen_size", {})
        assert.isTrue(isError)
        assert.include(text, "tool not found: get_screen_size")
      }
    }).pipe(run)
  )
})
