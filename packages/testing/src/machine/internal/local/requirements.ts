/**
 * Whether sessions of real processes can run on this host, found out by running one process in one.
 *
 * @since 0.1.0
 */
import * as fs from "node:fs"
import * as os from "node:os"
import { join, resolve } from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Bubblewrap from "./bubblewrap.js"
import * as PrivateDirectory from "./privateDirectory.js"

/**
 * Why sessions of real processes cannot run here.
 *
 * - `BubblewrapMissing`: the program `bwrap` is not installed, or this is not Linux.
 * - `NodeMissing`: this process is not Node.js and no `node` is installed.
 * - `NamespacesRefused`: the kernel, or the container around this process, does not let it make namespaces.
 * - `DirectoryUnusable`: the directory for the files of the sessions cannot be made or written.
 *
 * @since 0.1.0
 * @category errors
 */
export class LocalMachineUnavailable extends Data.TaggedError("LocalMachineUnavailable")<{
  readonly reason: "BubblewrapMissing" | "NodeMissing" | "NamespacesRefused" | "DirectoryUnusable"
  /** What the host said. */
  readonly detail: string
}> {
  override get message(): string {
    return `Sessions of real processes cannot run here: ${this.detail}. ${advice[this.reason]}`
  }
}

const advice: Record<LocalMachineUnavailable["reason"], string> = {
  BubblewrapMissing:
    "Install bubblewrap (apt-get install bubblewrap, dnf install bubblewrap), or use the in-memory machine.",
  NodeMissing: "Install Node.js 20 or newer (apt-get install nodejs), or use the in-memory machine.",
  NamespacesRefused:
    "Allow user namespaces: sysctl kernel.unprivileged_userns_clone=1 (Debian), " +
    "sysctl kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 23.10 and newer), user.max_user_namespaces " +
    "above 0; in a container run it with --privileged. Or use the in-memory machine.",
  DirectoryUnusable: "Give a directory this user can write, on a file system that is not mounted noexec."
}

/**
 * What sessions are made with, once it is known to work.
 *
 * @since 0.1.0
 * @category models
 */
export interface Requirements {
  readonly base: string
  readonly bwrap: string
  readonly node: string
}

const unavailable = (reason: LocalMachineUnavailable["reason"], detail: string) =>
  new LocalMachineUnavailable({ reason, detail })

/** Runs Node.js in a session, without starting it: the shell suffices to know that its file is there. */
const tryOnce = (found: Requirements, directory: string): Effect.Effect<void, LocalMachineUnavailable> =>
  Effect.async<void, LocalMachineUnavailable>((resume) => {
    const root = join(directory, "root")
    Bubblewrap.prepareRoot(root, "probe")
    const { arguments: parameters, node } = Bubblewrap.sandbox({ root, hostname: "probe", node: found.node })
    const command = ["--", "/bin/sh", "-c", 'test -x "$0"', node]
    const {
      error,
      info,
      output,
      process: child
    } = Bubblewrap.launch(found.bwrap, [...parameters, ...command])
    let said = ""
    error.on("data", (chunk: Buffer) => {
      said += chunk.toString()
    })
    output.resume()
    info.resume()
    child.once("error", (cause) => resume(Effect.fail(unavailable("BubblewrapMissing", cause.message))))
    child.once("close", (code) =>
      resume(
        code === 0
          ? Effect.void
          : Effect.fail(unavailable("NamespacesRefused", said.trim() || `bwrap ended with exit code ${code}`))
      )
    )
  })

/**
 * Finds what sessions need, sweeps away what an aborted process left in the directory, and runs one process in a
 * session to see that it works.
 *
 * @since 0.1.0
 * @category constructors
 */
export const find = (directory: string | undefined): Effect.Effect<Requirements, LocalMachineUnavailable> =>
  Effect.gen(function* () {
    const bwrap = Bubblewrap.findProgram()
    if (bwrap === undefined) {
      return yield* unavailable("BubblewrapMissing", `bwrap was not found on this ${os.type()} host`)
    }
    const node = Bubblewrap.findNode()
    if (node === undefined) return yield* unavailable("NodeMissing", "node was not found")
    const base = resolve(directory ?? PrivateDirectory.defaultBase())
    const found = { base, bwrap, node }
    const unusable = (cause: unknown) => unavailable("DirectoryUnusable", String(cause))
    yield* Effect.try({ try: () => fs.mkdirSync(base, { recursive: true, mode: 0o700 }), catch: unusable })
    yield* PrivateDirectory.sweep(base)
    yield* Effect.acquireUseRelease(
      Effect.try({ try: () => PrivateDirectory.create(base), catch: unusable }),
      // It takes some milliseconds, and bubblewrap killed in its first ones leaves a process behind.
      (own) => Effect.uninterruptible(tryOnce(found, own)),
      PrivateDirectory.remove
    )
    return found
  })
