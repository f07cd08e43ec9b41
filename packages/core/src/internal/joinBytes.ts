export const sizeOf = (pieces: ReadonlyArray<Uint8Array>): number =>
  pieces.reduce((sum, { length }) => sum + length, 0)

/** The pieces in an array of its own, one behind the other. */
export const joinBytes = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(sizeOf(pieces))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
