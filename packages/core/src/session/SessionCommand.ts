/**
 * Running commands in a session: `session.command`.
 *
 * A non-zero exit code is data. `orFail` turns it into a failure where that is wanted.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import {
  CommandFailed,
  CommandTimeout,
  type InvalidArgument,
  type SessionError,
  type ToolError,
  type VpcUnavailable
} from "../AgentBayError.js"
import { checkSurroundings, isPlainText, textRule } from "../internal/commandInput.js"
import { attach, start, startScoped } from "../internal/process/startProcess.js"
import { quoteAll, quote as quoteWord } from "../internal/quote.js"
import { runShell } from "../internal/runShell.js"
import { ensure, ensureTimeout } from "../internal/validate.js"
import type * as SessionProcess from "./SessionProcess.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface RunOptions {
  /**
   * How long the command may take; the session kills it afterwards. Any positive, finite time, sent as given in
   * whole milliseconds (rounded up). Default 50 seconds.
   *
   * The official clients disagree (1 second in TypeScript and Go, 50 seconds in Python). According to its
   * documentation the service answers a call over the API within about 60 seconds or not at all: run what takes
   * longer over the session's link, or with `start`.
   */
  readonly timeout?: Duration.DurationInput | undefined
  /** Working directory. Default: the home directory of the session's user. */
  readonly cwd?: string | undefined
  /** Environment variables, added to those of the session. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/**
 * What a command left behind.
 *
 * @since 0.1.0
 * @category models
 */
export interface CommandResult {
  /** The command line that ran. */
  readonly command: string
  readonly sessionId: string
  readonly requestId: string
  readonly stdout: string
  readonly stderr: string
  /** `stdout` followed by `stderr`. */
  readonly output: string
  /** 0 after a success. The first generation of the service does not separate the outputs of a success. */
  readonly exitCode: number
  /** The service's id for tracing a failed command, where it gives one. */
  readonly traceId: Option.Option<string>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionCommand extends Context.Tag("@effect-agentbay/core/SessionCommand")<
  SessionCommand,
  SessionCommand.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionCommand {
  /**
   * Every way in which running a command can fail.
   *
   * @since 0.1.0
   * @category errors
   */
  export type Failure = InvalidArgument | CommandTimeout | SessionError | VpcUnavailable | ToolError

  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Runs a command line with the session's shell (`sh` on Linux and Android) and waits for its end.
     *
     * Fails with `CommandTimeout` when the session killed it after `timeout` (with the output until then),
     * `InvalidArgument` when an option is refused before anything is sent, `ToolError` when the session could not
     * run a shell at all, `VpcUnavailable` when the VPC route cannot be taken, and `SessionError` when the service,
     * or the way to it, failed.
     *
     * @example
     * ```ts
     * import { SessionCommand } from "@effect-agentbay/core"
     * import { Effect } from "effect"
     *
     * const uptime = Effect.gen(function* () {
     *   const command = yield* SessionCommand.SessionCommand
     *   const { exitCode, stdout } = yield* command.run("uptime -p", { timeout: "10 seconds", env: { LC_ALL: "C" } })
     *   return exitCode === 0 ? stdout.trim() : "unknown"
     * })
     * ```
     */
    readonly run: (command: string, options?: RunOptions) => Effect.Effect<CommandResult, Failure>
    /**
     * Runs a program with arguments, each of which arrives exactly as given: nothing in them is interpreted by the
     * shell. POSIX shells only (Linux and Android images). Fails as `run` does.
     *
     * @example
     * ```ts
     * import { SessionCommand } from "@effect-agentbay/core"
     * import { Effect } from "effect"
     *
     * const countLines = (path: string) =>
     *   Effect.flatMap(SessionCommand.SessionCommand, (command) =>
     *     command.exec("wc", ["-l", path]).pipe(SessionCommand.orFail)
     *   )
     * ```
     */
    readonly exec: (
      program: string,
      args?: ReadonlyArray<string>,
      options?: RunOptions
    ) => Effect.Effect<CommandResult, Failure>
    /**
     * Starts a command line that outlives this call and this program, and goes on until it ends, is killed, or the
     * session ends. POSIX shells only (Linux and Android images).
     *
     * Starting is exactly-once for a `commandId`: after an answer that was lost, the repetition finds the process. Where
     * that cannot be made sure, the call fails and nothing runs twice.
     *
     * Fails with `InvalidArgument` before anything is sent, `ProcessError` when the session cannot start it, and as
     * `run` does. What a start left behind whose failure leaves open whether it runs, `attach` tells.
     *
     * @example
     * ```ts
     * import { SessionCommand } from "@effect-agentbay/core"
     * import { Effect, Stream } from "effect"
     *
     * const build = Effect.gen(function* () {
     *   const command = yield* SessionCommand.SessionCommand
     *   const process = yield* command.start("make -j4", { cwd: "/tmp/project", commandId: "build-42" })
     *   yield* Stream.runForEach(process.outputLines, ({ line, source }) => Effect.log(`${source}: ${line}`))
     *   return yield* process.wait
     * })
     * ```
     */
    readonly start: (
      command: string,
      options?: SessionProcess.StartOptions
    ) => Effect.Effect<SessionProcess.SessionProcess, SessionProcess.StartFailure>
    /**
     * Starts as `start` does; the process is ended and removed when the scope closes, also when this failed and it is
     * not known whether it runs.
     */
    readonly startScoped: (
      command: string,
      options?: SessionProcess.StartOptions
    ) => Effect.Effect<SessionProcess.SessionProcess, SessionProcess.StartFailure, Scope.Scope>
    /**
     * Finds a process that was started before, by whatever program. Fails with `ProcessError` (`NotFound`, `Abandoned`)
     * when there is none, and as `start` does.
     */
    readonly attach: (
      id: SessionProcess.ProcessId,
      options?: SessionProcess.ReadOptions
    ) => Effect.Effect<SessionProcess.SessionProcess, SessionProcess.StartFailure>
  }
}

