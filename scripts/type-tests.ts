/**
 * The type tests (`packages/*\/test/**\/*.tst.ts`), against the TypeScript of the workspace. The totals are left
 * for `scripts/totals.ts`.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { fail, run } from "./lib/run.js"
import { typeTestTotals } from "./lib/workspace.js"

const { code, output, stdout } = await run("tstyche", [], {
  env: { TSTYCHE_NO_COLOR: "true", TSTYCHE_NO_INTERACTIVE: "true" }
})

/** `Tests: 1 failed, 12 passed, 13 total`: tests where there are some, else bare assertions. */
const count = (kind: "Tests" | "Assertions", word: "passed" | "failed"): number | undefined => {
  const line = new RegExp(`^${kind}:(.*)$`, "m").exec(stdout)?.[1]
  return line === undefined ? undefined : Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0)
}

const of = (word: "passed" | "failed"): number => count("Tests", word) ?? count("Assertions", word) ?? 0
const totals = { passed: of("passed"), failed: of("failed") }

mkdirSync(dirname(typeTestTotals), { recursive: true })
writeFileSync(typeTestTotals, JSON.stringify(totals))

if (code !== 0) fail(output)
if (totals.passed === 0) fail("there are no type tests", output)
console.log(`${totals.passed} passed`)
