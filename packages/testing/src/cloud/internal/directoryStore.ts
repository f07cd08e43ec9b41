/**
 * `<directory>/<context id>/index.json` says what a context is and which of its blobs holds which file. A blob is
 * never written twice: the index is replaced by renaming, and only then are the blobs deleted that it no longer names.
 */

import { createHash, randomUUID } from "node:crypto"
import { createReadStream } from "node:fs"
import { type FileHandle, mkdir, mkdtemp, open, readdir, readFile, rename, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as PrivateDirectory from "../../machine/internal/local/privateDirectory.js"
import type { ContextStore, OpenFile, StoredFile } from "../ContextStore.js"
import { BrokenBody } from "../Gateway.js"
import { byPath, etagOf } from "./memoryStore.js"

const Index = Schema.parseJson(
  Schema.Struct({
    context: Schema.Struct({
      id: Schema.String,
      name: Schema.String,
      createdMs: Schema.Number,
      lastUsedMs: Schema.Number,
      internal: Schema.Boolean
    }),
    files: Schema.Array(
      Schema.Struct({
        path: Schema.String,
        size: Schema.Number,
        etag: Schema.String,
        createdMs: Schema.Number,
        modifiedMs: Schema.Number,
        blob: Schema.String
      })
    )
  }),
  { space: 1 }
)

type Index = typeof Index.Type

const indexName = "index.json"

/** Bytes that are read from the disk at a time. */
const step = 256 * 1024

/** Named after this process where the system tells processes apart, so that a later one clears what it leaves. */
const makeTemporary =
  process.platform === "linux"
    ? Effect.zipRight(
        PrivateDirectory.sweep(tmpdir()),
        Effect.sync(() => PrivateDirectory.create(tmpdir()))
      )
    : Effect.promise(() => mkdtemp(join(tmpdir(), "agentbay-contexts-")))

/** A directory that is gone with the scope. */
export const temporaryDirectory: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  makeTemporary,
  (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
)

const bytesOf =
  (path: string): OpenFile["bytes"] =>
  (offset, length) =>
    length === 0
      ? Stream.empty
      : Stream.suspend(() =>
          Stream.fromAsyncIterable(
            createReadStream(path, { start: offset, end: offset + length - 1, highWaterMark: step }),
            (cause) => new BrokenBody({ detail: String(cause) })
          )
        )

const decodeIndex = Schema.decodeUnknown(Index)
const encodeIndex = Schema.encodeSync(Index)

const load = (directory: string, id: string): Effect.Effect<Option.Option<Index>> => {
  const folder = join(directory, id)
  const discard = Effect.promise(() => rm(folder, { recursive: true, force: true }))
  return Effect.gen(function* () {
    const text = yield* Effect.option(Effect.tryPromise(() => readFile(join(folder, indexName), "utf8")))
    // A folder without an index is a context whose creation was cut short.
    if (Option.isNone(text)) return yield* Effect.as(discard, Option.none())
    const index = yield* Effect.catchAll(decodeIndex(text.value), (error) =>
      Effect.dieMessage(`${join(folder, indexName)} is not an index of a context: ${error.message}`)
    )
    if (index.context.internal) return yield* Effect.as(discard, Option.none())
    const used = new Set(index.files.map(({ blob }) => blob))
    const names = yield* Effect.promise(() => readdir(folder))
    const stray = names.filter((name) => name !== indexName && !used.has(name))
    yield* Effect.promise(() => Promise.all(stray.map((name) => rm(join(folder, name), { force: true }))))
    return Option.some(index)
  })
}

type Entry = Index["files"][number]

const fileOf = ({ blob: _, ...file }: Entry): StoredFile => file

/** A `durable` store has its files on the disk itself before it says that they are written. */
export const makeDirectory = (
  directory: string,
  { durable }: { readonly durable: boolean }
): Effect.Effect<ContextStore.Service> =>
  Effect.gen(function* () {
    yield* Effect.promise(() => mkdir(directory, { recursive: true, mode: 0o700 }))
    const folders = yield* Effect.promise(() => readdir(directory, { withFileTypes: true }))
    const found = yield* Effect.forEach(
      folders.filter((entry) => entry.isDirectory()),
      ({ name }) => load(directory, name)
    )
    const indexes = new Map(
      found
        .flatMap(Option.toArray)
        .sort((a, b) => a.context.createdMs - b.context.createdMs)
        .map((index) => [index.context.id, index] as const)
    )
    const lock = yield* Effect.makeSemaphore(1)

    /** Creates a file, which is closed with everything written, or deleted when `fill` fails. */
    const create = <E>(
      path: string,
      fill: (file: FileHandle) => Effect.Effect<void, E>
    ): Effect.Effect<void, E> =>
      Effect.acquireUseRelease(
        Effect.promise(() => open(path, "w")),
        (file) => Effect.zipRight(fill(file), durable ? Effect.promise(() => file.sync()) : Effect.void),
        (file, exit) =>
          Effect.zipRight(
            Effect.promise(() => file.close()),
            exit._tag === "Success" ? Effect.void : Effect.promise(() => rm(path, { force: true }))
          )
      )

    const written = (path: string, content: Uint8Array | string): Effect.Effect<void> =>
      create(path, (file) => Effect.promise(() => file.writeFile(content)))

    /** Replaces an index on disk, then in memory, then deletes the blobs that only the old one names. */
    const replace = (next: Index) =>
      Effect.gen(function* () {
        const id = next.context.id
        const folder = join(directory, id)
        const temporary = join(folder, `${randomUUID()}.tmp`)
        yield* written(temporary, encodeIndex(next))
        yield* Effect.promise(() => rename(temporary, join(folder, indexName)))
        const used = new Set(next.files.map(({ blob }) => blob))
        const unused = (indexes.get(id)?.files ?? []).filter(({ blob }) => !used.has(blob))
        indexes.set(id, next)
        yield* Effect.promise(() =>
          Promise.all(unused.map(({ blob }) => rm(join(folder, blob), { force: true })))
        )
      })

    /** Changes happen one at a time and are not left half-way. */
    const exclusively = <A>(effect: Effect.Effect<A>): Effect.Effect<A> =>
      lock.withPermits(1)(Effect.uninterruptible(effect))

    const entryAt = (contextId: string, path: string): Entry | undefined =>
      indexes.get(contextId)?.files.find((file) => file.path === path)

    /** Names blobs in the index of a context, which must be there. */
    const adopt = (index: Index, blobs: ReadonlyArray<Pick<Entry, "path" | "size" | "etag" | "blob">>) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const entries = new Map(index.files.map((file) => [file.path, file]))
        const adopted = blobs.map((blob): Entry => {
          const entry = { ...blob, createdMs: entries.get(blob.path)?.createdMs ?? now, modifiedMs: now }
          entries.set(blob.path, entry)
          return entry
        })
        yield* replace({ context: index.context, files: [...entries.values()] })
        return adopted.map(fileOf)
      })

    return {
      contexts: Effect.sync(() => Array.from(indexes.values(), ({ context }) => context)),
      save: (context) =>
        exclusively(
          Effect.zipRight(
            Effect.promise(() => mkdir(join(directory, context.id), { recursive: true, mode: 0o700 })),
            Effect.suspend(() => replace({ context, files: indexes.get(context.id)?.files ?? [] }))
          )
        ),
      remove: (contextId) =>
        exclusively(
          Effect.suspend(() =>
            indexes.delete(contextId)
              ? Effect.promise(() => rm(join(directory, contextId), { recursive: true, force: true }))
              : Effect.void
          )
        ),
      files: (contextId) => Effect.sync(() => (indexes.get(contextId)?.files ?? []).map(fileOf).sort(byPath)),
      read: (contextId, path) =>
        // Under the lock, because a change deletes the blobs it replaces.
        exclusively(
          Effect.suspend(() => {
            const entry = entryAt(contextId, path)
            if (entry === undefined) return Effect.succeed(Option.none())
            return Effect.map(
              Effect.promise(() => readFile(join(directory, contextId, entry.blob))),
              (content) => Option.some({ file: fileOf(entry), content: new Uint8Array(content) })
            )
          })
        ),
      open: (contextId, path) =>
        Effect.sync(() =>
          Option.map(
            Option.fromNullable(entryAt(contextId, path)),
            (entry): OpenFile => ({
              file: fileOf(entry),
              bytes: bytesOf(join(directory, contextId, entry.blob))
            })
          )
        ),
      write: (contextId, files) =>
        exclusively(
          Effect.gen(function* () {
            const index = indexes.get(contextId)
            if (index === undefined) return []
            const blobs = yield* Effect.forEach(files, ({ content, path }) => {
              const blob = randomUUID()
              return Effect.as(written(join(directory, contextId, blob), content), {
                path,
                size: content.byteLength,
                etag: etagOf(content),
                blob
              })
            })
            return yield* adopt(index, blobs)
          })
        ),
      // Only the naming needs the lock: a slow sender must not hold up everybody else.
      receive: (contextId, path, content) =>
        Effect.suspend(() => {
          if (!indexes.has(contextId)) return Effect.succeed(Option.none())
          const blob = randomUUID()
          const hash = createHash("md5")
          let size = 0
          const fill = (file: FileHandle) =>
            Stream.runForEach(content, (bytes) => {
              hash.update(bytes)
              size += bytes.byteLength
              return Effect.promise(() => file.writeFile(bytes))
            })
          const name = Effect.suspend(() => {
            const index = indexes.get(contextId)
            return index === undefined
              ? Effect.succeed(Option.none<StoredFile>())
              : Effect.map(adopt(index, [{ path, size, etag: hash.digest("hex"), blob }]), ([file]) =>
                  Option.fromNullable(file)
                )
          })
          return Effect.zipRight(create(join(directory, contextId, blob), fill), exclusively(name))
        }),
      delete: (contextId, paths) =>
        exclusively(
          Effect.suspend(() => {
            const index = indexes.get(contextId)
            if (index === undefined) return Effect.void
            const gone = new Set(paths)
            const files = index.files.filter(({ path }) => !gone.has(path))
            return files.length === index.files.length
              ? Effect.void
              : replace({ context: index.context, files })
          })
        )
    }
  })
