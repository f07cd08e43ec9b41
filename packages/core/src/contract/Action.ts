/**
 * What an action of the control API is: its name, what goes in, what comes out, where each parameter travels and
 * whether it may be repeated. The client encodes with it, the local cloud decodes with it, wire tests enumerate it.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { LooseBoolean, LooseNumber, maybe, maybeText, valueOrJsonText } from "./Wire.js"

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
  data: (options.data === undefined ? Nothing : valueOrJsonText(options.data)) as Schema.Schema<Data, DataEncoded>,
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
 * What every answer has around its `Data`. Writers disagree: `Success` may be missing, an error body may be
 * written in camel case.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Envelope = Schema.Struct({
  requestId: maybeText("RequestId"),
  code: maybeText("Code"),
  message: maybeText("Message"),
  success: maybe(LooseBoolean, "Success"),
  httpStatusCode: maybe(LooseNumber, "HttpStatusCode"),
  nextToken: maybeText("NextToken"),
  maxResults: maybe(LooseNumber, "MaxResults"),
  totalCount: maybe(LooseNumber, "TotalCount"),
  count: maybe(LooseNumber, "Count"),
  data: Schema.optional(Schema.Unknown).pipe(Schema.fromKey("Data"))
})

/**
 * @since 0.1.0
 * @category schemas
 */
export type Envelope = typeof Envelope.Type

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
