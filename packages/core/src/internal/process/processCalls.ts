/** Scripts of one process, and what their answers mean. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ProcessError } from "../../AgentBayError.js"
import type { ExitStatus, Failure, ProcessId, Signal } from "../../session/SessionProcess.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import { sessionError } from "../httpFailure.js"
import { runShell } from "../runShell.js"
import { decode, type Encoding } from "./encoding.js"
import { lookScript, marker, type Wanted } from "./scripts.js"

/** One operation on one process. */
export interface Target {
  readonly runtime: SessionRuntime
  readonly operation: string
  readonly id: ProcessId
}

/** What a script says: a word, what belongs to it, and the lines after that. */
export interface Said {
  readonly requestId: string
  readonly word: string
  readonly fields: ReadonlyArray<string>
  readonly text: string
}

/** Seconds that a script may wait in the session, below the deadline of every route. */
export const longestWait = 15

const timeoutMs = 30_000

export const processError = (
  { id, operation, runtime }: Target,
  reason: ProcessError["reason"],
  detail = "",
  requestId?: string
): ProcessError =>
  new ProcessError({
    reason,
    operation,
    sessionId: runtime.sessionId,
    requestId,
    commandId: id.commandId,
    detail
  })

export const scriptArgs = (command: string, envs?: Readonly<Record<string, string>>) => ({
  command,
  timeout_ms: timeoutMs,
  ...(envs === undefined || Object.keys(envs).length === 0 ? {} : { envs })
})

const refusals: Readonly<Record<string, ProcessError["reason"]>> = {
  gone: "NotFound",
  abandoned: "Abandoned",
  other: "Conflict",
  cwd: "WorkingDirectory",
  shell: "ShellNotFound",
  unsupported: "Unsupported",
  failed: "Failed",
  closed: "StdinClosed"
}

const answerPattern = new RegExp(`^${marker} (\\S+) ?(.*)$`, "m")

/** Runs a script that may be repeated without harm, unless it is said that it may not. */
export const runScript = (
  target: Target,
  script: string,
  options: {
    readonly idempotent?: boolean
    readonly envs?: Readonly<Record<string, string>>
    /** Words that are no failure here. */
    readonly accepted: ReadonlyArray<string>
  }
): Effect.Effect<Said, Failure> =>
  Effect.gen(function* () {
    const { operation, runtime } = target
    const { output, requestId, timedOut } = yield* runShell(
      runtime,
      scriptArgs(script, options.envs),
      operation,
      {
        idempotent: options.idempotent ?? true
      }
    )
    const found = answerPattern.exec(output.stdout)
    if (found === null) {
      if (timedOut) {
        const detail = `a command was killed after ${Duration.format(Duration.millis(timeoutMs))}`
        const { sessionId } = runtime
        return yield* Effect.fail(
          sessionError(
            { operation, sessionId, requestId, secrets: [] },
            { reason: "Timeout", phase: "sent", detail }
          )
        )
      }
      const words = output.stderr.trim() || output.stdout.trim() || `exit code ${output.exitCode}`
      return yield* Effect.fail(processError(target, "Unsupported", words, requestId))
    }
    const [line, word = "", rest = ""] = found
    const reason = refusals[word]
    if (!options.accepted.includes(word)) {
      return yield* Effect.fail(processError(target, reason ?? "Unsupported", rest || word, requestId))
    }
    return {
      requestId,
      word,
      fields: rest.split(" "),
      text: output.stdout.slice(found.index + line.length + 1)
    }
  })

export interface Started {
  readonly pid: number
  readonly encoding: Encoding
  readonly text: string
}

export const readStarted = (
  target: Target,
  { fields, requestId, text }: Said
): Effect.Effect<Started, Failure> => {
  const pid = Number(fields[0])
  return Number.isSafeInteger(pid) && pid > 0
    ? Effect.succeed({ pid, encoding: fields[1] === "base64" ? "base64" : "none", text })
    : Effect.fail(processError(target, "Unsupported", `no pid: ${fields.join(" ")}`, requestId))
}

/** Numbers of signals on Linux. */
const signals: Readonly<Record<number, Signal>> = {
  1: "HUP",
  2: "INT",
  3: "QUIT",
  4: "ILL",
  5: "TRAP",
  6: "ABRT",
  7: "BUS",
  8: "FPE",
  9: "KILL",
  10: "USR1",
  11: "SEGV",
  12: "USR2",
  13: "PIPE",
  14: "ALRM",
  15: "TERM",
  17: "CHLD",
  18: "CONT",
  19: "STOP",
  20: "TSTP",
  21: "TTIN",
  22: "TTOU",
  23: "URG",
  24: "XCPU",
  25: "XFSZ",
  26: "VTALRM",
  27: "PROF",
  31: "SYS"
}

