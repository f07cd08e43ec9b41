/** What the direct routes (link and VPC) have in common: the request, and how an answer is read. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import type * as Tracer from "effect/Tracer"
import type { SessionError } from "../AgentBayError.js"
import { readEnvelope } from "../contract/Action.js"
import type { ExchangeAnswer, ExchangeFailure, ExchangeRequest } from "../transport/HttpExchange.js"
import type { SessionConnection } from "../transport/SessionConnection.js"
import {
  fromDirectBody,
  type Route,
  type ToolAnswer,
  type ToolResult,
  make as toolAnswer
} from "../transport/ToolAnswer.js"
import type { Call } from "./exchange.js"
import { type CallFacts, classify, retryAfterMs, sessionError, timeoutError } from "./httpFailure.js"
import { isRecord, parseJson } from "./json.js"
import * as LongText from "./longText.js"
import { redactText } from "./redact.js"

/**
 * One tool call, ready to travel. `args` is the encoded argument object.
 *
 * @since 0.1.0
 * @category models
 */
export interface ToolRequest {
  readonly connection: SessionConnection
  readonly tool: string
  readonly args: unknown
  /** The public operation on whose behalf the call is made; it stands in errors. */
  readonly operation: string
  readonly timeout: Duration.Duration
  /** Let the service start a session when this one is gone. API route only. */
  readonly autoGenSession: boolean
  /** Secrets among the arguments. */
  readonly secrets?: ReadonlyArray<Redacted.Redacted> | undefined
  /** Name of the argument in which JSON has nothing to escape. */
  readonly verbatim?: string | undefined
  /** Takes the text of a successful answer that is long and has nothing escaped in it; the answer says `""` then. */
  readonly takeText?: ((pieces: ReadonlyArray<Uint8Array>) => void) | undefined
  /** Called when an answer is here as a whole, before it is read; with each attempt. */
  readonly onArrival?: (() => void) | undefined
  /** The span of the call. */
  readonly span?: Tracer.AnySpan | undefined
}

/** What every failure of a direct call has in common. */
export interface DirectFacts extends CallFacts {
  readonly requestId: string
}

/** Makes ids of the form of the official client, `link-1700000000000-012345678`: the end counts on from anywhere. */
export const makeRequestIds = (prefix: string): Effect.Effect<(nowMs: number) => string> =>
  Effect.map(Random.nextIntBetween(0, 1_000_000_000), (first) => {
    let next = first
    return (nowMs) => {
      next = (next + 1) % 1_000_000_000
      return `${prefix}-${Math.floor(nowMs)}-${String(next).padStart(9, "0")}`
    }
  })

/** What a gateway says with a refusal: a code and a message as the control API writes them, or anything else. */
const readRefusal = (body: string, status: number, facts: CallFacts) => {
  const json = Either.getOrElse(parseJson(body), () => undefined)
  if (isRecord(json)) {
    const envelope = readEnvelope(json)
    const code = Option.getOrUndefined(envelope.code)
    const message = Option.getOrUndefined(envelope.message)
    if (code !== undefined || message !== undefined) {
      return { code, detail: message ?? "", reason: classify(code ?? "", status, message ?? "") }
    }
  }
  const detail = body.trimStart().startsWith("<")
    ? "an HTML page came back"
    : redactText(body, facts.secrets).slice(0, 500)
  return { code: undefined, detail, reason: classify("", status, "") }
}

type TakeText = NonNullable<ToolRequest["takeText"]>

/** A result whose text went to `takeText`. */
const withoutText = (chunks: ReadonlyArray<Uint8Array>, takeText: TakeText): ToolResult | undefined => {
  const long = LongText.takeOut(chunks)
  if (long === undefined) return undefined
  const result = Either.getOrUndefined(fromDirectBody(long.around))
  const [item, ...others] = result?.content ?? []
  if (result?.isError !== false || item?.text !== LongText.placeholder || others.length > 0) return undefined
  takeText(long.pieces)
  return { isError: false, content: [{ ...item, text: "" }], text: "" }
}

/** Reads the answer to a direct call. */
const readAnswer =
  (route: Route, facts: DirectFacts, takeText: TakeText | undefined) =>
  (answer: ExchangeAnswer, nowMs: number): Exit.Exit<ToolAnswer, SessionError> => {
    const { chunks, headers, status } = answer
    const isGood = status >= 200 && status < 300
    const taken = isGood && takeText && chunks ? withoutText(chunks, takeText) : undefined
    if (taken !== undefined) return Exit.succeed(toolAnswer(taken, route, facts.requestId))
    const { text } = answer
    if (!isGood) {
      const { code, detail, reason } = readRefusal(text, status, facts)
      return Exit.fail(
        sessionError(facts, {
          reason: status < 400 ? "Decode" : reason,
          phase: "sent",
          status,
          code,
          retryAfterMs: retryAfterMs(headers, nowMs),
          detail
        })
      )
    }
    const result = fromDirectBody(text)
    return Either.isRight(result)
      ? Exit.succeed(toolAnswer(result.right, route, facts.requestId))
      : Exit.fail(sessionError(facts, { reason: "Decode", phase: "sent", status, detail: result.left }))
  }

/** A direct call: what is sent, and what becomes of it. */
export const direct = <E>(
  route: Route,
  facts: DirectFacts,
  timeout: Duration.Duration,
  request: ExchangeRequest,
  onFailure: (failure: ExchangeFailure) => E,
  { onArrival, takeText }: Pick<ToolRequest, "onArrival" | "takeText"> = {}
): Call<ToolAnswer, SessionError | E> => ({
  request,
  onAnswer: readAnswer(route, facts, takeText),
  onFailure,
  onTimeout: () => timeoutError(facts, timeout),
  onArrival
})
