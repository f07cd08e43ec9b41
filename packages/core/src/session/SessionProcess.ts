/**
 * Processes that outlive the call that started them: what `session.command.start` and `attach` give.
 *
 * A process runs detached in the session, with a directory of its own there. It needs no program that watches it, and
 * any program which knows its id can attach to it, read its output from any offset and write to it.
 *
 * A stream of output succeeds only when the exit status was seen.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Sink from "effect/Sink"
import type * as Stream from "effect/Stream"
import type {
  InvalidArgument,
  OutputIncomplete,
  ProcessError,
  SessionError,
  ToolError,
  VpcUnavailable
} from "../AgentBayError.js"
import { directoryPattern, idPattern } from "../internal/process/names.js"

/**
 * What finds a process again: an id that is unique in its session, and the directory where it keeps its files. Encode
 * it to JSON, store or send it.
 *
 * @since 0.1.0
 * @category schemas
 * @example
 * ```ts
 * import { SessionCommand, SessionProcess } from "@effect-agentbay/core"
 * import { Effect, Schema } from "effect"
 *
 * const fromJson = Schema.decode(Schema.parseJson(SessionProcess.ProcessId))
 *
 * const exitCode = (saved: string) =>
 *   Effect.gen(function* () {
 *     const command = yield* SessionCommand.SessionCommand
 *     const process = yield* command.attach(yield* fromJson(saved))
 *     return (yield* process.wait).exitCode
 *   })
 * ```
 */
export const ProcessId = Schema.Struct({
  commandId: Schema.String.pipe(Schema.pattern(idPattern)),
  directory: Schema.String.pipe(Schema.pattern(directoryPattern))
}).pipe(
  Schema.filter(({ commandId, directory }) => directory.endsWith(`/agentbay-process-${commandId}`), {
    message: () => "the directory must belong to the id"
  })
)

/**
 * @since 0.1.0
 * @category models
 */
export type ProcessId = typeof ProcessId.Type

/**
 * The signals of POSIX, without `SIG`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Signal = Schema.Literal(
  "HUP",
  "INT",
  "QUIT",
  "ILL",
  "TRAP",
  "ABRT",
  "BUS",
  "FPE",
  "KILL",
  "USR1",
  "SEGV",
  "USR2",
  "PIPE",
  "ALRM",
  "TERM",
  "CHLD",
  "CONT",
  "STOP",
  "TSTP",
  "TTIN",
  "TTOU",
  "URG",
  "XCPU",
  "XFSZ",
  "VTALRM",
  "PROF",
  "SYS"
)

/**
 * @since 0.1.0
 * @category models
 */
export type Signal = typeof Signal.Type

/**
 * How a process ended.
 *
 * @since 0.1.0
 * @category models
 */
export interface ExitStatus {
  /** As a shell reports it: 128 + n after signal n, 127 for an unknown command. */
  readonly exitCode: number
  /** The signal that `exitCode` stands for. A command that exits with such a code of its own looks the same. */
  readonly signal: Option.Option<Signal>
}

/**
 * How many bytes of each output to skip. Default 0.
 *
 * @since 0.1.0
 * @category models
 */
