/** The operations that concern names, and what is known of them. */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { SessionError } from "../../../AgentBayError.js"
import { quote } from "../../quote.js"
import { randomHex } from "../../randomHex.js"
import { copyScript } from "./copying.js"
import { badArgument, byErrno, bySystem, type Call } from "./failure.js"
import { beforeDot, checkPaths, type Host, normalize, word } from "./host.js"
import { parseInfo, statFormat } from "./info.js"
import { ensureInteger, ensureLength, ensureMode } from "./numbers.js"
import { maskedMode } from "./opening.js"

type Result<A> = Effect.Effect<A, PlatformError>

export const stat = (host: Host, call: Call, path: string): Result<FileSystem.File.Info> =>
  Effect.flatMap(host.script(call, [path], `stat -L -c '${statFormat}' "$p"`), (output) =>
    parseInfo(call, output)
  )

export const access = (
  host: Host,
  path: string,
  options: FileSystem.AccessFileOptions = {}
): Result<void> => {
  const lines = [
    `has "$p"`,
    ...(options.readable === true ? [`[ -r "$p" ] || die EACCES`] : []),
    // Only trying tells a file system that is read-only from a mode that is.
    ...(options.writable === true
      ? [`[ -w "$p" ] || { [ ! -f "$p" ] || true >>"$p" || exit 1; die EACCES; }`]
      : [])
  ]
  return Effect.asVoid(host.script({ method: "access", path }, [path], lines.join("\n")))
}

export const chmod = (host: Host, path: string, mode: number): Result<void> =>
  ensureMode("chmod", mode).pipe(
    Effect.zipRight(
      // Five digits: with fewer, some programs keep the special bits of a directory.
      host.script(
        { method: "chmod", path },
        [path],
        `has "$p"\nchmod ${(mode & 0o7777).toString(8).padStart(5, "0")} "$p"`
      )
    ),
    Effect.asVoid
  )

const largestId = 2 ** 32 - 1

/** -1 leaves an owner as it is. */
export const chown = (host: Host, path: string, uid: number, gid: number): Result<void> => {
  const own = uid === -1 ? "" : String(uid)
  const owner = gid === -1 ? own : `${own}:${gid}`
  return ensureInteger("chown", "uid", uid, -1, largestId).pipe(
    Effect.zipRight(ensureInteger("chown", "gid", gid, -1, largestId)),
    Effect.zipRight(
      host.script({ method: "chown", path }, [path], `has "$p"${owner === "" ? "" : `\nchown ${owner} "$p"`}`)
    ),
    Effect.asVoid
  )
}

export const link = (host: Host, from: string, to: string): Result<void> =>
  Effect.asVoid(host.script({ method: "link", path: from }, [from, to], `is "$p"\nlink "$p" "$q"`))

export const symlink = (host: Host, target: string, path: string): Result<void> => {
  const call: Call = { method: "symlink", path: target }
  return Effect.zipRight(
    checkPaths(call, [target]),
    Effect.asVoid(host.script(call, [path], `there "$p" && die EEXIST\nln -s -n -- ${quote(target)} "$p"`))
  )
}

export const readLink = (host: Host, path: string): Result<string> =>
  Effect.map(
    host.script(
      { method: "readLink", path },
      [path],
      `is "$p"\n[ -L "$p" ] || die EINVAL\nreadlink "$p" && echo .`
    ),
    beforeDot
  )

export const realPath = (host: Host, path: string): Result<string> =>
  Effect.map(
    host.script({ method: "realPath", path }, [path], `has "$p"\nreadlink -f "$p" && echo .`),
    beforeDot
  )

