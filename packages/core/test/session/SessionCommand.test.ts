import { assert, describe, it } from "@effect/vitest"
import { SessionCommand } from "@effect-agentbay/core"
import { Duration, Effect, FastCheck as fc, Option } from "effect"
import { quote } from "../../src/internal/quote.js"
import { assert as strict } from "../support/assertions.js"
import { type Answer, answer, failed, makeFakeSession } from "../support/FakeSession.js"

const answering = (reply: Answer) =>
  Effect.map(makeFakeSession({ intercept: () => Effect.succeed(reply) }), (session) => ({
    ...session,
    command: SessionCommand.make(session.runtime)
  }))

const real = Effect.map(makeFakeSession(), (session) => ({
  ...session,
  command: SessionCommand.make(session.runtime)
}))

const wrapper = (value: unknown) => JSON.stringify(value)

describe("what is sent", () => {
  it.scoped("the command, 50 seconds, and nothing else", () =>
    Effect.gen(function* () {
      const { calls, command } = yield* answering(answer(""))
      yield* command.run("ls -la")
      assert.deepStrictEqual(calls, [{ tool: "shell", args: { command: "ls -la", timeout_ms: 50_000 } }])
    })
  )

  it.scoped("directory and environment", () =>
    Effect.gen(function* () {
      const { calls, command } = yield* answering(answer(""))
      yield* command.run("env", { timeout: "2 seconds", cwd: "/tmp/é", env: { A: "1", B: "x = y" } })
      assert.deepStrictEqual(calls[0]?.args, {
        command: "env",
        timeout_ms: 2000,
        cwd: "/tmp/é",
        envs: { A: "1", B: "x = y" }
      })
    })
  )

  it.scoped("any positive time as given, in whole milliseconds", () =>
    Effect.gen(function* () {
      const { calls, command } = yield* answering(answer(""))
      for (const timeout of ["3 hours", 1, 0.2, 1500.5, Duration.days(2)] as const) {
        yield* command.run("x", { timeout })
      }
      assert.deepStrictEqual(
        calls.map(({ args }) => args.timeout_ms),
        [10_800_000, 1, 1, 1501, 172_800_000]
      )
    })
  )
})

describe("what is refused before anything is sent", () => {
  const cases: ReadonlyArray<readonly [string, unknown, SessionCommand.RunOptions, string]> = [
    ["a command with a NUL character", "a\0b", {}, "command"],
    ["a command that is no text", 7, {}, "command"],
    ["no time", "x", { timeout: 0 }, "timeout"],
    ["a negative time", "x", { timeout: -5 }, "timeout"],
    ["endless time", "x", { timeout: Duration.infinity }, "timeout"],
    ["a word that is no time", "x", { timeout: "soon" as never }, "timeout"],
    ["an empty directory", "x", { cwd: "" }, "cwd"],
    ["a variable without a name", "x", { env: { "": "1" } }, "env"],
    ["a variable with = in its name", "x", { env: { "A=B": "1" } }, "env"],
    ["a variable with NUL in its name", "x", { env: { "A\0": "1" } }, "env"],
    ["a variable whose value is no text", "x", { env: { A: 1 as never } }, "env.A"],
    ["a variable whose value has a NUL", "x", { env: { KEY: "se\0cret" } }, "env.KEY"]
  ]
  for (const [name, command, options, field] of cases) {
    it.scoped(name, () =>
      Effect.gen(function* () {
        const session = yield* answering(answer(""))
        const error = yield* Effect.flip(session.command.run(command as string, options))
        assert(error._tag === "InvalidArgument")
        assert.strictEqual(error.field, field)
        assert.notInclude(error.message, "cret")
        assert.deepStrictEqual(session.calls, [])
      })
    )
  }
})

describe("what comes back", () => {
  const result = (reply: Answer) =>
    Effect.flatMap(answering(reply), ({ command }) => command.run("the command"))

  it.scoped("the service's object, whatever the exit code", () =>
    Effect.gen(function* () {
      const run = yield* result(
        answer(wrapper({ stdout: "a\n", stderr: "boom\n", exit_code: 2, traceId: "t-1" }))
      )
      assert.deepStrictEqual(run, {
        command: "the command",
        sessionId: "s-fake",
        requestId: "req-1",
        stdout: "a\n",
        stderr: "boom\n",
        output: "a\nboom\n",
        exitCode: 2,
        traceId: Option.some("t-1")
      })
    })
  )

  const forms: ReadonlyArray<readonly [string, Answer, string, string, number]> = [
    ["plain text of the first generation", answer("plain text"), "plain text", "", 0],
    ["an empty text", answer(""), "", "", 0],
    ["a JSON object that the command printed", answer('{"a":1}'), '{"a":1}', "", 0],
    ["one that merely has stdout", answer('{"stdout":"x"}'), '{"stdout":"x"}', "", 0],
    ["other JSON", answer("42"), "42", "", 0],
    ["JSON null", answer("null"), "null", "", 0],
    [
      "a failure of the first generation",
      failed("Execution failed. Error code:127 Error message: sh: 1: nope: not found"),
      "",
      "sh: 1: nope: not found",
      127
    ],
    [
      "an object marked as an error",
      failed(wrapper({ stdout: "a", stderr: "b", errorCode: 3 })),
      "a",
      "b",
      3
    ],
    [
      "an error without a code is none of success",
      failed(wrapper({ stdout: "", stderr: "b", exit_code: 0 })),
      "",
      "b",
      1
    ]
  ]
  for (const [name, reply, stdout, stderr, exitCode] of forms) {
    it.scoped(name, () =>
      Effect.gen(function* () {
        const run = yield* result(reply)
        assert.deepStrictEqual([run.stdout, run.stderr, run.exitCode], [stdout, stderr, exitCode])
        assert.strictEqual(run.output, stdout + stderr)
        strict.deepStrictEqual(run.traceId, Option.none())
      })
    )
  }

  it.scoped("a tool that is missing is no exit code", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(result(failed("tool not found: shell")))
      assert(error._tag === "ToolError")
      assert.strictEqual(error.text, "tool not found: shell")
    })
  )

  it.scoped("neither is a protocol error", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        result(failed("Execution failed. Error code:-32602 Error message: bad arguments"))
      )
      assert.strictEqual(error._tag, "ToolError")
    })
  )
})

