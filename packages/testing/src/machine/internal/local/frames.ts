/**
 * Frames between a machine and the agent inside its session: 4 bytes length of the header, 4 bytes length of the
 * body (both big-endian), the header as JSON, the body as bytes. The other end is `assets/frames.mjs`.
 *
 * @since 0.1.0
 */

/** An agent is not trusted: a frame larger than this is a broken stream, not an answer to wait for. */
const FRAME_LIMIT = 1024 * 1024 * 1024

/**
 * The bytes of one frame, as the pieces to be written one after the other.
 *
 * @since 0.1.0
 * @category encoding
 */
export const encode = (header: unknown, body: Uint8Array): ReadonlyArray<Uint8Array> => {
  const json = Buffer.from(JSON.stringify(header))
  const start = Buffer.allocUnsafe(8 + json.length)
  start.writeUInt32BE(json.length, 0)
  start.writeUInt32BE(body.length, 4)
  json.copy(start, 8)
  return body.length === 0 ? [start] : [start, body]
}

/**
 * Takes the chunks of a stream and calls `onFrame` for every complete frame. Gives false, and takes no more, when
 * the stream is not made of frames.
 *
 * @since 0.1.0
 * @category decoding
 */
export const decoder = (
  onFrame: (header: unknown, body: Uint8Array) => void
): ((chunk: Buffer) => boolean) => {
  let chunks: Array<Buffer> = []
  let size = 0
  let needed = 8
  return (chunk) => {
    chunks.push(chunk)
    size += chunk.length
    if (size < needed) return true
    let buffer = chunks.length === 1 ? chunk : Buffer.concat(chunks, size)
    while (buffer.length >= 8) {
      const headerEnd = 8 + buffer.readUInt32BE(0)
      const end = headerEnd + buffer.readUInt32BE(4)
      if (end > FRAME_LIMIT) return false
      if (buffer.length < end) break
      try {
        onFrame(JSON.parse(buffer.toString("utf8", 8, headerEnd)), buffer.subarray(headerEnd, end))
      } catch {
        return false
      }
      buffer = buffer.subarray(end)
    }
    needed = buffer.length < 8 ? 8 : 8 + buffer.readUInt32BE(0) + buffer.readUInt32BE(4)
    chunks = buffer.length === 0 ? [] : [buffer]
    size = buffer.length
    return true
  }
}
