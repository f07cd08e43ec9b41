// The session under test lies in a directory of this machine.
// @effect-diagnostics nodeBuiltinImport:off
import * as fs from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { AgentBayError, SessionFileSystem } from "@effect-agentbay/core"
import { Chunk, Effect, Exit, Fiber, FastCheck as fc, Option, Stream, TestClock } from "effect"
import { assert as strict } from "../support/assertions.js"
import {
  type Answer,
  answer,
  failed,
  makeFakeSession,
  type Options,
  refused
} from "../support/FakeSession.js"

const open = (options: Options = {}) =>
  Effect.map(makeFakeSession(options), (session) => ({
    ...session,
    files: SessionFileSystem.make(session.runtime),
    names: () => fs.readdirSync(session.root).sort()
  }))

const answering = (reply: Answer) => open({ intercept: () => Effect.succeed(reply) })

const reasonOf = <A>(effect: Effect.Effect<A, SessionFileSystem.SessionFileSystem.Failure>) =>
  Effect.map(Effect.flip(effect), (error) => (error._tag === "FileError" ? error.reason : error._tag))

describe("stat and exists", () => {
  it.scoped("describe what is there", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open()
      fs.writeFileSync(`${root}/123`, "héllo")
      fs.chmodSync(`${root}/123`, 0o640)
      fs.utimesSync(`${root}/123`, 1767607507, 1767607507)
      const info = yield* files.stat(`${root}/123`)
      assert.strictEqual(info.name, "123")
      assert.strictEqual(info.path, `${root}/123`)
      assert.strictEqual(info.size, 6)
      assert.strictEqual(info.kind, "file")
      strict.deepStrictEqual(info.mode, Option.some(0o640))
      assert.deepStrictEqual(
        Option.map(info.modified, (date) => date.toISOString()),
        Option.some("2026-01-05T10:05:07.000Z")
      )
      assert.strictEqual(info.raw["permissions"], "640")
      assert.strictEqual((yield* files.stat(root)).kind, "directory")
    })
  )

  it.scoped("tell what is there from what is not", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open()
      fs.writeFileSync(`${root}/f`, "")
      assert.isTrue(yield* files.exists(`${root}/f`))
      assert.isTrue(yield* files.exists(root))
      assert.isFalse(yield* files.exists(`${root}/none`))
      assert.isFalse(yield* files.exists(`${root}/f/inside`))
      assert.strictEqual(yield* reasonOf(files.stat(`${root}/none`)), "NotFound")
    })
  )

  it.scoped("do not call a failure absence", () =>
    Effect.gen(function* () {
      const denied = yield* answering(refused("/root/x, error: Permission denied"))
      assert.strictEqual(yield* reasonOf(denied.files.exists("/root/x")), "PermissionDenied")
      const missing = yield* answering(failed("tool not found: get_file_info"))
      assert.strictEqual(yield* reasonOf(missing.files.exists("/x")), "ToolError")
    })
  )

  it.scoped("refuse an answer that describes nothing", () =>
    Effect.gen(function* () {
      for (const text of ["", "true", "size: NaN\nisFile: true\nisDirectory: false"]) {
        const { files } = yield* answering(answer(text))
        assert.strictEqual(yield* reasonOf(files.stat("/x")), "InvalidData")
      }
    })
  )
})

