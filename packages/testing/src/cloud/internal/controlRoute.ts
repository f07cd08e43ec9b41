/** Actions of the control API: parameters in the query or in a form, by GET or POST, at any path. */

import { timingSafeEqual } from "node:crypto"
import type * as Action from "@effect-agentbay/core/Action"
import * as Actions from "@effect-agentbay/core/Actions"
import * as Form from "@effect-agentbay/core/Form"
import type { ToolEntry } from "@effect-agentbay/core/ToolEntry"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { type Arrival, Outcome } from "../Call.js"
import type { GatewayRequest, GatewayResponse } from "../Gateway.js"
import { type Exchange, json, parsed, reply, splitUrl, withoutCredentials } from "./exchange.js"
import type { Answer, Handlers } from "./handler.js"
import { invalidParameter, missingParameter, type Refusal, refusal } from "./refusal.js"
import type { State } from "./state.js"
import type { ToolResult } from "./toolCalls.js"
import type { ToolLists } from "./toolList.js"

const decoder = new TextDecoder()

type Parameters = Record<string, string | ReadonlyArray<string>>

/** Parameters of the protocol itself, and the credential. */
const ofProtocol = new Set(["Authorization", "Action", "Format", "Version", "Timestamp", "SignatureNonce"])

const textOf = (value: string | ReadonlyArray<string> | undefined): string | undefined =>
  typeof value === "string" ? value : undefined

const isAction = (name: string): name is Actions.ActionName => Object.hasOwn(Actions.all, name)

const firstIssue = (error: ParseResult.ParseError, given: Parameters): Refusal => {
  const issue = ParseResult.ArrayFormatter.formatErrorSync(error)[0]
  const name = String(issue?.path[0] ?? "")
  return given[name] === undefined
    ? missingParameter(name)
    : invalidParameter(name, issue?.message ?? "it cannot be read")
}

const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

const authorize = (state: State, given: string | undefined): Either.Either<void, Refusal> => {
  const key = /^Bearer (.+)$/.exec(given ?? "")?.[1]
  const accepted =
    key !== undefined && (state.settings.apiKey === undefined || same(key, state.settings.apiKey))
  return accepted ? Either.void : Either.left(refusal(400, "NOT_LOGIN", "Please login first."))
}

const envelope = (requestId: string, answer: Answer<unknown>): GatewayResponse =>
  json(200, {
    RequestId: requestId,
    HttpStatusCode: 200,
    Code: "ok",
    Message: "",
    Success: true,
    // Members without a value are left out, as JSON.stringify does with undefined.
    Data: answer.data ?? undefined,
    NextToken: answer.nextToken,
    MaxResults: answer.maxResults,
    TotalCount: answer.totalCount,
    Count: answer.count
  })

/**
 * What the service evidently does without: statistics, and settings that clients apply themselves. Some SDKs write
 * them in forms of their own, or broken, and work all the same.
 */
const withoutHints = ({ ExtraConfigs: _, SdkStats: __, ...parameters }: Parameters): Parameters => parameters

type Run = (parameters: Parameters) => Effect.Effect<Answer<unknown>, Refusal>

/** Writes data, the tool list in it only once: it is the same in thousands of answers. */
const makeEncode = <Data, DataEncoded>(schema: Schema.Schema<Data, DataEncoded>, lists: ToolLists) => {
  const encode = Schema.encode(schema)
  return (data: Data): Effect.Effect<unknown, ParseResult.ParseError> => {
    if (typeof data !== "object" || data === null || !("toolList" in data)) return encode(data)
    const toolList = data.toolList as Option.Option<ReadonlyArray<ToolEntry>>
    return Option.isNone(toolList)
      ? encode(data)
      : Effect.map(encode({ ...data, toolList: Option.none() }), (encoded) => ({
          ...encoded,
          ToolList: lists.encode(toolList.value)
        }))
  }
}

const compile = <Name extends string, Request, RequestEncoded, Data, DataEncoded>(
  action: Action.Action<Name, Request, RequestEncoded, Data, DataEncoded>,
  handler: (request: Request) => Effect.Effect<Answer<Data>, Refusal>,
  lists: ToolLists
): Run => {
  const decode = Schema.decodeUnknownEither(action.request)
  const encode = makeEncode(action.data, lists)
  return (parameters) => {
    const request = decode(withoutHints(parameters))
    if (Either.isLeft(request)) return Effect.fail(firstIssue(request.left, parameters))
    return Effect.flatMap(handler(request.right), (answer) =>
      // An answer that does not fit the contract is a defect of the handler.
      Effect.map(Effect.orDie(encode(answer.data)), (data) => ({ ...answer, data }))
    )
  }
}

const outcomeOf = (action: string, { data }: Answer<unknown>): Outcome => {
  if (action !== "CallMcpTool") return Outcome.Succeeded({ status: 200 })
  const result = data as ToolResult
  return result.isError
    ? Outcome.ToolFailed({ text: result.content.map((item) => item.text ?? "").join("; ") })
    : Outcome.Succeeded({ status: 200 })
}

const arrivalOf = (action: string, parameters: Parameters): Arrival => {
  const shown = Object.fromEntries(Object.entries(parameters).filter(([name]) => !ofProtocol.has(name)))
  const common = { action, sessionId: textOf(parameters.SessionId), parameters: shown }
  if (action !== "CallMcpTool") return { route: "control", ...common }
  const tool = textOf(parameters.Name)
  const given = parsed(textOf(parameters.Args))
  const args = withoutCredentials(tool, given)
  return args === given
    ? { route: "api", ...common, tool, args }
    : { route: "api", ...common, parameters: { ...shown, Args: JSON.stringify(args) }, tool, args }
}

export const makeControlRoute = (state: State, handlers: Handlers) => {
  const compiled = new Map<string, Run>()
  const runOf = (name: Actions.ActionName): Run => {
    const known = compiled.get(name)
    if (known !== undefined) return known
    // The table pairs every action with its own handler, which a lookup by name cannot show to the compiler.
    const run = compile(
      Actions.all[name] as unknown as Action.Action<string, unknown, unknown, unknown, unknown>,
      handlers[name] as (request: unknown) => Effect.Effect<Answer<unknown>, Refusal>,
      state.toolLists
    )
    compiled.set(name, run)
    return run
  }

  return (request: GatewayRequest): Exchange => {
    const { query } = splitUrl(request)
    const body = decoder.decode(request.body)
    const parameters: Parameters = { ...Form.decodeForm(query), ...Form.decodeForm(body) }
    const name = textOf(parameters.Action) ?? request.headers["x-acs-action"] ?? ""
    const requestId = state.ids.requestId()
    const refuse: Exchange["refuse"] = (status, Code, Message) =>
      json(status, { RequestId: requestId, HostId: request.headers.host ?? "", Code, Message })
    const work = Effect.suspend((): Effect.Effect<Answer<unknown>, Refusal> => {
      if (!isAction(name)) {
        return Effect.fail(refusal(404, "InvalidAction.NotFound", `The action ${name} cannot be found.`))
      }
      const authorized = authorize(state, textOf(parameters.Authorization))
      return Either.isLeft(authorized) ? Effect.fail(authorized.left) : runOf(name)(parameters)
    })
    return {
      arrival: arrivalOf(name, parameters),
      requestId,
      run: reply(work, refuse, (answer) => ({
        response: envelope(requestId, answer),
        outcome: outcomeOf(name, answer)
      })),
      refuse,
      soften: (Code, Message) =>
        json(200, { RequestId: requestId, HttpStatusCode: 200, Code, Message, Success: false })
    }
  }
}