export interface Offsets {
  readonly stdout?: number | undefined
  readonly stderr?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export type Source = "stdout" | "stderr"

/**
 * A piece of output; `offset` is where it begins. What follows it begins at `offset + bytes.length`.
 *
 * @since 0.1.0
 * @category models
 */
export interface OutputChunk {
  readonly source: Source
  readonly offset: number
  readonly bytes: Uint8Array
}

/**
 * A line of output without its end (`\n` or `\r\n`); `offset` is where it begins.
 *
 * @since 0.1.0
 * @category models
 */
export interface OutputLine {
  readonly source: Source
  readonly offset: number
  readonly line: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ReadOptions {
  /** Where its streams begin. Default: at the beginning. */
  readonly from?: Offsets | undefined
  /**
   * How many bytes of output one stream may hold ahead of its consumer, at least 1,024. Default 256 KiB. A longer line
   * arrives in pieces.
   */
  readonly budget?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface StartOptions extends ReadOptions {
  /**
   * Makes starting exactly-once: where the session has a process of this id already, that one is attached to. Letters,
   * digits, `.`, `_` and `-`, at most 128. Default: a random one, so that only the repetitions of this call find it.
   */
  readonly commandId?: string | undefined
  /** Working directory. Default: the home directory of the session's user. */
  readonly cwd?: string | undefined
  /** Environment variables, added to those of the session. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** The shell that runs the command with `-c`. Default `sh`. */
  readonly shell?: string | undefined
  /** Whether the command can be written to; otherwise its standard input is empty. Default `pipe`. */
  readonly stdin?: "pipe" | "none" | undefined
  /** An existing directory below which the process keeps its files. Default `/tmp`; Android: `/data/local/tmp`. */
  readonly parent?: string | undefined
  /**
   * Whether the current span, if there is one, travels into the process as `TRACEPARENT`; a variable of that name in
   * `env` wins. Default true.
   */
  readonly traceparent?: boolean | undefined
}

/**
 * What an operation of a process can fail with.
 *
 * @since 0.1.0
 * @category errors
 */
export type Failure = ProcessError | SessionError | VpcUnavailable | ToolError

/**
 * What starting and attaching can fail with.
 *
 * @since 0.1.0
 * @category errors
 */
export type StartFailure = Failure | InvalidArgument

/**
 * A process of a session.
 *
 * Each run of a stream reads anew, from where the handle begins. What background children of the command print after
 * its end is not read.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionProcess {
  readonly id: ProcessId
  readonly sessionId: string
  /** In the session. */
  readonly pid: number
  /** The command line. */
  readonly command: string
  /**
   * Fails with `OutputIncomplete`, which knows the offset to go on from, unless the exit status was seen.
   */
  readonly stdout: Stream.Stream<Uint8Array, OutputIncomplete>
  readonly stderr: Stream.Stream<Uint8Array, OutputIncomplete>
  /**
   * Both, in the order in which they were found: exact for each of them, and between them as fine as the session was
   * asked. For the exact order let the command say `exec 2>&1`.
   */
  readonly output: Stream.Stream<OutputChunk, OutputIncomplete>
  /** Lines, decoded from UTF-8. The offsets of a failure lie at the beginning of a line. */
  readonly stdoutLines: Stream.Stream<string, OutputIncomplete>
  readonly stderrLines: Stream.Stream<string, OutputIncomplete>
  readonly outputLines: Stream.Stream<OutputLine, OutputIncomplete>
  /** The same process, read from other offsets. */
  readonly from: (offsets: Offsets) => Effect.Effect<SessionProcess, InvalidArgument>
  /**
   * Appends to standard input; text as UTF-8. It is kept in the session until the process reads it, so this waits for
   * nobody. Fails with `ProcessError` (`StdinClosed`) once standard input was closed or the process has ended.
   */
  readonly write: (data: string | Uint8Array) => Effect.Effect<void, Failure>
  /** The process reads the end of its input after what was written. Closing again does nothing. */
  readonly closeStdin: Effect.Effect<void, Failure>
  /** Writes everything, then closes standard input. */
  readonly stdin: Sink.Sink<void, string | Uint8Array, never, Failure>
  /**
   * Sends a signal to the process and its group; false when it had ended. Not repeated after a failure that leaves open
   * whether it was sent.
   */
  readonly signal: (name: Signal) => Effect.Effect<boolean, Failure | InvalidArgument>
  /** Ends the process and everything in its session of the kernel with `KILL`, and waits for the end. */
  readonly kill: Effect.Effect<ExitStatus, Failure>
  /** Waits for the end. Fails with `ProcessError` (`Lost`) when there is no exit status and never will be. */
  readonly wait: Effect.Effect<ExitStatus, Failure>
  /** None while it runs. Fails as `wait` does. */
  readonly exitStatus: Effect.Effect<Option.Option<ExitStatus>, Failure>
  readonly isRunning: Effect.Effect<boolean, Failure>
  /**
   * Ends the process, if it runs, and removes everything of it from the session. After that its id is free. Releasing
   * again does nothing.
   */
  readonly release: Effect.Effect<void, Failure>
}
