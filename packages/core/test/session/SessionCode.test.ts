import { Buffer } from "node:buffer"
import { assert, describe, it } from "@effect/vitest"
import { SessionCode } from "@effect-agentbay/core"
import { Duration, Effect, Option } from "effect"
import { assert as strict } from "../support/assertions.js"
import { type Answer, answer, failed, makeFakeSession } from "../support/FakeSession.js"

const answering = (reply: Answer) =>
  Effect.map(makeFakeSession({ intercept: () => Effect.succeed(reply) }), (session) => ({
    ...session,
    code: SessionCode.make(session.runtime)
  }))

const run = (reply: Answer) => Effect.flatMap(answering(reply), ({ code }) => code.run("python", "x"))

const structured = (value: Record<string, unknown>) =>
  JSON.stringify({ result: [], stdout: [], stderr: [], executionError: "", ...value })

const errorOf = (reply: Answer) => Effect.map(run(reply), ({ error }) => Option.getOrThrow(error))

describe("what is sent", () => {
  it.scoped("names of languages", () =>
    Effect.gen(function* () {
      const { calls, code } = yield* answering(answer(structured({})))
      const names = ["python", " PY ", "Python3", "javascript", "js", "Node", "nodejs", "r", "R", "JAVA"]
      for (const name of names) yield* code.run(name, "x")
      assert.deepStrictEqual(
        calls.map(({ args }) => args.language),
        [
          "python",
          "python",
          "python",
          "javascript",
          "javascript",
          "javascript",
          "javascript",
          "r",
          "r",
          "java"
        ]
      )
    })
  )

  it.scoped("the time in seconds, as given; 60 by default", () =>
    Effect.gen(function* () {
      const { calls, code } = yield* answering(answer(structured({})))
      yield* code.run("python", 'print("日本")\n# "q" \\')
      for (const timeout of ["10 seconds", "2 hours", 1500, 1] as const)
        yield* code.run("r", "x", { timeout })
      assert.deepStrictEqual(calls[0], {
        tool: "run_code",
        args: { code: 'print("日本")\n# "q" \\', language: "python", timeout_s: 60 }
      })
      assert.deepStrictEqual(
        calls.slice(1).map(({ args }) => args.timeout_s),
        [10, 7200, 1.5, 0.001]
      )
    })
  )

  it.scoped("nothing for what cannot run", () =>
    Effect.gen(function* () {
      const { calls, code } = yield* answering(answer(structured({})))
      const language = yield* Effect.flip(code.run("ruby", "x"))
      assert(language._tag === "InvalidArgument")
      assert.strictEqual(language.field, "language")
      for (const name of ["python", "javascript", "r", "java", "nodejs"]) assert.include(language.rule, name)
      for (const timeout of [0, -1, Duration.infinity]) {
        const error = yield* Effect.flip(code.run("python", "x", { timeout }))
        assert(error._tag === "InvalidArgument")
        assert.strictEqual(error.field, "timeout")
      }
      assert.strictEqual((yield* Effect.flip(code.run("python", 5 as never)))._tag, "InvalidArgument")
      assert.deepStrictEqual(calls, [])
    })
  )
})

