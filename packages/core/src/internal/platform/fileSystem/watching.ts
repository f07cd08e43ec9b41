/** Watching by looking again and again at what is there: each watch for itself, with nothing left in the session. */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { SessionError } from "../../../AgentBayError.js"
import { baseName } from "../../files/paths.js"
import { stat } from "./entries.js"
import type { Call } from "./failure.js"
import type { Host } from "./host.js"

/** What tells one state of an entry from another, by its path below what is watched. */
type Snapshot = ReadonlyMap<string, string>

const interval = Duration.millis(500)

const facts = "%i %f %s %y %z|%n"

// A name may hold line breaks: an entry begins where a line looks like the beginning of one.
const entryPattern = /\n(?=\d+ [0-9a-f]+ \d+ [^|\n]*\|\.\/)/

const isDirectory = (mode: string): boolean => Number.parseInt(mode, 16) >>> 12 === 4

const parse = (output: string): Snapshot =>
  new Map(
    `\n${output.replace(/\n$/, "")}`.split(entryPattern).flatMap((entry) => {
      const bar = entry.indexOf("|")
      const name = entry.slice(bar + 3)
      if (bar < 0 || name === "") return []
      const state = entry.slice(0, bar)
      const [inode = "", mode = ""] = state.split(" ")
      // What happens in a directory is news of its entries.
      return [[name, isDirectory(mode) ? `${inode} ${mode}` : state] as const]
    })
  )

const differences = (before: Snapshot, after: Snapshot): Array<FileSystem.WatchEvent> => [
  ...[...before.keys()]
    .filter((path) => !after.has(path))
    .map((path) => FileSystem.WatchEventRemove({ path })),
  ...[...after].flatMap(([path, state]): Array<FileSystem.WatchEvent> => {
    const known = before.get(path)
    if (known === undefined) return [FileSystem.WatchEventCreate({ path })]
    return known === state ? [] : [FileSystem.WatchEventUpdate({ path })]
  })
]

const isPassing = (error: PlatformError): boolean =>
  error.cause instanceof SessionError && error.cause.isRetryable

const patience = Schedule.exponential(interval).pipe(
  Schedule.jittered,
  Schedule.intersect(Schedule.recurs(5))
)

const lookAt = (
  host: Host,
  path: string,
  isWhole: boolean,
  recursive: boolean
): Effect.Effect<Snapshot, PlatformError> => {
  const call: Call = { method: "watch", path }
  const depth = recursive ? "" : " -maxdepth 1"
  const body = isWhole
    ? // What vanishes during the look is no failure.
      `has "$p"\ncd -P "$p" || die EACCES\nfind . -mindepth 1${depth} -exec stat -c '${facts}' {} + 2>/dev/null\ntrue`
    : `has "$p"\nstat -L -c '${facts.replace("%n", "./file")}' "$p"`
  return host.script(call, [path], body).pipe(
    Effect.map((output) => {
      const found = parse(output)
      return isWhole ? found : new Map([...found.values()].map((state) => [baseName(path), state]))
    }),
    Effect.catchIf(
      (error) => error._tag === "SystemError" && error.reason === "NotFound",
      () => Effect.succeed(new Map<string, string>())
    ),
    Effect.retry({ schedule: patience, while: isPassing })
  )
}

export const watch = (
  host: Host,
  path: string,
  options: FileSystem.WatchOptions = {}
): Stream.Stream<FileSystem.WatchEvent, PlatformError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { type } = yield* stat(host, { method: "stat", path }, path)
      const look = lookAt(host, path, type === "Directory", options.recursive === true)
      let known = yield* look
      return Stream.flattenIterables(
        Stream.repeatEffect(
          Effect.map(Effect.delay(look, interval), (found) => {
            const events = differences(known, found)
            known = found
            return events
          })
        )
      )
    })
  )
