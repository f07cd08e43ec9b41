/** What is below a local directory, listed as it is walked. */
import { join } from "node:path"
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import type { UploadEntry } from "@effect-agentbay/core/SessionFileTransfer"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { refuse } from "./localFile.js"

/** Bytes of a local file that are read at once. */
const chunkSize = 256 * 1024

type Entry = UploadEntry<PlatformError>

/** A file as it can be read again and again. */
export const source = (fs: FileSystem.FileSystem, path: string) =>
  Effect.sync(() => fs.stream(path, { chunkSize }))

/** A directory still to be looked into; `within` are the real paths of those it is in. */
interface Pending {
  readonly path: string
  readonly within: ReadonlyArray<string>
}

/** What cannot be looked at is an entry that cannot be read. */
const unreadable = (path: string, error: PlatformError): Entry => ({
  kind: "file",
  path,
  source: Effect.fail(error)
})

/**
 * Every file and directory below `root`, depth first by directory, in the order of their names. Links are left out
 * unless they are followed; a link to a directory that it is in is an entry that cannot be read. One directory is in
 * memory at a time.
 */
export const walk = (
  fs: FileSystem.FileSystem,
  root: string,
  followLinks: boolean
): Stream.Stream<Entry, PlatformError> => {
  const isLink = (path: string) =>
    fs.readLink(path).pipe(
      Effect.as(true),
      Effect.orElseSucceed(() => false)
    )

  const look = (path: string, within: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const local = join(root, path)
      if (yield* isLink(local)) {
        if (!followLinks) return []
        const real = yield* fs.realPath(local)
        if (within.includes(real)) {
          return [
            unreadable(path, refuse("BadResource", "uploadDirectory", local, "the link leads in a circle"))
          ]
        }
      }
      const { size, type } = yield* fs.stat(local)
      if (type === "Directory") return [{ kind: "directory", path } as const]
      if (type !== "File") return []
      return [{ kind: "file", path, source: source(fs, local), size: Number(size) } as const]
    }).pipe(Effect.catchAll((error) => Effect.succeed([unreadable(path, error)])))

  const list = ({ path, within }: Pending) =>
    Effect.gen(function* () {
      const local = join(root, path)
      const around = followLinks ? [...within, yield* fs.realPath(local)] : within
      const names = yield* fs.readDirectory(local)
      const entries: ReadonlyArray<Entry> = (yield* Effect.forEach(names.sort(), (name) =>
        look(path === "" ? name : `${path}/${name}`, around)
      )).flat()
      const below = entries
        .filter(({ kind }) => kind === "directory")
        .map((entry): Pending => ({ path: entry.path, within: around }))
      return { entries, below }
    })

  return Stream.paginateChunkEffect(
    [{ path: "", within: [] }] as ReadonlyArray<Pending>,
    ([next, ...rest]) =>
      next === undefined
        ? Effect.succeed([Chunk.empty<Entry>(), Option.none<ReadonlyArray<Pending>>()] as const)
        : list(next).pipe(
            // Of the directory itself the caller hears at once; of one below it, as of a file.
            Effect.catchAll((error) =>
              next.path === ""
                ? Effect.fail(error)
                : Effect.succeed({ entries: [unreadable(next.path, error)], below: [] })
            ),
            Effect.map(({ below, entries }) => {
              const pending = [...below, ...rest]
              return [
                Chunk.fromIterable(entries),
                pending.length === 0 ? Option.none() : Option.some<ReadonlyArray<Pending>>(pending)
              ] as const
            })
          )
  )
}
