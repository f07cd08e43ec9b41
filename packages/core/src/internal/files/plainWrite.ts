/**
 * Writing a large text where there is no POSIX shell: pieces appended one after the other to a file beside the
 * target, which is then moved into place.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { deleteFile, getFileInfo, moveFile, writeFile } from "../../contract/tools/FileSystemTools.js"
import { patiently } from "../patience.js"
import { type CallFailure, callFileTool, type Target } from "./fileCalls.js"
import { makeFileError, needsShell } from "./fileError.js"
import { limitOf, roomFor } from "./limits.js"
import { readWhole } from "./readFile.js"
import { temporaryName, textParts, type WriteMode } from "./staging.js"

/** The text of bytes that are UTF-8 from the first to the last; a byte order mark is content. */
export const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const isMissing = (error: CallFailure): boolean => error._tag === "FileError" && error.reason === "NotFound"

const isThere = (error: CallFailure): boolean =>
  error._tag === "FileError" && error.reason === "AlreadyExists"

const currentText = (target: Target): Effect.Effect<string, CallFailure> =>
  readWhole(target, { concurrency: 4, onProgress: () => Effect.void }).pipe(
    Effect.flatMap((bytes) => {
      const text = decodeUtf8(bytes)
      return text === undefined
        ? Effect.fail(needsShell(target, "content that is not UTF-8"))
        : Effect.succeed(text)
    }),
    Effect.catchIf(isMissing, () => Effect.succeed(""))
  )

const ensureAbsent = (target: Target): Effect.Effect<void, CallFailure> =>
  callFileTool(target, getFileInfo, { path: target.path }).pipe(
    Effect.zipRight(Effect.fail(makeFileError(target, "AlreadyExists", "File exists"))),
    Effect.catchIf(isMissing, () => Effect.void)
  )

const remove = (target: Target, path: string) =>
  callFileTool(target, deleteFile, { path }, { timeout: Duration.seconds(15) })

const place = (target: Target, source: string): Effect.Effect<void, CallFailure> => {
  const move = callFileTool(target, moveFile, { source, destination: target.path }, { paths: [source] })
  // Some systems do not move onto a file that is there.
  return Effect.asVoid(
    Effect.catchIf(move, isThere, () => Effect.zipRight(remove(target, target.path), move))
  )
}

/** `written` learns of every piece of the new text. */
export const writePlainly = (
  target: Target,
  text: string,
  mode: WriteMode,
  written: (bytes: number) => Effect.Effect<void>
): Effect.Effect<void, CallFailure> =>
  Effect.gen(function* () {
    if (mode === "create_new") yield* ensureAbsent(target)
    const before = mode === "append" ? yield* currentText(target) : ""
    const temporary = yield* temporaryName(target.path)
    const args = { path: temporary, content: "", mode: "overwrite" } as const
    const room = roomFor(limitOf(target.runtime, writeFile.name), args, "content")
    const gather = Effect.gen(function* () {
      yield* patiently(callFileTool(target, writeFile, args, { paths: [temporary] }))
      for (const [parts, report] of [
        [textParts(before, room), false],
        [textParts(text, room), true]
      ] as const) {
        for (const part of parts) {
          // Appending twice is not appending once: this is never repeated.
          yield* callFileTool(
            target,
            writeFile,
            { path: temporary, content: part.text, mode: "append" },
            { paths: [temporary] }
          )
          if (report) yield* written(part.bytes)
        }
      }
      if (mode === "create_new") {
        yield* callFileTool(target, writeFile, { path: target.path, content: "", mode })
      }
      yield* place(target, temporary)
    })
    yield* Effect.onExit(gather, (exit) =>
      exit._tag === "Success" ? Effect.void : Effect.ignore(remove(target, temporary))
    )
  })
