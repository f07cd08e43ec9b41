/** Many files at once: what a stream lists into a directory of the session, and what is in one. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { FileError, InvalidArgument } from "../../AgentBayError.js"
import { createDirectory } from "../../contract/tools/FileSystemTools.js"
import type {
  DownloadDirectoryOptions,
  DownloadEntry,
  EntryResult,
  SessionFileTransfer,
  Source,
  UploadDirectoryOptions,
  UploadEntry,
  UploadResult
} from "../../session/SessionFileTransfer.js"
import { callFileTool, makeTarget, runScript } from "../files/fileCalls.js"
import { makeFileError, needsShell } from "../files/fileError.js"
import { hasShell } from "../files/limits.js"
import { ensurePath, isWindowsPath, shellPath } from "../files/paths.js"
import { readStream } from "../files/readFile.js"
import { randomHex } from "../randomHex.js"
import { ensure } from "../validate.js"
import { downloadTo } from "./download.js"
import { removeFile } from "./inSession.js"
import { checkSettings, checkUpload, ensureCount } from "./settings.js"
import type { Transfers } from "./transfers.js"
import { upload } from "./upload.js"

type Failure = SessionFileTransfer.Failure
type EntryFailure = SessionFileTransfer.EntryFailure

/** What stands below a directory, and cannot lead out of it, on any system. */
const isRelative = (path: unknown): path is string =>
  typeof path === "string" &&
  path !== "" &&
  !path.includes("\0") &&
  !path.split("/").some((name) => name === "" || name === "." || name === "..")

const ensureRelative = (operation: string, path: unknown): Effect.Effect<void, InvalidArgument> =>
  ensure(
    isRelative(path),
    operation,
    "path",
    path,
    "it must be a path below the directory, names joined by /"
  )

const join = (directory: string, path: string): string => {
  const separator = isWindowsPath(directory) ? "\\" : "/"
  return `${directory.replace(/[\\/]+$/, "")}${separator}${path.split("/").join(separator)}`
}

/** Keeps what a source fails with apart from what the session fails with. */
class SourceFailure<E> {
  constructor(readonly error: E) {}
}

const marked = <E, R>(source: Source<E, R>): Source<SourceFailure<E>, R> => {
  const mark = (error: E) => new SourceFailure(error)
  if (source instanceof Uint8Array) return source
  return Effect.isEffect(source)
    ? Effect.mapBoth(source, { onFailure: mark, onSuccess: Stream.mapError(mark) })
    : Stream.mapError(source, mark)
}

/** One file's failure becomes data; everything else concerns all of them. */
const settled = <A, E, R>(
  effect: Effect.Effect<A, Failure | SourceFailure<E>, R>
): Effect.Effect<Either.Either<A, EntryFailure | E>, Exclude<Failure, EntryFailure>, R> =>
  effect.pipe(
    Effect.map((value): Either.Either<A, EntryFailure | E> => Either.right(value)),
    Effect.catchAll(
      (error): Effect.Effect<Either.Either<A, EntryFailure | E>, Exclude<Failure, EntryFailure>> => {
        if (error instanceof SourceFailure) return Effect.succeed(Either.left(error.error))
        switch (error._tag) {
          case "FileTransferError":
          case "FileError":
          case "InvalidArgument":
            return Effect.succeed(Either.left(error))
          default:
            return Effect.fail(error)
        }
      }
    )
  )

