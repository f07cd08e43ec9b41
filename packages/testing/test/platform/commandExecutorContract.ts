/** What a program gets from `CommandExecutor`, whoever serves it. */
import * as Command from "@effect/platform/Command"
import * as CommandExecutor from "@effect/platform/CommandExecutor"
import type { PlatformError } from "@effect/platform/Error"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, type Layer, Schedule, type Scope, Sink, Stream } from "effect"

const limit = 120_000

export interface Subject<E> {
  readonly layer: Layer.Layer<CommandExecutor.CommandExecutor, E>
  /** Whether there is a bash of its own, with arrays. */
  readonly hasBash: boolean
  /** Whether processes can handle signals. */
  readonly hasTraps: boolean
}

const utf8 = (text: string) => new TextEncoder().encode(text)

const textOf = <E, R>(stream: Stream.Stream<Uint8Array, E, R>) =>
  Effect.map(Stream.runCollect(stream), (chunks) =>
    Buffer.concat(Chunk.toReadonlyArray(chunks)).toString("utf8")
  )

const sh = (script: string) => Command.make("sh", "-c", script)

/** The members of an error that programs look at. */
const shown = (error: PlatformError) =>
  error._tag === "SystemError"
    ? [error.module, error.method, error.reason, error.pathOrDescriptor]
    : [error._tag, error.module, error.method]

/** A directory of its own for one test. */
const directory = Effect.acquireRelease(
  Effect.gen(function* () {
    const path = `/tmp/agentbay-executor-${process.pid}-${Math.random().toString(36).slice(2)}`
    yield* Command.exitCode(Command.make("mkdir", path))
    return path
  }),
  (path) => Effect.ignore(Command.exitCode(Command.make("rm", "-rf", path)))
)

const isAlive = (pid: number) =>
  Effect.map(Command.exitCode(sh(`kill -0 ${pid} 2>/dev/null`)), (code) => code === 0)

const isGone = (pid: number) =>
  isAlive(pid).pipe(
    Effect.filterOrFail((alive) => !alive),
    Effect.retry(Schedule.spaced("100 millis").pipe(Schedule.intersect(Schedule.recurs(100)))),
    Effect.isSuccess
  )

