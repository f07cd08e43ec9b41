/**
 * The directories on the host that hold the files of sessions. Each is named after the process that owns it, so
 * that what an aborted process left behind is told from what is in use.
 *
 * @since 0.1.0
 */
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"

const PREFIX = "agentbay-session"

/** When a living process started, in clock ticks since boot: a process id alone may have been given away again. */
const startOf = (pid: number | string): string | undefined => {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8")
    // The second field is the name in parentheses, which may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    // A process nobody has waited for yet is dead all the same.
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** Process ids mean something only inside one namespace, and containers may share a temporary directory. */
const processNamespace = (): string => fs.readlinkSync("/proc/self/ns/pid").replace(/\D/g, "")

/**
 * The directory for sessions when none is given.
 *
 * @since 0.1.0
 * @category getters
 */
export const defaultBase = (): string => os.tmpdir()

/**
 * Makes a new directory which only this user can enter. Throws what the file system says.
 *
 * @since 0.1.0
 * @category constructors
 */
export const create = (base: string): string =>
  fs.mkdtempSync(join(base, `${PREFIX}-${processNamespace()}-${process.pid}-${startOf("self") ?? 0}-`))

/** Exit code of a program of the host, standard streams dropped. */
const run = (program: string, ...parameters: ReadonlyArray<string>): Effect.Effect<number> =>
  Effect.async<number>((resume) => {
    const child = spawn(program, parameters, { stdio: "ignore" })
    child.once("error", () => resume(Effect.succeed(-1)))
    child.once("exit", (code) => resume(Effect.succeed(code ?? -1)))
  })

/**
 * Deletes a directory of a session, whatever the session left in it: read-only directories, and paths longer
 * than a program may name, which is why the work is left to `rm`. Must run after the session's last process.
 *
 * @since 0.1.0
 * @category combinators
 */
export const remove = (directory: string): Effect.Effect<void> =>
  Effect.gen(function* () {
    if ((yield* run("rm", "-rf", "--", directory)) === 0) return
    yield* run("chmod", "-R", "u+rwx", "--", directory)
    if ((yield* run("rm", "-rf", "--", directory)) === 0) return
    yield* Effect.logWarning(`The directory of a session could not be deleted: ${directory}`)
  })

/**
 * Deletes the directories below `base` whose process is gone, leaving those of other users and of other
 * containers alone.
 *
 * @since 0.1.0
 * @category combinators
 */
export const sweep = (base: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    const namespace = processNamespace()
    const abandoned = fs.readdirSync(base).filter((name) => {
      const parts = new RegExp(`^${PREFIX}-(\\d+)-(\\d+)-(\\d+)-`).exec(name)
      if (parts === null || parts[1] !== namespace || startOf(parts[2] ?? "") === parts[3]) return false
      const stats = fs.lstatSync(join(base, name), { throwIfNoEntry: false })
      return stats?.isDirectory() === true && stats.uid === process.getuid?.()
    })
    return Effect.forEach(abandoned, (name) => remove(join(base, name)), { discard: true })
  })
