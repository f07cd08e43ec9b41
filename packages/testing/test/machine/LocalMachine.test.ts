import * as fs from "node:fs"
import * as os from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as LocalMachine from "../../src/machine/LocalMachine.js"
import { type CodeLanguage, type Machine, type MachineError, Machines } from "../../src/machine/Machine.js"
import { eventually, isStopped, processesWith, temporaryDirectory } from "./local/host.js"
import { machineContract } from "./machineContract.js"

machineContract("LocalMachine", LocalMachine.layer())

const TEST_LIMIT_MS = 60_000
const MEBIBYTE = 1024 * 1024

const withMachine = (
  title: string,
  body: (machine: Machine) => Effect.Effect<void, unknown, Scope.Scope>
): void =>
  it.scopedLive(
    title,
    () =>
      Effect.gen(function* () {
        const machines = yield* Machines
        yield* body(yield* machines.make({ sessionId: "s-local", imageId: "linux_latest" }))
      }).pipe(Effect.provide(LocalMachine.layer())),
    TEST_LIMIT_MS
  )

const shell = (machine: Machine, command: string) => machine.exec({ command, timeoutMs: 30_000 })
const run = (machine: Machine, language: CodeLanguage, code: string, timeoutMs = 60_000) =>
  machine.runCode({ language, code, timeoutMs })
const plain = (machine: Machine, language: CodeLanguage, code: string) =>
  Effect.map(run(machine, language, code), ({ error, outputs }) => {
    assert.isUndefined(error)
    return outputs.map(({ data }) => data["text/plain"])
  })

