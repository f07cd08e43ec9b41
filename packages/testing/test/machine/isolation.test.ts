import { spawn } from "node:child_process"
import * as fs from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as LocalMachine from "../../src/machine/LocalMachine.js"
import { type Machine, Machines } from "../../src/machine/Machine.js"
import { eventually, processesWith, temporaryDirectory } from "./local/host.js"

const TEST_LIMIT_MS = 60_000
const SECRET = "moonlight-over-quiet-harbour"
const HostSays = Schema.parseJson(Schema.Struct({ pid: Schema.Int, stdout: Schema.String }))
const here = fileURLToPath(new URL(".", import.meta.url))

const shell = (machine: Machine, command: string) => machine.exec({ command, timeoutMs: 30_000 })
const make = (sessionId: string) =>
  Effect.flatMap(Machines, (machines) => machines.make({ sessionId, imageId: "linux_latest" }))
const live = <E>(title: string, body: () => Effect.Effect<void, E, Machines | Scope.Scope>) =>
  it.scopedLive(title, () => Effect.provide(body(), LocalMachine.layer()), TEST_LIMIT_MS)

/** A file of the host with a secret in it, deleted with the scope. */
const secretIn = (directory: string, name: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const path = join(directory, name)
      fs.writeFileSync(path, SECRET)
      return path
    }),
    (path) => Effect.sync(() => fs.rmSync(path, { force: true }))
  )