export const uploadDirectory = <E, R, E2, R2>(
  transfers: Transfers,
  path: string,
  entries: Stream.Stream<UploadEntry<E, R>, E2, R2>,
  options: UploadDirectoryOptions
): Stream.Stream<EntryResult<Option.Option<UploadResult>, EntryFailure | E>, Failure | E2, R | R2> => {
  const operation = "SessionFileTransfer.uploadDirectory"
  const { runtime } = transfers
  const makeDirectory = (directory: string) =>
    Effect.asVoid(
      callFileTool(makeTarget(runtime, operation, directory), createDirectory, { path: directory })
    )
  const one = (entry: UploadEntry<E, R>) =>
    Effect.map(
      settled(
        Effect.gen(function* () {
          yield* ensureRelative(operation, entry.path)
          const target = join(path, entry.path)
          if (entry.kind === "directory") {
            yield* makeDirectory(target)
            return Option.none<UploadResult>()
          }
          const { concurrency: _, ...settings } = options
          return Option.some(
            yield* upload(transfers, target, marked(entry.source), { ...settings, size: entry.size })
          )
        })
      ),
      (result) => ({ path: entry.path, result })
    )
  const prepare = Effect.gen(function* () {
    yield* ensurePath(operation, "path", path)
    yield* ensureCount(operation, "concurrency", options.concurrency, 1)
    yield* checkUpload(operation, options)
    yield* makeDirectory(path)
  })
  return Stream.fromEffect(prepare).pipe(
    Stream.drain,
    Stream.concat(Stream.mapEffect(entries, one, { concurrency: options.concurrency ?? 4, unordered: true })),
    Stream.withSpan(operation, { captureStackTrace: false })
  )
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const lossyDecoder = new TextDecoder("utf-8", { ignoreBOM: true })

const decodeName = (bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** Splits at NUL characters, wherever the pieces are cut. */
export const splitNames = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Uint8Array, E, R> =>
  Stream.mapConcat(
    Stream.mapAccum(bytes, new Uint8Array(0), (rest, piece) => {
      const names: Array<Uint8Array> = []
      let all = piece
      if (rest.length > 0) {
        all = new Uint8Array(rest.length + piece.length)
        all.set(rest)
        all.set(piece, rest.length)
      }
      let start = 0
      for (let end = all.indexOf(0); end !== -1; end = all.indexOf(0, start)) {
        names.push(all.subarray(start, end))
        start = end + 1
      }
      return [all.slice(start), names]
    }),
    (names) => names
  )

/** `d`, before the name of each directory. */
const directoryMark = 100

/** The list goes through a file: of a large tree it would not fit one answer. */
const listScript = (path: string, list: string, followLinks: boolean): string =>
  `s=${shellPath(path)}
l=${shellPath(list)}
if [ ! -e "$s" ]; then echo "No such file or directory" >&2; exit 1; fi
if [ ! -d "$s" ]; then echo "Not a directory" >&2; exit 1; fi
cd "$s" || exit 1
find ${followLinks ? "-L " : ""}. -type d -exec printf 'd%s\\0' {} + -o -type f -exec printf 'f%s\\0' {} + > "$l" || { c=$?; rm -f "$l"; exit $c; }`

export const downloadDirectory = (
  transfers: Transfers,
  path: string,
  { followLinks, ...options }: DownloadDirectoryOptions
): Stream.Stream<DownloadEntry, Failure> => {
  const operation = "SessionFileTransfer.downloadDirectory"
  const { runtime } = transfers
  const target = makeTarget(runtime, operation, path)

  const unreadable = makeFileError(target, "InvalidData", "a name below it is not UTF-8, or not a name")

  const toEntry = (line: Uint8Array): Effect.Effect<Option.Option<DownloadEntry>, FileError> => {
    const bytes = line.subarray(1)
    const name = decodeName(bytes)
    if (name === ".") return Effect.succeedNone
    const relative = (name ?? lossyDecoder.decode(bytes)).replace(/^\.\//, "")
    // What lists the directory runs in the session: a name that leads elsewhere must not reach a disk here.
    if (!isRelative(relative)) return Effect.fail(unreadable)
    const remotePath = join(path, relative)
    if (line[0] === directoryMark) {
      return Effect.succeedSome({ kind: "directory", path: relative, remotePath })
    }
    return Effect.succeedSome({
      kind: "file",
      path: relative,
      remotePath,
      downloadTo: (sink) =>
        name === undefined ? Effect.fail(unreadable) : downloadTo(transfers, remotePath, sink, options)
    })
  }

  return Stream.unwrapScoped(
    Effect.gen(function* () {
      yield* ensurePath(operation, "path", path)
      yield* checkSettings(operation, options)
      if (!hasShell(runtime, path)) return yield* Effect.fail(needsShell(target, "listing a directory"))
      const list = `/tmp/${yield* randomHex}`
      yield* Effect.addFinalizer(() => removeFile(target, list))
      yield* runScript(target, listScript(path, list, followLinks === true), [list])
      return splitNames(
        readStream(makeTarget(runtime, operation, list), {
          chunkSize: undefined,
          offset: 0,
          length: Number.POSITIVE_INFINITY
        })
      ).pipe(
        Stream.mapEffect(toEntry),
        Stream.filterMap((entry) => entry)
      )
    })
  ).pipe(Stream.withSpan(operation, { captureStackTrace: false }))
}
