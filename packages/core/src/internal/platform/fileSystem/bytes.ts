import * as Chunk from "effect/Chunk"

export const joined = (pieces: Chunk.Chunk<Uint8Array>): Uint8Array => {
  if (pieces.length === 1) return Chunk.unsafeHead(pieces)
  const whole = new Uint8Array(Chunk.reduce(pieces, 0, (sum, piece) => sum + piece.length))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
