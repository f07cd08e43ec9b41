/**
 * Frames: 4 bytes length of the header, 4 bytes length of the body (both big-endian), the header as JSON, the
 * body as bytes. The other end is `src/machine/internal/local/frames.ts`.
 */

/**
 * Gives a listener for the chunks of a stream, which calls `onFrame` for each complete frame.
 *
 * @param {(header: unknown, body: Buffer) => void} onFrame
 * @returns {(chunk: Buffer) => void}
 */
export const frameReader = (onFrame) => {
  /** @type {Buffer[]} */
  let chunks = []
  let size = 0
  let needed = 8
  return (chunk) => {
    chunks.push(chunk)
    size += chunk.length
    if (size < needed) return
    let buffer = chunks.length === 1 ? chunk : Buffer.concat(chunks, size)
    for (;;) {
      if (buffer.length < 8) {
        needed = 8
        break
      }
      const headerLength = buffer.readUInt32BE(0)
      const end = 8 + headerLength + buffer.readUInt32BE(4)
      if (buffer.length < end) {
        needed = end
        break
      }
      onFrame(
        JSON.parse(buffer.toString("utf8", 8, 8 + headerLength)),
        buffer.subarray(8 + headerLength, end)
      )
      buffer = buffer.subarray(end)
    }
    chunks = buffer.length === 0 ? [] : [buffer]
    size = buffer.length
  }
}

/**
 * Gives a function that writes one frame, whose body may come in several pieces.
 *
 * @param {import("node:stream").Writable} stream
 * @returns {(header: unknown, body?: readonly Uint8Array[]) => void}
 */
export const frameWriter =
  (stream) =>
  (header, body = []) => {
    const json = Buffer.from(JSON.stringify(header))
    const start = Buffer.allocUnsafe(8 + json.length)
    start.writeUInt32BE(json.length, 0)
    start.writeUInt32BE(
      body.reduce((total, piece) => total + piece.length, 0),
      4
    )
    json.copy(start, 8)
    stream.cork()
    stream.write(start)
    for (const piece of body) stream.write(piece)
    stream.uncork()
  }
