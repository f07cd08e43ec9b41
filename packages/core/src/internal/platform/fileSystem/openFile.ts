/** An open file: its path, a position of its own, and what its flag allows. No descriptor is held in the session. */
import { type PlatformError, SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { joined } from "./bytes.js"
import { stat, truncate } from "./entries.js"
import { byErrno, type Call } from "./failure.js"
import type { Host } from "./host.js"
import { ensureInteger, ensureMode } from "./numbers.js"
import { ensureFlag, isAppending, isReadable, isWritable, openScript, put } from "./opening.js"

class OpenFile implements FileSystem.File {
  readonly [FileSystem.FileTypeId]: FileSystem.FileTypeId = FileSystem.FileTypeId
  readonly fd: FileSystem.File.Descriptor
  isClosed = false
  private readonly turn = Effect.unsafeMakeSemaphore(1)
  private position = 0n

  constructor(
    private readonly host: Host,
    descriptor: number,
    /** From the root. */
    private readonly path: string,
    private readonly flag: FileSystem.OpenFlag
  ) {
    this.fd = FileSystem.FileDescriptor(descriptor)
  }

  get stat(): Effect.Effect<FileSystem.File.Info, PlatformError> {
    return this.use("stat", true, "EBADF", (call) => stat(this.host, call, this.path))
  }

  get sync(): Effect.Effect<void, PlatformError> {
    return this.use("sync", true, "EBADF", (call) =>
      // Some programs write back everything, and take no name.
      Effect.asVoid(this.host.script(call, [this.path], `has "$p"\nsync "$p" 2>/dev/null || sync`))
    )
  }

  seek(offset: FileSystem.SizeInput, from: FileSystem.SeekMode): Effect.Effect<void> {
    return this.turn.withPermits(1)(
      Effect.sync(() => {
        this.position = (from === "current" ? this.position : 0n) + FileSystem.Size(offset)
      })
    )
  }

  read(buffer: Uint8Array): Effect.Effect<FileSystem.Size, PlatformError> {
    return this.take("read", buffer.length).pipe(
      Effect.map((bytes) => {
        buffer.set(bytes)
        return FileSystem.Size(bytes.length)
      })
    )
  }

  readAlloc(size: FileSystem.SizeInput): Effect.Effect<Option.Option<Uint8Array>, PlatformError> {
    return Effect.map(this.take("readAlloc", Number(size)), (bytes) =>
      bytes.length === 0 ? Option.none() : Option.some(bytes)
    )
  }

  truncate(length?: FileSystem.SizeInput): Effect.Effect<void, PlatformError> {
    return this.use("truncate", isWritable(this.flag), "EINVAL", (call) =>
      Effect.map(truncate(this.host, call, this.path, length), (size) => {
        if (!isAppending(this.flag) && this.position > size) this.position = BigInt(size)
      })
    )
  }

  write(buffer: Uint8Array): Effect.Effect<FileSystem.Size, PlatformError> {
    return Effect.as(this.add("write", buffer), FileSystem.Size(buffer.length))
  }

  writeAll(buffer: Uint8Array): Effect.Effect<void, PlatformError> {
    return buffer.length > 0
      ? this.add("writeAll", buffer)
      : this.use("writeAll", isWritable(this.flag), "EBADF", (call) =>
          Effect.fail(
            new SystemError({
              module: "FileSystem",
              method: call.method,
              reason: "WriteZero",
              pathOrDescriptor: this.fd,
              description: "there is nothing to write"
            })
          )
        )
  }

  /** One operation after the other, of those that the flag allows. */
  private use<A>(
    method: string,
    isAllowed: boolean,
    refusal: "EBADF" | "EINVAL",
    body: (call: Call) => Effect.Effect<A, PlatformError>
  ): Effect.Effect<A, PlatformError> {
    const call: Call = { method, path: this.fd }
    return this.turn.withPermits(1)(
      Effect.suspend(() =>
        this.isClosed
          ? Effect.fail(byErrno(call, "EBADF"))
          : isAllowed
            ? body(call)
            : Effect.fail(byErrno(call, refusal))
      )
    )
  }

  private take(method: string, length: number): Effect.Effect<Uint8Array, PlatformError> {
    if (length === 0) return Effect.succeed(new Uint8Array(0))
    return this.use(method, isReadable(this.flag), "EBADF", (call) =>
      ensureInteger(method, "the number of bytes", length, 1, 2 ** 31 - 1).pipe(
        Effect.zipRight(
          Stream.runCollect(
            this.host.files.stream(() => call, this.path, { offset: Number(this.position), length })
          )
        ),
        Effect.map((chunks) => {
          const bytes = joined(chunks)
          this.position += BigInt(bytes.length)
          return bytes
        })
      )
    )
  }

  private add(method: string, bytes: Uint8Array): Effect.Effect<void, PlatformError> {
    return this.use(method, isWritable(this.flag), "EBADF", (call) => {
      const appends = isAppending(this.flag)
      const place = appends ? "end" : { position: Number(this.position) }
      return Effect.map(put(this.host, call, this.path, bytes, place), () => {
        if (!appends) this.position += BigInt(bytes.length)
      })
    })
  }
}

/** Descriptors are numbers of this file system alone; 0 to 2 are never files. */
export const makeOpen = (host: Host) => {
  let descriptors = 3
  return (
    path: string,
    { flag = "r", mode }: FileSystem.OpenFileOptions = {}
  ): Effect.Effect<FileSystem.File, PlatformError, Scope.Scope> => {
    const call: Call = { method: "open", path }
    const { finish, script } = openScript(flag, mode)
    return Effect.acquireRelease(
      ensureFlag("open", flag).pipe(
        Effect.zipRight(ensureMode("open", mode)),
        Effect.zipRight(host.resolve(call, path)),
        Effect.flatMap((from) =>
          Effect.map(
            host.script(call, [path], `${script}${finish}`),
            () => new OpenFile(host, descriptors++, from, flag)
          )
        )
      ),
      (file) =>
        Effect.sync(() => {
          file.isClosed = true
        })
    )
  }
}
