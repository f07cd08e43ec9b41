/**
 * The background processes of the machine. A process is a program of the shell with a pid, files for its input and
 * outputs, and `/proc/<pid>/stat`; it leads a session and a group of its own. It goes on when what started it has ended,
 * until it ends, is killed, or the machine closes.
 *
 * @since 0.1.0
 */
import type { MemoryFiles } from "./memoryFiles.js"
import { Pipe } from "./pipe.js"

const EMPTY = new Uint8Array(0)
const FIRST_PID = 100

/**
 * Absolute paths. What is not given goes to whoever waits for the process, or nowhere.
 *
 * @since 0.1.0
 * @category models
 */
export interface Files {
  readonly stdin?: string | undefined
  readonly stdout?: string | undefined
  readonly stderr?: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Program {
  readonly argv: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * What a program knows of the process it runs in.
 *
 * @since 0.1.0
 * @category models
 */
export interface Process {
  readonly pid: number
  /** The pipe it reads, if it reads one. */
  readonly stdin: Pipe | undefined
  readonly files: Files
  /** It waits for something now: whoever started it in the background goes on. */
  readonly onWait: () => void
  readonly isAlive: () => boolean
  /** Puts another program in place of the one that runs. */
  readonly replace: (program: Program) => void
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Started {
  readonly pid: number
  readonly ended: Promise<Ended>
  /** It waits for something, or has ended. */
  readonly settled: Promise<void>
}

interface Entry {
  readonly process: Process
  readonly end: (exitCode: number, output?: { readonly stdout: string; readonly stderr: string }) => void
}

interface Signal<A> {
  readonly promise: Promise<A>
  readonly resolve: (value: A) => void
}

const makeSignal = <A>(): Signal<A> => {
  let resolve: (value: A) => void = () => undefined
  const promise = new Promise<A>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const SHELLS = /^(.*\/)?(sh|bash|dash)$/

/** The shell takes the place of `sh -c script name arguments…`; any other program is its only command. */
const scriptOf = ([program = "", ...args]: ReadonlyArray<string>): string => {
  const at = args.indexOf("-c")
  if (!SHELLS.test(program) || at < 0 || !args.slice(0, at).every((arg) => arg.startsWith("-"))) {
    return [program, ...args].map(quote).join(" ")
  }
  const [script = "", , ...parameters] = args.slice(at + 1)
  return parameters.length === 0 ? script : `set -- ${parameters.map(quote).join(" ")}\n${script}`
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ProcessHost {
  readonly files: MemoryFiles
  readonly now: () => number
  readonly run: (
    program: {
      readonly command: string
      readonly env: Readonly<Record<string, string>>
      readonly cwd: string
    },
    signal: AbortSignal,
    process: Process
  ) => Promise<Ended>
}

/**
 * @since 0.1.0
 * @category models
 */
export class Processes {
  private readonly entries = new Map<number, Entry>()
  private readonly pipes = new Map<number, Pipe>()
  private nextPid = FIRST_PID

  constructor(private readonly host: ProcessHost) {}

  makePipe(path: string): void {
    const { files } = this.host
    files.device(path)
    this.pipes.set(files.node(path).id, new Pipe())
  }

  pipeAt(path: string): Pipe | undefined {
    const node = this.pipes.size === 0 ? undefined : this.host.files.find(path)
    return node?.kind === "other" ? this.pipes.get(node.id) : undefined
  }

  /** Fails as opening its files does. */
  start(program: Program, given: Files, parent: Process | undefined): Started {
    const { files } = this.host
    const outputs = [...new Set([given.stdout, given.stderr])].flatMap((path) => {
      if (path === undefined) return []
      const pipe = this.pipeAt(path)
      if (pipe === undefined) files.write(path, EMPTY, "append")
      pipe?.open()
      return pipe === undefined ? [] : [pipe]
    })
    if (given.stdin !== undefined) files.open(given.stdin)
    const stdin = given.stdin === undefined ? undefined : this.pipeAt(given.stdin)

    const pid = this.nextPid++
    const ended = makeSignal<Ended>()
    const settled = makeSignal<void>()
    const abort = new AbortController()
    let replaced = makeSignal<Program>()
    const process: Process = {
      pid,
      stdin,
      files: given,
      onWait: () => {
        settled.resolve()
        parent?.onWait()
      },
      isAlive: () => this.entries.has(pid),
      replace: (next) => replaced.resolve(next)
    }
    const end: Entry["end"] = (exitCode, output = { stdout: "", stderr: "" }) => {
      if (!this.entries.delete(pid)) return
      abort.abort()
      for (const pipe of outputs) pipe.close()
      if (files.find(`/proc/${pid}`) !== undefined) files.remove(`/proc/${pid}`, { recursive: true })
      settled.resolve()
      ended.resolve({ exitCode, ...output })
    }
    this.entries.set(pid, { process, end })
    files.makeDirectory(`/proc/${pid}`, { recursive: true })
    this.note(pid, parent?.pid ?? 1)

    const append = (path: string | undefined, text: string): void => {
      if (path === undefined || text === "") return
      const bytes = new TextEncoder().encode(text)
      const pipe = this.pipeAt(path)
      if (pipe === undefined) files.write(path, bytes, "append")
      else pipe.write(bytes)
    }
    const runAll = async (): Promise<void> => {
      for (let next: Program = program; ; ) {
        replaced = makeSignal<Program>()
        const own = new AbortController()
        const { argv, cwd, env } = next
        const outcome = await Promise.race([
          this.host.run(
            { command: scriptOf(argv), env, cwd },
            AbortSignal.any([abort.signal, own.signal]),
            process
          ),
          replaced.promise
        ])
        if (!this.entries.has(pid)) return
        if (!("argv" in outcome)) {
          // What was not said by one command, such as a complaint about the syntax.
          append(given.stdout, outcome.stdout)
          append(given.stderr, outcome.stderr)
          return end(outcome.exitCode, outcome)
        }
        own.abort()
        next = outcome
      }
    }
    void runAll().catch((failure: unknown) => end(126, { stdout: "", stderr: `${String(failure)}\n` }))
    return { pid, ended: ended.promise, settled: settled.promise }
  }

  /** Whether there is such a process, or, for a negative number, such a group. Signal 0 changes nothing. */
  signal(target: number, number: number, isFatal: boolean): boolean {
    const entry = this.entries.get(Math.abs(target))
    if (entry !== undefined && isFatal) entry.end(128 + number)
    return entry !== undefined
  }

  close(): void {
    for (const { end } of [...this.entries.values()]) end(137)
  }

  /** In the form of Linux, as far as anybody reads it: state, parent, group, session, and the time of the start. */
  private note(pid: number, parent: number): void {
    const ticks = Math.floor(this.host.now() / 10)
    const text = `${pid} (sh) S ${parent} ${pid} ${pid} 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${ticks} 0 0\n`
    this.host.files.write(`/proc/${pid}/stat`, new TextEncoder().encode(text))
  }
}
