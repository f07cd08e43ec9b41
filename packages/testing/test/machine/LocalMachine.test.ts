import * as fs from "node:fs"
import * as os from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as LocalMachine from "../../src/machine/LocalMachine.js"
import { type Machine, type MachineError, Machines } from "../../src/machine/Machine.js"
import { eventually, isStopped, processesWith, temporaryDirectory } from "./local/host.js"
import { shell, TEST_LIMIT_MS, withMachine } from "./local/machine.js"
import { machineContract } from "./machineContract.js"

machineContract("LocalMachine", LocalMachine.layer())

const MEBIBYTE = 1024 * 1024

describe("LocalMachine: processes", () => {
  withMachine("survive their command in the background", (machine) =>
    Effect.gen(function* () {
      yield* shell(machine, "nohup sh -c 'sleep 0.3; echo done > /tmp/done' >/dev/null 2>&1 &")
      yield* shell(machine, "setsid sleep 1000 >/dev/null 2>&1 & echo $! > /tmp/pid")
      yield* eventually(machine.stat("/tmp/done"))
      assert.strictEqual((yield* shell(machine, "kill -0 $(cat /tmp/pid)")).exitCode, 0)
    })
  )

  withMachine("do not hold their command back by keeping its output open", (machine) =>
    Effect.gen(function* () {
      const result = yield* shell(machine, "sleep 1000 & yes & echo out; echo err >&2")
      assert.match(result.stdout, /^(y\n)*out\n/m)
      assert.strictEqual(result.stderr, "err\n")
      assert.isFalse(result.timedOut)
      yield* eventually(
        Effect.filterOrFail(shell(machine, "pgrep -xc 'sleep|yes'"), ({ stdout }) => stdout === "2\n")
      )
    })
  )

  withMachine("are killed with their children at the timeout, and what they printed is kept", (machine) =>
    Effect.gen(function* () {
      const result = yield* machine.exec({
        command: "trap '' TERM INT; echo before; sh -c 'sleep 1000; true'; echo after",
        timeoutMs: 500
      })
      assert.deepStrictEqual(result, { stdout: "before\n", stderr: "", exitCode: -1, timedOut: true })
      assert.strictEqual((yield* shell(machine, "pgrep -xc sleep")).stdout, "0\n")
    })
  )

  withMachine("report the signal that ended them as the shell does", (machine) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* shell(machine, "kill -9 $$")).exitCode, 137)
      assert.strictEqual((yield* shell(machine, "kill -TERM $$")).exitCode, 143)
    })
  )

  withMachine("may print much, byte for byte", (machine) =>
    Effect.gen(function* () {
      const result = yield* shell(machine, "yes '😀 012345' | head -c 12000000; yes e | head -c 1000000 >&2")
      assert.strictEqual(result.stdout, "😀 012345\n".repeat(1_000_000))
      assert.strictEqual(result.stderr, "e\n".repeat(500_000))
    })
  )

  withMachine("lose nothing of what they printed last", (machine) =>
    Effect.gen(function* () {
      // More than a pipe holds, from processes that end at once: some end before their output has been read.
      const results = yield* Effect.forEach(
        Array.from({ length: 40 }, (_, index) => index),
        (index) => shell(machine, `head -c 200000 /dev/zero; printf 'out${index}'; printf 'err${index}' >&2`),
        { concurrency: 8 }
      )
      for (const [index, { stderr, stdout }] of results.entries()) {
        assert.strictEqual(stdout.length, 200_000 + `out${index}`.length)
        assert.isTrue(stdout.endsWith(`out${index}`))
        assert.strictEqual(stderr, `err${index}`)
      }
    })
  )

  withMachine("are told when they print too much", (machine) =>
    Effect.gen(function* () {
      const result = yield* shell(machine, `head -c ${64 * MEBIBYTE + 7} /dev/zero; echo`)
      assert.strictEqual(result.exitCode, 0)
      const mark = "\n[output truncated: 8 more bytes]\n"
      assert.strictEqual(result.stdout.length, 64 * MEBIBYTE + mark.length)
      assert.isTrue(result.stdout.endsWith(`\0${mark}`))
    })
  )

  withMachine("keep a byte order mark, and replace what is not UTF-8", (machine) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* shell(machine, "printf '\\357\\273\\277a\\377b'")).stdout, "\ufeffa\ufffdb")
    })
  )

  withMachine("refuse what no process can be given", (machine) =>
    Effect.gen(function* () {
      const refused = (request: Partial<Parameters<Machine["exec"]>[0]>) =>
        Effect.map(
          Effect.flip(machine.exec({ command: "true", timeoutMs: 1000, ...request })),
          (error) => error.reason
        )
      assert.strictEqual(yield* refused({ command: "a\0b" }), "Invalid")
      assert.strictEqual(yield* refused({ env: { "A=B": "c" } }), "Invalid")
      assert.strictEqual(yield* refused({ env: { A: "c\0" } }), "Invalid")
      assert.strictEqual(yield* refused({ timeoutMs: Number.NaN }), "Invalid")
      assert.strictEqual(yield* refused({ timeoutMs: -1 }), "Invalid")
      assert.strictEqual(yield* refused({ command: `echo ${"x".repeat(200_000)}` }), "Invalid")
      const endless = yield* machine.exec({
        command: "echo $A",
        env: { A: "b" },
        timeoutMs: Number.POSITIVE_INFINITY
      })
      assert.strictEqual(endless.stdout, "b\n")
    })
  )

  withMachine("are killed when their fiber is interrupted", (machine) =>
    Effect.gen(function* () {
      const marker = `1000.3${process.pid}`
      const fiber = yield* Effect.fork(
        machine.exec({ command: `sleep ${marker} | sleep ${marker}`, timeoutMs: Number.POSITIVE_INFINITY })
      )
      yield* eventually(
        Effect.filterOrFail(
          processesWith(marker),
          ({ length }) => length >= 3,
          () => "not yet"
        )
      )
      yield* Fiber.interrupt(fiber)
      yield* eventually(
        Effect.filterOrFail(
          processesWith(marker),
          ({ length }) => length === 0,
          () => "still there"
        )
      )
      assert.strictEqual((yield* shell(machine, "echo alive")).stdout, "alive\n")
    })
  )

  withMachine("may freeze the agent, which stops the session at the next interruption", (machine) =>
    Effect.gen(function* () {
      const frozen = yield* Effect.fork(shell(machine, "touch /tmp/frozen; kill -STOP $PPID; sleep 1000"))
      yield* eventually(
        Effect.filterOrFail(processesWith("/opt/agentbay/agent.mjs"), (agents) => agents.some(isStopped))
      )
      yield* Fiber.interrupt(frozen)
      const error = yield* Effect.flip(shell(machine, "true"))
      assert.strictEqual(error.reason, "Stopped")
      assert.include(error.message, "did not answer")
    })
  )

  it.live(
    "stop the session when they kill everything in it",
    () =>
      Effect.gen(function* () {
        const machines = yield* Machines
        const machine = yield* machines.make({ sessionId: "s-killed", imageId: "linux_latest" })
        const pending = yield* Effect.fork(Effect.flip(shell(machine, "sleep 1000")))
        yield* shell(machine, "true")
        const error = yield* Effect.flip(shell(machine, "kill -9 -1; sleep 1000"))
        assert.strictEqual(error.reason, "Stopped")
        assert.include(error.message, "the session is stopped")
        assert.strictEqual((yield* Fiber.join(pending)).reason, "Stopped")
        assert.strictEqual((yield* Effect.flip(machine.stat("/tmp"))).reason, "Stopped")
      }).pipe(Effect.scoped, Effect.provide(LocalMachine.layer())),
    TEST_LIMIT_MS
  )
})

