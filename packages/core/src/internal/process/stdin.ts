/** Standard input of a process: pieces with names, so that writing one twice has the effect of writing it once. */
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Sink from "effect/Sink"
import type { Failure, SessionProcess } from "../../session/SessionProcess.js"

import { commandLimitOf, fitsCall } from "../files/limits.js"
import { joinBytes } from "../joinBytes.js"
import { randomHex } from "../randomHex.js"
import { type Encoding, encode, growth } from "./encoding.js"
import { runScript, scriptArgs, type Target } from "./processCalls.js"
import { closeScript, writeScript } from "./scripts.js"

const utf8 = new TextEncoder()

const bytesOf = (data: string | Uint8Array): Uint8Array =>
  typeof data === "string" ? utf8.encode(data) : data

const joined = (pieces: Iterable<string | Uint8Array>): Uint8Array => joinBytes(Array.from(pieces, bytesOf))

type Stdin = Pick<SessionProcess, "write" | "closeStdin" | "stdin">

export const makeStdin = (targetOf: (operation: string) => Target, encoding: Encoding): Stdin => {
  // Writes of one handle keep their order; where standard input goes on behind this, the session finds out.
  const turn = Effect.unsafeMakeSemaphore(1)
  let end = 0

  const send = (target: Target, script: string): Effect.Effect<void, Failure> =>
    Effect.map(runScript(target, script, { accepted: ["written"] }), ({ fields }) => {
      const reached = Number(fields[0])
      if (Number.isSafeInteger(reached)) end = Math.max(end, reached)
    })

  const write = (operation: string) => (data: Uint8Array) =>
    Effect.gen(function* () {
      const target = targetOf(operation)
      const { directory } = target.id
      const limit = commandLimitOf(target.runtime)
      let start = 0
      let step = Math.floor(limit.budget / growth[encoding])
      while (start < data.length) {
        const part = data.subarray(start, start + step)
        const piece = { name: yield* randomHex, encoding, length: part.length, offset: end }
        const script = writeScript(directory, { ...piece, text: encode(encoding, part) })
        if (!fitsCall(limit, scriptArgs(script))) {
          // In a URL some characters take three times their room, and the script itself takes some.
          step = Math.floor(Math.min(step, part.length) * 0.8)
          continue
        }
        yield* send(target, script)
        start += part.length
      }
    }).pipe(turn.withPermits(1), Effect.withSpan(operation))

  const close = (operation: string) =>
    Effect.suspend(() => {
      const target = targetOf(operation)
      return send(target, closeScript(target.id.directory, end))
    }).pipe(turn.withPermits(1), Effect.withSpan(operation))

  const feed = write("SessionProcess.stdin")
  return {
    write: (data) => Effect.suspend(() => write("SessionProcess.write")(bytesOf(data))),
    closeStdin: close("SessionProcess.closeStdin"),
    stdin: Sink.forEachChunk((pieces: Chunk.Chunk<string | Uint8Array>) => feed(joined(pieces))).pipe(
      Sink.mapEffect(() => close("SessionProcess.stdin"))
    )
  }
}
