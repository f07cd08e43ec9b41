/** Opening a file by its flag, and putting bytes into it. */

import type { PlatformError } from "@effect/platform/Error"
import type { OpenFlag } from "@effect/platform/FileSystem"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { withDeadline } from "../../deadline.js"
import { encodeBase64 } from "../../files/base64.js"
import { quote } from "../../quote.js"
import { badArgument, byErrno, type Call } from "./failure.js"
import { beforeDot, type Host, word } from "./host.js"

const flags: ReadonlyArray<OpenFlag> = ["r", "r+", "w", "wx", "w+", "wx+", "a", "ax", "a+", "ax+"]

export const ensureFlag = (method: string, flag: OpenFlag): Effect.Effect<void, PlatformError> =>
  flags.includes(flag) ? Effect.void : Effect.fail(badArgument(method, `there is no flag ${flag}`))

export const isReadable = (flag: OpenFlag): boolean => flag === "r" || flag.endsWith("+")

export const isWritable = (flag: OpenFlag): boolean => flag !== "r"

export const isAppending = (flag: OpenFlag): boolean => flag.startsWith("a")

/** Prints the digits of a mode without what the session's umask takes away. */
export const maskedMode = (mode: number): string => {
  const digit = (shift: number): number => (mode >>> shift) & 7
  return `u=00$(umask)
u=\${u#"\${u%???}"}
x=\${u%??}
y=\${u#?}
y=\${y%?}
z=\${u#??}
m=0${digit(9)}$((${digit(6)} & (7 - x)))$((${digit(3)} & (7 - y)))$((${digit(0)} & (7 - z)))
`
}

export interface Opening {
  readonly script: string
  /** Gives a new file its mode. Content comes before it: the mode need not allow writing. */
  readonly finish: string
}

/** Does to `$p` what open(2) does with this flag. */
export const openScript = (flag: OpenFlag, mode: number | undefined): Opening => {
  if (flag === "r") return { script: `has "$p"\n[ -r "$p" ] || die EACCES\n`, finish: "" }
  const isExclusive = flag.includes("x")
  const check = isExclusive
    ? `there "$p" && die EEXIST`
    : `case $p in */) die EISDIR;; esac\n[ -d "$p" ] && die EISDIR`
  const read = isReadable(flag) ? `\n[ ! -e "$p" ] || [ -r "$p" ] || die EACCES` : ""
  if (flag === "r+") return { script: `has "$p"\n${check}${read}\ntrue >>"$p" || exit 1\n`, finish: "" }
  const redirection = `true ${isAppending(flag) ? ">>" : ">"}"$p"`
  const make = isExclusive ? `set -C; ${redirection}` : redirection
  if (mode === undefined) return { script: `${check}${read}\n( ${make} ) || exit 1\n`, finish: "" }
  return {
    // Nobody else reads a file that is to be kept from them, at any moment.
    script: `${check}${read}\n[ -e "$p" ] && n= || n=1\n( [ -z "$n" ] || umask 077; ${make} ) || exit 1\n`,
    finish: `[ -z "$n" ] || { ${maskedMode(mode)}chmod "$m" "$p" || exit 1; }\n`
  }
}

/** What one command line carries on every route: as base64 a third more, of characters that no URL escapes. */
export const inlineBytes = 30 * 1024

/** More pieces than this are worth the calls of writing them to a file of their own first. */
const inlinePieces = 4

const printed = (bytes: Uint8Array): string =>
  `printf %s ${quote(encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_"))} | tr '_-' '/+' | base64 -d`

/** Where bytes go: to a position, or to the end. */
export type Place = { readonly position: number } | "end"

const placed = (source: string, place: Place): string =>
  place === "end"
    ? `${source} >>"$p" || exit 1`
    : // Not every `dd` keeps silent about what it has done.
      `w=$(${source} | { dd of="$p" bs=65536 seek=${place.position} oflag=seek_bytes conv=notrunc 2>&1 >/dev/null || echo failed; })
case $w in *failed) echo "$w" >&2; exit 1;; esac`

const advanced = (place: Place, bytes: number): Place =>
  place === "end" ? place : { position: place.position + bytes }

const temporaryDirectory = `\${TMPDIR:-\${TMP:-\${TEMP:-/tmp}}}`

/** The bytes wait in a file of their own, so that one command puts them in place. */
const putStaged = (
  host: Host,
  call: Call,
  path: string,
  bytes: Uint8Array,
  place: Place
): Effect.Effect<void, PlatformError> =>
  Effect.gen(function* () {
    const random = yield* Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER)
    const directory = beforeDot(
      yield* host.script(call, [path], `has "$p"\necho "${temporaryDirectory}"\necho .`)
    )
    const waiting = `${directory.replace(/\/$/, "")}/.agentbay-${random.toString(36)}`
    const discard = `rm -f ${word(waiting)}`
    yield* host.files.write(call, waiting, bytes).pipe(
      Effect.zipRight(
        host.script(
          call,
          [path],
          `(\nhas "$p"\n${placed(`cat ${word(waiting)}`, place)}\n)\ns=$?\n${discard}\nexit $s`
        )
      ),
      Effect.onError(() =>
        Effect.ignore(withDeadline(host.script(call, [], discard), Duration.seconds(15), () => undefined))
      )
    )
  })

/** Puts bytes into a file that was opened; it is not made anew when it is gone. */
export const put = (
  host: Host,
  call: Call,
  path: string,
  bytes: Uint8Array,
  place: Place
): Effect.Effect<void, PlatformError> =>
  Effect.gen(function* () {
    if (bytes.length > inlineBytes * inlinePieces) return yield* putStaged(host, call, path, bytes, place)
    for (let start = 0; start < bytes.length; start += inlineBytes) {
      const piece = bytes.subarray(start, start + inlineBytes)
      yield* host.script(call, [path], `has "$p"\n${placed(printed(piece), advanced(place, start))}`)
    }
  })

/** `writeFile`: opened by its flag and filled, in one call when it is small. */
export const writeWhole = (
  host: Host,
  path: string,
  bytes: Uint8Array,
  flag: OpenFlag,
  mode: number | undefined
): Effect.Effect<void, PlatformError> => {
  const call: Call = { method: "writeFile", path }
  const place: Place = flag === "r+" ? { position: 0 } : "end"
  const { finish, script } = openScript(flag, mode)
  if (!isWritable(flag)) {
    return Effect.zipRight(host.script(call, [path], script), Effect.fail(byErrno(call, "EBADF")))
  }
  return bytes.length <= inlineBytes
    ? Effect.asVoid(
        host.script(
          call,
          [path],
          `${script}${bytes.length === 0 ? "" : `${placed(printed(bytes), place)}\n`}${finish}`
        )
      )
    : Effect.zipRight(host.script(call, [path], script + finish), put(host, call, path, bytes, place))
}
