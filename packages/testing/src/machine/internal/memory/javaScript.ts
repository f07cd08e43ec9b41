/**
 * JavaScript in QuickJS, inside this process: cheap to start, and its file calls reach the machine's files
 * synchronously.
 *
 * @since 0.1.0
 */
import type {
  QuickJSContext,
  QuickJSHandle,
  QuickJSRuntime,
  QuickJSWASMModule,
  VmCallResult
} from "quickjs-emscripten"
import type { InterpreterHost } from "./interpreter.js"
import { makeHostCall } from "./javaScriptHost.js"
import { javaScriptInspect } from "./javaScriptInspect.js"
import { javaScriptPrelude } from "./javaScriptPrelude.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Launch {
  readonly argv: ReadonlyArray<string>
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
}

/**
 * Where a run's prints and displays go.
 *
 * @since 0.1.0
 * @category models
 */
export interface Sink {
  readonly print: (stream: "stdout" | "stderr", text: string) => void
  readonly display: (bundle: Record<string, unknown>) => void
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Thrown {
  readonly name: string
  readonly value: string
  readonly traceback: ReadonlyArray<string>
  readonly exitCode?: number | undefined
}

/**
 * Where an evaluation stands: waiting for a timer that is due at a time, or over.
 *
 * @since 0.1.0
 * @category models
 */
export type Progress =
  | { readonly _tag: "Waiting"; readonly dueMs: number }
  | { readonly _tag: "Done"; readonly bundle: Record<string, unknown> | undefined }
  | { readonly _tag: "Failed"; readonly error: Thrown }
  | { readonly _tag: "Interrupted" }

/**
 * One global scope. Every method runs JavaScript at most until `shouldStop` says yes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Realm {
  readonly start: (code: string, fileName: string, kind: "cell" | "module") => Progress
  /** Runs the timers that are due, and what follows from them. */
  readonly resume: () => Progress
  /** Forgets timers and a promise that is still awaited. */
  readonly cancel: () => void
  readonly exitCode: () => number
  /** The engine crashed or was disposed of; nothing runs any more. */
  readonly isBroken: () => boolean
  readonly dispose: () => void
}

const MEMORY_LIMIT_BYTES = 512 * 1024 * 1024
/** Deeper recursion overflows the host's stack before QuickJS notices. */
const STACK_LIMIT_BYTES = 160 * 1024
/** A global script in which `await` is allowed; it evaluates to a promise of `{ value }`. */
const EVALUATE_ASYNC = 1 << 7
const EVALUATE_MODULE = 1

