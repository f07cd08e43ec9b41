// @effect-diagnostics nodeBuiltinImport:off
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as AgentBayError from "../src/AgentBayError.js"
import * as SessionPool from "../src/SessionPool.js"

const page = readFileSync(new URL("../../../docs/failures.md", import.meta.url), "utf8")

describe("docs/failures.md", () => {
  const names = Object.entries({ ...AgentBayError, PoolTimeout: SessionPool.PoolTimeout })
    .filter(
      ([name, value]) =>
        typeof value === "function" && value.prototype instanceof Error && /^[A-Z]/.test(name)
    )
    .map(([name]) => name)

  it("knows that there are errors", () => {
    assert.isAbove(names.length, 20)
  })

  for (const name of names) {
    it(`has a row for ${name}`, () => {
      assert.match(page, new RegExp(`^\\| [^|]*\`${name}\`[^|]* \\|`, "m"))
    })
  }
})
