import { spawn } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Frames from "../../../src/machine/internal/local/frames.js"
import { eventually, temporaryDirectory } from "./host.js"
import { shell } from "./machine.js"
import { onlyWindow, reasonOf, textOf, withDesktop } from "./screen.js"

const bytes = (text: string) => new TextEncoder().encode(text)

const entry = (lines: string) => bytes(`# comment\n\n[Desktop Entry]\nType=Application\n${lines}\n`)

describe("the desktop: applications", () => {
  withDesktop("are those of the menu and of the desktop", (desktop, machine) =>
    Effect.gen(function* () {
      const menu = "/home/wuying/.local/share/applications"
      const files = {
        [`${menu}/full.desktop`]:
          "Name=My Editor\nName[de]=Mein Editor\nExec=env A=1 /opt/my/editor --new %U --size 100%%\nPath=/opt/my\n" +
          "Categories=Utility;TextEditor;\n\n[Desktop Action new]\nName=New\nExec=editor --other",
        [`${menu}/console.desktop`]: "Name = Con\\ssole \nExec = htop\nTerminal=true\nCategories=System;",
        [`${menu}/settings.desktop`]: "Name=Control\nExec=control\nCategories=Settings;",
        [`${menu}/hidden.desktop`]: "Name=Hidden\nExec=hidden\nHidden=true",
        [`${menu}/silent.desktop`]: "Name=Silent\nExec=silent\nNoDisplay=true",
        [`${menu}/absent.desktop`]: "Name=Absent\nExec=absent\nTryExec=/opt/absent",
        [`${menu}/link.desktop`]: "Type=Link\nName=Link\nURL=http://localhost",
        [`${menu}/debian-xterm.desktop`]: "Name=My Terminal\nExec=xterm -bg black",
        [`${menu}/notes.txt`]: "Name=Notes\nExec=notes",
        "/home/wuying/Desktop/game.desktop": 'Name=Game\nExec="/opt/the game/play" --now'
      }
      for (const [path, lines] of Object.entries(files)) yield* machine.write(path, entry(lines), "overwrite")
      const found = new Map((yield* desktop.installedApplications).map((found) => [found.name, found]))
      assert.deepStrictEqual(found.get("My Editor"), {
        name: "My Editor",
        startCommand: "env A=1 /opt/my/editor --new  --size 100%",
        stopCommand: "pkill -x -- editor",
        workDirectory: "/opt/my",
        shownIn: "startMenu",
        isSystem: false
      })
      assert.deepStrictEqual(found.get("Con sole"), {
        name: "Con sole",
        startCommand: "x-terminal-emulator -e htop",
        stopCommand: "pkill -x -- htop",
        workDirectory: "",
        shownIn: "startMenu",
        isSystem: true
      })
      assert.deepStrictEqual(found.get("Game"), {
        name: "Game",
        startCommand: '"/opt/the game/play" --now',
        stopCommand: "pkill -x -- play",
        workDirectory: "",
        shownIn: "desktop",
        isSystem: false
      })
      assert.strictEqual(found.get("Control")?.isSystem, true)
      // The user's own file of the same name takes the place of the system's.
      assert.strictEqual(found.get("My Terminal")?.startCommand, "xterm -bg black")
      assert.strictEqual(found.get("UXTerm")?.shownIn, "startMenu")
      for (const name of ["XTerm", "Hidden", "Silent", "Absent", "Link", "Notes"]) {
        assert.isFalse(found.has(name), name)
      }
    })
  )

  withDesktop("start and stop by their commands", (desktop) =>
    Effect.gen(function* () {
      const xterm = (yield* desktop.installedApplications).find(({ name }) => name === "XTerm")
      if (xterm === undefined) return assert.fail("the terminal is installed")
      const started = yield* desktop.start({ command: xterm.startCommand })
      const window = yield* onlyWindow(desktop)
      assert.deepStrictEqual(
        started.filter(({ name }) => name === "xterm"),
        [{ name: "xterm", pid: window.pid, commandLine: "xterm" }]
      )
      assert.deepStrictEqual(
        (yield* desktop.visibleProcesses).map(({ pid }) => pid),
        [window.pid]
      )
      yield* desktop.stopByCommand(xterm.stopCommand)
      yield* eventually(Effect.filterOrFail(desktop.windows, ({ length }) => length === 0))
      assert.deepStrictEqual(yield* desktop.visibleProcesses, [])
      assert.strictEqual(yield* reasonOf(desktop.stopByCommand(xterm.stopCommand)), "Unknown")
      assert.strictEqual(yield* reasonOf(desktop.stopByCommand("no-such-program")), "NotFound")
    })
  )

  withDesktop("are stopped by name and by process", (desktop, machine) =>
    Effect.gen(function* () {
      // It does not end when it is asked to.
      const stubborn = `sh -c 'trap "" TERM; touch /tmp/trapped; while :; do sleep 1; done'`
      yield* shell(machine, `setsid ${stubborn} & echo $! >/tmp/pid; exec >/dev/null`)
      yield* eventually(machine.stat("/tmp/trapped"))
      const pid = Number(yield* textOf(machine, "/tmp/pid"))
      assert.isTrue((yield* desktop.processes).some((process) => process.pid === pid))
      yield* desktop.stopByPid(pid)
      assert.isFalse((yield* desktop.processes).some((process) => process.pid === pid))
      assert.strictEqual(yield* reasonOf(desktop.stopByPid(pid)), "NotFound")
      yield* shell(machine, "for i in 1 2; do xterm & done; true")
      yield* eventually(Effect.filterOrFail(desktop.windows, ({ length }) => length === 2))
      yield* desktop.stopByName("xterm")
      yield* eventually(Effect.filterOrFail(desktop.windows, ({ length }) => length === 0))
      assert.strictEqual(yield* reasonOf(desktop.stopByName("xterm")), "NotFound")
      assert.strictEqual(yield* reasonOf(desktop.stopByName("")), "NotFound")
      const name = "a-name-of-more-than-fifteen-letters"
      yield* shell(machine, `cp /usr/bin/sleep /tmp/${name}; /tmp/${name} 1000 & true`)
      yield* eventually(desktop.stopByName(name))
      assert.strictEqual(yield* reasonOf(desktop.stopByName(name)), "NotFound")
      for (const own of [1, 2])
        assert.strictEqual(yield* reasonOf(desktop.stopByPid(own)), "PermissionDenied")
      for (const none of [0, -1, 1.5])
        assert.strictEqual(yield* reasonOf(desktop.stopByPid(none)), "NotFound")
      assert.isFalse((yield* desktop.processes).some((process) => process.pid <= 2))
    })
  )

  withDesktop("start in a directory, without a shell reading more than their command", (desktop, machine) =>
    Effect.gen(function* () {
      const directory = "/tmp/a directory; touch '$(id)"
      yield* machine.makeDirectory(directory)
      const command = `xterm -T "$(printf 'two words')" -e sh -c 'pwd >/tmp/where; sleep 1000'`
      yield* desktop.start({ command, workDirectory: directory })
      assert.strictEqual((yield* onlyWindow(desktop)).title, "two words")
      yield* eventually(
        Effect.filterOrFail(textOf(machine, "/tmp/where"), (where) => where === `${directory}\n`)
      )
      assert.strictEqual(yield* reasonOf(desktop.start({ command, workDirectory: "/nowhere" })), "NotFound")
      assert.strictEqual(
        yield* reasonOf(desktop.start({ command, workDirectory: "/etc/passwd" })),
        "NotDirectory"
      )
      assert.strictEqual((yield* desktop.windows).length, 1)
    })
  )

  withDesktop("that fail at once say so", (desktop) =>
    Effect.gen(function* () {
      const refused = (command: string) => Effect.flip(desktop.start({ command }))
      assert.strictEqual((yield* refused("no-such-program --now")).reason, "NotFound")
      assert.strictEqual((yield* refused("/etc/passwd")).reason, "PermissionDenied")
      const failed = yield* refused("echo 'no disk' >&2; exit 3")
      assert.strictEqual(failed.reason, "Unknown")
      assert.include(failed.message, "exit code 3")
      assert.include(failed.message, "no disk")
      assert.strictEqual((yield* refused("  ")).reason, "Invalid")
      assert.strictEqual((yield* refused("xterm\0")).reason, "Invalid")
      // One that does its work and ends has not failed.
      assert.deepStrictEqual(yield* desktop.start({ command: "true" }), [])
    })
  )
})

