/**
 * Whether commands can be started. A shell says that it cannot find a program only in an error output and an exit code,
 * both of which may as well be those of the program.
 */
import { type PlatformError, SystemError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import type { SessionCommand } from "../../../session/SessionCommand.js"
import { quoteAll } from "../../quote.js"
import { byFailure, bySystem, type Call } from "./failure.js"
import { type Commands, locate } from "./line.js"

const marker = "@agentbay"

/** Prints nothing when the program is there. A directory and a file without the right are both refused, as by `exec`. */
const check = `no() { printf '${marker} %s\\n' "$1"; exit 0; }
check() {
if [ -n "$1" ]; then
[ -e "$1" ] || no access
[ -d "$1" ] || no notDirectory
CDPATH= cd -- "$1" 2>/dev/null || no denied
fi
case $2 in
'') no missing;;
*/*) [ -e "$2" ] || no missing
[ -f "$2" ] && [ -x "$2" ] || no denied
return;;
esac
why=missing
IFS=:
for at in \${3:-$PATH}; do
[ -f "\${at:-.}/$2" ] || continue
[ -x "\${at:-.}/$2" ] && return
why=denied
done
no "$why"
}`

const errors = {
  missing: ["NotFound", "ENOENT: no such program"],
  notDirectory: ["BadResource", "ENOTDIR: the working directory is not a directory"],
  denied: ["PermissionDenied", "EACCES: permission denied"]
} as const

const isKnown = (word: string): word is keyof typeof errors => word in errors

const noDirectory = (directory: string): SystemError =>
  new SystemError({
    module: "FileSystem",
    method: "access",
    reason: "NotFound",
    pathOrDescriptor: directory,
    syscall: "access",
    description: `ENOENT: no such file or directory, access '${directory}'`
  })

export const ensureStartable = (
  session: Pick<SessionCommand.Service, "run">,
  call: Call,
  commands: Commands
): Effect.Effect<void, PlatformError> => {
  const located = commands.map(locate)
  const checks = located.map(({ cwd, path, program }) => `(check ${quoteAll([cwd, program, path])})`)
  return session.run([check, ...checks].join("\n")).pipe(
    Effect.mapError((error) => byFailure(call, error)),
    Effect.flatMap(({ exitCode, stderr, stdout }) => {
      const word = new RegExp(`^${marker} (\\w+)$`, "m").exec(stdout)?.[1]
      if (word === "access") {
        const missing = located.find(({ cwd }) => cwd !== "")
        return Effect.fail(noDirectory(missing?.cwd ?? ""))
      }
      if (word !== undefined && isKnown(word)) {
        const [reason, description] = errors[word]
        return Effect.fail(bySystem(call, reason, description))
      }
      return exitCode === 0 ? Effect.void : Effect.fail(bySystem(call, "Unknown", stderr.trim()))
    })
  )
}
