/**
 * What can go wrong between a client and the service, as data.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"

/** A fault without further facts. */
type Nothing = Readonly<Record<never, never>>

/**
 * - `Refused`: no connection; the call has no effect. In memory the client sees a refused connection, over HTTP the
 *   connection is closed without an answer.
 * - `Lost`: the call has its effect, then the connection breaks before the answer.
 * - `Slow`: the call has its effect, its answer comes after `duration`.
 * - `Throttled`: HTTP 429 with code `Throttling`; with `retryAfter` (milliseconds) the headers `Retry-After` and
 *   `x-acs-retry-after` say it. No effect.
 * - `ServerError`: a JSON error body with this status (5xx) and code. No effect.
 * - `Html`: an HTML page of a gateway with this status. No effect.
 * - `TruncatedJson`: the call has its effect, half of the answer arrives.
 * - `CutOff`: the call has its effect; the answer announces its whole length, and the connection breaks after that many
 *   bytes of the body.
 * - `WrongShape`: the call has its effect, and is answered with HTTP 200 and `body` as JSON.
 * - `SoftFailure`: HTTP 200 with `Success: false`, code and message; on the direct routes a tool answer that is
 *   marked as an error. No effect.
 *
 * @since 0.1.0
 * @category models
 */
export type Fault = Data.TaggedEnum<{
  Refused: Nothing
  Lost: Nothing
  Slow: { readonly durationMs: number }
  Throttled: { readonly retryAfterMs: number | undefined }
  ServerError: { readonly status: number; readonly code: string }
  Html: { readonly status: number }
  TruncatedJson: Nothing
  CutOff: { readonly afterBytes: number }
  WrongShape: { readonly body: unknown }
  SoftFailure: { readonly code: string; readonly message: string }
}>

const fault = Data.taggedEnum<Fault>()

/**
 * The connection is refused: the call provably has no effect.
 *
 * @since 0.1.0
 * @category constructors
 */
export const refused: Fault = fault.Refused()

/**
 * The call has its effect, then the connection breaks.
 *
 * @since 0.1.0
 * @category constructors
 */
export const lost: Fault = fault.Lost()

/**
 * The call has its effect; the answer takes this long.
 *
 * @since 0.1.0
 * @category constructors
 */
export const slow = (duration: Duration.DurationInput): Fault =>
  fault.Slow({ durationMs: Duration.toMillis(duration) })

/**
 * Too many requests, with or without a hint when to come back.
 *
 * @since 0.1.0
 * @category constructors
 */
export const throttled = (options?: { readonly retryAfter?: Duration.DurationInput | undefined }): Fault =>
  fault.Throttled({
    retryAfterMs: options?.retryAfter === undefined ? undefined : Duration.toMillis(options.retryAfter)
  })

/**
 * The service answers with an error of its own. Default: 503, `ServiceUnavailable`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const serverError = (
  status = 503,
  code = status === 503 ? "ServiceUnavailable" : "InternalError"
): Fault => fault.ServerError({ status, code })

/**
 * A gateway in between answers with an HTML page. Default status: 502.
 *
 * @since 0.1.0
 * @category constructors
 */
export const html = (status = 502): Fault => fault.Html({ status })

/**
 * The call has its effect; only half of the JSON answer arrives.
 *
 * @since 0.1.0
 * @category constructors
 */
export const truncatedJson: Fault = fault.TruncatedJson()

/**
 * The call has its effect; the connection breaks after so many bytes of the body of its answer.
 *
 * @since 0.1.0
 * @category constructors
 */
export const cutOff = (afterBytes: number): Fault => fault.CutOff({ afterBytes })

/**
 * The call has its effect; the answer is this JSON value instead.
 *
 * @since 0.1.0
 * @category constructors
 */
export const wrongShape = (body: unknown): Fault => fault.WrongShape({ body })

/**
 * HTTP 200 that is no success.
 *
 * @since 0.1.0
 * @category constructors
 */
export const softFailure = (code: string, message: string): Fault => fault.SoftFailure({ code, message })

/**
 * Takes a fault apart by kind.
 *
 * @since 0.1.0
 * @category pattern matching
 */
export const match = fault.$match
