/** The tests of one module: one per line and version. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { replay } from "./replay.js"
import { moduleOf, outOfScope } from "./scope.js"
import { cases, titleOf } from "./Vector.js"

export const replayModule = (name: string): void => {
  const mine = cases.filter((one) => moduleOf(one) === name && outOfScope(one) === undefined)
  describe(name, () => {
    it("has lines", () => assert.isAbove(mine.length, 0))
    for (const one of mine) {
      // Time is virtual here, too; each line has its own clock, which jumps instead of being moved by the test.
      it.scopedLive(titleOf(one), () =>
        Effect.map(replay(one), (problems) => assert.isEmpty(problems, `\n${problems.join("\n")}\n`))
      )
    }
  })
}
