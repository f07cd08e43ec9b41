/** Reading a file of any size and content, in slices of bytes that are decoded once. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { getFileInfo, readFile } from "../../contract/tools/FileSystemTools.js"
import { shell } from "../../contract/tools/ShellTools.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import { patiently } from "../patience.js"
import { decodeBase64, decodeBase64Pieces } from "./base64.js"
import { type CallFailure, callFileTool, runScript, type Target } from "./fileCalls.js"
import { makeFileError } from "./fileError.js"
import { readChunkOf } from "./limits.js"
import { shellPath } from "./paths.js"

export interface SliceOptions {
  /** May be called when the bytes are here and not decoded yet. */
  readonly onArrival?: (() => void) | undefined
  /** Has room for them, and for no more: they may be put there, and come back as it. */
  readonly into?: Uint8Array | undefined
}

/** Reads up to `length` bytes from `offset` on; fewer mean that the file ends there. */
export type ReadSlice = (
  offset: number,
  length: number,
  options?: SliceOptions
) => Effect.Effect<Uint8Array, CallFailure>

export interface Slices {
  readonly read: ReadSlice
  /** Bytes per call. */
  readonly chunk: number
}

/** The first generation of the service reads text only, and says so in its tool list. */
const readsBytes = (runtime: SessionRuntime): boolean => {
  const schema = runtime.connection().tools.entries.find(({ name }) => name === readFile.name)?.inputSchema
  const properties =
    typeof schema === "object" && schema !== null && "properties" in schema ? schema.properties : undefined
  return typeof properties !== "object" || properties === null || Object.keys(properties).length === 0
    ? true
    : "format" in properties
}

const broken = (target: Target, detail: string, requestId: string): Effect.Effect<never, CallFailure> =>
  Effect.fail(makeFileError(target, "InvalidData", detail, requestId))

const decodeSlice = (
  target: Target,
  text: string,
  length: number,
  requestId: string
): Effect.Effect<Uint8Array, CallFailure> => {
  const bytes = decodeBase64(text)
  if (bytes === undefined) return broken(target, "the content came back as broken base64", requestId)
  return bytes.length > length
    ? broken(target, `${bytes.length} bytes came back instead of ${length}`, requestId)
    : Effect.succeed(bytes)
}

/** Long content is decoded as it arrived, without becoming a text. */
const overTool =
  (target: Target): ReadSlice =>
  (offset, length, { into, onArrival } = {}) =>
    Effect.suspend(() => {
      let decoded: { readonly bytes: Uint8Array | undefined } | undefined
      const takeText = (pieces: ReadonlyArray<Uint8Array>) => {
        const room = into ?? new Uint8Array(length)
        const size = decodeBase64Pieces(pieces, room)
        decoded = { bytes: size === undefined ? undefined : size === length ? room : room.slice(0, size) }
      }
      const args = { path: target.path, offset, length, format: "binary" } as const
      return Effect.flatMap(
        callFileTool(target, readFile, args, { onArrival, takeText }),
        ({ requestId, value }) => {
          if (decoded === undefined) return decodeSlice(target, value, length, requestId)
          const { bytes } = decoded
          return bytes === undefined
            ? broken(target, `broken base64 came back, or more than ${length} bytes`, requestId)
            : Effect.succeed(bytes)
        }
      )
    })

const overShell =
  (target: Target): ReadSlice =>
  (offset, length) => {
    const path = shellPath(target.path)
    // A pipeline ends with the code of its last part: the first line fails where the file cannot be read.
    const script = `head -c 1 ${path} > /dev/null || exit 1\ntail -c +${offset + 1} ${path} | head -c ${length} | base64`
    return Effect.flatMap(runScript(target, script), ({ requestId, stdout }) =>
      decodeSlice(target, stdout, length, requestId)
    )
  }

export const slicesOf = (target: Target): Slices => {
  const { runtime } = target
  return readsBytes(runtime)
    ? { read: overTool(target), chunk: readChunkOf(runtime, readFile.name) }
    : { read: overShell(target), chunk: readChunkOf(runtime, shell.name) }
}

/** What the service says; 0 where it does not know, as for the files of `/proc`. */
const reportedSize = (target: Target): Effect.Effect<number, CallFailure> =>
  Effect.map(callFileTool(target, getFileInfo, { path: target.path }), ({ value }) => {
    const size = Number(value.size)
    return Number.isSafeInteger(size) && size > 0 ? size : 0
  })

const beyondEnd = /\b(offset|range|beyond|past|end of file|EOF)\b/i

/** Where the file is expected to end, a complaint about the offset says that it does. */
const orEnd = (read: Effect.Effect<Uint8Array, CallFailure>): Effect.Effect<Uint8Array, CallFailure> =>
  Effect.catchIf(
    read,
    (error) => error._tag === "FileError" && error.reason === "Unknown" && beyondEnd.test(error.detail),
    () => Effect.succeed(new Uint8Array(0))
  )

/** More than this does not fit into one array everywhere. */
const largest = 2 ** 31 - 1

export interface ReadOptions {
  readonly concurrency: number
  readonly onProgress: (bytesDone: number) => Effect.Effect<void>
}

/** A growing array: doubling keeps the copies in proportion to the content. */
class Bytes {
  private data: Uint8Array
  length = 0
  constructor(capacity: number) {
    this.data = new Uint8Array(capacity)
  }
  /** Where bytes from `offset` on belong, if there is room for so many already. */
  room(offset: number, length: number): Uint8Array | undefined {
    const end = offset + length
    return end <= this.data.length ? this.data.subarray(offset, end) : undefined
  }
  write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length
    if (end > this.data.length) {
      const larger = new Uint8Array(Math.max(end, this.data.length * 2))
      larger.set(this.data)
      this.data = larger
    }
    const isInPlace = bytes.buffer === this.data.buffer && bytes.byteOffset === this.data.byteOffset + offset
    if (!isInPlace) this.data.set(bytes, offset)
    this.length = Math.max(this.length, end)
  }
  upTo(end: number): Uint8Array {
    return end === this.data.length ? this.data : this.data.slice(0, end)
  }
}

