import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { CodeLanguage, Machine, MachineError } from "../../src/machine/Machine.js"
import { plain, run } from "./local/code.js"
import { shell, withMachine } from "./local/machine.js"

describe("LocalMachine: javascript", () => {
  withMachine("declares names anew, and imports as modules do", (machine) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* plain(machine, "javascript", "const a = 1; let b = 2; a + b"), ["3"])
      assert.deepStrictEqual(yield* plain(machine, "javascript", "const a = 5; let b = 2; a + b"), ["7"])
      const code = [
        "import os, { EOL as end } from 'node:os'; import * as path from 'path'",
        "const { sep } = await import('node:path')",
        "const text = 'import(x)'",
        ";[typeof os.cpus, end, path.sep, sep, text]"
      ].join("\n")
      assert.deepStrictEqual(yield* plain(machine, "javascript", code), [
        "[ 'function', '\\n', '/', '/', 'import(x)' ]"
      ])
      yield* machine.write("own.mjs", new TextEncoder().encode("export default 42"), "overwrite")
      assert.deepStrictEqual(yield* plain(machine, "javascript", "import own from './own.mjs'; own"), ["42"])
    })
  )

  withMachine("gives promises as they are, and awaits at the top level only", (machine) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* plain(machine, "javascript", "Promise.resolve(4)"), ["Promise { 4 }"])
      assert.deepStrictEqual(yield* plain(machine, "javascript", "new Promise(() => {})"), [
        "Promise { <pending> }"
      ])
      assert.deepStrictEqual(
        yield* plain(machine, "javascript", "let a = await 1; const { b } = await { b: 2 }; a + b"),
        ["3"]
      )
      assert.deepStrictEqual(
        yield* plain(machine, "javascript", "let a = await 2; for await (const x of [3]) a += x; [a, b]"),
        ["[ 5, 2 ]"]
      )
      assert.deepStrictEqual(yield* plain(machine, "javascript", "'await'"), ["'await'"])
      assert.deepStrictEqual(yield* plain(machine, "javascript", "async () => { await 1 }"), [
        "[AsyncFunction (anonymous)]"
      ])
      assert.deepStrictEqual(yield* plain(machine, "javascript", "await undefined"), [])
      const failed = yield* run(machine, "javascript", "await 1\nawait Promise.reject(new RangeError('no'))")
      assert.strictEqual(failed.error?.name, "RangeError")
      assert.match(failed.error?.traceback.join("\n") ?? "", /cell-\d+:2/)
    })
  )

  withMachine("is interrupted with its names kept, if it waits or repeats itself", (machine) =>
    Effect.gen(function* () {
      yield* run(machine, "javascript", "const kept = 7")
      // The garbage makes the collector look at the promise nobody can settle.
      for (const code of [
        "await new Promise(() => {})",
        "setInterval(() => Array(1e4).fill(0).map(String), 1)"
      ]) {
        const result = yield* run(machine, "javascript", `console.log('so far'); ${code}`, 300)
        assert.isTrue(result.timedOut)
        assert.strictEqual(result.stdout, "so far\n")
      }
      assert.deepStrictEqual(yield* plain(machine, "javascript", "kept"), ["7"])
      const lost = yield* run(machine, "javascript", "(async () => { await null; for (;;); })()", 300)
      assert.include(lost.error?.value, "lost")
      assert.deepStrictEqual(yield* plain(machine, "javascript", "typeof kept"), ["'undefined'"])
    })
  )

  withMachine("serves in the background", (machine) =>
    Effect.gen(function* () {
      yield* run(
        machine,
        "javascript",
        "require('http').createServer((_, r) => r.end('served')).listen(8080)"
      )
      const fetched = "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:8080').read()"
      assert.deepStrictEqual(yield* plain(machine, "python", fetched), ["b'served'"])
    })
  )

  withMachine("reports errors nobody caught", (machine) =>
    Effect.gen(function* () {
      const late = yield* run(machine, "javascript", "setTimeout(() => { throw new RangeError('late') }, 5)")
      assert.strictEqual(late.error?.name, "RangeError")
      const rejected = yield* run(machine, "javascript", "Promise.reject(new RangeError('rejected')); 5")
      assert.strictEqual(rejected.error?.value, "rejected")
      const ended = yield* run(machine, "javascript", "process.exit(4)")
      assert.include(ended.error?.value, "exit code 4")
    })
  )
})

