// @effect-diagnostics nodeBuiltinImport:off
import * as fs from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { SessionCommand, SessionProcess } from "@effect-agentbay/core"
import { Chunk, Effect, Exit, Option, Schema, Stream, Tracer } from "effect"
import { eventually, isAlive, open, pattern, statusOf, textOf } from "../support/processes.js"

describe("what is refused before anything is sent", () => {
  const cases: ReadonlyArray<readonly [string, string, SessionProcess.StartOptions, string]> = [
    ["a command with a NUL character", "a\0b", {}, "command"],
    ["a command longer than a message", "x".repeat(70_000), {}, "command"],
    ["an empty id", "x", { commandId: "" }, "commandId"],
    ["an id that leads elsewhere", "x", { commandId: "../x" }, "commandId"],
    ["an id that begins with a dot", "x", { commandId: ".x" }, "commandId"],
    ["an id with a space", "x", { commandId: "a b" }, "commandId"],
    ["an id that is too long", "x", { commandId: "x".repeat(129) }, "commandId"],
    ["a parent that is relative", "x", { parent: "tmp" }, "parent"],
    ["a parent with dots in it", "x", { parent: "/tmp/../etc" }, "parent"],
    ["an empty directory", "x", { cwd: "" }, "cwd"],
    ["a variable with = in its name", "x", { env: { "A=B": "1" } }, "env"],
    ["a variable whose value has a NUL", "x", { env: { KEY: "se\0cret" } }, "env.KEY"],
    ["no shell", "x", { shell: "" }, "shell"],
    ["an option for a shell", "x", { shell: "-c" }, "shell"],
    ["another kind of input", "x", { stdin: "inherit" as never }, "stdin"],
    ["too small a budget", "x", { budget: 1000 }, "budget"],
    ["a budget that is no number", "x", { budget: Number.POSITIVE_INFINITY }, "budget"],
    ["a negative offset", "x", { from: { stdout: -1 } }, "from.stdout"],
    ["half a byte", "x", { from: { stderr: 0.5 } }, "from.stderr"]
  ]
  for (const [name, line, options, field] of cases) {
    it.scoped(name, () =>
      Effect.gen(function* () {
        const { calls, command } = yield* open()
        for (const start of [command.start, command.startScoped]) {
          const error = yield* Effect.flip(start(line, options))
          assert(error._tag === "InvalidArgument")
          assert.strictEqual(error.field, field)
          assert.notInclude(error.message, "cret")
        }
        assert.deepStrictEqual(calls, [])
      })
    )
  }

  it.scoped("an id to attach to whose directory is another one's", () =>
    Effect.gen(function* () {
      const { calls, command } = yield* open()
      for (const directory of [
        "/",
        "/home",
        "/tmp/agentbay-process-b",
        "/tmp/../agentbay-process-a",
        "agentbay-process-a"
      ]) {
        const id = { commandId: "a", directory }
        assert.isTrue(Exit.isFailure(yield* Effect.exit(Schema.decode(SessionProcess.ProcessId)(id))))
        const error = yield* Effect.flip(command.attach(id))
        assert.strictEqual(error._tag, "InvalidArgument")
      }
      assert.deepStrictEqual(calls, [])
    })
  )

  it.scopedLive("a signal that does not exist", () =>
    Effect.gen(function* () {
      const { calls, start } = yield* open()
      const process = yield* start("cat")
      const { length } = calls
      for (const name of ["SIGTERM", "9", "TERM -1"]) {
        const error = yield* Effect.flip(process.signal(name as never))
        assert.deepInclude(error, { _tag: "InvalidArgument", field: "name" })
      }
      assert.strictEqual(calls.length, length)
    })
  )
})

