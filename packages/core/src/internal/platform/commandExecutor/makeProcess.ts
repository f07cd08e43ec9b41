/** A process of a session as one of `@effect/platform`. */
import type * as Command from "@effect/platform/Command"
import * as CommandExecutor from "@effect/platform/CommandExecutor"
import { isPlatformError, type PlatformError } from "@effect/platform/Error"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import type { OutputIncomplete } from "../../../AgentBayError.js"
import * as SessionProcess from "../../../session/SessionProcess.js"
import { withDeadline } from "../../deadline.js"
import { byFailure, bySystem, type Failure } from "./failure.js"

const Proto = {
  [CommandExecutor.ProcessTypeId]: CommandExecutor.ProcessTypeId,
  ...Inspectable.BaseProto,
  toJSON(this: CommandExecutor.Process) {
    return { _id: "@effect/platform/CommandExecutor/Process", pid: this.pid }
  }
}

/** Other names of the same. */
const synonyms: Readonly<Record<string, string>> = { IOT: "ABRT", UNUSED: "SYS" }

const signalOf = (name: CommandExecutor.Signal): Option.Option<SessionProcess.Signal> => {
  const short = name.replace(/^SIG/, "")
  return Option.liftPredicate(Schema.is(SessionProcess.Signal))(synonyms[short] ?? short)
}

/** What a process that was asked to end may take to do so before it is made to. */
const grace = Duration.seconds(5)

/** `command` names it in errors; `input` and `last` say what its streams are. */
export const makeProcess = (
  process: SessionProcess.SessionProcess,
  command: string,
  input: Command.Command.Input,
  last: Command.StandardCommand
): Effect.Effect<CommandExecutor.Process, never, Scope.Scope> =>
  Effect.gen(function* () {
    let status: SessionProcess.ExitStatus | undefined
    let hasEnded = false
    let inputFailure: PlatformError | undefined
    const failure = (method: string) => (error: Failure) => byFailure({ method, command }, error)

    /** An end that came because the input did not is none of the command's own. */
    const afterInput = Effect.suspend(() =>
      inputFailure === undefined ? Effect.void : Effect.fail(inputFailure)
    )

    const wait = Effect.suspend(() =>
      status !== undefined
        ? Effect.succeed(status)
        : Effect.tap(Effect.mapError(process.wait, failure("exitCode")), (seen) => {
            status = seen
            hasEnded = true
          })
    )

    const reading = (
      name: SessionProcess.Source,
      output: Stream.Stream<Uint8Array, OutputIncomplete>
    ): Stream.Stream<Uint8Array, PlatformError> =>
      output.pipe(
        Stream.mapError(failure(`fromReadable(${name})`)),
        Stream.concat(
          Stream.execute(
            Effect.suspend(() => {
              hasEnded = true
              return afterInput
            })
          )
        )
      )

    yield* Effect.addFinalizer(() =>
      hasEnded
        ? Effect.void
        : process.signal("TERM").pipe(
            Effect.flatMap((wasSent) =>
              wasSent ? withDeadline(Effect.asVoid(process.wait), grace, () => undefined) : Effect.void
            ),
            Effect.ignore
          )
    )

    const inBackground = <A, E>(effect: Effect.Effect<A, E>) =>
      Effect.forkScoped(Effect.interruptible(effect))

    if (typeof input !== "string") {
      yield* Stream.run(input, process.stdin).pipe(
        Effect.catchAll((error) => {
          // A command need not read its input to the end.
          if (error._tag === "ProcessError" && error.reason === "StdinClosed") return Effect.void
          inputFailure = isPlatformError(error) ? error : failure("toWritable")(error)
          return Effect.ignore(process.kill)
        }),
        inBackground
      )
    }

    const printed = yield* Effect.forEach(
      [
        ...(last.stdout === "inherit" ? [Stream.runForEach(process.stdoutLines, Console.log)] : []),
        ...(last.stderr === "inherit" ? [Stream.runForEach(process.stderrLines, Console.error)] : [])
      ],
      inBackground
    )

    const stdout = last.stdout === "inherit" ? Stream.empty : reading("stdout", process.stdout)

    return Object.assign(Object.create(Proto) as Pick<CommandExecutor.Process, keyof typeof Proto>, {
      pid: CommandExecutor.ProcessId(process.pid),
      exitCode: wait.pipe(
        Effect.zipLeft(Fiber.awaitAll(printed)),
        Effect.zipLeft(afterInput),
        Effect.flatMap(({ exitCode, signal }) =>
          Option.isNone(signal)
            ? Effect.succeed(CommandExecutor.ExitCode(exitCode))
            : Effect.fail(
                bySystem(
                  { method: "exitCode", command },
                  "Unknown",
                  `Process interrupted due to receipt of signal: SIG${signal.value}`
                )
              )
        )
      ),
      isRunning: Effect.suspend(() =>
        hasEnded ? Effect.succeed(false) : Effect.mapError(process.isRunning, failure("isRunning"))
      ),
      kill: (name: CommandExecutor.Signal = "SIGTERM") =>
        Option.match(signalOf(name), {
          onNone: () => Effect.succeed(false),
          onSome: (signal) => Effect.mapError(process.signal(signal), failure("kill"))
        }).pipe(
          Effect.filterOrFail(
            (wasSent) => wasSent,
            () => bySystem({ method: "kill", command }, "Unknown", "Failed to kill process")
          ),
          Effect.zipRight(Effect.asVoid(wait))
        ),
      stdin: input === "inherit" ? Sink.drain : Sink.mapError(process.stdin, failure("toWritable")),
      stdout: typeof last.stdout === "string" ? stdout : Stream.transduce(stdout, last.stdout),
      stderr: last.stderr === "inherit" ? Stream.empty : reading("stderr", process.stderr)
    })
  })