describe("directories", () => {
  it.scoped("list, with names as they are", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open()
      fs.mkdirSync(`${root}/目录`)
      for (const name of ["a b.txt", "[DIR] x", "123"]) fs.writeFileSync(`${root}/${name}`, "")
      const entries = yield* files.list(root)
      assert.deepStrictEqual(
        [...entries].sort((a, b) => (a.name < b.name ? -1 : 1)),
        [
          { name: "123", isDirectory: false },
          { name: "[DIR] x", isDirectory: false },
          { name: "a b.txt", isDirectory: false },
          { name: "目录", isDirectory: true }
        ]
      )
      assert.deepStrictEqual(yield* files.list(`${root}/目录`), [])
      assert.strictEqual(yield* reasonOf(files.list(`${root}/none`)), "NotFound")
      assert.strictEqual(yield* reasonOf(files.list(`${root}/123`)), "NotDirectory")
    })
  )

  it.scoped("are made with their parents, and moved", () =>
    Effect.gen(function* () {
      const { files, names, root } = yield* open()
      yield* files.makeDirectory(`${root}/a/b`)
      yield* files.makeDirectory(`${root}/a/b`)
      yield* files.move(`${root}/a`, `${root}/c`)
      assert.deepStrictEqual(names(), ["c"])
      assert.deepStrictEqual(fs.readdirSync(`${root}/c`), ["b"])
      assert.strictEqual(yield* reasonOf(files.move(`${root}/none`, `${root}/x`)), "NotFound")
      assert.strictEqual(yield* reasonOf(files.makeDirectory("/dev/null/x")), "NotDirectory")
    })
  )
})

describe("remove", () => {
  it.scoped("a file", () =>
    Effect.gen(function* () {
      const { calls, files, names, root } = yield* open()
      fs.writeFileSync(`${root}/f`, "")
      yield* files.remove(`${root}/f`)
      assert.deepStrictEqual(calls, [{ tool: "delete_file", args: { path: `${root}/f` } }])
      assert.deepStrictEqual(names(), [])
      assert.strictEqual(yield* reasonOf(files.remove(`${root}/f`)), "NotFound")
      yield* files.remove(`${root}/f`, { force: true })
    })
  )

  it.scoped("a directory only when asked for", () =>
    Effect.gen(function* () {
      const { files, names, root } = yield* open()
      const tree = `${root}/it's a $tree`
      fs.mkdirSync(`${tree}/deep/er`, { recursive: true })
      fs.writeFileSync(`${tree}/deep/f`, "")
      yield* Effect.flip(files.remove(tree))
      assert.deepStrictEqual(names(), ["it's a $tree"])
      yield* files.remove(tree, { recursive: true })
      assert.deepStrictEqual(names(), [])
      assert.strictEqual(yield* reasonOf(files.remove(tree, { recursive: true })), "NotFound")
      yield* files.remove(tree, { recursive: true, force: true })
    })
  )

  it.scoped("a link, not what it points at", () =>
    Effect.gen(function* () {
      const { files, names, root } = yield* open()
      fs.mkdirSync(`${root}/d`)
      fs.writeFileSync(`${root}/d/f`, "")
      fs.symlinkSync(`${root}/d`, `${root}/l`)
      yield* files.remove(`${root}/l`, { recursive: true })
      assert.deepStrictEqual(names(), ["d"])
      assert.deepStrictEqual(fs.readdirSync(`${root}/d`), ["f"])
    })
  )

  it.scoped("force does not hide other failures", () =>
    Effect.gen(function* () {
      const { files } = yield* answering(refused("/x, error: Permission denied"))
      assert.strictEqual(yield* reasonOf(files.remove("/x", { force: true })), "PermissionDenied")
    })
  )

  it.scoped("recursively not without a shell", () =>
    Effect.gen(function* () {
      const { calls, files } = yield* open({ tools: ["delete_file"] })
      assert.strictEqual(yield* reasonOf(files.remove("/x", { recursive: true })), "Unknown")
      assert.deepStrictEqual(calls, [])
    })
  )
})

