/** The operations of `SessionFileSystem` that concern names and directories. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import {
  createDirectory,
  deleteFile,
  type FileChange,
  getFileInfo,
  listDirectory,
  moveFile,
  searchFiles
} from "../../contract/tools/FileSystemTools.js"
import type { ChangesOptions, FileInfo, SessionFileSystem } from "../../session/SessionFileSystem.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import { ensure, ensureText } from "../validate.js"
import { type Channel, pollChanges, watchChanges } from "./changes.js"
import { type CallFailure, callFileTool, makeTarget, runScript, type Target } from "./fileCalls.js"
import { makeFileError, needsShell } from "./fileError.js"
import { parseFileInfo } from "./fileInfo.js"
import { hasShell } from "./limits.js"
import { ensurePath, shellPath } from "./paths.js"
import { readWhole } from "./readFile.js"
import { writeBytes } from "./writeFile.js"

const isMissing = (error: CallFailure): boolean => error._tag === "FileError" && error.reason === "NotFound"

const info = (target: Target): Effect.Effect<FileInfo, CallFailure> =>
  Effect.flatMap(callFileTool(target, getFileInfo, { path: target.path }), ({ requestId, value }) =>
    Option.match(parseFileInfo(value, target.path), {
      onNone: () =>
        Effect.fail(
          makeFileError(target, "InvalidData", "the answer does not describe a file or directory", requestId)
        ),
      onSome: Effect.succeed
    })
  )

/** True also for a path through something that is not a directory. */
const isAbsent = (error: CallFailure): boolean =>
  isMissing(error) || (error._tag === "FileError" && error.reason === "NotDirectory")

const present = (target: Target): Effect.Effect<boolean, CallFailure> =>
  callFileTool(target, getFileInfo, { path: target.path }).pipe(
    Effect.as(true),
    Effect.catchIf(isAbsent, () => Effect.succeed(false))
  )

const removeTree = (target: Target): Effect.Effect<void, CallFailure> => {
  if (!hasShell(target.runtime, target.path)) return Effect.fail(needsShell(target, "recursive removal"))
  const word = shellPath(target.path)
  const check = `if [ ! -e ${word} ] && [ ! -L ${word} ]; then echo "No such file or directory" >&2; exit 1; fi`
  return Effect.asVoid(runScript(target, `${check}\nrm -rf ${word}`))
}

export const remove = Effect.fn("SessionFileSystem.remove")(function* (
  runtime: SessionRuntime,
  path: string,
  options: { readonly recursive?: boolean | undefined; readonly force?: boolean | undefined }
) {
  const operation = "SessionFileSystem.remove"
  yield* ensurePath(operation, "path", path)
  const target = makeTarget(runtime, operation, path)
  const removal: Effect.Effect<void, CallFailure> =
    options.recursive === true
      ? removeTree(target)
      : Effect.asVoid(callFileTool(target, deleteFile, { path }))
  yield* options.force === true ? Effect.catchIf(removal, isMissing, () => Effect.void) : removal
})

export const makeDirectory = Effect.fn("SessionFileSystem.makeDirectory")(function* (
  runtime: SessionRuntime,
  path: string
) {
  const operation = "SessionFileSystem.makeDirectory"
  yield* ensurePath(operation, "path", path)
  yield* callFileTool(makeTarget(runtime, operation, path), createDirectory, { path })
})

const ensurePair = (operation: string, source: string, destination: string) =>
  Effect.zipRight(ensurePath(operation, "source", source), ensurePath(operation, "destination", destination))

export const move = Effect.fn("SessionFileSystem.move")(function* (
  runtime: SessionRuntime,
  source: string,
  destination: string
) {
  const operation = "SessionFileSystem.move"
  yield* ensurePair(operation, source, destination)
  yield* callFileTool(
    makeTarget(runtime, operation, source),
    moveFile,
    { source, destination },
    {
      paths: [destination]
    }
  )
})

const copyScript = (source: string, destination: string, overwrite: boolean): string => {
  const from = shellPath(source)
  const to = shellPath(destination)
  const taken = overwrite ? `[ -d ${to} ]` : `[ -e ${to} ] || [ -L ${to} ]`
  return `if ${taken}; then echo "File exists" >&2; exit 1; fi\ncp -R ${from} ${to}`
}

const copyByContent = (
  runtime: SessionRuntime,
  operation: string,
  source: string,
  destination: string,
  overwrite: boolean
): Effect.Effect<void, CallFailure> =>
  Effect.gen(function* () {
    const settings = { concurrency: 4, onProgress: () => Effect.void }
    const bytes = yield* readWhole(makeTarget(runtime, operation, source), settings)
    yield* writeBytes(makeTarget(runtime, operation, destination), bytes, {
      ...settings,
      mode: overwrite ? "overwrite" : "create_new"
    })
  })

