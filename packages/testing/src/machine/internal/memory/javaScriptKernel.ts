/**
 * JavaScript as a notebook kernel and as the shell's `node`.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import type { QuickJSWASMModule } from "quickjs-emscripten"
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
import { makeRealm, type Progress } from "./javaScript.js"
import { absolute } from "./memoryPaths.js"

/**
 * Ends a run whose time is up on the machine's clock, and one that has computed for as long in real time: while it
 * computes, a test clock cannot move.
 */
const makeWatch = (now: () => number) => {
  let deadlineMs = Number.POSITIVE_INFINITY
  let budgetMs = Number.POSITIVE_INFINITY
  let spentMs = 0
  let startedMs: number | undefined
  const runningMs = () => (startedMs === undefined ? 0 : performance.now() - startedMs)
  return {
    allow: (timeoutMs: number) => {
      deadlineMs = now() + timeoutMs
      budgetMs = timeoutMs
      spentMs = 0
    },
    measure: <A>(step: () => A): A => {
      startedMs = performance.now()
      const result = step()
      spentMs += runningMs()
      startedMs = undefined
      return result
    },
    isOver: () => now() >= deadlineMs || spentMs + runningMs() >= budgetMs
  }
}

/**
 * One global scope for all runs, in which `await` is allowed at the top level. A run ends when its code and the
 * timers it started have ended.
 *
 * @since 0.1.0
 * @category constructors
 */
export const startKernel = (module: QuickJSWASMModule, host: InterpreterHost): Interpreter => {
  const watch = makeWatch(host.now)
  const closed = Deferred.unsafeMake<void>(FiberId.none)
  let recorder = new Recorder()
  const realm = makeRealm(
    module,
    host,
    { argv: ["/usr/bin/node"], cwd: host.home, environment: host.environment },
    {
      print: (stream, text) => recorder.print(stream, text),
      display: (data) => recorder.display({ data, isMain: false })
    },
    watch.isOver
  )

  const finish = (progress: Progress): RunResult => {
    const { outputs, stderr, stdout } = recorder
    switch (progress._tag) {
      case "Done":
        if (progress.bundle !== undefined) recorder.display({ data: progress.bundle, isMain: true })
        return { outputs, stdout, stderr, timedOut: false }
      case "Failed": {
        const { name, traceback, value } = progress.error
        return { outputs, stdout, stderr, error: { name, value, traceback }, timedOut: false }
      }
      default:
        return { outputs, stdout, stderr, timedOut: true }
    }
  }

  const follow = (progress: Progress): Effect.Effect<Progress> =>
    progress._tag !== "Waiting"
      ? Effect.succeed(progress)
      : Effect.sleep(Math.max(0, progress.dueMs - host.now())).pipe(
          Effect.raceFirst(Deferred.await(closed)),
          Effect.zipRight(Effect.sync(() => watch.measure(realm.resume))),
          Effect.flatMap(follow)
        )

  const run = ({ code, count, onEvent, timeoutMs }: Run): Effect.Effect<RunResult> =>
    Effect.suspend(() => {
      recorder = new Recorder(onEvent)
      watch.allow(timeoutMs)
      return follow(watch.measure(() => realm.start(code, `<cell ${count}>`, "cell")))
    }).pipe(
      Effect.timeoutOption(timeoutMs),
      Effect.map(Option.getOrElse((): Progress => ({ _tag: "Interrupted" }))),
      Effect.map(finish),
      Effect.ensuring(Effect.sync(realm.cancel))
    )

  const close = () => {
    realm.dispose()
    Deferred.unsafeDone(closed, Effect.void)
  }

  return { run, isAlive: () => !realm.isBroken(), close }
}

const usage = "Usage: node [-e script | -p script | file | -] [arguments]\n"

interface Script {
  readonly code: string
  readonly fileName: string
  readonly kind: "cell" | "module"
  readonly prints: boolean
  readonly rest: ReadonlyArray<string>
}

const scriptOf = (host: InterpreterHost, program: Program): Script => {
  const [first, second] = program.args
  const isPrint = first === "-p" || first === "--print" || first === "-pe"
  if (isPrint || first === "-e" || first === "--eval") {
    return {
      code: second ?? "",
      fileName: "[eval]",
      kind: "cell",
      prints: isPrint,
      rest: program.args.slice(2)
    }
  }
  if (first === undefined || first === "-") {
    const code = new TextDecoder().decode(program.stdin)
    return { code, fileName: "[stdin]", kind: "cell", prints: false, rest: program.args.slice(1) }
  }
  const path = host.files.realpath(absolute(program.cwd, first))
  const source = new TextDecoder().decode(host.files.read(path)).replace(/^#!.*/, "")
  const isModule = path.endsWith(".mjs") || /^\s*(import\s[^(]|export\s)/m.test(source)
  const code = isModule ? source : `require(${JSON.stringify(path)})`
  return {
    code,
    fileName: path,
    kind: isModule ? "module" : "cell",
    prints: false,
    rest: program.args.slice(1)
  }
}

const failed = (text: string, exitCode: number): ProgramResult => ({
  stdout: new Uint8Array(0),
  stderr: new TextEncoder().encode(text),
  exitCode
})

/**
 * `node …` as the shell starts it: a global scope of its own.
 *
 * @since 0.1.0
 * @category constructors
 */
export const runProgram = async (
  module: QuickJSWASMModule,
  host: InterpreterHost,
  program: Program,
  deadlineMs: number
): Promise<ProgramResult> => {
  const [first] = program.args
  if (first === "--version" || first === "-v")
    return { ...failed("", 0), stdout: new TextEncoder().encode("v20.0.0\n") }
  if (first === "--help" || first === "-h")
    return { ...failed("", 0), stdout: new TextEncoder().encode(usage) }
  let script: Script
  try {
    script = scriptOf(host, program)
  } catch (cause) {
    if (cause instanceof FileFailure) return failed(`node: cannot open '${first}': ${cause.message}\n`, 1)
    throw cause
  }
  const recorder = new Recorder()
  const watch = makeWatch(host.now)
  watch.allow(deadlineMs - host.now())
  const argv = [
    "/usr/bin/node",
    ...(script.fileName.startsWith("/") ? [script.fileName] : []),
    ...script.rest
  ]
  const realm = makeRealm(
    module,
    host,
    { argv, cwd: program.cwd, environment: program.environment },
    {
      print: (stream, text) => recorder.print(stream, text),
      display: (data) => recorder.print("stdout", `${String(data["text/plain"])}\n`)
    },
    () => watch.isOver() || program.signal?.aborted === true
  )
  try {
    let progress = watch.measure(() => realm.start(script.code, script.fileName, script.kind))
    while (progress._tag === "Waiting" && program.signal?.aborted !== true) {
      await host.sleep(Math.max(0, progress.dueMs - host.now()), program.signal)
      progress = watch.measure(realm.resume)
    }
    if (progress._tag === "Done" && script.prints) {
      recorder.print("stdout", `${String(progress.bundle?.["text/plain"] ?? "undefined")}\n`)
    }
    const exit = progress._tag === "Failed" ? progress.error.exitCode : undefined
    if (progress._tag === "Failed" && exit === undefined) {
      recorder.print("stderr", `Uncaught ${progress.error.traceback.join("\n")}\n`)
    }
    const exitCode =
      progress._tag === "Done" ? realm.exitCode() : progress._tag === "Failed" ? (exit ?? 1) : 137
    const encode = (text: string) => new TextEncoder().encode(text)
    return { stdout: encode(recorder.stdout), stderr: encode(recorder.stderr), exitCode }
  } finally {
    realm.dispose()
  }
}
