/** What a program of the first generation may rely on: its modules do the work of the newer ones. */
import { assert, describe, it } from "@effect/vitest"
import type { Session } from "@effect-agentbay/core/Session"
import * as SessionMobile from "@effect-agentbay/core/SessionMobile"
import { Effect, Option, Redacted } from "effect"
import { TestCloud } from "../../src/TestCloud.js"
import { desktop, eventually, jpeg, open, png, program, startsWith } from "./desktopSteps.js"
import { makeHarness, routes, type Subject } from "./harness.js"

type Windows = Session.Service["window"]

const phone = { imageId: "mobile_latest" }

/** On the phone of the model: an application, and how it is started. */
const notes = "com.example.notes"

const idOf = (windows: Windows) =>
  Effect.map(windows.getActiveWindow({ timeout: "2 seconds" }), (window) =>
    Option.getOrNull(Option.map(window, ({ id }) => id))
  )

const boundsOf = (windows: Windows, id: number) =>
  Effect.map(windows.getWindowInfo(id), (window) =>
    Option.getOrThrow(Option.flatMap(window, ({ bounds }) => bounds))
  )

export const baselineContract = <E>(name: string, subject: Subject<E>) => {
  const { withSession } = makeHarness(subject)

  for (const route of routes) {
    describe(`${name}, first generation, ${route} route`, () => {
      it.live("windows: found, moved, sized, covered and closed", () =>
        withSession(
          route,
          ({ computer, window: windows }) =>
            Effect.gen(function* () {
              const screen = yield* computer.getScreenSize
              assert.deepStrictEqual(yield* windows.listRootWindows(), [])
              assert.strictEqual(yield* idOf(windows), null)
              const below = yield* open(computer)
              const { window } = yield* open(computer)
              const ids = [below.window.id, window.id]
              for (const list of [windows.listRootWindows, windows.listAllWindows]) {
                assert.includeMembers(
                  (yield* list({ timeout: "1 second" })).map(({ id }) => id),
                  ids
                )
              }
              yield* windows.activateWindow(below.window.id)
              yield* eventually(idOf(windows), (id) => id === below.window.id)
              assert.strictEqual(yield* idOf(windows), below.window.id)
              yield* windows.activateWindow(window.id)
              assert.strictEqual(yield* eventually(idOf(windows), (id) => id === window.id), window.id)

              yield* windows.moveWindow(window.id, 120, 90)
              const moved = yield* eventually(boundsOf(windows, window.id), ({ x }) => Math.abs(x - 120) < 40)
              assert.closeTo(moved.x, 120, 40)
              assert.closeTo(moved.y, 90, 40)
              yield* windows.resizeWindow(window.id, 400, 300)
              const small = yield* eventually(boundsOf(windows, window.id), ({ width }) => width < 440)
              assert.closeTo(small.width, 400, 40)
              assert.closeTo(small.height, 300, 40)
              for (const enlarge of [windows.maximizeWindow, windows.fullscreenWindow]) {
                yield* enlarge(window.id)
                const large = yield* eventually(
                  boundsOf(windows, window.id),
                  ({ width }) => width >= screen.width - 20
                )
                assert.isAtLeast(large.width, screen.width - 20)
                yield* windows.restoreWindow(window.id)
                const restored = yield* eventually(boundsOf(windows, window.id), ({ width }) => width < 440)
                assert.closeTo(restored.width, 400, 40)
              }
              yield* windows.focusMode(true)
              yield* windows.focusMode(false)
              yield* windows.minimizeWindow(window.id)
              yield* eventually(idOf(windows), (id) => id === below.window.id)
              assert.strictEqual(yield* idOf(windows), below.window.id)
              for (const id of ids) yield* windows.closeWindow(id)
              assert.deepStrictEqual(
                yield* eventually(windows.listRootWindows(), ({ length }) => length === 0),
                []
              )
              for (const [tool, effect] of [
                ["get_window_info", Effect.asVoid(windows.getWindowInfo(999_999_999))],
                ["move_window", windows.moveWindow(999_999_999, 0, 0)],
                ["fullscreen_window", windows.fullscreenWindow(999_999_999)]
              ] as const) {
                assert.deepInclude(yield* Effect.flip(effect), { _tag: "ToolError", tool })
              }
            }),
          desktop
        )
      )

      it.live("applications: listed, started and stopped in three ways", () =>
        withSession(
          route,
          ({ application }) =>
            Effect.gen(function* () {
              const all = { startMenu: true, ignoreSystemApps: false }
              const onDesktop = (yield* application.getInstalledApps()).map(
                ({ startCommand }) => startCommand
              )
              const everywhere = yield* application.getInstalledApps(all)
              assert.includeMembers(
                everywhere.map(({ startCommand }) => startCommand),
                onDesktop
              )
              assert.isTrue(everywhere.some(({ startCommand }) => startCommand.includes(program)))
              const pids = Effect.map(application.getVisibleApps, (apps) => apps.map(({ pid }) => pid))
              for (const stop of [
                ({ name }: { readonly name: string }) => application.stopAppByPName(name),
                ({ pid }: { readonly pid: number }) => application.stopAppByPID(pid),
                () => application.stopAppByCmd(`pkill ${program}`)
              ]) {
                const [process] = yield* application.startApp(program, { workDirectory: "/tmp" })
                assert(process !== undefined)
                assert.strictEqual(process.name, program)
                assert.include(yield* eventually(pids, (all) => all.includes(process.pid)), process.pid)
                for (const list of [application.getRunningProcesses, application.listVisibleApps]) {
                  assert.include(
                    (yield* list).map(({ pid }) => pid),
                    process.pid
                  )
                }
                yield* stop(process)
                const left = yield* eventually(pids, (all) => !all.includes(process.pid))
                assert.notInclude(left, process.pid)
              }
              assert.deepInclude(yield* Effect.flip(application.stopAppByPID(999_999)), {
                _tag: "ToolError",
                tool: "stop_app_by_pid"
              })
            }),
          desktop
        )
      )

      it.live("ui: the mouse, text and pictures of a desktop", () =>
        withSession(
          route,
          ({ computer, fileSystem, sessionId, ui, window: windows }) =>
            Effect.gen(function* () {
              const { window } = yield* open(computer)
              const before = yield* ui.screenshot()
              assert.strictEqual(before.mediaType, "image/png")
              assert.isTrue(startsWith(before.bytes, png))
              const isDirect = route === "link"
              const other = yield* ui.screenshot({ format: "jpeg" })
              assert.isTrue(startsWith(other.bytes, isDirect ? jpeg : png))
              assert.match(Redacted.value(yield* ui.screenshotUrl), /^https?:\/\//)
              const { height, width, x, y } = yield* boundsOf(windows, window.id)
              yield* ui.click(x + Math.floor(width / 2), y + Math.floor(height / 2))
              assert.strictEqual(yield* idOf(windows), window.id)
              yield* ui.inputText("echo typed > /tmp/ui\n")
              const state = Option.getOrNull(
                yield* Effect.flatMap(TestCloud, ({ desktop }) => desktop(sessionId))
              )
              if (state !== null) {
                assert.strictEqual(
                  state.windows.find(({ isActive }) => isActive)?.text,
                  "echo typed > /tmp/ui\n"
                )
              } else {
                const read = Effect.orElseSucceed(fileSystem.readFileString("/tmp/ui"), () => "")
                assert.strictEqual(yield* eventually(read, (text) => text !== ""), "typed\n")
              }
              const outside = yield* Effect.flip(ui.click(99_999, 1))
              assert.deepInclude(outside, { _tag: "ToolError", tool: "click" })
            }),
          desktop
        )
      )

      it.live("ui: keys, fingers and elements of a phone", () =>
        withSession(
          route,
          ({ mobile, ui }) =>
            Effect.gen(function* () {
              const texts = Effect.map(ui.getAllUIElements(), (elements) =>
                SessionMobile.flatten(elements).map(({ text }) => text)
              )
              assert.include(yield* texts, "Notes")
              yield* mobile.startApp(`monkey -p ${notes} 1`)
              const field = (yield* ui.getClickableUIElements({ timeout: "1 second" })).find(
                ({ text, attributes }) => [text, attributes["contentDesc"]].includes("New note")
              )
              const bounds = Option.getOrThrow(field?.bounds ?? Option.none())
              // A finger that does not move is a touch.
              yield* ui.swipe(bounds.centerX, bounds.centerY, bounds.centerX, bounds.centerY, {
                duration: "50 millis"
              })
              yield* ui.inputText("milk")
              assert.include(yield* texts, "milk")
              yield* ui.sendKey("HOME")
              assert.include(yield* texts, "Notes")
              assert.isTrue(startsWith((yield* ui.screenshot()).bytes, png))
              // The phone has no such tool; inside a VPC the list of tools tells so before a call.
              const clicked = yield* Effect.flip(ui.click(1, 1))
              assert.strictEqual(clicked._tag, route === "vpc" ? "VpcUnavailable" : "ToolError")
            }),
          phone
        )
      )
    })
  }
}
