/**
 * `CommandExecutor` of `@effect/platform`, served by a session: a program written against it runs its commands in a
 * session, unchanged.
 *
 * Every member is there. Errors, and what a command gets to see, are those of the implementation for Node; the
 * differences:
 *
 * - The session needs a POSIX shell with the usual programs (Linux and Android images). A relative working directory
 *   starts from the directory in which the session runs commands.
 * - A pipeline runs within the session, and its `pid` is that of the shell that runs it. Only output that passes
 *   through a `Sink` of this program on its way leaves the session.
 * - There is no terminal to inherit: an inherited output is printed, line by line, to Effect's `Console`; an inherited
 *   input is empty.
 * - The exit codes 129 to 159 are those of a shell: they stand for a signal also where a command chose one itself.
 * - When its scope closes, a process gets `SIGTERM`, after five seconds `SIGKILL`; what it started and left behind in
 *   its session of the kernel ends with it, also after a success.
 * - An input stream that fails ends the process, and the process fails with the error of the stream.
 * - `streamLines` decodes characters that are cut by the limits of chunks.
 *
 * When the session itself fails, operations fail with `SystemError`; `cause` is the error of this package:
 * `BadResource` (the session is gone), `PermissionDenied` (the api key), `Busy` (throttled, paused, unavailable),
 * `TimedOut`, `UnexpectedEof` (output stopped without an exit status), `InvalidData` (an answer that cannot be read),
 * otherwise `Unknown`.
 *
 * @since 0.1.0
 */
import * as Command from "@effect/platform/Command"
import * as CommandExecutor from "@effect/platform/CommandExecutor"
import type { PlatformError } from "@effect/platform/Error"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ensureStartable } from "../internal/platform/commandExecutor/check.js"
import { byFailure } from "../internal/platform/commandExecutor/failure.js"
import { type Commands, lineOf, nameOf } from "../internal/platform/commandExecutor/line.js"
import { makeProcess } from "../internal/platform/commandExecutor/makeProcess.js"
import { SessionCommand } from "../session/SessionCommand.js"

/**
 * The part of a session that runs its commands.
 *
 * @since 0.1.0
 * @category models
 */
export interface Modules {
  readonly command: Pick<SessionCommand.Service, "run" | "startScoped">
}

const startPipeline = (
  session: Modules["command"],
  commands: Commands,
  input: Command.Command.Input
): Effect.Effect<CommandExecutor.Process, PlatformError, Scope.Scope> =>
  Effect.gen(function* () {
    const call = { method: "spawn", command: nameOf(commands) }
    yield* ensureStartable(session, call, commands)
    const { env, line } = lineOf(commands)
    const process = yield* session
      .startScoped(line, { env, stdin: input === "inherit" ? "none" : "pipe" })
      .pipe(Effect.mapError((error) => byFailure(call, error)))
    return yield* makeProcess(process, call.command, input, commands[commands.length - 1] ?? commands[0])
  })

/** Output that passes through a sink comes back here before it goes on to the next command. */
const start = (
  session: Modules["command"],
  [first, ...others]: Commands,
  input: Command.Command.Input
): Effect.Effect<CommandExecutor.Process, PlatformError, Scope.Scope> => {
  const together: [Command.StandardCommand, ...Array<Command.StandardCommand>] = [first]
  for (const [index, next] of others.entries()) {
    if (typeof together[together.length - 1]?.stdout !== "string") {
      const output = Effect.map(startPipeline(session, together, input), ({ stdout }) => stdout)
      return start(session, [next, ...others.slice(index + 1)], Stream.unwrapScoped(output))
    }
    together.push(next)
  }
  return startPipeline(session, together, input)
}

const collected = (chunks: Chunk.Chunk<Uint8Array>): Uint8Array => {
  const bytes = new Uint8Array(Chunk.reduce(chunks, 0, (total, { length }) => total + length))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

const decoded = <E>(bytes: Stream.Stream<Uint8Array, E>, encoding?: string): Stream.Stream<string, E> =>
  Stream.suspend(() => {
    const decoder = new TextDecoder(encoding)
    return Stream.concat(
      Stream.map(bytes, (chunk) => decoder.decode(chunk, { stream: true })),
      Stream.suspend(() => Stream.make(decoder.decode()))
    )
  })

/**
 * Runs commands in a session.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * ```ts
 * import { Command } from "@effect/platform"
 * import { PlatformCommandExecutor, type Session } from "@effect-agentbay/core"
 *
 * const kernel = (session: Session.Session.Service) =>
 *   PlatformCommandExecutor.fromSession(session).string(Command.make("uname", "-r"))
 * ```
 */
export const fromSession = ({ command: session }: Modules): CommandExecutor.CommandExecutor => {
  const executor = CommandExecutor.makeExecutor((command) => {
    const commands = Command.flatten(command)
    return start(session, commands, commands[0].stdin)
  })
  const streamLines: CommandExecutor.CommandExecutor["streamLines"] = (command, encoding) =>
    Stream.splitLines(decoded(executor.stream(command), encoding))
  return {
    ...executor,
    string: (command, encoding) =>
      Effect.map(Stream.runCollect(executor.stream(command)), (chunks) =>
        new TextDecoder(encoding).decode(collected(chunks))
      ),
    lines: (command, encoding) =>
      Effect.map(Stream.runCollect(streamLines(command, encoding)), Chunk.toArray),
    streamLines
  }
}

/**
 * Provides `CommandExecutor` from the session at hand.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * ```ts
 * import { Command } from "@effect/platform"
 * import { PlatformCommandExecutor, Session } from "@effect-agentbay/core"
 * import { Effect, Layer } from "effect"
 *
 * const files = Command.make("ls", "-1", "/etc").pipe(Command.pipeTo(Command.make("wc", "-l")), Command.string)
 *
 * const inSession = files.pipe(
 *   Effect.provide(PlatformCommandExecutor.layer.pipe(Layer.provide(Session.layer({ imageId: "linux_latest" }))))
 * )
 * ```
 */
export const layer: Layer.Layer<CommandExecutor.CommandExecutor, never, SessionCommand> = Layer.effect(
  CommandExecutor.CommandExecutor,
  Effect.map(SessionCommand, (command) => fromSession({ command }))
)