describe("what is started", () => {
  it.scopedLive("prints, and ends with a status", () =>
    Effect.gen(function* () {
      const { start } = yield* open()
      for (const [line, status] of [
        ["exit 3", [3, null]],
        ["no-such-command", [127, null]],
        ["kill -9 $$", [137, "KILL"]],
        ["kill -USR1 $$", [138, "USR1"]],
        ["exit 255", [255, null]]
      ] as const) {
        const process = yield* start(`echo out; echo err >&2; ${line}`)
        assert.strictEqual(yield* textOf(process.stdout), "out\n")
        assert.include(yield* textOf(process.stderr), "err\n")
        assert.deepStrictEqual(statusOf(yield* process.wait), [...status])
        assert.deepStrictEqual(Option.map(yield* process.exitStatus, statusOf), Option.some([...status]))
        assert.isFalse(yield* process.isRunning)
      }
    })
  )

  it.scopedLive("keeps its files to itself", () =>
    Effect.gen(function* () {
      const { start } = yield* open()
      const { id } = yield* start("true")
      assert.strictEqual(fs.statSync(id.directory).mode & 0o777, 0o700)
    })
  )

  it.scopedLive("has an environment of its own, and nothing of the scripts in it", () =>
    Effect.gen(function* () {
      const { start } = yield* open()
      const names = ["d", "q", "r", "l", "e", "x", "f", "g", "i", "s", "a", "b", "k", "n", "o"]
      const env = Object.fromEntries(names.map((name) => [name, `own ${name} 'ä\n'`]))
      const process = yield* start("env -0", { env, traceparent: false })
      const printed = (yield* textOf(process.stdout)).split("\0").filter((line) => line !== "")
      const seen = Object.fromEntries(printed.map((line) => line.split(/=(.*)/s).slice(0, 2)))
      assert.deepInclude(seen, env)
      assert.sameMembers(Object.keys(seen), [
        ...names,
        "PATH",
        "PWD",
        ...("OLDPWD" in seen ? ["OLDPWD"] : [])
      ])
    })
  )

  it.scopedLive("gets the span it is started in, unless told otherwise", () =>
    Effect.gen(function* () {
      const { calls, start } = yield* open()
      const parent = Tracer.externalSpan({
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331"
      })
      const traced = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.withParentSpan(effect, parent)
      yield* traced(start("true"))
      yield* traced(start("true", { env: { TRACEPARENT: "own" } }))
      yield* traced(start("true", { traceparent: false }))
      const sent = calls
        .filter(({ args }) => String(args.command).startsWith("set --"))
        .map(({ args }) => args.envs)
      assert.match(
        JSON.stringify(sent[0]),
        /^\{"TRACEPARENT":"00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01"\}$/
      )
      assert.notInclude(JSON.stringify(sent[0]), "b7ad6b7169203331")
      assert.deepStrictEqual(sent.slice(1), [{ TRACEPARENT: "own" }, undefined])
    })
  )

  it.scopedLive(
    "may handle signals, also that of the keyboard, which background jobs of a shell cannot",
    () =>
      Effect.gen(function* () {
        const { start } = yield* open()
        for (const [signal, status] of [
          ["TERM", 9],
          ["INT", 9],
          ["HUP", 9],
          ["QUIT", 9]
        ] as const) {
          const process = yield* start(
            `trap 'echo got ${signal}; exit 9' ${signal}; echo up; while :; do sleep 0.02; done`
          )
          yield* Stream.runDrain(Stream.take(process.stdoutLines, 1))
          assert.isTrue(yield* process.signal(signal))
          assert.deepStrictEqual(statusOf(yield* process.wait), [status, null])
          assert.strictEqual(yield* textOf(process.stdout), `up\ngot ${signal}\n`)
        }
      })
  )

  it.scopedLive("outlives the shell that started it, and its group", () =>
    Effect.gen(function* () {
      const { start } = yield* open({
        // What a session does to a command that outran its time.
        command: (line) =>
          line.startsWith("set --")
            ? `setsid sh -c ${SessionCommand.quote(`(${line}\n)\nkill -9 0`)}; true`
            : line
      })
      const process = yield* start("echo up; read -r x; echo $x")
      yield* process.write("still here\n")
      assert.strictEqual(yield* textOf(process.stdout), "up\nstill here\n")
    })
  )

  it.scopedLive("is told why it cannot start", () =>
    Effect.gen(function* () {
      const { root, start } = yield* open()
      const why = (given: SessionProcess.StartOptions) =>
        Effect.map(Effect.flip(start("true", given)), (error) => [
          error._tag === "ProcessError" ? error.reason : error._tag,
          error.message.length > 0
        ])
      fs.writeFileSync(`${root}/file`, "")
      assert.deepStrictEqual(yield* why({ cwd: `${root}/none` }), ["WorkingDirectory", true])
      assert.deepStrictEqual(yield* why({ cwd: `${root}/file` }), ["WorkingDirectory", true])
      assert.deepStrictEqual(yield* why({ shell: "no-such-shell" }), ["ShellNotFound", true])
      assert.deepStrictEqual(yield* why({ parent: `${root}/none` }), ["Failed", true])
      assert.deepStrictEqual(fs.readdirSync(root), ["file"])
    })
  )

  it.scopedLive("runs with another shell where asked", () =>
    Effect.gen(function* () {
      const { start } = yield* open()
      const process = yield* start('a=(one two); echo "${a[1]}"', { shell: "/bin/bash", stdin: "none" })
      assert.strictEqual(yield* textOf(process.stdout), "two\n")
    })
  )
})

