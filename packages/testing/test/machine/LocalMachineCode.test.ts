import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { CodeLanguage, Machine } from "../../src/machine/Machine.js"
import { eventually } from "./local/host.js"
import { shell, withMachine } from "./local/machine.js"

const run = (machine: Machine, language: CodeLanguage, code: string, timeoutMs = 60_000) =>
  machine.runCode({ language, code, timeoutMs })
const plain = (machine: Machine, language: CodeLanguage, code: string) =>
  Effect.map(run(machine, language, code), ({ error, outputs }) => {
    assert.isUndefined(error)
    return outputs.map(({ data }) => data["text/plain"])
  })

describe("LocalMachine: python", () => {
  withMachine("is interrupted with its names kept, if it sleeps, waits for a process or awaits", (machine) =>
    Effect.gen(function* () {
      yield* run(machine, "python", "kept = 7")
      for (const code of [
        "import time\nprint('so far')\ntime.sleep(100)",
        "import subprocess\nprint('so far')\nsubprocess.run(['sleep', '100'])",
        "import asyncio\nprint('so far')\nawait asyncio.sleep(100)"
      ]) {
        const result = yield* run(machine, "python", code, 500)
        assert.isTrue(result.timedOut)
        assert.strictEqual(result.error?.name, "TimeoutError")
        assert.strictEqual(result.stdout, "so far\n")
      }
      assert.deepStrictEqual(yield* plain(machine, "python", "kept"), ["7"])
    })
  )

  withMachine("starts anew when it cannot be interrupted or ends itself", (machine) =>
    Effect.gen(function* () {
      yield* run(machine, "python", "kept = 7")
      const deaf = yield* run(
        machine,
        "python",
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        300
      )
      assert.isTrue(deaf.timedOut)
      assert.include(deaf.error?.value, "lost")
      const ended = yield* run(machine, "python", "import os\nprint('last')\nos._exit(3)")
      assert.strictEqual(ended.error?.name, "KernelDied")
      assert.include(ended.error?.value, "exit code 3")
      assert.strictEqual(ended.stdout, "last\n")
      const anew = yield* run(machine, "python", "'kept' in globals()")
      assert.strictEqual(anew.outputs[0]?.data["text/plain"], "False")
      assert.strictEqual(anew.executionCount, 4)
    })
  )

  withMachine("shows what its processes print, and awaits", (machine) =>
    Effect.gen(function* () {
      const code =
        "import subprocess, asyncio\nsubprocess.run(['sh', '-c', 'echo out; echo err >&2'])\nawait asyncio.sleep(0, 5)"
      const result = yield* run(machine, "python", code)
      assert.strictEqual(result.stdout, "out\n")
      assert.strictEqual(result.stderr, "err\n")
      assert.deepStrictEqual(result.outputs, [{ data: { "text/plain": "5" }, isMain: true }])
    })
  )

  withMachine("gives every kind of representation", (machine) =>
    Effect.gen(function* () {
      const code = [
        "from IPython.display import HTML, display as show",
        "class All:",
        "    def __repr__(self): return 'All()'",
        "    def _repr_markdown_(self): return '*m*'",
        "    def _repr_latex_(self): return '$l$'",
        "    def _repr_svg_(self): return '<svg/>'",
        "    def _repr_jpeg_(self): return b'\\xff\\xd8', {'width': 1}",
        "    def _repr_html_(self): raise ValueError('broken')",
        "    def _repr_mimebundle_(self): return {'application/vnd.vegalite.v5+json': {'mark': 'bar'}}",
        "show(HTML('<i>'))",
        "display({'text/html': '<u>', 'image/png': b'p'}, raw=True)",
        "All()"
      ].join("\n")
      const result = yield* run(machine, "python", code)
      assert.isUndefined(result.error)
      assert.include(result.stderr, "ValueError: broken")
      assert.strictEqual(result.outputs[0]?.data["text/html"], "<i>")
      assert.deepStrictEqual(result.outputs.slice(1), [
        { data: { "text/html": "<u>", "image/png": "cA==" }, isMain: false },
        {
          data: {
            "text/plain": "All()",
            "text/markdown": "*m*",
            "text/latex": "$l$",
            "image/svg+xml": "<svg/>",
            "image/jpeg": "/9g=",
            "application/vnd.vegalite.v5+json": { mark: "bar" }
          },
          isMain: true
        }
      ])
    })
  )

  withMachine("shows each figure once: at show(), as a value, or at the end", (machine) =>
    Effect.gen(function* () {
      // The three functions of matplotlib the kernel relies on, so that the test needs no installed one.
      const files: ReadonlyArray<readonly [string, string]> = [
        ["__init__.py", ""],
        [
          "figure.py",
          "class Figure:\n    def savefig(self, file, **options): file.write(b'png')\n    def __repr__(self): return '<Figure>'\n"
        ],
        [
          "pyplot.py",
          [
            "from . import figure as figures",
            "open_figures = {}",
            "def figure(number=None):",
            "    number = number or len(open_figures) + 1",
            "    return open_figures.setdefault(number, figures.Figure())",
            "def get_fignums(): return sorted(open_figures)",
            "def close(figure):",
            "    for number in [n for n, f in open_figures.items() if f is figure]: del open_figures[number]",
            "def show():",
            "    import importlib, os",
            "    importlib.import_module(os.environ['MPLBACKEND'][len('module://'):]).show()"
          ].join("\n")
        ],
        ["backends/__init__.py", ""],
        ["backends/backend_agg.py", "class FigureCanvasAgg: pass\nclass FigureManagerBase: pass\n"]
      ]
      for (const [name, content] of files) {
        yield* machine.write(`matplotlib/${name}`, new TextEncoder().encode(content), "overwrite")
      }
      const png = { "text/plain": "<Figure>", "image/png": "cG5n" }
      const code = (last: string) => `import matplotlib.pyplot as plt\n${last}`
      const outputs = (last: string) =>
        Effect.map(run(machine, "python", code(last)), (result) => {
          assert.isUndefined(result.error)
          return result.outputs
        })
      assert.deepStrictEqual(yield* outputs("f = plt.figure()\nplt.show()\nNone"), [
        { data: png, isMain: false }
      ])
      assert.deepStrictEqual(yield* outputs("plt.figure()"), [{ data: png, isMain: true }])
      assert.deepStrictEqual(yield* outputs("f = plt.figure()"), [{ data: png, isMain: false }])
      assert.deepStrictEqual(yield* outputs("1"), [{ data: { "text/plain": "1" }, isMain: true }])
    })
  )

  withMachine("runs one after the other", (machine) =>
    Effect.gen(function* () {
      yield* run(machine, "python", "order = []")
      yield* Effect.forEach(
        [1, 2, 3],
        (n) => run(machine, "python", `import time\norder.append(${n})\ntime.sleep(0.1)\norder.append(${n})`),
        { concurrency: "unbounded", discard: true }
      )
      assert.deepStrictEqual(yield* plain(machine, "python", "order"), ["[1, 1, 2, 2, 3, 3]"])
    })
  )

  withMachine("is interrupted with its fiber", (machine) =>
    Effect.gen(function* () {
      yield* run(machine, "python", "kept = 7")
      const fiber = yield* Effect.fork(
        run(machine, "python", "open('/tmp/started', 'w')\nwhile True: pass", Number.POSITIVE_INFINITY)
      )
      yield* eventually(machine.stat("/tmp/started"))
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* plain(machine, "python", "kept"), ["7"])
    })
  )
})

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
