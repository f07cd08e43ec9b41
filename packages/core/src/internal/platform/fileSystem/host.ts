/** The session behind a file system: scripts in its shell, contents through its file tools. */
import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SessionCommand } from "../../../session/SessionCommand.js"
import type { SessionFileSystem } from "../../../session/SessionFileSystem.js"
import { quote } from "../../quote.js"
import { badArgument, byErrno, byFailure, byScript, type Call, type Failure } from "./failure.js"

export interface Services {
  readonly command: Pick<SessionCommand.Service, "run">
  readonly fileSystem: Pick<SessionFileSystem.Service, "readFile" | "stream" | "writeFile">
}

export interface Host {
  /** What a script prints. Its paths are checked, and stand in `$p` and `$q`. */
  readonly script: (
    call: Call,
    paths: ReadonlyArray<string>,
    body: string
  ) => Effect.Effect<string, PlatformError>
  /** The path from the root: the file tools take no other. */
  readonly resolve: (call: Call, path: string) => Effect.Effect<string, PlatformError>
  readonly files: {
    readonly read: (call: Call, path: string) => Effect.Effect<Uint8Array, PlatformError>
    readonly stream: (
      call: (error: Failure) => Call,
      path: string,
      options: { readonly offset: number; readonly length?: number; readonly chunkSize?: number }
    ) => Stream.Stream<Uint8Array, PlatformError>
    readonly write: (call: Call, path: string, bytes: Uint8Array) => Effect.Effect<void, PlatformError>
  }
}

/** Every check that a path needs before it is sent. Node refuses them in this way. */
export const checkPaths = (call: Call, paths: ReadonlyArray<string>): Effect.Effect<void, PlatformError> =>
  Effect.suspend(
    (): Effect.Effect<void, PlatformError> =>
      paths.some((path) => typeof path !== "string" || path.includes("\0"))
        ? Effect.fail(badArgument(call.method, "a path must be a text without NUL characters"))
        : paths.includes("")
          ? Effect.fail(byErrno(call, "ENOENT"))
          : Effect.void
  )

/**
 * `die CODE` fails with an errno. `has` fails as looking at a path does, links followed; `is` looks at the link
 * itself. The messages in English tell failures apart.
 */
const prelude = `export LC_ALL=C TZ=UTC0
die() { echo "errno $1" >&2; exit 1; }
has() { stat -L -c %i "$1" >/dev/null || exit 1; }
is() { stat -c %i "$1" >/dev/null || exit 1; }
there() { [ -e "$1" ] || [ -L "$1" ]; }
dir() { [ -d "$1" ] && [ ! -L "$1" ]; }
`

/** A path as a word that no program takes for an option. */
export const word = (path: string): string => quote(path.startsWith("/") ? path : `./${path}`)

/** Without `.`, `..` and doubled slashes, by its text alone. */
export const normalize = (path: string): string => {
  const parts: Array<string> = []
  for (const part of path.split("/")) {
    if (part === "..") parts.pop()
    else if (part !== "" && part !== ".") parts.push(part)
  }
  return `/${parts.join("/")}`
}

/** What a script printed before its final `echo .`: the service may cut white space at the end of an output. */
export const beforeDot = (output: string): string => output.replace(/\r?\n\.\s*$/, "")

export const makeHost = ({ command, fileSystem }: Services): Host => {
  /** The directory that relative paths start from does not change: one question is enough. */
  let directory: string | undefined

  const script: Host["script"] = (call, paths, body) => {
    const variables = paths.map((path, index) => `${index === 0 ? "p" : "q"}=${word(path)}\n`).join("")
    return checkPaths(call, paths).pipe(
      Effect.zipRight(
        Effect.mapError(command.run(`${prelude}${variables}${body}`), (error) => byFailure(call, error))
      ),
      Effect.flatMap(({ exitCode, stderr, stdout }) =>
        exitCode === 0
          ? Effect.succeed(stdout)
          : Effect.fail(byScript(call, stderr.trim() === "" ? stdout : stderr))
      )
    )
  }

  const resolve: Host["resolve"] = (call, path) =>
    Effect.zipRight(
      checkPaths(call, [path]),
      Effect.suspend(() => {
        if (path.startsWith("/")) return Effect.succeed(path)
        const known =
          directory === undefined
            ? Effect.map(script(call, [], "pwd; echo ."), (output) => {
                directory = beforeDot(output)
                return directory
              })
            : Effect.succeed(directory)
        return Effect.map(known, (base) => `${base.replace(/\/$/, "")}/${path}`)
      })
    )

  return {
    script,
    resolve,
    files: {
      read: (call, path) => Effect.mapError(fileSystem.readFile(path), (error) => byFailure(call, error)),
      stream: (call, path, options) =>
        Stream.mapError(fileSystem.stream(path, options), (error) => byFailure(call(error), error)),
      write: (call, path, bytes) =>
        Effect.mapError(fileSystem.writeFile(path, bytes), (error) => byFailure(call, error))
    }
  }
}