describe("copy", () => {
  it.scoped("files and trees", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open()
      fs.mkdirSync(`${root}/d/e`, { recursive: true })
      fs.writeFileSync(`${root}/d/e/f`, "1")
      yield* files.copy(`${root}/d`, `${root}/c`)
      assert.strictEqual(fs.readFileSync(`${root}/c/e/f`, "utf8"), "1")
      fs.writeFileSync(`${root}/g`, "2")
      yield* files.copy(`${root}/g`, `${root}/c/e/f`)
      assert.strictEqual(fs.readFileSync(`${root}/c/e/f`, "utf8"), "2")
      assert.strictEqual(yield* reasonOf(files.copy(`${root}/none`, `${root}/x`)), "NotFound")
    })
  )

  it.scoped("never into a directory, and onto a file only when allowed", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open()
      fs.mkdirSync(`${root}/d`)
      fs.writeFileSync(`${root}/a`, "a")
      fs.writeFileSync(`${root}/b`, "b")
      assert.strictEqual(yield* reasonOf(files.copy(`${root}/a`, `${root}/d`)), "AlreadyExists")
      assert.strictEqual(
        yield* reasonOf(files.copy(`${root}/a`, `${root}/b`, { overwrite: false })),
        "AlreadyExists"
      )
      assert.deepStrictEqual(fs.readdirSync(`${root}/d`), [])
      assert.strictEqual(fs.readFileSync(`${root}/b`, "utf8"), "b")
    })
  )

  it.scoped("texts also without a shell", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open({ tools: ["read_file", "write_file", "get_file_info"] })
      fs.writeFileSync(`${root}/a`, "text")
      yield* files.copy(`${root}/a`, `${root}/b`)
      assert.strictEqual(fs.readFileSync(`${root}/b`, "utf8"), "text")
      assert.strictEqual(
        yield* reasonOf(files.copy(`${root}/a`, `${root}/b`, { overwrite: false })),
        "AlreadyExists"
      )
    })
  )
})

describe("search", () => {
  it.scoped("sends exclusions as a list, and only if there are some", () =>
    Effect.gen(function* () {
      const { calls, files } = yield* answering(answer("/tmp/a.txt\n/tmp/sub/b.txt\n"))
      assert.deepStrictEqual(yield* files.search("/tmp", "*.txt", { exclude: ["node_modules", "a,b"] }), [
        "/tmp/a.txt",
        "/tmp/sub/b.txt"
      ])
      yield* files.search("/tmp", "ñ?.md", { exclude: [] })
      assert.deepStrictEqual(
        calls.map(({ args }) => args),
        [
          { path: "/tmp", pattern: "*.txt", excludePatterns: ["node_modules", "a,b"] },
          { path: "/tmp", pattern: "ñ?.md" }
        ]
      )
    })
  )

  it.scoped("finding nothing is an empty list", () =>
    Effect.gen(function* () {
      const { files } = yield* answering(answer("No matches found"))
      assert.deepStrictEqual(yield* files.search("/tmp", "x"), [])
    })
  )
})

describe("edit", () => {
  const letters = fc.array(fc.constantFrom("a", "b", "ab", "é", "\n"), { minLength: 1, maxLength: 12 })
  const piece = fc.array(fc.constantFrom("a", "b", "é"), { minLength: 1, maxLength: 2 })

  it.scoped.prop(
    "applies each edit once, in order, or says that there is no match and changes nothing",
    [letters, fc.array(fc.tuple(piece, letters), { minLength: 1, maxLength: 4 }), fc.boolean()],
    ([content, pairs, dryRun]) =>
      Effect.gen(function* () {
        const { files, root } = yield* open()
        const before = content.join("")
        fs.writeFileSync(`${root}/f`, before)
        const edits = pairs.map(([from, to]) => ({ oldText: from.join(""), newText: to.join("") }))
        let expected: string | undefined = before
        for (const { newText, oldText } of edits) {
          const at: number = expected?.indexOf(oldText) ?? -1
          expected =
            expected === undefined || at === -1
              ? undefined
              : expected.slice(0, at) + newText + expected.slice(at + oldText.length)
        }
        const exit = yield* Effect.exit(files.edit(`${root}/f`, edits, { dryRun }))
        const after = fs.readFileSync(`${root}/f`, "utf8")
        if (expected === undefined) {
          const error = Option.getOrThrow(
            Exit.match(exit, { onFailure: (cause) => Option.some(cause), onSuccess: () => Option.none() })
          )
          assert(error._tag === "Fail" && error.error._tag === "FileError")
          assert.strictEqual(error.error.reason, "NoMatch")
          assert.strictEqual(after, before)
        } else {
          assert(Exit.isSuccess(exit))
          assert.strictEqual(after, dryRun ? before : expected)
          assert.strictEqual(Option.isSome(exit.value), dryRun)
        }
      }),
    { fastCheck: { numRuns: 60 } }
  )

  it.scoped("shows the preview of a dry run as the tool wrote it", () =>
    Effect.gen(function* () {
      const diff = "--- a\n+++ b\n-one\n+two"
      const { calls, files } = yield* answering(answer(diff))
      const edits = [{ oldText: "one", newText: "two" }]
      strict.deepStrictEqual(yield* files.edit("/f", edits, { dryRun: true }), Option.some(diff))
      yield* files.edit("/f", edits)
      assert.deepStrictEqual(
        calls.map(({ args }) => args.dryRun),
        [true, false]
      )
    })
  )

  it.scoped("a bare word of success is no preview", () =>
    Effect.gen(function* () {
      for (const text of ["true", "True", "ok", "", "Success", "done."]) {
        const { files } = yield* answering(answer(text))
        strict.deepStrictEqual(yield* files.edit("/f", [{ oldText: "a", newText: "b" }]), Option.none())
      }
    })
  )

  it.scoped("a text that reads like another failure is still no match", () =>
    Effect.gen(function* () {
      const { files, root } = yield* open()
      fs.writeFileSync(`${root}/f`, "")
      const edits = [{ oldText: "Permission denied", newText: "" }]
      assert.strictEqual(yield* reasonOf(files.edit(`${root}/f`, edits)), "NoMatch")
      assert.strictEqual(yield* reasonOf(files.edit(`${root}/none`, edits)), "NotFound")
    })
  )
})

