/**
 * What an action of the control API is: its name, what goes in, what comes out, where each parameter travels and
 * whether it may be repeated. The client encodes with it, the local cloud decodes with it, wire tests enumerate it.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { valueOrJsonText } from "./Wire.js"

/**
 * The version of the control API which every action speaks.
 *
 * @since 0.1.0
 * @category constants
 */
export const apiVersion = "2025-05-06"

/**
 * One action. `request` encodes to parameters by wire name (text, or a list of texts that travels as `Name.1`,
 * `Name.2`, …); `data` decodes the `Data` member of the answer.
 *
 * @since 0.1.0
 * @category models
 */
export interface Action<Name extends string, Request, RequestEncoded, Data, DataEncoded> {
  readonly _tag: "Action"
  readonly name: Name
  readonly request: Schema.Schema<Request, RequestEncoded>
  readonly data: Schema.Schema<Data, DataEncoded>
  /** Parameters that the official client puts into the query string; all others travel in the form. */
  readonly inQuery: ReadonlyArray<string>
  /** Sending it twice has the effect of sending it once. */
  readonly idempotent: boolean
}

/**
 * @since 0.1.0
 * @category models
 */
export declare namespace Action {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Any {
    readonly _tag: "Action"
    readonly name: string
    readonly request: Schema.Schema.AnyNoContext
    readonly data: Schema.Schema.AnyNoContext
    readonly inQuery: ReadonlyArray<string>
    readonly idempotent: boolean
  }

  /**
   * @since 0.1.0
   * @category models
   */
  export type Request<A extends Any> = Schema.Schema.Type<A["request"]>

  /**
   * @since 0.1.0
   * @category models
   */
  export type Data<A extends Any> = Schema.Schema.Type<A["data"]>
}

/**
 * Describes one action. Leave `data` out when the answer carries none. Data is also read when it comes as JSON
 * text, because clients of different languages expect either.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <
  const Name extends string,
  Request,
  RequestEncoded,
  Data = void,
  DataEncoded = unknown
>(options: {
  readonly name: Name
  readonly request: Schema.Schema<Request, RequestEncoded>
  readonly data?: Schema.Schema<Data, DataEncoded>
  readonly inQuery?: ReadonlyArray<string>
  readonly idempotent: boolean
}): Action<Name, Request, RequestEncoded, Data, DataEncoded> => ({
  _tag: "Action",
  name: options.name,
  request: options.request,
  data: (options.data === undefined ? Nothing : valueOrJsonText(options.data)) as Schema.Schema<
    Data,
    DataEncoded
  >,
  inQuery: options.inQuery ?? [],
  idempotent: options.idempotent
})

/**
 * The data of an action that answers with its envelope only; whatever is there is ignored.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Nothing: Schema.Schema<void, unknown> = Schema.transform(Schema.Unknown, Schema.Void, {
  strict: true,
  decode: () => undefined,
  encode: () => null
})

/**
 * What every answer has around its `Data`. Empty texts read as absent.
 *
 * @since 0.1.0
 * @category models
 */
export interface Envelope {
  readonly requestId: Option.Option<string>
  readonly code: Option.Option<string>
  readonly message: Option.Option<string>
  readonly success: Option.Option<boolean>
  readonly httpStatusCode: Option.Option<number>
  readonly nextToken: Option.Option<string>
  readonly maxResults: Option.Option<number>
  readonly totalCount: Option.Option<number>
  readonly count: Option.Option<number>
  readonly data: unknown
}

const readText = (value: unknown): Option.Option<string> =>
  typeof value === "string" && value !== ""
    ? Option.some(value)
    : typeof value === "number" || typeof value === "boolean"
      ? Option.some(String(value))
      : Option.none()

const readNumber = (value: unknown): Option.Option<number> =>
  Option.filter(
    typeof value === "number" ? Option.some(value) : Option.map(readText(value), Number),
    Number.isFinite
  )

const readBoolean = (value: unknown): Option.Option<boolean> =>
  typeof value === "boolean"
    ? Option.some(value)
    : Option.flatMap(readText(value), (text) =>
        /^(true|1)$/i.test(text)
          ? Option.some(true)
          : /^(false|0)$/i.test(text)
            ? Option.some(false)
            : Option.none()
      )

/**
 * Reads the members around `Data`. Written by hand and not as a Schema, because every single answer passes through
 * here. Writers disagree: `Success` may be missing, numbers and booleans may be texts, and an error body may be
 * written in camel case. A member of a wrong type reads as absent: none of them decides alone whether an answer is
 * a success.
 *
 * @since 0.1.0
 * @category decoding
 */
export const readEnvelope = (body: Readonly<Record<string, unknown>>): Envelope => ({
  requestId: readText(body.RequestId ?? body.requestId),
  code: readText(body.Code ?? body.code),
  message: readText(body.Message ?? body.message),
  success: readBoolean(body.Success),
  httpStatusCode: readNumber(body.HttpStatusCode),
  nextToken: readText(body.NextToken),
  maxResults: readNumber(body.MaxResults),
  totalCount: readNumber(body.TotalCount),
  count: readNumber(body.Count),
  data: body.Data
})

/**
 * True when the envelope reports success: `Success` is true, or it is missing and no error code stands in its
 * place.
 *
 * @since 0.1.0
 * @category guards
 */
export const isSuccess = (envelope: Envelope): boolean =>
  Option.getOrElse(envelope.success, () =>
    Option.match(envelope.code, {
      onNone: () => Option.isNone(envelope.httpStatusCode) || envelope.httpStatusCode.value < 400,
      onSome: (code) => /^(ok|success|200)$/i.test(code)
    })
  )

/**
 * True when an answer says how the call went: by `Success`, a code, a status, or by carrying data. `{}` does not.
 *
 * @since 0.1.0
 * @category guards
 */
export const hasVerdict = ({ code, data, httpStatusCode, success }: Envelope): boolean =>
  Option.isSome(success) ||
  Option.isSome(code) ||
  Option.isSome(httpStatusCode) ||
  (data !== undefined && data !== null)