describe("LocalMachine: files", () => {
  withMachine("of 64 MiB come back as they went", (machine) =>
    Effect.gen(function* () {
      const content = new Uint8Array(64 * MEBIBYTE)
      for (let at = 0; at < content.length; at += 4093) content[at] = at % 251
      yield* machine.write("/tmp/large", content, "overwrite")
      assert.strictEqual(Buffer.compare(yield* machine.read("/tmp/large", 0, 0), content), 0)
      const chunk = 4 * MEBIBYTE
      for (let at = 0; at < content.length; at += chunk) {
        yield* machine.write(
          "/tmp/parts",
          content.subarray(at, at + chunk),
          at === 0 ? "create_new" : "append"
        )
      }
      assert.strictEqual((yield* shell(machine, "cmp /tmp/large /tmp/parts")).exitCode, 0)
      const part = yield* machine.read("/tmp/parts", 5 * chunk - 1, chunk)
      assert.strictEqual(Buffer.compare(part, content.subarray(5 * chunk - 1, 6 * chunk - 1)), 0)
    })
  )

  withMachine("without a size are read to their end", (machine) =>
    Effect.gen(function* () {
      assert.match(Buffer.from(yield* machine.read("/proc/self/status", 0, 0)).toString(), /^Name:\t\w+\n/)
      assert.strictEqual((yield* machine.read("/dev/zero", 0, 100_000)).length, 100_000)
    })
  )

  withMachine("that never end, or never begin, are refused", (machine) =>
    Effect.gen(function* () {
      yield* shell(machine, "mkfifo /tmp/pipe")
      const reasonOf = (operation: Effect.Effect<unknown, MachineError>) =>
        Effect.map(Effect.flip(operation), (error) => error.reason)
      assert.strictEqual(yield* reasonOf(machine.read("/tmp/pipe", 0, 0)), "Invalid")
      assert.strictEqual(
        yield* reasonOf(machine.write("/tmp/pipe", new Uint8Array(1), "overwrite")),
        "Invalid"
      )
      assert.strictEqual(yield* reasonOf(machine.read("/dev/zero", 0, 0)), "Invalid")
    })
  )

  withMachine("may be put anywhere but into the programs of the host", (machine) =>
    Effect.gen(function* () {
      yield* machine.write("/data/new/file", new Uint8Array(3), "overwrite")
      yield* machine.makeDirectory("/mnt/disk")
      assert.strictEqual(
        (yield* shell(machine, "stat -c '%U %G %s' /data/new/file")).stdout,
        "wuying wuying 3\n"
      )
      const error = yield* Effect.flip(machine.write("/usr/bin/new", new Uint8Array(3), "overwrite"))
      assert.strictEqual(error.reason, "PermissionDenied")
      assert.strictEqual(
        (yield* Effect.flip(machine.remove("/", { recursive: true }))).reason,
        "PermissionDenied"
      )
    })
  )

  withMachine("move from one file system to another", (machine) =>
    Effect.gen(function* () {
      yield* machine.write("/tmp/tree/leaf", new Uint8Array([1, 2]), "overwrite")
      yield* machine.move("/tmp/tree", "/dev/shm/tree")
      assert.deepStrictEqual(yield* machine.read("/dev/shm/tree/leaf", 0, 0), new Uint8Array([1, 2]))
      assert.strictEqual((yield* Effect.flip(machine.stat("/tmp/tree"))).reason, "NotFound")
    })
  )
})

