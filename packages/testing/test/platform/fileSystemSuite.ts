/** The suite that every `FileSystem` passes. */

import * as FileSystem from "@effect/platform/FileSystem"
import { describe, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { contentCases } from "./contentCases.js"
import { copyCases, lineBreakCases } from "./copyCases.js"
import { entryCases } from "./entryCases.js"
import { openCases } from "./openCases.js"
import type { Case } from "./support.js"
import { exactWatchCases, watchCases } from "./watchCases.js"

/** For every machine. */
const common = { ...contentCases, ...entryCases, ...copyCases, ...openCases, ...watchCases }

export const nodeCases: Readonly<Record<string, Case>> = { ...common, ...lineBreakCases }

export const sessionCases: Readonly<Record<string, Case>> = { ...nodeCases, ...exactWatchCases }

export const memoryCases: Readonly<Record<string, Case>> = { ...common, ...exactWatchCases }

export const fileSystemSuite = <E>(
  name: string,
  fileSystem: Layer.Layer<FileSystem.FileSystem, E>,
  timeout: number,
  cases: Readonly<Record<string, Case>>
): void => {
  describe(`FileSystem: ${name}`, () => {
    layer(fileSystem, { excludeTestServices: true, timeout })((test) => {
      for (const [title, run] of Object.entries(cases)) {
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
