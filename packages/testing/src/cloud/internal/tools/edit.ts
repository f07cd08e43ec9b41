/** The tool that replaces texts in a file. */
import { createTwoFilesPatch } from "diff"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { noted } from "../fileChanges.js"
import { failed, fileFailure, type ToolFailure, type ToolHandlers, yes } from "./handler.js"

const decode = (content: Uint8Array): Either.Either<string, ToolFailure<never>> =>
  Either.try({
    try: () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content),
    catch: () => failed("Failed to edit file: it is not a text file")
  })

/** Each edit replaces the first occurrence in what the edits before it have left. */
const apply = (
  text: string,
  edits: ReadonlyArray<{ readonly oldText: string; readonly newText: string }>
): Either.Either<string, ToolFailure<never>> => {
  let result = text
  for (const { newText, oldText } of edits) {
    const at = oldText === "" ? -1 : result.indexOf(oldText)
    if (at === -1) return Either.left(failed(`Could not find exact match for edit: ${oldText.slice(0, 200)}`))
    result = result.slice(0, at) + newText + result.slice(at + oldText.length)
  }
  return Either.right(result)
}

export const editHandlers: ToolHandlers<"edit_file"> = {
  edit_file: ({ dryRun, edits, path }, session) =>
    Effect.gen(function* () {
      const content = yield* Effect.mapError(session.machine.read(path, 0, 0), fileFailure("edit file", path))
      const before = yield* decode(content)
      const after = yield* apply(before, edits)
      if (dryRun === true) return createTwoFilesPatch(path, path, before, after, "original", "modified")
      yield* Effect.mapError(
        noted(session, path, session.machine.write(path, new TextEncoder().encode(after), "overwrite")),
        fileFailure("edit file", path)
      )
      return yes
    })
}