const change = (eventType: "create" | "modify" | "delete", path: string) => ({
  eventType,
  path,
  pathType: "file" as const
})

const report = (...changes: ReadonlyArray<ReturnType<typeof change>>) => answer(JSON.stringify(changes))

type Reply = Answer | AgentBayError.SessionError

const unavailable = new AgentBayError.SessionError({
  reason: "Unavailable",
  operation: "test",
  phase: "sent",
  detail: "busy"
})

/** Looks get these replies, one after the other; afterwards, nothing changes. */
const replying = (replies: ReadonlyArray<Reply>) =>
  open({
    intercept: (_tool, _args, index) => {
      const reply = replies[index] ?? report()
      return reply instanceof AgentBayError.SessionError ? Effect.fail(reply) : Effect.succeed(reply)
    }
  })

describe("changes", () => {
  it.scoped("one look reports what happened since the last one", () =>
    Effect.gen(function* () {
      const { calls, files } = yield* replying([
        report(),
        report(change("create", "/w/a"), change("modify", "/w/a"))
      ])
      assert.deepStrictEqual(yield* files.getChanges("/w"), [])
      assert.deepStrictEqual(yield* files.getChanges("/w"), [
        change("create", "/w/a"),
        change("modify", "/w/a")
      ])
      assert.deepStrictEqual(calls[0], { tool: "get_file_change", args: { path: "/w" } })
    })
  )

  it.scoped("an answer that cannot be read is no silence", () =>
    Effect.gen(function* () {
      for (const text of ["", "null", "not json", '{"eventType":"create"}', '[{"eventType":"explode"}]']) {
        const { files } = yield* answering(answer(text))
        const error = yield* Effect.flip(files.getChanges("/w"))
        assert(error._tag === "SessionError")
        assert.strictEqual(error.reason, "Decode")
      }
    })
  )

  it.scoped("come one by one, look after look, from the baseline on", () =>
    Effect.gen(function* () {
      const { calls, files } = yield* replying([
        report(change("create", "/w/old")),
        report(change("create", "/w/a"), change("modify", "/w/a")),
        report(),
        report(change("delete", "/w/a"))
      ])
      const fiber = yield* Effect.fork(Stream.runCollect(Stream.take(files.changes("/w"), 3)))
      yield* TestClock.adjust("499 millis")
      assert.strictEqual(calls.length, 1)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(calls.length, 2)
      yield* TestClock.adjust("1 seconds")
      const changes = Chunk.toReadonlyArray(yield* Fiber.join(fiber))
      assert.deepStrictEqual(
        changes.map(({ eventType }) => eventType),
        ["create", "modify", "delete"]
      )
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(calls.length, 4)
    })
  )

  it.scoped("at the pace asked for", () =>
    Effect.gen(function* () {
      const { calls, files } = yield* replying([])
      yield* Effect.fork(Stream.runDrain(files.changes("/w", { interval: "100 millis" })))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(calls.length, 11)
    })
  )

  it.scoped("a look that failed on its way is repeated, ever more slowly", () =>
    Effect.gen(function* () {
      const { calls, files } = yield* replying([
        report(),
        unavailable,
        unavailable,
        unavailable,
        report(change("create", "/w/a"))
      ])
      const fiber = yield* Effect.fork(Stream.runHead(files.changes("/w")))
      const times: Array<number> = []
      let seen = 0
      for (let tick = 0; tick < 100; tick++) {
        yield* TestClock.adjust("100 millis")
        if (calls.length > seen) times.push(tick)
        seen = calls.length
      }
      assert.deepStrictEqual(
        Option.map(yield* Fiber.join(fiber), ({ path }) => path),
        Option.some("/w/a")
      )
      // Pauses of 500 ms, then about 500, 1000 and 2000; jitter takes or adds up to a fifth.
      const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
      assert.strictEqual(pauses.length, 4)
      pauses.forEach((pause, index) => {
        const expected = [5, 5, 10, 20][index] ?? 0
        assert.isAtLeast(pause, Math.floor(expected * 0.8) - 1)
        assert.isAtMost(pause, Math.ceil(expected * 1.2) + 1)
      })
    })
  )

  it.scoped("until patience ends", () =>
    Effect.gen(function* () {
      const { calls, files } = yield* replying([report(), ...Array.from({ length: 20 }, () => unavailable)])
      const fiber = yield* Effect.fork(Effect.flip(Stream.runDrain(files.changes("/w", { retries: 3 }))))
      yield* TestClock.adjust("5 minutes")
      const error = yield* Fiber.join(fiber)
      assert(error._tag === "SessionError")
      assert.strictEqual(error.reason, "Unavailable")
      assert.strictEqual(calls.length, 5)
    })
  )

  it.scoped("a pause that the service asks for is kept", () =>
    Effect.gen(function* () {
      const throttled = new AgentBayError.SessionError({
        reason: "Throttled",
        operation: "test",
        phase: "sent",
        detail: "",
        retryAfterMs: 60_000
      })
      const { calls, files } = yield* replying([report(), throttled])
      yield* Effect.fork(Stream.runDrain(files.changes("/w")))
      yield* TestClock.adjust("60 seconds")
      assert.strictEqual(calls.length, 2)
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(calls.length, 3)
    })
  )

  const ends: ReadonlyArray<readonly [string, Reply, string]> = [
    [
      "the session is gone",
      new AgentBayError.SessionError({ reason: "NotFound", operation: "test", phase: "sent", detail: "" }),
      "NotFound"
    ],
    ["the tool says that it is", failed("Session s-1 is invalid or has expired"), "NotFound"],
    ["an answer cannot be read", answer("nonsense"), "Decode"],
    ["the directory is gone", refused("/w/session, error: No such file or directory"), "NotFound"]
  ]
  for (const [name, reply, reason] of ends) {
    it.scoped(`end at once when ${name}`, () =>
      Effect.gen(function* () {
        const { calls, files } = yield* replying([report(), reply])
        const fiber = yield* Effect.fork(Effect.flip(Stream.runDrain(files.changes("/w/session"))))
        yield* TestClock.adjust("500 millis")
        const error = yield* Fiber.join(fiber)
        assert.strictEqual("reason" in error ? error.reason : error._tag, reason)
        assert.strictEqual(calls.length, 2)
      })
    )
  }

  it.scoped("end when nobody listens any more", () =>
    Effect.gen(function* () {
      const { calls, files } = yield* replying([])
      const fiber = yield* Effect.fork(Stream.runDrain(files.changes("/w")))
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.interrupt(fiber)
      const { length } = calls
      assert.strictEqual(length, 5)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(calls.length, length)
    })
  )
})