const crashed = (cause: unknown): Thrown => {
  const isOverflow = cause instanceof RangeError
  const name = isOverflow ? "RangeError" : "InternalError"
  const value = isOverflow ? "Maximum call stack size exceeded" : String(cause)
  return {
    name,
    value,
    traceback: [`${name}: ${value}`, "The interpreter was restarted; its names are lost."]
  }
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const load = async (): Promise<QuickJSWASMModule> => {
  const library = await import("quickjs-emscripten")
  return library.newQuickJSWASMModule()
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const makeRealm = (
  module: QuickJSWASMModule,
  host: InterpreterHost,
  launch: Launch,
  sink: Sink,
  shouldStop: () => boolean
): Realm => {
  const runtime: QuickJSRuntime = module.newRuntime()
  runtime.setMemoryLimit(MEMORY_LIMIT_BYTES)
  runtime.setMaxStackSize(STACK_LIMIT_BYTES)
  let interrupted = false
  runtime.setInterruptHandler(() => {
    interrupted ||= shouldStop()
    return interrupted
  })
  const context: QuickJSContext = runtime.newContext()
  const hostCall = makeHostCall(context, host, launch, sink)
  const must = (result: VmCallResult<QuickJSHandle>): QuickJSHandle => context.unwrapResult(result)
  const inspector = must(
    context.evalCode(
      javaScriptInspect.replace("(() => {", "((host) => {").replace(/\)\(\)$/, ")"),
      "<machine>"
    )
  )
  const tools = must(context.callFunction(inspector, context.undefined, hostCall))
  const prelude = must(context.evalCode(javaScriptPrelude, "<machine>"))
  const api = must(context.callFunction(prelude, context.undefined, hostCall, tools))
  inspector.dispose()
  tools.dispose()
  prelude.dispose()
  const member = (name: string) => context.getProp(api, name)
  const nextDue = member("nextDue")
  const runDue = member("runDue")
  const clearTimers = member("clearTimers")
  const show = member("show")
  const describe = member("describe")
  const exitCode = member("exitCode")
  const exportsOf = member("exportsOf")
  runtime.setModuleLoader(
    (name) => {
      if (!name.startsWith("node:")) return new TextDecoder().decode(host.files.read(name))
      const names = must(
        context.callFunction(exportsOf, context.undefined, context.newString(name.slice(5)))
      ).consume(context.getString)
      const exported: ReadonlyArray<string> = JSON.parse(names)
      const source = `globalThis[Symbol.for("builtin modules")][${JSON.stringify(name.slice(5))}]`
      const valid = exported.filter((key) => /^[A-Za-z_$][\w$]*$/.test(key) && key !== "default")
      return `const m = ${source}; export default m; ${valid.map((key) => `export const ${key} = m.${key};`).join(" ")}`
    },
    (base, name) => {
      const bare = name.replace(/^node:/, "")
      if (!/^\.{0,2}\//.test(name)) return `node:${bare}`
      const directory = base.startsWith("/") ? base.slice(0, base.lastIndexOf("/")) : launch.cwd
      return host.files.realpath(name.startsWith("/") ? name : `${directory}/${name}`)
    }
  )

  let broken = false
  let disposed = false
  let pending: QuickJSHandle | undefined

  const forget = () => {
    pending?.dispose()
    pending = undefined
  }

  const failure = (thrown: QuickJSHandle): Progress => {
    if (interrupted) {
      thrown.dispose()
      return { _tag: "Interrupted" }
    }
    const described = context.callFunction(describe, context.undefined, thrown)
    if (described.error !== undefined) {
      const error = context.dump(described.error)
      described.dispose()
      thrown.dispose()
      return { _tag: "Failed", error: { name: "Error", value: String(error), traceback: [String(error)] } }
    }
    const error: Thrown = JSON.parse(context.getString(described.value))
    described.dispose()
    thrown.dispose()
    return { _tag: "Failed", error }
  }

  /** Runs promise jobs until none is left, then says what to wait for. */
  const settle = (): Progress => {
    const jobs = runtime.executePendingJobs()
    if (jobs.error !== undefined) return failure(jobs.error)
    jobs.dispose()
    if (interrupted) return { _tag: "Interrupted" }
    const due = must(context.callFunction(nextDue, context.undefined)).consume(context.getNumber)
    if (pending === undefined)
      return due < 0 ? { _tag: "Done", bundle: undefined } : { _tag: "Waiting", dueMs: due }
    const state = context.getPromiseState(pending)
    if (state.type === "rejected") {
      forget()
      return failure(state.error)
    }
    if (state.type === "fulfilled") {
      if (due >= 0) {
        state.value.dispose()
        return { _tag: "Waiting", dueMs: due }
      }
      // A module has no value.
      if (state.notAPromise === true) {
        forget()
        return { _tag: "Done", bundle: undefined }
      }
      const value = context.getProp(state.value, "value")
      state.value.dispose()
      const shown = context.callFunction(show, context.undefined, value)
      value.dispose()
      forget()
      if (shown.error !== undefined) return failure(shown.error)
      const text = context.typeof(shown.value) === "string" ? context.getString(shown.value) : undefined
      shown.dispose()
      return { _tag: "Done", bundle: text === undefined ? undefined : JSON.parse(text) }
    }
    if (due >= 0) return { _tag: "Waiting", dueMs: due }
    forget()
    const value = "the code awaits a promise that nothing can settle any more"
    return { _tag: "Failed", error: { name: "Error", value, traceback: [`Error: ${value}`] } }
  }

  const guarded = (step: () => Progress): Progress => {
    if (disposed) return { _tag: "Interrupted" }
    interrupted = false
    try {
      return step()
    } catch (cause) {
      broken = true
      return { _tag: "Failed", error: crashed(cause) }
    }
  }

  return {
    start: (code, fileName, kind) =>
      guarded(() => {
        const result = context.evalCode(code, fileName, kind === "module" ? EVALUATE_MODULE : EVALUATE_ASYNC)
        if (result.error !== undefined) return failure(result.error)
        pending = result.value
        return settle()
      }),
    resume: () =>
      guarded(() => {
        for (;;) {
          const ran = context.callFunction(runDue, context.undefined, context.newNumber(host.now()))
          if (ran.error !== undefined) return failure(ran.error)
          const again = context.dump(ran.value) === true
          ran.dispose()
          const progress = settle()
          if (!again || progress._tag !== "Waiting") return progress
        }
      }),
    cancel: () => {
      if (broken || disposed) return
      forget()
      must(context.callFunction(clearTimers, context.undefined)).dispose()
    },
    exitCode: () => must(context.callFunction(exitCode, context.undefined)).consume(context.getNumber),
    isBroken: () => broken || disposed,
    dispose: () => {
      if (broken || disposed) return
      disposed = true
      forget()
      for (const handle of [hostCall, api, nextDue, runDue, clearTimers, show, describe, exitCode, exportsOf])
        handle.dispose()
      context.dispose()
      runtime.dispose()
    }
  }
}