describe("a command that outran its time", () => {
  const timedOut: ReadonlyArray<readonly [string, Answer, string, string]> = [
    ["first generation", failed("Execution failed. Error code:-1 Error message: [timeout]"), "", ""],
    [
      "object with -1",
      failed(wrapper({ stdout: "half", stderr: "command timed out", exit_code: -1 })),
      "half",
      "command timed out"
    ],
    [
      "object with the marker",
      failed(wrapper({ stdout: "half", stderr: "[timeout]", exit_code: -1 })),
      "half",
      ""
    ],
    [
      "object with 124",
      failed(wrapper({ stdout: "", stderr: "Timeout after 5 s", exit_code: 124 })),
      "",
      "Timeout after 5 s"
    ],
    [
      "plain answer with -1",
      answer(wrapper({ stdout: "half", stderr: "[timeout]", exit_code: -1 })),
      "half",
      ""
    ]
  ]
  for (const [name, reply, stdout, stderr] of timedOut) {
    it.scoped(name, () =>
      Effect.gen(function* () {
        const { command } = yield* answering(reply)
        const error = yield* Effect.flip(command.run("sleep 9", { timeout: "5 seconds" }))
        assert(error._tag === "CommandTimeout")
        assert.strictEqual(error.timeoutMs, 5000)
        assert.strictEqual(error.command, "sleep 9")
        assert.deepStrictEqual([error.stdout, error.stderr], [stdout, stderr])
        assert.strictEqual(error.requestId, "req-1")
      })
    )
  }

  it.scoped("the user's own timeout(1) is data", () =>
    Effect.gen(function* () {
      const { command } = yield* answering(
        answer(wrapper({ stdout: "", stderr: "curl: operation timed out", exit_code: 124 }))
      )
      assert.strictEqual((yield* command.run("timeout 1 curl x")).exitCode, 124)
    })
  )
})

describe("orFail", () => {
  it.scoped("fails with what the command said", () =>
    Effect.gen(function* () {
      const { command } = yield* answering(
        answer(wrapper({ stdout: "out", stderr: "no such thing", exit_code: 4 }))
      )
      const error = yield* Effect.flip(SessionCommand.orFail(command.run("get thing")))
      assert(error._tag === "CommandFailed")
      assert.deepStrictEqual(
        [error.command, error.exitCode, error.stdout, error.stderr, error.requestId],
        ["get thing", 4, "out", "no such thing", "req-1"]
      )
      assert.include(error.message, "exit code 4")
      assert.include(error.message, "no such thing")
    })
  )

  it.scoped("lets a success pass", () =>
    Effect.gen(function* () {
      const { command } = yield* answering(answer(wrapper({ stdout: "out", stderr: "w", exit_code: 0 })))
      assert.strictEqual((yield* SessionCommand.orFail(command.run("x"))).output, "outw")
    })
  )
})

/** Texts that a shell would like to interpret. */
const word = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "'",
        '"',
        "$HOME",
        "`id`",
        "$(id)",
        "\\",
        "\n",
        " ",
        "*",
        "~",
        "!",
        "&",
        ";",
        "|",
        "#",
        "-n",
        "世",
        "😀"
      ),
      fc.string({ unit: "binary", maxLength: 5 })
    ),
    { maxLength: 8 }
  )
  .map((parts) => parts.join("").replaceAll("\0", ""))

describe("quoting", () => {
  it.scoped.prop(
    "a program receives every argument as it was given",
    [fc.array(word, { maxLength: 4 })],
    ([args]) =>
      Effect.gen(function* () {
        const { command } = yield* real
        const run = yield* command.exec("printf", ["%s\\n.\\n", ...args])
        assert.strictEqual(run.stderr, "")
        assert.strictEqual(
          run.stdout,
          args.length === 0 ? "\n.\n" : args.map((arg) => `${arg}\n.\n`).join("")
        )
      }),
    { fastCheck: { numRuns: 40 } }
  )

  it.prop("a quoted word contains no quote that ends it", [word], ([text]) => {
    assert.strictEqual(quote(text).slice(1, -1).split("'\\''").join("'"), text)
  })

  it.scoped("an argument with a NUL character is refused", () =>
    Effect.gen(function* () {
      const { calls, command } = yield* real
      const error = yield* Effect.flip(command.exec("echo", ["a", "b\0"]))
      assert(error._tag === "InvalidArgument")
      assert.strictEqual(error.field, "args.1")
      assert.strictEqual((yield* Effect.flip(command.exec("", [])))._tag, "InvalidArgument")
      assert.deepStrictEqual(calls, [])
    })
  )

  it("templates quote values and lists", () => {
    assert.strictEqual(
      SessionCommand.template`tar -czf ${"it's.tgz"} -- ${["a b", "$c"]} && head -n ${3} x`,
      `tar -czf 'it'\\''s.tgz' -- 'a b' '$c' && head -n '3' x`
    )
    assert.strictEqual(SessionCommand.template`ls`, "ls")
    assert.strictEqual(SessionCommand.quote("a'b"), `'a'\\''b'`)
  })
})
