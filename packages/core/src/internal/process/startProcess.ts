/** Starting a process, exactly once, and finding it again. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Tracer from "effect/Tracer"
import type { InvalidArgument } from "../../AgentBayError.js"
import {
  type Failure,
  ProcessId,
  type ReadOptions,
  type SessionProcess,
  type StartOptions
} from "../../session/SessionProcess.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import { checkSurroundings, isPlainText, textRule } from "../commandInput.js"
import { withDeadline } from "../deadline.js"

import { commandLimitOf, fitsCall } from "../files/limits.js"
import { randomHex } from "../randomHex.js"
import { ensure } from "../validate.js"
import { checkReads, makeProcess, release } from "./makeProcess.js"
import { idPattern, makeId } from "./names.js"
import { readStarted, runScript, scriptArgs, type Target } from "./processCalls.js"
import { attachScript, startScript } from "./scripts.js"

const idRule = "it must be 1 to 128 letters, digits, '.', '_' or '-', and begin with a letter or digit"

const decodeId = Schema.validateEither(ProcessId)

const isAbsolute = (path: unknown): path is string => isPlainText(path) && path.startsWith("/")

/** The id of a process to be, checked. */
const idOf = (
  operation: string,
  { commandId, parent = "/tmp" }: StartOptions
): Effect.Effect<ProcessId, InvalidArgument> =>
  Effect.gen(function* () {
    const name = commandId ?? (yield* randomHex)
    yield* ensure(typeof name === "string" && idPattern.test(name), operation, "commandId", name, idRule)
    const id = isAbsolute(parent) ? makeId(name, parent) : undefined
    yield* ensure(
      id !== undefined && Either.isRight(decodeId(id)),
      operation,
      "parent",
      parent,
      "it must be an absolute path without . and .."
    )
    return id ?? makeId(name, "/tmp")
  })

/** W3C Trace Context, in the variable that OpenTelemetry reads. */
const traceparentOf = ({ sampled, spanId, traceId }: Tracer.AnySpan): Readonly<Record<string, string>> =>
  /^[0-9a-f]{32}$/.test(traceId) && /^[0-9a-f]{16}$/.test(spanId)
    ? { TRACEPARENT: `00-${traceId}-${spanId}-${sampled ? "01" : "00"}` }
    : {}

const environment = ({ env, traceparent }: StartOptions): Effect.Effect<Readonly<Record<string, string>>> =>
  traceparent === false
    ? Effect.succeed(env ?? {})
    : Effect.map(Effect.option(Effect.currentParentSpan), (span) => ({
        ...Option.match(span, { onNone: () => ({}), onSome: traceparentOf }),
        ...env
      }))

/** A start that has passed all checks. */
interface Prepared {
  readonly target: Target
  readonly command: string
  readonly launch: Effect.Effect<SessionProcess, Failure>
}

const prepare = (
  runtime: SessionRuntime,
  operation: string,
  command: string,
  options: StartOptions
): Effect.Effect<Prepared, InvalidArgument> =>
  Effect.gen(function* () {
    const id = yield* idOf(operation, options)
    const { cwd, shell = "sh", stdin = "pipe" } = options
    yield* ensure(isPlainText(command), operation, "command", command, textRule)
    yield* checkSurroundings(operation, options)
    yield* ensure(
      isPlainText(shell) && shell !== "" && !shell.startsWith("-"),
      operation,
      "shell",
      shell,
      "it must name a program"
    )
    yield* ensure(stdin === "pipe" || stdin === "none", operation, "stdin", stdin, "it must be pipe or none")
    const reads = yield* checkReads(operation, options)
    const envs = yield* environment(options)
    const script = startScript({ directory: id.directory, command, shell, cwd: cwd ?? "", stdin })
    yield* ensure(
      fitsCall(commandLimitOf(runtime), scriptArgs(script, envs)),
      operation,
      "command",
      command,
      "it must fit, with its environment, into one message: put a longer one into a file and run that"
    )
    const target = { runtime, operation, id }
    const launch = runScript(target, script, { accepted: ["started"], envs }).pipe(
      Effect.flatMap((said) => readStarted(target, said)),
      Effect.map((started) => makeProcess(runtime, id, command, started, reads))
    )
    return { target, command, launch }
  })

export const start = Effect.fn("SessionCommand.start")(function* (
  runtime: SessionRuntime,
  command: string,
  options: StartOptions
) {
  return yield* (yield* prepare(runtime, "SessionCommand.start", command, options)).launch
})

/** A release that hangs must not keep a scope from closing for ever. */
const releaseLimit = Duration.seconds(60)

/** Also what may have been started although nobody heard of it is released; but no process of another command. */
const abandon = ({ command, target }: Prepared): Effect.Effect<void> =>
  withDeadline(release(target, command), releaseLimit, () => ({ message: "no answer in time" })).pipe(
    Effect.catchAll(({ message }) =>
      Effect.logWarning(`Process ${target.id.commandId} could not be removed from its session: ${message}`)
    )
  )

export const startScoped = Effect.fn("SessionCommand.startScoped")(function* (
  runtime: SessionRuntime,
  command: string,
  options: StartOptions
) {
  const prepared = yield* prepare(runtime, "SessionCommand.startScoped", command, options)
  return yield* Effect.acquireReleaseInterruptible(prepared.launch, () => abandon(prepared))
})

export const attach = Effect.fn("SessionCommand.attach")(function* (
  runtime: SessionRuntime,
  id: ProcessId,
  options: ReadOptions
) {
  const operation = "SessionCommand.attach"
  const known = decodeId(id)
  if (Either.isLeft(known)) {
    yield* ensure(false, operation, "id", id, "it must be a ProcessId, with the directory that belongs to it")
  }
  const target = { runtime, operation, id }
  const reads = yield* checkReads(operation, options)
  const said = yield* runScript(target, attachScript(id.directory), { accepted: ["started"] })
  const started = yield* readStarted(target, said)
  return makeProcess(runtime, id, started.text, started, reads)
})
