/** What an agent says arrives in snapshots that repeat it; each piece is told once. */
import * as Option from "effect/Option"
import type { TaskPiece } from "../../contract/tools/AgentTools.js"
import type { AgentEvent } from "../../session/SessionAgent.js"

type Said = Extract<AgentEvent, { readonly _tag: "Reasoning" | "Content" }>

/** What is new in a text that may have grown since it was last seen. */
const newPart = (before: string, now: string): string =>
  now.startsWith(before) ? now.slice(before.length) : now

/**
 * Makes the reader of one task's snapshots. Pieces are recognised by their time, and among those of one time by
 * their order.
 */
export const makePieceReader = () => {
  const known = new Map<string, TaskPiece>()
  return (snapshot: ReadonlyArray<TaskPiece>): ReadonlyArray<Said> => {
    const ordinals = new Map<number | undefined, number>()
    return snapshot.flatMap((piece) => {
      const ordinal = ordinals.get(piece.timestampMs) ?? 0
      ordinals.set(piece.timestampMs, ordinal + 1)
      const key = `${piece.timestampMs} ${ordinal}`
      const before = known.get(key)
      known.set(key, piece)
      const timestampMs = Option.fromNullable(piece.timestampMs)
      const reasoning = newPart(before?.reasoning ?? "", piece.reasoning)
      const content = newPart(before?.content ?? "", piece.content)
      return [
        ...(reasoning === "" ? [] : [{ _tag: "Reasoning" as const, text: reasoning, timestampMs }]),
        ...(content === "" ? [] : [{ _tag: "Content" as const, text: content, timestampMs }])
      ]
    })
  }
}
