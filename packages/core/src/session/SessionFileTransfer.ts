/**
 * Files of any size between a stream and a session, through presigned URLs: `session.fileTransfer`.
 *
 * Bytes pass through in constant memory. A file appears whole or not at all; what was stored on the way is deleted
 * afterwards, whatever happens. `session.fileSystem` is simpler and faster for files of a few megabytes.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Option from "effect/Option"
import type * as Sink from "effect/Sink"
import type * as Stream from "effect/Stream"
import type {
  FileError,
  FileTransferError,
  InvalidArgument,
  SessionError,
  ToolError,
  VpcUnavailable
} from "../AgentBayError.js"
import { downloadDirectory, uploadDirectory } from "../internal/transfer/directories.js"
import { download, downloadTo } from "../internal/transfer/download.js"
import { makeTransfers } from "../internal/transfer/transfers.js"
import { upload } from "../internal/transfer/upload.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * Computes a checksum piece by piece. `hex` is called once, after the last piece.
 *
 * @since 0.1.0
 * @category models
 */
export interface Hasher {
  readonly update: (bytes: Uint8Array) => void
  readonly hex: () => string
}

/**
 * How checksums are computed on this side. No platform-neutral runtime has an incremental digest, so it is handed in:
 * `@effect-agentbay/node` has one.
 *
 * @since 0.1.0
 * @category models
 */
