/**
 * Writing what does not fit one call, with the help of the session's shell: the content arrives in part files in a
 * directory beside the target, and one command puts it in place. Until then nobody sees a half-written file, and
 * whatever goes wrong leaves the target as it was.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { writeFile } from "../../contract/tools/FileSystemTools.js"
import { withDeadline } from "../deadline.js"
import { patiently } from "../patience.js"
import { encodeBase64 } from "./base64.js"
import { base64FitsWithin, splitText, utf8Length } from "./encodedSize.js"
import { type CallFailure, callFileTool, runScript, type Target } from "./fileCalls.js"
import { type Limit, limitOf, roomFor } from "./limits.js"
import { baseName, parentPrefix, shellPath } from "./paths.js"

export type WriteMode = "overwrite" | "append" | "create_new"

/** How the part files hold the content. */
export type PartEncoding = "text" | "base64"

/** The text of one part file, and how many bytes of content it stands for. */
export interface Part {
  readonly text: string
  readonly bytes: number
}

/** A name beside the target that nobody else uses: `.report.txt.0123456789abcdef.part`. */
export const temporaryName = (path: string): Effect.Effect<string> =>
  Effect.map(Effect.all([Random.nextIntBetween(0, 2 ** 32), Random.nextIntBetween(0, 2 ** 32)]), (words) => {
    const random = words.map((word) => word.toString(16).padStart(8, "0")).join("")
    // A file name holds 255 bytes: what a long one loses here is not needed.
    const stem = [...baseName(path)].slice(0, 48).join("")
    return `${parentPrefix(path)}.${stem}.${random}.part`
  })

const checks = (mode: WriteMode): string => `if [ -d "$t" ]; then echo "$t: Is a directory" >&2; exit 1; fi
${mode === "create_new" ? 'if [ -e "$t" ] || [ -L "$t" ]; then echo "$t: File exists" >&2; exit 1; fi\n' : ""}mkdir -p "$d" || exit 1`

const placing: Readonly<Record<WriteMode, string>> = {
  // Follows a link, and keeps the permissions of what it replaces, as writing in place would.
  overwrite: `if [ -L "$t" ]; then t=$(readlink -f "$t") || exit 1; fi
if [ -f "$t" ]; then m=$(stat -c %a "$t" 2>/dev/null) && chmod "$m" "$o" 2>/dev/null; fi
mv -f "$o" "$t" || exit 1`,
  // A full disk must not leave half of it behind.
  append: `s=0
if [ -e "$t" ]; then s=$(wc -c < "$t") || exit 1; fi
cat "$o" >> "$t" || { truncate -s "$s" "$t"; exit 1; }`,
  // With noclobber the shell creates the file only if it is not there: of two writers one wins.
  create_new: `( set -C; : > "$t" ) || exit 1
mv -f "$o" "$t" || { rm -f "$t"; exit 1; }`
}

const variables = (path: string, directory: string): string =>
  `t=${shellPath(path)}\nd=${shellPath(directory)}\no="$d/content"`

const assemble = (source: string, size: number, mode: WriteMode): string => `${source} > "$o" || exit 1
n=$(wc -c < "$o") || exit 1
if [ "$n" -ne ${size} ]; then echo "$n bytes arrived instead of ${size}" >&2; exit 1; fi
${placing[mode]}`

/** Whatever the first part does, the directory is gone afterwards. */
const cleaningUp = (script: string): string => `(
${script}
)
s=$?
rm -rf "$d"
exit $s`

/** Writes bytes with one command line, which holds them in base64. */
export const inlineScript = (path: string, directory: string, bytes: Uint8Array, mode: WriteMode): string =>
  `${variables(path, directory)}
${cleaningUp(`${checks(mode)}
${assemble(`printf %s '${encodeBase64(bytes)}' | base64 -d`, bytes.length, mode)}`)}`

/**
 * Puts a file of the session in place as a write would, and says `placed`, unless `check`, which sees it as `$s`, ends
 * the script first. It is moved beside the target before, because only a move within one file system happens in one step.
 */