describe("LocalMachine: availability", () => {
  const withPath = (path: string) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const before = process.env["PATH"]
        process.env["PATH"] = path
        return before
      }),
      (before) => Effect.sync(() => (process.env["PATH"] = before))
    )
  const refusal = (directory?: string) =>
    Effect.flip(Effect.scoped(Layer.build(LocalMachine.layer({ directory }))))

  it.scopedLive("is told by the probe", () =>
    Effect.gen(function* () {
      assert.isTrue(Option.isNone(yield* LocalMachine.probe))
      yield* withPath("/nowhere")
      const reason = Option.getOrThrow(yield* LocalMachine.probe)
      assert.strictEqual(reason.reason, "BubblewrapMissing")
      assert.include(reason.message, "apt-get install bubblewrap")
      assert.strictEqual((yield* refusal()).reason, "BubblewrapMissing")
    })
  )

  it.scopedLive("names the kernel settings when bubblewrap may not make namespaces", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const program = "#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n"
      fs.writeFileSync(join(directory, "bwrap"), program, { mode: 0o755 })
      yield* withPath(`${directory}:${process.env["PATH"]}`)
      const error = yield* refusal()
      assert.strictEqual(error.reason, "NamespacesRefused")
      assert.include(error.message, "No permissions to create a new namespace")
      assert.include(error.message, "kernel.apparmor_restrict_unprivileged_userns")
    })
  )

  it.scopedLive("needs a directory it can write", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      fs.writeFileSync(join(directory, "file"), "")
      assert.strictEqual((yield* refusal(join(directory, "file", "below"))).reason, "DirectoryUnusable")
    })
  )

  it.scopedLive("leaves nothing behind where no session was used", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const scope = yield* Scope.make()
      const machine = yield* Machines.pipe(
        Effect.flatMap((machines) => machines.make({ sessionId: "s-unused", imageId: "linux_latest" })),
        Scope.extend(scope),
        Effect.provide(LocalMachine.layer({ directory }))
      )
      assert.strictEqual(machine.home, "/home/wuying")
      assert.deepStrictEqual(fs.readdirSync(directory), [])
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Effect.flip(machine.stat("/"))).reason, "Stopped")
      assert.deepStrictEqual(fs.readdirSync(directory), [])
      assert.isTrue(directory.startsWith(os.tmpdir()))
    })
  )
})
