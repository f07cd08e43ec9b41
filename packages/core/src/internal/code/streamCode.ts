/** Code that runs while the caller listens, over the live channel. */
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { CodeTimeout } from "../../AgentBayError.js"
import { readBundle } from "../../contract/tools/CodeTools.js"
import type {
  CodeEvent,
  CodeException,
  CodeExecution,
  CodeOutput,
  Language,
  SessionCode,
  StreamCode,
  StreamOptions
} from "../../session/SessionCode.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import type { Frame, JsonObject, SessionSocket } from "../../transport/SessionSocket.js"
import { makeOutput } from "../codeOutput.js"
import { isRecord } from "../json.js"
import { ensure, ensureTimeout } from "../validate.js"
import { defaultTimeout, isTimeout, parseLanguage, textOf } from "./codeRun.js"

const operation = "SessionCode.stream"

/** So long after its timeout a run that says nothing of its end is given up. */
const grace = Duration.seconds(15)

const text = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value)

/** An error is told with its class as a code, and a traceback, or the id of a trace, where there is one. */
const exceptionOf = (data: JsonObject): CodeException => {
  const error = isRecord(data.error) ? data.error : data
  const trace = text(error.traceback)
  const traceId = text(error.traceId)
  return {
    name: text(error.code) || text(error.name) || "ExecutionError",
    value: text(error.message) || text(error.value) || text(error.error),
    traceback: trace !== "" ? trace : traceId === "" ? "" : `traceId=${traceId}`
  }
}

const number = (value: unknown): Option.Option<number> =>
  typeof value === "number" && Number.isFinite(value) ? Option.some(value) : Option.none()

interface Run {
  readonly sessionId: string
  readonly requestId: string
  readonly language: Language
  readonly timeout: Duration.Duration
  readonly keepOutput: boolean
}

/** What is known of a run so far. */
const makeTally = (run: Run) => {
  const stdout: Array<string> = []
  const stderr: Array<string> = []
  const outputs: Array<CodeOutput> = []
  let main = Option.none<string>()
  let error: CodeException | undefined

  const keep = <A>(list: Array<A>, item: A): void => {
    if (run.keepOutput) list.push(item)
  }

  const timedOut = () =>
    new CodeTimeout({
      language: run.language,
      timeoutMs: Duration.toMillis(run.timeout),
      sessionId: run.sessionId,
      requestId: run.requestId,
      stdout: stdout.join(""),
      stderr: stderr.join("")
    })

  const event = (data: JsonObject): Option.Option<CodeEvent> => {
    switch (data.eventType) {
      case "stdout":
      case "stderr": {
        const piece = text(data.chunk)
        if (piece === "") return Option.none()
        keep(data.eventType === "stdout" ? stdout : stderr, piece)
        return Option.some({ _tag: data.eventType === "stdout" ? "Stdout" : "Stderr", text: piece })
      }
      case "result": {
        const output = makeOutput(readBundle(data.result))
        keep(outputs, output)
        if (output.isMain && Option.isNone(main)) main = output.text
        return Option.some({ _tag: "Output", output })
      }
      case "error":
        error ??= exceptionOf(data)
        return Option.some({ _tag: "Exception", error: exceptionOf(data) })
      default:
        return Option.none()
    }
  }

  /** The events at the end of a run: what only the end says, and the result. */
  const end = (data: JsonObject): Effect.Effect<Chunk.Chunk<CodeEvent>, CodeTimeout> => {
    const executionError = text(data.executionError)
    const isFailed = executionError !== "" || data.status === "failed"
    const before = error
    if (before === undefined && isFailed) {
      error = { name: "ExecutionError", value: executionError || "the run failed", traceback: "" }
    }
    if (
      isFailed &&
      ((error !== undefined && isTimeout(error)) || /^\W*(time(d)?[ -]?out)\b/i.test(executionError))
    ) {
      return Effect.fail(timedOut())
    }
    const execution: CodeExecution = {
      language: run.language,
      sessionId: run.sessionId,
      requestId: run.requestId,
      text: Option.orElse(main, () => textOf(outputs)),
      stdout: stdout.join(""),
      stderr: stderr.join(""),
      logs: { stdout, stderr },
      outputs,
      error: Option.fromNullable(error),
      executionTime: Option.map(number(data.executionTime), Duration.seconds),
      executionCount: number(data.executionCount)
    }
    const completed: CodeEvent = { _tag: "Completed", execution, isLive: true }
    return Effect.succeed(
      before === undefined && error !== undefined
        ? Chunk.make<[CodeEvent, CodeEvent]>({ _tag: "Exception", error }, completed)
        : Chunk.of(completed)
    )
  }

  return {
    timedOut,
    take: ({ _tag, data }: Frame): Effect.Effect<Chunk.Chunk<CodeEvent>, CodeTimeout> =>
      _tag === "End"
        ? end(data)
        : Effect.succeed(Option.match(event(data), { onNone: () => Chunk.empty(), onSome: Chunk.of }))
  }
}

