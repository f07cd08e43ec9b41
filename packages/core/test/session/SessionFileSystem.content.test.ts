// The session under test lies in a directory of this machine.
// @effect-diagnostics nodeBuiltinImport:off
import * as fs from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { AgentBayError, SessionFileSystem } from "@effect-agentbay/core"
import { Effect, Either, FastCheck as fc, Stream, TestServices } from "effect"
import { answer, makeFakeSession, type Options, refused } from "../support/FakeSession.js"

const open = (options: Options = {}) =>
  Effect.map(makeFakeSession(options), (session) => ({
    ...session,
    files: SessionFileSystem.make(session.runtime),
    /** What lies in the session's directory now. */
    names: () => fs.readdirSync(session.root).sort(),
    used: () => session.calls.map(({ tool }) => tool)
  }))

const routes = ["api", "vpc", "link"] as const

/** Bytes without any pattern that a codec might like. */
const noise = (length: number, seed = 1): Uint8Array => {
  const bytes = new Uint8Array(length)
  let state = seed
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}

const same = (actual: Uint8Array, expected: Uint8Array) =>
  assert.strictEqual(Buffer.compare(actual, expected), 0, `${actual.length} and ${expected.length} bytes`)

const lost = (phase: "sent" | "unknown" = "unknown") =>
  Effect.fail(
    new AgentBayError.SessionError({
      reason: "Transport",
      operation: "test",
      phase,
      detail: "connection lost"
    })
  )

describe("small files", () => {
  it.scoped("one write_file as the official client sends it", () =>
    Effect.gen(function* () {
      const { calls, files, root } = yield* open()
      yield* files.writeFileString(`${root}/ü.txt`, '日本語 "q" \\ \t\0 😀')
      yield* files.writeFileString(`${root}/a`, "more\n", { mode: "append" })
      yield* files.writeFile(`${root}/n`, new TextEncoder().encode("x"), { mode: "create_new" })
      assert.deepStrictEqual(calls, [
        {
          tool: "write_file",
          args: { path: `${root}/ü.txt`, content: '日本語 "q" \\ \t\0 😀', mode: "overwrite" }
        },
        { tool: "write_file", args: { path: `${root}/a`, content: "more\n", mode: "append" } },
        { tool: "write_file", args: { path: `${root}/n`, content: "x", mode: "create_new" } }
      ])
    })
  )

  it.scoped("one read_file, in bytes", () =>
    Effect.gen(function* () {
      const { calls, files, root } = yield* open()
      fs.writeFileSync(`${root}/a`, "héllo 😀")
      assert.strictEqual(yield* files.readFileString(`${root}/a`), "héllo 😀")
      assert.deepStrictEqual(calls, [
        { tool: "read_file", args: { path: `${root}/a`, offset: 0, length: 61_440, format: "binary" } }
      ])
    })
  )

  it.scoped("what does not fit a message of the API is one call each way over a link", () =>
    Effect.gen(function* () {
      const text = "é".repeat(400_000)
      const seen: Record<string, ReadonlyArray<string>> = {}
      for (const route of ["link", "api"] as const) {
        const { calls, files, root } = yield* open({ route })
        yield* files.writeFileString(`${root}/a`, text)
        assert.strictEqual(yield* files.readFileString(`${root}/a`), text)
        seen[route] = calls.map(({ tool }) => tool)
      }
      assert.deepStrictEqual(seen.link, ["write_file", "read_file"])
      assert.isAbove(seen.api?.length ?? 0, 20)
    })
  )

  it.scoped("nothing is something: empty files", () =>
    Effect.gen(function* () {
      const { files, root, used } = yield* open()
      yield* files.writeFile(`${root}/e`, new Uint8Array(0))
      same(yield* files.readFile(`${root}/e`), new Uint8Array(0))
      assert.strictEqual(yield* files.readFileString(`${root}/e`), "")
      assert.deepStrictEqual(used(), ["write_file", "read_file", "read_file"])
    })
  )

  it.scoped("binary content in one command", () =>
    Effect.gen(function* () {
      const { files, names, root, used } = yield* open()
      const bytes = new Uint8Array([0, 255, 10, 13, 39, 0x80])
      yield* files.writeFile(`${root}/deep/er/it's $x`, bytes)
      assert.deepStrictEqual(used(), ["shell"])
      same(yield* files.readFile(`${root}/deep/er/it's $x`), bytes)
      yield* files.writeFile(`${root}/deep/er/it's $x`, bytes, { mode: "append" })
      same(fs.readFileSync(`${root}/deep/er/it's $x`), Buffer.concat([bytes, bytes]))
      assert.deepStrictEqual(names(), ["deep"])
      assert.deepStrictEqual(fs.readdirSync(`${root}/deep/er`), ["it's $x"])
    })
  )

  it.scoped("a byte order mark is content", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open()
      const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x61])
      yield* files.writeFile(`${root}/bom`, bytes)
      same(fs.readFileSync(`${root}/bom`), bytes)
      assert.strictEqual(yield* files.readFileString(`${root}/bom`), "\ufeffa")
    })
  )

  it.scoped("content that is not UTF-8 is not read as text", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open()
      fs.writeFileSync(`${root}/b`, new Uint8Array([0x61, 0xff]))
      const error = yield* Effect.flip(files.readFileString(`${root}/b`))
      assert(error._tag === "FileError")
      assert.strictEqual(error.reason, "InvalidData")
    })
  )
})

