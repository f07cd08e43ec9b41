/** The handle of a process. It holds nothing open. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { InvalidArgument } from "../../AgentBayError.js"
import {
  type ExitStatus,
  type Failure,
  type Offsets,
  type ProcessId,
  type ReadOptions,
  type SessionProcess,
  Signal,
  type Source
} from "../../session/SessionProcess.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import { ensure } from "../validate.js"
import { linesOf } from "./lines.js"
import { type Position, read } from "./output.js"
import { longestWait, poll, runScript, type Started, type Target, untilSome } from "./processCalls.js"
import { killScript, releaseScript, signalScript } from "./scripts.js"
import { makeStdin } from "./stdin.js"

const defaultBudget = 256 * 1024
const leastBudget = 1024

const checkOffsets = (operation: string, from: Offsets): Effect.Effect<Position, InvalidArgument> => {
  const { stderr = 0, stdout = 0 } = from
  return Effect.as(
    Effect.forEach(
      Object.entries({ stdout, stderr }),
      ([name, offset]) =>
        ensure(
          Number.isSafeInteger(offset) && offset >= 0,
          operation,
          `from.${name}`,
          offset,
          "it must be a whole number of bytes, 0 or more"
        ),
      { discard: true }
    ),
    { stdout, stderr }
  )
}

export interface Reads {
  readonly from: Position
  readonly budget: number
}

export const checkReads = (
  operation: string,
  { budget = defaultBudget, from = {} }: ReadOptions
): Effect.Effect<Reads, InvalidArgument> =>
  Effect.zipRight(
    ensure(
      Number.isSafeInteger(budget) && budget >= leastBudget,
      operation,
      "budget",
      budget,
      `it must be a whole number of bytes, ${leastBudget} or more`
    ),
    Effect.map(checkOffsets(operation, from), (position) => ({ from: position, budget }))
  )

/** `command`: only if it runs that one. */
export const release = (target: Target, command?: string): Effect.Effect<void, Failure> =>
  Effect.asVoid(
    runScript(target, releaseScript(target.id.directory, command), { accepted: ["gone", "other"] })
  )

const waitFor = (target: Target): Effect.Effect<ExitStatus, Failure> => untilSome(poll(target, longestWait))

const isSignal = Schema.is(Signal)

export const makeProcess = (
  runtime: SessionRuntime,
  id: ProcessId,
  command: string,
  { encoding, pid }: Pick<Started, "encoding" | "pid">,
  { budget, from }: Reads
): SessionProcess => {
  const targetOf = (operation: string): Target => ({ runtime, id, operation })
  const on = <A, E>(method: string, use: (target: Target) => Effect.Effect<A, E>): Effect.Effect<A, E> => {
    const operation = `SessionProcess.${method}`
    return Effect.suspend(() => use(targetOf(operation))).pipe(Effect.withSpan(operation))
  }
  const output = (method: string, ...sources: ReadonlyArray<Source>) =>
    Stream.withSpan(
      read({ target: targetOf(`SessionProcess.${method}`), sources, from, budget }),
      `SessionProcess.${method}`,
      { captureStackTrace: false }
    )
  const lines = (method: string, ...sources: ReadonlyArray<Source>) =>
    linesOf(output(method, ...sources), budget)
  const exitStatus = on("exitStatus", (target) => poll(target, 0))

  return {
    id,
    sessionId: runtime.sessionId,
    pid,
    command,
    stdout: Stream.map(output("stdout", "stdout"), ({ bytes }) => bytes),
    stderr: Stream.map(output("stderr", "stderr"), ({ bytes }) => bytes),
    output: output("output", "stdout", "stderr"),
    stdoutLines: Stream.map(lines("stdoutLines", "stdout"), ({ line }) => line),
    stderrLines: Stream.map(lines("stderrLines", "stderr"), ({ line }) => line),
    outputLines: lines("outputLines", "stdout", "stderr"),
    from: (offsets) =>
      Effect.map(checkOffsets("SessionProcess.from", offsets), (position) =>
        makeProcess(runtime, id, command, { encoding, pid }, { from: position, budget })
      ),
    ...makeStdin(targetOf, encoding),
    signal: (name) =>
      on("signal", (target) =>
        Effect.zipRight(
          ensure(
            isSignal(name),
            target.operation,
            "name",
            name,
            "it must be a signal such as TERM or INT, without SIG"
          ),
          Effect.map(
            runScript(target, signalScript(id.directory, name), {
              idempotent: false,
              accepted: ["sent", "ended"]
            }),
            ({ word }) => word === "sent"
          )
        )
      ),
    kill: on("kill", (target) =>
      Effect.zipRight(runScript(target, killScript(id.directory), { accepted: ["sent"] }), waitFor(target))
    ),
    wait: on("wait", waitFor),
    exitStatus,
    isRunning: Effect.map(exitStatus, Option.isNone),
    release: on("release", (target) => release(target))
  }
}
