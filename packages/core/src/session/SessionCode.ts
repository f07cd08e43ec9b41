/**
 * Running code in a session: `session.code`.
 *
 * An exception that the code raises is data. `orFail` turns it into a failure where that is wanted.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import {
  type ChannelError,
  type ChannelUnavailable,
  CodeFailed,
  CodeTimeout,
  type InvalidArgument,
  type SessionError,
  type ToolError,
  type VpcUnavailable
} from "../AgentBayError.js"
import { readFailure } from "../contract/Tool.js"
import { type CodeRun, runCode } from "../contract/tools/CodeTools.js"
import { defaultTimeout, isTimeout, parseLanguage, textOf, timeoutWords } from "../internal/code/codeRun.js"
import { makeStream } from "../internal/code/streamCode.js"
import { makeOutput } from "../internal/codeOutput.js"
import { ensure, ensureTimeout } from "../internal/validate.js"
import * as SessionSocket from "../transport/SessionSocket.js"
import { callTool, type SessionRuntime } from "./SessionRuntime.js"

/**
 * A language of the service.
 *
 * @since 0.1.0
 * @category models
 */
export type Language = "python" | "javascript" | "r" | "java"

/**
 * What `run` takes for a language: its name or another name of it, in any capitalisation.
 *
 * @since 0.1.0
 * @category models
 */
export type LanguageInput = Language | "py" | "python3" | "js" | "node" | "nodejs" | (string & {})

/**
 * @since 0.1.0
 * @category models
 */