describe("a session", () => {
  live("does not see the files of the host", () =>
    Effect.gen(function* () {
      const inTemporary = yield* secretIn(yield* temporaryDirectory, "secret-of-the-host.txt")
      const inRepository = fileURLToPath(import.meta.url)
      const machine = yield* make("s-files")
      for (const path of [inTemporary, inRepository, "/etc/shadow", "/root/.bashrc"]) {
        assert.isTrue(fs.existsSync(path) || path.startsWith("/root"), path)
        const routes = [
          path,
          `../../../../../..${path}`,
          `/proc/1/root${path}`,
          `/proc/self/cwd/../..${path}`
        ]
        for (const route of routes) {
          assert.notStrictEqual((yield* shell(machine, `cat '${route}'`)).exitCode, 0, route)
          assert.isTrue(Exit.isFailure(yield* Effect.exit(machine.read(route, 0, 0))), route)
        }
        yield* shell(machine, `ln -sfn '${path}' /tmp/link; ln -sfn / /tmp/root`)
        assert.strictEqual((yield* Effect.flip(machine.read("/tmp/link", 0, 0))).reason, "NotFound")
        assert.strictEqual((yield* Effect.flip(machine.stat("/tmp/link"))).reason, "NotFound")
        assert.strictEqual((yield* Effect.flip(machine.read(`/tmp/root${path}`, 0, 0))).reason, "NotFound")
      }
      const found = yield* shell(
        machine,
        "find / -name 'secret-of-the-host*' -o -name 'isolation.test.ts' 2>/dev/null"
      )
      assert.strictEqual(found.stdout, "")
    })
  )

  live("writes through no link to the host", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const path = yield* secretIn(directory, "target.txt")
      const machine = yield* make("s-links")
      yield* shell(machine, `ln -s '${path}' /tmp/file; ln -s '${directory}' /tmp/directory`)
      yield* Effect.exit(machine.write("/tmp/file", new Uint8Array(1), "overwrite"))
      yield* Effect.exit(machine.write("/tmp/directory/new.txt", new Uint8Array(1), "overwrite"))
      yield* Effect.exit(machine.remove("/tmp/directory/target.txt"))
      yield* Effect.exit(machine.remove("/tmp/directory", { recursive: true }))
      assert.deepStrictEqual(fs.readdirSync(directory), ["target.txt"])
      assert.strictEqual(fs.readFileSync(path, "utf8"), SECRET)
    })
  )

  live("does not see the processes of the host", () =>
    Effect.gen(function* () {
      const machine = yield* make("s-processes")
      const seen = yield* shell(machine, "cat /proc/[0-9]*/comm | sort -u")
      const own = new Set(["bwrap", "node", "bash", "sh", "cat", "sort", "MainThread"])
      assert.deepStrictEqual(
        seen.stdout
          .trim()
          .split("\n")
          .filter((name) => !own.has(name)),
        []
      )
      assert.strictEqual((yield* shell(machine, `test -e /proc/${process.pid}/cwd`)).exitCode, 1)
      yield* shell(machine, `kill -9 ${process.pid} ${process.ppid}`)
    })
  )

  live("does not see another session's files and processes", () =>
    Effect.gen(function* () {
      const one = yield* make("s-one")
      const two = yield* make("s-two")
      yield* shell(one, `echo ${SECRET} > /tmp/of-one.txt; echo ${SECRET} > ~/of-one.txt`)
      yield* shell(one, "sleep 1000 >/dev/null 2>&1 & echo $! > /tmp/pid")
      yield* eventually(Effect.filterOrFail(shell(one, "pgrep -xc sleep"), ({ stdout }) => stdout === "1\n"))
      assert.strictEqual((yield* shell(two, "pgrep -xc sleep")).stdout, "0\n")
      assert.strictEqual((yield* shell(two, "ps -e -o comm= | grep -c sleep")).stdout, "0\n")
      assert.strictEqual((yield* shell(two, "find / -name 'of-one*' 2>/dev/null")).stdout, "")
      assert.strictEqual((yield* shell(one, "hostname")).stdout, "s-one\n")
      assert.strictEqual((yield* shell(two, "hostname")).stdout, "s-two\n")
      yield* shell(two, "kill -9 -1").pipe(Effect.exit)
      assert.strictEqual((yield* shell(one, "kill -0 $(cat /tmp/pid); echo alive")).stdout, "alive\n")
    })
  )

  live("has no environment of the host", () =>
    Effect.gen(function* () {
      yield* Effect.acquireRelease(
        Effect.sync(() => (process.env["AGENTBAY_API_KEY"] = SECRET)),
        () => Effect.sync(() => delete process.env["AGENTBAY_API_KEY"])
      )
      const machine = yield* make("s-environment")
      const names = yield* shell(machine, "env | cut -d= -f1 | sort | tr '\\n' ' '")
      assert.match(names.stdout, /^DISPLAY HOME LANG LOGNAME MPLBACKEND PATH PWD SHELL SHLVL USER _ $/)
      const everywhere = yield* shell(
        machine,
        "cat /proc/[0-9]*/environ /proc/[0-9]*/task/*/environ | wc -c; cat /proc/[0-9]*/environ"
      )
      assert.notMatch(everywhere.stdout, /^0\n/)
      assert.notInclude(everywhere.stdout, SECRET)
      const python = yield* machine.runCode({
        language: "python",
        code: "import os\nsorted(os.environ)",
        timeoutMs: 30_000
      })
      assert.notInclude(String(python.outputs[0]?.data["text/plain"]), "AGENTBAY")
    })
  )

  live("does not reach a server of the host", () =>
    Effect.gen(function* () {
      let requests = 0
      const server = yield* Effect.acquireRelease(
        Effect.async<ReturnType<typeof createServer>>((resume) => {
          const server = createServer((_, response) => {
            requests += 1
            response.end(SECRET)
          })
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close())
      )
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
      const machine = yield* make("s-network")
      const code = [
        "let seen",
        `try { await fetch(${JSON.stringify(url)}); seen = "reached" } catch (error) { seen = error.cause.code }`,
        "seen"
      ].join("\n")
      const result = yield* machine.runCode({ language: "javascript", code, timeoutMs: 30_000 })
      assert.strictEqual(result.outputs[0]?.data["text/plain"], "'ECONNREFUSED'")
      assert.strictEqual(requests, 0)
      const devices = yield* shell(machine, "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '")
      assert.strictEqual(devices.stdout, "lo\n")
    })
  )

  live("has no power over the kernel", () =>
    Effect.gen(function* () {
      const machine = yield* make("s-kernel")
      const capabilities = yield* shell(
        machine,
        "grep -E '^Cap(Prm|Eff|Bnd|Amb)' /proc/self/status | cut -f2 | sort -u"
      )
      assert.strictEqual(capabilities.stdout, "0000000000000000\n")
      const before = fs.readFileSync("/proc/sys/vm/swappiness", "utf8")
      assert.notStrictEqual((yield* shell(machine, "echo 61 > /proc/sys/vm/swappiness")).exitCode, 0)
      assert.strictEqual(fs.readFileSync("/proc/sys/vm/swappiness", "utf8"), before)
      const writable = yield* shell(
        machine,
        "find /proc -xdev -writable -type f -path '/proc/sys/*' 2>/dev/null | head -1; touch /usr/x 2>&1; id -u"
      )
      assert.match(writable.stdout, /Read-only file system\n1000\n$/)
      assert.notStrictEqual((yield* shell(machine, "mount -t tmpfs none /mnt")).exitCode, 0)
    })
  )

  it.scopedLive(
    "is gone when its scope closes, whatever it left",
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const marker = `1000.2${process.pid}`
        const scope = yield* Scope.make()
        const machine = yield* make("s-closed").pipe(
          Scope.extend(scope),
          Effect.provide(LocalMachine.layer({ directory }))
        )
        yield* shell(machine, `for i in 1 2 3; do setsid sh -c "trap '' TERM HUP; sleep ${marker}; :" & done`)
        yield* shell(
          machine,
          "mkdir -p read/only; touch read/only/file; chmod 0 read/only; chmod 500 read; chmod 500 ~"
        )
        const deep =
          "i=0; d=$(printf 'd%.0s' $(seq 200)); cd /tmp; while [ $i -lt 40 ]; do mkdir $d; cd $d; i=$((i+1)); done; touch end"
        assert.strictEqual((yield* shell(machine, deep)).exitCode, 0)
        yield* machine.runCode({ language: "python", code: "1", timeoutMs: 30_000 })
        assert.isAtLeast((yield* processesWith(marker)).length, 3)
        assert.strictEqual(fs.readdirSync(directory).length, 1)
        const bubblewraps = yield* processesWith(join(directory, fs.readdirSync(directory)[0] ?? "none"))
        assert.isAtLeast(bubblewraps.length, 2)
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual(yield* processesWith(marker), [])
        assert.deepStrictEqual(yield* processesWith(directory), [])
        assert.deepStrictEqual(fs.readdirSync(directory), [])
      }),
    TEST_LIMIT_MS
  )

  it.scopedLive(
    "is gone when its scope closes while it starts",
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const startAndStop = (delayMs: number) =>
          Effect.gen(function* () {
            const machine = yield* make("s-starting")
            const pending = yield* Effect.fork(Effect.flip(shell(machine, "sleep 1000")))
            yield* Effect.sleep(delayMs)
            return pending
          }).pipe(Effect.scoped, Effect.flatMap(Fiber.await))
        yield* Effect.forEach(
          Array.from({ length: 30 }, (_, index) => index * 2),
          startAndStop
        ).pipe(Effect.provide(LocalMachine.layer({ directory })))
        assert.deepStrictEqual(yield* processesWith(directory), [])
        assert.deepStrictEqual(fs.readdirSync(directory), [])
      }),
    TEST_LIMIT_MS
  )

  it.scopedLive(
    "ends with a host that is killed, inherits none of its descriptors, and is swept up later",
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const secret = yield* secretIn(yield* temporaryDirectory, "inherited.txt")
        const marker = `1000.1${process.pid}`
        const command = `setsid sleep ${marker} >/dev/null 2>&1 & cat /proc/[0-9]*/fd/200 2>/dev/null; ls -l /proc/[0-9]*/fd/200 2>/dev/null`
        const host = spawn(
          "/bin/bash",
          [
            ...["-c", 'exec 200<"$0"; "$@" & exec sleep 1000', secret, process.execPath, "--import", "tsx"],
            ...[join(here, "local/hostProgram.ts"), directory, command]
          ],
          { stdio: ["ignore", "pipe", "inherit"], cwd: here }
        )
        yield* Effect.addFinalizer(() => Effect.sync(() => host.kill("SIGKILL")))
        const printed = yield* Effect.async<string>((resume) => {
          createInterface({ input: host.stdout }).once("line", (line) => resume(Effect.succeed(line)))
        })
        const { pid, stdout } = yield* Schema.decodeUnknown(HostSays)(printed)
        yield* Effect.addFinalizer(() => Effect.ignore(Effect.try(() => process.kill(pid, "SIGKILL"))))
        assert.include(stdout, "/fd/200 -> /dev/null")
        assert.notInclude(stdout, SECRET)
        assert.notInclude(stdout, "inherited.txt")
        assert.isAtLeast((yield* processesWith(marker)).length, 1)
        const left = fs.readdirSync(directory)
        assert.strictEqual(left.length, 1)

        // A second owner of the directory leaves a living neighbour alone,
        yield* Effect.scoped(Effect.provide(make("s-neighbour"), LocalMachine.layer({ directory })))
        assert.deepStrictEqual(fs.readdirSync(directory), left)

        // and sweeps up after a dead one, even if its parent never waits for it.
        process.kill(pid, "SIGKILL")
        yield* eventually(
          Effect.filterOrFail(
            processesWith(marker),
            ({ length }) => length === 0,
            () => "alive"
          )
        )
        yield* eventually(
          Effect.filterOrFail(
            processesWith(directory),
            ({ length }) => length === 0,
            () => "alive"
          )
        )
        assert.deepStrictEqual(fs.readdirSync(directory), left)
        yield* Effect.scoped(Effect.provide(make("s-successor"), LocalMachine.layer({ directory })))
        assert.deepStrictEqual(fs.readdirSync(directory), [])
      }),
    TEST_LIMIT_MS
  )
})