/** Around the borders of the slices, where mistakes live. */
const sizes = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: -4, max: 4 }))
    .map(([chunks, shift]) => chunks * 61_440 + shift),
  fc.integer({ min: 46_000, max: 300_000 })
)

describe("any content, any size, any route", () => {
  for (const route of routes) {
    it.scoped.prop(
      `bytes over ${route}`,
      [sizes, fc.nat()],
      ([size, seed]) =>
        Effect.gen(function* () {
          const { files, names, root } = yield* open({ route })
          const bytes = noise(size, seed)
          yield* files.writeFile(`${root}/f.bin`, bytes)
          same(fs.readFileSync(`${root}/f.bin`), bytes)
          same(yield* files.readFile(`${root}/f.bin`), bytes)
          assert.deepStrictEqual(names(), ["f.bin"])
        }),
      { fastCheck: { numRuns: 8 } }
    )

    it.scoped.prop(
      `texts of every width over ${route}`,
      [
        fc.integer({ min: 1, max: 40_000 }),
        fc.array(fc.constantFrom("a", '"', "\\", "\n", "\u0001", " ", "é", "世", "😀"), {
          minLength: 1,
          maxLength: 9
        }),
        fc.integer({ min: 0, max: 5 })
      ],
      ([count, alphabet, shift]) =>
        Effect.gen(function* () {
          const { files, names, root } = yield* open({ route })
          const text = "x".repeat(shift) + alphabet.join("").repeat(Math.ceil(count / alphabet.length))
          yield* files.writeFileString(`${root}/f.txt`, text)
          assert.isTrue(fs.readFileSync(`${root}/f.txt`, "utf8") === text)
          assert.isTrue((yield* files.readFileString(`${root}/f.txt`)) === text)
          assert.deepStrictEqual(names(), ["f.txt"])
        }),
      { fastCheck: { numRuns: 8 } }
    )
  }

  it.scoped("the worst bytes for a URL", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open({ route: "vpc" })
      const bytes = new Uint8Array(200_000).fill(0xff)
      yield* files.writeFile(`${root}/f`, bytes)
      same(yield* files.readFile(`${root}/f`), bytes)
    })
  )

  it.scoped("64 MiB", () =>
    Effect.gen(function* () {
      const { files, names, root } = yield* open({ route: "link" })
      const bytes = noise(64 * 1024 * 1024)
      let done = 0
      yield* files.writeFile(`${root}/f`, bytes, {
        onProgress: (sum) =>
          Effect.sync(() => {
            assert.isAtLeast(sum, done)
            done = sum
          })
      })
      assert.strictEqual(done, bytes.length)
      same(yield* files.readFile(`${root}/f`, { concurrency: 8 }), bytes)
      assert.deepStrictEqual(names(), ["f"])
    })
  )
})

