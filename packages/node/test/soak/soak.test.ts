/** The soak run, in its shortest form. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, LogLevel } from "effect"
import { isGood, report, soak } from "./soak.js"

describe("soak", () => {
  it.live(
    "ten seconds of random work under random faults: right results or promised failures, and nothing left",
    () =>
      Effect.gen(function* () {
        const result = yield* soak({ duration: "10 seconds", seed: "ten-seconds", print: () => undefined })
        assert.isTrue(isGood(result), report(result))
      }).pipe(Logger.withMinimumLogLevel(LogLevel.None)),
    180_000
  )
})
