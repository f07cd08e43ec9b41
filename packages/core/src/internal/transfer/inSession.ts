/** What a transfer asks of the session's shell and file tools. */
import * as Effect from "effect/Effect"
import { createDirectory, deleteFile, getFileInfo, moveFile } from "../../contract/tools/FileSystemTools.js"
import type { Digest } from "../../session/SessionFileTransfer.js"
import { withDeadline } from "../deadline.js"
import { type CallFailure, callFileTool, runScript, type Target } from "../files/fileCalls.js"
import { makeFileError } from "../files/fileError.js"
import { hasShell } from "../files/limits.js"
import { parentPrefix, shellPath } from "../files/paths.js"
import { moveScript, temporaryName } from "../files/staging.js"
import { tidyTimeout } from "./sync.js"
import type { Job } from "./transfers.js"

type Algorithm = Digest["algorithm"]

/** A file as the session's shell sees it. */
export interface Measured {
  readonly size: number
  /** Absent where the session has no program for it. */
  readonly hex: string | undefined
}

/**
 * Prints the size of the file in `variable`, and its checksum on a second line. The file is one of ours: its name does
 * not disturb what the programs print.
 */
const measuring = (variable: string, algorithm: Algorithm | undefined): string =>
  `n=$(wc -c "$${variable}") || exit 1
n=$(set -- $n; echo "$1")
h=
${algorithm === undefined ? "" : `h=$(${algorithm}sum "$${variable}" 2>/dev/null)\n`}h=\${h%% *}
echo "$n"
echo "$h"`

const readMeasured = (stdout: string): Measured => {
  const [size = "", hex = ""] = stdout.split("\n")
  return { size: Number(size.trim()), hex: /^[0-9a-f]{32,}$/i.test(hex) ? hex.toLowerCase() : undefined }
}

/** Fails before anything is sent where the file must not be there. */
export const ensureAbsent = ({ target }: Job): Effect.Effect<void, CallFailure> =>
  callFileTool(target, getFileInfo, { path: target.path }).pipe(
    Effect.matchEffect({
      onSuccess: ({ requestId }) => Effect.fail(makeFileError(target, "AlreadyExists", "", requestId)),
      onFailure: (error) =>
        error._tag === "FileError" && (error.reason === "NotFound" || error.reason === "NotDirectory")
          ? Effect.void
          : Effect.fail(error)
    })
  )

/** Sets a copy of the file aside as the object's file, and measures the copy. */
export const setAside = (
  { objectPath, target }: Job,
  algorithm: Algorithm | undefined
): Effect.Effect<Measured, CallFailure> => {
  const directory = shellPath(parentPrefix(objectPath).replace(/(.)\/$/, "$1"))
  return Effect.map(
    runScript(
      target,
      `s=${shellPath(target.path)}
o=${shellPath(objectPath)}
if [ -d "$s" ]; then echo "$s: Is a directory" >&2; exit 1; fi
mkdir -p ${directory} && cp "$s" "$o" || { c=$?; rm -f "$o"; exit $c; }
${measuring("o", algorithm)}`,
      [objectPath]
    ),
    ({ stdout }) => readMeasured(stdout)
  )
}

/** What the object's file must be before it is put in place. */
export interface Expected {
  readonly bytes: number
  readonly hex: string | undefined
  readonly algorithm: Algorithm | undefined
}

/** How the object's file was found. It was put in place if it was as expected. */
export interface Placed {
  readonly measured: Measured
  readonly isPlaced: boolean
  readonly requestId: string
}

/** Moves the object's file to its place, in one step, unless it is not what was sent. */
export const place = (
  { objectPath, target }: Job,
  { algorithm, bytes, hex }: Expected,
  overwrite: boolean
): Effect.Effect<Placed, CallFailure> =>
  Effect.gen(function* () {
    const differs = [
      `[ "$n" -ne ${bytes} ]`,
      ...(hex === undefined ? [] : [`{ [ -n "$h" ] && [ "$h" != ${hex} ]; }`])
    ].join(" || ")
    const script = moveScript(
      objectPath,
      target.path,
      yield* temporaryName(target.path),
      `${measuring("s", algorithm)}\nif ${differs}; then exit 0; fi`,
      overwrite ? "overwrite" : "create_new"
    )
    const { requestId, stdout } = yield* runScript(target, script, [objectPath])
    return { measured: readMeasured(stdout), isPlaced: /^placed$/m.test(stdout), requestId }
  })

/** The same without a shell, and therefore without looking at the file. */
export const placeUnseen = (
  { objectPath, target }: Job,
  overwrite: boolean
): Effect.Effect<void, CallFailure> =>
  Effect.gen(function* () {
    const { path } = target
    const parent = parentPrefix(path).replace(/(.)[\\/]$/, "$1")
    if (parent !== "") yield* callFileTool(target, createDirectory, { path: parent }, { paths: [parent] })
    const move = callFileTool(
      target,
      moveFile,
      { source: objectPath, destination: path },
      { paths: [objectPath] }
    )
    yield* Effect.catchIf(
      move,
      (error) => overwrite && error._tag === "FileError" && error.reason === "AlreadyExists",
      () => Effect.zipRight(callFileTool(target, deleteFile, { path }), move)
    )
  })

/** Removes a file of our own from the session. What fails here is not worth a word beside what led here. */
export const removeFile = (target: Target, path: string): Effect.Effect<void> =>
  withDeadline(
    hasShell(target.runtime, path)
      ? Effect.asVoid(runScript(target, `rm -f ${shellPath(path)}`))
      : Effect.asVoid(callFileTool(target, deleteFile, { path })),
    tidyTimeout,
    () => "no answer in time"
  ).pipe(Effect.ignore)