const exitStatus = (exitCode: number): ExitStatus => ({
  exitCode,
  signal: Option.fromNullable(signals[exitCode - 128])
})

/** How a process stands. The outputs are complete as soon as it does not run any more. */
export interface Look {
  readonly state: "running" | "lost" | ExitStatus
  readonly size: { readonly stdout: number; readonly stderr: number }
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
}

const nothing = new Uint8Array(0)

/** Undefined when the answer is not in its form. */
const readLook = (
  { fields, text }: Said,
  stdout: Wanted | undefined,
  stderr: Wanted | undefined
): Look | undefined => {
  const [state = "", a, b, encoding] = fields
  const size = { stdout: Number(a), stderr: Number(b) }
  const [first, second = ""] = text.split(/^-$/m)
  const part = (wanted: Wanted | undefined, total: number, content: string | undefined) => {
    if (wanted === undefined || total <= wanted.offset) return nothing
    const bytes = decode(encoding, content ?? "")
    // More than there was when the size was read may be there by now.
    const most = Math.min(wanted.length, total - wanted.offset)
    return bytes === undefined || bytes.length === 0 || bytes.length > wanted.length
      ? undefined
      : bytes.subarray(0, most)
  }
  const parts = { stdout: part(stdout, size.stdout, first), stderr: part(stderr, size.stderr, second) }
  const isWhole = Number.isSafeInteger(size.stdout) && Number.isSafeInteger(size.stderr)
  if (!isWhole || parts.stdout === undefined || parts.stderr === undefined) return undefined
  const content = { size, stdout: parts.stdout, stderr: parts.stderr }
  if (state === "-") return { state: "running", ...content }
  if (state === "lost") return { state: "lost", ...content }
  return /^\d+$/.test(state) ? { state: exitStatus(Number(state)), ...content } : undefined
}

/** Killed for taking too long, which it does on a machine that is very busy. */
const wasKilled = (error: Failure): boolean =>
  error._tag === "SessionError" && error.reason === "Timeout" && error.phase === "sent"

/** Waits in the session, up to `seconds`, for the end or for output that is wanted. */
export const look = (
  target: Target,
  wanted: { readonly stdout?: Wanted | undefined; readonly stderr?: Wanted | undefined },
  seconds: number
): Effect.Effect<Look, Failure> => {
  const { stdout, stderr } = wanted
  return runScript(target, lookScript(target.id.directory, { stdout, stderr }, seconds), {
    accepted: ["look"]
  }).pipe(
    Effect.retry({ times: 2, while: wasKilled }),
    Effect.flatMap((said) => {
      const found = readLook(said, stdout, stderr)
      return found === undefined
        ? Effect.fail(
            processError(target, "Failed", "the output came back in an unknown form", said.requestId)
          )
        : Effect.succeed(found)
    })
  )
}

const shortestInterval = 50
const longestInterval = 5_000

/**
 * Looks until there is something. A session waits with its answer by itself, up to `longestWait`; one that does not is
 * asked again after 50 ms and ever less often, down to every 5 seconds. So an idle process costs at most some 720 calls
 * an hour and, as a rule, 240.
 */
export const untilSome = <A, E>(look: Effect.Effect<Option.Option<A>, E>): Effect.Effect<A, E> =>
  Effect.gen(function* () {
    for (let interval = shortestInterval; ; interval = Math.min(2 * interval, longestInterval)) {
      const startedAt = yield* Clock.currentTimeMillis
      const seen = yield* look
      if (Option.isSome(seen)) return seen.value
      const elapsed = (yield* Clock.currentTimeMillis) - startedAt
      if (elapsed < interval) yield* Effect.sleep(interval - elapsed)
    }
  })

/** The exit status; none while it runs. */
export const poll = (target: Target, seconds: number): Effect.Effect<Option.Option<ExitStatus>, Failure> =>
  Effect.flatMap(look(target, {}, seconds), ({ state }) =>
    state === "lost"
      ? Effect.fail(processError(target, "Lost"))
      : Effect.succeed(state === "running" ? Option.none() : Option.some(state))
  )
