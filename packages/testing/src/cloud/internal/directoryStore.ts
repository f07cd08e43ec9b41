/**
 * `<directory>/<context id>/index.json` says what a context is and which of its blobs holds which file. A blob is
 * never written twice: the index is replaced by renaming, and only then are the blobs deleted that it no longer names.
 */

import { randomUUID } from "node:crypto"
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ContextStore } from "../ContextStore.js"
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

const written = async (path: string, content: Uint8Array | string): Promise<void> => {
  const file = await open(path, "w")
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

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

export const makeDirectory = (directory: string): Effect.Effect<ContextStore.Service> =>
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

    /** Replaces an index on disk, then in memory, then deletes the blobs that only the old one names. */
    const replace = (next: Index) =>
      Effect.promise(async () => {
        const id = next.context.id
        const folder = join(directory, id)
        const temporary = join(folder, `${randomUUID()}.tmp`)
        await written(temporary, encodeIndex(next))
        await rename(temporary, join(folder, indexName))
        const used = new Set(next.files.map(({ blob }) => blob))
        const unused = (indexes.get(id)?.files ?? []).filter(({ blob }) => !used.has(blob))
        indexes.set(id, next)
        await Promise.all(unused.map(({ blob }) => rm(join(folder, blob), { force: true })))
      })

    /** Changes happen one at a time and are not left half-way. */
    const exclusively = <A>(effect: Effect.Effect<A>): Effect.Effect<A> =>
      lock.withPermits(1)(Effect.uninterruptible(effect))

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
      files: (contextId) =>
        Effect.sync(() =>
          (indexes.get(contextId)?.files ?? []).map(({ blob: _, ...file }) => file).sort(byPath)
        ),
      read: (contextId, path) =>
        // Under the lock, because a change deletes the blobs it replaces.
        exclusively(
          Effect.suspend(() => {
            const entry = indexes.get(contextId)?.files.find((file) => file.path === path)
            if (entry === undefined) return Effect.succeed(Option.none())
            const { blob, ...file } = entry
            return Effect.map(
              Effect.promise(() => readFile(join(directory, contextId, blob))),
              (content) => Option.some({ file, content: new Uint8Array(content) })
            )
          })
        ),
      write: (contextId, files) =>
        exclusively(
          Effect.gen(function* () {
            const index = indexes.get(contextId)
            if (index === undefined) return []
            const now = yield* Clock.currentTimeMillis
            const before = new Map(index.files.map((file) => [file.path, file]))
            const after = new Map(before)
            for (const { content, path } of files) {
              const blob = randomUUID()
              yield* Effect.promise(() => written(join(directory, contextId, blob), content))
              after.set(path, {
                path,
                size: content.byteLength,
                etag: etagOf(content),
                createdMs: before.get(path)?.createdMs ?? now,
                modifiedMs: now,
                blob
              })
            }
            yield* replace({ context: index.context, files: [...after.values()] })
            return files.flatMap(({ path }) => {
              const entry = after.get(path)
              if (entry === undefined) return []
              const { blob: _, ...file } = entry
              return [file]
            })
          })
        ),
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
