/**
 * The bash language over the machine's files.
 *
 * @since 0.1.0
 */
import type { Bash, BashOptions, Command } from "just-bash"
import type { ExecRequest, ExecResult } from "../../Machine.js"
import { FileFailure } from "./fileFailure.js"
import type { MemoryFiles } from "./memoryFiles.js"
import * as Redirections from "./redirections.js"
import * as ShellFileSystem from "./shellFileSystem.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Shell {
  /** Ends with `timedOut` as soon as `now()` reaches `deadlineMs` between two commands. */
  readonly run: (
    request: ExecRequest & { readonly cwd: string },
    deadlineMs: number,
    signal: AbortSignal
  ) => Promise<ExecResult>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ShellOptions {
  readonly files: MemoryFiles
  /** What the shell gets beside its own commands; some must know when they have to be done. */
  readonly commands: (deadlineMs: number) => ReadonlyArray<Command>
  readonly environment: Readonly<Record<string, string>>
  readonly now: () => number
}

const LIMITS: NonNullable<BashOptions["executionLimits"]> = {
  maxCommandCount: 300_000,
  maxLoopIterations: 300_000,
  maxAwkIterations: 10_000_000,
  maxSedIterations: 10_000_000,
  maxJqIterations: 10_000_000,
  maxWorkUnits: 100_000_000,
  maxCallDepth: 1000,
  // The machine's own deadline ends a command, on the Effect clock.
  maxExecutionTimeMs: Number.POSITIVE_INFINITY
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = async (options: ShellOptions): Promise<Shell> => {
  const library = await import("just-bash")
  const { environment, files } = options
  const added = options.commands(Number.POSITIVE_INFINITY)
  const names = [...library.getCommandNames(), ...added.map((command) => command.name)]
  // One file under every name: the shell looks for a file on the PATH, and never reads it.
  const program = "/usr/bin/bash"
  files.write(program, new TextEncoder().encode("#!/bin/bash\n# A command that is built into the shell.\n"))
  files.chmod(program, 0o755)
  for (const name of new Set(names)) {
    if (name !== "bash") files.link(program, `/usr/bin/${name}`)
  }
  return {
    run: async (request, deadlineMs, signal) => {
      const deadline = new AbortController()
      // A busy loop of shell commands never returns to the event loop, so no timer could end it.
      const coverage = {
        hit: () => {
          if (options.now() >= deadlineMs) deadline.abort()
        }
      }
      const refused: Array<FileFailure> = []
      const fs = ShellFileSystem.make(files, (failure) => refused.push(failure))
      const bash: Bash = new library.Bash({
        fs,
        cwd: request.cwd,
        env: { ...environment },
        customCommands: [...options.commands(deadlineMs)],
        coverage,
        executionLimits: LIMITS,
        // Guards the host against scripts by patching its globals; this shell reaches nothing but its files.
        defenseInDepth: false
      })
      bash.registerTransformPlugin({
        name: "redirections",
        transform: ({ ast }) => ({ ast: Redirections.markTargets(ast) })
      })
      const result = await bash
        .exec(request.command, {
          env: { ...request.env, PWD: request.cwd },
          cwd: request.cwd,
          rawScript: true,
          signal: AbortSignal.any([signal, deadline.signal])
        })
        .catch((failure: unknown) => {
          if (!(failure instanceof FileFailure)) throw failure
          return { stdout: "", stderr: `bash: ${failure.path}: ${failure.spoken}\n`, exitCode: 1 }
        })
      const { exitCode, stderr, stdout } = result
      return deadline.signal.aborted
        ? { stdout: "", stderr: "", exitCode: -1, timedOut: true }
        : { stdout, stderr: Redirections.explain(stderr, refused), exitCode, timedOut: false }
    }
  }
}