describe("files that are not what they seem", () => {
  /** A file whose content and size are told by the test. */
  const virtual = (size: () => number, content: (offset: number, length: number) => Uint8Array) =>
    open({
      intercept: (tool, args) => {
        if (tool === "get_file_info") {
          return Effect.succeed(answer(`name: v\nsize: ${size()}\nisDirectory: false\nisFile: true`))
        }
        return tool === "read_file"
          ? Effect.succeed(
              answer(Buffer.from(content(Number(args.offset), Number(args.length))).toString("base64"))
            )
          : undefined
      }
    })

  const slice = (bytes: Uint8Array) => (offset: number, length: number) =>
    bytes.subarray(offset, offset + length)

  it.scoped("a file of size 0 that has content", () =>
    Effect.gen(function* () {
      const small = yield* virtual(() => 0, slice(noise(900)))
      same(yield* small.files.readFile("/proc/x"), noise(900))
      const large = yield* virtual(() => 0, slice(noise(200_001)))
      same(yield* large.files.readFile("/proc/x"), noise(200_001))
    })
  )

  it.scoped("a real one", () =>
    Effect.gen(function* () {
      const { files } = yield* open()
      const text = yield* files.readFileString("/proc/self/status")
      assert.match(text, /^Name:/)
    })
  )

  it.scoped("a size that is an exact number of slices costs no wrong byte", () =>
    Effect.gen(function* () {
      const bytes = noise(2 * 61_440)
      const session = yield* virtual(() => bytes.length, slice(bytes))
      same(yield* session.files.readFile("/f"), bytes)
    })
  )

  it.scoped("a file that grows while it is read is read to its new end", () =>
    Effect.gen(function* () {
      const bytes = noise(400_000)
      let reads = 0
      const session = yield* virtual(
        () => 130_000,
        (offset, length) => {
          reads++
          const now = reads < 3 ? 130_000 : 400_000
          return bytes.subarray(offset, Math.min(now, offset + length))
        }
      )
      same(yield* session.files.readFile("/f"), bytes)
    })
  )

  it.scoped("a file that shrinks ends where it ends", () =>
    Effect.gen(function* () {
      const bytes = noise(150_000)
      const session = yield* virtual(() => 400_000, slice(bytes))
      same(yield* session.files.readFile("/f"), bytes)
    })
  )

  it.scoped("a slice in the middle that came short is completed", () =>
    Effect.gen(function* () {
      const bytes = noise(300_000)
      const session = yield* virtual(
        () => bytes.length,
        (offset, length) => slice(bytes)(offset, offset >= 61_440 ? Math.min(length, 20_000) : length)
      )
      same(yield* session.files.readFile("/f"), bytes)
    })
  )

  it.scoped("a complaint about the offset behind the end is the end", () =>
    Effect.gen(function* () {
      const bytes = noise(2 * 61_440)
      const session = yield* open({
        intercept: (tool, args) =>
          tool === "get_file_info"
            ? Effect.succeed(answer(`size: ${bytes.length}\nisDirectory: false`))
            : tool === "read_file" && Number(args.offset) >= bytes.length
              ? Effect.succeed(refused("offset is beyond the file"))
              : Effect.succeed(
                  answer(Buffer.from(slice(bytes)(Number(args.offset), 61_440)).toString("base64"))
                )
      })
      same(yield* session.files.readFile("/f"), bytes)
    })
  )

  it.scoped("base64 that is none, and more than was asked for, are refused", () =>
    Effect.gen(function* () {
      for (const text of ["not base64!!", Buffer.alloc(61_441).toString("base64")]) {
        const session = yield* open({ intercept: () => Effect.succeed(answer(text)) })
        const error = yield* Effect.flip(session.files.readFile("/f"))
        assert(error._tag === "FileError")
        assert.strictEqual(error.reason, "InvalidData")
      }
    })
  )

  it.scoped("a service that reads text only is read through the shell", () =>
    Effect.gen(function* () {
      const properties = { path: {}, offset: {}, length: {} }
      const session = yield* open({ schemas: { read_file: { type: "object", properties } } })
      const bytes = noise(130_000)
      fs.writeFileSync(`${session.root}/f`, bytes)
      same(yield* session.files.readFile(`${session.root}/f`), bytes)
      same(yield* session.files.readFile("/dev/null"), new Uint8Array(0))
      assert.notInclude(session.used(), "read_file")
      for (const [path, reason] of [
        [`${session.root}/none`, "NotFound"],
        [session.root, "IsDirectory"]
      ] as const) {
        const error = yield* Effect.flip(session.files.readFile(path))
        assert(error._tag === "FileError")
        assert.strictEqual(error.reason, reason)
      }
    })
  )
})

