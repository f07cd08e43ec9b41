/** Terminals over the live channel. */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  ChannelError,
  type ChannelErrorReason,
  type InvalidArgument,
  type Phase,
  PtyError
} from "../../AgentBayError.js"
import type { AttachOptions, CreateOptions, SessionPty, Size, Terminal } from "../../session/SessionPty.js"
import type { Failure, JsonObject, SessionSocket, Signal } from "../../transport/SessionSocket.js"
import { withDeadline } from "../deadline.js"
import { isRecord } from "../json.js"
import { makeInbox } from "../socket/inbox.js"
import { ensure, ensureText, ensureTimeout } from "../validate.js"
import { decodeOutput, encodeInput } from "./bytes.js"

const target = "PTY_SERVER"

const defaultCapacity = 8 * 1024 * 1024

/** What a frame has beside what it shows: single characters must not wait by the million. */
const envelope = 128

const answerTime = Duration.seconds(30)

/** An answer that comes so late still tells which terminal is to be killed, though nobody waits for the terminal. */
const lateTime = Duration.minutes(10)

/** A closing scope does not wait longer than this for the end of its terminal. */
const killTime = Duration.seconds(5)

const isSize = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 500

const ensureSize = (operation: string, { cols, rows }: Size): Effect.Effect<void, InvalidArgument> => {
  const rule = "it must be a whole number from 1 to 500"
  return Effect.zipRight(
    ensure(isSize(cols), operation, "cols", cols, rule),
    ensure(isSize(rows), operation, "rows", rows, rule)
  )
}

const ensureEnv = (operation: string, env: Readonly<Record<string, string>>) =>
  Effect.forEach(
    Object.entries(env),
    ([name, value]) =>
      ensure(
        name !== "" && !/[=\0]/.test(name) && typeof value === "string" && !value.includes("\0"),
        operation,
        `env.${name}`,
        value,
        "names must not be empty or contain '=', values must be texts, and neither may contain a zero byte"
      ),
    { discard: true }
  )

/** What an answer says, wherever it says it. */
const resultOf = (answer: JsonObject): JsonObject => (isRecord(answer.result) ? answer.result : answer)

const text = (value: unknown): string => (typeof value === "string" ? value : "")

type CallFailure = Exclude<Failure, InvalidArgument>

