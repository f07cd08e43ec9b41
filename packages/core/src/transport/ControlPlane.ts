/**
 * Actions of the control API over HTTP: one POST per action, parameters in an urlencoded form, the api key as a
 * parameter of that form.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Tracer from "effect/Tracer"
import * as AgentBayConfig from "../AgentBayConfig.js"
import type { SessionError } from "../AgentBayError.js"
import * as Action from "../contract/Action.js"
import { makeExchange, splitUrl } from "../internal/exchange.js"
import { encodeForm, type Parameters } from "../internal/form.js"
import {
  type CallFacts,
  classify,
  retryAfterMs,
  sessionError,
  timeoutError,
  tooLateError,
  transportError
} from "../internal/httpFailure.js"
import { isRecord, parseJson } from "../internal/json.js"
import { makeHexIds } from "../internal/randomHex.js"
import { makeWatcher } from "../internal/telemetry.js"
import type { ExchangeAnswer } from "./HttpExchange.js"
import * as Retries from "./Retries.js"

/**
 * A successful answer. The members of the page are present where the action answers with one.
 *
 * @since 0.1.0
 * @category models
 */
export interface Reply<Data> {
  /** The service's id of the request; empty when it gave none. */
  readonly requestId: string
  readonly data: Data
  readonly nextToken: Option.Option<string>
  readonly maxResults: Option.Option<number>
  readonly totalCount: Option.Option<number>
  readonly count: Option.Option<number>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface CallOptions {
  /** The public operation on whose behalf the call is made; it stands in errors. Default: the action's name. */
  readonly operation?: string | undefined
  readonly sessionId?: string | undefined
  /** Default: `timeouts.request` of the configuration. */
  readonly timeout?: Duration.Duration | undefined
  /**
   * The caller watches this call, below this span if there is one, and repeats it. Default: it has a span and metrics
   * of its own, and is repeated by the policy of the client.
   */
  readonly watched?: { readonly span: Tracer.AnySpan | undefined } | undefined
  /** Further secrets that the service may repeat in its messages. */
  readonly secrets?: ReadonlyArray<Redacted.Redacted> | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class ControlPlane extends Context.Tag("@effect-agentbay/core/ControlPlane")<
  ControlPlane,
  ControlPlane.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace ControlPlane {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Sends one action and reads its answer; repeats it by the policy of the client (`RetryPolicy`).
     *
     * Fails with `SessionError`: the reason that the service's code stands for, `Transport` without a connection,
     * `Timeout` without an answer in time, `Decode` when the answer is not what the contract says.
     * A request that does not fit the contract's Schema is a defect: operations validate their input first.
     */
    readonly call: <Name extends string, Request, RequestEncoded, Data, DataEncoded>(
      action: Action.Action<Name, Request, RequestEncoded, Data, DataEncoded>,
      request: Request,
      options?: CallOptions
    ) => Effect.Effect<Reply<Data>, SessionError>
  }
}

const makeTimestamp = () => {
  let second = Number.NaN
  let text = ""
  return (nowMs: number): string => {
    if (Math.floor(nowMs / 1000) !== second) {
      second = Math.floor(nowMs / 1000)
      // The moment comes from the Clock; DateTime would add kilobytes to every bundle for this one text.
      // @effect-diagnostics-next-line globalDate:off
      text = encodeForm({ Timestamp: `${new Date(nowMs).toISOString().slice(0, 19)}Z` })
    }
    return text
  }
}

const join = (...forms: ReadonlyArray<string>): string => forms.filter((form) => form !== "").join("&")

/** What all calls of one action have in common. */
interface Prepared<Request, Data> {
  readonly encode: (request: Request) => Either.Either<unknown, ParseResult.ParseError>
  readonly decode: (data: unknown) => Either.Either<Data, ParseResult.ParseError>
  readonly query: string
}

const parseBody = (text: string): Either.Either<Record<string, unknown>, string> => {
  const body = parseJson(text)
  if (Either.isRight(body)) {
    return isRecord(body.right) ? Either.right(body.right) : Either.left("the answer is not a JSON object")
  }
  return Either.left(
    text.trimStart().startsWith("<") ? "the answer is an HTML page" : `the answer ${body.left}`
  )
}

/** The first place that does not fit, without the value, which may be a secret. */
const issueText = (error: ParseResult.ParseError): string => {
  const issue = ParseResult.ArrayFormatter.formatErrorSync(error)[0]
  const at = issue === undefined || issue.path.length === 0 ? "the answer" : issue.path.map(String).join(".")
  return `${at} does not have the expected form`
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<
  ControlPlane.Service,
  never,
  AgentBayConfig.AgentBayConfig | HttpClient.HttpClient
> = Effect.gen(function* () {
  const config = yield* AgentBayConfig.AgentBayConfig
  const exchange = makeExchange(yield* HttpClient.HttpClient)
  const endpoint = splitUrl(config.endpoint)
  const nextNonce = yield* makeHexIds
  const watch = makeWatcher()
  const retries = yield* Retries.shared
  const authorization = encodeForm({ Authorization: `Bearer ${Redacted.value(config.apiKey)}` })
  const timestamp = makeTimestamp()

  const known = new WeakMap<object, Prepared<never, unknown>>()
  const prepare = <Request, RequestEncoded, Data, DataEncoded>(
    action: Action.Action<string, Request, RequestEncoded, Data, DataEncoded>
  ): Prepared<Request, Data> => {
    const before = known.get(action) as Prepared<Request, Data> | undefined
    if (before !== undefined) return before
    const prepared = {
      encode: Schema.encodeEither(action.request),
      decode: Schema.decodeUnknownEither(action.data),
      query: encodeForm({ Action: action.name, Format: "json", Version: Action.apiVersion })
    }
    known.set(action, prepared)
    return prepared
  }

  const read = <Data>(
    facts: CallFacts,
    decode: (data: unknown) => Either.Either<Data, ParseResult.ParseError>,
    status: number,
    headers: ExchangeAnswer["headers"],
    text: string,
    nowMs: number
  ): Either.Either<Reply<Data>, SessionError> => {
    const parsed = parseBody(text)
    if (Either.isLeft(parsed)) {
      const reason = status >= 400 ? classify("", status, "") : "Decode"
      return Either.left(
        sessionError(facts, {
          reason,
          phase: "sent",
          status,
          retryAfterMs: retryAfterMs(headers, nowMs),
          detail: parsed.left
        })
      )
    }
    const envelope = Action.readEnvelope(parsed.right)
    const requestId = Option.getOrElse(envelope.requestId, () => "")
    if (status < 300 && !Action.hasVerdict(envelope)) {
      const detail = "the answer says neither that the call succeeded nor that it failed"
      return Either.left(sessionError(facts, { reason: "Decode", phase: "sent", status, requestId, detail }))
    }
    if (status >= 300 || !Action.isSuccess(envelope)) {
      const code = Option.getOrElse(envelope.code, () => "")
      const message = Option.getOrElse(envelope.message, () => "")
      const effective = status >= 300 ? status : Option.getOrUndefined(envelope.httpStatusCode)
      return Either.left(
        sessionError(facts, {
          reason: classify(code, effective === 200 ? undefined : effective, message),
          phase: "sent",
          status,
          requestId,
          code: code === "" ? undefined : code,
          retryAfterMs: retryAfterMs(headers, nowMs),
          detail: message
        })
      )
    }
    const data = decode(envelope.data)
    if (Either.isLeft(data)) {
      return Either.left(
        sessionError(facts, {
          reason: "Decode",
          phase: "sent",
          status,
          requestId,
          detail: `Data: ${issueText(data.left)}`
        })
      )
    }
    return Either.right({
      requestId,
      data: data.right,
      nextToken: envelope.nextToken,
      maxResults: envelope.maxResults,
      totalCount: envelope.totalCount,
      count: envelope.count
    })
  }

  const call: ControlPlane.Service["call"] = (action, request, options) => {
    const facts: CallFacts = {
      operation: options?.operation ?? action.name,
      sessionId: options?.sessionId,
      secrets: [config.apiKey, ...(options?.secrets ?? [])]
    }
    const timeout = options?.timeout ?? config.timeouts.request
    const { decode, encode, query } = prepare(action)
    const encoded = encode(request)
    if (Either.isLeft(encoded)) return Effect.die(encoded.left)
    const parameters = encoded.right as Parameters
    const isInQuery = (name: string) => action.inQuery.includes(name)
    const inQuery = action.inQuery.length === 0 ? "" : encodeForm(parameters, isInQuery)
    const inForm = encodeForm(parameters, (name) => !isInQuery(name))
    const send = (span: Tracer.AnySpan | undefined, timeLeft: Duration.Duration) =>
      exchange(
        (nowMs) => ({
          request: {
            method: "POST",
            origin: endpoint.origin,
            path: `${endpoint.path}?${join(query, timestamp(nowMs), `SignatureNonce=${nextNonce()}`, inQuery)}`,
            headers: {
              "x-acs-version": Action.apiVersion,
              "x-acs-action": action.name,
              "user-agent": config.userAgent,
              "content-type": "application/x-www-form-urlencoded"
            },
            body: join(authorization, inForm)
          },
          onAnswer: ({ headers, status, text }, answeredMs) =>
            Either.match(read(facts, decode, status, headers, text, answeredMs), {
              onLeft: Exit.fail,
              onRight: Exit.succeed
            }),
          onFailure: (failure) => transportError(facts, failure),
          onTimeout: () => timeoutError(facts, timeout)
        }),
        { span, timeout: timeLeft }
      )
    if (options?.watched !== undefined) return send(options.watched.span, timeout)
    const watched = watch<{ readonly requestId: string }>(
      {
        spanName: `AgentBay.${action.name}`,
        operation: action.name,
        route: "control",
        attributes: {
          "agentbay.operation": facts.operation,
          "agentbay.action": action.name,
          "agentbay.route": "control",
          ...(facts.sessionId === undefined ? {} : { "agentbay.session.id": facts.sessionId })
        }
      },
      ({ requestId }) => ({ "agentbay.request.id": requestId })
    )
    return retries.run(
      {
        operation: action.name,
        route: "control",
        idempotent: action.idempotent,
        timeout,
        tooLate: () => tooLateError(facts, timeout)
      },
      (timeLeft) => watched((span) => send(span, timeLeft))
    )
  }

  return { call }
})

/**
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<ControlPlane, never, AgentBayConfig.AgentBayConfig | HttpClient.HttpClient> =
  Layer.effect(ControlPlane, make)