export const commandExecutorContract = <E>(name: string, { hasBash, hasTraps, layer }: Subject<E>) => {
  const test = <A, E2>(
    title: string,
    body: () => Effect.Effect<A, E2, CommandExecutor.CommandExecutor | Scope.Scope>
  ) => it.live(title, () => Effect.provide(Effect.scoped(body()), layer), limit)

  describe(`CommandExecutor ${name}`, () => {
    test("a command as a text, as lines, as bytes, as an exit code", () =>
      Effect.gen(function* () {
        const command = Command.make("printf", "%s\\n", "one", "zwei ä", "")
        assert.strictEqual(yield* Command.string(command), "one\nzwei ä\n\n")
        assert.deepStrictEqual(yield* Command.lines(command), ["one", "zwei ä", ""])
        assert.deepStrictEqual(
          Chunk.toReadonlyArray(yield* Stream.runCollect(Command.streamLines(command))),
          ["one", "zwei ä", ""]
        )
        assert.strictEqual(yield* textOf(Command.stream(command)), "one\nzwei ä\n\n")
        assert.strictEqual(yield* Command.exitCode(command), 0)
      }))

    test("text is decoded as it is said to be", () =>
      Effect.gen(function* () {
        const command = Command.make("printf", "\\344\\366")
        assert.strictEqual(yield* Command.string(command, "latin1"), "äö")
        assert.deepStrictEqual(yield* Command.lines(command, "latin1"), ["äö"])
      }))

    test("an exit code is data", () =>
      Effect.gen(function* () {
        for (const code of [1, 3, 127, 255]) {
          assert.strictEqual(yield* Command.exitCode(sh(`exit ${code}`)), code)
        }
        assert.strictEqual(yield* Command.string(sh("echo out; exit 4")), "out\n")
      }))

    test("arguments arrive as they are", () =>
      Effect.gen(function* () {
        const args = [
          "",
          " ",
          "a b",
          "it's",
          '"',
          "$HOME",
          "`id`",
          "*",
          "\\",
          "a\nb",
          "-n",
          "ä 🌍",
          "|",
          ">x"
        ]
        const command = Command.make("printf", "<%s>", ...args)
        assert.strictEqual(yield* Command.string(command), args.map((arg) => `<${arg}>`).join(""))
      }))

    test("a process has a number, two outputs, an end", () =>
      Effect.gen(function* () {
        const found = yield* Command.start(sh("echo out; echo err >&2; read -r line; exit 7"))
        assert.isAbove(found.pid, 0)
        assert.deepStrictEqual(found.toJSON(), {
          _id: "@effect/platform/CommandExecutor/Process",
          pid: found.pid
        })
        assert.include(found.toString(), String(found.pid))
        assert.isTrue(CommandExecutor.ProcessTypeId in found)
        assert.isTrue(yield* found.isRunning)
        assert.isTrue(yield* isAlive(found.pid))
        yield* Stream.run(Stream.make(utf8("go\n")), found.stdin)
        assert.strictEqual(yield* textOf(found.stdout), "out\n")
        assert.strictEqual(yield* textOf(found.stderr), "err\n")
        assert.strictEqual(yield* found.exitCode, 7)
        assert.strictEqual(yield* found.exitCode, 7)
        assert.isFalse(yield* found.isRunning)
      }))

    test("environment: added to the one there is, or instead of it", () =>
      Effect.gen(function* () {
        const value = "it's $HOME\nand 'more'"
        const added = Command.make("printenv", "GREETING").pipe(Command.env({ GREETING: value }))
        assert.strictEqual(yield* Command.string(added), `${value}\n`)
        const path = sh('test -n "$PATH" && printf %s "$GREETING"').pipe(Command.env({ GREETING: "hi" }))
        assert.strictEqual(yield* Command.string(path), "hi")
        const odd = Command.make("printenv").pipe(Command.env({ "an.odd-name": "1" }))
        assert.include(yield* Command.lines(odd), "an.odd-name=1")
        const instead = Command.make("printenv").pipe(
          Command.env({ ONE: "1", TWO: "2 2" }, { extendEnv: false })
        )
        assert.sameMembers(
          (yield* Command.lines(instead)).filter((line) => !line.startsWith("PWD=")),
          ["ONE=1", "TWO=2 2"]
        )
        const unset = Command.make("printenv", "GREETING").pipe(Command.env({ GREETING: undefined }))
        assert.strictEqual(yield* Command.exitCode(unset), 1)
      }))

    test("the path of the environment is where programs are sought", () =>
      Effect.gen(function* () {
        const path = yield* directory
        yield* Command.exitCode(sh(`printf '#!/bin/sh\\necho own' > ${path}/own; chmod 755 ${path}/own`))
        const own = Command.make("own").pipe(Command.env({ PATH: `${path}:/usr/bin:/bin` }))
        assert.strictEqual(yield* Command.string(own), "own\n")
        const error = yield* Effect.flip(Command.string(Command.make("own")))
        assert.deepStrictEqual(shown(error), ["Command", "spawn", "NotFound", "own "])
      }))

    test("the working directory", () =>
      Effect.gen(function* () {
        const path = yield* directory
        const pwd = sh("pwd").pipe(Command.workingDirectory(path))
        assert.strictEqual(yield* Command.string(pwd), `${path}\n`)
        yield* Command.exitCode(
          sh("printf '#!/bin/sh\\necho here' > own; chmod 755 own").pipe(Command.workingDirectory(path))
        )
        const relative = Command.make("./own").pipe(Command.workingDirectory(path))
        assert.strictEqual(yield* Command.string(relative), "here\n")
      }))

    test("a program that is not there", () =>
      Effect.gen(function* () {
        const command = Command.make("no-such-program", "-x")
        const expected = ["Command", "spawn", "NotFound", "no-such-program -x"]
        for (const asked of [
          Command.start(command),
          Command.exitCode(command),
          Command.string(command),
          Command.lines(command),
          Stream.runDrain(Command.stream(command)),
          Stream.runDrain(Command.streamLines(command))
        ]) {
          assert.deepStrictEqual(
            shown(
              yield* Effect.flip<unknown, PlatformError, CommandExecutor.CommandExecutor | Scope.Scope>(asked)
            ),
            expected
          )
        }
        const path = yield* Effect.flip(Command.string(Command.make("/no/such/program")))
        assert.deepStrictEqual(shown(path), ["Command", "spawn", "NotFound", "/no/such/program "])
      }))

    test("a working directory that is not there", () =>
      Effect.gen(function* () {
        const path = yield* directory
        const missing = sh("pwd").pipe(Command.workingDirectory(`${path}/none`))
        assert.deepStrictEqual(shown(yield* Effect.flip(Command.string(missing))), [
          "FileSystem",
          "access",
          "NotFound",
          `${path}/none`
        ])
      }))

    test("a file that may not be run", () =>
      Effect.gen(function* () {
        const path = yield* directory
        yield* Command.exitCode(sh(`echo 'echo ran' > ${path}/file; chmod 644 ${path}/file`))
        for (const program of [`${path}/file`, path]) {
          const error = yield* Effect.flip(Command.string(Command.make(program)))
          assert.deepStrictEqual(shown(error), ["Command", "spawn", "PermissionDenied", `${program} `])
        }
        const sought = Command.make("file").pipe(Command.env({ PATH: path }))
        assert.deepStrictEqual(shown(yield* Effect.flip(Command.string(sought))), [
          "Command",
          "spawn",
          "PermissionDenied",
          "file "
        ])
      }))

    test("input: a text, a stream, a sink", () =>
      Effect.gen(function* () {
        const cat = Command.make("cat")
        assert.strictEqual(yield* Command.string(Command.feed(cat, "fed ä\n")), "fed ä\n")
        assert.strictEqual(yield* Command.string(Command.feed(cat, "")), "")
        const stream = Stream.make(utf8("one "), utf8("two"))
        assert.strictEqual(yield* Command.string(Command.stdin(cat, stream)), "one two")
        const found = yield* Command.start(cat)
        yield* Stream.run(stream, found.stdin)
        assert.strictEqual(yield* textOf(found.stdout), "one two")
      }))

    test("bytes go in and come out as they are", () =>
      Effect.gen(function* () {
        const input = Uint8Array.from({ length: 150_000 }, (_, index) => (index * 31 + (index >> 8)) % 256)
        const chunks = [input.subarray(0, 1), input.subarray(1, 70_000), input.subarray(70_000)]
        const cat = Command.make("cat").pipe(Command.stdin(Stream.fromIterable(chunks)))
        const output = Buffer.concat(Chunk.toReadonlyArray(yield* Stream.runCollect(Command.stream(cat))))
        assert.strictEqual(Buffer.compare(output, input), 0)
      }))

    test("a pipeline: input to the first, output and exit code of the last", () =>
      Effect.gen(function* () {
        const sorted = Command.make("cat").pipe(
          Command.pipeTo(Command.make("sort")),
          Command.pipeTo(Command.make("head", "-n", "2"))
        )
        assert.deepStrictEqual(yield* Command.lines(Command.feed(sorted, "c\na\nb\n")), ["a", "b"])
        const last = sh("echo x; exit 3").pipe(Command.pipeTo(sh("cat >/dev/null; exit 5")))
        assert.strictEqual(yield* Command.exitCode(last), 5)
        const first = sh("echo x; exit 3").pipe(Command.pipeTo(sh("cat >/dev/null")))
        assert.strictEqual(yield* Command.exitCode(first), 0)
        const noisy = sh("echo hidden >&2; echo x").pipe(Command.pipeTo(sh("cat >/dev/null; echo seen >&2")))
        const found = yield* Command.start(noisy)
        assert.strictEqual(yield* textOf(found.stderr), "seen\n")
      }))

    test("a pipeline whose commands have environments and directories", () =>
      Effect.gen(function* () {
        const path = yield* directory
        const both = sh('echo "$WHO $(pwd)"').pipe(
          Command.pipeTo(sh('read -r line; echo "$WHO: $line"')),
          Command.env({ WHO: "we" }),
          Command.workingDirectory(path)
        )
        assert.strictEqual(yield* Command.string(both), `we: we ${path}\n`)
        const each = sh('echo "$WHO $(pwd)"').pipe(
          Command.env({ WHO: "one" }),
          Command.workingDirectory(path),
          Command.pipeTo(sh('read -r line; echo "$WHO: $line"').pipe(Command.env({ WHO: "two" })))
        )
        assert.strictEqual(yield* Command.string(each), `two: one ${path}\n`)
        const missing = Command.make("cat").pipe(Command.pipeTo(Command.make("no-such-program")))
        const error = yield* Effect.flip(Command.string(Command.feed(missing, "x")))
        assert.strictEqual(error._tag === "SystemError" && error.reason, "NotFound")
      }))

    test("output that goes through a sink", () =>
      Effect.gen(function* () {
        const upper = Sink.map(Sink.collectAll<Uint8Array>(), (chunks) =>
          utf8(Buffer.concat(Chunk.toReadonlyArray(chunks)).toString("utf8").toUpperCase())
        )
        const command = Command.make("echo", "loud").pipe(Command.stdout(upper))
        assert.strictEqual(yield* Command.string(command), "LOUD\n")
        const piped = command.pipe(Command.pipeTo(Command.make("cat")))
        assert.strictEqual(yield* Command.string(piped), "LOUD\n")
      }))

    test("a shell", () =>
      Effect.gen(function* () {
        const shell = Command.make("echo $((40 + 2));", "echo $0 | wc -l").pipe(Command.runInShell(true))
        assert.deepStrictEqual(
          (yield* Command.lines(shell)).map((line) => line.trim()),
          ["42", "1"]
        )
        if (hasBash) {
          const bash = Command.make('a=(one two); echo "${a[1]}"').pipe(Command.runInShell("/bin/bash"))
          assert.strictEqual(yield* Command.string(bash), "two\n")
        }
        const none = Command.make("true").pipe(Command.runInShell("/no/such/shell"))
        const error = yield* Effect.flip(Command.exitCode(none))
        assert.strictEqual(error._tag === "SystemError" && error.reason, "NotFound")
      }))

    test("killing waits for the end, which is not an exit code", () =>
      Effect.gen(function* () {
        for (const [signal, name] of [
          [undefined, "SIGTERM"],
          ["SIGKILL", "SIGKILL"],
          ["SIGINT", "SIGINT"]
        ] as const) {
          const found = yield* Command.start(sh("echo up; exec sleep 300"))
          yield* Stream.runDrain(Stream.take(found.stdout, 1))
          yield* found.kill(signal)
          assert.isFalse(yield* found.isRunning)
          const error = yield* Effect.flip(found.exitCode)
          assert.deepStrictEqual(shown(error), [
            "Command",
            "exitCode",
            "Unknown",
            "sh -c echo up; exec sleep 300"
          ])
          assert.include(error.message, name)
        }
      }))

    test("what has ended cannot be killed", () =>
      Effect.gen(function* () {
        const found = yield* Command.start(Command.make("true"))
        assert.strictEqual(yield* found.exitCode, 0)
        const error = yield* Effect.flip(found.kill())
        assert.deepStrictEqual(shown(error), ["Command", "kill", "Unknown", "true "])
      }))

    test("a process ends with its scope, and with the fiber that waits for it", () =>
      Effect.gen(function* () {
        const pid = yield* Effect.scoped(
          Effect.map(Command.start(Command.make("sleep", "301")), (found) => found.pid)
        )
        assert.isTrue(yield* isGone(pid))
        const path = yield* directory
        const fiber = yield* Effect.fork(Command.exitCode(sh(`echo $$ > ${path}/pid; exec sleep 302`)))
        const written = yield* Command.string(sh(`cat ${path}/pid`)).pipe(
          Effect.filterOrFail((text) => text !== ""),
          Effect.retry(Schedule.spaced("100 millis").pipe(Schedule.intersect(Schedule.recurs(100))))
        )
        assert.isTrue(yield* isAlive(Number(written)))
        yield* Fiber.interrupt(fiber)
        assert.isTrue(yield* isGone(Number(written)))
        const lines = Stream.runCollect(Stream.take(Command.streamLines(sh("echo $$; exec sleep 303")), 1))
        const [streamed = ""] = Chunk.toReadonlyArray(yield* lines)
        assert.isTrue(yield* isGone(Number(streamed)))
      }))

    if (hasTraps) {
      test("a process is asked to end, and may clean up", () =>
        Effect.gen(function* () {
          const path = yield* directory
          const script = `trap 'echo clean > ${path}/end; exit 0' TERM; echo up; while :; do sleep 0.05; done`
          yield* Effect.scoped(
            Effect.flatMap(Command.start(sh(script)), ({ stdout }) => Stream.runDrain(Stream.take(stdout, 1)))
          )
          assert.strictEqual(yield* Command.string(Command.make("cat", `${path}/end`)), "clean\n")
        }))
    }
  })
}
