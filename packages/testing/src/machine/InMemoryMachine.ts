/**
 * The machine that needs nothing but JavaScript: a POSIX file system in memory, the bash language over it, and
 * two interpreters in WebAssembly. Making one costs microseconds; what a program does not use is never loaded.
 *
 * It looks like the Linux image: user `wuying` (uid 1000) in `/home/wuying`, who may write everywhere.
 *
 * - **Commands** are run by `just-bash`, in its dialect of bash with its own reimplementation of the usual tools
 *   (coreutils, sed, awk, grep, find, tar, jq, …) plus `node` and `python3`. There are no other programs and no
 *   network; `&` runs to its end first. A command that is cut off by its timeout loses what it has printed. One
 *   command may run at most 300,000 shell commands and loop rounds, then it fails with a message and a non-zero
 *   exit code.
 * - **Processes** in the background are what `setsid … &` (or `setsid setsid …`) starts. Each has a pid, an entry in
 *   `/proc`, files or named pipes (`mkfifo`) for its input and outputs, and ends at the latest with the machine. What
 *   its shell prints appears command by command; what a nested `sh -c` prints, when that ends. Of a pipe, `read` reads a
 *   line and `cat` what is there; other commands wait for its end. `kill` ends a process; it cannot stop one, and `trap`
 *   does not exist.
 * - **Terminals** take one command per line (with echo, editing, Ctrl-C, Ctrl-D, `stty size`,
 *   `tput cols`, `exit`). Directory and exit status stay, variables do not; a command shows what it printed when it has
 *   ended, and reads nothing of what is typed.
 * - **Time** is the Effect clock that is current when the machine is made: `sleep`, `timeout`, `date`, file
 *   times, JavaScript timers and dates, Python's `time.sleep` and `time.time`. Under a `TestClock` nothing waits
 *   for real.
 * - **JavaScript** runs in QuickJS (ES2023), with `fs`, `path`, `os`, `util`, `events`, `assert`, `buffer`,
 *   `timers` and `process` in the image of Node.js. As in Node.js' REPL, `let` and `const` names cannot be
 *   declared twice.
 * - **Python** is CPython 3.13 with its standard library (no sockets, threads or subprocesses, no packages), in a
 *   worker thread of Node.js. A run that outlives its timeout is interrupted and its names stay, unless it does
 *   not react within a second of real time; then the next run starts anew.
 * - **R** and **Java** fail with reason `Missing`.
 * - **The browser** shows HTML documents: `data:` URLs and the pages that the cloud was given (`TestCloud.setPage`).
 *   Links, forms and controls work; scripts do not run, and its pictures show grey bars for words. It has no DevTools
 *   server.
 *
 * - **Android**: an image `mobile_…` has the model of a device (`Machine.android`), and in its shell `setprop`,
 *   `getprop`, `wm`, `pm`, `am`, `monkey`, `input`, `killall`, `pidof` and `wya`.
 *
 * A file system holds 1 GiB, JavaScript and Python 512 MiB of memory each.
 *
 * @since 0.1.0
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import { isMobileImage } from "../cloud/internal/images.js"
import type { Browser } from "./Browser.js"
import type { Desktop } from "./Desktop.js"
import * as Phone from "./internal/memory/android/phone.js"
import { makeDesktop } from "./internal/memory/desktop/memoryDesktop.js"
import * as FileCommands from "./internal/memory/fileCommands.js"
import { FileFailure } from "./internal/memory/fileFailure.js"
import type { Interpreter, InterpreterHost } from "./internal/memory/interpreter.js"
import * as InterpreterCommands from "./internal/memory/interpreterCommands.js"
import * as JavaScript from "./internal/memory/javaScript.js"
import * as JavaScriptKernel from "./internal/memory/javaScriptKernel.js"
import { CAPACITY_BYTES, MemoryFiles } from "./internal/memory/memoryFiles.js"
import { type MemoryNode, sizeOf } from "./internal/memory/memoryNode.js"
import { absolute, join, normalize } from "./internal/memory/memoryPaths.js"
import * as ProcessCommands from "./internal/memory/processCommands.js"
import * as Python from "./internal/memory/python.js"
import * as Shell from "./internal/memory/shell.js"
import * as ShellCommands from "./internal/memory/shellCommands.js"
import { openTerminal } from "./internal/memory/terminal.js"
import { noDesktop, notAndroid } from "./internal/notAndroid.js"
import {
  type CodeLanguage,
  type CodeRequest,
  type CodeResult,
  type ExecRequest,
  type ExecResult,
  type FileStat,
  type Machine,
  MachineError,
  type MachineMetrics,
  Machines
} from "./Machine.js"

const USER = "wuying"
const HOME = `/home/${USER}`
const CPU_COUNT = 2
const MEMORY_BYTES = 4 * 1024 ** 3
/** What the system itself is taken to occupy. */
const IDLE_MEMORY_BYTES = 512 * 1024 ** 2

