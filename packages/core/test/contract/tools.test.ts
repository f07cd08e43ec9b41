import { describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Tool } from "../../src/contract/Tool.js"
import { readFailure } from "../../src/contract/Tool.js"
import { all } from "../../src/contract/Tools.js"
import { CodeFailureText, CodeText } from "../../src/contract/tools/CodeTools.js"
import { DirectoryText, FileInfoText, SearchText } from "../../src/contract/tools/FileSystemTools.js"
import { ShellFailureText, ShellText } from "../../src/contract/tools/ShellTools.js"
import { MetricsText } from "../../src/contract/tools/SystemTools.js"
import { assert } from "../support/assertions.js"
import { check } from "../support/properties.js"
import { arbitraryOf } from "./arbitrary.js"

const tools: ReadonlyArray<readonly [name: string, tool: Tool.Any]> = Object.entries(all)

const schemaOf = (schema: Schema.Schema.AnyNoContext) => schema as Schema.Schema<unknown, unknown>

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe("every tool", () => {
  it("is listed under its own name and names its server", () => {
    for (const [name, tool] of tools) {
      assert.strictEqual(tool.name, name)
      assert.match(tool.server, /^[a-z]+([_-][a-z]+)*$/)
    }
  })

  for (const [name, { args }] of tools) {
    it(`${name}: arguments come back through JSON as they were`, () => {
      const schema = schemaOf(args)
      check(
        fc.property(arbitraryOf(schema), (value) => {
          const written = plain(Schema.encodeSync(schema)(value))
          assert.isObject(written)
          assert.deepStrictEqual(plain(Schema.decodeUnknownSync(schema)(written)), plain(value))
        }),
        { numRuns: 25 }
      )
    })
  }

  it("budgets are those of the arguments, in their unit", () => {
    assert.deepStrictEqual(
      all.shell.budget({ command: "x", timeout_ms: 1500 }),
      Option.some(Duration.millis(1500))
    )
    assert.deepStrictEqual(all.shell.budget({ command: "x" }), Option.none())
    assert.deepStrictEqual(
      all.run_code.budget({ code: "x", language: "python", timeout_s: 90 }),
      Option.some(Duration.seconds(90))
    )
    assert.deepStrictEqual(all.read_file.budget({ path: "/x" }), Option.none())
  })

  it("arguments of other clients are read", () => {
    const search = Schema.decodeUnknownSync(all.search_files.args)
    assert.deepStrictEqual(search({ path: "/", pattern: "*", excludePatterns: "a,b" }).excludePatterns, [
      "a",
      "b"
    ])
    assert.deepStrictEqual(search({ path: "/", pattern: "*", exclude_patterns: ["a"] }).excludePatterns, [
      "a"
    ])
    const edit = Schema.decodeUnknownSync(all.edit_file.args)
    assert.isTrue(edit({ path: "/x", edits: [], dry_run: true }).dryRun)
  })
})

const line = fc.stringMatching(/^[^\r\n\u2028\u2029]+$/)
const name = line.filter((text) => text.trim() !== "")

const roundTrip = <A>(schema: Schema.Schema<A, string>, values: fc.Arbitrary<A>) =>
  check(
    fc.property(values, (value) => {
      assert.deepStrictEqual(Schema.decodeSync(schema)(Schema.encodeSync(schema)(value)), value)
    })
  )

describe("texts of the file system", () => {
  it("file information keeps everything after the first colon", () => {
    const text =
      "name: a: b.txt\r\npath: C:\\x\nmodified: 2026-01-05 10:05:00\nsize: 2048\n\nnonsense\n: none"
    assert.deepStrictEqual(Schema.decodeSync(FileInfoText)(text), {
      name: "a: b.txt",
      path: "C:\\x",
      modified: "2026-01-05 10:05:00",
      size: "2048"
    })
  })

  it("file information comes back as it was", () => {
    const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,10}$/)
    const value = fc.stringMatching(/^[!-~]{1,20}$/)
    roundTrip(
      FileInfoText,
      fc.dictionary(key, value).map((record) => ({ ...record }))
    )
  })

  it("listings come back as they were, also with blanks and brackets in names", () => {
    roundTrip(DirectoryText, fc.array(fc.record({ name, isDirectory: fc.boolean() })))
    assert.deepStrictEqual(
      Schema.decodeSync(DirectoryText)("[DIR] a\r\n[FILE]  b \n\nTotal: 2\n[LINK] c\n[FILE]"),
      [
        { name: "a", isDirectory: true },
        { name: " b ", isDirectory: false }
      ]
    )
  })

  it("an empty listing is written as a text that is not empty", () => {
    assert.notStrictEqual(Schema.encodeSync(DirectoryText)([]), "")
    assert.deepStrictEqual(Schema.decodeSync(DirectoryText)(""), [])
  })

  it("no match is an empty list", () => {
    assert.deepStrictEqual(Schema.decodeSync(SearchText)("No matches found"), [])
    assert.deepStrictEqual(Schema.decodeSync(SearchText)("/a b\r\n/c\n"), ["/a b", "/c"])
    roundTrip(SearchText, fc.array(name.map((text) => `/${text}`)))
  })

  it("changes that cannot be read are a failure, not an absence of changes", () => {
    const decode = Schema.decodeUnknownEither(all.get_file_change.result)
    assert.deepStrictEqual(decode("[]"), Either.right([]))
    const event = { eventType: "create", path: "/x", pathType: "file" } as const
    assert.deepStrictEqual(decode(JSON.stringify([event])), Either.right([event]))
    for (const text of ["", "no", "{}", "[1]", '[{"eventType":"rename","path":"/x","pathType":"file"}]']) {
      assert.isTrue(Either.isLeft(decode(text)), text)
    }
  })
})