export interface Digest {
  readonly algorithm: "sha256" | "md5"
  /** A fresh computation. */
  readonly start: Effect.Effect<Hasher>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Checksum {
  readonly algorithm: Digest["algorithm"]
  /** Lower case. */
  readonly hex: string
}

/**
 * How far a transfer is. `bytes` counts what has been sent or received; of a source that had to be read again, from
 * its beginning.
 *
 * - `preparing`: the session sets a copy of the file aside.
 * - `sending`, `receiving`: bytes pass through this program.
 * - `copying`: the service copies between its object store and the session.
 * - `placing`: the session checks the file and moves it into place.
 *
 * @since 0.1.0
 * @category models
 */
export interface TransferProgress {
  readonly path: string
  readonly phase: "preparing" | "sending" | "copying" | "placing" | "receiving"
  readonly bytes: number
  /** Where it is known. */
  readonly total: Option.Option<number>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface TransferOptions {
  /** Runs at the beginning of each phase and after each piece; the transfer waits for it. */
  readonly onProgress?: ((progress: TransferProgress) => Effect.Effect<void>) | undefined
  /** Computes a checksum here, which is compared with that of the file in the session. Default: sizes are compared. */
  readonly digest?: Digest | undefined
  /** How many times in a row a broken connection is made again while nothing arrives. A whole number from 0. Default 5. */
  readonly retries?: number | undefined
  /** How long the connection to the object store may stand still. Default 60 seconds. */
  readonly idleTimeout?: Duration.DurationInput | undefined
  /** How long the service may take to copy between its object store and the session. Default 10 minutes. */
  readonly syncTimeout?: Duration.DurationInput | undefined
  /** How long it may take until that copy is under way. Default 30 seconds. */
  readonly startWithin?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface UploadOptions extends TransferOptions {
  /**
   * Bytes of the source. Sent as `Content-Length` where the HTTP client can; a source with another number of bytes is
   * a `FileTransferError` with reason `SourceFailed`. Default: unknown, except for bytes in memory.
   */
  readonly size?: number | undefined
  /** Sent with the bytes. Default: none, because the service signs none. */
  readonly contentType?: string | undefined
  /** When false, a file that is there is a `FileError` with reason `AlreadyExists`. Default true. */
  readonly overwrite?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface DownloadOptions extends TransferOptions {}

/**
 * What an upload reads: bytes, a stream, or an Effect that opens a stream. Bytes and what can be opened again are
 * sent again when the connection breaks; a stream is read once.
 *
 * @since 0.1.0
 * @category models
 */
export type Source<E = never, R = never> =
  | Uint8Array
  | Stream.Stream<Uint8Array, E, R>
  | Effect.Effect<Stream.Stream<Uint8Array, E, R>, E, R>

/**
 * - `checksum`: the session, or the object store, computed the same checksum.
 * - `size`: the number of bytes is the same.
 * - `none`: there was nothing to compare with.
 *
 * @since 0.1.0
 * @category models
 */
export type Verified = "checksum" | "size" | "none"

/**
 * @since 0.1.0
 * @category models
 */
export interface UploadResult {
  readonly path: string
  readonly bytes: number
  /** What the object store answered. */
  readonly status: number
  readonly etag: Option.Option<string>
  /** Computed here, with `digest`. */
  readonly checksum: Option.Option<Checksum>
  readonly verified: Verified
  /** The service's ids of the requests for the URL and for the copy into the session. */
  readonly urlRequestId: string
  readonly syncRequestId: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface DownloadResult<A> {
  readonly path: string
  /** What the sink made of the bytes. */
  readonly value: A
  /** How many passed to the sink. */
  readonly bytes: number
  /** False when the sink stopped early. */
  readonly isComplete: boolean
  readonly etag: Option.Option<string>
  /** Computed here, with `digest`, of a complete download. */
  readonly checksum: Option.Option<Checksum>
  readonly verified: Verified
  /** The service's ids of the requests for the copy out of the session and for the first URL. */
  readonly syncRequestId: string
  readonly urlRequestId: string
}

/**
 * Something to put below a directory of a session. `path` is relative, with `/` between names.
 *
 * @since 0.1.0
 * @category models
 */
export type UploadEntry<E = never, R = never> =
  | {
      readonly kind: "file"
      readonly path: string
      readonly source: Source<E, R>
      readonly size?: number | undefined
    }
  | { readonly kind: "directory"; readonly path: string }

/**
 * Something below a directory of a session. `path` is relative to that directory and never leads out of it.
 *
 * @since 0.1.0
 * @category models
 */
export type DownloadEntry =
  | {
      readonly kind: "file"
      readonly path: string
      readonly remotePath: string
      /** Downloads it; see `SessionFileTransfer.downloadTo`. `FileError`, `InvalidData`: its name is not UTF-8. */
      readonly downloadTo: <A, E, R>(
        sink: Sink.Sink<A, Uint8Array, unknown, E, R>
      ) => Effect.Effect<DownloadResult<A>, SessionFileTransfer.Failure | E, R>
    }
  | { readonly kind: "directory"; readonly path: string; readonly remotePath: string }

/**
 * What became of one entry of a directory.
 *
 * @since 0.1.0
 * @category models
 */
export interface EntryResult<A, E> {
  readonly path: string
  readonly result: Either.Either<A, E>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface UploadDirectoryOptions extends Omit<UploadOptions, "size" | "contentType"> {
  /** Files under way at once. Default 4. */
  readonly concurrency?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface DownloadDirectoryOptions extends DownloadOptions {
  /** Whether symbolic links are followed. Default false: they are left out. */
  readonly followLinks?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionFileTransfer extends Context.Tag("@effect-agentbay/core/SessionFileTransfer")<
  SessionFileTransfer,
  SessionFileTransfer.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionFileTransfer {
  /**
   * Every way in which a transfer can fail, beside what its source or its sink fails with.
   *
   * - `FileTransferError`: the bytes, or the service's copy of them, did not arrive; `reason` says where.
   * - `FileError`: the session refused to read or to place the file.
   * - `InvalidArgument`: a path or an option is out of its range; nothing was sent.
   * - `SessionError`: the service, or the way to it, failed.
   * - `ToolError`, `VpcUnavailable`: as for `session.fileSystem`.
   *
   * @since 0.1.0
   * @category errors
   */
  export type Failure =
    | FileTransferError
    | FileError
    | InvalidArgument
    | SessionError
    | VpcUnavailable
    | ToolError

  /**
   * What can be wrong with one file of a directory. Whatever else goes wrong concerns the session as a whole.
   *
   * @since 0.1.0
   * @category errors
   */
  export type EntryFailure = FileTransferError | FileError | InvalidArgument

  /**
   * Paths are those of the session, in full.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * The directory of this session through which files travel. Files below it are transferred without a detour.
     * Asked for once per handle.
     *
     * Fails with `FileTransferError`, reason `NoTransferContext`, when there is none, and with `SessionError`.
     */
    readonly directory: Effect.Effect<string, FileTransferError | SessionError>
    /**
     * Uploads a file and creates its missing parent directories.
     *
     * The bytes travel to the service's object store, from there into its transfer directory, and are then, checked,
     * moved into place in one step. Only a path below that directory, without `digest` and with `overwrite`, is
     * written by the service itself. Without a POSIX shell in the session the checks of the session are left out.
     *
     * Fails with what `Failure` lists, and with what the source fails with. In every case, interruption included,
     * nothing is left in the object store, and the file is as it was unless it was complete.
     *
     * @example
     * ```ts
     * import { SessionFileTransfer } from "@effect-agentbay/core"
     * import { Effect, Stream } from "effect"
     *
     * const program = Effect.gen(function* () {
     *   const transfer = yield* SessionFileTransfer.SessionFileTransfer
     *   const lines = Stream.range(1, 1_000_000).pipe(Stream.map((n) => `${n}\n`), Stream.encodeText)
     *   const { bytes } = yield* transfer.upload("/home/wuying/numbers.txt", lines)
     *   return bytes
     * })
     * ```
     */
    readonly upload: <E = never, R = never>(
      path: string,
      source: Source<E, R>,
      options?: UploadOptions
    ) => Effect.Effect<UploadResult, Failure | E, R>
    /**
     * The bytes of a file as it is when the stream begins. A connection that breaks is taken up again where it broke,
     * with a fresh URL, as long as `retries` allow; where the object store knows no ranges, what was already handed
     * out is read again and skipped. The stream ends only when everything has arrived and fits.
     *
     * Fails with what `Failure` lists: `FileError` with reason `NotFound` or `IsDirectory`, and `FileTransferError`.
     */
    readonly download: (path: string, options?: DownloadOptions) => Stream.Stream<Uint8Array, Failure>
    /**
     * Downloads a file into a sink, and tells what passed. Otherwise as `download`.
     *
     * @example
     * ```ts
     * import { SessionFileTransfer } from "@effect-agentbay/core"
     * import { Effect, Sink } from "effect"
     *
     * const size = Effect.gen(function* () {
     *   const transfer = yield* SessionFileTransfer.SessionFileTransfer
     *   const count = Sink.foldLeft(0, (sum, bytes: Uint8Array) => sum + bytes.length)
     *   const { value } = yield* transfer.downloadTo("/home/wuying/numbers.txt", count)
     *   return value
     * })
     * ```
     */
    readonly downloadTo: <A, E, R>(
      path: string,
      sink: Sink.Sink<A, Uint8Array, unknown, E, R>,
      options?: DownloadOptions
    ) => Effect.Effect<DownloadResult<A>, Failure | E, R>
    /**
     * Uploads everything that a stream lists below a directory, which is created; `concurrency` files at once.
     * A file that failed is a `Left`, and the others go on; what concerns the session as a whole ends the stream.
     * Of a directory the result is none.
     */
    readonly uploadDirectory: <E = never, R = never, E2 = never, R2 = never>(
      path: string,
      entries: Stream.Stream<UploadEntry<E, R>, E2, R2>,
      options?: UploadDirectoryOptions
    ) => Stream.Stream<EntryResult<Option.Option<UploadResult>, EntryFailure | E>, Failure | E2, R | R2>
    /**
     * Everything below a directory, each file with the way to download it. What is neither a file nor a directory is
     * left out. Needs a POSIX shell in the session.
     */
    readonly downloadDirectory: (
      path: string,
      options?: DownloadDirectoryOptions
    ) => Stream.Stream<DownloadEntry, Failure>
  }
}

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: SessionRuntime): SessionFileTransfer.Service => {
  const transfers = makeTransfers(runtime)
  return {
    directory: Effect.map(transfers.context("SessionFileTransfer.directory", ""), ({ path }) => path),
    upload: (path, source, options = {}) => upload(transfers, path, source, options),
    download: (path, options = {}) => download(transfers, path, options),
    downloadTo: (path, sink, options = {}) => downloadTo(transfers, path, sink, options),
    uploadDirectory: (path, entries, options = {}) => uploadDirectory(transfers, path, entries, options),
    downloadDirectory: (path, options = {}) => downloadDirectory(transfers, path, options)
  }
}
