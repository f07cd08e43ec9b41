/** The main job as a new user runs it: a process of its own, a local cloud, no account. */
import { spawn } from "node:child_process"
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
})
