/** The output of a process as a stream: pulled by its consumer, in pieces, within a budget. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { OutputIncomplete } from "../../AgentBayError.js"
import { shell } from "../../contract/tools/ShellTools.js"
import type { Failure, OutputChunk, Source } from "../../session/SessionProcess.js"
import { makeTarget } from "../files/fileCalls.js"
import { slicesOf } from "../files/readFile.js"
import { type Look, longestWait, look, type Target, untilSome } from "./processCalls.js"

export type Position = Readonly<Record<Source, number>>

export interface Reading {
  readonly target: Target
  readonly sources: ReadonlyArray<Source>
  readonly from: Position
  readonly budget: number
}

/** Bytes that one look brings along: their base64 fits the message of the service beside the rest of the answer. */
const looked = { api: 45_000, vpc: 45_000, link: 256 * 1024 } as const

const reasonOf = (error: Failure): OutputIncomplete["reason"] => {
  switch (error._tag) {
    case "ProcessError":
      return error.reason === "NotFound" || error.reason === "Abandoned" ? "Released" : "Unreadable"
    case "SessionError":
      return error.reason === "NotFound" ? "SessionLost" : "Disconnected"
    case "VpcUnavailable":
      return "Disconnected"
    case "ToolError":
      return "Unreadable"
  }
}

const incomplete = (
  { target: { id, operation, runtime } }: Reading,
  offsets: Position,
  reason: OutputIncomplete["reason"],
  detail: string,
  cause?: Failure
): OutputIncomplete =>
  new OutputIncomplete({
    reason,
    operation,
    sessionId: runtime.sessionId,
    commandId: id.commandId,
    offsets,
    detail,
    cause
  })

interface State {
  readonly offsets: Position
  /** The latest look; its output has been handed over. */
  readonly seen: Look | undefined
}

type Step = Effect.Effect<Option.Option<readonly [Chunk.Chunk<OutputChunk>, State]>, OutputIncomplete>

const advance = (offsets: Position, pieces: ReadonlyArray<OutputChunk>): Position => {
  const next = { ...offsets }
  for (const { bytes, offset, source } of pieces) next[source] = offset + bytes.length
  return next
}

const step = (reading: Reading): ((state: State) => Step) => {
  const { budget, sources, target } = reading
  const { operation, runtime } = target
  const route = runtime.account.toolTransport.routeOf(runtime.connection(), shell.name)
  const room = Math.floor(budget / 4)
  const most = Math.max(1, Math.floor(Math.min(room, looked[route]) / sources.length))

  const handOver = (pieces: ReadonlyArray<OutputChunk>, { offsets }: State, seen: Look | undefined) =>
    Option.some([Chunk.fromIterable(pieces), { offsets: advance(offsets, pieces), seen }] as const)

  /** Of a large backlog the file tool brings more at once, and from anywhere in the file at the same cost. */
  const readBacklog = (
    source: Source,
    length: number,
    state: State
  ): Effect.Effect<ReturnType<typeof handOver>, Failure> => {
    const { chunk, read } = slicesOf(makeTarget(runtime, operation, `${target.id.directory}/${source}`))
    const offset = state.offsets[source]
    return read(offset, Math.min(length, chunk, room)).pipe(
      Effect.flatMap((bytes) =>
        bytes.length === 0
          ? readLook(state)
          : Effect.succeed(handOver([{ source, offset, bytes }], state, state.seen))
      ),
      // What the file tool does not give, the shell does, or says why not.
      Effect.catchTags({ FileError: () => readLook(state), ToolError: () => readLook(state) })
    )
  }

  const readLook = (state: State): Effect.Effect<ReturnType<typeof handOver>, Failure> => {
    const wanted = Object.fromEntries(
      sources.map((source) => [source, { offset: state.offsets[source], length: most }])
    )
    // A session that is about to end may answer one call in a way of its own; the next one tells.
    const asked = Effect.retry(look(target, wanted, longestWait), {
      times: 1,
      while: (error) => error._tag === "ProcessError" && error.reason === "Unsupported"
    })
    const hasNews = (seen: Look) =>
      seen.state !== "running" || sources.some((source) => seen[source].length > 0)
    return Effect.map(untilSome(Effect.map(asked, Option.liftPredicate(hasNews))), (seen) =>
      handOver(
        sources.flatMap((source) =>
          seen[source].length === 0 ? [] : [{ source, offset: state.offsets[source], bytes: seen[source] }]
        ),
        state,
        seen
      )
    )
  }

  const end = ({ offsets, seen }: State): Step => {
    const short = sources.find((source) => (seen?.size[source] ?? 0) < offsets[source])
    if (short !== undefined) {
      const detail = `${short} has ${seen?.size[short]} bytes`
      return Effect.fail(incomplete(reading, offsets, "BeyondEnd", detail))
    }
    return seen?.state === "lost"
      ? Effect.fail(incomplete(reading, offsets, "ProcessLost", "there is no exit status"))
      : Effect.succeedNone
  }

  return (state) => {
    const { offsets, seen } = state
    const backlog = (source: Source) => (seen === undefined ? 0 : seen.size[source] - offsets[source])
    if (seen !== undefined && seen.state !== "running" && sources.every((source) => backlog(source) <= 0)) {
      return end(state)
    }
    const large = sources.find((source) => backlog(source) > most)
    return (large === undefined ? readLook(state) : readBacklog(large, backlog(large), state)).pipe(
      Effect.mapError((error) => {
        const detail = error._tag === "ProcessError" && error.detail !== "" ? error.detail : error.message
        return incomplete(reading, offsets, reasonOf(error), detail, error)
      })
    )
  }
}

/** Ends only when the exit status was seen. Holds at most `budget` bytes. */
export const read = (reading: Reading): Stream.Stream<OutputChunk, OutputIncomplete> =>
  Stream.suspend(() =>
    Stream.unfoldChunkEffect({ offsets: reading.from, seen: undefined } as State, step(reading))
  ).pipe(
    // Each element is a quarter at most: two are in line, one is with the producer, one with the consumer.
    Stream.buffer({ capacity: 2 })
  )
