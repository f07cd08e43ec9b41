/**
 * CPython (the WebAssembly build that comes with just-bash) in a worker thread: one long-lived worker is a
 * machine's notebook kernel, and every `python3` of the shell is a worker of its own.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { MachineError } from "../../Machine.js"
import { FileFailure } from "./fileFailure.js"
import {
  type Interpreter,
  type InterpreterHost,
  type Program,
  type ProgramResult,
  Recorder,
  type Run,
  type RunResult
} from "./interpreter.js"
import { makeFileOperations } from "./pythonHost.js"
import { pythonKernel, pythonSite } from "./pythonSources.js"
import { emscriptenErrno, type PythonCall, type PythonWorkerData, pythonWorker } from "./pythonWorker.js"

/**
 * What all Python workers share: the compiled interpreter and its library.
 *
 * @since 0.1.0
 * @category models
 */
export interface PythonAssets {
  readonly directory: string
  readonly module: WebAssembly.Module
  readonly library: Uint8Array
  readonly Worker: typeof import("node:worker_threads").Worker
}

const SIGINT = 2
/** How long a run may take to notice that it was interrupted before its worker is ended. */
const GRACE_MS = 1000
const BUFFER_BYTES = 256 * 1024
const CONTROL_BYTES = 8

/**
 * Fails where there are no worker threads (a browser), and where just-bash comes without its Python.
 *
 * @since 0.1.0
 * @category constructors
 */
export const load: Effect.Effect<PythonAssets, MachineError> = Effect.tryPromise({
  try: async () => {
    const [{ createRequire }, { readFile }, path, { Worker }] = await Promise.all([
      import("node:module"),
      import("node:fs/promises"),
      import("node:path"),
      import("node:worker_threads")
    ])
    const entry = createRequire(import.meta.url).resolve("just-bash")
    const directory = path.join(path.dirname(entry), "../../vendor/cpython-emscripten")
    const [program, archive] = await Promise.all([
      readFile(path.join(directory, "python.wasm")),
      readFile(path.join(directory, "python313.zip"))
    ])
    const library = new Uint8Array(new SharedArrayBuffer(archive.length))
    library.set(archive)
    return { directory, module: await WebAssembly.compile(program), library, Worker }
  },
  catch: (cause) =>
    new MachineError({
      reason: "Missing",
      detail:
        "Python needs Node.js and the CPython that just-bash 3.4 brings along in vendor/cpython-emscripten; " +
        `use JavaScript, or a machine of real processes (${cause instanceof Error ? cause.message : String(cause)})`
    })
})

interface Handlers {
  readonly stdin: () => Uint8Array
  readonly print: (stream: "stdout" | "stderr", bytes: Uint8Array) => void
  /** The kernel wants its next request; `answer` may be called later. */
  readonly next: (answer: (line: Uint8Array) => void) => void
  readonly reply: (line: string) => void
  readonly ended: (exitCode: number, problem: string | undefined) => void
}

interface Connection {
  readonly interrupt: () => void
  readonly calm: () => void
  readonly terminate: () => void
  readonly hold: (isBusy: boolean) => void
}

const EMPTY: Uint8Array = new Uint8Array(0)

