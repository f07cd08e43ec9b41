/** What the direct routes (link and VPC) have in common: the request, and how an answer is read. */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Redacted from "effect/Redacted"
import type { SessionError } from "../AgentBayError.js"
import { readEnvelope } from "../contract/Action.js"
import type { SessionConnection } from "../transport/SessionConnection.js"
import { fromDirectBody, type Route, type ToolAnswer } from "../transport/ToolAnswer.js"
import type { withDeadline } from "./deadline.js"
import { type CallFacts, classify, retryAfterMs, sessionError, timeoutError } from "./httpFailure.js"
import { isRecord, parseJson } from "./json.js"
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
}

/** `link-1700000000000-012345678`: the form of the official client. */
export const makeRequestId = (prefix: string): Effect.Effect<string> =>
  Effect.map(
    Effect.all([Clock.currentTimeMillis, Random.nextIntBetween(0, 1_000_000_000)]),
    ([now, number]) => `${prefix}-${now}-${String(number).padStart(9, "0")}`
  )

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

/** Sends a direct call and reads its answer; what the connection itself reports is left to the route. */
export const execute = (
  client: HttpClient.HttpClient,
  within: typeof withDeadline,
  route: Route,
  facts: CallFacts & { readonly requestId: string },
  timeout: Duration.Duration,
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<ToolAnswer, SessionError | HttpClientError.HttpClientError> =>
  Effect.gen(function* () {
    const response = yield* client.execute(request)
    const body = yield* response.text
    const { status } = response
    if (status < 200 || status >= 300) {
      const { code, detail, reason } = readRefusal(body, status, facts)
      return yield* Effect.fail(
        sessionError(facts, {
          reason: status < 400 ? "Decode" : reason,
          phase: "sent",
          status,
          code,
          retryAfterMs: retryAfterMs(response.headers, yield* Clock.currentTimeMillis),
          detail
        })
      )
    }
    const result = fromDirectBody(body)
    return Either.isRight(result)
      ? { ...result.right, route, requestId: facts.requestId }
      : yield* Effect.fail(
          sessionError(facts, { reason: "Decode", phase: "sent", status, detail: result.left })
        )
  }).pipe((answer) => within(answer, timeout, () => timeoutError(facts, timeout)))
