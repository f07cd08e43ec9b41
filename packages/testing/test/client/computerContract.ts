/** What a program may rely on when it drives a desktop, be that a model in memory or a real screen. */
import { assert, describe, it } from "@effect/vitest"
import type { Session } from "@effect-agentbay/core/Session"
import type { SessionComputer } from "@effect-agentbay/core/SessionComputer"
import { Duration, Effect, Option, Redacted, Schedule } from "effect"
import { TestCloud } from "../../src/TestCloud.js"
import { makeHarness, routes, type Subject } from "./harness.js"

type Computer = SessionComputer.Service

const desktop = { imageId: "linux_latest" }

/** Both machines have a program of this name; it opens a window into which one can type. */
const program = "xterm"

const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const jpeg = [0xff, 0xd8, 0xff]

const startsWith = (bytes: Uint8Array, magic: ReadonlyArray<number>): boolean =>
  magic.every((byte, index) => bytes[index] === byte)

/** A real screen takes a moment to follow. */
const eventually = <A, E, R>(look: Effect.Effect<A, E, R>, isSo: (value: A) => boolean) =>
  Effect.repeat(look, {
    until: isSo,
    schedule: Schedule.intersect(Schedule.spaced(Duration.millis(50)), Schedule.recurs(100))
  }).pipe(Effect.zipRight(look))

const active = ({ getActiveWindow }: Computer) => Effect.map(getActiveWindow, Option.getOrNull)

const isActive = (computer: Computer, id: number) =>
  Effect.map(
    eventually(active(computer), (window) => window?.id === id),
    (window) => window?.id === id
  )

/** Starts the program and waits for its window. */
const open = (computer: Computer) =>
  Effect.gen(function* () {
    const before = (yield* computer.listRootWindows()).map(({ id }) => id)
    const [process] = yield* computer.startApp(program)
    assert.isDefined(process)
    const windows = yield* eventually(computer.listRootWindows(), (all) =>
      all.some(({ id }) => !before.includes(id))
    )
    const window = windows.find(({ id }) => !before.includes(id))
    if (process === undefined || window === undefined) return yield* Effect.dieMessage("no window opened")
    assert.isTrue(yield* isActive(computer, window.id), "a new window has the focus")
    return { process, window }
  })

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
              assert.deepStrictEqual(yield* active(computer), null)
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

  describe(`${name}, the modules of the first generation`, () => {
    it.live("window, application and ui act on the same desktop", () =>
      withSession(
        "api",
        ({ application, computer, ui, window: windows }) =>
          Effect.gen(function* () {
            const { process, window } = yield* open(computer)
            assert.include(
              (yield* application.getRunningProcesses).map(({ pid }) => pid),
              process.pid
            )
            assert.include(
              (yield* application.getVisibleApps).map(({ pid }) => pid),
              process.pid
            )
            assert.include(
              (yield* windows.listAllWindows()).map(({ id }) => id),
              window.id
            )
            yield* windows.moveWindow(window.id, 120, 90)
            const moved = yield* eventually(windows.getWindowInfo(window.id), (info) =>
              Option.exists(
                Option.flatMap(info, ({ bounds }) => bounds),
                ({ x }) => Math.abs(x - 120) < 40
              )
            )
            const bounds = Option.getOrThrow(Option.flatMap(moved, (info) => info.bounds))
            assert.closeTo(bounds.x, 120, 40)
            assert.closeTo(bounds.y, 90, 40)
            yield* ui.click(bounds.x + 60, bounds.y + 60)
            const focused = Option.map(yield* windows.getActiveWindow(), ({ id }) => id)
            assert.strictEqual(Option.getOrNull(focused), window.id)
            assert.isTrue(startsWith((yield* ui.screenshot()).bytes, png))
            yield* application.stopAppByCmd(`pkill ${program}`)
            assert.deepStrictEqual(
              yield* eventually(windows.listRootWindows(), ({ length }) => length === 0),
              []
            )
          }),
        desktop
      )
    )
  })
}