const Refused = Schema.Struct({ error: Schema.Struct({ reason: Schema.String, detail: Schema.String }) })

/** What the agent says when the desktop is asked for on a host with the programs in a directory only. */
const askWith = (directory: string) =>
  Effect.async<typeof Refused.Type.error>((resume) => {
    const agent = fileURLToPath(new URL("../../../assets/agent.mjs", import.meta.url))
    const child = spawn(process.execPath, [agent], {
      env: { PATH: directory, HOME: directory },
      stdio: ["pipe", "pipe", "ignore"]
    })
    child.stdout.on(
      "data",
      Frames.decoder((header) => {
        resume(Effect.succeed(Schema.decodeUnknownSync(Refused)(header).error))
        child.stdin.end()
      })
    )
    for (const piece of Frames.encode({ id: 1, op: "desktop", action: "start" }, new Uint8Array(0))) {
      child.stdin.write(piece)
    }
    return Effect.sync(() => child.kill("SIGKILL"))
  })

describe("the desktop: a host without its programs", () => {
  it.scopedLive("is told which packages to install", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const none = yield* askWith(directory)
      assert.strictEqual(none.reason, "Missing")
      assert.include(none.detail, "apt-get install xvfb openbox xdotool wmctrl x11-utils x11-xkb-utils scrot")
      for (const program of ["Xvfb", "openbox", "xdotool", "wmctrl", "xprop", "xkbcomp"]) {
        fs.writeFileSync(join(directory, program), "", { mode: 0o755 })
      }
      const some = yield* askWith(directory)
      assert.strictEqual(some.reason, "Missing")
      assert.include(
        some.detail,
        "not installed on the host: xwininfo, scrot (apt-get install x11-utils scrot)"
      )
    })
  )
})