describe("large transfers", () => {
  it.scoped("some calls at once, never more than allowed", () =>
    Effect.gen(function* () {
      let running = 0
      let most = 0
      const session = yield* open({
        intercept: (tool) =>
          tool !== "read_file"
            ? undefined
            : Effect.gen(function* () {
                most = Math.max(most, ++running)
                yield* Effect.yieldNow()
                yield* Effect.yieldNow()
                running--
                return answer(Buffer.alloc(61_440).toString("base64"))
              })
      })
      fs.writeFileSync(`${session.root}/f`, Buffer.alloc(61_440 * 12))
      yield* Effect.fork(session.files.readFile(`${session.root}/f`, { concurrency: 3 })).pipe(
        Effect.zipRight(
          Effect.iterate(0, { while: (n) => n < 400, body: (n) => Effect.as(Effect.yieldNow(), n + 1) })
        )
      )
      assert.strictEqual(most, 3)
    })
  )

  it.live("one lost part is asked for again", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const failures = new Set<number>()
        const session = yield* open({
          intercept: (tool, args, index) => {
            const repeated = tool === "read_file" ? Number(args.offset) : index
            if (tool === "shell" || failures.size >= 2 || failures.has(repeated) || index === 0)
              return undefined
            if (tool === "read_file" && Number(args.offset) === 0) return undefined
            if (tool === "get_file_info") return undefined
            failures.add(repeated)
            return lost()
          }
        })
        const bytes = noise(300_000)
        yield* session.files.writeFile(`${session.root}/f`, bytes)
        failures.clear()
        same(yield* session.files.readFile(`${session.root}/f`), bytes)
        assert.strictEqual(failures.size, 2)
      })
    )
  )

  it.scoped("a single call is not repeated", () =>
    Effect.gen(function* () {
      const session = yield* open({ intercept: () => lost() })
      const read = yield* Effect.flip(session.files.readFile("/f"))
      assert.strictEqual(read._tag, "SessionError")
      yield* Effect.flip(session.files.writeFileString("/f", "x"))
      assert.strictEqual(session.calls.length, 2)
    })
  )

  const large = noise(200_000)

  const failing = (at: (tool: string, index: number) => boolean) =>
    open({
      intercept: (tool, _, index) => (at(tool, index) ? Effect.succeed(refused("disk full")) : undefined)
    })

  for (const mode of ["overwrite", "append", "create_new"] as const) {
    it.scoped(`a failure in the middle leaves everything as it was: ${mode}`, () =>
      Effect.gen(function* () {
        const session = yield* failing((tool, index) => tool === "write_file" && index >= 3)
        if (mode !== "create_new") fs.writeFileSync(`${session.root}/f`, "before")
        const error = yield* Effect.flip(session.files.writeFile(`${session.root}/f`, large, { mode }))
        assert(error._tag === "FileError")
        assert.strictEqual(error.detail, "disk full")
        assert.deepStrictEqual(session.names(), mode === "create_new" ? [] : ["f"])
        if (mode !== "create_new") assert.strictEqual(fs.readFileSync(`${session.root}/f`, "utf8"), "before")
      })
    )

    it.scoped(`an interruption in the middle, too: ${mode}`, () =>
      Effect.gen(function* () {
        const session = yield* open({
          intercept: (tool, _, index) => (tool === "write_file" && index >= 3 ? Effect.never : undefined)
        })
        if (mode !== "create_new") fs.writeFileSync(`${session.root}/f`, "before")
        const fiber = yield* Effect.fork(session.files.writeFile(`${session.root}/f`, large, { mode }))
        yield* TestServices.provideLive(
          Effect.repeat(Effect.sleep("5 millis"), { until: () => session.calls.length >= 6 })
        )
        yield* fiber.interruptAsFork(fiber.id())
        yield* fiber.await
        assert.deepStrictEqual(session.names(), mode === "create_new" ? [] : ["f"])
        if (mode !== "create_new") assert.strictEqual(fs.readFileSync(`${session.root}/f`, "utf8"), "before")
      })
    )
  }

  it.scoped("a part that was changed on its way is noticed", () =>
    Effect.gen(function* () {
      let parts = 0
      const session = yield* open({
        intercept: (tool, args) => {
          if (tool !== "write_file" || parts++ !== 2) return undefined
          fs.writeFileSync(String(args.path), "AAAA")
          return Effect.succeed(answer("true"))
        }
      })
      const error = yield* Effect.flip(session.files.writeFile(`${session.root}/f`, large))
      assert(error._tag === "FileError")
      assert.include(error.detail, "instead of 200000")
      assert.deepStrictEqual(session.names(), [])
    })
  )

  it.scoped("appending adds to what is there, or creates", () =>
    Effect.gen(function* () {
      const { files, names, root } = yield* open()
      yield* files.writeFile(`${root}/f`, large, { mode: "append" })
      yield* files.writeFileString(`${root}/f`, "é".repeat(50_000), { mode: "append" })
      same(fs.readFileSync(`${root}/f`), Buffer.concat([large, Buffer.from("é".repeat(50_000))]))
      assert.deepStrictEqual(names(), ["f"])
    })
  )

  it.scoped("an append that the disk has no room for is taken back", () =>
    Effect.gen(function* () {
      // Files may have 800 blocks of 512 bytes: enough for either content, not for both.
      const session = yield* open({ command: (line) => `ulimit -f 800\n${line}` })
      const before = noise(300_000)
      fs.writeFileSync(`${session.root}/f`, before)
      const error = yield* Effect.flip(
        session.files.writeFile(`${session.root}/f`, large, { mode: "append" })
      )
      assert.strictEqual(error._tag, "FileError")
      same(fs.readFileSync(`${session.root}/f`), before)
      assert.deepStrictEqual(session.names(), ["f"])
    })
  )

  it.scoped("create_new does not touch what is there, and says so before sending the content", () =>
    Effect.gen(function* () {
      const { files, names, root, used } = yield* open()
      fs.writeFileSync(`${root}/f`, "mine")
      for (const write of [
        files.writeFile(`${root}/f`, large, { mode: "create_new" }),
        files.writeFile(`${root}/f`, new Uint8Array([0]), { mode: "create_new" }),
        files.writeFileString(`${root}/f`, "x", { mode: "create_new" }),
        files.writeFileString(`${root}/f`, "x".repeat(100_000), { mode: "create_new" })
      ]) {
        const error = yield* Effect.flip(write)
        assert(error._tag === "FileError")
        assert.strictEqual(error.reason, "AlreadyExists")
      }
      assert.isAtMost(used().filter((tool) => tool === "write_file").length, 1)
      assert.strictEqual(fs.readFileSync(`${root}/f`, "utf8"), "mine")
      assert.deepStrictEqual(names(), ["f"])
    })
  )

  it.scoped("of two that create the same file, one wins with all of its content", () =>
    Effect.gen(function* () {
      const { files, names, root } = yield* open()
      const contents = [noise(150_000, 1), noise(150_000, 2)]
      const results = yield* Effect.forEach(
        contents,
        (bytes) => Effect.either(files.writeFile(`${root}/f`, bytes, { mode: "create_new" })),
        { concurrency: "unbounded" }
      )
      const winner = results.findIndex(Either.isRight)
      const loser = results.find(Either.isLeft)
      assert(loser !== undefined && loser.left._tag === "FileError")
      assert.strictEqual(loser.left.reason, "AlreadyExists")
      same(fs.readFileSync(`${root}/f`), contents[winner] ?? new Uint8Array(0))
      assert.deepStrictEqual(names(), ["f"])
    })
  )

  it.scoped("permissions and links survive being written", () =>
    Effect.gen(function* () {
      const { files, names, root } = yield* open()
      fs.writeFileSync(`${root}/script`, "old", { mode: 0o750 })
      fs.chmodSync(`${root}/script`, 0o750)
      fs.symlinkSync(`${root}/script`, `${root}/link`)
      yield* files.writeFile(`${root}/link`, large)
      assert.isTrue(fs.lstatSync(`${root}/link`).isSymbolicLink())
      assert.strictEqual(fs.statSync(`${root}/script`).mode & 0o777, 0o750)
      same(fs.readFileSync(`${root}/script`), large)
      assert.deepStrictEqual(names(), ["link", "script"])
    })
  )

  it.scoped("a directory is not replaced, nor written into", () =>
    Effect.gen(function* () {
      const { files, names, root } = yield* open()
      fs.mkdirSync(`${root}/d`)
      for (const bytes of [large, new Uint8Array([0])]) {
        const error = yield* Effect.flip(files.writeFile(`${root}/d`, bytes))
        assert(error._tag === "FileError")
        assert.strictEqual(error.reason, "IsDirectory")
      }
      assert.deepStrictEqual(names(), ["d"])
      assert.deepStrictEqual(fs.readdirSync(`${root}/d`), [])
    })
  )

  it.scoped("a parent that is a file", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open()
      fs.writeFileSync(`${root}/f`, "")
      const error = yield* Effect.flip(files.writeFile(`${root}/f/g`, large))
      assert(error._tag === "FileError")
      assert.strictEqual(error.reason, "NotDirectory")
    })
  )

  it.scoped("names as long as the system allows, with everything in them", () =>
    Effect.gen(function* () {
      const { files, names, root } = yield* open()
      const name = `-'"$ *${"世".repeat(80)}`
      yield* files.writeFile(`${root}/${name}`, large)
      same(yield* files.readFile(`${root}/${name}`), large)
      assert.deepStrictEqual(names(), [name])
    })
  )
})

