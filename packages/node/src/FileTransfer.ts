/**
 * Local files and directories to and from a session, of any size, in constant memory.
 *
 * Every transfer is checked with SHA-256 on both sides, in whichever sessions have a POSIX shell. The functions need
 * the `FileSystem` of `@effect/platform`, such as `NodeFileSystem.layer` of `@effect/platform-node`.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import { isAbsolute, relative, resolve } from "node:path"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { InvalidArgument } from "@effect-agentbay/core/AgentBayError"
import type * as SessionFileTransfer from "@effect-agentbay/core/SessionFileTransfer"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as localDirectory from "./internal/localDirectory.js"
import * as localFile from "./internal/localFile.js"

type Transfer = SessionFileTransfer.SessionFileTransfer.Service
type Failure = SessionFileTransfer.SessionFileTransfer.Failure
type EntryFailure = SessionFileTransfer.SessionFileTransfer.EntryFailure

const digestOf = (algorithm: SessionFileTransfer.Digest["algorithm"]): SessionFileTransfer.Digest => ({
  algorithm,
  start: Effect.sync(() => {
    const hash = createHash(algorithm)
    return { update: (bytes) => hash.update(bytes), hex: () => hash.digest("hex") }
  })
})

/**
 * SHA-256 by Node's own crypto, for the `digest` of any transfer.
 *
 * @since 0.1.0
 * @category digests
 */
export const sha256: SessionFileTransfer.Digest = digestOf("sha256")

/**
 * MD5, which object stores use for ETags: for sessions without a POSIX shell. It detects accidents, not intent.
 *
 * @since 0.1.0
 * @category digests
 */
export const md5: SessionFileTransfer.Digest = digestOf("md5")

/**
 * Default of `digest`: SHA-256.
 *
 * @since 0.1.0
 * @category models
 */
export interface UploadFileOptions extends Omit<SessionFileTransfer.UploadOptions, "size"> {}

/**
 * Default of `digest`: SHA-256.
 *
 * @since 0.1.0
 * @category models
 */
export interface DownloadFileOptions extends SessionFileTransfer.DownloadOptions {
  /** When false, a local file that is there is a `SystemError` with reason `AlreadyExists`. Default true. */
  readonly overwrite?: boolean | undefined
  /** Whether the bytes are forced to the disk before the file gets its name. Default false. */
  readonly durable?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface UploadDirectoryOptions extends SessionFileTransfer.UploadDirectoryOptions {
  /** Whether symbolic links are followed. Default false: they are left out. */
  readonly followLinks?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface DownloadDirectoryOptions
  extends SessionFileTransfer.DownloadDirectoryOptions,
    Pick<DownloadFileOptions, "overwrite" | "durable"> {
  /** Files under way at once. Default 4. */
  readonly concurrency?: number | undefined
}

/**
 * Uploads a local file. When the connection breaks, it is read and sent again. Otherwise as `upload` of
 * `SessionFileTransfer`.
 *
 * Also fails with `PlatformError` when the local file cannot be read: before anything is sent when it is missing or
 * is not a file.
 *
 * @example
 * ```ts
 * import { AgentBay } from "@effect-agentbay/core"
 * import { FileTransfer } from "@effect-agentbay/node"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const bay = yield* AgentBay.AgentBay
 *   const session = yield* bay.session({ imageId: "linux_latest" })
 *   yield* FileTransfer.uploadFile(session.fileTransfer, "model.bin", "/home/wuying/model.bin")
 * }).pipe(Effect.scoped)
 * ```
 *
 * @since 0.1.0
 * @category transfers
 */
export const uploadFile = (
  transfer: Transfer,
  localPath: string,
  remotePath: string,
  options: UploadFileOptions = {}
): Effect.Effect<SessionFileTransfer.UploadResult, Failure | PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { size, type } = yield* fs.stat(localPath)
    if (type !== "File") {
      return yield* localFile.refuse("BadResource", "uploadFile", localPath, "it is not a file")
    }
    return yield* transfer.upload(remotePath, localDirectory.source(fs, localPath), {
      digest: sha256,
      ...options,
      size: Number(size)
    })
  })

/**
 * Downloads a file of the session. It is written beside its place and gets its name when it is complete and checked;
 * until then, and when anything goes wrong, the local file is as it was. Creates missing parent directories. A file
 * that is replaced keeps its permissions.
 *
 * Also fails with `PlatformError` when the local file cannot be written; what can be known before the download, such
 * as that it exists and must not be replaced, is found out before anything is asked of the session.
 *
 * @since 0.1.0
 * @category transfers
 */
export const downloadFile = (
  transfer: Transfer,
  remotePath: string,
  localPath: string,
  options: DownloadFileOptions = {}
): Effect.Effect<
  SessionFileTransfer.DownloadResult<void>,
  Failure | PlatformError,
  FileSystem.FileSystem
