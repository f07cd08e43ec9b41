// @effect-diagnostics nodeBuiltinImport:off
import * as fs from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { SessionCommand, type SessionProcess } from "@effect-agentbay/core"
import { Chunk, Effect, Option, Stream } from "effect"
import { makeFakeSession, type Options } from "../support/FakeSession.js"

const open = (options: Options = {}) =>
  Effect.map(makeFakeSession(options), (session) => {
    const command = SessionCommand.make(session.runtime)
    return {
      ...session,
      command,
      /** Its directory lies within that of the test. */
      start: (line: string, given: SessionProcess.StartOptions = {}) =>
        command.startScoped(line, { parent: session.root, ...given })
    }
  })

const textOf = <E>(stream: Stream.Stream<Uint8Array, E>) =>
  Effect.map(Stream.runCollect(Stream.decodeText(stream)), Chunk.join(""))

describe("a process", () => {
  it.scopedLive("prints, and ends with a status", () =>
    Effect.gen(function* () {
      const { start } = yield* open()
      const process = yield* start("echo out; echo err >&2; exit 3")
      assert.strictEqual(yield* textOf(process.stdout), "out\n")
      assert.strictEqual(yield* textOf(process.stderr), "err\n")
      const status = yield* process.wait
      assert.strictEqual(status.exitCode, 3)
      assert.isTrue(Option.isNone(status.signal))
    })
  )
  it.scopedLive("reads what is written to it", () =>
    Effect.gen(function* () {
      const { start, root } = yield* open()
      const process = yield* start("cat; echo end")
      yield* process.write("one\n")
      yield* process.write("two\n")
      yield* process.closeStdin
      assert.strictEqual(yield* textOf(process.stdout), "one\ntwo\nend\n")
      yield* process.release
      assert.deepStrictEqual(fs.readdirSync(root), [])
    })
  )
  it.scopedLive("is killed", () =>
    Effect.gen(function* () {
      const { start } = yield* open()
      const process = yield* start("sleep 100 & sleep 100")
      assert.isTrue(yield* process.isRunning)
      const status = yield* process.kill
      assert.strictEqual(status.exitCode, 137)
      assert.isFalse(yield* process.isRunning)
    })
  )
  it.scopedLive("is found again by its id", () =>
    Effect.gen(function* () {
      const { command, start } = yield* open()
      const process = yield* start('echo one; read line; echo "$line"')
      const again = yield* command.attach(process.id)
      yield* again.write("two\n")
      assert.strictEqual(yield* textOf(again.stdout), "one\ntwo\n")
    })
  )
})