describe("LocalMachine: processes", () => {
  withMachine("survive their command in the background", (machine) =>
    Effect.gen(function* () {
      yield* shell(machine, "nohup sh -c 'sleep 0.3; echo done > /tmp/done' >/dev/null 2>&1 &")
      yield* shell(machine, "setsid sleep 1000 >/dev/null 2>&1 & echo $! > /tmp/pid")
      yield* eventually(machine.stat("/tmp/done"))
      assert.strictEqual((yield* shell(machine, "kill -0 $(cat /tmp/pid)")).exitCode, 0)
    })
  )

  withMachine("do not hold their command back by keeping its output open", (machine) =>
    Effect.gen(function* () {
      const result = yield* shell(machine, "sleep 1000 & yes & echo out; echo err >&2")
      assert.match(result.stdout, /^(y\n)*out\n/m)
      assert.strictEqual(result.stderr, "err\n")
      assert.isFalse(result.timedOut)
      yield* eventually(
        Effect.filterOrFail(shell(machine, "pgrep -xc 'sleep|yes'"), ({ stdout }) => stdout === "2\n")
      )
    })
  )

  withMachine("are killed with their children at the timeout, and what they printed is kept", (machine) =>
    Effect.gen(function* () {
      const result = yield* machine.exec({
        command: "trap '' TERM INT; echo before; sh -c 'sleep 1000; true'; echo after",
        timeoutMs: 500
      })
      assert.deepStrictEqual(result, { stdout: "before\n", stderr: "", exitCode: -1, timedOut: true })
      assert.strictEqual((yield* shell(machine, "pgrep -xc sleep")).stdout, "0\n")
    })
  )

  withMachine("report the signal that ended them as the shell does", (machine) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* shell(machine, "kill -9 $$")).exitCode, 137)
      assert.strictEqual((yield* shell(machine, "kill -TERM $$")).exitCode, 143)
    })
  )

  withMachine("may print much, byte for byte", (machine) =>
    Effect.gen(function* () {
      const result = yield* shell(machine, "yes '😀 012345' | head -c 12000000; yes e | head -c 1000000 >&2")
      assert.strictEqual(result.stdout, "😀 012345\n".repeat(1_000_000))
      assert.strictEqual(result.stderr, "e\n".repeat(500_000))
    })
  )

  withMachine("lose nothing of what they printed last", (machine) =>
    Effect.gen(function* () {
      // More than a pipe holds, from processes that end at once: some end before their output has been read.
      const results = yield* Effect.forEach(
        Array.from({ length: 40 }, (_, index) => index),
        (index) => shell(machine, `head -c 200000 /dev/zero; printf 'out${index}'; printf 'err${index}' >&2`),
        { concurrency: 8 }
      )
      for (const [index, { stderr, stdout }] of results.entries()) {
        assert.strictEqual(stdout.length, 200_000 + `out${index}`.length)
        assert.isTrue(stdout.endsWith(`out${index}`))
        assert.strictEqual(stderr, `err${index}`)
      }
    })
  )

  withMachine("are told when they print too much", (machine) =>
    Effect.gen(function* () {
      const result = yield* shell(machine, `head -c ${64 * MEBIBYTE + 7} /dev/zero; echo`)
      assert.strictEqual(result.exitCode, 0)
      const mark = "\n[output truncated: 8 more bytes]\n"
      assert.strictEqual(result.stdout.length, 64 * MEBIBYTE + mark.length)
      assert.isTrue(result.stdout.endsWith(`\0${mark}`))
    })
  )

  withMachine("keep a byte order mark, and replace what is not UTF-8", (machine) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* shell(machine, "printf '\\357\\273\\277a\\377b'")).stdout, "\ufeffa\ufffdb")
    })
  )

  withMachine("refuse what no process can be given", (machine) =>
    Effect.gen(function* () {
      const refused = (request: Partial<Parameters<Machine["exec"]>[0]>) =>
        Effect.map(
          Effect.flip(machine.exec({ command: "true", timeoutMs: 1000, ...request })),
          (error) => error.reason
        )
      assert.strictEqual(yield* refused({ command: "a\0b" }), "Invalid")
      assert.strictEqual(yield* refused({ env: { "A=B": "c" } }), "Invalid")
      assert.strictEqual(yield* refused({ env: { A: "c\0" } }), "Invalid")
      assert.strictEqual(yield* refused({ timeoutMs: Number.NaN }), "Invalid")
      assert.strictEqual(yield* refused({ timeoutMs: -1 }), "Invalid")
      assert.strictEqual(yield* refused({ command: `echo ${"x".repeat(200_000)}` }), "Invalid")
      const endless = yield* machine.exec({
        command: "echo $A",
        env: { A: "b" },
        timeoutMs: Number.POSITIVE_INFINITY
      })
      assert.strictEqual(endless.stdout, "b\n")
    })
  )

  withMachine("are killed when their fiber is interrupted", (machine) =>
    Effect.gen(function* () {
      const marker = `1000.3${process.pid}`
      const fiber = yield* Effect.fork(
        machine.exec({ command: `sleep ${marker} | sleep ${marker}`, timeoutMs: Number.POSITIVE_INFINITY })
      )
      yield* eventually(
        Effect.filterOrFail(
          processesWith(marker),
          ({ length }) => length >= 3,
          () => "not yet"
        )
      )
      yield* Fiber.interrupt(fiber)
      yield* eventually(
        Effect.filterOrFail(
          processesWith(marker),
          ({ length }) => length === 0,
          () => "still there"
        )
      )
      assert.strictEqual((yield* shell(machine, "echo alive")).stdout, "alive\n")
    })
  )

  withMachine("may freeze the agent, which stops the session at the next interruption", (machine) =>
    Effect.gen(function* () {
      const frozen = yield* Effect.fork(shell(machine, "touch /tmp/frozen; kill -STOP $PPID; sleep 1000"))
      yield* eventually(
        Effect.filterOrFail(processesWith("/opt/agentbay/agent.mjs"), (agents) => agents.some(isStopped))
      )
      yield* Fiber.interrupt(frozen)
      const error = yield* Effect.flip(shell(machine, "true"))
      assert.strictEqual(error.reason, "Stopped")
      assert.include(error.message, "did not answer")
    })
  )

  it.live(
    "stop the session when they kill everything in it",
    () =>
      Effect.gen(function* () {
        const machines = yield* Machines
        const machine = yield* machines.make({ sessionId: "s-killed", imageId: "linux_latest" })
        const pending = yield* Effect.fork(Effect.flip(shell(machine, "sleep 1000")))
        yield* shell(machine, "true")
        const error = yield* Effect.flip(shell(machine, "kill -9 -1; sleep 1000"))
        assert.strictEqual(error.reason, "Stopped")
        assert.include(error.message, "the session is stopped")
        assert.strictEqual((yield* Fiber.join(pending)).reason, "Stopped")
        assert.strictEqual((yield* Effect.flip(machine.stat("/tmp"))).reason, "Stopped")
      }).pipe(Effect.scoped, Effect.provide(LocalMachine.layer())),
    TEST_LIMIT_MS
  )
})