describe("without a shell", () => {
  const tools = ["read_file", "write_file", "move_file", "delete_file", "get_file_info"]
  const text = '世界 "x"\n'.repeat(20_000)

  it.scoped("large texts are appended aside and moved into place", () =>
    Effect.gen(function* () {
      const { calls, files, names, root, used } = yield* open({ tools })
      yield* files.writeFileString(`${root}/f`, text)
      assert.isTrue(fs.readFileSync(`${root}/f`, "utf8") === text)
      yield* files.writeFileString(`${root}/f`, text, { mode: "append" })
      assert.isTrue(fs.readFileSync(`${root}/f`, "utf8") === text + text)
      yield* files.writeFile(`${root}/g`, new TextEncoder().encode(text), { mode: "create_new" })
      const before = calls.length
      const error = yield* Effect.flip(files.writeFileString(`${root}/g`, text, { mode: "create_new" }))
      assert.strictEqual(calls.length, before + 1)
      assert(error._tag === "FileError")
      assert.strictEqual(error.reason, "AlreadyExists")
      assert.deepStrictEqual(names(), ["f", "g"])
      assert.notInclude(used(), "shell")
    })
  )

  it.scoped("a failure in the middle leaves everything as it was", () =>
    Effect.gen(function* () {
      for (const mode of ["overwrite", "append", "create_new"] as const) {
        const { files, names, root } = yield* open({
          tools,
          intercept: (tool, args, index) =>
            tool === "write_file" && args.mode === "append" && index > 4
              ? Effect.succeed(refused("disk full"))
              : undefined
        })
        if (mode !== "create_new") fs.writeFileSync(`${root}/f`, "before")
        const error = yield* Effect.flip(files.writeFileString(`${root}/f`, text, { mode }))
        assert.strictEqual(error._tag, "FileError")
        assert.deepStrictEqual(names(), mode === "create_new" ? [] : ["f"])
      }
    })
  )

  it.scoped("binary content is refused before anything is sent", () =>
    Effect.gen(function* () {
      const { calls, files } = yield* open({ tools })
      const error = yield* Effect.flip(files.writeFile("/f", noise(10)))
      assert(error._tag === "FileError")
      assert.include(error.detail, "shell")
      assert.strictEqual(
        (yield* Effect.flip(files.writeFile("C:\\f", new Uint8Array([0]))))._tag,
        "FileError"
      )
      assert.deepStrictEqual(calls, [])
    })
  )

  it.scoped("streams of text", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open({ tools })
      const bytes = new TextEncoder().encode(text)
      yield* Stream.run(
        Stream.make(bytes.subarray(0, 100_001), bytes.subarray(100_001)),
        files.sink(`${root}/f`)
      )
      assert.isTrue(fs.readFileSync(`${root}/f`, "utf8") === text)
    })
  )
})

