/** Files of a session. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { FileChange } from "../../../../src/contract/tools/FileSystemTools.js"
import type { Edit, WriteMode } from "../../../../src/session/SessionFileSystem.js"
import {
  type Mapping,
  type Mappings,
  mapping,
  nothing,
  object,
  optional,
  partly,
  text,
  withoutBlanks
} from "../Mapping.js"
import { success } from "../Outcome.js"
import type { Json } from "../Vector.js"
import type { World } from "../World.js"

const list = (value: Json | undefined): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

const remove = mapping({ call: ({ session }, [path]) => session.fileSystem.remove(text(path)), ...nothing })

const listing = mapping({
  call: ({ session }, [path]) => session.fileSystem.list(text(path)),
  read: (entries) => success(entries),
  recorded: ({ entries }) => success(entries)
})

/** Bytes are written in base64, as in the recording. */
const read: Mapping = mapping({
  call: ({ session }, [path, options]) =>
    object(options)["format"] === "bytes"
      ? Effect.map(session.fileSystem.readFile(text(path)), (bytes): unknown => ({
          $bytes: Encoding.encodeBase64(bytes)
        }))
      : session.fileSystem.readFileString(text(path)),
  read: (content) => success(content),
  recorded: ({ content }) => success(content)
})

const write: Mapping = mapping({
  call: ({ session }, [path, content, mode]) =>
    session.fileSystem.writeFileString(text(path), text(content), {
      mode: optional(mode, (word) => word as WriteMode)
    }),
  ...nothing
})

const events = (value: Json | undefined): ReadonlyArray<Json> => list(value)

/** The recording was stopped after the third look, each half a second after the other. */
const watch = (world: World, path: string) =>
  Effect.gen(function* () {
    const seen = yield* Ref.make<ReadonlyArray<FileChange>>([])
    yield* world.session.fileSystem.changes(path).pipe(
      Stream.runForEach((change) => Ref.update(seen, (all) => [...all, change])),
      Effect.timeoutOption("1200 millis")
    )
    return yield* Ref.get(seen)
  })

export const fileSystem: Mappings = {
  "session.fileSystem createDirectory": mapping({
    call: ({ session }, [path]) => session.fileSystem.makeDirectory(text(path)),
    ...nothing
  }),
  "session.fileSystem deleteFile": remove,
  "session.fileSystem delete": remove,
  "session.fileSystem remove": remove,
  "session.fileSystem rm": remove,
  "session.fileSystem editFile": mapping({
    call: ({ session }, [path, edits, dryRun]) =>
      session.fileSystem.edit(text(path), list(edits) as unknown as ReadonlyArray<Edit>, {
        dryRun: optional(dryRun, (flag) => flag === true)
      }),
    ...nothing
  }),
  "session.fileSystem getFileInfo": mapping({
    call: ({ session }, [path]) => session.fileSystem.stat(text(path)),
    read: ({ kind, raw, size }) =>
      success({
        ...raw,
        size,
        isDirectory: kind === "directory"
      }),
    recorded: ({ fileInfo }) => success(partly(withoutBlanks(object(fileInfo))))
  }),
  "session.fileSystem listDirectory": listing,
  "session.fileSystem list": listing,
  "session.fileSystem ls": listing,
  "session.fileSystem moveFile": mapping({
    call: ({ session }, [source, destination]) => session.fileSystem.move(text(source), text(destination)),
    ...nothing
  }),
  "session.fileSystem readFile": read,
  "session.fileSystem read": read,
  "session.fileSystem readMultipleFiles": mapping({
    call: ({ session }, [paths]) => session.fileSystem.readFilesString(list(paths).map(text)),
    read: (contents) =>
      success(
        Object.fromEntries(
          [...contents].map(([path, content]) => [path, Either.getOrElse(content, () => undefined)])
        )
      ),
    recorded: ({ contents }) => success(contents)
  }),
  "session.fileSystem searchFiles": mapping({
    call: ({ session }, [path, pattern, exclude]) =>
      session.fileSystem.search(text(path), text(pattern), {
        exclude: optional(exclude, (patterns) => list(patterns).map(text))
      }),
    read: (matches) => success(matches),
    recorded: ({ matches }) => success(matches)
  }),
  "session.fileSystem writeFile": write,
  "session.fileSystem write": write,
  "session.fileSystem getFileChange": mapping({
    call: ({ session }, [path]) => session.fileSystem.getChanges(text(path)),
    read: (changes) => success(changes),
    recorded: ({ events: recorded }) => success(events(recorded))
  }),
  "session.fileSystem watchDirectory": mapping({
    call: (world, [path]) => watch(world, text(path)),
    read: (changes) => success(changes),
    recorded: (_, { vector }) => success((vector.callbacks ?? []).flatMap(({ args }) => list(args[0])))
  })
}