> => {
  const { durable = false, overwrite = true, ...download } = options
  return localFile.write(localPath, { durable, overwrite }, (sink) =>
    transfer.downloadTo(remotePath, sink, { digest: sha256, ...download })
  )
}

/**
 * Uploads everything below a local directory, `concurrency` (default 4) files at once. Links are left out unless
 * `followLinks`; what is neither a file nor a directory always is.
 *
 * One file that fails is a `Left`, with a `PlatformError` when it could not be read here, and the others go on. The
 * stream itself fails when the directory cannot be listed, and with what concerns the session as a whole.
 *
 * @example
 * ```ts
 * import { SessionFileTransfer } from "@effect-agentbay/core"
 * import { FileTransfer } from "@effect-agentbay/node"
 * import { Effect, Either, Stream } from "effect"
 *
 * const failures = Effect.gen(function* () {
 *   const transfer = yield* SessionFileTransfer.SessionFileTransfer
 *   return yield* FileTransfer.uploadDirectory(transfer, "dist", "/home/wuying/dist").pipe(
 *     Stream.filter(({ result }) => Either.isLeft(result)),
 *     Stream.runCollect
 *   )
 * })
 * ```
 *
 * @since 0.1.0
 * @category transfers
 */
export const uploadDirectory = (
  transfer: Transfer,
  localPath: string,
  remotePath: string,
  options: UploadDirectoryOptions = {}
): Stream.Stream<
  SessionFileTransfer.EntryResult<
    Option.Option<SessionFileTransfer.UploadResult>,
    EntryFailure | PlatformError
  >,
  Failure | PlatformError,
  FileSystem.FileSystem
> => {
  const { followLinks = false, ...upload } = options
  return Stream.unwrap(
    Effect.map(FileSystem.FileSystem, (fs) =>
      transfer.uploadDirectory(remotePath, localDirectory.walk(fs, localPath, followLinks), {
        digest: sha256,
        ...upload
      })
    )
  )
}

/** A name that means more on this system than in the session must not lead out of the directory. */
const inside = (directory: string, path: string): Effect.Effect<string, InvalidArgument> => {
  const target = resolve(directory, path)
  const from = relative(resolve(directory), target)
  return from === "" || from.startsWith("..") || isAbsolute(from)
    ? new InvalidArgument({
        operation: "FileTransfer.downloadDirectory",
        field: "path",
        value: JSON.stringify(path),
        rule: "it must be a path below the directory"
      })
    : Effect.succeed(target)
}

/**
 * Downloads everything below a directory of the session, `concurrency` (default 4) files at once, each as
 * `downloadFile` does. One file that fails is a `Left`, and the others go on; what concerns the session as a whole
 * ends the stream. Needs a POSIX shell in the session.
 *
 * @since 0.1.0
 * @category transfers
 */
export const downloadDirectory = (
  transfer: Transfer,
  remotePath: string,
  localPath: string,
  options: DownloadDirectoryOptions = {}
): Stream.Stream<
  SessionFileTransfer.EntryResult<
    Option.Option<SessionFileTransfer.DownloadResult<void>>,
    EntryFailure | PlatformError
  >,
  Failure | PlatformError,
  FileSystem.FileSystem
> => {
  const { concurrency = 4, durable = false, overwrite = true, ...download } = options
  const one = (fs: FileSystem.FileSystem, entry: SessionFileTransfer.DownloadEntry) =>
    Effect.gen(function* () {
      const target = yield* inside(localPath, entry.path)
      if (entry.kind === "directory") {
        yield* fs.makeDirectory(target, { recursive: true })
        return Option.none()
      }
      return Option.some(yield* localFile.write(target, { durable, overwrite }, entry.downloadTo))
    }).pipe(
      Effect.map(Either.right),
      Effect.catchTags({
        FileTransferError: (error) => Effect.succeed(Either.left(error)),
        FileError: (error) => Effect.succeed(Either.left(error)),
        InvalidArgument: (error) => Effect.succeed(Either.left(error)),
        BadArgument: (error) => Effect.succeed(Either.left(error)),
        SystemError: (error) => Effect.succeed(Either.left(error))
      }),
      Effect.map((result) => ({ path: entry.path, result }))
    )
  return Stream.unwrap(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
        return yield* new InvalidArgument({
          operation: "FileTransfer.downloadDirectory",
          field: "concurrency",
          value: String(concurrency),
          rule: "it must be a whole number of at least 1"
        })
      }
      return transfer.downloadDirectory(remotePath, { digest: sha256, ...download }).pipe(
        Stream.onStart(fs.makeDirectory(localPath, { recursive: true })),
        Stream.mapEffect((entry) => one(fs, entry), { concurrency, unordered: true })
      )
    })
  )
}
