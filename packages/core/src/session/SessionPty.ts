/**
 * Interactive terminals: `session.pty`. A program runs as if a person sat before it: it sees a terminal with a size, gets
 * keys, and redraws. Everything goes over the live channel of the session.
 *
 * Source: newer features reference, section 4.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { ChannelError, ChannelUnavailable, InvalidArgument, PtyError } from "../AgentBayError.js"
import { makePty } from "../internal/pty/makePty.js"
import * as SessionSocket from "../transport/SessionSocket.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * Columns and rows of characters, each a whole number from 1 to 500.
 *
 * @since 0.1.0
 * @category models
 */
export interface Size {
  readonly cols: number
  readonly rows: number
}

/**
 * @since 0.1.0
 * @category models
 */
export interface AttachOptions {
  /** How long the session may take to answer. Default 30 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
  /** Characters of frames that may wait for the consumer of `output`; more fails it. Default 8,388,608. */
  readonly capacity?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface CreateOptions extends AttachOptions, Partial<Size> {
  /** Where the shell starts. Default: the session's home directory. */
  readonly cwd?: string | undefined
  /** Added to `TERM=xterm-256color` and `LANG=en_US.UTF-8`, which it may replace. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** The program to run, by its path. Default: the session's shell. */
  readonly shell?: string | undefined
  /** True leaves the terminal running when the scope closes, for `attach`. Default false: it is killed. */
  readonly keep?: boolean | undefined
}

/**
 * A terminal that this program is attached to.
 *
 * @since 0.1.0
 * @category models
 */
export interface Terminal {
  /** For `attach`, from here or elsewhere. */
  readonly ptyId: string
  readonly sessionId: string
  /**
   * What the terminal shows, as bytes with their escape sequences: since `create` or `attach`, nothing of it lost. Ends
   * with the program. To be consumed once.
   *
   * Fails with `ChannelError` when the connection is lost, after which the terminal goes on without this program
   * (`attach` leads back to it), and when the consumer is too slow; with `PtyError`, reason `Failed`, when it broke, and
   * `Ended` when its scope was closed.
   */
  readonly output: Stream.Stream<Uint8Array, ChannelError | PtyError>
  /**
   * Waits for the end of the program: its exit code, -9 when it was killed, -1 when the session does not tell. Fails as
   * `output` does, which need not be consumed for it, or may have overflowed.
   */
  readonly wait: Effect.Effect<number, ChannelError | PtyError>
  /**
   * Types. Enter is `\r`, Ctrl-C is `\x03`. Success means that it left; the session does not confirm it. Fails with
   * `PtyError`, reason `Ended`, when the program has ended.
   */
  readonly input: (
    data: string | Uint8Array
  ) => Effect.Effect<void, ChannelError | ChannelUnavailable | PtyError>
  /** Tells the program of another size. */
  readonly resize: (size: Size) => Effect.Effect<void, SessionPty.Failure>
  /** Kills the program; `wait` then gives -9. One that has ended already is fine. */
  readonly kill: Effect.Effect<void, ChannelError | ChannelUnavailable | PtyError>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionPty extends Context.Tag("@effect-agentbay/core/SessionPty")<
  SessionPty,
  SessionPty.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionPty {
  /**
   * What operations on terminals can fail with: `InvalidArgument` before anything is sent, `ChannelUnavailable` where the
   * session has no live channel, `ChannelError` when it fails, `PtyError` when the session says no.
   *
   * @since 0.1.0
   * @category errors
   */
  export type Failure = InvalidArgument | ChannelUnavailable | ChannelError | PtyError

  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Starts a shell in a terminal of its own, 80 columns by 24 rows unless told otherwise. Closing the scope kills it,
     * unless `keep` is true. One whose creation is interrupted, or takes longer than `timeout`, is killed when its answer
     * comes. Fails with `ChannelError`, reason `Lost` and phase `unknown`, when the connection is lost before the answer: the
     * terminal may run then, and nobody knows its id; `list` has it.
     *
     * @example
     * ```ts
     * import { SessionPty } from "@effect-agentbay/core"
     * import { Effect, Stream } from "effect"
     *
     * const uptime = Effect.gen(function* () {
     *   const pty = yield* SessionPty.SessionPty
     *   const terminal = yield* pty.create({ cols: 120, rows: 40 })
     *   yield* terminal.input("uptime; exit\r")
     *   const shown = yield* Stream.mkString(Stream.decodeText(terminal.output))
     *   return { shown, exitCode: yield* terminal.wait }
     * }).pipe(Effect.scoped)
     * ```
     */
    readonly create: (options?: CreateOptions) => Effect.Effect<Terminal, Failure, Scope.Scope>
    /**
     * Joins a terminal that runs already. What it showed before is not repeated, unless the session does so by itself.
     * Closing the scope leaves the terminal running.
     */
    readonly attach: (ptyId: string, options?: AttachOptions) => Effect.Effect<Terminal, Failure, Scope.Scope>
    /** The ids of the terminals that run. */
    readonly list: Effect.Effect<ReadonlyArray<string>, ChannelError | ChannelUnavailable | PtyError>
    /** Kills the program of a terminal, attached or not. */
    readonly kill: (ptyId: string) => Effect.Effect<void, Failure>
  }
}

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  runtime: SessionRuntime,
  socket: SessionSocket.SessionSocket.Service = SessionSocket.make(runtime)
): SessionPty.Service => makePty(runtime.sessionId, socket)
