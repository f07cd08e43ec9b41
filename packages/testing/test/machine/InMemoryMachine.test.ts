import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as InMemoryMachine from "../../src/machine/InMemoryMachine.js"
import type { CodeLanguage, Machine, MachineError } from "../../src/machine/Machine.js"
import { machineContract } from "./machineContract.js"
import {
  advanceUntilDone,
  breathe,
  code,
  decode,
  newMachine,
  reason,
  run,
  stdout,
  text,
  value,
  withMachine
} from "./memory/support.js"

machineContract("InMemoryMachine", InMemoryMachine.layer)

describe("InMemoryMachine: commands", () => {
  withMachine("run as wuying in /home/wuying", (machine) =>
    Effect.gen(function* () {
      assert.strictEqual(machine.home, "/home/wuying")
      assert.strictEqual(
        yield* stdout(machine, "whoami; id -un; echo $USER; pwd"),
        "wuying\nwuying\nwuying\n/home/wuying\n"
      )
      assert.strictEqual(
        yield* stdout(machine, "id"),
        "uid=1000(wuying) gid=1000(wuying) groups=1000(wuying)\n"
      )
      assert.match(
        yield* stdout(machine, "touch f; mkdir d; ls -l d f"),
        /^-rw-r--r-- 1 wuying wuying .* f\n\nd:\ntotal 0\n$/
      )
      const { group, owner } = yield* machine.stat("f")
      assert.deepStrictEqual([owner, group], ["wuying", "wuying"])
    })
  )

  withMachine("write bytes that are no text", (machine) =>
    Effect.gen(function* () {
      yield* run(
        machine,
        "printf '\\xff\\x00\\376é' > a; echo -ne '\\xfe' >> a; cat a a > b; gzip -c b | gunzip > c"
      )
      const expected = [0xff, 0, 0xfe, 0xc3, 0xa9, 0xfe]
      assert.deepStrictEqual([...(yield* machine.read("a", 0, 0))], expected)
      assert.deepStrictEqual([...(yield* machine.read("c", 0, 0))], [...expected, ...expected])
      assert.strictEqual(yield* stdout(machine, "printf '%s|%b|%d' '\\xff' '\\xc3\\xa9' 5"), "\\xff|é|5")
    })
  )

  withMachine("explain a redirection that cannot be made, and go on", (machine) =>
    Effect.gen(function* () {
      yield* run(machine, "touch file locked; chmod 400 locked")
      const script = [
        "echo a > /none/f || echo refused",
        "false; echo $? > status",
        "echo b > file/below; D=/none; echo c >> $D/f; echo d > locked; echo e > .",
        "cat status"
      ].join("\n")
      const result = yield* run(machine, script)
      assert.strictEqual(result.stdout, "refused\n1\n")
      assert.deepStrictEqual(result.stderr.trimEnd().split("\n"), [
        "bash: /none/f: No such file or directory",
        "bash: file/below: Not a directory",
        "bash: /none/f: No such file or directory",
        "bash: locked: Permission denied",
        "bash: .: Is a directory"
      ])
      const computed = yield* run(machine, 'F=/none/f; echo x > "$F"')
      assert.deepStrictEqual(
        [computed.exitCode, computed.stderr],
        [1, "bash: /none/f: No such file or directory\n"]
      )
    })
  )

  withMachine("keep a here-document as it is", (machine) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* stdout(machine, "cat <<'EOF'\n  two\n\t$tab\nEOF"), "  two\n\t$tab\n")
    })
  )

  withMachine("end an endless loop though no clock moves", (machine) =>
    Effect.gen(function* () {
      const result = yield* run(machine, "while :; do :; done")
      assert.isFalse(result.timedOut)
      assert.notStrictEqual(result.exitCode, 0)
      assert.include(result.stderr, "too many")
    })
  )

  withMachine("end endless recursion", (machine) =>
    Effect.gen(function* () {
      const result = yield* run(machine, "f() { f; }; f")
      assert.notStrictEqual(result.exitCode, 0)
      assert.include(result.stderr, "recursion depth")
    })
  )

  withMachine("start JavaScript programs", (machine) =>
    Effect.gen(function* () {
      yield* machine.write(
        "lib/answer.js",
        text("module.exports = { answer: 42, file: __filename }"),
        "overwrite"
      )
      yield* machine.write(
        "main.js",
        text("console.log(require('./lib/answer'), process.argv.slice(2))"),
        "overwrite"
      )
      assert.strictEqual(
        yield* stdout(machine, "node main.js a 'b c'"),
        "{ answer: 42, file: '/home/wuying/lib/answer.js' } [ 'a', 'b c' ]\n"
      )
      yield* machine.write("two.mjs", text("export const two = 2"), "overwrite")
      yield* machine.write(
        "esm.mjs",
        text(
          "import fs, { existsSync } from 'node:fs'; import { two } from './two.mjs'; console.log(two, existsSync('two.mjs'), typeof fs)"
        ),
        "overwrite"
      )
      assert.strictEqual(yield* stdout(machine, "node esm.mjs"), "2 true object\n")
      assert.strictEqual(yield* stdout(machine, "node -p '[1, 2].map((x) => x * 2)'"), "[ 2, 4 ]\n")
      assert.strictEqual(yield* stdout(machine, "echo 'console.log(process.env.X)' | X=é node"), "é\n")
      const failed = yield* run(machine, "node -e 'throw new TypeError(\"no\")'")
      assert.strictEqual(failed.exitCode, 1)
      assert.include(failed.stderr, "TypeError: no")
      assert.strictEqual((yield* run(machine, "node -e 'process.exit(7)'")).exitCode, 7)
    })
  )

  withMachine("start Python programs", (machine) =>
    Effect.gen(function* () {
      yield* machine.write("lib.py", text('answer = """4\n  2"""'), "overwrite")
      yield* machine.write(
        "main.py",
        text("import sys, lib\nprint(repr(lib.answer), sys.argv[1:])"),
        "overwrite"
      )
      assert.strictEqual(yield* stdout(machine, "python3 main.py a 'b c'"), "'4\\n  2' ['a', 'b c']\n")
      assert.strictEqual(yield* stdout(machine, "echo 你好 | python3 -c 'print(input()[::-1])'"), "好你\n")
      assert.strictEqual(
        yield* stdout(machine, "echo '{\"a\": 1}' | python3 -m json.tool --compact"),
        '{"a":1}\n'
      )
      const failed = yield* run(machine, "python3 -c 'import sys; print(1, file=sys.stderr); sys.exit(3)'")
      assert.deepStrictEqual([failed.exitCode, failed.stderr], [3, "1\n"])
    })
  )
})