const connect = (
  assets: PythonAssets,
  host: InterpreterHost,
  launch: Pick<PythonWorkerData, "args" | "cwd" | "environment" | "sources">,
  handlers: Handlers
): Connection => {
  const control = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES))
  const clocks = new Float64Array(new SharedArrayBuffer(16))
  const data = new Uint8Array(new SharedArrayBuffer(BUFFER_BYTES))
  const signals = new Uint8Array(new SharedArrayBuffer(1))
  const { directory, library, module } = assets
  const workerData: PythonWorkerData = {
    directory,
    module,
    library,
    control,
    clocks,
    data,
    signals,
    ...launch
  }
  // Bundlers that keep function names call a helper of theirs, which the worker does not have.
  const source = `const __name = (value) => value;(${pythonWorker.toString()})(require)`
  const worker = new assets.Worker(source, { eval: true, workerData, execArgv: [] })
  worker.unref()
  const perform = makeFileOperations(host.files)
  let awakened = new AbortController()
  let answered: Uint8Array = EMPTY
  let over = false

  const tick = () => {
    clocks[0] = host.now()
    clocks[1] = Number(host.nowNanos()) / 1e6
  }
  tick()
  const release = (status: number) => {
    tick()
    Atomics.store(control, 1, status)
    Atomics.store(control, 0, 1)
    Atomics.notify(control, 0)
  }
  const answer = (bytes: Uint8Array) => {
    answered = bytes
    data.set(bytes.subarray(0, data.length))
    release(bytes.length)
  }
  const end = (exitCode: number, problem?: string) => {
    if (over) return
    over = true
    awakened.abort()
    handlers.ended(exitCode, problem)
  }
  const fromProgram = (bytes: Uint8Array) => {
    const text = new TextDecoder().decode(bytes)
    if (text.startsWith("sleep ")) {
      const signal = awakened.signal
      void host.sleep(Number(text.slice(6)), signal).then(() => answer(EMPTY))
      return
    }
    handlers.reply(text.slice("reply ".length))
    answer(EMPTY)
  }

  worker.on("message", ({ args, bytes, operation }: PythonCall) => {
    switch (operation) {
      case "clock":
        return answer(EMPTY)
      case "more": {
        const offset = Number(args[0])
        data.set(answered.subarray(offset, offset + data.length))
        return release(answered.length)
      }
      case "stdin":
        return answer(handlers.stdin())
      case "stdout":
      case "stderr":
        handlers.print(operation, bytes ?? EMPTY)
        return answer(EMPTY)
      case "next":
        return handlers.next(answer)
      case "machine":
        return fromProgram(bytes ?? EMPTY)
      case "crash":
        return end(134, String(args[0]))
      case "exit":
        return end(Number(args[0]))
      default: {
        try {
          answer(perform(operation, args, bytes ?? EMPTY))
        } catch (cause) {
          release(-(cause instanceof FileFailure ? emscriptenErrno[cause.code] : emscriptenErrno.EINVAL))
        }
      }
    }
  })
  worker.on("error", (cause) => end(134, cause.message))
  worker.on("exit", () => end(137, "the interpreter ended"))

  return {
    interrupt: () => {
      Atomics.store(signals, 0, SIGINT)
      awakened.abort()
    },
    calm: () => {
      Atomics.store(signals, 0, 0)
      awakened = new AbortController()
    },
    terminate: () => {
      void worker.terminate()
      end(137, "the interpreter was ended")
    },
    // An idle kernel does not keep the process alive; a run does.
    hold: (isBusy) => (isBusy ? worker.ref() : worker.unref())
  }
}

const sources = { "sitecustomize.py": pythonSite, "kernel.py": pythonKernel }

const Reply = Schema.parseJson(
  Schema.Struct({
    outputs: Schema.Array(
      Schema.Struct({
        data: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
        isMain: Schema.Boolean
      })
    ),
    error: Schema.NullOr(
      Schema.Struct({ name: Schema.String, value: Schema.String, traceback: Schema.Array(Schema.String) })
    )
  })
)
const decodeReply = Schema.decodeUnknown(Reply)

const crash = (recorder: Recorder, problem: string): RunResult => ({
  outputs: recorder.outputs,
  stdout: recorder.stdout,
  stderr: recorder.stderr,
  error: {
    name: "InterpreterCrash",
    value: problem,
    traceback: [`InterpreterCrash: ${problem}`, "The interpreter was restarted; its names are lost."]
  },
  timedOut: false
})

/**
 * A notebook kernel. A run that outlives its timeout is interrupted like Ctrl-C does, and keeps its names; when it
 * does not react, its worker is ended and the next run starts anew.
 *
 * @since 0.1.0
 * @category constructors
 */