describe("LocalMachine: other languages", () => {
  /** With the interpreter, its test; without it, the refusal that names the package. */
  const whereInstalled = (
    language: CodeLanguage,
    program: string,
    debianPackage: string,
    body: (machine: Machine) => Effect.Effect<void, unknown>
  ) =>
    withMachine(`${language} runs, or says what to install`, (machine) =>
      Effect.gen(function* () {
        if ((yield* shell(machine, `command -v ${program}`)).exitCode === 0) return yield* body(machine)
        const error = yield* Effect.flip(run(machine, language, "1"))
        assert.strictEqual(error.reason, "Missing")
        assert.include(error.message, `apt-get install ${debianPackage}`)
      })
    )

  whereInstalled("r", "Rscript", "r-base-core", (machine) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* plain(machine, "r", "x <- c(1, 2, 3)\nmean(x)"), ["[1] 2"])
      const printed = yield* run(machine, "r", 'cat("é😀 \\\\ \\"q\\"\\n"); message("err"); invisible(x)')
      assert.strictEqual(printed.stdout, 'é😀 \\ "q"\n')
      assert.strictEqual(printed.stderr, "err\n")
      assert.deepStrictEqual(printed.outputs, [])
      const failed = yield* run(machine, "r", "f <- function(a) stop('bad ', a)\nf(1)")
      assert.strictEqual(failed.error?.value, "bad 1")
      assert.strictEqual(failed.error?.traceback[0], "f(1)")
      const plot = yield* run(machine, "r", "plot(1:3)")
      assert.match(String(plot.outputs[0]?.data["image/png"]), /^iVBORw0KGgo/)
      assert.isTrue((yield* run(machine, "r", "while (TRUE) {}", 300)).timedOut)
      assert.deepStrictEqual(yield* plain(machine, "r", "sum(x)"), ["[1] 6"])
    })
  )

  whereInstalled("java", "jshell", "default-jdk-headless", (machine) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* plain(machine, "java", "int a = 5;\na * 2"), ["10"])
      const printed = yield* run(
        machine,
        "java",
        'System.out.println("é😀 \\\\ \\"q\\""); System.err.println(a);'
      )
      assert.strictEqual(printed.stdout, 'é😀 \\ "q"\n')
      assert.strictEqual(printed.stderr, "5\n")
      const failed = yield* run(machine, "java", 'throw new IllegalStateException("bad");')
      assert.strictEqual(failed.error?.name, "IllegalStateException")
      assert.strictEqual(failed.error?.value, "bad")
      assert.include((yield* run(machine, "java", "nothing()")).error?.value, "cannot find symbol")
      assert.isTrue((yield* run(machine, "java", "while (true) {}", 500)).timedOut)
      assert.deepStrictEqual(yield* plain(machine, "java", "int twice(int n) { return 2 * n; }\ntwice(a)"), [
        "10"
      ])
    })
  )
})

/** Per language: a name that is kept, its value as it is shown, a loop, and an error with where it was raised. */
const languages = {
  python: {
    keep: "kept = 7",
    show: "kept",
    shown: "7",
    loop: "while True:\n    pass",
    fail: "def half(n):\n    return n / 0\nhalf(1)",
    name: "ZeroDivisionError",
    value: "division by zero",
    where: /return n \/ 0/
  },
  javascript: {
    keep: "let kept = 7",
    show: "kept",
    shown: "7",
    loop: "for (;;);",
    fail: "const half = (n) => n.no.such\nhalf(1)",
    name: "TypeError",
    value: "Cannot read properties of undefined (reading 'such')",
    where: /at half \(cell-\d+:1/
  },
  r: {
    keep: "kept <- 7",
    show: "kept",
    shown: "[1] 7",
    loop: "while (TRUE) {}",
    fail: "half <- function(n) stop('no half of ', n)\nhalf(1)",
    name: "Error",
    value: "no half of 1",
    where: /^half\(1\)$/m
  },
  java: {
    keep: "int kept = 7;",
    show: "kept",
    shown: "7",
    loop: "while (true) {}",
    fail: "int half(int n) { return n / 0; }\nhalf(1)",
    name: "ArithmeticException",
    value: "/ by zero",
    where: /half/
  }
} as const

describe("LocalMachine: every language that is installed", () => {
  for (const [language, example] of Object.entries(languages) as ReadonlyArray<
    [CodeLanguage, (typeof languages)[CodeLanguage]]
  >) {
    /** Without its interpreter a language says what to install. */
    const withLanguage = (title: string, body: (machine: Machine) => Effect.Effect<void, MachineError>) =>
      withMachine(`${language} ${title}`, (machine) =>
        Effect.catchIf(
          body(machine),
          (error) => error.reason === "Missing",
          (error) => Effect.sync(() => assert.include(error.message, "apt-get install"))
        )
      )

    withLanguage("keeps its names when an endless loop is stopped at its timeout", (machine) =>
      Effect.gen(function* () {
        yield* run(machine, language, example.keep)
        const stopped = yield* run(machine, language, example.loop, 500)
        assert.isTrue(stopped.timedOut)
        assert.deepInclude(stopped.error, { name: "TimeoutError", value: "stopped after 500 ms" })
        assert.deepStrictEqual(yield* plain(machine, language, example.show), [example.shown])
      })
    )

    withLanguage("tells what was raised, and where", (machine) =>
      Effect.gen(function* () {
        const { error, timedOut } = yield* run(machine, language, example.fail)
        assert.isFalse(timedOut)
        assert.deepInclude(error, { name: example.name, value: example.value })
        assert.match(error?.traceback.join("\n") ?? "", example.where)
      })
    )
  }

  withMachine("runs at the same time as another one", (machine) =>
    Effect.gen(function* () {
      const python =
        "import os, time\nopen('waits', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.01)\n'went'"
      const javascript =
        "while (!fs.existsSync('waits')) await new Promise((done) => setTimeout(done, 10))\nfs.writeFileSync('go', ''); 'gone'"
      const outputs = yield* Effect.all(
        [plain(machine, "python", python), plain(machine, "javascript", javascript)],
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(outputs, [["'went'"], ["'gone'"]])
    })
  )
})
