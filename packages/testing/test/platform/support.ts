/**
 * What every `FileSystem` has to do: the same cases for the one of Node and for those of sessions, each in a
 * directory of its own.
 */

import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import { assert } from "@effect/vitest"
import { Chunk, Effect, type Scope, Stream } from "effect"

export interface Place {
  readonly fs: FileSystem.FileSystem
  /** Path of a file in the directory of this case. */
  readonly at: (name: string) => string
}

export type Case = (place: Place) => Effect.Effect<void, unknown, Scope.Scope>

export const bytesOf = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) % 256)

export const text = (content: string): Uint8Array => new TextEncoder().encode(content)

/** Kind of error, reason and method: what programs tell errors apart by. */
export const refusal = <A, R>(effect: Effect.Effect<A, PlatformError, R>) =>
  Effect.map(Effect.flip(effect), (error) =>
    error._tag === "SystemError"
      ? [error._tag, error.reason, error.module, error.method]
      : [error._tag, error.module, error.method]
  )

export const system = (reason: string, method: string) => ["SystemError", reason, "FileSystem", method]

export const bad = (method: string) => ["BadArgument", "FileSystem", method]

export const modeOf = (info: FileSystem.File.Info): string => (info.mode & 0o7777).toString(8)

export const sorted = (names: ReadonlyArray<string>): ReadonlyArray<string> => [...names].sort()

export const same = (actual: Uint8Array, expected: Uint8Array): void => {
  assert.strictEqual(Buffer.compare(actual, expected), 0, `${actual.length} for ${expected.length} bytes`)
}

export const collect = <E>(stream: Stream.Stream<Uint8Array, E>) =>
  Effect.map(Stream.runCollect(stream), (chunks) => Buffer.concat(Chunk.toReadonlyArray(chunks)))

/** A directory, a file, and links: to both, to nothing, to itself. */
export const furnish = ({ at, fs }: Place) =>
  Effect.gen(function* () {
    yield* fs.makeDirectory(at("dir"))
    yield* fs.writeFileString(at("dir/inner"), "inner")
    yield* fs.writeFileString(at("file"), "content")
    yield* fs.symlink("dir", at("to-dir"))
    yield* fs.symlink("file", at("to-file"))
    yield* fs.symlink("nothing", at("dangling"))
    yield* fs.symlink("loop", at("loop"))
  })

export const names = "a b\u{1F600}'\"$`\\*?[]-\n\té"