export const copy = Effect.fn("SessionFileSystem.copy")(function* (
  runtime: SessionRuntime,
  source: string,
  destination: string,
  options: { readonly overwrite?: boolean | undefined }
) {
  const operation = "SessionFileSystem.copy"
  yield* ensurePair(operation, source, destination)
  const overwrite = options.overwrite ?? true
  if (!hasShell(runtime, source)) {
    return yield* copyByContent(runtime, operation, source, destination, overwrite)
  }
  yield* runScript(makeTarget(runtime, operation, source), copyScript(source, destination, overwrite), [
    destination
  ])
})

export const exists = Effect.fn("SessionFileSystem.exists")(function* (
  runtime: SessionRuntime,
  path: string
) {
  const operation = "SessionFileSystem.exists"
  yield* ensurePath(operation, "path", path)
  return yield* present(makeTarget(runtime, operation, path))
})

export const stat = Effect.fn("SessionFileSystem.stat")(function* (runtime: SessionRuntime, path: string) {
  const operation = "SessionFileSystem.stat"
  yield* ensurePath(operation, "path", path)
  return yield* info(makeTarget(runtime, operation, path))
})

export const list = Effect.fn("SessionFileSystem.list")(function* (runtime: SessionRuntime, path: string) {
  const operation = "SessionFileSystem.list"
  yield* ensurePath(operation, "path", path)
  const { value } = yield* callFileTool(makeTarget(runtime, operation, path), listDirectory, { path })
  return value
})

export const search = Effect.fn("SessionFileSystem.search")(function* (
  runtime: SessionRuntime,
  path: string,
  pattern: string,
  options: { readonly exclude?: ReadonlyArray<string> | undefined }
) {
  const operation = "SessionFileSystem.search"
  yield* ensurePath(operation, "path", path)
  yield* ensureText(operation, "pattern", pattern)
  const exclude = options.exclude ?? []
  for (const [index, excluded] of exclude.entries())
    yield* ensureText(operation, `exclude.${index}`, excluded)
  const { value } = yield* callFileTool(makeTarget(runtime, operation, path), searchFiles, {
    path,
    pattern,
    ...(exclude.length === 0 ? {} : { excludePatterns: exclude })
  })
  return value
})

export const getChanges = Effect.fn("SessionFileSystem.getChanges")(function* (
  runtime: SessionRuntime,
  path: string
) {
  const operation = "SessionFileSystem.getChanges"
  yield* ensurePath(operation, "path", path)
  return yield* pollChanges(makeTarget(runtime, operation, path))
})

const shortestInterval = Duration.millis(100)

const modes: ReadonlyArray<unknown> = ["auto", "push", "poll"]

export const changes = (
  runtime: SessionRuntime,
  channel: Channel,
  path: string,
  options: ChangesOptions
): Stream.Stream<FileChange, SessionFileSystem.WatchFailure> => {
  const operation = "SessionFileSystem.changes"
  const { capacity, mode = "auto", onMode, retries = 5 } = options
  const checked = Effect.gen(function* () {
    yield* ensurePath(operation, "path", path)
    const interval = Option.filter(
      Duration.decodeUnknown(options.interval ?? Duration.millis(500)),
      (duration) => Duration.isFinite(duration) && Duration.greaterThanOrEqualTo(duration, shortestInterval)
    )
    yield* ensure(
      Option.isSome(interval),
      operation,
      "interval",
      options.interval,
      "it must be a finite time of at least 100 ms"
    )
    yield* ensure(
      Number.isSafeInteger(retries) && retries >= 0,
      operation,
      "retries",
      retries,
      "it must be a whole number of at least 0"
    )
    yield* ensure(modes.includes(mode), operation, "mode", mode, "it must be auto, push or poll")
    yield* ensure(
      capacity === undefined || (Number.isSafeInteger(capacity) && capacity > 0),
      operation,
      "capacity",
      capacity,
      "it must be a whole number above 0"
    )
    return {
      interval: Option.getOrElse(interval, () => shortestInterval),
      retries,
      mode,
      capacity,
      onMode
    }
  })
  return Stream.unwrap(
    Effect.map(checked, (settings) => watchChanges(makeTarget(runtime, operation, path), settings, channel))
  ).pipe(Stream.withSpan(operation, { captureStackTrace: false }))
}
