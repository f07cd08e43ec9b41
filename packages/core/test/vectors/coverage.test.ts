import { assert, describe, it } from "@effect/vitest"
import { coverage, deviationsWithoutGround, later, unmapped, unused } from "./support/coverage.js"

describe("coverage", () => {
  it("replays every line of the modules that are built", () => {
    assert.deepStrictEqual(unmapped(), [])
  })

  it("has no deviation and no scope rule that is about nothing", () => {
    assert.deepStrictEqual(unused(), [])
  })

  it("has a ground for every deviation", () => {
    assert.deepStrictEqual(deviationsWithoutGround(), [])
  })

  // Lines are counted once per version that behaved so. A change of these numbers is a change of what is proven.
  it("says what is replayed, what deviates and what is left, by module", () => {
    assert.deepStrictEqual(
      coverage().map(({ deviating, later: left, lines, module, replayed }) => [
        module,
        lines,
        replayed,
        deviating,
        left
      ]),
      [
        ["fixture", 13, 9, 2, 4],
        ["client", 149, 142, 39, 7],
        ["agentBay", 194, 189, 53, 5],
        ["session.context", 75, 63, 7, 12],
        ["session", 311, 299, 87, 12],
        ["context", 163, 163, 29, 0],
        ["betaNetwork", 28, 28, 0, 0],
        ["command", 80, 80, 58, 0],
        ["fs", 338, 276, 128, 62],
        ["code", 93, 81, 24, 12]
      ]
    )
  })

  it("keeps for later what it says it keeps, and nothing else", () => {
    assert.deepStrictEqual(later(), {
      "modules that are not built yet": 1277,
      "fixtures of modules that are not built yet": 4,
      "file transfer": 59,
      "names of keys": 6,
      "the session's WebSocket": 17,
      "operations that only the newest generation has": 16,
      "parameters that only the newest generation has": 6,
      "actions that only the newest generation has": 6
    })
  })
})
