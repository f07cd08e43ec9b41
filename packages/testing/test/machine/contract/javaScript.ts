import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { javascript, shell, text, type WithMachine } from "./support.js"

export const javaScriptCode = (name: string, withMachine: WithMachine): void => {
  describe(`${name}: javascript`, () => {
    withMachine("keeps names and functions between runs", (machine) =>
      Effect.gen(function* () {
        const first = yield* javascript(
          machine,
          "var a = 40; let b = 1; const c = 1; function add(x, y) { return x + y }; class Box { v = 1 }"
        )
        assert.deepStrictEqual(
          [first.outputs, first.stdout, first.stderr, first.error, first.timedOut, first.executionCount],
          [[], "", "", undefined, false, 1]
        )
        const second = yield* javascript(machine, "console.log(add(a, b + c), new Box().v)")
        assert.strictEqual(second.stdout, "42 1\n")
        assert.strictEqual(second.executionCount, 2)
        assert.isAtLeast(second.durationMs, 0)
      })
    )

    withMachine("gives the value of the last expression as util.inspect shows it", (machine) =>
      Effect.gen(function* () {
        const plain = (code: string) =>
          Effect.map(javascript(machine, code), ({ error, outputs }) => {
            assert.isUndefined(error)
            return outputs.map((output) => [output.data["text/plain"], output.isMain])
          })
        assert.deepStrictEqual(yield* plain("let n = 20; n * 2 + 2"), [["42", true]])
        assert.deepStrictEqual(yield* plain("'é😀'"), [["'é😀'", true]])
        assert.deepStrictEqual(yield* plain("({ a: 1, b: [1, 'x', null], c: { d: undefined } })"), [
          ["{ a: 1, b: [ 1, 'x', null ], c: { d: undefined } }", true]
        ])
        assert.deepStrictEqual(yield* plain("[1, 2, 3].map((x) => x * 2)"), [["[ 2, 4, 6 ]", true]])
        assert.deepStrictEqual(yield* plain("new Map([['k', new Set([1])]])"), [
          ["Map(1) { 'k' => Set(1) { 1 } }", true]
        ])
        assert.deepStrictEqual(yield* plain("(function named() {})"), [["[Function: named]", true]])
        assert.deepStrictEqual(yield* plain("10n ** 20n"), [["100000000000000000000n", true]])
        assert.deepStrictEqual(yield* plain("null"), [["null", true]])
        assert.deepStrictEqual(yield* plain("undefined"), [])
        assert.deepStrictEqual(yield* plain("var unused = 1"), [])
        assert.deepStrictEqual(yield* plain(""), [])
      })
    )

    withMachine("keeps stdout and stderr apart", (machine) =>
      Effect.gen(function* () {
        const result = yield* javascript(
          machine,
          "console.log('é😀', { a: 1 }, 2); console.log('%s is %d', 'x', 3); console.error('warn'); 1"
        )
        assert.strictEqual(result.stdout, "é😀 { a: 1 } 2\nx is 3\n")
        assert.strictEqual(result.stderr, "warn\n")
        assert.strictEqual(result.outputs.length, 1)
      })
    )

    withMachine("describes exceptions", (machine) =>
      Effect.gen(function* () {
        const result = yield* javascript(
          machine,
          "console.log('before');\nfunction fail() { throw new TypeError('boom') }\nfail()"
        )
        assert.strictEqual(result.error?.name, "TypeError")
        assert.strictEqual(result.error?.value, "boom")
        const traceback = (result.error?.traceback ?? []).join("\n")
        assert.include(traceback, "TypeError: boom")
        assert.include(traceback, "fail")
        assert.strictEqual(result.stdout, "before\n")
        assert.deepStrictEqual(result.outputs, [])
        assert.strictEqual((yield* javascript(machine, "let = = 1")).error?.name, "SyntaxError")
        assert.strictEqual((yield* javascript(machine, "nobody")).error?.name, "ReferenceError")
        const thrown = yield* javascript(machine, "throw 'just text'")
        assert.include(thrown.error?.value ?? "", "just text")
      })
    )

    withMachine("awaits at the top level", (machine) =>
      Effect.gen(function* () {
        const result = yield* javascript(
          machine,
          "const later = await Promise.resolve(41);\nconsole.log('waited');\nlater + 1"
        )
        assert.isUndefined(result.error)
        assert.strictEqual(result.stdout, "waited\n")
        assert.strictEqual(result.outputs[0]?.data["text/plain"], "42")
        assert.strictEqual((yield* javascript(machine, "later")).outputs[0]?.data["text/plain"], "41")
        const rejected = yield* javascript(machine, "await Promise.reject(new RangeError('no'))")
        assert.strictEqual(rejected.error?.name, "RangeError")
      })
    )

    withMachine("runs timers before it ends", (machine) =>
      Effect.gen(function* () {
        const code = "setTimeout(() => console.log('second'), 20); console.log('first')"
        assert.strictEqual((yield* javascript(machine, code)).stdout, "first\nsecond\n")
      })
    )

    withMachine("shares files with the shell", (machine) =>
      Effect.gen(function* () {
        yield* machine.write("/tmp/n.txt", text("41"), "overwrite")
        const code = [
          "const fs = require('fs')",
          "const n = Number(fs.readFileSync('/tmp/n.txt', 'utf8')) + 1",
          "require('node:fs').writeFileSync('/tmp/out.txt', `${n} 😀`)",
          "console.log(n)"
        ].join("\n")
        assert.strictEqual((yield* javascript(machine, code)).stdout, "42\n")
        assert.strictEqual((yield* shell(machine, "cat /tmp/out.txt")).stdout, "42 😀")
        yield* shell(machine, "echo changed > /tmp/out.txt; mkdir -p made; touch made/here")
        const reread = yield* javascript(
          machine,
          "console.log(fs.readFileSync('/tmp/out.txt', 'utf8').trim(), process.cwd(), fs.readdirSync('made'))"
        )
        assert.strictEqual(reread.stdout, `changed ${machine.home} [ 'here' ]\n`)
        const binary =
          "fs.writeFileSync('all.bin', Uint8Array.from({ length: 256 }, (_, i) => i)); fs.readFileSync('all.bin').length"
        assert.strictEqual((yield* javascript(machine, binary)).outputs[0]?.data["text/plain"], "256")
        assert.deepStrictEqual(
          yield* machine.read("all.bin", 0, 0),
          Uint8Array.from({ length: 256 }, (_, index) => index)
        )
        const absent = yield* javascript(machine, "fs.readFileSync('/tmp/none.txt')")
        assert.include(absent.error?.value ?? "", "ENOENT")
      })
    )

    withMachine("ends an endless loop at the timeout, and runs on", (machine) =>
      Effect.gen(function* () {
        yield* javascript(machine, "1")
        const result = yield* javascript(machine, "console.log('started'); while (true) {}", 1_500)
        assert.isTrue(result.timedOut)
        assert.strictEqual(result.executionCount, 2)
        const next = yield* javascript(machine, "6 * 7")
        assert.strictEqual(next.outputs[0]?.data["text/plain"], "42")
        assert.strictEqual(next.executionCount, 3)
      })
    )
  })
}