describe("InMemoryMachine: files", () => {
  withMachine("obey permission bits", (machine) =>
    Effect.gen(function* () {
      yield* run(
        machine,
        "echo x > /tmp/locked; chmod 000 /tmp/locked; mkdir /tmp/closed; chmod 500 /tmp/closed"
      )
      assert.strictEqual(yield* reason(machine.read("/tmp/locked", 0, 0)), "PermissionDenied")
      assert.strictEqual(yield* reason(machine.write("/tmp/locked", text("y"), "append")), "PermissionDenied")
      assert.strictEqual(
        yield* reason(machine.write("/tmp/closed/new", text("y"), "overwrite")),
        "PermissionDenied"
      )
      assert.strictEqual((yield* run(machine, "cat /tmp/locked")).exitCode, 1)
    })
  )

  withMachine("are written through links, and shared by hard links", (machine) =>
    Effect.gen(function* () {
      yield* run(
        machine,
        "mkdir /tmp/l; cd /tmp/l; echo one > real; ln -s real soft; ln real hard; echo two >> soft"
      )
      assert.strictEqual(yield* stdout(machine, "cd /tmp/l; readlink soft; cat hard"), "real\none\ntwo\n")
      yield* machine.write("/tmp/l/soft", text("three"), "overwrite")
      yield* machine.remove("/tmp/l/real")
      assert.strictEqual(decode(yield* machine.read("/tmp/l/hard", 0, 0)), "three")
    })
  )

  withMachine("fill a disk of one gibibyte and no more", (machine) =>
    Effect.gen(function* () {
      const before = yield* machine.metrics
      yield* machine.write("/tmp/a", new Uint8Array(1000), "overwrite")
      yield* run(machine, "ln /tmp/a /tmp/b; cp /tmp/a /tmp/c; rm /tmp/a")
      const after = yield* machine.metrics
      assert.strictEqual(after.diskTotalBytes, 1024 ** 3)
      const shell = yield* machine.stat("/usr/bin/bash")
      assert.strictEqual(after.diskUsedBytes - before.diskUsedBytes, 2000 + shell.size)
      const full = yield* code(machine, "javascript", "require('fs').truncateSync('/tmp/b', 2 ** 30 + 1)")
      assert.include(full.error?.value ?? "", "ENOSPC")
    })
  )
})