/** The events of a run that was awaited. */
const afterwards = (execution: CodeExecution): Chunk.Chunk<CodeEvent> =>
  Chunk.fromIterable<CodeEvent>([
    ...execution.logs.stdout.map((piece): CodeEvent => ({ _tag: "Stdout", text: piece })),
    ...execution.logs.stderr.map((piece): CodeEvent => ({ _tag: "Stderr", text: piece })),
    ...execution.outputs.map((output): CodeEvent => ({ _tag: "Output", output })),
    ...Option.toArray(execution.error).map((error): CodeEvent => ({ _tag: "Exception", error })),
    { _tag: "Completed", execution, isLive: false }
  ])

export const makeStream = (
  runtime: SessionRuntime,
  socket: SessionSocket.Service,
  run: SessionCode.Service["run"]
): StreamCode => {
  const live = (
    language: Language,
    code: string,
    timeout: Duration.Duration,
    options: StreamOptions
  ): Stream.Stream<CodeEvent, SessionCode.StreamFailure> =>
    Stream.unwrapScoped(
      Effect.gen(function* () {
        const target = Option.getOrElse(
          runtime.connection().tools.serverOf("run_code"),
          () => "wuying_codespace"
        )
        const invocation = yield* socket.open(
          target,
          {
            method: "run_code",
            mode: "stream",
            params: { language, timeoutS: Duration.toSeconds(timeout), code }
          },
          { operation, capacity: options.capacity, timeout: Duration.sum(timeout, grace) }
        )
        const tally = makeTally({
          sessionId: runtime.sessionId,
          requestId: invocation.id,
          language,
          timeout,
          keepOutput: options.keepOutput ?? true
        })
        return invocation.frames.pipe(
          Stream.mapError((error) => (error.reason === "Timeout" ? tally.timedOut() : error)),
          Stream.mapEffect(tally.take),
          Stream.flattenChunks
        )
      })
    )

  const stream = (
    languageInput: string,
    code: string,
    options: StreamOptions & { readonly fallback?: "none" | "blocking" | undefined } = {}
  ): Stream.Stream<CodeEvent, SessionCode.StreamFailure | SessionCode.Failure> =>
    Stream.unwrap(
      Effect.gen(function* () {
        const language = yield* parseLanguage(operation, languageInput)
        yield* ensure(typeof code === "string", operation, "code", code, "it must be a text")
        const timeout = yield* ensureTimeout(operation, "timeout", options.timeout ?? defaultTimeout)
        const isLive = yield* socket.available(operation).pipe(
          Effect.as(true),
          Effect.catchIf(
            () => options.fallback === "blocking",
            () => Effect.succeed(false)
          )
        )
        const events: Stream.Stream<CodeEvent, SessionCode.StreamFailure | SessionCode.Failure> = isLive
          ? live(language, code, timeout, options)
          : Stream.unwrap(
              Effect.map(run(language, code, { timeout }), (execution) =>
                Stream.fromChunk(afterwards(execution))
              )
            )
        return events
      })
    ).pipe(Stream.withSpan(operation))

  // The two call signatures differ only in what the stream can fail with.
  return stream as StreamCode
}
