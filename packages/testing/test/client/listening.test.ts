/** What a session says by itself, in virtual time, while its connections are cut. */
import { describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import { Effect, TestClock } from "effect"
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { listen, steps } from "../support/listening.js"

/** Lets everything happen that needs no time. */
const settle = Effect.promise(() => new Promise((done) => setTimeout(done, 1)))

/** Time in small steps, so that what one timer begins meets the next. */
const pass = (millis: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    const step = Math.min(millis, 500)
    return millis <= 0
      ? settle
      : TestClock.adjust(step).pipe(Effect.zipRight(settle), Effect.zipRight(pass(millis - step)))
  })

describe("listening to a browser in virtual time", () => {
  it.effect.prop(
    "wherever it is cut, everything is heard once and in order, what is missing is missing at a loss, and who is asked for comes",
    [steps(2_000)],
    ([all]) =>
      Effect.gen(function* () {
        const bay = yield* AgentBay.AgentBay
        const session = yield* bay.session({ imageId: "browser_latest" })
        yield* session.browser.initialize({ callForUser: true })
        const { check, perform } = yield* listen(session)
        yield* perform(all, pass)
        yield* check
      }).pipe(Effect.scoped, Effect.provide(TestAgentBay.layer)),
    { fastCheck: { numRuns: 40 }, timeout: 120_000 }
  )
})
