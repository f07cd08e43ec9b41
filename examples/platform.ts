/**
 * A program that knows nothing of sessions: it asks for services of `@effect/platform`. Here a session serves them; with
 * `NodeContext.layer`, the same program works on this computer.
 */

import { FileSystem, Path } from "@effect/platform"
import { PlatformFileSystem, Session } from "@effect-agentbay/core"
import { Console, Effect, Layer, Stream } from "effect"
import { runExample } from "./support/run.js"

/** Writes one file per line, and reports the size of each. */
export const split = (lines: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const directory = yield* fs.makeTempDirectoryScoped({ prefix: "lines-" })
    yield* Effect.forEach(lines, (line, index) =>
      Stream.run(
        Stream.encodeText(Stream.make(line, "\n")),
        fs.sink(path.join(directory, `${index}.txt`), { mode: 0o600 })
      )
    )
    const names = yield* fs.readDirectory(directory)
    return yield* Effect.forEach(names.sort(), (name) =>
      Effect.map(fs.stat(path.join(directory, name)), ({ size }) => [name, Number(size)] as const)
    )
  }).pipe(Effect.scoped)

const services = Layer.merge(PlatformFileSystem.layer, Path.layer)

export const program = split(["to be", "or not to be"]).pipe(
  Effect.tap((sizes) => Console.log(sizes)),
  Effect.provide(Layer.provide(services, Session.layer({ imageId: "linux_latest" })))
)

runExample(import.meta.url, program)
