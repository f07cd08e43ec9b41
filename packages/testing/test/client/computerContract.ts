/** What a program may rely on when it drives a desktop, be that a model in memory or a real screen. */
import { assert, describe, it } from "@effect/vitest"
import type { Session } from "@effect-agentbay/core/Session"
import type { SessionComputer } from "@effect-agentbay/core/SessionComputer"
import { Effect, Option, Redacted } from "effect"
import { TestCloud } from "../../src/TestCloud.js"
import { desktop, eventually, isActive, jpeg, open, png, program, startsWith } from "./desktopSteps.js"
import { makeHarness, routes, type Subject } from "./harness.js"

type Computer = SessionComputer.Service

const boundsOf = (computer: Computer, id: number) =>
  Effect.map(computer.listRootWindows(), (windows) =>
    Option.getOrThrow(windows.find((window) => window.id === id)?.bounds ?? Option.none())
  )

export const computerContract = <E>(name: string, subject: Subject<E>) => {
  const { withSession } = makeHarness(subject)

  /** What came of typing a command into the program: a real terminal has run it, the model has its text. */
  const typed = ({ fileSystem, sessionId }: Session.Service, path: string, command: string, output: string) =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const state = Option.getOrUndefined(yield* cloud.desktop(sessionId))
      if (state !== undefined) {
        assert.strictEqual(state.windows.find(({ isActive }) => isActive)?.text, command)
        return
      }
      const content = yield* eventually(
        Effect.orElseSucceed(fileSystem.readFileString(path), () => ""),
        (text) => text !== ""
      )
      assert.strictEqual(content, output)
    })

  for (const route of routes) {
    describe(`${name}, ${route} route`, () => {
      it.live("computer: programs and windows", () =>
        withSession(
          route,
          ({ computer }) =>
            Effect.gen(function* () {
              const screen = yield* computer.getScreenSize
              assert.isAbove(screen.width, 0)
              assert.isAbove(screen.height, 0)
              assert.deepStrictEqual(yield* computer.listRootWindows(), [])
              assert.strictEqual(Option.getOrNull(yield* computer.getActiveWindow), null)
              const one = yield* open(computer)
              const two = yield* open(computer)
              assert.notStrictEqual(one.window.id, two.window.id)
              assert.strictEqual(one.process.name, program)
              assert.strictEqual(Option.getOrNull(one.window.processName), program)
              assert.strictEqual(Option.getOrNull(one.window.pid), one.process.pid)
              assert.notStrictEqual(one.window.title, "")
              assert.includeMembers(
                (yield* computer.listVisibleApps).map(({ pid }) => pid),
                [one.process.pid, two.process.pid]
              )

              yield* computer.activateWindow(one.window.id)
              assert.isTrue(yield* isActive(computer, one.window.id))
              yield* computer.maximizeWindow(one.window.id)
              const large = yield* eventually(
                boundsOf(computer, one.window.id),
                ({ width }) => width >= screen.width - 20
              )
              assert.isAtLeast(large.width, screen.width - 20)
              yield* computer.restoreWindow(one.window.id)
              yield* computer.resizeWindow(one.window.id, 400, 300)
              // A terminal is as large as its letters let it be.
              const small = yield* eventually(boundsOf(computer, one.window.id), ({ width }) => width < 440)
              assert.closeTo(small.width, 400, 40)
              assert.closeTo(small.height, 300, 40)
              yield* computer.minimizeWindow(one.window.id)
              assert.isTrue(yield* isActive(computer, two.window.id), "the focus goes to the window below")
              yield* computer.closeWindow(two.window.id)
              const left = yield* eventually(computer.listRootWindows(), ({ length }) => length === 1)
              assert.deepStrictEqual(
                left.map(({ id }) => id),
                [one.window.id]
              )
              yield* computer.stopAppByPID(one.process.pid)
              assert.deepStrictEqual(
                yield* eventually(computer.listRootWindows(), ({ length }) => length === 0),
                []
              )
              const refused = yield* Effect.flip(computer.activateWindow(999_999_999))
              assert.deepInclude(refused, { _tag: "ToolError", tool: "activate_window" })
            }),
          desktop
        )
      )

      it.live("computer: mouse, keyboard and screenshots", () =>
        withSession(
          route,
          (session) =>
            Effect.gen(function* () {
              const { computer } = session
              const screen = yield* computer.getScreenSize
              yield* computer.moveMouse(screen.width - 40, screen.height - 30)
              assert.deepStrictEqual(yield* computer.getCursorPosition, {
                x: screen.width - 40,
                y: screen.height - 30
              })
              const outside = yield* Effect.flip(computer.clickMouse(screen.width + 1, 1))
              assert.deepInclude(outside, { _tag: "ToolError", tool: "click_mouse" })

              yield* open(computer)
              const before = yield* computer.screenshot()
              assert.strictEqual(before.mediaType, "image/png")
              assert.isTrue(startsWith(before.bytes, png))
              assert.deepStrictEqual(
                [Option.getOrNull(before.width), Option.getOrNull(before.height)],
                [screen.width, screen.height]
              )
              const other = yield* computer.screenshot({ format: "jpg" })
              const isDirect = route === "link"
              assert.strictEqual(other.mediaType, isDirect ? "image/jpeg" : "image/png")
              assert.isTrue(startsWith(other.bytes, isDirect ? jpeg : png))
              assert.match(Redacted.value(yield* computer.screenshotUrl), /^https?:\/\//)

              yield* computer.inputText("echo ")
              yield* computer.withKeysHeld(["SHIFT"], computer.pressKeys(["a"]))
              yield* computer.pressKeys(["b"])
              yield* computer.inputText(" > /tmp/typed")
              yield* computer.pressKeys(["ENTER"])
              yield* typed(session, "/tmp/typed", "echo Ab > /tmp/typed\n", "Ab\n")
              const after = yield* eventually(
                computer.screenshot(),
                ({ bytes }) => Buffer.compare(bytes, before.bytes) !== 0
              )
              assert.notStrictEqual(Buffer.compare(after.bytes, before.bytes), 0)
              const unknown = yield* Effect.flip(computer.pressKeys(["NoSuchKey"]))
              assert.deepInclude(unknown, { _tag: "ToolError", tool: "press_keys" })
            }),
          desktop
        )
      )
    })
  }
}
