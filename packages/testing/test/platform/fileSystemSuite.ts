/** The suite that every `FileSystem` passes. */

import * as FileSystem from "@effect/platform/FileSystem"
import { describe, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { contentCases } from "./contentCases.js"
import { copyCases } from "./copyCases.js"
import { entryCases } from "./entryCases.js"
import { openCases } from "./openCases.js"
import type { Case } from "./support.js"
import { exactWatchCases, watchCases } from "./watchCases.js"

const cases = { ...contentCases, ...entryCases, ...copyCases, ...openCases, ...watchCases }

export const sessionCases: Readonly<Record<string, Case>> = { ...cases, ...exactWatchCases }

export const fileSystemSuite = <E>(
  name: string,
  fileSystem: Layer.Layer<FileSystem.FileSystem, E>,
  timeout: number,
  subjects: Readonly<Record<string, Case>> = cases
): void => {
  describe(`FileSystem: ${name}`, () => {
    it.layer(fileSystem, { excludeTestServices: true, timeout })((test) => {
      for (const [title, run] of Object.entries(subjects)) {
        test.scoped(
          title,
          () =>
            Effect.gen(function* () {
              const fs = yield* FileSystem.FileSystem
              const base = yield* fs.makeTempDirectoryScoped({ prefix: "file system " })
              yield* run({ fs, at: (file) => `${base}/${file}` })
            }),
          timeout
        )
      }
    })
  })
}
