import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { python, shell, text, type WithMachine } from "./support.js"

export const pythonCode = (name: string, withMachine: WithMachine): void => {
  describe(`${name}: python`, () => {
    withMachine("keeps names, functions and imports between runs", (machine) =>
      Effect.gen(function* () {
        const first = yield* python(machine, "import math\nx = 41\ndef double(n):\n    return 2 * n")
        assert.deepStrictEqual(
          [first.outputs, first.stdout, first.stderr, first.error, first.timedOut, first.executionCount],
          [[], "", "", undefined, false, 1]
        )
        const second = yield* python(machine, "print(x + 1, double(x), math.floor(2.5))")
        assert.strictEqual(second.stdout, "42 82 2\n")
        assert.strictEqual(second.executionCount, 2)
        assert.isAtLeast(second.durationMs, 0)
      })
    )

    withMachine("keeps objects with their identity", (machine) =>
      Effect.gen(function* () {
        yield* python(machine, "counter = (n for n in range(10))\nnext(counter)\nf = lambda: next(counter)")
        yield* python(machine, "f()")
        assert.strictEqual((yield* python(machine, "print(next(counter))")).stdout, "2\n")
      })
    )

    withMachine("gives the value of the last expression", (machine) =>
      Effect.gen(function* () {
        const outputsOf = (code: string) => Effect.map(python(machine, code), (result) => result.outputs)
        assert.deepStrictEqual(yield* outputsOf("x = 20\nx * 2 + 2"), [
          { data: { "text/plain": "42" }, isMain: true }
        ])
        assert.deepStrictEqual(yield* outputsOf("'é😀'"), [{ data: { "text/plain": "'é😀'" }, isMain: true }])
        assert.deepStrictEqual(yield* outputsOf("{'a': [1, 2]}"), [
          { data: { "text/plain": "{'a': [1, 2]}" }, isMain: true }
        ])
        assert.deepStrictEqual(yield* outputsOf("None"), [])
        assert.deepStrictEqual(yield* outputsOf("y = 1"), [])
        assert.deepStrictEqual(yield* outputsOf("1\nif True:\n    2"), [])
        assert.deepStrictEqual(yield* outputsOf(""), [])
      })
    )

    withMachine("keeps stdout and stderr apart", (machine) =>
      Effect.gen(function* () {
        const result = yield* python(machine, "import sys\nprint('é😀')\nprint('warn', file=sys.stderr)\n1")
        assert.strictEqual(result.stdout, "é😀\n")
        assert.strictEqual(result.stderr, "warn\n")
        assert.strictEqual(result.outputs.length, 1)
      })
    )

    withMachine("describes exceptions", (machine) =>
      Effect.gen(function* () {
        const result = yield* python(machine, "print('before')\ndef fail():\n    return 1 / 0\nfail()")
        assert.strictEqual(result.error?.name, "ZeroDivisionError")
        assert.strictEqual(result.error?.value, "division by zero")
        const traceback = (result.error?.traceback ?? []).join("\n")
        assert.include(traceback, "in fail")
        assert.include(traceback, "line 3")
        assert.include(traceback, "ZeroDivisionError: division by zero")
        assert.strictEqual(result.stdout, "before\n")
        assert.deepStrictEqual(result.outputs, [])
        const syntax = yield* python(machine, "def (")
        assert.strictEqual(syntax.error?.name, "SyntaxError")
        const missing = yield* python(machine, "nobody")
        assert.strictEqual(missing.error?.value, "name 'nobody' is not defined")
        assert.strictEqual((yield* python(machine, "fail.__name__")).outputs[0]?.data["text/plain"], "'fail'")
      })
    )

    withMachine("shares files with the shell", (machine) =>
      Effect.gen(function* () {
        yield* machine.write("/tmp/n.txt", text("41"), "overwrite")
        const code =
          "n = int(open('/tmp/n.txt').read()) + 1\nopen('/tmp/out.txt', 'w').write(f'{n} 😀')\nprint(n)"
        assert.strictEqual((yield* python(machine, code)).stdout, "42\n")
        assert.strictEqual((yield* shell(machine, "cat /tmp/out.txt")).stdout, "42 😀")
        yield* shell(machine, "echo changed > /tmp/out.txt; mkdir -p made; touch made/here")
        const reread = yield* python(
          machine,
          "import os\nprint(open('/tmp/out.txt').read(), os.getcwd(), os.listdir('made'))"
        )
        assert.strictEqual(reread.stdout, `changed\n ${machine.home} ['here']\n`)
        const binary =
          "b = bytes(range(256))\nwith open('all.bin', 'wb') as f:\n    f.write(b)\nopen('all.bin', 'rb').read() == b"
        assert.strictEqual((yield* python(machine, binary)).outputs[0]?.data["text/plain"], "True")
        assert.deepStrictEqual(
          yield* machine.read("all.bin", 0, 0),
          Uint8Array.from({ length: 256 }, (_, index) => index)
        )
        const absent = yield* python(machine, "open('/tmp/none.txt')")
        assert.strictEqual(absent.error?.name, "FileNotFoundError")
      })
    )

    withMachine("displays rich values", (machine) =>
      Effect.gen(function* () {
        const code = [
          "class Table:",
          "    def __repr__(self): return 'Table()'",
          "    def _repr_html_(self): return '<b>1</b>'",
          "    def _repr_png_(self): return b'\\x89PNG\\x00'",
          "    def _repr_json_(self): return {'rows': [1]}",
          "display(Table())",
          "display('text')",
          "Table()"
        ].join("\n")
        const data = {
          "text/plain": "Table()",
          "text/html": "<b>1</b>",
          "image/png": "iVBORwA=",
          "application/json": { rows: [1] }
        }
        const result = yield* python(machine, code)
        assert.isUndefined(result.error)
        assert.deepStrictEqual(result.outputs, [
          { data, isMain: false },
          { data: { "text/plain": "'text'" }, isMain: false },
          { data, isMain: true }
        ])
      })
    )

    withMachine("ends an endless loop at the timeout, and runs on", (machine) =>
      Effect.gen(function* () {
        yield* python(machine, "1")
        const result = yield* python(machine, "print('started')\nwhile True:\n    pass", 1_500)
        assert.isTrue(result.timedOut)
        assert.strictEqual(result.executionCount, 2)
        const next = yield* python(machine, "6 * 7")
        assert.strictEqual(next.outputs[0]?.data["text/plain"], "42")
        assert.strictEqual(next.executionCount, 3)
      })
    )

    withMachine("survives exit()", (machine) =>
      Effect.gen(function* () {
        yield* python(machine, "kept = 1")
        const left = yield* python(machine, "import sys\nsys.exit(3)")
        assert.strictEqual(left.error?.name, "SystemExit")
        assert.strictEqual(left.error?.value, "3")
        assert.strictEqual((yield* python(machine, "kept")).outputs[0]?.data["text/plain"], "1")
      })
    )
  })
}
