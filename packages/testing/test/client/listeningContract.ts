/** What a browser says by itself, to whoever listens, while connections are cut. */
import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "effect/FastCheck"
import { listen, steps } from "../support/listening.js"
import { makeHarness, type Subject } from "./harness.js"

export const listeningContract = <E>(name: string, subject: Subject<E>) => {
  const { withSession } = makeHarness(subject)

  describe(`listening ${name}`, () => {
    it.live(
      "wherever it is cut, everything is heard once and in order, what is missing is missing at a loss, and who is asked for comes",
      () =>
        Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(steps(300), (all) =>
              Effect.runPromise(
                withSession(
                  "link",
                  (session) =>
                    Effect.gen(function* () {
                      yield* session.browser.initialize({ callForUser: true })
                      const { check, perform } = yield* listen(session)
                      yield* perform(all, Effect.sleep)
                      yield* check
                    }).pipe(Effect.scoped),
                  { imageId: "browser_latest" }
                ) as Effect.Effect<void>
              )
            ),
            { numRuns: subject.machine === "memory" ? 8 : 4, endOnFailure: true }
          )
        ),
      120_000
    )
  })
}
