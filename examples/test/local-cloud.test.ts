/** The main job as a new user runs it: a process of its own, a local cloud, no account. */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Writable } from "node:stream"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

const root = fileURLToPath(new URL("../..", import.meta.url))

interface Run {
  readonly code: number | null
  readonly output: string
}

/** Runs an example; `interruptAt` sends it Ctrl-C once that text has appeared. */
const runExample = (name: string, interruptAt?: string) =>
  Effect.async<Run>((resume) => {
    const { AGENTBAY_API_KEY: _, ...env } = process.env
    const child = spawn(process.execPath, ["--import", "tsx", `examples/${name}.ts`], { cwd: root, env })
    let output = ""
    let isInterrupted = false
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
      if (interruptAt !== undefined && !isInterrupted && output.includes(interruptAt)) {
        isInterrupted = true
        child.kill("SIGINT")
      }
    }
    child.stdout.on("data", collect)
    child.stderr.on("data", collect)
    child.on("close", (code) => resume(Effect.succeed({ code, output })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** Runs an example in a terminal of 90 columns and 20 rows; each step waits for what is shown since the one before. */
const runInTerminal = (
  name: string,
  steps: ReadonlyArray<
    readonly [shown: RegExp, act: { readonly keys?: string; readonly cols?: number; readonly rows?: number }]
  >
) =>
  Effect.async<Run>((resume) => {
    const { AGENTBAY_API_KEY: _, ...env } = process.env
    const directory = mkdtempSync(join(tmpdir(), "agentbay-terminal-"))
    const program = join(directory, "run.sh")
    const line = `exec '${process.execPath}' --import tsx 'examples/${name}.ts'`
    writeFileSync(program, `#!/bin/sh\n${line}\n`, { mode: 0o755 })
    const helper = join(root, "packages/testing/assets/terminal.py")
    const child = spawn("python3", ["-u", helper, "90", "20", program], {
      cwd: root,
      env,
      stdio: ["pipe", "pipe", "inherit", "pipe"]
    })
    let output = ""
    let seen = 0
    let done = 0
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString()
      const [shown, { cols, keys, rows }] = steps[done] ?? [undefined, {}]
      if (shown?.test(output.slice(seen)) !== true) return
      done += 1
      seen = output.length
      if (cols !== undefined) (child.stdio[3] as Writable).write(`${cols} ${rows}\n`)
      if (keys !== undefined) child.stdin?.write(keys)
    })
    child.on("close", (code) => {
      rmSync(directory, { recursive: true, force: true })
      resume(Effect.succeed({ code, output }))
    })
    return Effect.sync(() => child.kill("SIGTERM"))
  })

describe("examples, on a local cloud", () => {
  it.live("the quickstart ends with no session left", () =>
    Effect.gen(function* () {
      const { code, output } = yield* runExample("quickstart")
      assert.strictEqual(code, 0, output)
      assert.match(output, /^local cloud at http:\/\/127\.0\.0\.1:\d+/)
      assert.include(output, "hello, 世界 🌍")
      assert.strictEqual(output.trimEnd().split("\n").at(-1), "sessions left: 0")
    })
  )

  it.live(
    "the browser is driven by Playwright and in words",
    () =>
      Effect.gen(function* () {
        const { code, output } = yield* runExample("browser")
        assert.strictEqual(code, 0, output)
        assert.include(output, "Playwright sees Shop\n")
        assert.include(output, "the operator sees Soup for 4.5\n")
        assert.include(output, "Playwright sees Sold to Ada\n")
        assert.match(output, /a picture of it has \d{4,} bytes of image\/png/)
      }),
    120_000
  )

  it.live("Ctrl-C deletes the session on the way out", () =>
    Effect.gen(function* () {
      const { output } = yield* runExample("quickstart", "run a command")
      assert.notInclude(output, "sessions left")
      assert.match(output, /the scope closes: delete it \.+ done/)
    })
  )

  it.live(
    "a real terminal is attached: keys, a new size and Ctrl-C get through, and it ends with its shell",
    () =>
      Effect.gen(function* () {
        const { code, output } = yield* runInTerminal("terminal", [
          [/\$ $/, { keys: "stty size\r" }],
          [/20 90\r+\n[\s\S]*\$ $/, { cols: 70, rows: 15 }],
          // The shell draws its line anew when it is told of the size.
          [/\$ $/, { keys: "stty size; echo begun-$((1+1)); sleep 1000\r" }],
          [/15 70\r+\n[\s\S]*begun-2/, { keys: "\x03" }],
          [/\$ $/, { keys: "exit 3\r" }]
        ])
        assert.strictEqual(code, 0, output)
        assert.include(output, "^C")
      }),
    60_000
  )
})