export const moveScript = (
  source: string,
  path: string,
  directory: string,
  check: string,
  mode: WriteMode
): string =>
  `${variables(path, directory)}
s=${shellPath(source)}
${cleaningUp(`${check}
${checks(mode)}
mv -f "$s" "$o" || exit 1
${placing[mode]}
echo placed`)}`

/** Where the content of one write gathers. */
export interface Staging {
  readonly target: Target
  readonly directory: string
  readonly mode: WriteMode
  readonly encoding: PartEncoding
}

const partPath = (staging: Staging, index: number): string =>
  `${staging.directory}/p${String(index).padStart(9, "0")}`

const partArgs = (staging: Staging, index: number, content: string) =>
  ({ path: partPath(staging, index), content, mode: "overwrite" }) as const

/** What one part may hold. */
export const partRoom = (staging: Staging): Limit =>
  roomFor(limitOf(staging.target.runtime, writeFile.name), partArgs(staging, 0, ""), "content")

export function* textParts(text: string, { budget, encoding }: Limit): Generator<Part> {
  for (const piece of splitText(text, budget, encoding)) yield { text: piece, bytes: utf8Length(piece) }
}

/** Whole groups of three bytes, so that the base64 of the parts can be joined. */
export const base64Step = ({ budget }: Limit): number => Math.max(3, Math.floor(budget / 4) * 3)

export function* base64Parts(bytes: Uint8Array, limit: Limit): Generator<Part> {
  // In a URL some of the characters take three times their room, in a proportion that depends on the content.
  const full =
    limit.encoding === "url" ? base64Step({ ...limit, budget: limit.budget / 1.1 }) : base64Step(limit)
  let start = 0
  while (start < bytes.length) {
    let step = full
    let text = encodeBase64(bytes.subarray(start, start + step))
    while (step > 3 && !base64FitsWithin(text, limit.budget, limit.encoding)) {
      step = Math.max(3, Math.floor(step / 6) * 3)
      text = encodeBase64(bytes.subarray(start, start + step))
    }
    yield { text, bytes: Math.min(step, bytes.length - start) }
    start += step
  }
}

export const makeStaging = (
  target: Target,
  mode: WriteMode,
  encoding: PartEncoding
): Effect.Effect<Staging> =>
  Effect.map(temporaryName(target.path), (directory) => ({ target, directory, mode, encoding }))

/** Makes the directory; fails early where the target cannot be written. */
export const prepare = ({ directory, mode, target }: Staging): Effect.Effect<void, CallFailure> =>
  Effect.asVoid(runScript(target, `${variables(target.path, directory)}\n${checks(mode)}`, [directory]))

/** Writes parts from number `first` on, some at a time; made on demand, so that memory holds those few. */
export const addParts = (
  staging: Staging,
  parts: IterableIterator<Part>,
  first: number,
  concurrency: number,
  written: (bytes: number) => Effect.Effect<void>
): Effect.Effect<void, CallFailure> =>
  Stream.fromIteratorSucceed(parts, 1).pipe(
    Stream.zipWithIndex,
    Stream.mapEffect(
      ([part, index]) =>
        patiently(
          callFileTool(staging.target, writeFile, partArgs(staging, first + index, part.text), {
            paths: [partPath(staging, first + index)],
            verbatim: staging.encoding === "base64" ? "content" : undefined
          })
        ).pipe(Effect.zipRight(written(part.bytes))),
      { concurrency, unordered: true }
    ),
    Stream.runDrain
  )

/** Joins the parts and puts the result in place. */
export const publish = (staging: Staging, size: number): Effect.Effect<void, CallFailure> => {
  const { directory, encoding, mode, target } = staging
  // The names within the directory are short: the joined list of them stays within the limits of a command.
  const joined = `(cd "$d" && cat p*)`
  const source = encoding === "text" ? joined : `${joined} | base64 -d`
  const script = `${variables(target.path, directory)}\n${cleaningUp(assemble(source, size, mode))}`
  return Effect.asVoid(runScript(target, script, [directory]))
}

/** Removes what was gathered. What fails here is not worth a word beside the failure that led here. */
export const discard = (staging: Staging): Effect.Effect<void> =>
  Effect.ignore(
    withDeadline(
      runScript(staging.target, `rm -rf ${shellPath(staging.directory)}`),
      Duration.seconds(15),
      () => undefined
    )
  )
