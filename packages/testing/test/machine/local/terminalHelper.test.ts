/** What the agent of a session says when terminals cannot be made. */
import { execFile } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

const terminals = new URL("../../../assets/agent-terminals.mjs", import.meta.url).href

const source = `
  const { runTerminal } = await import(${JSON.stringify(terminals)})
  const request = { terminal: 1, cols: 80, rows: 24, env: {} }
  await runTerminal(request, new AbortController().signal, () => {}).catch(({ message, reason }) =>
    console.log(JSON.stringify({ message, reason }))
  )`

describe("terminals of real processes", () => {
  it.live("without Python name the package that they need", () =>
    Effect.gen(function* () {
      const said = yield* Effect.async<string, Error>((resume) => {
        execFile(
          process.execPath,
          ["--input-type=module", "-e", source],
          { env: { PATH: "/nowhere" } },
          (error, stdout) => resume(error === null ? Effect.succeed(stdout) : Effect.fail(error))
        )
      })
      assert.deepStrictEqual(JSON.parse(said), {
        message: "terminals need python3, which is not installed (apt-get install python3)",
        reason: "Missing"
      })
    })
  )
})
