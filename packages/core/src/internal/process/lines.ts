/** Output as lines. */
import * as Stream from "effect/Stream"
import { OutputIncomplete } from "../../AgentBayError.js"
import type { OutputChunk, OutputLine, Source } from "../../session/SessionProcess.js"
import { joinBytes } from "../joinBytes.js"
import type { Position } from "./output.js"

const newline = 10
const carriageReturn = 13

const joined = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  left.length === 0 ? right : joinBytes([left, right])

/** The last place up to `most` where no character is cut in two. */
const cutAt = (bytes: Uint8Array, most: number): number => {
  let at = most
  while (at > most - 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1
  return ((bytes[at] ?? 0) & 0xc0) === 0x80 ? most : at
}

/** One output. A line longer than `longest` bytes comes in pieces. */
class Splitter {
  private rest = new Uint8Array(0)
  private offset = 0
  private isCut = false
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true })

  constructor(
    private readonly source: Source,
    private readonly longest: number
  ) {}

  /** Bytes that belong to no complete line yet. */
  get pending(): number {
    return this.rest.length
  }

  push(offset: number, bytes: Uint8Array): Array<OutputLine> {
    const lines: Array<OutputLine> = []
    let rest = joined(this.rest, bytes)
    this.offset = offset - this.rest.length
    let searched = this.rest.length
    while (true) {
      const end = rest.indexOf(newline, searched)
      if (end >= 0 && end <= this.longest) {
        // The end of a line whose pieces have all been handed over is no line of its own.
        if (end > 0 || !this.isCut) lines.push(this.line(rest.subarray(0, end)))
        rest = this.skip(rest, end + 1)
        this.isCut = false
      } else if (rest.length > this.longest) {
        const at = cutAt(rest, this.longest)
        lines.push(this.line(rest.subarray(0, at), true))
        rest = this.skip(rest, at)
        this.isCut = true
      } else break
      searched = 0
    }
    // A copy: what is left must not keep the whole piece alive.
    this.rest = rest.slice()
    return lines
  }

  /** What is left when the output has ended. */
  flush(): Array<OutputLine> {
    return this.rest.length === 0 ? [] : [this.line(this.rest, true)]
  }

  private skip(rest: Uint8Array, count: number): Uint8Array {
    this.offset += count
    return rest.subarray(count)
  }

  private line(bytes: Uint8Array, isOpen = false): OutputLine {
    const end = !isOpen && bytes[bytes.length - 1] === carriageReturn ? bytes.length - 1 : bytes.length
    return { source: this.source, offset: this.offset, line: this.decoder.decode(bytes.subarray(0, end)) }
  }
}

/** The offsets of a failure are moved back to the beginning of the line that it cut off. */
const movedBack = (error: OutputIncomplete, pending: Position): OutputIncomplete =>
  new OutputIncomplete({
    reason: error.reason,
    operation: error.operation,
    sessionId: error.sessionId,
    commandId: error.commandId,
    offsets: {
      stdout: error.offsets.stdout - pending.stdout,
      stderr: error.offsets.stderr - pending.stderr
    },
    detail: error.detail,
    cause: error.cause
  })

export const linesOf = (
  chunks: Stream.Stream<OutputChunk, OutputIncomplete>,
  longest: number
): Stream.Stream<OutputLine, OutputIncomplete> =>
  Stream.suspend(() => {
    const splitters = { stdout: new Splitter("stdout", longest), stderr: new Splitter("stderr", longest) }
    const { stderr, stdout } = splitters
    return chunks.pipe(
      Stream.mapConcat(({ bytes, offset, source }) => splitters[source].push(offset, bytes)),
      Stream.mapError((error) => movedBack(error, { stdout: stdout.pending, stderr: stderr.pending })),
      Stream.concat(Stream.suspend(() => Stream.fromIterable([...stdout.flush(), ...stderr.flush()])))
    )
  })