describe("InMemoryMachine: code", () => {
  withMachine("interrupts Python that computes, and keeps its names", (machine) =>
    Effect.gen(function* () {
      yield* code(machine, "python", "rounds = 0")
      const endless = "print('on')\nwhile True:\n    rounds += 1"
      const fiber = yield* Effect.fork(code(machine, "python", endless, 1_000))
      const result = yield* advanceUntilDone(fiber, 20)
      assert.deepStrictEqual([result.timedOut, result.stdout], [true, "on\n"])
      assert.strictEqual(yield* value(machine, "python", "rounds > 0"), "True")
    })
  )

  it.effect.each<CodeLanguage>(["r", "java"])("cannot run %s, and says what can", (language) =>
    Effect.gen(function* () {
      const machine = yield* newMachine
      const error = yield* Effect.flip(code(machine, language, "1"))
      assert.strictEqual(error.reason, "Missing")
      assert.include(error.message, "python or javascript")
    }).pipe(Effect.scoped, Effect.provide(InMemoryMachine.layer))
  )

  withMachine("reads files that Python still has open, as a POSIX system does", (machine) =>
    Effect.gen(function* () {
      const source =
        "import os\nf = open('gone', 'w+')\nf.write('abc')\nf.flush()\nos.remove('gone')\nf.seek(1)\nf.read()"
      assert.strictEqual(yield* value(machine, "python", source), "'bc'")
      assert.strictEqual(yield* value(machine, "python", "os.path.exists('gone')"), "False")
    })
  )

  withMachine("lets Python show what IPython shows", (machine) =>
    Effect.gen(function* () {
      const result = yield* code(
        machine,
        "python",
        "from IPython.display import HTML, Image, display\ndisplay(HTML('<i>x</i>'))\nImage(data=b'\\xff\\xd8')"
      )
      assert.deepStrictEqual(result.outputs, [
        {
          data: { "text/html": "<i>x</i>", "text/plain": "<IPython.core.display.HTML object>" },
          isMain: false
        },
        { data: { "image/jpeg": "/9g=", "text/plain": "<IPython.core.display.Image object>" }, isMain: true }
      ])
    })
  )

  withMachine("starts Python anew when it was lost, and says so", (machine) =>
    Effect.gen(function* () {
      const lost = yield* code(machine, "python", "x = 1\nimport os\nos._exit(5)")
      assert.strictEqual(lost.error?.name, "InterpreterCrash")
      const next = yield* code(machine, "python", "'x' in globals()")
      assert.strictEqual(next.outputs[0]?.data["text/plain"], "False")
      assert.strictEqual(next.executionCount, 2)
    })
  )

  withMachine("ends Python that does not let itself be interrupted", (machine) =>
    Effect.gen(function* () {
      const deaf = "try:\n    while True: pass\nexcept KeyboardInterrupt:\n    while True: pass"
      const fiber = yield* Effect.fork(code(machine, "python", deaf, 100))
      assert.isTrue((yield* advanceUntilDone(fiber, 100)).timedOut)
      assert.strictEqual(yield* value(machine, "python", "1"), "1")
    })
  )

  withMachine("survives deep recursion and exhausted memory in JavaScript", (machine) =>
    Effect.gen(function* () {
      yield* code(machine, "javascript", "var kept = 1; function f() { return f() + 1 }")
      assert.isDefined((yield* code(machine, "javascript", "f()")).error)
      assert.isDefined(
        (yield* code(machine, "javascript", "'x'.repeat(2 ** 29) + 'x'.repeat(2 ** 29)")).error
      )
      assert.strictEqual(yield* value(machine, "javascript", "kept"), "1")
    })
  )

  withMachine("lets JavaScript display values, and show them its own way", (machine) =>
    Effect.gen(function* () {
      const source =
        "display({ a: 1 }); ({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>1</b>' }) })"
      assert.deepStrictEqual((yield* code(machine, "javascript", source)).outputs, [
        { data: { "text/plain": "{ a: 1 }" }, isMain: false },
        { data: { "text/html": "<b>1</b>" }, isMain: true }
      ])
    })
  )

  withMachine("gives JavaScript the modules of Node.js", (machine) =>
    Effect.gen(function* () {
      const source = [
        "const fs = require('node:fs'), path = require('path')",
        "fs.mkdirSync('deep/er', { recursive: true })",
        "fs.writeFileSync('deep/er/x', 'abc'); fs.appendFileSync('deep/er/x', Buffer.from('ZA==', 'base64'))",
        "fs.renameSync('deep/er/x', 'deep/y'); fs.symlinkSync('y', 'deep/z')",
        "const seen = [fs.readFileSync('deep/z').toString('hex'), fs.statSync('deep/z').size, fs.lstatSync('deep/z').isSymbolicLink(),",
        "  fs.readdirSync('deep'), fs.existsSync('none'), path.resolve('deep', '..', 'y'), require('os').homedir()]",
        "fs.rmSync('deep', { recursive: true })",
        "let missing; try { fs.readFileSync('deep/y') } catch (error) { missing = [error.code, error.syscall, error.path] }",
        "JSON.stringify([...seen, missing, (await fs.promises.readdir('.')).length])"
      ].join("\n")
      assert.strictEqual(
        yield* value(machine, "javascript", source),
        `'["61626364",4,true,["er","y","z"],false,"/home/wuying/y","/home/wuying",["ENOENT","open","/home/wuying/deep/y"],0]'`
      )
    })
  )

  withMachine("says when JavaScript waits for what cannot happen", (machine) =>
    Effect.gen(function* () {
      const result = yield* code(machine, "javascript", "await new Promise(() => {})")
      assert.include(result.error?.value ?? "", "nothing can settle")
    })
  )
})

describe("InMemoryMachine: the end", () => {
  it.effect.each<readonly [string, (machine: Machine) => Effect.Effect<unknown, MachineError>]>([
    ["command", (machine) => run(machine, "sleep 1000")],
    ["JavaScript", (machine) => code(machine, "javascript", "setTimeout(() => {}, 1e6)")],
    ["Python", (machine) => code(machine, "python", "import time\ntime.sleep(1000)")]
  ])("cuts off a running %s", ([, work]) =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const machine = yield* Scope.extend(newMachine, scope)
      yield* run(machine, "true")
      const fiber = yield* Effect.fork(reason(work(machine)))
      while ((yield* machine.metrics).cpuUsedPercent === 0) yield* breathe
      yield* breathe
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* Fiber.join(fiber), "Stopped")
    }).pipe(Effect.provide(InMemoryMachine.layer))
  )
})
