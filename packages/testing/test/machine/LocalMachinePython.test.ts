/** Python in both of its kernels. */
import { stripVTControlCharacters } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as LocalMachine from "../../src/machine/LocalMachine.js"
import { type Machine, Machines } from "../../src/machine/Machine.js"
import { pythonCode } from "./contract/python.js"
import { makeWithMachine as makeWithContractMachine } from "./contract/support.js"
import { plain, pngSize, run } from "./local/code.js"
import { eventually } from "./local/host.js"
import { makeWithMachine, shell, TEST_LIMIT_MS } from "./local/machine.js"

const python = (machine: Machine, code: string, timeoutMs?: number) => run(machine, "python", code, timeoutMs)

const kernels = [
  { kernel: "jupyter", name: /^ipykernel \d/ },
  { kernel: "plain", name: /^CPython 3\./ }
] as const

// The contract of all machines runs in Jupyter's kernel where that is installed: see LocalMachine.test.ts.
pythonCode("LocalMachine, plain kernel", makeWithContractMachine(LocalMachine.layer({ python: "plain" })))

for (const { kernel, name } of kernels) {
  const withMachine = makeWithMachine({ python: kernel })

  describe(`LocalMachine: python, ${kernel} kernel`, () => {
    withMachine("says what it is", (machine) =>
      Effect.gen(function* () {
        const result = yield* python(machine, "import sys\n'ipykernel' in sys.modules")
        assert.match(result.kernel ?? "", name)
        assert.strictEqual(result.outputs[0]?.data["text/plain"], kernel === "jupyter" ? "True" : "False")
      })
    )

    withMachine("is interrupted with its names kept: loops, sleeps, waits for a process, awaits", (machine) =>
      Effect.gen(function* () {
        yield* python(machine, "kept = 7")
        for (const code of [
          "print('so far')\nwhile True:\n    pass",
          "import time\nprint('so far')\ntime.sleep(100)",
          "import subprocess\nprint('so far')\nsubprocess.run(['sleep', '100'])",
          "import asyncio\nprint('so far')\nawait asyncio.sleep(100)"
        ]) {
          const result = yield* python(machine, code, 500)
          assert.isTrue(result.timedOut)
          assert.deepInclude(result.error, { name: "TimeoutError", value: "stopped after 500 ms" })
          assert.strictEqual(result.stdout, "so far\n")
          assert.isAbove(result.error?.traceback.length ?? 0, 0)
        }
        assert.deepStrictEqual(yield* plain(machine, "python", "kept"), ["7"])
      })
    )

    withMachine("starts anew when it cannot be interrupted or ends itself", (machine) =>
      Effect.gen(function* () {
        yield* python(machine, "kept = 7")
        const deaf = yield* python(
          machine,
          "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
          300
        )
        assert.isTrue(deaf.timedOut)
        assert.include(deaf.error?.value, "lost")
        const ended = yield* python(machine, "import os\nprint('last')\nos._exit(3)")
        assert.strictEqual(ended.error?.name, "KernelDied")
        assert.include(ended.error?.value, "exit code 3")
        assert.strictEqual(ended.stdout, "last\n")
        const killed = yield* python(machine, "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")
        assert.include(killed.error?.value, "SIGSEGV")
        const anew = yield* python(machine, "'kept' in globals()")
        assert.strictEqual(anew.outputs[0]?.data["text/plain"], "False")
        assert.strictEqual(anew.executionCount, 5)
        // No process of a kernel that was lost is left.
        const { stdout } = yield* shell(machine, "pgrep -fc 'kernel-(jupyter|python)'")
        assert.strictEqual(Number(stdout), kernel === "jupyter" ? 2 : 1)
      })
    )

    withMachine("shows what its processes print, in order, and awaits", (machine) =>
      Effect.gen(function* () {
        const code = [
          "import subprocess, asyncio",
          "print('first')",
          "subprocess.run(['sh', '-c', 'echo out; echo err >&2'])",
          "print('last')",
          "await asyncio.sleep(0, 5)"
        ].join("\n")
        const result = yield* python(machine, code)
        assert.strictEqual(result.stdout, "first\nout\nlast\n")
        assert.strictEqual(result.stderr, "err\n")
        assert.deepStrictEqual(result.outputs, [{ data: { "text/plain": "5" }, isMain: true }])
        const long = yield* python(machine, "print('ä' * 300_001)\nprint('€' * 1001, end='')")
        assert.strictEqual(long.stdout, `${"ä".repeat(300_001)}\n${"€".repeat(1001)}`)
      })
    )

    withMachine("gives every kind of representation", (machine) =>
      Effect.gen(function* () {
        const code = [
          "from IPython.display import HTML, Markdown, Latex, JSON, display as show",
          "class All:",
          "    def __repr__(self): return 'All()'",
          "    def _repr_markdown_(self): return '*m*'",
          "    def _repr_latex_(self): return '$l$'",
          "    def _repr_svg_(self): return '<svg/>'",
          "    def _repr_jpeg_(self): return b'\\xff\\xd8', {'width': 1}",
          "    def _repr_html_(self): raise ValueError('broken')",
          "show(HTML('<i>'), Markdown('*n*'), Latex('$k$'), JSON({'rows': [1]}))",
          "display({'text/html': '<u>', 'image/png': 'cA=='}, raw=True)",
          "All()"
        ].join("\n")
        const result = yield* python(machine, code)
        assert.isUndefined(result.error)
        assert.include(result.stderr, "ValueError: broken")
        const types = ["text/html", "text/markdown", "text/latex", "application/json"]
        assert.deepStrictEqual(
          result.outputs.slice(0, 4).map(({ data }, index) => data[types[index] ?? ""]),
          ["<i>", "*n*", "$k$", { rows: [1] }]
        )
        assert.deepStrictEqual(result.outputs.slice(4), [
          { data: { "text/html": "<u>", "image/png": "cA==" }, isMain: false },
          {
            data: {
              "text/plain": "All()",
              "text/markdown": "*m*",
              "text/latex": "$l$",
              "image/svg+xml": "<svg/>",
              "image/jpeg": "/9g="
            },
            isMain: true
          }
        ])
        const bundle =
          "class Chart:\n    def _repr_mimebundle_(self, **_): return {'application/vnd.vegalite.v5+json': {'mark': 'bar'}}\nChart()"
        const chart = yield* python(machine, bundle)
        assert.deepStrictEqual(chart.outputs[0]?.data["application/vnd.vegalite.v5+json"], { mark: "bar" })
      })
    )

    withMachine("shows figures as images: at show(), as a value, or at the end", (machine) =>
      Effect.gen(function* () {
        const plot =
          "import matplotlib.pyplot as plt\nplt.figure(figsize=(4, 3), dpi=100)\nplt.plot([1, 4, 9])\n"
        const shown = yield* python(machine, `${plot}plt.show()\nprint('after')`)
        assert.isUndefined(shown.error)
        assert.deepStrictEqual([shown.stdout, shown.stderr, shown.outputs.length], ["after\n", "", 1])
        // Margins are cut off, so the image is about as large as the figure.
        const [width = 0, height = 0] = pngSize(shown.outputs[0])
        assert.approximately(width, 400, 100)
        assert.approximately(height, 300, 75)
        assert.isFalse(shown.outputs[0]?.isMain)

        const atEnd = yield* python(machine, `${plot}None`)
        assert.strictEqual(atEnd.outputs.length, 1)
        assert.deepStrictEqual(pngSize(atEnd.outputs[0]), [width, height])

        const asValue = yield* python(machine, `${plot}plt.gcf()`)
        const main = asValue.outputs.find(({ isMain }) => isMain)
        assert.deepStrictEqual(pngSize(main), [width, height])
        assert.deepStrictEqual(yield* plain(machine, "python", "plt.get_fignums()"), ["[]"])
      })
    )

    withMachine("draws in files where a program has no kernel", (machine) =>
      Effect.gen(function* () {
        const program =
          "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.savefig('plot.png')\nplt.show()"
        yield* machine.write("plot.py", new TextEncoder().encode(program), "overwrite")
        const alone = yield* shell(machine, "python3 plot.py && head -c 4 plot.png | tail -c 3")
        assert.deepInclude(alone, { stdout: "PNG", exitCode: 0 })
        const nested = yield* python(
          machine,
          "import matplotlib.pyplot as plt, subprocess\nsubprocess.run(['python3', 'plot.py']).returncode"
        )
        assert.strictEqual(nested.outputs[0]?.data["text/plain"], "0")
        const chosen = yield* python(
          machine,
          "subprocess.run(['env', 'MPLBACKEND=svg', 'python3', '-c', 'import matplotlib; print(matplotlib.get_backend())'], capture_output=True, text=True).stdout"
        )
        assert.strictEqual(chosen.outputs[0]?.data["text/plain"], "'svg\\n'")
      })
    )

    withMachine("describes errors by name, value and a traceback without colours", (machine) =>
      Effect.gen(function* () {
        const code = "import json\ndef parse(text):\n    return json.loads(text)\nparse('{')"
        const { error } = yield* python(machine, code)
        assert.deepInclude(error, {
          name: "JSONDecodeError",
          value: "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
        })
        const lines = error?.traceback ?? []
        assert.isTrue(lines.some((line) => line.includes("return json.loads(text)")))
        assert.isTrue(lines.some((line) => line.includes("json/__init__.py")))
        assert.include(lines.at(-1), "JSONDecodeError: Expecting property name")
        for (const line of lines) assert.strictEqual(line, stripVTControlCharacters(line).replace("\n", ""))
        // Colours that an error brings itself go as well.
        const coloured = yield* python(machine, "raise ValueError('\\x1b[31mred\\x1b[0m')")
        assert.include(coloured.error?.traceback.at(-1), "ValueError: red")
        assert.deepInclude(coloured.error, { value: "red" })
      })
    )

    withMachine("runs one after the other", (machine) =>
      Effect.gen(function* () {
        yield* python(machine, "order = []")
        yield* Effect.forEach(
          [1, 2, 3],
          (n) => python(machine, `import time\norder.append(${n})\ntime.sleep(0.1)\norder.append(${n})`),
          { concurrency: "unbounded", discard: true }
        )
        assert.deepStrictEqual(yield* plain(machine, "python", "order"), ["[1, 1, 2, 2, 3, 3]"])
      })
    )

    withMachine("is interrupted with its fiber", (machine) =>
      Effect.gen(function* () {
        yield* python(machine, "kept = 7")
        const fiber = yield* Effect.fork(
          python(machine, "open('/tmp/started', 'w')\nwhile True: pass", Number.POSITIVE_INFINITY)
        )
        yield* eventually(machine.stat("/tmp/started"))
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(yield* plain(machine, "python", "kept"), ["7"])
      })
    )

    it.scopedLive(
      "belongs to its session",
      () =>
        Effect.gen(function* () {
          const machines = yield* Machines
          const [one, two] = yield* Effect.forEach(["s-one", "s-two"], (sessionId) =>
            machines.make({ sessionId, imageId: "code_latest" })
          )
          if (one === undefined || two === undefined) throw new Error("two machines were made")
          yield* Effect.all([python(one, "mine = 1"), python(two, "mine = 2")], { concurrency: "unbounded" })
          const values = yield* Effect.all([plain(one, "python", "mine"), plain(two, "python", "mine")])
          assert.deepStrictEqual(values, [["1"], ["2"]])
        }).pipe(Effect.provide(LocalMachine.layer({ python: kernel }))),
      TEST_LIMIT_MS
    )
  })
}

