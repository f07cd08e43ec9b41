/** A local file that appears whole or not at all. */
import { basename, dirname, join } from "node:path"
import { type PlatformError, SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Sink from "effect/Sink"

export const refuse = (
  reason: "AlreadyExists" | "BadResource",
  method: string,
  path: string,
  description: string
): SystemError =>
  new SystemError({ reason, module: "FileSystem", method, pathOrDescriptor: path, description })

export const isMissing = (error: PlatformError): boolean =>
  error._tag === "SystemError" && error.reason === "NotFound"

export interface Options {
  readonly overwrite: boolean
  /** Whether the bytes are forced to the disk before the file gets its name. */
  readonly durable: boolean
}

/** Where the file will be, and the permissions that it keeps. */
interface Place {
  readonly path: string
  readonly mode: number | undefined
}

/** Finds out whether the file can be written, before anything else is done for it. */
const prepare = (
  fs: FileSystem.FileSystem,
  localPath: string,
  { overwrite }: Options
): Effect.Effect<Place, PlatformError> =>
  Effect.gen(function* () {
    const found = yield* fs.stat(localPath).pipe(
      Effect.asSome,
      Effect.catchIf(isMissing, () => Effect.succeedNone)
    )
    if (Option.isNone(found)) {
      yield* fs.makeDirectory(dirname(localPath), { recursive: true })
      return { path: localPath, mode: undefined }
    }
    if (found.value.type === "Directory") {
      return yield* refuse("BadResource", "downloadFile", localPath, "there is a directory")
    }
    if (!overwrite) {
      return yield* refuse(
        "AlreadyExists",
        "downloadFile",
        localPath,
        "there is a file, and overwrite is false"
      )
    }
    // Through a link, as writing in place would.
    return { path: yield* fs.realPath(localPath), mode: found.value.mode & 0o777 }
  })

/** A name beside the file that nobody else uses. */
const temporaryName = (path: string): Effect.Effect<string> =>
  Effect.map(Random.nextIntBetween(0, 2 ** 48), (number) =>
    // A file name holds 255 bytes: what a long one loses here is not needed.
    join(
      dirname(path),
      `.${[...basename(path)].slice(0, 48).join("")}.${number.toString(16).padStart(12, "0")}.part`
    )
  )

/**
 * Gives `fill` a sink for the bytes of the file. It is written beside its place, and gets its name when `fill` has
 * succeeded; otherwise nothing remains of it.
 */
export const write = <A, E, R>(
  localPath: string,
  options: Options,
  fill: (sink: Sink.Sink<void, Uint8Array, never, PlatformError>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | PlatformError, R | FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { mode, path } = yield* prepare(fs, localPath, options)
    const temporary = yield* temporaryName(path)
    yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(temporary, { force: true })))
    const value = yield* Effect.scoped(
      Effect.gen(function* () {
        const file = yield* fs.open(temporary, { flag: "wx", ...(mode === undefined ? {} : { mode }) })
        const write = (bytes: Uint8Array) => file.writeAll(bytes)
        const filled = yield* fill(Sink.forEach(write))
        if (options.durable) yield* file.sync
        return filled
      })
    )
    if (mode !== undefined) yield* fs.chmod(temporary, mode)
    // A link is made only where there is nothing yet: of two writers one wins.
    yield* options.overwrite ? fs.rename(temporary, path) : fs.link(temporary, path)
    return value
  }).pipe(Effect.scoped)