describe("streams", () => {
  const collected = (stream: Stream.Stream<Uint8Array, SessionFileSystem.SessionFileSystem.Failure>) =>
    Effect.map(Stream.runCollect(stream), (chunks) => Buffer.concat([...chunks]))

  it.scoped.prop(
    "carry every byte, in elements of the size asked for",
    [
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 1, max: 2000 }),
      fc.nat(6000),
      fc.option(fc.nat(6000))
    ],
    ([size, chunkSize, offset, length]) =>
      Effect.gen(function* () {
        const { files, root } = yield* open()
        const bytes = noise(size)
        fs.writeFileSync(`${root}/f`, bytes)
        const stream = files.stream(`${root}/f`, { chunkSize, offset, length: length ?? undefined })
        const chunks = [...(yield* Stream.runCollect(stream))]
        same(Buffer.concat(chunks), bytes.subarray(offset, length === null ? size : offset + length))
        for (const chunk of chunks) {
          assert.isAtMost(chunk.length, chunkSize)
          assert.isAbove(chunk.length, 0)
        }
      }),
    { fastCheck: { numRuns: 40 } }
  )

  it.scoped("read one slice at a time", () =>
    Effect.gen(function* () {
      const { calls, files, root } = yield* open()
      fs.writeFileSync(`${root}/f`, noise(61_440 * 5))
      yield* Stream.runDrain(Stream.take(files.stream(`${root}/f`), 2))
      assert.strictEqual(calls.length, 2)
    })
  )

  it.scoped.prop(
    "a sink writes what it is given, in whatever pieces",
    [fc.array(fc.nat(90_000), { maxLength: 8 }), fc.constantFrom(...routes), fc.integer({ min: 1, max: 4 })],
    ([lengths, route, concurrency]) =>
      Effect.gen(function* () {
        const { files, names, root } = yield* open({ route })
        const pieces = lengths.map((length, index) => noise(length, index))
        let done = 0
        yield* Stream.run(
          Stream.fromIterable(pieces),
          files.sink(`${root}/f`, {
            concurrency,
            onProgress: (sum) =>
              Effect.sync(() => {
                done = sum
              })
          })
        )
        same(fs.readFileSync(`${root}/f`), Buffer.concat(pieces))
        assert.strictEqual(
          done,
          lengths.reduce((a, b) => a + b, 0)
        )
        assert.deepStrictEqual(names(), ["f"])
      }),
    { fastCheck: { numRuns: 10 } }
  )

  it.scoped("the parts of a sink join to one base64 text", () =>
    Effect.gen(function* () {
      const { calls, files, root } = yield* open()
      const pieces = [1, 2, 3, 4].map((seed) => noise(100_000, seed))
      yield* Stream.run(Stream.fromIterable(pieces), files.sink(`${root}/f`, { concurrency: 1 }))
      const parts = calls
        .filter(({ tool }) => tool === "write_file")
        .map(({ args }) => String(args["content"]))
      assert.isAbove(parts.length, 4)
      assert.strictEqual(parts.join(""), Buffer.concat(pieces).toString("base64"))
    })
  )

  it.scoped("a sink may be handed the same array again and again", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open()
      const reused = new Uint8Array(50_000)
      const stream = Stream.mapEffect(Stream.range(1, 6), (value) => Effect.sync(() => reused.fill(value)))
      yield* Stream.run(stream, files.sink(`${root}/f`))
      const expected = Buffer.concat([1, 2, 3, 4, 5, 6].map((value) => Buffer.alloc(50_000, value)))
      same(fs.readFileSync(`${root}/f`), expected)
    })
  )

  it.scoped("a stream that fails changes nothing", () =>
    Effect.gen(function* () {
      const { files, names, root, used } = yield* open()
      fs.writeFileSync(`${root}/f`, "before")
      const stream = Stream.concat(Stream.make(noise(400_000)), Stream.fail("broken" as const))
      assert.strictEqual(yield* Effect.flip(Stream.run(stream, files.sink(`${root}/f`))), "broken")
      assert.include(used(), "write_file")
      assert.strictEqual(fs.readFileSync(`${root}/f`, "utf8"), "before")
      assert.deepStrictEqual(names(), ["f"])
    })
  )

  it.scoped("a file is copied in constant memory", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open()
      const bytes = noise(700_000)
      fs.writeFileSync(`${root}/f`, bytes)
      yield* Stream.run(files.stream(`${root}/f`), files.sink(`${root}/g`, { mode: "create_new" }))
      same(fs.readFileSync(`${root}/g`), bytes)
      same(yield* collected(files.stream(`${root}/g`)), bytes)
    })
  )
})

