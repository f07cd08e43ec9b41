/** ZIP archives that are unpacked where they arrive, such as extensions for the browser. */
import { posix } from "node:path"
import * as Effect from "effect/Effect"
import { unzipSync } from "fflate"
import type { Machine, MachineError } from "../../machine/Machine.js"
import type { Unpacking } from "./policy.js"

/** A small archive may stand for more than fits into memory. */
const mostBytes = 512 * 1024 * 1024

const explain = (error: MachineError): string => error.message

const entriesOf = (archive: string, content: Uint8Array): Effect.Effect<Record<string, Uint8Array>, string> =>
  Effect.try({
    try: () => {
      let total = 0
      return unzipSync(content, {
        filter: ({ name, originalSize }) => {
          total += originalSize
          if (total > mostBytes) throw new Error(`more than ${mostBytes} bytes`)
          const path = posix.normalize(name)
          if (path.startsWith("/") || path === ".." || path.startsWith("../")) {
            throw new Error(`an entry leads out of the archive: ${name}`)
          }
          return true
        }
      })
    },
    catch: (cause) =>
      `${archive} could not be unpacked: ${cause instanceof Error ? cause.message : String(cause)}`
  })

/** Unpacks an archive of a session into a folder that has its very name, which the archive makes room for. */
export const unpack = (machine: Machine, archive: string, how: Unpacking): Effect.Effect<void, string> =>
  Effect.gen(function* () {
    const content = yield* Effect.mapError(machine.read(archive, 0, 0), explain)
    const entries = yield* entriesOf(archive, content)
    if (!how.keepArchive) yield* Effect.mapError(machine.remove(archive), explain)
    const folder = how.inPlace
      ? posix.dirname(archive)
      : how.keepArchive
        ? archive.replace(/\.zip$/i, "")
        : archive
    yield* Effect.mapError(machine.makeDirectory(folder), explain)
    for (const [name, bytes] of Object.entries(entries)) {
      const path = posix.join(folder, name)
      yield* Effect.mapError(
        name.endsWith("/") ? machine.makeDirectory(path) : machine.write(path, bytes, "overwrite"),
        explain
      )
    }
  })
