import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import type { TaskPiece } from "../../src/contract/tools/AgentTools.js"
import { makePieceReader } from "../../src/internal/agents/pieces.js"
import { check } from "../support/properties.js"

const read = (snapshots: ReadonlyArray<ReadonlyArray<TaskPiece>>) => {
  const next = makePieceReader()
  return snapshots.flatMap((snapshot) => next(snapshot))
}

const piece = fc.record({
  content: fc.string({ maxLength: 5 }),
  reasoning: fc.string({ maxLength: 5 }),
  // Few times, so that pieces share them.
  timestampMs: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined })
})

const texts = (pieces: ReadonlyArray<TaskPiece>, part: "content" | "reasoning") =>
  pieces.map((one) => one[part]).join("")

const told = (events: ReturnType<typeof read>, tag: "Content" | "Reasoning") =>
  events.flatMap((event) => (event._tag === tag ? [event.text] : [])).join("")

describe("what an agent says", () => {
  it("is told once, in order, whatever is repeated of it", () => {
    check(
      fc.property(fc.array(piece), fc.array(fc.nat(20)), (pieces, cuts) => {
        const lengths = [
          ...cuts.map((cut) => Math.min(cut, pieces.length)).sort((a, b) => a - b),
          pieces.length
        ]
        const events = read(lengths.map((length) => pieces.slice(0, length)))
        assert.strictEqual(told(events, "Content"), texts(pieces, "content"))
        assert.strictEqual(told(events, "Reasoning"), texts(pieces, "reasoning"))
      })
    )
  })

  it("may grow in its place", () => {
    const grown = (content: string): TaskPiece => ({ content, reasoning: "", timestampMs: 1 })
    assert.strictEqual(
      told(read([[grown("Op")], [grown("Opening")], [grown("Opening")]]), "Content"),
      "Opening"
    )
  })

  it("may be two things at one time", () => {
    const both: ReadonlyArray<TaskPiece> = [
      { content: "A", reasoning: "", timestampMs: 1 },
      { content: "B", reasoning: "", timestampMs: 1 }
    ]
    assert.strictEqual(told(read([both, both]), "Content"), "AB")
  })

  it("may be only the latest of it", () => {
    const at = (timestampMs: number, content: string): TaskPiece => ({ content, reasoning: "", timestampMs })
    assert.strictEqual(told(read([[at(1, "A")], [at(1, "A"), at(2, "B")], [at(3, "C")]]), "Content"), "ABC")
  })
})
