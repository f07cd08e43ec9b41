/** Processes that outlive the call that started them, on every route. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as RetryPolicy from "@effect-agentbay/core/RetryPolicy"
import * as SessionProcess from "@effect-agentbay/core/SessionProcess"
import { Chunk, Effect, Exit, Option, Schema, Scope, Stream } from "effect"
import { lost, refused, serverError } from "../../src/cloud/Fault.js"
import { TestCloud } from "../../src/TestCloud.js"
import { makeHarness, routes, type Subject } from "./harness.js"

const limit = 180_000

const textOf = <E>(stream: Stream.Stream<Uint8Array, E>) =>
  Effect.map(Stream.runCollect(Stream.decodeText(stream)), Chunk.join(""))

const bytesOf = <E>(stream: Stream.Stream<Uint8Array, E>) =>
  Effect.map(Stream.runCollect(stream), (chunks) => Buffer.concat(Chunk.toReadonlyArray(chunks)))

const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 256)

/** Blocks of 64 KiB of any bytes, each with its number: nothing can be lost, doubled or swapped unnoticed. */
const blocks = (count: number, block: Uint8Array): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, (_, index) => [Buffer.from(String(index).padStart(8, "0")), block]).flat()
  )

const printBlocks = (count: number, path: string) =>
  `i=0; while [ $i -lt ${count} ]; do printf '%08d' $i; cat ${path}; i=$((i + 1)); done`

const signalOf = ({ signal }: SessionProcess.ExitStatus) => Option.getOrNull(signal)

