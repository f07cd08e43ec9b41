/**
 * Files of a session: `session.fileSystem`.
 *
 * Contents are byte-exact, whatever they are and however large. What does not fit one call is read in slices at
 * once, and written aside and then put into place.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Option from "effect/Option"
import type * as Sink from "effect/Sink"
import type * as Stream from "effect/Stream"
import type {
  ChannelError,
  ChannelUnavailable,
  FileError,
  InvalidArgument,
  SessionError,
  ToolError,
  VpcUnavailable
} from "../AgentBayError.js"
import type { DirectoryLine, FileChange } from "../contract/tools/FileSystemTools.js"
import * as content from "../internal/files/contentOperations.js"
import * as entry from "../internal/files/entryOperations.js"
import * as SessionSocket from "../transport/SessionSocket.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category models
 */
export type FileKind = "file" | "directory" | "symlink" | "other"

/**
 * What the service knows of a file or directory. Times without a zone are read as UTC.
 *
 * @since 0.1.0
 * @category models
 */
export interface FileInfo {
  readonly name: string
  readonly path: string
  /** Bytes. 0 for files such as those of `/proc`, which can be read nevertheless. */
  readonly size: number
  readonly kind: FileKind
  readonly created: Option.Option<Date>
  readonly modified: Option.Option<Date>
  readonly accessed: Option.Option<Date>
  /** Permission bits, such as `0o644`. */
  readonly mode: Option.Option<number>
  readonly owner: Option.Option<string>
  readonly group: Option.Option<string>
  /** Every key and text, as it came. */
  readonly raw: Readonly<Record<string, string>>
}

/**
 * One entry of a directory.
 *
 * @since 0.1.0
 * @category models
 */
export type DirectoryEntry = typeof DirectoryLine.Type

/**
 * Replace the first occurrence of `oldText` by `newText`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Edit {
  readonly oldText: string
  readonly newText: string
}

/**
 * - `overwrite`: create the file or replace its content.
 * - `append`: create the file or add to its end.
 * - `create_new`: fail with `FileError` reason `AlreadyExists` when it is there.
 *
 * @since 0.1.0
 * @category models
 */
export type WriteMode = "overwrite" | "append" | "create_new"

/**
 * @since 0.1.0
 * @category models
 */