const ENVIRONMENT: Readonly<Record<string, string>> = {
  HOME,
  USER,
  LOGNAME: USER,
  SHELL: "/bin/bash",
  LANG: "C.UTF-8",
  PATH: "/usr/local/bin:/usr/bin:/bin"
}

const stopped = new MachineError({
  reason: "Stopped",
  detail: "the session is stopped: its scope is closed. Create another one."
})

const invalid = (detail: string, path?: string) => new MachineError({ reason: "Invalid", detail, path })

const missing = (language: CodeLanguage) =>
  new MachineError({
    reason: "Missing",
    detail:
      `the in-memory machine cannot run ${language}; use python or javascript, or a machine of real ` +
      `processes (LocalMachine.layer) on a host that has ${language}`
  })

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

const checkTimeout = ({ timeoutMs }: ExecRequest | CodeRequest): Effect.Effect<void, MachineError> =>
  timeoutMs >= 0 ? Effect.void : Effect.fail(invalid(`not a timeout in milliseconds: ${timeoutMs}`))

const layOut = (now: () => number, isMobile: boolean): MemoryFiles => {
  const files = new MemoryFiles(now)
  for (const path of [
    "/usr/bin",
    "/usr/local/bin",
    "/etc",
    "/dev",
    "/tmp",
    "/var/tmp",
    "/proc/1",
    "/opt",
    "/mnt",
    HOME,
    ...(isMobile ? Phone.directories : [])
  ]) {
    files.makeDirectory(path, { recursive: true })
  }
  files.chmod("/tmp", 0o1777)
  files.chmod("/var/tmp", 0o1777)
  files.symlink("usr/bin", "/bin")
  for (const name of ["null", "zero", "stdin", "stdout", "stderr", "tty"]) files.device(`/dev/${name}`)
  const text = (path: string, content: string) => files.write(path, new TextEncoder().encode(content))
  text("/etc/passwd", `root:x:0:0:root:/root:/bin/bash\n${USER}:x:1000:1000:${USER}:${HOME}:/bin/bash\n`)
  text("/etc/group", `root:x:0:\n${USER}:x:1000:\n`)
  text("/etc/hostname", "localhost\n")
  // The shell that runs a command of the machine.
  text("/proc/1/stat", "1 (sh) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0\n")
  return files
}

const statOf = (path: string, node: MemoryNode): FileStat => ({
  path,
  kind: node.kind,
  size: sizeOf(node),
  mode: node.mode & 0o777,
  createdMs: node.createdMs,
  modifiedMs: node.modifiedMs,
  revision: node.kind === "file" ? node.revision : undefined,
  accessedMs: node.accessedMs,
  owner: USER,
  group: USER
})

/** What all machines of one layer share. */
interface Assets {
  readonly python: Effect.Effect<Python.PythonAssets, MachineError>
}

type FindPage = (url: string) => string | undefined

interface Built {
  readonly machine: Machine
  readonly close: () => void
}