describe("several files", () => {
  it.scoped("each has its own outcome", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open()
      fs.writeFileSync(`${root}/a b:c`, "---\n\n x \n---\n")
      fs.writeFileSync(`${root}/empty`, "")
      fs.writeFileSync(`${root}/bin`, new Uint8Array([0xff]))
      const paths = [`${root}/a b:c`, `${root}/none`, `${root}/empty`, `${root}/bin`, `${root}/empty`]
      const texts = yield* files.readFilesString(paths)
      assert.deepStrictEqual([...texts.keys()], [...new Set(paths)])
      assert.deepStrictEqual(texts.get(paths[0] ?? ""), Either.right("---\n\n x \n---\n"))
      assert.deepStrictEqual(texts.get(paths[2] ?? ""), Either.right(""))
      const reasons = [1, 3].map((index) =>
        Either.match(texts.get(paths[index] ?? "") ?? Either.right(""), {
          onLeft: ({ path, reason }) => [path, reason],
          onRight: () => []
        })
      )
      assert.deepStrictEqual(reasons, [
        [paths[1], "NotFound"],
        [paths[3], "InvalidData"]
      ])
      const contents = yield* files.readFiles([`${root}/bin`])
      assert.deepStrictEqual(contents.get(`${root}/bin`), Either.right(new Uint8Array([0xff])))
    })
  )

  it.scoped("what concerns the session fails as a whole", () =>
    Effect.gen(function* () {
      const { files } = yield* open({ intercept: () => lost() })
      assert.strictEqual((yield* Effect.flip(files.readFiles(["/a", "/b"])))._tag, "SessionError")
    })
  )
})