export interface TransferOptions {
  /** Calls under way at once for one large file. Default 4. */
  readonly concurrency?: number | undefined
  /** Runs after each part, with the number of bytes transferred so far. */
  readonly onProgress?: ((bytesDone: number) => Effect.Effect<void>) | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface WriteOptions extends TransferOptions {
  /** Default `overwrite`. */
  readonly mode?: WriteMode | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface StreamOptions {
  /** Largest number of bytes in one element. Default: what one call carries (60 KiB, over a link 1 MiB). */
  readonly chunkSize?: number | undefined
  /** Where to start, in bytes. Default 0. */
  readonly offset?: number | undefined
  /** How many bytes to read at most. Default: to the end. */
  readonly length?: number | undefined
}

/**
 * How a stream of changes learns of them.
 *
 * - `Push`: the session says when something has changed. Once this is told, no change is missed.
 * - `Poll`: it is asked again and again; `detail` says why in words. `Chosen`: with `mode: "poll"`. `NoChannel`: the
 *   session has no live channel. `NotOffered`: its server says that it does not push. `Disconnected`: until the live
 *   channel stands again.
 *
 * @since 0.1.0
 * @category models
 */
export type WatchMode =
  | { readonly _tag: "Push" }
  | {
      readonly _tag: "Poll"
      readonly reason: "Chosen" | "NoChannel" | "NotOffered" | "Disconnected"
      readonly detail: string
    }

/**
 * @since 0.1.0
 * @category models
 */
export interface ChangesOptions {
  /**
   * - `auto` (default): pushes where the session has a live channel and its server pushes, polling otherwise.
   * - `push`: the same, and a failure where `auto` would poll for good.
   * - `poll`: looks only; the live channel is not used.
   */
  readonly mode?: "auto" | "push" | "poll" | undefined
  /** Runs when it is known how the stream learns of changes, and whenever that changes. */
  readonly onMode?: ((mode: WatchMode) => Effect.Effect<void>) | undefined
  /**
   * Time between two looks; with pushes, the shortest. At least 100 ms; default 500 ms.
   */
  readonly interval?: Duration.DurationInput | undefined
  /** Characters of pushes that may wait for the consumer. Default 8,388,608. */
  readonly capacity?: number | undefined
  /** How many times in a row a look that failed on its way is repeated, ever more slowly. Default 5. */
  readonly retries?: number | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionFileSystem extends Context.Tag("@effect-agentbay/core/SessionFileSystem")<
  SessionFileSystem,
  SessionFileSystem.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionFileSystem {
  /**
   * Every way in which an operation on files can fail.
   *
   * - `FileError`: the session refused; `reason` says why.
   * - `InvalidArgument`: a path is empty or has a NUL character, or an option is out of its range; nothing was sent.
   * - `ToolError`: the image has no such tool.
   * - `VpcUnavailable`: the VPC route cannot be taken.
   * - `SessionError`: the service, or the way to it, failed.
   *
   * @since 0.1.0
   * @category errors
   */
  export type Failure = FileError | InvalidArgument | SessionError | VpcUnavailable | ToolError

  /**
   * Every way in which watching can fail: also by the live channel.
   *
   * @since 0.1.0
   * @category errors
   */
  export type WatchFailure = Failure | ChannelError | ChannelUnavailable

  /**
   * Paths are those of the session (`/home/wuying/a.txt`, `C:\Users\Administrator\a.txt`). Give them in full: the
   * service does not say what a relative one starts from. Every operation can fail with each member of `Failure`;
   * what is said below is what stands out.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * The content of a file. One call when it has less than 60 KiB (over a link 1 MiB), several at once otherwise;
     * up to 2 GiB. Reads to the real end, also where the reported size is 0 or grows meanwhile.
     *
     * Fails with `FileError`: `NotFound`, `IsDirectory`, `PermissionDenied`, or `InvalidData` when what came back
     * is not the content.
     */
    readonly readFile: (path: string, options?: TransferOptions) => Effect.Effect<Uint8Array, Failure>
    /** The content of a UTF-8 file. `FileError` reason `InvalidData` when it is not UTF-8. Otherwise as `readFile`. */
    readonly readFileString: (path: string, options?: TransferOptions) => Effect.Effect<string, Failure>
    /**
     * The contents of several files, at most `concurrency` (default 4) at once. A file that cannot be read is a
     * `Left`; what concerns the session as a whole is a failure.
     */
    readonly readFiles: (
      paths: ReadonlyArray<string>,
      options?: { readonly concurrency?: number | undefined }
    ) => Effect.Effect<ReadonlyMap<string, Either.Either<Uint8Array, FileError>>, Exclude<Failure, FileError>>
    /** The same for UTF-8 files; another content is a `Left` with reason `InvalidData`. */
    readonly readFilesString: (
      paths: ReadonlyArray<string>,
      options?: { readonly concurrency?: number | undefined }
    ) => Effect.Effect<ReadonlyMap<string, Either.Either<string, FileError>>, Exclude<Failure, FileError>>
    /** The bytes of a file, piece by piece, of which one is in memory at a time. */
    readonly stream: (path: string, options?: StreamOptions) => Stream.Stream<Uint8Array, Failure>
    /**
     * Writes a file and its missing parent directories. A UTF-8 text that fits one call is one `write_file`.
     * Everything else is written beside the file first and then moved into place (or added in one go), so that a
     * failure or an interruption leaves the file as it was. A replaced file keeps its permissions, not its owner.
     *
     * Content that is not UTF-8 needs a POSIX shell in the session: `FileError` reason `Unknown` where there is
     * none.
     */
    readonly writeFile: (
      path: string,
      bytes: Uint8Array,
      options?: WriteOptions
    ) => Effect.Effect<void, Failure>
    /** Writes a text as UTF-8. `InvalidArgument` for a text with lone surrogates. Otherwise as `writeFile`. */
    readonly writeFileString: (
      path: string,
      text: string,
      options?: WriteOptions
    ) => Effect.Effect<void, Failure>
    /**
     * Writes what a stream brings. The file appears when the stream has ended; when it fails, nothing changes.
     *
     * @example
     * ```ts
     * import { SessionFileSystem } from "@effect-agentbay/core"
     * import { Effect, Stream } from "effect"
     *
     * const backUp = Effect.gen(function* () {
     *   const files = yield* SessionFileSystem.SessionFileSystem
     *   yield* Stream.run(files.stream("/tmp/in.bin"), files.sink("/tmp/out.bin"))
     * })
     * ```
     */
    readonly sink: (path: string, options?: WriteOptions) => Sink.Sink<void, Uint8Array, never, Failure>
    /**
     * Deletes a file; with `recursive`, also a directory and everything below it (needs a POSIX shell). With
     * `force`, what is not there is no failure.
     */
    readonly remove: (
      path: string,
      options?: { readonly recursive?: boolean | undefined; readonly force?: boolean | undefined }
    ) => Effect.Effect<void, Failure>
    /** Creates a directory and its missing parents. */
    readonly makeDirectory: (path: string) => Effect.Effect<void, Failure>
    /** Moves or renames a file or directory. */
    readonly move: (source: string, destination: string) => Effect.Effect<void, Failure>
    /**
     * Copies a file or a directory with everything below it; `destination` is the name of the copy. An existing
     * file is replaced unless `overwrite` is false; an existing directory is never written into. Needs a POSIX
     * shell for directories; files are read and written again where there is none.
     */
    readonly copy: (
      source: string,
      destination: string,
      options?: { readonly overwrite?: boolean | undefined }
    ) => Effect.Effect<void, Failure>
    /** Whether there is anything at the path. */
    readonly exists: (path: string) => Effect.Effect<boolean, Failure>
    /** What there is at the path. `FileError` reason `NotFound` when there is nothing. */
    readonly stat: (path: string) => Effect.Effect<FileInfo, Failure>
    /** The entries of a directory, not recursively. */
    readonly list: (path: string) => Effect.Effect<ReadonlyArray<DirectoryEntry>, Failure>
    /**
     * The paths of all files below `path` whose name matches `pattern` (`*` and `?`; case-sensitive on Linux),
     * without those that match one of `exclude`.
     */
    readonly search: (
      path: string,
      pattern: string,
      options?: { readonly exclude?: ReadonlyArray<string> | undefined }
    ) => Effect.Effect<ReadonlyArray<string>, Failure>
    /**
     * Replaces texts, in the order given, each edit its first occurrence: the same edit twice replaces the first
     * two. Returns the preview or difference that the service shows, if it does; with `dryRun`, the file stays as
     * it is.
     *
     * `FileError` reason `NoMatch` when a text is not there. All edits of a call must fit one request (60 KiB, over
     * a link 1 MiB): `InvalidArgument` otherwise.
     */
    readonly edit: (
      path: string,
      edits: ReadonlyArray<Edit>,
      options?: { readonly dryRun?: boolean | undefined }
    ) => Effect.Effect<Option.Option<string>, Failure>
    /**
     * What was created, modified or deleted below a directory since the previous call for it; the first call starts
     * the watch. Programs that share a session and a path share the watch, too.
     */
    readonly getChanges: (path: string) => Effect.Effect<ReadonlyArray<FileChange>, Failure>
    /**
     * The changes below a directory from now on, without end.
     *
     * Where the session pushes changes, it is looked at once something was pushed, no more often than `interval`, and
     * every 30 seconds besides. While the live channel is lost it is looked at every `interval`; when it stands again
     * the subscription is renewed, and another look catches up. What comes both ways is told once. Without pushes it
     * is looked at every `interval`. `onMode` tells which.
     *
     * A look tells what is different from the one before: two changes of one file in between are one `modify`, and a
     * file that came and went is not told of, or only by its pushes.
     *
     * A look that fails on its way is repeated `retries` times, with growing pauses; after that, or when the session is
     * gone (`SessionError` reason `NotFound`), or when the answer cannot be read, the stream fails. Changes whose report
     * was lost on its way are not reported again, unless they were pushed too. It fails with `ChannelError` when the
     * live channel is refused, closed with the session, or fuller than `capacity`; that it cannot be reached for a
     * while is no failure. With `mode: "push"` also with `ChannelUnavailable`, and `ChannelError` reason `Remote`,
     * where `auto` polls for good.
     *
     * @example
     * ```ts
     * import { SessionFileSystem } from "@effect-agentbay/core"
     * import { Effect, Stream } from "effect"
     *
     * const firstReport = Effect.gen(function* () {
     *   const files = yield* SessionFileSystem.SessionFileSystem
     *   return yield* files.changes("/home/wuying/out", { interval: "1 second" }).pipe(
     *     Stream.filter((change) => change.eventType === "create" && change.path.endsWith(".pdf")),
     *     Stream.runHead
     *   )
     * })
     * ```
     */
    readonly changes: (path: string, options?: ChangesOptions) => Stream.Stream<FileChange, WatchFailure>
  }
}

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  runtime: SessionRuntime,
  socket: SessionSocket.SessionSocket.Service = SessionSocket.make(runtime)
): SessionFileSystem.Service => {
  const channel = { socket, subscriptions: new Map<string, number>() }
  return {
    readFile: (path, options = {}) => content.read(runtime, path, options),
    readFileString: (path, options = {}) => content.readString(runtime, path, options),
    readFiles: (paths, options = {}) => content.readMany(runtime, paths, options),
    readFilesString: (paths, options = {}) => content.readManyStrings(runtime, paths, options),
    stream: (path, options = {}) => content.stream(runtime, path, options),
    writeFile: (path, bytes, options = {}) => content.write(runtime, path, bytes, options),
    writeFileString: (path, text, options = {}) => content.writeString(runtime, path, text, options),
    sink: (path, options = {}) => content.sink(runtime, path, options),
    remove: (path, options = {}) => entry.remove(runtime, path, options),
    makeDirectory: (path) => entry.makeDirectory(runtime, path),
    move: (source, destination) => entry.move(runtime, source, destination),
    copy: (source, destination, options = {}) => entry.copy(runtime, source, destination, options),
    exists: (path) => entry.exists(runtime, path),
    stat: (path) => entry.stat(runtime, path),
    list: (path) => entry.list(runtime, path),
    search: (path, pattern, options = {}) => entry.search(runtime, path, pattern, options),
    edit: (path, edits, options = {}) => content.edit(runtime, path, edits, options),
    getChanges: (path) => entry.getChanges(runtime, path),
    changes: (path, options = {}) => entry.changes(runtime, channel, path, options)
  }
}
