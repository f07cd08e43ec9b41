/** Tool calls that go straight to a session: by its link, or by its address inside the VPC. */

import { timingSafeEqual } from "node:crypto"
import * as Form from "@effect-agentbay/core/Form"
import * as Effect from "effect/Effect"
import { type Arrival, Outcome } from "../Call.js"
import type { GatewayRequest, GatewayResponse } from "../Gateway.js"
import { type Exchange, json, jsonBody, parsed, reply, splitUrl, withoutCredentials } from "./exchange.js"
import { jsonWith } from "./longText.js"
import { type Refusal, refusal } from "./refusal.js"
import { findRunning, type SessionRecord, type State } from "./state.js"
import { type CallTool, type ToolResult, textResult } from "./toolCalls.js"

const tokenFits = (session: SessionRecord, given: string | undefined): boolean => {
  const [expected, actual] = [Buffer.from(session.token), Buffer.from(given ?? "")]
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

const forbidden = refusal(403, "Forbidden.Token", "The token does not open this session.")

const wrapped = (result: ToolResult): string =>
  JSON.stringify({ code: 200, data: JSON.stringify({ result }) })

const body = (result: ToolResult): GatewayResponse => {
  const [item, ...others] = result.content
  const isOneText = item?.text !== undefined && others.length === 0
  return jsonBody(
    200,
    isOneText
      ? jsonWith(item.text, (text) => wrapped({ ...result, content: [{ ...item, text }] }))
      : wrapped(result)
  )
}

const exchange = (
  requestId: string,
  arrival: Arrival,
  work: Effect.Effect<ToolResult, Refusal>
): Exchange => {
  const refuse: Exchange["refuse"] = (status, code, message) => json(status, { code, message, requestId })
  return {
    arrival,
    requestId,
    run: reply(work, refuse, (result) => ({
      response: body(result),
      outcome: result.isError
        ? Outcome.ToolFailed({ text: result.content.map((item) => item.text ?? "").join("; ") })
        : Outcome.Succeeded({ status: 200 })
    })),
    refuse,
    soften: (code, message) => body(textResult(`[${code}] ${message}`, true))
  }
}

/** A direct route has no envelope to say that a session is gone: the status does. */
const directly = (effect: Effect.Effect<SessionRecord, Refusal>): Effect.Effect<SessionRecord, Refusal> =>
  Effect.mapError(effect, ({ code, message }) =>
    refusal(code.endsWith(".NotFound") ? 404 : 409, code, message)
  )

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

/** `POST <base>/link/<session id>/callTool`, a JSON body and the token in a header. */
export const linkExchange = (
  state: State,
  callTool: CallTool,
  request: GatewayRequest,
  sessionId: string
): Exchange => {
  const content = parsed(new TextDecoder().decode(request.body))
  const fields: Record<string, unknown> =
    typeof content === "object" && content !== null ? (content as Record<string, unknown>) : {}
  const tool = text(fields.tool)
  const server = text(fields.server)
  const work = Effect.gen(function* () {
    const session = yield* directly(findRunning(state, sessionId))
    if (!state.settings.links || !tokenFits(session, request.headers["x-access-token"]))
      return yield* forbidden
    if (tool === undefined) return yield* refusal(400, "InvalidParameter.tool", "The body names no tool.")
    return yield* callTool(session, { tool, server, args: fields.args ?? {} })
  })
  const arrival: Arrival = {
    route: "link",
    tool,
    sessionId,
    parameters: { server: server ?? "", requestId: text(fields.requestId) ?? "" },
    args: withoutCredentials(tool, fields.args)
  }
  return exchange(text(fields.requestId) ?? state.ids.requestId(), arrival, work)
}

const hostOf = ({ ip, port }: { readonly ip: string; readonly port: number }): string =>
  `${ip.includes(":") ? `[${ip}]` : ip}:${port}`

/** `GET http://<ip>:<port>/callTool?server=…&tool=…&args=…&token=…&requestId=…` */
export const vpcExchange = (state: State, callTool: CallTool, request: GatewayRequest): Exchange => {
  const parameters = Form.decodeForm(splitUrl(request).query)
  const tool = text(parameters.tool)
  const server = text(parameters.server)
  const args = parsed(text(parameters.args))
  const token = text(parameters.token)
  const known = token === undefined ? undefined : state.vpcByToken.get(token)
  const work = Effect.gen(function* () {
    // A token opens its session at the address of that session only.
    if (known?.address === undefined || request.headers.host !== hostOf(known.address))
      return yield* forbidden
    const session = yield* directly(findRunning(state, known.id))
    if (tool === undefined) return yield* refusal(400, "InvalidParameter.tool", "The query names no tool.")
    return yield* callTool(session, { tool, server, args: args ?? {} })
  })
  const arrival: Arrival = {
    route: "vpc",
    tool,
    sessionId: known?.id,
    parameters: { server: server ?? "", requestId: text(parameters.requestId) ?? "" },
    args: withoutCredentials(tool, args)
  }
  return exchange(text(parameters.requestId) ?? state.ids.requestId(), arrival, work)
}
