/**
 * The bash language over the machine's files.
 *
 * @since 0.1.0
 */
import type { Bash, BashOptions, Command } from "just-bash"
import type { ExecRequest, ExecResult } from "../../Machine.js"
import { FileFailure } from "./fileFailure.js"
import type { MemoryFiles } from "./memoryFiles.js"
import { type Process, Processes } from "./processes.js"
import * as ProcessSyntax from "./processSyntax.js"
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
  readonly processes: Processes
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ShellOptions {
  readonly files: MemoryFiles
  /** What the shell gets beside its own commands; some must know when they have to be done. */
  readonly commands: (deadlineMs: number) => ReadonlyArray<Command>
  /** What concerns processes; without a process, for a command of the machine. */
  readonly processCommands: (processes: Processes, process: Process | undefined) => ReadonlyArray<Command>
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

const WAITING = new Set(["sleep", "timeout", "python3", "python", "node"])

/** While a process waits, what started it in the background goes on. */
const announced = (command: Command, process: Process | undefined): Command =>
  process === undefined || !WAITING.has(command.name)
    ? command
    : {
        ...command,
        execute: (args, ctx) => {
          process.onWait()
          return command.execute(args, ctx)
        }
      }

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = async (options: ShellOptions): Promise<Shell> => {
  const library = await import("just-bash")
  const { environment, files } = options
  const processes: Processes = new Processes({
    files,
    now: options.now,
    run: (program, signal, process) =>
      run({ ...program, timeoutMs: Number.POSITIVE_INFINITY }, Number.POSITIVE_INFINITY, signal, process)
  })
  const added = [
    ...options.commands(Number.POSITIVE_INFINITY),
    ...options.processCommands(processes, undefined)
  ]
  const names = [...library.getCommandNames(), ...added.map((command) => command.name)]
  // One file under every name: the shell looks for a file on the PATH, and never reads it.
  const program = "/usr/bin/bash"
  files.write(program, new TextEncoder().encode("#!/bin/bash\n# A command that is built into the shell.\n"))
  files.chmod(program, 0o755)
  for (const name of new Set(names)) {
    if (name !== "bash") files.link(program, `/usr/bin/${name}`)
  }
  const run = async (
    request: ExecRequest & { readonly cwd: string },
    deadlineMs: number,
    signal: AbortSignal,
    process?: Process
  ): Promise<ExecResult> => {
    const deadline = new AbortController()
    // A busy loop of shell commands never returns to the event loop, so no timer could end it.
    const coverage = {
      hit: () => {
        if (options.now() >= deadlineMs) deadline.abort()
      }
    }
    const refused: Array<FileFailure> = []
    const pipes = { at: (path: string) => processes.pipeAt(path), process }
    const fs = ShellFileSystem.make(files, pipes, (failure) => refused.push(failure))
    const commands = options.commands(deadlineMs).map((command) => announced(command, process))
    const bash: Bash = new library.Bash({
      fs,
      cwd: request.cwd,
      // Given here, they are exported: programs see them as well.
      env: { ...environment, ...request.env, PWD: request.cwd },
      customCommands: [...commands, ...options.processCommands(processes, process)],
      coverage,
      executionLimits: LIMITS,
      ...(process === undefined ? {} : { processInfo: { pid: process.pid } }),
      // Guards the host against scripts by patching its globals; this shell reaches nothing but its files.
      defenseInDepth: false
    })
    let setting: ProcessSyntax.Setting = {
      isProcess: process !== undefined,
      readsPipe: process?.stdin !== undefined,
      outputs: process?.files ?? {}
    }
    const input =
      process?.files.stdin === undefined || process.stdin !== undefined ? undefined : process.files.stdin
    bash.registerTransformPlugin({
      name: "redirections",
      transform: ({ ast }) => {
        const rewritten = ProcessSyntax.rewrite(ast, setting)
        // What a command runs in turn prints to that command, and reads from it.
        setting = ProcessSyntax.plain
        return { ast: Redirections.markTargets(rewritten) }
      }
    })
    const result = await bash
      .exec(request.command, {
        cwd: request.cwd,
        rawScript: true,
        ...(input === undefined
          ? {}
          : { stdin: await fs.readFile(input, "binary"), stdinKind: "bytes" as const }),
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
  return { run, processes }
}
