/**
 * Random work under random faults for as long as you like; ends with 1 when anything was wrong, or left.
 *
 *     pnpm soak --minutes 3
 *     pnpm soak --minutes 3 --seed 1k2j3
 */
import { parseArgs } from "node:util"
import { Duration, Effect, Logger, LogLevel } from "effect"
import { isGood, report, soak } from "./soak.js"

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "1" }, seed: { type: "string" } }
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) {
  console.error("--minutes must be a positive number")
  process.exit(2)
}
const seed = values.seed ?? Math.floor(Math.random() * 2 ** 40).toString(36)

const result = await Effect.runPromise(
  soak({ duration: Duration.minutes(minutes), seed, print: (text) => console.log(text) }).pipe(
    Logger.withMinimumLogLevel(LogLevel.Error)
  )
)
console.log(`\n${report(result)}`)
console.log(isGood(result) ? "good" : `BAD: repeat with --seed ${seed}`)
process.exit(isGood(result) ? 0 : 1)
