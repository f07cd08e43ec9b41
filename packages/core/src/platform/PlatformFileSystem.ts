/**
 * `FileSystem` of `@effect/platform`, served by a session: a program written against it runs unchanged in a session.
 *
 * Every member is there. Errors, and what operations do to files, are those of the implementation for Node; the
 * differences:
 *
 * - The session needs a POSIX shell with the usual programs (Linux and Android images).
 * - Relative paths start from the directory in which the session runs commands.
 * - An open file is its path with a position: after a rename or a removal it does not follow the file.
 * - `rename` also moves between file systems. A recursive `readDirectory` does not follow links. Times have
 *   milliseconds.
 * - `watch` looks every 500 ms: changes that undo each other in between stay unseen.
 *
 * When the session itself fails, operations fail with `SystemError`; `cause` is the error of this package:
 * `BadResource` (the session is gone), `PermissionDenied` (the api key), `Busy` (throttled, paused, unavailable),
 * `TimedOut`, `InvalidData` (an answer that cannot be read), otherwise `Unknown`. One call may take 50 seconds.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as content from "../internal/platform/fileSystem/content.js"
import * as entry from "../internal/platform/fileSystem/entries.js"
import { makeHost } from "../internal/platform/fileSystem/host.js"
import { makeOpen } from "../internal/platform/fileSystem/openFile.js"
import { watch } from "../internal/platform/fileSystem/watching.js"
import { SessionCommand } from "../session/SessionCommand.js"
import { SessionFileSystem } from "../session/SessionFileSystem.js"

/**
 * The part of a session that serves its files.
 *
 * @since 0.1.0
 * @category models
 */
export interface Modules {
  readonly command: Pick<SessionCommand.Service, "run">
  readonly fileSystem: Pick<SessionFileSystem.Service, "readFile" | "stream" | "writeFile">
}

/**
 * The files of a session.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * ```ts
 * import { PlatformFileSystem, type Session } from "@effect-agentbay/core"
 *
 * const sizeOf = (session: Session.Session.Service, path: string) =>
 *   PlatformFileSystem.fromSession(session).stat(path)
 * ```
 */
export const fromSession = (session: Modules): FileSystem.FileSystem => {
  const host = makeHost(session)
  const open = makeOpen(host)
  const removed = (method: string, make: Effect.Effect<string, PlatformError>) =>
    Effect.acquireRelease(make, (path) => entry.removeTemporary(host, method, path))
  const fileSystem = FileSystem.make({
    access: (path, options) => entry.access(host, path, options),
    chmod: (path, mode) => entry.chmod(host, path, mode),
    chown: (path, uid, gid) => entry.chown(host, path, uid, gid),
    copy: (from, to, options) => entry.copy(host, from, to, options),
    copyFile: (from, to) => entry.copyFile(host, from, to),
    link: (from, to) => entry.link(host, from, to),
    makeDirectory: (path, options) => entry.makeDirectory(host, path, options),
    makeTempDirectory: (options) => entry.makeTempDirectory(host, "makeTempDirectory", options),
    makeTempDirectoryScoped: (options) => {
      const method = "makeTempDirectoryScoped"
      return removed(method, entry.makeTempDirectory(host, method, options))
    },
    makeTempFile: (options) => entry.makeTempFile(host, "makeTempFile", options),
    makeTempFileScoped: (options) => {
      const method = "makeTempFileScoped"
      return removed(method, entry.makeTempFile(host, method, options))
    },
    open,
    readDirectory: (path, options) => entry.readDirectory(host, path, options),
    readFile: (path) => content.readFile(host, path),
    readLink: (path) => entry.readLink(host, path),
    realPath: (path) => entry.realPath(host, path),
    remove: (path, options) => entry.remove(host, "remove", path, options),
    rename: (from, to) => entry.rename(host, from, to),
    stat: (path) => entry.stat(host, { method: "stat", path }, path),
    symlink: (target, path) => entry.symlink(host, target, path),
    truncate: (path, length) =>
      Effect.asVoid(entry.truncate(host, { method: "truncate", path }, path, length)),
    utimes: (path, atime, mtime) => entry.utimes(host, path, atime, mtime),
    watch: (path, options) => watch(host, path, options),
    writeFile: (path, bytes, options) => content.writeFile(host, path, bytes, options)
  })
  return {
    ...fileSystem,
    // Fewer calls than one for each piece.
    stream: (path, options) => content.stream(host, open, path, options),
    sink: (path, options) => content.sink(open, path, options)
  }
}

/**
 * Provides `FileSystem` from the modules of a session, such as `Session.layer` provides.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * ```ts
 * import { PlatformFileSystem, Session } from "@effect-agentbay/core"
 * import { FileSystem } from "@effect/platform"
 * import { Effect, Layer } from "effect"
 *
 * const greet = Effect.gen(function* () {
 *   const fs = yield* FileSystem.FileSystem
 *   yield* fs.writeFileString("/tmp/greeting.txt", "hello")
 *   return yield* fs.stat("/tmp/greeting.txt")
 * })
 *
 * const inSession = greet.pipe(
 *   Effect.provide(PlatformFileSystem.layer.pipe(Layer.provide(Session.layer({ imageId: "linux_latest" }))))
 * )
 * ```
 */
export const layer: Layer.Layer<FileSystem.FileSystem, never, SessionCommand | SessionFileSystem> =
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(Effect.all({ command: SessionCommand, fileSystem: SessionFileSystem }), fromSession)
  )