const build = (
  assets: Assets,
  runtime: Runtime.Runtime<never>,
  clock: Clock.Clock,
  page: FindPage,
  isMobile: boolean
): Built => {
  const now = () => clock.unsafeCurrentTimeMillis()
  let isClosed = false
  let running = 0
  let laidOut: MemoryFiles | undefined
  let shell: Promise<Shell.Shell> | undefined
  let desktop: Desktop | undefined
  let phone: Phone.Phone | undefined
  const languages = new Map<CodeLanguage, Language>()
  const cutOff = new Set<AbortController>()

  const files = (): MemoryFiles => {
    laidOut ??= layOut(now, isMobile)
    return laidOut
  }

  const sleep = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
    Runtime.runPromiseExit(runtime)(
      Number.isFinite(ms) ? Effect.sleep(ms) : Effect.never,
      signal === undefined ? undefined : { signal }
    ).then(() => undefined)

  const randomName = (length: number): string =>
    Runtime.runSync(runtime)(
      Effect.map(Effect.replicateEffect(Random.nextIntBetween(0, 36), length), (digits) =>
        digits.map((digit) => digit.toString(36)).join("")
      )
    )

  const host = (): InterpreterHost => ({
    files: files(),
    home: HOME,
    environment: ENVIRONMENT,
    cpuCount: CPU_COUNT,
    memoryBytes: MEMORY_BYTES,
    now,
    nowNanos: () => clock.unsafeCurrentTimeNanos(),
    randomName,
    sleep
  })

  const alive = Effect.suspend(() => (isClosed ? Effect.fail(stopped) : Effect.void))

  /** A file operation on a path made absolute. */
  const onFile = <A>(
    path: string,
    operation: (files: MemoryFiles, path: string) => A
  ): Effect.Effect<A, MachineError> =>
    Effect.suspend(() => {
      if (isClosed) return Effect.fail(stopped)
      if (path === "") return Effect.fail(invalid("the path is empty"))
      try {
        return Effect.succeed(operation(files(), absolute(HOME, path)))
      } catch (failure) {
        return failure instanceof FileFailure ? Effect.fail(failure.toMachineError()) : Effect.die(failure)
      }
    })

  /** Counts what runs, and fails with `Stopped` what the end of the machine has cut off. */
  const busy = <A, E>(work: Effect.Effect<A, E>): Effect.Effect<A, E | MachineError> =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        running += 1
      }),
      () => Effect.zipLeft(work, alive),
      () =>
        Effect.sync(() => {
          running -= 1
        })
    )

  const isDirectory = (path: string): boolean => {
    try {
      return files().node(absolute(HOME, path)).kind === "directory"
    } catch {
      return false
    }
  }

  const thePhone = (): Phone.Phone => {
    phone ??= Phone.makePhone(files, HOME, alive)
    return phone
  }

  const startShell = (): Promise<Shell.Shell> => {
    const environment = host()
    const commandHost = { ...environment, user: USER }
    return Shell.make({
      files: files(),
      environment: ENVIRONMENT,
      now,
      processCommands: (processes, process) => ProcessCommands.make(commandHost, processes, process),
      commands: (deadlineMs) => [
        ...ShellCommands.make(commandHost),
        ...FileCommands.make(commandHost),
        ...(isMobile ? thePhone().commands : []),
        ...InterpreterCommands.make(["python3", "python"], (program) =>
          Runtime.runPromise(runtime)(assets.python).then((loaded) =>
            Python.runProgram(loaded, environment, program)
          )
        ),
        ...InterpreterCommands.make(["node"], (program) =>
          JavaScript.load().then((module) =>
            JavaScriptKernel.runProgram(module, environment, program, deadlineMs)
          )
        )
      ]
    })
  }

  /** A signal that also aborts when the machine ends, for as long as `work` takes. */
  const untilClosed = async <A>(
    interruption: AbortSignal,
    work: (signal: AbortSignal) => Promise<A>
  ): Promise<A> => {
    const machineEnd = new AbortController()
    cutOff.add(machineEnd)
    try {
      return await work(AbortSignal.any([interruption, machineEnd.signal]))
    } finally {
      cutOff.delete(machineEnd)
    }
  }

  const exec = (request: ExecRequest): Effect.Effect<ExecResult, MachineError> =>
    Effect.gen(function* () {
      yield* checkTimeout(request)
      const cwd = yield* onFile(request.cwd || HOME, (files, path) => {
        files.list(path)
        return normalize(path)
      })
      // Loading the shell is no part of the command's time.
      const { run } = yield* Effect.promise(() => {
        shell ??= startShell()
        return shell
      })
      const deadlineMs = now() + request.timeoutMs
      return yield* Effect.tryPromise({
        try: (interruption) =>
          untilClosed(interruption, (signal) => run({ ...request, cwd }, deadlineMs, signal)),
        catch: (cause) => new MachineError({ reason: "Unknown", detail: String(cause) })
      }).pipe(
        Effect.timeoutTo({
          duration: request.timeoutMs,
          onSuccess: (result): ExecResult => result,
          onTimeout: (): ExecResult => ({ stdout: "", stderr: "", exitCode: -1, timedOut: true })
        })
      )
    }).pipe(busy)

  const starts: Partial<Record<CodeLanguage, Effect.Effect<Interpreter, MachineError>>> = {
    python: Effect.map(assets.python, (loaded) => Python.startKernel(loaded, host())),
    javascript: Effect.map(Effect.promise(JavaScript.load), (module) =>
      JavaScriptKernel.startKernel(module, host())
    )
  }

  const languageOf = (name: CodeLanguage): Effect.Effect<Language, MachineError> =>
    Effect.suspend(() => {
      const start = starts[name]
      if (start === undefined) return Effect.fail(missing(name))
      const language = languages.get(name) ?? makeLanguage(start)
      languages.set(name, language)
      return Effect.succeed(language)
    })

  const loadBrowser = Effect.promise(() => import("./internal/memory/browser/memoryBrowser.js"))
  let memoryBrowser: Browser | undefined
  const browser = Effect.map(loadBrowser, ({ makeMemoryBrowser }) => {
    memoryBrowser ??= makeMemoryBrowser(page)
    return memoryBrowser
  })

  const runCode = (request: CodeRequest): Effect.Effect<CodeResult, MachineError> =>
    alive.pipe(
      Effect.zipRight(checkTimeout(request)),
      Effect.zipRight(languageOf(request.language)),
      Effect.flatMap(({ run }) => run(request)),
      busy
    )

  return {
    machine: {
      kind: "memory",
      home: HOME,
      exec,
      runCode,
      terminal: (request) =>
        openTerminal(
          exec,
          (path) => onFile(path, (files, at) => files.node(at).kind === "directory"),
          HOME,
          request
        ),
      stat: (path) => onFile(path, (files, at) => statOf(normalize(at), files.node(at))),
      list: (path) =>
        onFile(path, (files, at) =>
          files.list(at).map(([name, node]) => statOf(join(normalize(at), name), node))
        ),
      walk: (path) =>
        onFile(path, (files, at) => files.walk(at).map(([found, node]) => statOf(normalize(found), node))),
      read: (path, offset, length) =>
        isCount(offset) && isCount(length)
          ? onFile(path, (files, at) =>
              files.readNode(files.open(at), offset, length === 0 ? undefined : length)
            )
          : Effect.fail(invalid(`not a range of bytes: offset ${offset}, length ${length}`, path)),
      write: (path, content, mode) =>
        onFile(path, (files, at) => {
          if (at.endsWith("/")) throw new FileFailure("EISDIR", "open", at)
          files.makeParents(normalize(at))
          files.write(at, content, mode)
        }),
      makeDirectory: (path) => onFile(path, (files, at) => files.makeDirectory(at, { recursive: true })),
      remove: (path, options) =>
        onFile(path, (files, at) => files.remove(at, { recursive: options?.recursive === true })),
      move: (source, destination) =>
        destination === ""
          ? Effect.fail(invalid("the path is empty"))
          : onFile(source, (files, at) => files.rename(at, absolute(HOME, destination))),
      watch: (path, onChange) =>
        Effect.asVoid(
          Effect.acquireRelease(
            onFile(path, (files, at) => {
              files.list(at)
              // Two who watch may bring the same function.
              const listener = () => onChange()
              files.listeners.add(listener)
              return () => files.listeners.delete(listener)
            }),
            (remove) => Effect.sync(remove)
          )
        ),
      metrics: Effect.map(
        alive,
        (): MachineMetrics => ({
          cpuCount: CPU_COUNT,
          cpuUsedPercent: Math.min(100, (100 * running) / CPU_COUNT),
          memoryTotalBytes: MEMORY_BYTES,
          memoryUsedBytes: IDLE_MEMORY_BYTES,
          diskTotalBytes: CAPACITY_BYTES,
          diskUsedBytes: files().usedBytes
        })
      ),
      desktop: Effect.flatMap(alive, () => {
        if (isMobile) return Effect.fail(noDesktop)
        desktop ??= makeDesktop({ alive, isDirectory })
        return Effect.succeed(desktop)
      }),
      android: Effect.flatMap(alive, () =>
        isMobile ? Effect.succeed(thePhone().android) : Effect.fail(notAndroid)
      ),
      browser: Effect.zipRight(alive, browser),
      connect: () =>
        Effect.fail(new MachineError({ reason: "Missing", detail: "programs in memory have no network" }))
    },
    close: () => {
      isClosed = true
      for (const controller of cutOff) controller.abort()
      void shell?.then(({ processes }) => processes.close())
      for (const language of languages.values()) language.close()
      languages.clear()
      laidOut = undefined
      shell = undefined
      desktop = undefined
      phone = undefined
    }
  }
}

