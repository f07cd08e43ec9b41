import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { reason, shell, text, type WithMachine } from "./support.js"

export const commands = (name: string, withMachine: WithMachine): void => {
  describe(`${name}: commands`, () => {
    withMachine("keep stdout, stderr and the exit code apart", (machine) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* shell(machine, "echo out; echo err >&2; exit 3"), {
          stdout: "out\n",
          stderr: "err\n",
          exitCode: 3,
          timedOut: false
        })
      })
    )

    withMachine("run in the home directory unless a cwd is given", (machine) =>
      Effect.gen(function* () {
        assert.strictEqual((yield* shell(machine, "pwd")).stdout, `${machine.home}\n`)
        assert.strictEqual((yield* shell(machine, 'printf %s "$HOME"')).stdout, machine.home)
        yield* machine.makeDirectory("/tmp/contract/deep")
        assert.strictEqual(
          (yield* shell(machine, "pwd", { cwd: "/tmp/contract/deep" })).stdout,
          "/tmp/contract/deep\n"
        )
      })
    )

    withMachine("refuse a cwd that is missing or no directory", (machine) =>
      Effect.gen(function* () {
        yield* machine.write("/tmp/contract/file", text("x"), "overwrite")
        assert.strictEqual(yield* reason(shell(machine, "pwd", { cwd: "/tmp/contract/none" })), "NotFound")
        assert.strictEqual(
          yield* reason(shell(machine, "pwd", { cwd: "/tmp/contract/file" })),
          "NotDirectory"
        )
      })
    )

    withMachine("see their environment, literally", (machine) =>
      Effect.gen(function* () {
        const value = "a b $HOME `id` \"q\" 'q' \\n 你好 😀"
        const result = yield* shell(machine, 'printf %s "$GREETING"', { env: { GREETING: value } })
        assert.strictEqual(result.stdout, value)
        assert.strictEqual((yield* shell(machine, 'printf %s "[$GREETING]"')).stdout, "[]")
      })
    )

    withMachine("share files but no shell state", (machine) =>
      Effect.gen(function* () {
        yield* shell(
          machine,
          "cd /tmp; kept=no; export exported=no; f() { echo f; }; echo yes > /tmp/kept.txt"
        )
        const after = yield* shell(machine, 'pwd; echo "[$kept$exported]"; cat /tmp/kept.txt; f')
        assert.strictEqual(after.stdout, `${machine.home}\n[]\nyes\n`)
        assert.strictEqual(after.exitCode, 127)
      })
    )

    withMachine("run side by side", (machine) =>
      Effect.gen(function* () {
        const outputs = yield* Effect.forEach(
          ["a", "b", "c", "d"],
          (name) => shell(machine, `v=${name}; cd /tmp; sleep 0.05; echo $v > ${name}.side; echo $v$(pwd)`),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(
          outputs.map((output) => output.stdout),
          ["a/tmp\n", "b/tmp\n", "c/tmp\n", "d/tmp\n"]
        )
        assert.strictEqual((yield* shell(machine, "cat /tmp/*.side")).stdout, "a\nb\nc\nd\n")
      })
    )

    withMachine("report an unknown command as 127", (machine) =>
      Effect.gen(function* () {
        const result = yield* shell(machine, "surely-no-such-command --now")
        assert.strictEqual(result.exitCode, 127)
        assert.include(result.stderr, "surely-no-such-command")
        assert.include(result.stderr, "not found")
        assert.strictEqual(result.stdout, "")
      })
    )

    withMachine("copy blocks of a file, whatever bytes they hold", (machine) =>
      Effect.gen(function* () {
        const blocks = Buffer.from([..."01234567"].map((digit) => `\x80\xff\x00${digit}`).join(""), "latin1")
        yield* machine.write("/tmp/blocks", blocks, "overwrite")
        const { stdout } = yield* shell(
          machine,
          "dd if=/tmp/blocks bs=4 skip=2 count=3 2>/dev/null | tail -c +4 | head -c 6 | base64"
        )
        assert.strictEqual(stdout.trim(), Buffer.from("2\x80\xff\x003\x80", "latin1").toString("base64"))
        const rest = yield* shell(machine, "dd if=/tmp/blocks bs=4 skip=7 2>/dev/null | base64")
        assert.strictEqual(rest.stdout.trim(), Buffer.from("\x80\xff\x007", "latin1").toString("base64"))
      })
    )

    withMachine("report a syntax error as an exit code", (machine) =>
      Effect.gen(function* () {
        const result = yield* shell(machine, "if true; then echo unfinished")
        assert.notStrictEqual(result.exitCode, 0)
        assert.notStrictEqual(result.stderr, "")
        assert.isFalse(result.timedOut)
      })
    )

    withMachine("end at their timeout", (machine) =>
      Effect.gen(function* () {
        const result = yield* machine.exec({ command: "sleep 50; echo late > /tmp/late.txt", timeoutMs: 300 })
        assert.isTrue(result.timedOut)
        assert.strictEqual(result.exitCode, -1)
        assert.strictEqual(yield* reason(machine.stat("/tmp/late.txt")), "NotFound")
        assert.strictEqual((yield* shell(machine, "echo alive")).stdout, "alive\n")
      })
    )

    withMachine("end at their timeout while they are busy", (machine) =>
      Effect.gen(function* () {
        for (const command of ["while true; do sleep 0.01; done", "while :; do :; done"]) {
          const result = yield* machine.exec({ command, timeoutMs: 300 })
          assert.isTrue(result.timedOut)
          assert.strictEqual(result.exitCode, -1)
        }
      })
    )

    withMachine("pass UTF-8 and bytes through", (machine) =>
      Effect.gen(function* () {
        assert.strictEqual((yield* shell(machine, "echo '你好, 😀 é'")).stdout, "你好, 😀 é\n")
        assert.strictEqual((yield* shell(machine, "printf '\\xf0\\x9f\\x98\\x80'")).stdout, "😀")
        assert.strictEqual((yield* shell(machine, "echo 'é😀' >&2")).stderr, "é😀\n")
        assert.strictEqual((yield* shell(machine, "echo -n 8J+YgA== | base64 -d")).stdout, "😀")
        assert.strictEqual((yield* shell(machine, "printf 'é😀' | wc -c | tr -d ' '")).stdout, "6\n")
      })
    )
  })
}