describe("what comes back", () => {
  it.scoped("texts, logs and counters", () =>
    Effect.gen(function* () {
      const execution = yield* run(
        answer(
          structured({
            result: ['{"text/plain":"first"}', '{"text/plain":"42","isMainResult":true}'],
            stdout: ["a\n", "b"],
            stderr: ["w\n"],
            execution_time: 0.42,
            execution_count: 3
          })
        )
      )
      assert.strictEqual(execution.language, "python")
      assert.strictEqual(execution.requestId, "req-1")
      assert.strictEqual(execution.sessionId, "s-fake")
      strict.deepStrictEqual(execution.text, Option.some("42"))
      assert.strictEqual(execution.stdout, "a\nb")
      assert.strictEqual(execution.stderr, "w\n")
      assert.deepStrictEqual(execution.logs, { stdout: ["a\n", "b"], stderr: ["w\n"] })
      assert.deepStrictEqual(
        execution.outputs.map(({ isMain }) => isMain),
        [false, true]
      )
      strict.deepStrictEqual(execution.executionTime, Option.some(Duration.millis(420)))
      strict.deepStrictEqual(execution.executionCount, Option.some(3))
      strict.deepStrictEqual(execution.error, Option.none())
    })
  )

  it.scoped("every kind of output", () =>
    Effect.gen(function* () {
      const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255])
      const execution = yield* run(
        answer(
          structured({
            result: [
              JSON.stringify({
                "text/html": "<b>hi</b>",
                "text/markdown": ["# a\n", "b"],
                "image/png": png.toString("base64").replace(/(....)/, "$1\n"),
                "image/jpeg": "/9j/",
                "image/svg+xml": "<svg/>",
                "text/latex": "$x$",
                "application/json": { a: [1] },
                "application/vnd.vega.v5+json": { marks: [] },
                "application/x-own": "kept"
              })
            ]
          })
        )
      )
      const output = execution.outputs[0]
      assert(output !== undefined)
      strict.deepStrictEqual(output.text, Option.none())
      strict.deepStrictEqual(output.html, Option.some("<b>hi</b>"))
      strict.deepStrictEqual(output.markdown, Option.some("# a\nb"))
      strict.deepStrictEqual(output.png, Option.some(new Uint8Array(png)))
      strict.deepStrictEqual(output.jpeg, Option.some(new Uint8Array([0xff, 0xd8, 0xff])))
      strict.deepStrictEqual(output.svg, Option.some("<svg/>"))
      strict.deepStrictEqual(output.latex, Option.some("$x$"))
      strict.deepStrictEqual(output.json, Option.some({ a: [1] }))
      strict.deepStrictEqual(output.chart, Option.some({ marks: [] }))
      assert.strictEqual(output.data["application/x-own"], "kept")
      strict.deepStrictEqual(execution.text, Option.none())
    })
  )

  it.scoped("charts of every version, and an image that is damaged", () =>
    Effect.gen(function* () {
      const execution = yield* run(
        answer(
          structured({
            result: [
              { "application/vnd.vegalite.v4+json": { v: 4 } },
              { "application/vnd.vegalite.v5+json": { v: 5 } },
              { "image/png": "not base64!" }
            ]
          })
        )
      )
      assert.deepStrictEqual(
        execution.outputs.slice(0, 2).map(({ chart }) => Option.getOrNull(chart)),
        [{ v: 4 }, { v: 5 }]
      )
      strict.deepStrictEqual(execution.outputs[2]?.png, Option.none())
      assert.strictEqual(execution.outputs[2]?.data["image/png"], "not base64!")
    })
  )

  it.scoped("the form with logs and results", () =>
    Effect.gen(function* () {
      const execution = yield* run(
        answer(
          JSON.stringify({
            logs: { stdout: ["a"], stderr: [] },
            results: [{ text: "7", png: "AAEC", is_main_result: true }],
            error: { name: "ValueError", value: "bad", traceback: ["l1", "l2"] }
          })
        )
      )
      strict.deepStrictEqual(execution.text, Option.some("7"))
      strict.deepStrictEqual(execution.outputs[0]?.png, Option.some(new Uint8Array([0, 1, 2])))
      assert.deepStrictEqual(
        execution.error,
        Option.some({ name: "ValueError", value: "bad", traceback: "l1\nl2" })
      )
    })
  )

  for (const text of ["plain output", "123", '"abc"', "null", "{}", '{"stdout":"mine"}', ""]) {
    it.scoped(`output that is no wrapper: ${JSON.stringify(text)}`, () =>
      Effect.gen(function* () {
        const execution = yield* run(answer(text))
        assert.strictEqual(execution.stdout, text)
        strict.deepStrictEqual(execution.text, text === "" ? Option.none() : Option.some(text))
        strict.deepStrictEqual(execution.error, Option.none())
      })
    )
  }
})