interface Language {
  readonly run: (request: CodeRequest) => Effect.Effect<CodeResult, MachineError>
  readonly close: () => void
}

/** One interpreter that starts on first use, takes one run at a time, and is replaced when it is lost. */
const makeLanguage = (start: Effect.Effect<Interpreter, MachineError>): Language => {
  const turn = Effect.unsafeMakeSemaphore(1)
  let interpreter: Interpreter | undefined
  let isClosed = false
  let count = 0
  const current = Effect.suspend(() =>
    interpreter?.isAlive() === true
      ? Effect.succeed(interpreter)
      : Effect.tap(start, (started) =>
          Effect.suspend(() => {
            interpreter = started
            if (!isClosed) return Effect.void
            started.close()
            return Effect.fail(stopped)
          })
        )
  )
  return {
    run: ({ code, onEvent, timeoutMs }) =>
      turn.withPermits(1)(
        Effect.gen(function* () {
          const { run } = yield* current
          count += 1
          const executionCount = count
          const [duration, result] = yield* Effect.timed(run({ code, count, timeoutMs, onEvent }))
          return { ...result, executionCount, durationMs: Duration.toMillis(duration) }
        })
      ),
    close: () => {
      isClosed = true
      interpreter?.close()
    }
  }
}

/**
 * Machines in memory. Nothing is loaded before a program uses it.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Machines> = Layer.effect(
  Machines,
  Effect.gen(function* () {
    const python = yield* Effect.cached(Python.load)
    return Machines.of({
      kind: "memory",
      make: ({ imageId, page }) =>
        Effect.flatMap(Effect.runtime<Scope.Scope>(), (runtime) =>
          Effect.clockWith((clock) => {
            const { close, machine } = build(
              { python },
              runtime,
              clock,
              page ?? (() => undefined),
              isMobileImage(imageId)
            )
            return Effect.as(
              Effect.addFinalizer(() => Effect.sync(close)),
              machine
            )
          })
        )
    })
  })
)
