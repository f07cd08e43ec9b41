import { createHash } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ContextStore, OpenFile, StoredContext, StoredFile } from "../ContextStore.js"

interface Entry {
  readonly context: StoredContext
  readonly files: Map<string, { readonly file: StoredFile; readonly content: Uint8Array }>
}

export const etagOf = (content: Uint8Array): string => createHash("md5").update(content).digest("hex")

export const byPath = (a: StoredFile, b: StoredFile): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0

export const makeMemory = (): ContextStore.Service => {
  const entries = new Map<string, Entry>()
  const write: ContextStore.Service["write"] = (contextId, files) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const entry = entries.get(contextId)
      if (entry === undefined) return []
      return files.map(({ content, path }) => {
        const file: StoredFile = {
          path,
          size: content.byteLength,
          etag: etagOf(content),
          createdMs: entry.files.get(path)?.file.createdMs ?? now,
          modifiedMs: now
        }
        // A copy: the caller may use its buffer again.
        entry.files.set(path, { file, content: content.slice() })
        return file
      })
    })
  return {
    contexts: Effect.sync(() => Array.from(entries.values(), ({ context }) => context)),
    save: (context) =>
      Effect.sync(() => {
        entries.set(context.id, { context, files: entries.get(context.id)?.files ?? new Map() })
      }),
    remove: (contextId) =>
      Effect.sync(() => {
        entries.delete(contextId)
      }),
    files: (contextId) =>
      Effect.sync(() =>
        Array.from(entries.get(contextId)?.files.values() ?? [], ({ file }) => file).sort(byPath)
      ),
    read: (contextId, path) =>
      Effect.sync(() => Option.fromNullable(entries.get(contextId)?.files.get(path))),
    open: (contextId, path) =>
      Effect.sync(() =>
        Option.map(
          Option.fromNullable(entries.get(contextId)?.files.get(path)),
          ({ content, file }): OpenFile => ({
            file,
            bytes: (offset, length) => Stream.make(content.subarray(offset, offset + length))
          })
        )
      ),
    write,
    receive: (contextId, path, content) =>
      Stream.runCollect(content).pipe(
        Effect.flatMap((chunks) => write(contextId, [{ path, content: Buffer.concat([...chunks]) }])),
        Effect.map(([file]) => Option.fromNullable(file))
      ),
    delete: (contextId, paths) =>
      Effect.sync(() => {
        const files = entries.get(contextId)?.files
        for (const path of paths) files?.delete(path)
      })
  }
}