export interface RunOptions {
  /**
   * How long the code may take. Any positive, finite time, sent as given, in seconds. Default 60 seconds, which is
   * also what the gateway of the API allows per call according to its documentation.
   */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * An exception that code raised. `name` is its class, or `ExecutionError` where the service names none.
 *
 * @since 0.1.0
 * @category models
 */
export interface CodeException {
  readonly name: string
  readonly value: string
  readonly traceback: string
}

/**
 * One value that code displayed, in all the forms in which it did so.
 *
 * @since 0.1.0
 * @category models
 */
export interface CodeOutput {
  /** True for the value of the last expression. */
  readonly isMain: boolean
  readonly text: Option.Option<string>
  readonly html: Option.Option<string>
  readonly markdown: Option.Option<string>
  /** The image file. None also when its base64 is damaged; `data` has it as it came. */
  readonly png: Option.Option<Uint8Array>
  /** The image file. None also when its base64 is damaged; `data` has it as it came. */
  readonly jpeg: Option.Option<Uint8Array>
  readonly svg: Option.Option<string>
  readonly latex: Option.Option<string>
  readonly json: Option.Option<unknown>
  /** A Vega or Vega-Lite specification. */
  readonly chart: Option.Option<unknown>
  /** Every form by its MIME type, as it came. */
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * What one run of code left behind.
 *
 * @since 0.1.0
 * @category models
 */
export interface CodeExecution {
  readonly language: Language
  readonly sessionId: string
  readonly requestId: string
  /** Text of the main result (the value of the last expression), else of the first result that has one. */
  readonly text: Option.Option<string>
  readonly stdout: string
  readonly stderr: string
  /** The pieces of `stdout` and `stderr` as the service delivers them; they are not lines. */
  readonly logs: { readonly stdout: ReadonlyArray<string>; readonly stderr: ReadonlyArray<string> }
  /** Everything that the code displayed, in order. */
  readonly outputs: ReadonlyArray<CodeOutput>
  readonly error: Option.Option<CodeException>
  readonly executionTime: Option.Option<Duration.Duration>
  /** Number of runs of this kernel so far. */
  readonly executionCount: Option.Option<number>
}

/**
 * What happens while code runs, in the order of arrival. Pieces of output are neither lines nor in step with each other:
 * standard output, standard error and values travel apart. `Completed` comes last, and only once.
 *
 * @since 0.1.0
 * @category models
 */
export type CodeEvent =
  | { readonly _tag: "Stdout"; readonly text: string }
  | { readonly _tag: "Stderr"; readonly text: string }
  | { readonly _tag: "Output"; readonly output: CodeOutput }
  | { readonly _tag: "Exception"; readonly error: CodeException }
  | {
      readonly _tag: "Completed"
      readonly execution: CodeExecution
      /** False when the session has no live channel, and the run was awaited instead. */
      readonly isLive: boolean
    }

/**
 * @since 0.1.0
 * @category models
 */
export interface StreamOptions extends RunOptions {
  /** Characters of frames that may wait for the consumer; more fails the stream. Default 8,388,608. */
  readonly capacity?: number | undefined
  /**
   * False leaves `stdout`, `stderr`, `logs` and `outputs` of the result empty, for code that prints without end. Default
   * true.
   */
  readonly keepOutput?: boolean | undefined
}

/**
 * Runs code and tells what happens while it runs.
 *
 * Without a live channel the stream fails with `ChannelUnavailable`, which says what is missing. With
 * `fallback: "blocking"` the code is run by `run` instead, and everything comes at its end; `isLive` of `Completed` is
 * false then.
 *
 * @since 0.1.0
 * @category models
 */
export interface StreamCode {
  (
    language: LanguageInput,
    code: string,
    options?: StreamOptions & { readonly fallback?: "none" | undefined }
  ): Stream.Stream<CodeEvent, SessionCode.StreamFailure>
  (
    language: LanguageInput,
    code: string,
    options: StreamOptions & { readonly fallback: "blocking" }
  ): Stream.Stream<CodeEvent, Exclude<SessionCode.StreamFailure, ChannelUnavailable> | SessionCode.Failure>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionCode extends Context.Tag("@effect-agentbay/core/SessionCode")<
  SessionCode,
  SessionCode.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionCode {
  /**
   * Every way in which running code can fail.
   *
   * @since 0.1.0
   * @category errors
   */
  export type Failure = InvalidArgument | CodeTimeout | SessionError | VpcUnavailable | ToolError

  /**
   * Every way in which following code can fail.
   *
   * @since 0.1.0
   * @category errors
   */
  export type StreamFailure = InvalidArgument | CodeTimeout | ChannelError | ChannelUnavailable

  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Runs code and waits for its end. Python, R and Java keep their variables from one run of a session to the
     * next. Needs an image with the tool `run_code`, such as `code_latest`.
     *
     * Languages: `python` (`py`, `python3`), `javascript` (`js`, `node`, `nodejs`), `r`, `java`, in any
     * capitalisation.
     *
     * Fails with `CodeTimeout` when the code was stopped after `timeout`, `InvalidArgument` for an unknown language
     * or a time that is not positive and finite (nothing is sent), `ToolError` when the session cannot run code at
     * all, `VpcUnavailable` when the VPC route cannot be taken, and `SessionError` when the service, or the way to
     * it, failed. An exception raised by the code is no failure: see `error`.
     *
     * @example
     * ```ts
     * import { SessionCode } from "@effect-agentbay/core"
     * import { Effect, Option } from "effect"
     *
     * const answer = Effect.gen(function* () {
     *   const code = yield* SessionCode.SessionCode
     *   const execution = yield* code.run("python", "6 * 7", { timeout: "5 seconds" })
     *   return Option.getOrElse(execution.text, () => execution.stdout)
     * })
     * ```
     */
    readonly run: (
      language: LanguageInput,
      code: string,
      options?: RunOptions
    ) => Effect.Effect<CodeExecution, Failure>
    /**
     * Runs code over the live channel of the session and tells what it prints and displays while it runs, then the
     * result. Languages and `timeout` are those of `run`; the run counts against the same kernels. Interrupting the
     * stream leaves the code running: the service knows no way to stop it before its timeout.
     *
     * Fails with `CodeTimeout` when the code was stopped after `timeout`, or when nothing says so 15 seconds later;
     * `InvalidArgument` as `run` does; `ChannelError` when the connection is lost (the code may go on), the session
     * refuses, or the consumer is too slow; `ChannelUnavailable` where there is no live channel and no `fallback`. An
     * exception raised by the code is the event `Exception`, and `error` of the result.
     *
     * @example
     * ```ts
     * import { SessionCode } from "@effect-agentbay/core"
     * import { Console, Effect, Stream } from "effect"
     *
     * const progress = Effect.gen(function* () {
     *   const code = yield* SessionCode.SessionCode
     *   const execution = yield* code.stream("python", "for i in range(3): print(i)").pipe(
     *     Stream.tap((event) => (event._tag === "Stdout" ? Console.log(event.text) : Effect.void)),
     *     SessionCode.execution
     *   )
     *   return execution.stdout
     * })
     * ```
     */
    readonly stream: StreamCode
  }
}

const operation = "SessionCode.run"

/** What came back: a run, or the word of the tool that it stopped the code without telling more. */
type Outcome =
  | { readonly _tag: "Ran"; readonly requestId: string; readonly run: CodeRun }
  | { readonly _tag: "Stopped"; readonly requestId: string }

const call = (
  runtime: SessionRuntime,
  args: { readonly code: string; readonly language: Language; readonly timeout_s: number }
): Effect.Effect<Outcome, SessionError | VpcUnavailable | ToolError> =>
  callTool(runtime, runCode, args, { operation }).pipe(
    Effect.map(({ requestId, value }): Outcome => ({ _tag: "Ran", requestId, run: value })),
    Effect.catchTag("ToolError", (error): Effect.Effect<Outcome, ToolError> => {
      const requestId = error.requestId ?? ""
      const failure = readFailure(runCode, error.text)
      if (Option.isSome(failure)) return Effect.succeed({ _tag: "Ran", requestId, run: failure.value })
      return timeoutWords.test(error.text)
        ? Effect.succeed({ _tag: "Stopped", requestId })
        : Effect.fail(error)
    })
  )

const run = Effect.fn(operation)(function* (
  runtime: SessionRuntime,
  languageInput: LanguageInput,
  code: string,
  options: RunOptions
) {
  const language = yield* parseLanguage(operation, languageInput)
  yield* ensure(typeof code === "string", operation, "code", code, "it must be a text")
  const timeout = yield* ensureTimeout(operation, "timeout", options.timeout ?? defaultTimeout)
  const { sessionId } = runtime
  yield* Effect.annotateCurrentSpan("agentbay.code.language", language)
  const outcome = yield* call(runtime, { code, language, timeout_s: Duration.toSeconds(timeout) })
  const { requestId } = outcome
  const stopped = (stdout: string, stderr: string) =>
    new CodeTimeout({ language, timeoutMs: Duration.toMillis(timeout), sessionId, requestId, stdout, stderr })
  if (outcome._tag === "Stopped") return yield* stopped("", "")
  const { error, executionCount, executionTime, outputs, stderr, stdout } = outcome.run
  if (error !== undefined && isTimeout(error)) return yield* stopped(stdout.join(""), stderr.join(""))
  const displayed = outputs.map(makeOutput)
  return {
    language,
    sessionId,
    requestId,
    text: textOf(displayed),
    stdout: stdout.join(""),
    stderr: stderr.join(""),
    logs: { stdout, stderr },
    outputs: displayed,
    error: Option.fromNullable(error),
    executionTime: Option.map(Option.fromNullable(executionTime), Duration.seconds),
    executionCount: Option.fromNullable(executionCount)
  } satisfies CodeExecution
})

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  runtime: SessionRuntime,
  socket: SessionSocket.SessionSocket.Service = SessionSocket.make(runtime)
): SessionCode.Service => {
  const runHere: SessionCode.Service["run"] = (language, code, options = {}) =>
    run(runtime, language, code, options)
  return { run: runHere, stream: makeStream(runtime, socket, runHere) }
}

/**
 * Runs a stream of `SessionCode.stream` to its end, for the result.
 *
 * @since 0.1.0
 * @category combinators
 */
export const execution = <E, R>(self: Stream.Stream<CodeEvent, E, R>): Effect.Effect<CodeExecution, E, R> =>
  Effect.flatMap(Stream.runLast(self), (last) =>
    Option.isSome(last) && last.value._tag === "Completed"
      ? Effect.succeed(last.value.execution)
      : Effect.dieMessage("SessionCode.execution: the stream has no event Completed at its end")
  )

/**
 * Turns an exception raised by the code into a failure with `CodeFailed`.
 *
 * @since 0.1.0
 * @category combinators
 * @example
 * ```ts
 * import { SessionCode } from "@effect-agentbay/core"
 * import { Effect } from "effect"
 *
 * const ratio = Effect.flatMap(SessionCode.SessionCode, (code) =>
 *   code.run("python", "1 / 0").pipe(SessionCode.orFail)
 * ).pipe(
 *   Effect.catchTag("CodeFailed", (error) => Effect.logWarning(`${error.name}: ${error.value}`))
 * )
 * ```
 */
export const orFail = <E, R>(
  self: Effect.Effect<CodeExecution, E, R>
): Effect.Effect<CodeExecution, E | CodeFailed, R> =>
  Effect.flatMap(self, (execution) =>
    Option.match(execution.error, {
      onNone: () => Effect.succeed(execution),
      onSome: ({ name, traceback, value }) =>
        Effect.fail(
          new CodeFailed({
            language: execution.language,
            name,
            value,
            traceback,
            stdout: execution.stdout,
            stderr: execution.stderr,
            sessionId: execution.sessionId,
            requestId: execution.requestId
          })
        )
    })
  )
