// @effect-diagnostics nodeBuiltinImport:off processEnv:off
import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { failed } from "../support/FakeSession.js"
import { bytesOf, open, pattern, textOf } from "../support/processes.js"

describe("standard input", () => {
  it.scopedLive("is read to its end", () =>
    Effect.gen(function* () {
      const { start } = yield* open()
      const process = yield* start("cat; echo end")
      yield* process.write("one\n")
      yield* process.write("")
      yield* process.write(new TextEncoder().encode("zwei ä\n"))
      yield* process.closeStdin
      assert.strictEqual(yield* textOf(process.stdout), "one\nzwei ä\nend\n")
      const closed = yield* Effect.flip(process.write("late"))
      assert.deepInclude(closed, { _tag: "ProcessError", reason: "StdinClosed" })
    })
  )

  it.scopedLive("is empty where it was not asked for", () =>
    Effect.gen(function* () {
      const { start } = yield* open()
      const process = yield* start("cat; sleep 0.2; echo end", { stdin: "none" })
      const closed = yield* Effect.flip(process.write("x"))
      assert.deepInclude(closed, { _tag: "ProcessError", reason: "StdinClosed" })
      yield* process.closeStdin
      assert.strictEqual(yield* textOf(process.stdout), "end\n")
    })
  )

  it.scopedLive("waits for a process that does not read, and does not wait for it", () =>
    Effect.gen(function* () {
      const { start, root } = yield* open()
      const process = yield* start(`until [ -e ${root}/go ]; do sleep 0.02; done; wc -c`)
      yield* process.write(pattern(300_000))
      yield* process.closeStdin
      fs.writeFileSync(`${root}/go`, "")
      assert.strictEqual((yield* textOf(process.stdout)).trim(), "300000")
    })
  )

  it.scopedLive("has every piece once, whoever writes, and however often the same call arrives", () =>
    Effect.gen(function* () {
      let again = 0
      const { command, start, runtime } = yield* open({
        command: (line) => {
          // Each call that writes arrives twice, and at once.
          if (!line.includes("base64 -d")) return line
          again += 1
          return `(${line}\n) >/dev/null &\n(${line}\n)\nwait`
        }
      })
      const process = yield* start("cat", { commandId: "twice" })
      const other = yield* command.attach(process.id)
      const words = Array.from({ length: 8 }, (_, index) => `word ${index}\n`)
      yield* Effect.forEach(words, (word, index) => (index % 2 === 0 ? process : other).write(word), {
        concurrency: 4
      })
      yield* process.closeStdin
      const lines = (yield* textOf(process.stdout)).split("\n")
      assert.deepStrictEqual(
        lines.filter((line) => line !== "").sort(),
        words.map((word) => word.trim()).sort()
      )
      assert.isAtLeast(again, words.length)
      assert.strictEqual(runtime.sessionId, process.sessionId)
    })
  )

  it.scopedLive("takes a stream", () =>
    Effect.gen(function* () {
      const { start } = yield* open({ route: "vpc" })
      const process = yield* start("cat")
      const pieces = [pattern(50_000), "text ä", pattern(90_001)]
      yield* Stream.run(Stream.fromIterable(pieces), process.stdin)
      const expected = Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)))
      assert.strictEqual(Buffer.compare(yield* bytesOf(process.stdout), expected), 0)
    })
  )
})

/** Only what POSIX has, and `setsid`, `mkfifo`, `readlink`. */
const bareTools = "sh setsid mkfifo cat sed cut mkdir mv rm ln readlink wc head tail od sleep printf env true"

const bare = (root: string): string => {
  const bin = path.join(root, "bin")
  fs.mkdirSync(bin, { recursive: true })
  const directories = (process.env["PATH"] ?? "").split(":")
  for (const tool of bareTools.split(" ")) {
    const found = directories
      .map((directory) => path.join(directory, tool))
      .find((file) => fs.existsSync(file))
    if (found !== undefined && !fs.existsSync(path.join(bin, tool)))
      fs.symlinkSync(found, path.join(bin, tool))
  }
  return bin
}

describe("in a session that lacks tools", () => {
  const withTools = (tools: (bin: string) => void) => {
    let bin = ""
    return Effect.tap(open({ command: (line) => `PATH=${bin}\nexport PATH\n${line}` }), ({ root }) =>
      Effect.sync(() => {
        bin = bare(root)
        tools(bin)
      })
    )
  }

  it.scopedLive("bytes go in and out without base64, dd and stat", () =>
    Effect.gen(function* () {
      const { start } = yield* withTools(() => undefined)
      const process = yield* start("cat")
      const bytes = Buffer.concat([pattern(2_000), Buffer.from("-n %s 'quoted' \\n é"), pattern(40_000)])
      yield* process.write(bytes)
      yield* process.closeStdin
      assert.strictEqual(Buffer.compare(yield* bytesOf(process.stdout), bytes), 0)
      assert.strictEqual((yield* process.wait).exitCode, 0)
    })
  )

  it.scopedLive("what cannot be done without is named", () =>
    Effect.gen(function* () {
      for (const tool of ["setsid", "mkfifo"]) {
        const { root, start } = yield* withTools((bin) => fs.rmSync(path.join(bin, tool)))
        const error = yield* Effect.flip(start("true"))
        assert.deepInclude(error, { _tag: "ProcessError", reason: "Unsupported", detail: tool })
        assert.deepStrictEqual(fs.readdirSync(root), ["bin"])
      }
    })
  )

  it.scoped("a shell that is not POSIX is told", () =>
    Effect.gen(function* () {
      const { start } = yield* open({
        intercept: () =>
          Effect.succeed(failed("Execution failed. Error code:1 Error message: 'set' is not recognized"))
      })
      const error = yield* Effect.flip(start("dir"))
      assert.deepInclude(error, { _tag: "ProcessError", reason: "Unsupported" })
      assert.include(error.message, "is not recognized")
    })
  )
})
