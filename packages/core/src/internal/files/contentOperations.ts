/** The operations of `SessionFileSystem` that concern the content of files. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import type { FileError, InvalidArgument } from "../../AgentBayError.js"
import { editFile } from "../../contract/tools/FileSystemTools.js"
import type {
  Edit,
  SessionFileSystem,
  StreamOptions,
  TransferOptions,
  WriteOptions
} from "../../session/SessionFileSystem.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import { ensure, invalid } from "../validate.js"
import { utf8Length } from "./encodedSize.js"
import { type CallFailure, callFileTool, makeTarget, type Target } from "./fileCalls.js"
import { makeFileError } from "./fileError.js"
import { fitsCall, limitOf } from "./limits.js"
import { ensurePath } from "./paths.js"
import { decodeUtf8 } from "./plainWrite.js"
import { readStream, readWhole } from "./readFile.js"
import type { WriteMode } from "./staging.js"
import { writeBytes, writeSink, writeText } from "./writeFile.js"

type Failure = SessionFileSystem.Failure

const isCount = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least

const defaultConcurrency = 4

const checkConcurrency = (
  operation: string,
  value: number | undefined
): Effect.Effect<number, InvalidArgument> =>
  Effect.as(
    ensure(
      value === undefined || isCount(value, 1),
      operation,
      "concurrency",
      value,
      "it must be a whole number of at least 1"
    ),
    value ?? defaultConcurrency
  )

const transferSettings = (operation: string, options: TransferOptions) =>
  Effect.map(checkConcurrency(operation, options.concurrency), (concurrency) => ({
    concurrency,
    onProgress: options.onProgress ?? (() => Effect.void)
  }))

const modes: ReadonlyArray<WriteMode> = ["overwrite", "append", "create_new"]

const writeSettings = (operation: string, options: WriteOptions) =>
  Effect.gen(function* () {
    const mode = options.mode ?? "overwrite"
    yield* ensure(modes.includes(mode), operation, "mode", mode, `it must be one of ${modes.join(", ")}`)
    return { mode, ...(yield* transferSettings(operation, options)) }
  })

const textOf = (target: Target, bytes: Uint8Array): Effect.Effect<string, FileError> => {
  const text = decodeUtf8(bytes)
  return text === undefined
    ? Effect.fail(makeFileError(target, "InvalidData", "the content is not UTF-8; read it with readFile"))
    : Effect.succeed(text)
}

const checkedRead = (runtime: SessionRuntime, operation: string, path: string, options: TransferOptions) =>
  Effect.gen(function* () {
    yield* ensurePath(operation, "path", path)
    const bytes = yield* readWhole(
      makeTarget(runtime, operation, path),
      yield* transferSettings(operation, options)
    )
    yield* Effect.annotateCurrentSpan("agentbay.file.bytes", bytes.length)
    return bytes
  })

export const read = Effect.fn("SessionFileSystem.readFile")(function* (
  runtime: SessionRuntime,
  path: string,
  options: TransferOptions
) {
  return yield* checkedRead(runtime, "SessionFileSystem.readFile", path, options)
})

export const readString = Effect.fn("SessionFileSystem.readFileString")(function* (
  runtime: SessionRuntime,
  path: string,
  options: TransferOptions
) {
  const operation = "SessionFileSystem.readFileString"
  const bytes = yield* checkedRead(runtime, operation, path, options)
  return yield* textOf(makeTarget(runtime, operation, path), bytes)
})

interface ManyOptions {
  readonly concurrency?: number | undefined
}

/** A single file's refusal becomes data; everything else concerns all of them. */
const settled = <A>(
  effect: Effect.Effect<A, CallFailure>
): Effect.Effect<Either.Either<A, FileError>, Exclude<CallFailure, FileError>> =>
  effect.pipe(
    Effect.map((value): Either.Either<A, FileError> => Either.right(value)),
    Effect.catchTag("FileError", (error) => Effect.succeed(Either.left(error)))
  )

const readEach = <A>(
  runtime: SessionRuntime,
  operation: string,
  paths: ReadonlyArray<string>,
  options: ManyOptions,
  convert: (target: Target, bytes: Uint8Array) => Effect.Effect<A, FileError>
) =>
  Effect.gen(function* () {
    const concurrency = yield* checkConcurrency(operation, options.concurrency)
    yield* Effect.forEach(paths, (path, index) => ensurePath(operation, `paths.${index}`, path), {
      discard: true
    })
    const results = yield* Effect.forEach(
      new Set(paths),
      (path) => {
        const target = makeTarget(runtime, operation, path)
        // The files are what is read at once here, not the slices of one.
        const bytes = readWhole(target, { concurrency: 1, onProgress: () => Effect.void })
        return Effect.map(
          settled(Effect.flatMap(bytes, (content) => convert(target, content))),
          (result) => [path, result] as const
        )
      },
      { concurrency }
    )
    return new Map(results) as ReadonlyMap<string, Either.Either<A, FileError>>
  })

export const readMany = Effect.fn("SessionFileSystem.readFiles")(function* (
  runtime: SessionRuntime,
  paths: ReadonlyArray<string>,
  options: ManyOptions
) {
  return yield* readEach(runtime, "SessionFileSystem.readFiles", paths, options, (_, bytes) =>
    Effect.succeed(bytes)
  )
})