describe("exceptions are data", () => {
  const traceback = [
    "Traceback (most recent call last):\n",
    '  File "a.py", line 1\n',
    "ZeroDivisionError: division by zero\n"
  ]
  const expected = { name: "ZeroDivisionError", value: "division by zero", traceback: traceback.join("") }

  it.scoped("named in executionError", () =>
    Effect.gen(function* () {
      const text = structured({ executionError: "ZeroDivisionError: division by zero", stderr: traceback })
      assert.deepStrictEqual(yield* errorOf(answer(text)), expected)
      assert.deepStrictEqual(yield* errorOf(failed(text)), expected)
    })
  )

  it.scoped("derived from stderr when executionError is empty", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* errorOf(failed(structured({ stderr: traceback }))), expected)
    })
  )

  it.scoped("of the first generation", () =>
    Effect.gen(function* () {
      const error = yield* errorOf(
        failed(`Execution failed. Error code:1 Error message: ${traceback.join("")}`)
      )
      assert.deepStrictEqual([error.name, error.value], ["ZeroDivisionError", "division by zero"])
      assert.include(error.traceback, "Traceback")
    })
  )

  it.scoped("also a TimeoutError that the code raised", () =>
    Effect.gen(function* () {
      const error = yield* errorOf(answer(structured({ executionError: "TimeoutError: the read timed out" })))
      assert.strictEqual(error.name, "TimeoutError")
    })
  )

  it.scoped("and failures on request", () =>
    Effect.gen(function* () {
      const reply = answer(
        structured({ executionError: "KeyError: 'a'", stdout: ["before\n"], stderr: ["Traceback\n"] })
      )
      const error = yield* Effect.flip(SessionCode.orFail(run(reply)))
      assert(error._tag === "CodeFailed")
      assert.deepStrictEqual(
        [error.language, error.name, error.value, error.stdout, error.traceback],
        ["python", "KeyError", "'a'", "before\n", "Traceback\n"]
      )
      assert.include(error.message, "KeyError: 'a'")
      assert.strictEqual((yield* SessionCode.orFail(run(answer("fine")))).stdout, "fine")
    })
  )
})

describe("what is no run", () => {
  const stops: ReadonlyArray<readonly [string, Answer]> = [
    ["the first generation", failed("Execution failed. Error code:-1 Error message: [timeout]")],
    ["a sentence", failed("Execution timed out after 5 seconds")],
    ["a sentence in the object", failed(structured({ executionError: "Execution timed out after 5 s" }))],
    ["a word in the object", answer(structured({ executionError: "timeout" }))],
    ["a notebook's word", answer(structured({ executionError: "CellTimeoutError: 5 s" }))]
  ]
  for (const [name, reply] of stops) {
    it.scoped(`code that outran its time: ${name}`, () =>
      Effect.gen(function* () {
        const { code } = yield* answering(reply)
        const error = yield* Effect.flip(code.run("python", "while True: pass", { timeout: "5 seconds" }))
        assert(error._tag === "CodeTimeout")
        assert.deepStrictEqual([error.language, error.timeoutMs, error.requestId], ["python", 5000, "req-1"])
      })
    )
  }

  it.scoped("output until the stop is kept", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        run(failed(structured({ executionError: "[timeout]", stdout: ["a\n", "b\n"], stderr: ["w"] })))
      )
      assert(error._tag === "CodeTimeout")
      assert.deepStrictEqual([error.stdout, error.stderr], ["a\nb\n", "w"])
    })
  )

  for (const text of [
    "tool not found: run_code",
    "Execution failed. Error code:404 Error message: tool not found"
  ]) {
    it.scoped(text, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(run(failed(text)))
        assert(error._tag === "ToolError")
        assert.strictEqual(error.text, text)
      })
    )
  }

  it.scoped("a wrapper that is damaged is not a success", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(run(answer('{"result":5,"stdout":[],"stderr":[]}')))
      assert(error._tag === "SessionError")
      assert.strictEqual(error.reason, "Decode")
    })
  )
})