export const startKernel = (assets: PythonAssets, host: InterpreterHost): Interpreter => {
  type Current = {
    readonly recorder: Recorder
    readonly settle: (result: Effect.Effect<RunResult, MachineError>) => void
  }
  let current: Current | undefined
  let request: Uint8Array | undefined
  let give: ((line: Uint8Array) => void) | undefined
  let alive = true
  const ready = Deferred.unsafeMake<void>(FiberId.none)

  const connection = connect(
    assets,
    host,
    { args: ["/.python/kernel.py"], cwd: host.home, environment: host.environment, sources },
    {
      stdin: () => EMPTY,
      print: (stream, bytes) => current?.recorder.print(stream, bytes),
      next: (answer) => {
        Deferred.unsafeDone(ready, Effect.void)
        if (request === undefined) give = answer
        else {
          const line = request
          request = undefined
          answer(line)
        }
      },
      reply: (line) => {
        const run = current
        run?.settle(
          Effect.match(decodeReply(line), {
            onFailure: (error) => crash(run.recorder, error.message),
            onSuccess: ({ error, outputs }): RunResult => ({
              outputs,
              stdout: run.recorder.stdout,
              stderr: run.recorder.stderr,
              error: error ?? undefined,
              timedOut: false
            })
          })
        )
      },
      ended: (_, problem) => {
        alive = false
        Deferred.unsafeDone(ready, Effect.void)
        if (current !== undefined)
          current.settle(Effect.succeed(crash(current.recorder, problem ?? "the interpreter ended")))
      }
    }
  )

  const run = ({ code, count, onEvent, timeoutMs }: Run): Effect.Effect<RunResult, MachineError> =>
    Effect.gen(function* () {
      const reply = yield* Deferred.make<RunResult, MachineError>()
      const recorder = new Recorder(onEvent)
      connection.hold(true)
      // Starting the interpreter is no part of the run's time.
      yield* Deferred.await(ready)
      if (!alive) return crash(recorder, "the interpreter did not start")
      current = { recorder, settle: (result) => Deferred.unsafeDone(reply, result) }
      connection.calm()
      const line = new TextEncoder().encode(`${JSON.stringify({ code, count })}\n`)
      if (give === undefined) request = line
      else {
        const answer = give
        give = undefined
        answer(line)
      }
      // The worker computes in real time, whatever clock the program runs on.
      const stop = Effect.sync(connection.interrupt).pipe(
        Effect.zipRight(Effect.timeoutOption(Deferred.await(reply), GRACE_MS)),
        Effect.withClock(Clock.make()),
        Effect.tap((outcome) => (Option.isNone(outcome) ? Effect.sync(connection.terminate) : Effect.void))
      )
      const outcome = yield* Deferred.await(reply).pipe(
        Effect.timeoutOption(timeoutMs),
        Effect.onInterrupt(() => Effect.ignore(stop))
      )
      if (Option.isSome(outcome)) return outcome.value
      yield* stop
      const { outputs, stderr, stdout } = recorder
      return { outputs, stdout, stderr, timedOut: true }
    }).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          current = undefined
          connection.hold(false)
        })
      )
    )

  return { run, isAlive: () => alive, close: connection.terminate }
}

const concat = (chunks: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return whole
}

/**
 * `python3 …` as the shell starts it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const runProgram = (
  assets: PythonAssets,
  host: InterpreterHost,
  program: Program
): Promise<ProgramResult> =>
  new Promise((resolve) => {
    const stdout: Array<Uint8Array> = []
    const stderr: Array<Uint8Array> = []
    let stdin = program.stdin
    const { args, cwd, environment, signal } = program
    const connection = connect(
      assets,
      host,
      { args, cwd, environment, sources },
      {
        stdin: () => {
          const given = stdin
          stdin = EMPTY
          return given
        },
        print: (stream, bytes) => void (stream === "stdout" ? stdout : stderr).push(bytes),
        next: () => undefined,
        reply: () => undefined,
        ended: (exitCode, problem) => {
          signal?.removeEventListener("abort", connection.terminate)
          if (problem !== undefined && signal?.aborted !== true) {
            stderr.push(new TextEncoder().encode(`python3: ${problem}\n`))
          }
          resolve({ stdout: concat(stdout), stderr: concat(stderr), exitCode })
        }
      }
    )
    connection.hold(true)
    signal?.addEventListener("abort", connection.terminate)
    if (signal?.aborted === true) connection.terminate()
  })
