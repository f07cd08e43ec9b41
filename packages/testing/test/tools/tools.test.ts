import { assert, describe, it } from "@effect/vitest"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { Effect, TestClock } from "effect"
import { type Connection, createSession, viaApi, viaLink, viaVpc } from "../support/service.js"

const run = Effect.provide(TestAgentBay.layerHttpClient)

type Call = (session: Connection, tool: string, args: unknown) => ReturnType<typeof viaLink>

const routes: ReadonlyArray<readonly [string, Call]> = [
  ["api", (session, tool, args) => viaApi(session, tool, args)],
  ["link", viaLink],
  ["vpc", viaVpc]
]

const failure = (detail: string) => ({
  isError: true,
  text: `Execution failed. Error code:-32602 Error message: ${detail}`
})

for (const [route, via] of routes) {
  describe(`tools over the ${route} route`, () => {
    const session = createSession({ ImageId: "code_latest", VpcResource: "true" })

    const caller = Effect.map(
      session,
      (connection) => (tool: string, args: unknown) => via(connection, tool, args)
    )

    it.effect("read and write files byte by byte", () =>
      Effect.gen(function* () {
        const call = yield* caller
        const path = "/tmp/dir/a.txt"
        assert.deepStrictEqual(yield* call("write_file", { path, content: "äbc\n" }), {
          text: "True",
          isError: false
        })
        assert.strictEqual((yield* call("read_file", { path })).text, "äbc\n")
        assert.strictEqual((yield* call("read_file", { path, offset: 0, length: 0 })).text, "äbc\n")
        assert.strictEqual((yield* call("read_file", { path, offset: 2, length: 2 })).text, "bc")
        // A cut character never fails.
        assert.strictEqual((yield* call("read_file", { path, offset: 1, length: 2 })).text, "\ufffdb")
        assert.strictEqual((yield* call("read_file", { path, format: "binary" })).text, "w6RiYwo=")
        assert.strictEqual((yield* call("read_file", { path, offset: 99 })).text, "")
        yield* call("write_file", { path, content: "more", mode: "append" })
        assert.strictEqual((yield* call("read_file", { path })).text, "äbc\nmore")
        assert.deepStrictEqual(
          yield* call("write_file", { path, content: "x", mode: "create_new", create_parent_dir: true }),
          failure(`Failed to write file: ${path}, error: File exists`)
        )
        yield* call("write_file", { path, content: "", mode: "overwrite" })
        assert.deepStrictEqual(yield* call("read_file", { path }), { text: "", isError: false })
        assert.deepStrictEqual(
          yield* call("read_file", { path: "/tmp/none" }),
          failure("Failed to read file: /tmp/none, error: No such file or directory")
        )
        assert.deepStrictEqual(
          yield* call("read_file", { path: "/tmp/dir" }),
          failure("Failed to read file: /tmp/dir, error: Is a directory")
        )
        assert.isTrue((yield* call("write_file", { path, content: "x", mode: "sideways" })).isError)
      }).pipe(run)
    )

    it.effect("describe files in the keys of all clients", () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 0, 5, 10))
        const call = yield* caller
        yield* call("write_file", { path: "/tmp/a b.txt", content: "12345" })
        assert.strictEqual(
          (yield* call("get_file_info", { path: "/tmp/a b.txt" })).text,
          [
            "name: a b.txt",
            "path: /tmp/a b.txt",
            "size: 5",
            "created: 2026-01-05 10:00:00",
            "modified: 2026-01-05 10:00:00",
            "accessed: 2026-01-05 10:00:00",
            "isDirectory: false",
            "isFile: true",
            "permissions: 644",
            "modTime: 2026-01-05 10:00:00",
            "mode: 644",
            "owner: wuying",
            "group: wuying"
          ].join("\n")
        )
        assert.include((yield* call("get_file_info", { path: "/" })).text, "name: /\n")
        assert.deepStrictEqual(
          yield* call("get_file_info", { path: "/tmp/none" }),
          failure("Failed to get file status: /tmp/none, error: No such file or directory")
        )
      }).pipe(run)
    )

    it.effect("create, list, move and delete", () =>
      Effect.gen(function* () {
        const call = yield* caller
        assert.isFalse((yield* call("create_directory", { path: "/w/x/y" })).isError)
        assert.isFalse((yield* call("create_directory", { path: "/w/x/y" })).isError)
        assert.strictEqual((yield* call("list_directory", { path: "/w/x/y" })).text, "(empty)")
        yield* call("write_file", { path: "/w/f", content: "f" })
        yield* call("shell", { command: "ln -s /w/x /w/to-dir; ln -s /none /w/to-none", timeout_ms: 5000 })
        assert.strictEqual(
          (yield* call("list_directory", { path: "/w" })).text,
          "[FILE] f\n[DIR] to-dir\n[FILE] to-none\n[DIR] x"
        )
        assert.isFalse((yield* call("move_file", { source: "/w/x", destination: "/w/z" })).isError)
        assert.isFalse((yield* call("list_directory", { path: "/w/z/y" })).isError)
        assert.deepStrictEqual(
          yield* call("move_file", { source: "/w/none", destination: "/w/n" }),
          failure("Failed to move file to /w/n: /w/none, error: No such file or directory")
        )
        assert.isFalse((yield* call("delete_file", { path: "/w/f" })).isError)
        assert.deepStrictEqual(
          yield* call("delete_file", { path: "/w/f" }),
          failure("Failed to delete file: /w/f, error: No such file or directory")
        )
        assert.deepStrictEqual(
          yield* call("list_directory", { path: "/w/f" }),
          failure("Failed to list directory: /w/f, error: No such file or directory")
        )
      }).pipe(run)
    )

    it.effect("edit the first occurrences in order, or show what they would do", () =>
      Effect.gen(function* () {
        const call = yield* caller
        const path = "/tmp/e.txt"
        const read = Effect.map(call("read_file", { path }), ({ text }) => text)
        yield* call("write_file", { path, content: "a $& a\nb\n" })
        const preview = yield* call("edit_file", {
          path,
          edits: [{ oldText: "b", newText: "c" }],
          dryRun: true
        })
        assert.include(preview.text, "-b\n+c")
        assert.strictEqual(yield* read, "a $& a\nb\n")
        // The Go SDK's name.
        yield* call("edit_file", { path, edits: [{ oldText: "b", newText: "c" }], dry_run: true })
        assert.strictEqual(yield* read, "a $& a\nb\n")
        const edits = [
          { oldText: "a", newText: "$&" },
          { oldText: "a", newText: "z" }
        ]
        assert.isFalse((yield* call("edit_file", { path, edits, dryRun: false })).isError)
        assert.strictEqual(yield* read, "$& $& z\nb\n")
        for (const oldText of ["missing", ""]) {
          const refused = yield* call("edit_file", { path, edits: [...edits, { oldText, newText: "x" }] })
          assert.isTrue(refused.isError)
        }
        assert.include(
          (yield* call("edit_file", { path, edits: [{ oldText: "nope", newText: "x" }] })).text,
          "Could not find exact match for edit: nope"
        )
        // All or nothing.
        assert.strictEqual(yield* read, "$& $& z\nb\n")
        yield* call("shell", { command: "printf '\\377\\376' > /tmp/bin", timeout_ms: 5000 })
        assert.isTrue(
          (yield* call("edit_file", { path: "/tmp/bin", edits: [{ oldText: "a", newText: "b" }] })).isError
        )
      }).pipe(run)
    )

    it.effect("read several files in blocks", () =>
      Effect.gen(function* () {
        const call = yield* caller
        yield* call("write_file", { path: "/tmp/1", content: "first\nsecond" })
        yield* call("write_file", { path: "/tmp/2", content: "only\n" })
        assert.strictEqual(
          (yield* call("read_multiple_files", { paths: ["/tmp/1", "/tmp/2"] })).text,
          "/tmp/1:\nfirst\nsecond\n\n---\n/tmp/2:\nonly\n"
        )
        const partly = yield* call("read_multiple_files", { paths: ["/tmp/none", "/tmp/2"] })
        assert.isFalse(partly.isError)
        assert.match(partly.text, /^\/tmp\/none: Error - .*\n\n---\n\/tmp\/2:\nonly\n$/)
      }).pipe(run)
    )

    it.effect("search by name", () =>
      Effect.gen(function* () {
        const call = yield* caller
        yield* call("shell", {
          command:
            "mkdir -p /s/sub/deep /s/skip && touch /s/a.ts /s/b.js '/s/sub/[x].ts' /s/sub/deep/c.ts /s/skip/d.ts",
          timeout_ms: 5000
        })
        const search = (args: Record<string, unknown>) =>
          Effect.map(call("search_files", { path: "/s", ...args }), ({ text }) => text.split("\n").sort())
        const all = ["/s/a.ts", "/s/skip/d.ts", "/s/sub/[x].ts", "/s/sub/deep/c.ts"]
        assert.deepStrictEqual(yield* search({ pattern: "*.ts" }), all)
        assert.deepStrictEqual(yield* search({ pattern: "?.ts" }), [
          "/s/a.ts",
          "/s/skip/d.ts",
          "/s/sub/deep/c.ts"
        ])
        assert.deepStrictEqual(yield* search({ pattern: "[x].ts" }), ["/s/sub/[x].ts"])
        assert.deepStrictEqual(yield* search({ pattern: "*.TS" }), ["No matches found"])
        // Excludes as an array, as Python's joined text, and under Go's name; null is none.
        const without = ["/s/a.ts", "/s/sub/[x].ts"]
        assert.deepStrictEqual(
          yield* search({ pattern: "*.ts", excludePatterns: ["skip", "sub/deep"] }),
          without
        )
        assert.deepStrictEqual(yield* search({ pattern: "*.ts", excludePatterns: "skip,sub/deep" }), without)
        assert.deepStrictEqual(
          yield* search({ pattern: "*.ts", exclude_patterns: ["skip", "sub/d*"] }),
          without
        )
        assert.deepStrictEqual(yield* search({ pattern: "*.ts", exclude_patterns: null }), all)
        assert.deepStrictEqual(
          yield* call("search_files", { path: "/none", pattern: "*" }),
          failure("Failed to search files: /none, error: No such file or directory")
        )
      }).pipe(run)
    )

    it.effect("report changes since the last look", () =>
      Effect.gen(function* () {
        const call = yield* caller
        yield* call("create_directory", { path: "/w" })
        yield* call("write_file", { path: "/w/before", content: "x" })
        const changes = Effect.map(call("get_file_change", { path: "/w" }), ({ text }) =>
          JSON.parse(text).map((event: { eventType: string; path: string; pathType: string }) =>
            [event.eventType, event.path, event.pathType].join(" ")
          )
        )
        assert.deepStrictEqual(yield* changes, [])
        yield* call("write_file", { path: "/w/a", content: "1" })
        assert.deepStrictEqual(yield* changes, ["create /w/a file", "modify /w/a file"])
        assert.deepStrictEqual(yield* changes, [])
        // The same length at the same moment.
        yield* call("write_file", { path: "/w/a", content: "2" })
        assert.deepStrictEqual(yield* changes, ["modify /w/a file"])
        yield* call("create_directory", { path: "/w/d" })
        yield* call("delete_file", { path: "/w/before" })
        assert.deepStrictEqual(yield* changes, ["delete /w/before file", "create /w/d directory"])
        yield* call("shell", { command: "rm -r /w/d && touch /w/d", timeout_ms: 5000 })
        assert.deepStrictEqual(yield* changes, [
          "delete /w/d directory",
          "create /w/d file",
          "modify /w/d file"
        ])
        assert.isTrue((yield* call("get_file_change", { path: "/none" })).isError)
      }).pipe(run)
    )

    it.effect("run commands", () =>
      Effect.gen(function* () {
        const call = yield* caller
        const shell = (args: Record<string, unknown>) =>
          Effect.map(call("shell", args), ({ isError, text }) => ({ isError, ...JSON.parse(text) }))
        assert.deepStrictEqual(
          yield* shell({
            command: "pwd; echo $X >&2; exit 3",
            timeout_ms: 5000,
            cwd: "/tmp",
            envs: { X: "é" }
          }),
          {
            isError: false,
            stdout: "/tmp\n",
            stderr: "é\n",
            exit_code: 3,
            traceId: ""
          }
        )
        // Python sends an empty directory for none.
        assert.deepInclude(yield* shell({ command: "pwd", timeout_ms: 5000, cwd: "" }), {
          stdout: "/home/wuying\n"
        })
        assert.isTrue((yield* call("shell", { command: "true", timeout_ms: -1 })).isError)
        assert.isTrue((yield* call("shell", {})).isError)
      }).pipe(run)
    )

    it.effect("stop a command that takes too long", () =>
      Effect.gen(function* () {
        const call = yield* caller
        // The first command loads the shell, in real time.
        yield* call("shell", { command: "true", timeout_ms: 1000 })
        const fiber = yield* Effect.fork(call("shell", { command: "sleep 100", timeout_ms: 2000 }))
        yield* TestClock.adjust("2 seconds")
        const { isError, text } = yield* fiber
        assert.isTrue(isError)
        const said = JSON.parse(text)
        assert.strictEqual(said.exit_code, -1)
        assert.include(said.stderr, "[timeout]")
      }).pipe(run)
    )

    it.effect("run code that keeps its names", () =>
      Effect.gen(function* () {
        const call = yield* caller
        const js = (code: string) =>
          Effect.map(
            call("run_code", { code, language: "javascript", timeout_s: 30 }),
            ({ isError, text }) => ({
              isError,
              ...JSON.parse(text)
            })
          )
        yield* js("var x = 41")
        const second = yield* js("console.log('out'); x + 1")
        assert.deepInclude(second, { isError: false, executionError: "", execution_count: 2 })
        assert.deepStrictEqual(second.stdout, ["out\n"])
        assert.deepInclude(JSON.parse(second.result[0]), { "text/plain": "42", isMainResult: true })
        const raised = yield* js("null.x")
        assert.isFalse(raised.isError)
        assert.match(raised.executionError, /^TypeError: /)
        assert.include(raised.stderr.join(""), "TypeError")
        assert.deepStrictEqual(
          yield* call("run_code", { code: "x", language: "cobol" }),
          failure("unsupported language: cobol")
        )
        assert.isTrue((yield* call("run_code", { code: "x", language: "js", timeout_s: -1 })).isError)
        assert.isTrue((yield* call("run_code", { code: "x", language: "r", timeout_s: 1 })).isError)
      }).pipe(run)
    )

    it.effect("report the load", () =>
      Effect.gen(function* () {
        const call = yield* caller
        const metrics = JSON.parse((yield* call("get_metrics", {})).text)
        assert.isAbove(metrics.mem_total, metrics.mem_used)
        assert.isAtLeast(metrics.cpu_count, 1)
        assert.strictEqual(metrics.timestamp, "1970-01-01T00:00:00.000Z")
      }).pipe(run)
    )
  })
}

describe("tools", () => {
  it.effect("of code are not on images without them", () =>
    Effect.gen(function* () {
      const session = yield* createSession({ ImageId: "browser_latest" })
      const refused = yield* viaApi(session, "run_code", { code: "1", language: "python" })
      assert.isTrue(refused.isError)
      assert.include(refused.text, "tool not found")
    }).pipe(run)
  )

  it.effect("stop code that takes too long", () =>
    Effect.gen(function* () {
      const session = yield* createSession()
      // The first run loads the interpreter, in real time.
      yield* viaApi(session, "run_code", { code: "1", language: "javascript" })
      const fiber = yield* Effect.fork(
        viaApi(session, "run_code", {
          code: "await new Promise((done) => setTimeout(done, 100000))",
          language: "javascript",
          timeout_s: 2
        })
      )
      yield* TestClock.adjust("2 seconds")
      const { isError, text } = yield* fiber
      assert.isTrue(isError)
      assert.match(JSON.parse(text).executionError, /\[timeout\]/)
    }).pipe(run)
  )
})