export const readManyStrings = Effect.fn("SessionFileSystem.readFilesString")(function* (
  runtime: SessionRuntime,
  paths: ReadonlyArray<string>,
  options: ManyOptions
) {
  return yield* readEach(runtime, "SessionFileSystem.readFilesString", paths, options, textOf)
})

export const stream = (
  runtime: SessionRuntime,
  path: string,
  { chunkSize, length, offset }: StreamOptions
): Stream.Stream<Uint8Array, Failure> => {
  const operation = "SessionFileSystem.stream"
  const atLeast = (field: string, value: number | undefined, least: number) =>
    ensure(
      value === undefined || isCount(value, least),
      operation,
      field,
      value,
      `it must be a whole number of at least ${least}`
    )
  const checked = Effect.all(
    [
      ensurePath(operation, "path", path),
      atLeast("chunkSize", chunkSize, 1),
      atLeast("offset", offset, 0),
      atLeast("length", length, 0)
    ],
    { discard: true }
  )
  return Stream.unwrap(
    Effect.as(
      checked,
      readStream(makeTarget(runtime, operation, path), {
        chunkSize,
        offset: offset ?? 0,
        length: length ?? Number.POSITIVE_INFINITY
      })
    )
  ).pipe(Stream.withSpan(operation, { captureStackTrace: false }))
}

export const write = Effect.fn("SessionFileSystem.writeFile")(function* (
  runtime: SessionRuntime,
  path: string,
  bytes: Uint8Array,
  options: WriteOptions
) {
  const operation = "SessionFileSystem.writeFile"
  yield* ensurePath(operation, "path", path)
  yield* ensure(bytes instanceof Uint8Array, operation, "bytes", typeof bytes, "it must be a Uint8Array")
  const settings = yield* writeSettings(operation, options)
  yield* Effect.annotateCurrentSpan("agentbay.file.bytes", bytes.length)
  yield* writeBytes(makeTarget(runtime, operation, path), bytes, settings)
})

const loneSurrogate = /\p{Surrogate}/u

/** The content itself must not stand in an error: its place is enough. */
const checkText = (operation: string, text: string): Effect.Effect<void, InvalidArgument> => {
  if (typeof text !== "string")
    return Effect.fail(invalid(operation, "text", typeof text, "it must be a text"))
  const at = text.search(loneSurrogate)
  return at === -1
    ? Effect.void
    : Effect.fail(invalid(operation, "text", `a lone surrogate at ${at}`, "it must be expressible in UTF-8"))
}

export const writeString = Effect.fn("SessionFileSystem.writeFileString")(function* (
  runtime: SessionRuntime,
  path: string,
  text: string,
  options: WriteOptions
) {
  const operation = "SessionFileSystem.writeFileString"
  yield* ensurePath(operation, "path", path)
  yield* checkText(operation, text)
  const settings = yield* writeSettings(operation, options)
  const size = utf8Length(text)
  yield* Effect.annotateCurrentSpan("agentbay.file.bytes", size)
  yield* writeText(makeTarget(runtime, operation, path), text, size, settings)
})

export const sink = (
  runtime: SessionRuntime,
  path: string,
  options: WriteOptions
): Sink.Sink<void, Uint8Array, never, Failure> => {
  const operation = "SessionFileSystem.sink"
  return Sink.unwrap(
    Effect.zipRight(
      ensurePath(operation, "path", path),
      Effect.map(writeSettings(operation, options), (settings) =>
        writeSink(makeTarget(runtime, operation, path), settings)
      )
    )
  )
}

/** What the tools say when they have nothing to show. */
const plainSuccess = /^(true|ok|success(ful(ly)?)?|done)?[.!]?$/i

export const edit = Effect.fn("SessionFileSystem.edit")(function* (
  runtime: SessionRuntime,
  path: string,
  edits: ReadonlyArray<Edit>,
  options: { readonly dryRun?: boolean | undefined }
) {
  const operation = "SessionFileSystem.edit"
  yield* ensurePath(operation, "path", path)
  yield* ensure(Array.isArray(edits) && edits.length > 0, operation, "edits", edits, "it must name an edit")
  for (const [index, { newText, oldText }] of edits.entries()) {
    yield* ensure(
      typeof oldText === "string" && oldText !== "",
      operation,
      `edits.${index}.oldText`,
      oldText,
      "it must be the text to replace"
    )
    yield* ensure(
      typeof newText === "string",
      operation,
      `edits.${index}.newText`,
      newText,
      "it must be a text, empty to delete"
    )
  }
  const args = { path, edits, dryRun: options.dryRun ?? false }
  const limit = limitOf(runtime, editFile.name)
  yield* ensure(
    fitsCall(limit, args),
    operation,
    "edits",
    `${edits.length} edits`,
    `they must fit one call of ${limit.budget} encoded bytes; read the file, change it and write it instead`
  )
  const { value } = yield* callFileTool(makeTarget(runtime, operation, path), editFile, args)
  return plainSuccess.test(value.trim()) ? Option.none<string>() : Option.some(value)
})
