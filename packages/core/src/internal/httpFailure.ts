/** From what an HTTP client reports, or the service answers, to one `SessionError`. */
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import { type Phase, SessionError, type SessionErrorReason } from "../AgentBayError.js"
import type { ExchangeFailure } from "../transport/HttpExchange.js"
import { redactText } from "./redact.js"

/** What every failure of one call has in common. */
export interface CallFacts {
  readonly operation: string
  readonly sessionId?: string | undefined
  readonly requestId?: string | undefined
  readonly secrets: ReadonlyArray<Redacted.Redacted>
}

export const sessionError = (
  facts: CallFacts,
  error: {
    readonly reason: SessionErrorReason
    readonly phase: Phase
    readonly detail: string
    readonly requestId?: string | undefined
    readonly code?: string | undefined
    readonly status?: number | undefined
    readonly retryAfterMs?: number | undefined
    readonly cause?: unknown
  }
): SessionError =>
  new SessionError({
    ...error,
    operation: facts.operation,
    sessionId: facts.sessionId,
    requestId: error.requestId ?? facts.requestId,
    detail: redactText(error.detail, facts.secrets).replace(/[.\s]+$/, "")
  })

const codesOf = (error: unknown): ReadonlyArray<string> => {
  const codes: Array<string> = []
  let current: unknown = error
  for (let depth = 0; depth < 8 && typeof current === "object" && current !== null; depth++) {
    const { code, name, cause, errors } = current as Record<string, unknown>
    if (typeof code === "string") codes.push(code)
    if (typeof name === "string") codes.push(name)
    current = cause ?? (Array.isArray(errors) ? errors[0] : undefined)
  }
  return codes
}

/** Failures that happen before the first byte of a request can have left. */
const beforeSending =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EAI_FAIL|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ConnectTimeoutError|ERR_TLS_.*|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|ERR_SSL_.*|EPROTO)$/

const wasNotSent = (error: HttpClientError.HttpClientError): boolean =>
  error._tag === "RequestError" &&
  (error.reason === "InvalidUrl" ||
    // A stream that breaks is an encoding error too, and part of it may have left by then.
    (error.reason === "Encode" && error.request.body._tag !== "Stream") ||
    codesOf(error.cause).some((code) => beforeSending.test(code)))

const plainCause = (error: unknown, secrets: ReadonlyArray<Redacted.Redacted>): string => {
  const codes = codesOf(error)
  const message = error instanceof Error ? error.message : ""
  const code = codes.find((name) => /^[A-Z][A-Z0-9_]+$/.test(name))
  return redactText([code, message].filter((part) => part !== undefined && part !== "").join(": "), secrets)
}

/** What an HTTP client reports, without what only it knows. */
export const failureOf = (error: HttpClientError.HttpClientError): ExchangeFailure => ({
  _tag: "Failure",
  phase: wasNotSent(error) ? "notSent" : error._tag === "ResponseError" ? "sent" : "unknown",
  cause: error.cause ?? error,
  status: error._tag === "ResponseError" ? error.response.status : undefined
})

/** The connection could not be made, or broke. The client's own error is not kept: it carries URL and headers. */
export const transportError = (facts: CallFacts, { cause, phase, status }: ExchangeFailure): SessionError =>
  sessionError(facts, {
    reason: "Transport",
    phase,
    detail: plainCause(cause, facts.secrets) || "the connection failed",
    status
  })

export const timeoutError = (facts: CallFacts, deadline: Duration.Duration): SessionError =>
  sessionError(facts, {
    reason: "Timeout",
    phase: "unknown",
    detail: `no answer within ${Duration.format(deadline)}`
  })

/** Its turn did not come: nothing was sent. */
export const tooLateError = (facts: CallFacts, timeout: Duration.Duration): SessionError =>
  sessionError(facts, {
    reason: "Timeout",
    phase: "notSent",
    detail: `its turn did not come within ${Duration.format(timeout)}`
  })

const unauthorized =
  /^(NOT_LOGIN|Unauthorized|Forbidden|InvalidApiKey|InvalidAccessKey|NoPermission|Forbidden\..*)$/i
const conflict =
  /(Conflict|IncorrectStatus|InvalidStatus|StatusNotSupport|AlreadyBound|AlreadyExist|InvalidOperation)/i
const invalidRequest = /^(Invalid|Missing|Illegal|Malformed)/i

/** What kind of refusal a code, an HTTP status and a message stand for. */
export const classify = (code: string, status: number | undefined, message: string): SessionErrorReason => {
  if (/^InvalidAction/i.test(code)) return "Unsupported"
  if (/throttl|ratelimit|TooManyRequests/i.test(code) || status === 429) return "Throttled"
  if (unauthorized.test(code) || status === 401 || status === 403) return "Unauthorized"
  if (/NotFound|NotExist/i.test(code) || status === 404) return "NotFound"
  if (conflict.test(code) || status === 409) return "Conflict"
  if (/Timeout/i.test(code) || status === 408 || status === 504) return "Timeout"
  if (/Unavailable|Internal|ServerBusy/i.test(code) || (status !== undefined && status >= 500))
    return "Unavailable"
  if (/file not exist|not found|does not exist/i.test(message)) return "NotFound"
  if (invalidRequest.test(code) || (status !== undefined && status >= 400)) return "InvalidRequest"
  return "Unknown"
}

/** Milliseconds asked for by the headers of an answer: `Retry-After` or the service's own. */
export const retryAfterMs = (
  given: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>,
  nowMs: number
): number | undefined => {
  const headers = (name: string): string | undefined => {
    const value = given[name]
    return typeof value === "string" ? value : value?.[0]
  }
  const standard = headers("retry-after")
  if (standard !== undefined) {
    const seconds = Number(standard)
    if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000
    const date = Date.parse(standard)
    if (Number.isFinite(date)) return Math.max(0, date - nowMs)
  }
  const own = Number(headers("x-acs-retry-after"))
  if (Number.isFinite(own) && own >= 0 && headers("x-acs-retry-after") !== undefined) return own
  for (const name of ["x-ratelimit-user-api", "x-ratelimit-user"]) {
    const left = /TimeLeft:(\d+)/i.exec(headers(name) ?? "")
    if (left !== null) return Number(left[1])
  }
  return undefined
}
