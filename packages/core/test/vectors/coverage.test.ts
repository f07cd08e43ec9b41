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
        ["fixture", 13, 13, 4, 0],
        ["client", 149, 149, 41, 0],
        ["agentBay", 194, 194, 56, 0],
        ["session.context", 75, 75, 10, 0],
        ["session", 311, 309, 89, 2],
        ["context", 163, 163, 29, 0],
        ["betaNetwork", 28, 28, 0, 0],
        ["betaSkills", 12, 12, 0, 0],
        ["extensions", 45, 45, 45, 0],
        ["mobileSimulate", 20, 20, 8, 0],
        ["mobile", 257, 257, 100, 0],
        ["browser", 207, 202, 85, 5],
        ["command", 80, 80, 58, 0],
        ["fs", 338, 335, 184, 3],
        ["code", 93, 81, 24, 12],
        ["computer", 374, 374, 114, 0],
        ["window", 30, 30, 15, 0],
        ["application", 22, 22, 15, 0],
        ["ui", 22, 22, 11, 0],
        ["agent", 168, 160, 46, 8],
        ["oss", 68, 68, 27, 0],
        ["git", 52, 52, 52, 0]
      ]
    )
  })

  it("keeps for later what it says it keeps, and nothing else", () => {
    assert.deepStrictEqual(later(), {
      "the session's WebSocket": 30
    })
  })
})