describe("LocalMachine: files", () => {
  withMachine("of 64 MiB come back as they went", (machine) =>
    Effect.gen(function* () {
      const content = new Uint8Array(64 * MEBIBYTE)
      for (let at = 0; at < content.length; at += 4093) content[at] = at % 251
      yield* machine.write("/tmp/large", content, "overwrite")
      assert.strictEqual(Buffer.compare(yield* machine.read("/tmp/large", 0, 0), content), 0)
      const chunk = 4 * MEBIBYTE
      for (let at = 0; at < content.length; at += chunk) {
        yield* machine.write(
          "/tmp/parts",
          content.subarray(at, at + chunk),
          at === 0 ? "create_new" : "append"
        )
      }
      assert.strictEqual((yield* shell(machine, "cmp /tmp/large /tmp/parts")).exitCode, 0)
      const part = yield* machine.read("/tmp/parts", 5 * chunk - 1, chunk)
      assert.strictEqual(Buffer.compare(part, content.subarray(5 * chunk - 1, 6 * chunk - 1)), 0)
    })
  )

  withMachine("without a size are read to their end", (machine) =>
    Effect.gen(function* () {
      assert.match(Buffer.from(yield* machine.read("/proc/self/status", 0, 0)).toString(), /^Name:\t\w+\n/)
      assert.strictEqual((yield* machine.read("/dev/zero", 0, 100_000)).length, 100_000)
    })
  )

  withMachine("that never end, or never begin, are refused", (machine) =>
    Effect.gen(function* () {
      yield* shell(machine, "mkfifo /tmp/pipe")
      const reasonOf = (operation: Effect.Effect<unknown, MachineError>) =>
        Effect.map(Effect.flip(operation), (error) => error.reason)
      assert.strictEqual(yield* reasonOf(machine.read("/tmp/pipe", 0, 0)), "Invalid")
      assert.strictEqual(
        yield* reasonOf(machine.write("/tmp/pipe", new Uint8Array(1), "overwrite")),
        "Invalid"
      )
      assert.strictEqual(yield* reasonOf(machine.read("/dev/zero", 0, 0)), "Invalid")
    })
  )

  withMachine("may be put anywhere but into the programs of the host", (machine) =>
    Effect.gen(function* () {
      yield* machine.write("/data/new/file", new Uint8Array(3), "overwrite")
      yield* machine.makeDirectory("/mnt/disk")
      assert.strictEqual(
        (yield* shell(machine, "stat -c '%U %G %s' /data/new/file")).stdout,
        "wuying wuying 3\n"
      )
      const error = yield* Effect.flip(machine.write("/usr/bin/new", new Uint8Array(3), "overwrite"))
      assert.strictEqual(error.reason, "PermissionDenied")
      assert.strictEqual(
        (yield* Effect.flip(machine.remove("/", { recursive: true }))).reason,
        "PermissionDenied"
      )
    })
  )

  withMachine("move from one file system to another", (machine) =>
    Effect.gen(function* () {
      yield* machine.write("/tmp/tree/leaf", new Uint8Array([1, 2]), "overwrite")
      yield* machine.move("/tmp/tree", "/dev/shm/tree")
      assert.deepStrictEqual(yield* machine.read("/dev/shm/tree/leaf", 0, 0), new Uint8Array([1, 2]))
      assert.strictEqual((yield* Effect.flip(machine.stat("/tmp/tree"))).reason, "NotFound")
    })
  )
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

describe("LocalMachine: availability", () => {
  const withPath = (path: string) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const before = process.env["PATH"]
        process.env["PATH"] = path
        return before
      }),
      (before) => Effect.sync(() => (process.env["PATH"] = before))
    )
  const refusal = (directory?: string) =>
    Effect.flip(Effect.scoped(Layer.build(LocalMachine.layer({ directory }))))

  it.scopedLive("is told by the probe", () =>
    Effect.gen(function* () {
      assert.isTrue(Option.isNone(yield* LocalMachine.probe))
      yield* withPath("/nowhere")
      const reason = Option.getOrThrow(yield* LocalMachine.probe)
      assert.strictEqual(reason.reason, "BubblewrapMissing")
      assert.include(reason.message, "apt-get install bubblewrap")
      assert.strictEqual((yield* refusal()).reason, "BubblewrapMissing")
    })
  )

  it.scopedLive("names the kernel settings when bubblewrap may not make namespaces", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const program = "#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n"
      fs.writeFileSync(join(directory, "bwrap"), program, { mode: 0o755 })
      yield* withPath(`${directory}:${process.env["PATH"]}`)
      const error = yield* refusal()
      assert.strictEqual(error.reason, "NamespacesRefused")
      assert.include(error.message, "No permissions to create a new namespace")
      assert.include(error.message, "kernel.apparmor_restrict_unprivileged_userns")
    })
  )

  it.scopedLive("needs a directory it can write", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      fs.writeFileSync(join(directory, "file"), "")
      assert.strictEqual((yield* refusal(join(directory, "file", "below"))).reason, "DirectoryUnusable")
    })
  )

  it.scopedLive("leaves nothing behind where no session was used", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const scope = yield* Scope.make()
      const machine = yield* Machines.pipe(
        Effect.flatMap((machines) => machines.make({ sessionId: "s-unused", imageId: "linux_latest" })),
        Scope.extend(scope),
        Effect.provide(LocalMachine.layer({ directory }))
      )
      assert.strictEqual(machine.home, "/home/wuying")
      assert.deepStrictEqual(fs.readdirSync(directory), [])
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Effect.flip(machine.stat("/"))).reason, "Stopped")
      assert.deepStrictEqual(fs.readdirSync(directory), [])
      assert.isTrue(directory.startsWith(os.tmpdir()))
    })
  )
})
