/** Reading and writing whole contents and streams of them. */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import { joined } from "./bytes.js"
import type { Call, Failure } from "./failure.js"
import { checkPaths, type Host } from "./host.js"
import { ensureInteger, ensureMode } from "./numbers.js"
import { ensureFlag, writeWhole } from "./opening.js"

type Open = (
  path: string,
  options?: FileSystem.OpenFileOptions
) => Effect.Effect<FileSystem.File, PlatformError, Scope.Scope>

export const readFile = (host: Host, path: string): Effect.Effect<Uint8Array, PlatformError> => {
  const call: Call = { method: "readFile", path }
  return Effect.flatMap(host.resolve(call, path), (from) => host.files.read(call, from))
}

export const writeFile = (
  host: Host,
  path: string,
  bytes: Uint8Array,
  { flag = "w", mode }: FileSystem.WriteFileOptions = {}
): Effect.Effect<void, PlatformError> =>
  ensureFlag("writeFile", flag).pipe(
    Effect.zipRight(ensureMode("writeFile", mode)),
    Effect.zipRight(writeWhole(host, path, bytes, flag, mode))
  )

/** What Node opens it does not read yet: that a path is a directory shows when its first bytes are asked for. */
const whileReading =
  (path: string) =>
  (error: Failure): Call => ({
    method: error._tag === "FileError" && error.reason === "IsDirectory" ? "readAlloc" : "open",
    path
  })

export const stream = (
  host: Host,
  open: Open,
  path: string,
  options: FileSystem.StreamOptions = {}
): Stream.Stream<Uint8Array, PlatformError> => {
  const offset = Number(options.offset ?? 0)
  const chunkSize = Number(options.chunkSize ?? 64 * 1024)
  const length = options.bytesToRead === undefined ? undefined : Math.max(0, Number(options.bytesToRead))
  const bytes = Effect.gen(function* () {
    yield* checkPaths({ method: "open", path }, [path])
    yield* ensureInteger("stream", "offset", offset, 0, Number.MAX_SAFE_INTEGER)
    yield* ensureInteger("stream", "chunkSize", chunkSize, 1, 2 ** 31 - 1)
    // Where nothing is to be read, only opening tells whether it could be.
    if (length === 0) return Stream.drain(Stream.fromEffect(Effect.scoped(open(path))))
    return host.files.stream(whileReading(path), yield* host.resolve({ method: "open", path }, path), {
      offset,
      chunkSize,
      ...(length === undefined ? {} : { length })
    })
  })
  return Stream.unwrap(bytes).pipe(Stream.bufferChunks({ capacity: options.bufferSize ?? 16 }))
}

/** What arrives together is written together. */
export const sink = (
  open: Open,
  path: string,
  options: FileSystem.SinkOptions = {}
): Sink.Sink<void, Uint8Array, never, PlatformError> =>
  Sink.unwrapScoped(
    Effect.map(open(path, { flag: "w", ...options }), (file) =>
      Sink.forEachChunk((pieces: Chunk.Chunk<Uint8Array>) => file.writeAll(joined(pieces)))
    )
  )