describe("texts of the shell", () => {
  const output = fc.record({
    stdout: fc.string(),
    stderr: fc.string(),
    exitCode: fc.integer({ min: 0, max: 255 }),
    traceId: fc.string()
  })

  it("the wrapper comes back as it was", () => roundTrip(ShellText, output))

  it("any other text is the output of a command that succeeded", () => {
    const looksAlike = [
      '{"a":1}',
      '{"stdout":"x"}',
      '{"exit_code":3}',
      "[]",
      "{",
      "null",
      " \n",
      '{"exit_code":"3","stdout":1}'
    ]
    for (const text of looksAlike) {
      assert.deepStrictEqual(Schema.decodeSync(ShellText)(text), {
        stdout: text,
        stderr: "",
        exitCode: 0,
        traceId: ""
      })
    }
    check(
      fc.property(fc.string(), (text) => {
        assert.strictEqual(Schema.decodeSync(ShellText)(text).stdout, text)
      })
    )
  })

  it("an error keeps its exit code in every form", () => {
    const decode = Schema.decodeSync(ShellFailureText)
    assert.deepInclude(decode('{"stdout":"o","stderr":"e","exit_code":3}'), {
      stdout: "o",
      stderr: "e",
      exitCode: 3,
      recognised: true
    })
    assert.deepInclude(decode('{"stdout":"o","stderr":"e","errorCode":2}'), { exitCode: 2, recognised: true })
    assert.deepInclude(decode('{"stdout":"o","stderr":"e","exit_code":0}'), { exitCode: 1 })
    assert.deepInclude(decode("Execution failed. Error code:127 Error message: sh: x: not found\n"), {
      stderr: "sh: x: not found\n",
      exitCode: 127,
      recognised: true
    })
    assert.deepInclude(decode("Execution failed. Error code:-1 Error message: [timeout]"), {
      exitCode: -1,
      stderr: "[timeout]"
    })
    assert.deepInclude(decode("broken"), { stderr: "broken", exitCode: 1, recognised: false })
  })
})

describe("texts of the other tools", () => {
  it("a run without an exception comes back as it was", () => {
    const key = fc.constantFrom("text/plain", "text/html", "application/json")
    const run = fc.record({
      outputs: fc.array(
        fc.record({
          data: fc.dictionary(key, fc.string()).map((data) => ({ ...data })),
          isMain: fc.boolean()
        })
      ),
      stdout: fc.array(fc.string()),
      stderr: fc.array(fc.string())
    })
    check(
      fc.property(run, (value) => {
        const read = Schema.decodeSync(CodeText)(Schema.encodeSync(CodeText)(value))
        assert.deepInclude(read, value)
        assert.isUndefined(read.error)
      })
    )
  })

  it("an exception is told from a tool that failed", () => {
    const failed = '{"result":[],"stdout":[],"stderr":["Traceback\\nValueError: no"],"executionError":""}'
    assert.deepInclude(Schema.decodeSync(CodeFailureText)(failed).error, { name: "ValueError", value: "no" })
    assert.deepStrictEqual(readFailure(all.run_code, "kernel is gone"), Option.none())
  })

  it("metrics are read in every spelling of the network figures", () => {
    const decode = Schema.decodeSync(MetricsText)
    const rates = ["rx_rate_kbyte_per_s", "rx_rate_kbps", "rx_rate_KBps"]
    const totals = ["tx_used_kbyte", "tx_used_kb", "tx_used_KB"]
    for (const [index, rate] of rates.entries()) {
      const read = decode(JSON.stringify({ cpu_count: "4", [rate]: 0.2, [totals[index] ?? ""]: 120.1 }))
      assert.deepInclude(read, { cpu_count: 4, rx_rate_kbyte_per_s: 0.2, tx_used_kbyte: 120.1 })
    }
    assert.strictEqual(decode('{"rx_rate_kbyte_per_s":1,"rx_rate_kbps":2}').rx_rate_kbyte_per_s, 1)
    for (const text of ["", "no", "null", "[]", '{"cpu_count":"many"}']) {
      assert.isTrue(Either.isLeft(Schema.decodeUnknownEither(MetricsText)(text)), text)
    }
  })
})
