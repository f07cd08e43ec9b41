/**
 * The closing line of `.ci/run`: how many tests passed and failed, from the reports of the two test runners.
 * Fails when a test failed, when there was none, or when a runner left no report.
 */
import { existsSync, readFileSync } from "node:fs"
import { testReport, typeTestTotals } from "./lib/workspace.js"

interface TestReport {
  readonly success: boolean
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly status: string
    readonly assertionResults: ReadonlyArray<{ readonly status: string }>
  }>
}

interface Totals {
  readonly passed: number
  readonly failed: number
}

const read = <A>(file: string): A | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as A) : undefined

const tests = (): Totals | undefined => {
  const report = read<TestReport>(testReport)
  if (report === undefined) return undefined
  // A file that fails to load has no test of its own to count.
  const broken = report.testResults.filter(
    ({ assertionResults, status }) =>
      status === "failed" && !assertionResults.some((result) => result.status === "failed")
  ).length
  const failed = report.numFailedTests + broken
  return { passed: report.numPassedTests, failed: failed === 0 && !report.success ? 1 : failed }
}

const parts = { "type tests": read<Totals>(typeTestTotals), tests: tests() }
let passed = 0
let failed = 0
for (const [name, totals] of Object.entries(parts)) {
  if (totals === undefined || totals.passed + totals.failed === 0) {
    console.error(`no ${name} were run`)
    failed++
  } else {
    passed += totals.passed
    failed += totals.failed
  }
}

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