export const makePty = (sessionId: string, socket: SessionSocket.Service): SessionPty.Service => {
  const trouble = (
    operation: string,
    reason: ChannelErrorReason,
    phase: Phase,
    detail: string
  ): ChannelError => new ChannelError({ reason, operation, sessionId, target, phase, detail })

  const refused = (operation: string, ptyId: string | undefined) => (error: ChannelError) =>
    error.reason === "Remote"
      ? new PtyError({ reason: "Refused", operation, sessionId, ptyId, detail: error.detail })
      : error

  const ask = (
    operation: string,
    method: string,
    params: JsonObject,
    options: { readonly ptyId?: string | undefined; readonly timeout?: AttachOptions["timeout"] } = {}
  ): Effect.Effect<JsonObject, Failure | PtyError> =>
    socket.call(target, { method, params }, { operation, timeout: options.timeout }).pipe(
      Effect.map(resultOf),
      Effect.catchTag("ChannelError", (error) => Effect.fail(refused(operation, options.ptyId)(error)))
    )

  /** For calls without anything that could be invalid. */
  const surely = <A, E>(
    effect: Effect.Effect<A, E | InvalidArgument>
  ): Effect.Effect<A, Exclude<E, InvalidArgument>> =>
    Effect.catchAll(effect, (error) =>
      isInvalid(error) ? Effect.die(error) : Effect.fail(error as Exclude<E, InvalidArgument>)
    )

  const killById = (operation: string, ptyId: string): Effect.Effect<void, CallFailure | PtyError> =>
    Effect.asVoid(surely(ask(operation, "pty.kill", { ptySessionId: ptyId }, { ptyId })))

  /** For a terminal that nobody wants any more: a lost connection is made again for it. */
  const killSurely = (operation: string, ptyId: string) =>
    Effect.retry(killById(operation, ptyId), {
      times: 3,
      while: (error) => error._tag === "ChannelError" && error.reason === "Lost"
    })

  /**
   * Listens before it asks for the terminal, so that nothing is lost of what comes before the answer. The connection is
   * of no further use to a terminal that has ended.
   */
  const join = (
    operation: string,
    options: AttachOptions,
    request: Effect.Effect<string, Failure | PtyError, Scope.Scope>
  ): Effect.Effect<Terminal & { readonly hasExited: () => boolean }, Failure | PtyError, Scope.Scope> =>
    Effect.gen(function* () {
      const capacity = options.capacity ?? defaultCapacity
      const ended = yield* Deferred.make<number, ChannelError | PtyError>()
      const screen = yield* makeInbox<Uint8Array, ChannelError | PtyError>(capacity, () =>
        trouble(operation, "Overflow", "sent", "the terminal wrote faster than its output was read")
      )
      let hasExited = false
      const fail = (error: ChannelError | PtyError): true => {
        screen.fail(error)
        Deferred.unsafeDone(ended, Exit.fail(error))
        return true
      }
      // Runs after everything else of the scope: whoever still waits outside of it must not wait for ever.
      yield* Effect.addFinalizer(() =>
        Effect.sync(() =>
          fail(
            new PtyError({
              reason: "Ended",
              operation,
              sessionId,
              detail: "the scope of the terminal was closed"
            })
          )
        )
      )
      const listening = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.sequential)
      const signals = yield* Scope.extend(socket.subscribe(target, { operation, capacity }), listening)
      const ptyId = yield* request
      /** True when nothing more comes. */
      const take = (signal: Signal): boolean => {
        if (signal._tag === "Opened") return false
        if (signal._tag === "Lost") {
          return fail(new ChannelError({ ...signal.error, operation, target, phase: "sent" }))
        }
        const { data } = signal
        if (data.ptySessionId !== ptyId) return false
        switch (data.eventType) {
          case "pty.output": {
            const bytes = decodeOutput(data.encoding, data.data)
            if (bytes === undefined) {
              return fail(trouble(operation, "Protocol", "sent", "the output of the terminal cannot be read"))
            }
            if (bytes.length > 0) screen.offer(bytes, bytes.length + envelope)
            return false
          }
          case "pty.exit": {
            const { exitCode } = data
            hasExited = true
            Deferred.unsafeDone(ended, Exit.succeed(typeof exitCode === "number" ? exitCode : -1))
            screen.end()
            return true
          }
          case "pty.error":
            return fail(
              new PtyError({
                reason: "Failed",
                operation,
                sessionId,
                ptyId,
                detail: text(data.error) || "the session does not say why"
              })
            )
          default:
            return false
        }
      }

      yield* signals.pipe(
        Stream.takeUntil(take),
        Stream.runDrain,
        Effect.catchAll((error) => Effect.sync(() => fail(error))),
        Effect.ensuring(Scope.close(listening, Exit.void)),
        Effect.interruptible,
        Effect.forkScoped
      )

      const alive = (what: string): Effect.Effect<void, PtyError> =>
        Effect.flatMap(Deferred.isDone(ended), (isOver) =>
          isOver
            ? Effect.fail(
                new PtyError({
                  reason: "Ended",
                  operation: what,
                  sessionId,
                  ptyId,
                  detail: "its program has ended, or the connection to it was lost"
                })
              )
            : Effect.void
        )

      const say = (what: string, method: string, params: JsonObject) =>
        surely(
          socket.send(target, { method, params: { ptySessionId: ptyId, ...params } }, { operation: what })
        )

      return {
        ptyId,
        sessionId,
        output: screen.stream,
        wait: Deferred.await(ended),
        hasExited: () => hasExited,
        input: (data) =>
          Effect.zipRight(
            alive("SessionPty.input"),
            Effect.forEach(encodeInput(data), (piece) => say("SessionPty.input", "pty.input", { ...piece }), {
              discard: true
            })
          ),
        resize: ({ cols, rows }) =>
          Effect.zipRight(
            Effect.zipRight(ensureSize("SessionPty.resize", { cols, rows }), alive("SessionPty.resize")),
            say("SessionPty.resize", "pty.resize", { cols, rows })
          ),
        kill: Effect.suspend(() => (hasExited ? Effect.void : killById("SessionPty.kill", ptyId)))
      }
    })

  const handOver = ({ hasExited: _, ...terminal }: Terminal & { readonly hasExited: unknown }): Terminal =>
    terminal

  const idOf = (
    operation: string,
    result: JsonObject,
    otherwise?: string
  ): Effect.Effect<string, ChannelError> => {
    const ptyId = text(result.ptySessionId) || (otherwise ?? "")
    return ptyId === ""
      ? Effect.fail(trouble(operation, "Protocol", "sent", "the answer has no ptySessionId"))
      : Effect.succeed(ptyId)
  }

  return {
    create: (options: CreateOptions = {}) => {
      const operation = "SessionPty.create"
      const { cols = 80, cwd, env = {}, keep = false, rows = 24, shell, timeout } = options
      return Effect.gen(function* () {
        yield* ensureSize(operation, { cols, rows })
        if (cwd !== undefined) yield* ensureText(operation, "cwd", cwd)
        if (shell !== undefined) yield* ensureText(operation, "shell", shell)
        yield* ensureEnv(operation, env)
        const params = {
          cols,
          rows,
          cwd,
          envs: { TERM: "xterm-256color", LANG: "en_US.UTF-8", ...env },
          shell
        }
        const within = yield* ensureTimeout(operation, "timeout", timeout ?? answerTime)
        let isHandedOver = false
        let hasExited = () => false
        // Once it has left, its answer is waited for, whoever gives up: the session would keep a terminal whose id
        // nobody knows.
        const request = Effect.uninterruptibleMask((restore) =>
          Effect.gen(function* () {
            const asking = yield* ask(operation, "pty.create", params, {
              timeout: Duration.sum(within, lateTime)
            }).pipe(
              Effect.mapError(mayBeLeft),
              Effect.flatMap((result) => idOf(operation, result)),
              Effect.interruptible,
              Effect.forkDaemon
            )
            const killing = yield* Effect.cached(
              Fiber.join(asking).pipe(
                Effect.flatMap((ptyId) => (hasExited() ? Effect.void : killSurely(operation, ptyId))),
                Effect.ignore,
                Effect.interruptible,
                Effect.forkDaemon
              )
            )
            yield* Effect.addFinalizer(() =>
              keep && isHandedOver
                ? Effect.void
                : Effect.ignore(withDeadline(Effect.flatMap(killing, Fiber.join), killTime, () => undefined))
            )
            return yield* Fiber.join(asking).pipe(
              Effect.timeoutFail({
                duration: within,
                onTimeout: () =>
                  trouble(operation, "Timeout", "unknown", `no answer within ${Duration.format(within)}`)
              }),
              restore,
              Effect.onError(() => killing)
            )
          })
        )
        const terminal = yield* join(operation, options, request)
        isHandedOver = true
        hasExited = terminal.hasExited
        return handOver(terminal)
      }).pipe(Effect.withSpan(operation))
    },
    attach: (ptyId, options = {}) => {
      const operation = "SessionPty.attach"
      return Effect.zipRight(
        ensureText(operation, "ptyId", ptyId),
        join(
          operation,
          options,
          Effect.flatMap(
            ask(operation, "pty.connect", { ptySessionId: ptyId }, { ptyId, timeout: options.timeout }),
            (result) => idOf(operation, result, ptyId)
          )
        )
      ).pipe(Effect.map(handOver), Effect.withSpan(operation))
    },
    list: surely(ask("SessionPty.list", "pty.list", {})).pipe(
      Effect.map(({ ptySessionIds }) =>
        Array.isArray(ptySessionIds) ? ptySessionIds.filter((id): id is string => typeof id === "string") : []
      ),
      Effect.withSpan("SessionPty.list")
    ),
    kill: (ptyId) =>
      Effect.zipRight(ensureText("SessionPty.kill", "ptyId", ptyId), killById("SessionPty.kill", ptyId)).pipe(
        Effect.withSpan("SessionPty.kill")
      )
  }
}

/** The protocol has no mark by which the terminal could be told from those that others create. */
const mayBeLeft = (error: Failure | PtyError): Failure | PtyError =>
  error._tag === "ChannelError" && error.reason === "Lost" && error.phase !== "notSent"
    ? new ChannelError({
        ...error,
        detail: `${error.detail}; if the terminal was created, SessionPty.list has its id, and SessionPty.kill ends it`
      })
    : error

const isInvalid = (error: unknown): error is InvalidArgument =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "InvalidArgument"
