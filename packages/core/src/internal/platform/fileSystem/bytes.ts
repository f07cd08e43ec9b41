import * as Chunk from "effect/Chunk"
import { joinBytes } from "../../joinBytes.js"

export const joined = (pieces: Chunk.Chunk<Uint8Array>): Uint8Array =>
  pieces.length === 1 ? Chunk.unsafeHead(pieces) : joinBytes(Chunk.toReadonlyArray(pieces))