describe("starting exactly once", () => {
  it.scopedLive("the same id finds the process; another command does not take it over", () =>
    Effect.gen(function* () {
      const { command, root, start } = yield* open()
      const options = { commandId: "job", parent: root }
      const process = yield* start(`echo ran >> ${root}/runs; read -r x`, options)
      const again = yield* Effect.all(
        Array.from({ length: 4 }, () => command.start(`echo ran >> ${root}/runs; read -r x`, options)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(new Set(again.map(({ pid }) => pid)), new Set([process.pid]))
      const other = yield* Effect.flip(Effect.scoped(command.startScoped("echo other", options)))
      assert.deepInclude(other, { _tag: "ProcessError", reason: "Conflict" })
      const longer = yield* Effect.flip(command.start(`echo ran >> ${root}/runs; read -r x\n`, options))
      assert.deepInclude(longer, { _tag: "ProcessError", reason: "Conflict" })
      assert.isTrue(yield* process.isRunning)
      assert.strictEqual(fs.readFileSync(`${root}/runs`, "utf8"), "ran\n")
    })
  )

  it.scopedLive("a start that broke off is reported, never runs, and can be taken back", () =>
    Effect.gen(function* () {
      const { command, root } = yield* open({
        command: (line) =>
          line.replace("-ge 150", "-ge 2").replace("setsid setsid sh", "[ -e no ] && setsid setsid sh")
      })
      const options = { commandId: "half", parent: root }
      const first = yield* Effect.flip(command.start(`echo ran > ${root}/ran`, options))
      assert.deepInclude(first, { _tag: "ProcessError", reason: "Abandoned" })
      const { start } = yield* open()
      const again = yield* Effect.flip(start(`echo ran > ${root}/ran`, options))
      assert.deepInclude(again, { _tag: "ProcessError", reason: "Abandoned" })
      const id = { commandId: "half", directory: `${root}/agentbay-process-half` }
      assert.deepInclude(yield* Effect.flip(command.attach(id)), { reason: "Abandoned" })
      yield* Effect.scoped(Effect.ignore(command.startScoped(`echo ran > ${root}/ran`, options)))
      assert.deepStrictEqual(fs.readdirSync(root), [])
    })
  )

  it.scopedLive("a command that was given up does not run late", () =>
    Effect.gen(function* () {
      const { command, root } = yield* open({
        command: (line) =>
          line.replace("-ge 150", "-ge 1").replace('mkdir "$1/new"', 'sleep 1; mkdir "$1/new"')
      })
      const options = { commandId: "late", parent: root }
      const error = yield* Effect.flip(command.start(`echo ran > ${root}/ran`, options))
      assert.deepInclude(error, { _tag: "ProcessError", reason: "Abandoned" })
      yield* eventually(() => fs.readdirSync(`${root}/agentbay-process-late`).includes("exit.127"))
      assert.isFalse(fs.existsSync(`${root}/ran`))
    })
  )
})

describe("a process that is not what it was", () => {
  it.scopedLive("is not signalled when its number belongs to another one", () =>
    Effect.gen(function* () {
      const { start } = yield* open()
      const innocent = yield* start("sleep 300")
      const process = yield* start("sleep 300")
      const pidFile = `${process.id.directory}/run/pid`
      const [pid, began] = fs.readFileSync(pidFile, "utf8").trim().split(" ")
      fs.writeFileSync(pidFile, `${innocent.pid} ${Number(began) - 1}\n`)
      assert.isFalse(yield* process.signal("KILL"))
      yield* process.release
      assert.isTrue(isAlive(innocent.pid))
      assert.isTrue(yield* innocent.isRunning)
      yield* eventually(() => isAlive(pid ?? "") === true)
      globalThis.process.kill(-Number(pid), "SIGKILL")
    })
  )

  it.scopedLive("is lost when nobody saw its end", () =>
    Effect.gen(function* () {
      const { start } = yield* open()
      const process = yield* start("printf before; sleep 300")
      yield* Stream.runDrain(Stream.take(process.stdout, 1))
      const [supervisor] = fs.readFileSync(`${process.id.directory}/supervisor`, "utf8").split(" ")
      globalThis.process.kill(Number(supervisor), "SIGKILL")
      assert.isTrue(yield* process.isRunning)
      globalThis.process.kill(process.pid, "SIGKILL")
      const error = yield* Effect.flip(Stream.runDrain(process.output))
      assert.strictEqual(error.reason, "ProcessLost")
      assert.deepStrictEqual(error.offsets, { stdout: 6, stderr: 0 })
      for (const asked of [process.wait, process.kill, Effect.asVoid(process.exitStatus)]) {
        const lost = yield* Effect.flip<unknown, SessionProcess.Failure, never>(asked)
        assert.deepInclude(lost, { _tag: "ProcessError", reason: "Lost" })
      }
      yield* process.release
    })
  )

  it.scopedLive("takes along all that it started in its session", () =>
    Effect.gen(function* () {
      const { start } = yield* open()
      const process = yield* start("set -m; sleep 301 & echo $!; sleep 302 & echo $!; wait", {
        shell: "/bin/bash"
      })
      const pids = Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(process.stdoutLines, 2)))
      assert.isTrue(pids.every(isAlive))
      assert.deepStrictEqual(statusOf(yield* process.kill), [137, "KILL"])
      yield* eventually(() => !pids.some(isAlive))
      assert.deepStrictEqual(statusOf(yield* process.kill), [137, "KILL"])
    })
  )

  it.scopedLive("leaves nothing when it is released", () =>
    Effect.gen(function* () {
      const { command, root, start } = yield* open()
      const process = yield* start("sleep 303 & echo $!; cat >/dev/null; sleep 304")
      const [child = ""] = Chunk.toReadonlyArray(
        yield* Stream.runCollect(Stream.take(process.stdoutLines, 1))
      )
      const own = ["supervisor", "pump", "run/pid"].map(
        (name) => fs.readFileSync(`${process.id.directory}/${name}`, "utf8").split(" ")[0] ?? ""
      )
      assert.isTrue([child, ...own].every(isAlive))
      yield* process.write(pattern(200_000))
      yield* process.release
      yield* process.release
      yield* eventually(() => ![child, ...own].some(isAlive))
      assert.deepStrictEqual(fs.readdirSync(root), [])
      assert.deepInclude(yield* Effect.flip(command.attach(process.id)), { reason: "NotFound" })
      assert.deepInclude(yield* Effect.flip(process.wait), { reason: "NotFound" })
      assert.deepInclude(yield* Effect.flip(process.write("x")), { reason: "NotFound" })
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(process.stdout))).reason, "Released")
    })
  )
})
