import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SessionApplication } from "../../src/session/SessionApplication.js"
import type { SessionComputer } from "../../src/session/SessionComputer.js"
import { assert, hasFields } from "../support/assertions.js"
import { makeDesktopSession } from "../support/desktop.js"
import { answer, failed, type Json } from "../support/FakeSession.js"

type Application = SessionApplication.Service
type Failure = SessionComputer.Failure

const saying = (value: unknown) => makeDesktopSession(answer(JSON.stringify(value)))

describe("installed applications", () => {
  it.scoped(
    "getInstalledApps: those on the desktop, without those of the system, unless told otherwise",
    () =>
      Effect.gen(function* () {
        const { application, calls } = yield* saying([])
        yield* application.getInstalledApps()
        yield* application.getInstalledApps({ startMenu: true, desktop: false, ignoreSystemApps: false })
        assert.deepStrictEqual(calls, [
          {
            tool: "get_installed_apps",
            args: { start_menu: false, desktop: true, ignore_system_app: true, ignore_system_apps: true }
          },
          {
            tool: "get_installed_apps",
            args: { start_menu: true, desktop: false, ignore_system_app: false, ignore_system_apps: false }
          }
        ])
      })
  )

  it.scoped("getInstalledApps: have the shape they have on session.computer and session.mobile", () =>
    Effect.gen(function* () {
      const { application, computer } = yield* saying([
        { name: "Files", start_cmd: "nautilus", stop_cmd: "nautilus -q", work_directory: "/home" },
        { name: "Bare", start_cmd: "bare", stop_cmd: null, work_directory: "" }
      ])
      const apps = yield* application.getInstalledApps()
      assert.deepStrictEqual(apps, [
        {
          name: "Files",
          startCommand: "nautilus",
          stopCommand: Option.some("nautilus -q"),
          workDirectory: Option.some("/home")
        },
        { name: "Bare", startCommand: "bare", stopCommand: Option.none(), workDirectory: Option.none() }
      ])
      assert.deepStrictEqual(apps, yield* computer.getInstalledApps())
    })
  )
})

const processes: ReadonlyArray<
  readonly [
    name: keyof Application,
    tool: string,
    args: Json,
    ask: (application: Application) => Effect.Effect<
      ReadonlyArray<{
        readonly name: string
        readonly pid: number
        readonly commandLine: Option.Option<string>
      }>,
      Failure
    >
  ]
> = [
  ["startApp", "start_app", { start_cmd: "gedit" }, (application) => application.startApp("gedit")],
  ["listVisibleApps", "list_visible_apps", {}, (application) => application.listVisibleApps],
  ["getVisibleApps", "list_visible_apps", {}, (application) => application.getVisibleApps],
  ["getRunningProcesses", "list_running_processes", {}, (application) => application.getRunningProcesses]
]

describe("processes", () => {
  for (const [name, tool, args, ask] of processes) {
    it.scoped(`${name}: processes with their command lines; what is none is a failure`, () =>
      Effect.gen(function* () {
        const { application, calls } = yield* saying([
          { pname: "gedit", pid: 4182, cmdline: "/usr/bin/gedit" },
          { pname: "bare", pid: 1 }
        ])
        assert.deepStrictEqual(yield* ask(application), [
          { name: "gedit", pid: 4182, commandLine: Option.some("/usr/bin/gedit") },
          { name: "bare", pid: 1, commandLine: Option.none() }
        ])
        assert.deepStrictEqual(calls, [{ tool, args }])
        for (const text of ["done", "true", '[{"pname":"no pid"}]']) {
          const other = yield* makeDesktopSession(answer(text))
          hasFields(yield* Effect.flip(ask(other.application)), {
            _tag: "SessionError",
            reason: "Decode",
            operation: `SessionApplication.${name}`
          })
        }
        const refused = yield* makeDesktopSession(failed(`tool not found: ${tool}`))
        hasFields(yield* Effect.flip(ask(refused.application)), {
          _tag: "ToolError",
          operation: `SessionApplication.${name}`,
          tool
        })
      })
    )
  }

  it.scoped("startApp: in a directory and at an activity where these are given", () =>
    Effect.gen(function* () {
      const { application, calls } = yield* saying([])
      yield* application.startApp("x", { workDirectory: "/home/日", activity: ".Main" })
      yield* application.startApp("x", { workDirectory: "", activity: "" })
      assert.deepStrictEqual(calls, [
        { tool: "start_app", args: { start_cmd: "x", work_directory: "/home/日", activity: ".Main" } },
        { tool: "start_app", args: { start_cmd: "x" } }
      ])
    })
  )
})

const stops: ReadonlyArray<
  readonly [
    name: keyof Application,
    tool: string,
    args: Json,
    field: string,
    stop: (application: Application) => Effect.Effect<void, Failure>,
    wrong: (application: Application) => Effect.Effect<void, Failure>
  ]
> = [
  [
    "stopAppByPName",
    "stop_app_by_pname",
    { pname: "gedit" },
    "name",
    (application) => application.stopAppByPName("gedit"),
    (application) => application.stopAppByPName(" ")
  ],
  [
    "stopAppByPID",
    "stop_app_by_pid",
    { pid: 12 },
    "pid",
    (application) => application.stopAppByPID(12),
    (application) => application.stopAppByPID(0)
  ],
  [
    "stopAppByCmd",
    "stop_app_by_cmd",
    { stop_cmd: "gedit -q" },
    "command",
    (application) => application.stopAppByCmd("gedit -q"),
    (application) => application.stopAppByCmd("")
  ]
]

describe("the end of an application", () => {
  for (const [name, tool, args, field, stop, wrong] of stops) {
    it.scoped(`${name}: one call; a refusal is a failure, and a blank argument is never sent`, () =>
      Effect.gen(function* () {
        const { application, calls } = yield* makeDesktopSession(answer("true"))
        yield* stop(application)
        hasFields(yield* Effect.flip(wrong(application)), {
          _tag: "InvalidArgument",
          operation: `SessionApplication.${name}`,
          field
        })
        assert.deepStrictEqual(calls, [{ tool, args }])
        const refused = yield* makeDesktopSession(failed("no such process"))
        hasFields(yield* Effect.flip(stop(refused.application)), {
          _tag: "ToolError",
          operation: `SessionApplication.${name}`,
          tool,
          text: "no such process"
        })
      })
    )
  }

  it.scoped("startApp and getInstalledApps refuse what cannot be meant", () =>
    Effect.gen(function* () {
      const { application, calls } = yield* saying([])
      const cases: ReadonlyArray<readonly [string, Effect.Effect<unknown, Failure>]> = [
        ["command", application.startApp("")],
        ["workDirectory", application.startApp("x", { workDirectory: 1 as never })],
        ["activity", application.startApp("x", { activity: 1 as never })],
        ["startMenu", application.getInstalledApps({ startMenu: "no" as never })],
        ["desktop", application.getInstalledApps({ desktop: 0 as never })],
        ["ignoreSystemApps", application.getInstalledApps({ ignoreSystemApps: null as never })]
      ]
      for (const [field, effect] of cases) {
        hasFields(yield* Effect.flip(effect), { _tag: "InvalidArgument", field })
      }
      assert.deepStrictEqual(calls, [])
    })
  )
})