describe("what is refused before anything is sent", () => {
  const cases: ReadonlyArray<
    readonly [
      string,
      (
        files: SessionFileSystem.SessionFileSystem.Service
      ) => Effect.Effect<unknown, SessionFileSystem.SessionFileSystem.WatchFailure>,
      string
    ]
  > = [
    ["an empty path", (files) => files.readFile(""), "path"],
    ["a path with a NUL character", (files) => files.writeFileString("a\0", ""), "path"],
    ["one path of many", (files) => files.readFiles(["/a", ""]), "paths.1"],
    ["a lone surrogate", (files) => files.writeFileString("/a", "secret \ud800 text"), "text"],
    ["an unknown mode", (files) => files.writeFileString("/a", "", { mode: "bogus" as never }), "mode"],
    ["bytes that are none", (files) => files.writeFile("/a", "text" as never), "bytes"],
    ["no concurrency", (files) => files.readFile("/a", { concurrency: 0 }), "concurrency"],
    ["elements without size", (files) => Stream.runDrain(files.stream("/a", { chunkSize: 0 })), "chunkSize"],
    ["a negative offset", (files) => Stream.runDrain(files.stream("/a", { offset: -1 })), "offset"],
    ["half a byte", (files) => Stream.runDrain(files.stream("/a", { length: 0.5 })), "length"],
    ["a sink without path", (files) => Stream.run(Stream.empty, files.sink("")), "path"],
    ["no edits", (files) => files.edit("/a", []), "edits"],
    ["an edit of nothing", (files) => files.edit("/a", [{ oldText: "", newText: "x" }]), "edits.0.oldText"],
    [
      "edits too large for one call",
      (files) => files.edit("/a", [{ oldText: "x", newText: "y".repeat(70_000) }]),
      "edits"
    ],
    ["an empty pattern", (files) => files.search("/a", " "), "pattern"],
    ["an empty exclusion", (files) => files.search("/a", "*", { exclude: ["a", ""] }), "exclude.1"],
    ["a move to nowhere", (files) => files.move("/a", ""), "destination"],
    ["a look every 99 ms", (files) => Stream.runDrain(files.changes("/a", { interval: 99 })), "interval"],
    [
      "an endless pause",
      (files) => Stream.runDrain(files.changes("/a", { interval: "soon" as never })),
      "interval"
    ],
    ["negative patience", (files) => Stream.runDrain(files.changes("/a", { retries: -1 })), "retries"]
  ]
  for (const [name, act, field] of cases) {
    it.scoped(name, () =>
      Effect.gen(function* () {
        const { calls, files } = yield* open()
        const error = yield* Effect.flip(act(files))
        assert(error._tag === "InvalidArgument")
        assert.strictEqual(error.field, field)
        assert.notInclude(error.message, "secret")
        assert.deepStrictEqual(calls, [])
      })
    )
  }
})