const withMachine = makeWithMachine({ python: "jupyter" })

describe("LocalMachine: what Jupyter's kernel has beside", () => {
  withMachine("commands, magics, history, displays that change", (machine) =>
    Effect.gen(function* () {
      const listing = yield* python(machine, "!echo from the shell; echo problem >&2")
      assert.include(listing.stdout, "from the shell")
      assert.deepStrictEqual(yield* plain(machine, "python", "%pwd"), [`'${machine.home}'`])
      yield* python(machine, "6 * 7")
      assert.deepStrictEqual(yield* plain(machine, "python", "_ + Out[3]"), ["84"])
      const changing = [
        "from IPython.display import clear_output",
        "handle = display('first', display_id=True)",
        "handle.update('second')"
      ].join("\n")
      assert.deepStrictEqual(yield* plain(machine, "python", changing), ["'second'"])
      const cleared = "display('gone')\nclear_output(wait=True)\ndisplay('stays')"
      assert.deepStrictEqual(yield* plain(machine, "python", cleared), ["'stays'"])
    })
  )

  withMachine("leaves nothing in the home directory", (machine) =>
    Effect.gen(function* () {
      yield* python(machine, "1")
      assert.deepStrictEqual(yield* machine.list(machine.home), [])
    })
  )

  withMachine("thousands of displays arrive", (machine) =>
    Effect.gen(function* () {
      const many = yield* plain(machine, "python", "for n in range(3000): display(n)")
      assert.deepStrictEqual(
        many,
        Array.from({ length: 3000 }, (_, n) => String(n))
      )
    })
  )

  makeWithMachine()("is the one that runs where nothing else is said", (machine) =>
    Effect.gen(function* () {
      assert.match((yield* python(machine, "1")).kernel ?? "", /^ipykernel/)
    })
  )

  /** Hides the installed packages from Python, as if there were none. */
  const hidePackages = (machine: Machine) =>
    Effect.gen(function* () {
      const { stdout } = yield* shell(machine, "python3 -m site --user-site")
      const code = "import sys\nsys.path = [path for path in sys.path if 'dist-packages' not in path]\n"
      yield* machine.write(`${stdout.trim()}/usercustomize.py`, new TextEncoder().encode(code), "overwrite")
    })

  withMachine("is missed by the names of its packages", (machine) =>
    Effect.gen(function* () {
      yield* hidePackages(machine)
      const error = yield* Effect.flip(python(machine, "1"))
      assert.strictEqual(error.reason, "Missing")
      assert.include(error.message, "apt-get install python3-ipykernel python3-jupyter-client")
    })
  )

  makeWithMachine()("is replaced by the plain one where it is missing", (machine) =>
    Effect.gen(function* () {
      yield* hidePackages(machine)
      const result = yield* python(
        machine,
        "from IPython.display import HTML, display\ndisplay(HTML('<i>'))\n1"
      )
      assert.match(result.kernel ?? "", /^CPython/)
      assert.strictEqual(result.outputs[0]?.data["text/html"], "<i>")
      assert.strictEqual(result.outputs[1]?.data["text/plain"], "1")
    })
  )
})