/**
 * Runs work that is told how to give its slot back before its end. Whoever waits for a slot goes on at once, so that
 * the next slice is on its way while this one is decoded.
 */
const inSlot =
  (slots: Effect.Semaphore) =>
  <A, E>(work: (giveBack: () => void) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(restore(slots.take(1)), () => {
        let isTaken = true
        const giveBack = () => {
          if (isTaken) Effect.runSync(slots.release(1))
          isTaken = false
        }
        return Effect.ensuring(restore(work(giveBack)), Effect.sync(giveBack))
      })
    )

/** How many slices are asked for before the size is known: of a file of two slices all but one find nothing. */
const mostAhead = 3

const tooLarge = (target: Target, size: number) =>
  makeFileError(
    target,
    "Unknown",
    `${size} bytes are more than one array holds (${largest}); read the file with stream`
  )

/**
 * The whole file. One call when it is smaller than a slice. Otherwise the reported size says how much can be read
 * at once, and the reading goes on behind it until a slice is not full: sizes are snapshots, and 0 for some files.
 */
export const readWhole = (
  target: Target,
  { concurrency, onProgress }: ReadOptions
): Effect.Effect<Uint8Array, CallFailure> =>
  Effect.gen(function* () {
    const { chunk, read: readSlice } = slicesOf(target)
    const slots = inSlot(yield* Effect.makeSemaphore(concurrency))
    const read = (offset: number, length: number, into?: Uint8Array) =>
      slots((onArrival) => readSlice(offset, length, { onArrival, into }))
    const first = yield* read(0, chunk)
    yield* onProgress(first.length)
    if (first.length < chunk) return first
    // Nobody waits for the size alone: where a slice was full, more are likely to follow.
    const ahead = new Map<number, Fiber.Fiber<Uint8Array, CallFailure>>()
    for (let index = 1; index < Math.min(concurrency, mostAhead + 1); index++) {
      ahead.set(index * chunk, yield* Effect.forkScoped(read(index * chunk, chunk)))
    }
    const size = yield* slots(() => reportedSize(target))
    if (size > largest) return yield* Effect.fail(tooLarge(target, size))

    const offsets = Array.from({ length: Math.floor(size / chunk) }, (_, index) => (index + 1) * chunk)
    // The last slice is asked for in full, so that what was appended meanwhile comes along.
    const content = new Bytes(Math.max(chunk, offsets.length * chunk, size))
    content.write(0, first)
    const next = (at: number, length: number) =>
      Effect.suspend(() => {
        const begun = ahead.get(at)
        ahead.delete(at)
        return begun === undefined ? read(at, length, content.room(at, length)) : Fiber.join(begun)
      })
    const lengths = new Map<number, number>()
    let done = first.length

    const readFully = (offset: number): Effect.Effect<void, CallFailure> =>
      Effect.gen(function* () {
        let filled = 0
        while (filled < chunk) {
          const at = offset + filled
          const slice = next(at, chunk - filled)
          const bytes = yield* patiently(at >= size ? orEnd(slice) : slice)
          content.write(at, bytes)
          filled += bytes.length
          done += bytes.length
          yield* onProgress(done)
          // A short slice is the end where the size says so; anywhere else the rest is asked for again.
          if (bytes.length === 0 || (filled < chunk && offset + filled >= size)) break
        }
        lengths.set(offset, filled)
      })

    // One more than there are slots: the one that decodes.
    yield* Effect.forEach(offsets, readFully, { concurrency: concurrency + 1, discard: true })
    for (const offset of offsets) {
      const filled = lengths.get(offset) ?? 0
      if (filled < chunk) return content.upTo(offset + filled)
    }

    let end = (offsets.length + 1) * chunk
    while (true) {
      if (end > largest) return yield* Effect.fail(tooLarge(target, end))
      const bytes = yield* patiently(orEnd(next(end, chunk)))
      content.write(end, bytes)
      end += bytes.length
      yield* onProgress(end)
      if (bytes.length < chunk) return content.upTo(end)
    }
  }).pipe(Effect.scoped)

export interface StreamOptions {
  /** Largest size of one element. */
  readonly chunkSize: number | undefined
  readonly offset: number
  /** How many bytes to read at most. */
  readonly length: number
}

/** The file from `offset` on, one slice at a time. */
export const readStream = (target: Target, options: StreamOptions): Stream.Stream<Uint8Array, CallFailure> =>
  Stream.suspend(() => {
    const { chunk, read } = slicesOf(target)
    const step = Math.min(chunk, options.chunkSize ?? chunk)
    const stop = options.offset + options.length
    return Stream.paginateChunkEffect(options.offset, (offset) => {
      const want = Math.min(step, stop - offset)
      if (want <= 0) return Effect.succeed([Chunk.empty<Uint8Array>(), Option.none<number>()] as const)
      const slice = read(offset, want)
      return Effect.map(
        patiently(offset > options.offset ? orEnd(slice) : slice),
        (bytes) =>
          [
            bytes.length === 0 ? Chunk.empty<Uint8Array>() : Chunk.of(bytes),
            bytes.length < want ? Option.none<number>() : Option.some(offset + bytes.length)
          ] as const
      )
    })
  })
