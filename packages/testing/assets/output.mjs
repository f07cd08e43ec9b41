/** What a process prints. */

/** The most that is kept of each of stdout and stderr of one run; what comes after is counted. */
const OUTPUT_LIMIT = 64 * 1024 * 1024
/** A background process that never stops printing may not hold its command back for ever. */
const SETTLE_TURNS = 200

/** Collects a stream from when it is made until `take`, and then reads on and drops. */
export class Output {
  /** @param {import("node:stream").Readable} stream */
  constructor(stream) {
    /** @type {Uint8Array[]} */
    this.pieces = []
    this.size = 0
    this.dropped = 0
    this.collecting = true
    this.closed = false
    /** @type {((piece: Uint8Array) => void) | undefined} */
    this.onPiece = undefined
    stream.on("data", (chunk) => this.add(chunk))
    stream.on("error", () => {})
    stream.once("close", () => {
      this.closed = true
    })
  }

  /** @param {Buffer} chunk */
  add(chunk) {
    if (!this.collecting) return
    const kept = chunk.subarray(0, OUTPUT_LIMIT - this.size)
    this.size += kept.length
    this.dropped += chunk.length - kept.length
    if (kept.length === 0) return
    this.pieces.push(kept)
    this.onPiece?.(kept)
  }

  /** Begins anew, for a process that serves many runs. */
  start() {
    this.pieces = []
    this.size = 0
    this.dropped = 0
    this.collecting = true
  }

  /** Ends the collection. Output beyond the limit is replaced by a last line that says how much is missing. */
  take() {
    this.collecting = false
    this.onPiece = undefined
    const { dropped, pieces, size } = this
    this.pieces = []
    if (dropped === 0) return { pieces, size }
    const mark = Buffer.from(`\n[output truncated: ${dropped} more bytes]\n`)
    return { pieces: [...pieces, mark], size: size + mark.length }
  }
}

/**
 * Waits until everything printed so far has been read. What a process wrote before it ended (or answered) is in
 * the pipe by then, and each turn of the event loop reads every pipe that holds something: quiet turns mean that
 * nothing is left, without waiting for processes that merely keep the pipe open.
 *
 * @param {readonly Output[]} outputs
 */
export const settle = async (outputs) => {
  let before = -1
  for (let turns = 0, quiet = 0; turns < SETTLE_TURNS && quiet < 3; turns++) {
    if (outputs.every((output) => output.closed)) return
    await new Promise((done) => setImmediate(done))
    const now = outputs.reduce((total, output) => total + output.size + output.dropped, 0)
    quiet = now === before ? quiet + 1 : 0
    before = now
  }
}