export const processContract = <E>(name: string, subject: Subject<E>) => {
  /** With the retries that a client has unless told otherwise. */
  const { withSession } = makeHarness({
    ...subject,
    layer: (options) => subject.layer({ ...options, config: { retry: RetryPolicy.standard } })
  })

  for (const route of routes) {
    describe(`processes ${name}, ${route} route`, () => {
      it.live(
        "a process runs in its directory and environment, prints to both outputs, and ends with a status",
        () =>
          withSession(route, ({ command }) =>
            Effect.gen(function* () {
              const process = yield* command.start(
                'pwd; echo "$GREETING $d" >&2; printf "%s\\n" "$TRACEPARENT"; exit 3',
                { cwd: "/tmp", env: { GREETING: "it's $HOME", d: "kept" }, stdin: "none" }
              )
              const lines = yield* Stream.runCollect(process.outputLines)
              const of = (source: SessionProcess.Source) =>
                Chunk.toReadonlyArray(lines).flatMap((line) => (line.source === source ? [line.line] : []))
              const [directory, traceparent = ""] = of("stdout")
              assert.strictEqual(directory, "/tmp")
              assert.match(traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
              assert.deepStrictEqual(of("stderr"), ["it's $HOME kept"])
              const status = yield* process.wait
              assert.deepStrictEqual([status.exitCode, signalOf(status)], [3, null])
              assert.strictEqual(yield* textOf(process.stderr), "it's $HOME kept\n")
              assert.isFalse(yield* process.isRunning)
            })
          ),
        limit
      )

      it.live(
        "output comes while the process runs; what is written reaches it at once",
        () =>
          withSession(route, ({ command }) =>
            Effect.gen(function* () {
              const process = yield* command.start(
                'echo ready; while read -r line; do echo "got $line"; done; echo end'
              )
              const answers = yield* Stream.toPull(process.stdoutLines)
              assert.deepStrictEqual(Chunk.toReadonlyArray(yield* answers), ["ready"])
              for (const word of ["one", "zwei ä"]) {
                yield* process.write(`${word}\n`)
                assert.deepStrictEqual(Chunk.toReadonlyArray(yield* answers), [`got ${word}`])
              }
              assert.isTrue(yield* process.isRunning)
              yield* process.closeStdin
              yield* process.closeStdin
              assert.deepStrictEqual(Chunk.toReadonlyArray(yield* answers), ["end"])
              assert.strictEqual((yield* process.wait).exitCode, 0)
              const late = yield* Effect.flip(process.write("late"))
              assert.deepInclude(late, { _tag: "ProcessError", reason: "StdinClosed" })
            }).pipe(Effect.scoped)
          ),
        limit
      )

      it.live(
        "bytes go in and come out as they are",
        () =>
          withSession(route, ({ command }) =>
            Effect.gen(function* () {
              const input = pattern(100_000)
              const process = yield* command.start("cat")
              yield* Stream.run(Stream.make(input.subarray(0, 70_000), input.subarray(70_000)), process.stdin)
              const output = yield* bytesOf(process.stdout)
              assert.strictEqual(Buffer.compare(output, input), 0)
            })
          ),
        limit
      )

      it.live(
        "8 MiB arrive byte by byte, whatever breaks on the way",
        () =>
          withSession(route, ({ command, fileSystem }) =>
            Effect.gen(function* () {
              const cloud = yield* TestCloud
              const block = pattern(64 * 1024)
              yield* fileSystem.writeFile("/tmp/block", block)
              const process = yield* command.start(printBlocks(128, "/tmp/block"))
              yield* cloud.fail({ tool: "shell" }, serverError())
              yield* cloud.fail({ tool: "read_file" }, lost, { times: 2 })
              yield* cloud.fail({ tool: "shell" }, refused)
              const output = yield* bytesOf(process.stdout)
              assert.strictEqual(output.length, 128 * (64 * 1024 + 8))
              assert.strictEqual(Buffer.compare(output, blocks(128, block)), 0)
            })
          ),
        limit
      )

      it.live(
        "another program goes on where the first one stopped",
        () =>
          withSession(route, ({ command, sessionId }) =>
            Effect.gen(function* () {
              const id = "it.goes-on"
              const process = yield* command.start('echo first; read -r word; echo "$word"', {
                commandId: id
              })
              const [first] = Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(process.output, 1)))
              const saved = yield* Schema.encode(Schema.parseJson(SessionProcess.ProcessId))(process.id)

              const bay = yield* AgentBay.AgentBay
              const other = yield* bay.get(sessionId)
              const found = yield* other.command.attach(
                yield* Schema.decode(Schema.parseJson(SessionProcess.ProcessId))(saved),
                { from: { stdout: first === undefined ? 0 : first.offset + first.bytes.length } }
              )
              assert.strictEqual(found.pid, process.pid)
              assert.strictEqual(found.command.trim(), 'echo first; read -r word; echo "$word"')
              yield* found.write("second\n")
              assert.strictEqual(yield* textOf(found.stdout), "second\n")
              assert.strictEqual((yield* process.wait).exitCode, 0)
              assert.strictEqual(yield* textOf((yield* process.from({ stdout: 8 })).stdout), "cond\n")
              const beyond = yield* process.from({ stdout: 1_000 })
              const error = yield* Effect.flip(Stream.runDrain(beyond.stdout))
              assert.deepInclude(error, { _tag: "OutputIncomplete", reason: "BeyondEnd" })
              assert.deepStrictEqual(error.offsets, { stdout: 1_000, stderr: 0 })
            })
          ),
        limit
      )

      it.live(
        "a command of one id runs once, also when the answer is lost",
        () =>
          withSession(route, ({ command }) =>
            Effect.gen(function* () {
              const cloud = yield* TestCloud
              const line = "echo ran >> /tmp/runs; read -r forever"
              yield* cloud.fail({ tool: "shell" }, lost)
              const process = yield* command.start(line, { commandId: "once" })
              const again = yield* command.start(line, { commandId: "once" })
              assert.strictEqual(again.pid, process.pid)
              const at = yield* Effect.all(
                Array.from({ length: 3 }, () => command.start(line, { commandId: "many" })),
                { concurrency: "unbounded" }
              )
              assert.strictEqual(new Set(at.map(({ pid }) => pid)).size, 1)
              const other = yield* Effect.flip(command.start("echo other", { commandId: "once" }))
              assert.deepInclude(other, { _tag: "ProcessError", reason: "Conflict" })
              assert.strictEqual((yield* command.run("cat /tmp/runs")).stdout, "ran\nran\n")
              assert.strictEqual(signalOf(yield* process.kill), "KILL")
            })
          ),
        limit
      )

      it.live(
        "signals reach the process, and its status tells",
        () =>
          withSession(route, ({ command }) =>
            Effect.gen(function* () {
              for (const [signal, code] of [
                ["TERM", 143],
                ["INT", 130]
              ] as const) {
                const process = yield* command.start("echo up; sleep 300; echo no")
                yield* Stream.runDrain(Stream.take(process.stdoutLines, 1))
                assert.isTrue(yield* process.signal(signal))
                const status = yield* process.wait
                assert.deepStrictEqual([status.exitCode, signalOf(status)], [code, signal])
                assert.isFalse(yield* process.signal(signal))
                assert.strictEqual(yield* textOf(process.stdout), "up\n")
              }
            })
          ),
        limit
      )

      it.live(
        "a stream is no success without an exit status",
        () =>
          withSession(route, ({ command, delete: end }) =>
            Effect.gen(function* () {
              const process = yield* command.start("echo before; echo é >&2; sleep 300")
              const lines = yield* Stream.toPull(process.outputLines)
              const seen = [...(yield* lines), ...(yield* lines)].map(({ line }) => line)
              assert.deepStrictEqual([...seen].sort(), ["before", "é"])
              yield* command.run(
                `kill -9 $(cut -d' ' -f1 ${process.id.directory}/supervisor) -${process.pid} ${process.pid}`
              )
              const error = yield* Effect.flip(Effect.forever(lines))
              assert(Option.isSome(error) && error.value._tag === "OutputIncomplete")
              assert.strictEqual(error.value.reason, "ProcessLost")
              assert.deepStrictEqual(error.value.offsets, { stdout: 7, stderr: 3 })
              const lost = yield* Effect.flip(process.wait)
              assert.deepInclude(lost, { _tag: "ProcessError", reason: "Lost" })

              const other = yield* command.start("echo on; sleep 300")
              const rest = yield* Stream.toPull(other.stdout)
              yield* rest
              yield* end()
              const gone = yield* Effect.flip(Effect.forever(rest))
              assert(Option.isSome(gone) && gone.value._tag === "OutputIncomplete")
              assert.include(["SessionLost", "Disconnected"], gone.value.reason)
              assert.deepStrictEqual(gone.value.offsets, { stdout: 3, stderr: 0 })
            }).pipe(Effect.scoped)
          ),
        limit
      )

      it.live(
        "nothing of it is left when its scope closes, and its id is free",
        () =>
          withSession(route, ({ command }) =>
            Effect.gen(function* () {
              const scope = yield* Scope.make()
              const options = { commandId: "scoped" }
              const process = yield* Scope.extend(command.startScoped("cat; sleep 300", options), scope)
              yield* process.write("never read to its end")
              yield* Scope.close(scope, Exit.void)
              const left = yield* command.run(`ls -a /tmp; ls -d /proc/${process.pid} 2>/dev/null; true`)
              assert.notInclude(left.stdout, "scoped")
              assert.notInclude(left.stdout, String(process.pid))
              const gone = yield* Effect.flip(command.attach(process.id))
              assert.deepInclude(gone, { _tag: "ProcessError", reason: "NotFound" })
              const stream = yield* Effect.flip(Stream.runDrain(process.stdout))
              assert.strictEqual(stream.reason, "Released")
              yield* process.release
              const next = yield* command.start("echo anew", options)
              assert.strictEqual(yield* textOf(next.stdout), "anew\n")
            })
          ),
        limit
      )

      it.live(
        "what cannot be started says why, and leaves nothing",
        () =>
          withSession(route, ({ command }) =>
            Effect.gen(function* () {
              const reason = (options: SessionProcess.StartOptions) =>
                Effect.map(Effect.flip(command.start("true", options)), (error) =>
                  error._tag === "ProcessError" ? error.reason : error._tag
                )
              assert.strictEqual(yield* reason({ cwd: "/tmp/none" }), "WorkingDirectory")
              assert.strictEqual(yield* reason({ shell: "no-such-shell" }), "ShellNotFound")
              assert.strictEqual(yield* reason({ parent: "/tmp/none" }), "Failed")
              assert.notInclude((yield* command.run("ls /tmp")).stdout, "agentbay-process")
            })
          ),
        limit
      )
    })
  }
}