export const makeDirectory = (
  host: Host,
  path: string,
  { mode, recursive }: FileSystem.MakeDirectoryOptions = {}
): Result<void> => {
  const make = mode === undefined ? `mkdir "$d"` : `mkdir -m "$m" "$d"`
  const starts = path
    .split("/")
    .flatMap((part, index, parts) => (part === "" ? [] : [parts.slice(0, index + 1).join("/")]))
  // One by one, so that every directory gets the mode, and a file in the way is told from one at the end.
  const body =
    recursive === true
      ? `for d in ${starts.map(word).join(" ")}; do
[ -d "$d" ] && continue
there "$d" && { [ "$d" = ${word(starts.at(-1) ?? "/")} ] && die EEXIST; die ENOTDIR; }
${make} || [ -d "$d" ] || exit 1
done`
      : `d=$p\n${make}`
  return Effect.zipRight(
    ensureMode("makeDirectory", mode),
    Effect.asVoid(
      host.script(
        { method: "makeDirectory", path },
        [path],
        `${mode === undefined ? "" : maskedMode(mode)}${body}`
      )
    )
  )
}

const temporary = (
  host: Host,
  method: string,
  { directory, prefix = "" }: FileSystem.MakeTempDirectoryOptions = {},
  more = ""
): Result<string> => {
  const isRelative = directory !== undefined && !directory.startsWith("/")
  const base =
    directory === undefined
      ? `b="\${TMPDIR:-\${TMP:-\${TEMP:-/tmp}}}"`
      : `b=${word(directory === "" ? "." : directory)}`
  const call: Call = { method, path: `${directory ?? ""}/${prefix}` }
  return checkPaths(call, [`${directory ?? ""}/${prefix}`]).pipe(
    Effect.zipRight(
      host.script(
        call,
        [],
        `${base}\n[ "$b" = / ] || b=\${b%/}\nd=$(mktemp -d "$b/"${quote(`${prefix}XXXXXX`)} && echo .) || exit 1\nd=\${d%??}\n${more}printf '%s\\n.\\n' "$d"`
      )
    ),
    Effect.map((output) => {
      const path = beforeDot(output)
      return isRelative ? path.replace(/^\.\//, "") : path
    })
  )
}

export const makeTempDirectory = (
  host: Host,
  method: string,
  options?: FileSystem.MakeTempDirectoryOptions
): Result<string> => temporary(host, method, options)

/** A file in a temporary directory of its own, as Node makes it. */
export const makeTempFile = (
  host: Host,
  method: string,
  options: FileSystem.MakeTempFileOptions = {}
): Result<string> =>
  Effect.flatMap(randomHex, (random) => {
    const name = `${random.slice(0, 12)}${options.suffix ?? ""}`
    return name.includes("\0")
      ? Effect.fail(badArgument(method, "a suffix must be a text without NUL characters"))
      : temporary(host, method, options, `d="$d/"${quote(name)}\ntrue >"$d" || exit 1\n`)
  })

export const readDirectory = (
  host: Host,
  path: string,
  options: FileSystem.ReadDirectoryOptions = {}
): Result<Array<string>> => {
  const call: Call = { method: "readDirectory", path }
  const depth = options.recursive === true ? "" : " -maxdepth 1"
  // Every path begins with `./`, and none has `/./` in its middle: slashes can stand for the ends.
  const body = `has "$p"
[ -d "$p" ] || die ENOTDIR
[ -r "$p" ] || die EACCES
cd -P "$p" || die EACCES
find . -mindepth 1${depth} -exec printf '%s/' {} +
echo ./.`
  return host.script(call, [path], body).pipe(
    // Node looks at this path later than at others.
    Effect.catchTag("BadArgument", (error) =>
      Effect.fail(path.includes("\0") ? bySystem(call, "Unknown", error.message) : error)
    ),
    Effect.map((output) => {
      const end = output.lastIndexOf("./.")
      return output
        .slice(2, Math.max(2, end - 1))
        .split("/./")
        .filter((name) => name !== "")
    })
  )
}

export const remove = (
  host: Host,
  method: string,
  path: string,
  { force, recursive }: FileSystem.RemoveOptions = {}
): Result<void> => {
  const call: Call = { method, path }
  const removal = recursive === true ? `rm -rf "$p"` : `dir "$p" && die ERR_FS_EISDIR\nrm -f "$p"`
  return host.script(call, [path], `is "$p"\n${removal}`).pipe(
    Effect.asVoid,
    Effect.catchIf(
      (error) => force === true && error._tag === "SystemError" && error.reason === "NotFound",
      () => Effect.void
    )
  )
}

/** At the end of a scope. That nothing is left is also true of a session that is gone. */
export const removeTemporary = (host: Host, method: string, path: string): Effect.Effect<void> => {
  const directory = method === "makeTempFileScoped" ? path.slice(0, path.lastIndexOf("/")) : path
  return remove(host, method, directory, { recursive: true }).pipe(
    Effect.catchIf(
      ({ cause }) => cause instanceof SessionError && cause.reason === "NotFound",
      () => Effect.void
    ),
    Effect.orDie
  )
}

export const rename = (host: Host, from: string, to: string): Result<void> =>
  Effect.asVoid(
    host.script(
      { method: "rename", path: from },
      [from, to],
      `is "$p"
if there "$q"; then
[ "$(stat -c %d:%i "$p")" = "$(stat -c %d:%i "$q")" ] && exit 0
if dir "$p"; then
dir "$q" || die ENOTDIR
[ -z "$(ls -A "$q")" ] || die ENOTEMPTY
elif dir "$q"; then die EISDIR
fi
fi
mv -f -T "$p" "$q"`
    )
  )

export const copyFile = (host: Host, from: string, to: string): Result<void> =>
  Effect.asVoid(
    host.script(
      { method: "copyFile", path: from },
      [from, to],
      `has "$p"
if [ -d "$p" ] || [ -d "$q" ]; then die EISDIR; fi
[ -e "$q" ] && [ "$(stat -L -c %d:%i "$p")" = "$(stat -L -c %d:%i "$q")" ] && exit 0
cat "$p" >"$q" || exit 1
chmod "0$(stat -L -c %a "$p")" "$q"`
    )
  )

export const copy = (
  host: Host,
  from: string,
  to: string,
  options: FileSystem.CopyOptions = {}
): Result<void> =>
  Effect.gen(function* () {
    const call: Call = { method: "copy", path: from }
    const source = normalize(yield* host.resolve(call, from))
    const destination = normalize(yield* host.resolve(call, to))
    const script = copyScript(source, destination, {
      overwrite: options.overwrite ?? false,
      preserveTimestamps: options.preserveTimestamps ?? false
    })
    yield* host.script(call, [source, destination], script)
  })

export const truncate = (
  host: Host,
  call: Call,
  path: string,
  length: bigint | number | undefined
): Result<number> =>
  Effect.flatMap(ensureLength(call.method, length), (size) =>
    Effect.as(
      host.script(call, [path], `has "$p"\n[ -d "$p" ] && die EISDIR\ntruncate -s ${size} "$p"`),
      size
    )
  )

export const utimes = (host: Host, path: string, atime: Date | number, mtime: Date | number): Result<void> =>
  Effect.gen(function* () {
    // The name under which Node's implementation reports it.
    const call: Call = { method: "utime", path }
    const spelled: Array<string> = []
    for (const time of [atime, mtime]) {
      if (typeof time === "number" && !Number.isFinite(time)) {
        return yield* Effect.fail(badArgument(call.method, "a time must be a Date or a number of seconds"))
      }
      // @effect-diagnostics-next-line globalDate:off
      const moment = new Date(typeof time === "number" ? Math.round(time * 1000) : time.getTime())
      if (Number.isNaN(moment.getTime())) return yield* Effect.fail(byErrno(call, "EINVAL"))
      spelled.push(moment.toISOString())
    }
    yield* host.script(
      call,
      [path],
      `has "$p"\ntouch -c -a -d ${spelled[0]} "$p" && touch -c -m -d ${spelled[1]} "$p"`
    )
  })