/** One sane time for all: what the Python client uses, below the limit of the API route. */
const defaultTimeout = Duration.seconds(50)

const execute = (runtime: SessionRuntime, operation: string, command: string, options: RunOptions) =>
  Effect.gen(function* () {
    yield* ensure(isPlainText(command), operation, "command", command, textRule)
    const timeout = yield* ensureTimeout(operation, "timeout", options.timeout ?? defaultTimeout)
    const { cwd, env } = options
    yield* checkSurroundings(operation, options)
    const timeoutMs = Math.ceil(Duration.toMillis(timeout))
    const { sessionId } = runtime
    const { output, requestId, timedOut } = yield* runShell(
      runtime,
      {
        command,
        timeout_ms: timeoutMs,
        ...(cwd === undefined ? {} : { cwd }),
        ...(env === undefined ? {} : { envs: env })
      },
      operation
    )
    const { exitCode, stderr, stdout, traceId } = output
    if (timedOut)
      return yield* new CommandTimeout({ command, timeoutMs, sessionId, requestId, stdout, stderr })
    yield* Effect.annotateCurrentSpan("agentbay.command.exit_code", exitCode)
    return {
      command,
      sessionId,
      requestId,
      stdout,
      stderr,
      output: stdout + stderr,
      exitCode,
      traceId: Option.filter(Option.some(traceId), (id) => id !== "")
    } satisfies CommandResult
  })

const run = Effect.fn("SessionCommand.run")(function* (
  runtime: SessionRuntime,
  command: string,
  options: RunOptions
) {
  return yield* execute(runtime, "SessionCommand.run", command, options)
})

const exec = Effect.fn("SessionCommand.exec")(function* (
  runtime: SessionRuntime,
  program: string,
  args: ReadonlyArray<string>,
  options: RunOptions
) {
  const operation = "SessionCommand.exec"
  yield* ensure(
    isPlainText(program) && program !== "",
    operation,
    "program",
    program,
    "it must name a program"
  )
  for (const [index, argument] of args.entries()) {
    yield* ensure(isPlainText(argument), operation, `args.${index}`, argument, textRule)
  }
  return yield* execute(runtime, operation, quoteAll([program, ...args]), options)
})

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: SessionRuntime): SessionCommand.Service => ({
  run: (command, options = {}) => run(runtime, command, options),
  exec: (program, args = [], options = {}) => exec(runtime, program, args, options),
  start: (command, options = {}) => start(runtime, command, options),
  startScoped: (command, options = {}) => startScoped(runtime, command, options),
  attach: (id, options = {}) => attach(runtime, id, options)
})

/**
 * Turns a non-zero exit code into a failure with `CommandFailed`.
 *
 * @since 0.1.0
 * @category combinators
 * @example
 * ```ts
 * import { SessionCommand } from "@effect-agentbay/core"
 * import { Effect } from "effect"
 *
 * const install = Effect.flatMap(SessionCommand.SessionCommand, (command) =>
 *   command.run("npm ci", { timeout: "10 minutes" }).pipe(SessionCommand.orFail)
 * )
 * ```
 */
export const orFail = <E, R>(
  self: Effect.Effect<CommandResult, E, R>
): Effect.Effect<CommandResult, E | CommandFailed, R> =>
  Effect.flatMap(self, (result) =>
    result.exitCode === 0
      ? Effect.succeed(result)
      : Effect.fail(
          new CommandFailed({
            command: result.command,
            exitCode: result.exitCode,
            stdout: result.stdout,
            stderr: result.stderr,
            sessionId: result.sessionId,
            requestId: result.requestId
          })
        )
  )

/**
 * The text as one word of a POSIX shell command: nothing in it is interpreted.
 *
 * @since 0.1.0
 * @category quoting
 * @example
 * ```ts
 * import { SessionCommand } from "@effect-agentbay/core"
 *
 * const line = `grep -c ${SessionCommand.quote("it's $HOME")} notes.txt`
 * // grep -c 'it'\''s $HOME' notes.txt
 * ```
 */
export const quote = (text: string): string => quoteWord(text)

/**
 * A command line whose interpolated values are quoted; a list becomes its quoted members, separated by spaces.
 *
 * @since 0.1.0
 * @category quoting
 * @example
 * ```ts
 * import { SessionCommand } from "@effect-agentbay/core"
 *
 * const files = ["a b.txt", "c.txt"]
 * const line = SessionCommand.template`tar -czf ${"out 1.tgz"} -- ${files} && ls -l`
 * // tar -czf 'out 1.tgz' -- 'a b.txt' 'c.txt' && ls -l
 * ```
 */
export const template = (
  strings: TemplateStringsArray,
  ...values: ReadonlyArray<string | number | ReadonlyArray<string>>
): string =>
  strings.reduce((line, part, index) => {
    const value = values[index - 1]
    return `${line}${typeof value === "object" ? quoteAll(value) : quoteWord(String(value))}${part}`
  })
