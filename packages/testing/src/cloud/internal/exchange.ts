/** What all routes of the gateway share: a call that was understood, and how it is answered. */
import * as Effect from "effect/Effect"
import type { Arrival, Outcome } from "../Call.js"
import { Outcome as Outcomes } from "../Call.js"
import type { GatewayRequest, GatewayResponse } from "../Gateway.js"
import type { Refusal } from "./refusal.js"

export interface Reply {
  readonly response: GatewayResponse
  readonly outcome: Outcome
}

/** A call that was read but has had no effect yet. */
export interface Exchange {
  readonly arrival: Arrival
  readonly requestId: string
  readonly run: Effect.Effect<Reply>
  /** How this route says no. */
  readonly refuse: (status: number, code: string, message: string) => GatewayResponse
  /** How this route says no inside a successful answer. */
  readonly soften: (code: string, message: string) => GatewayResponse
}

/** `body` is JSON. */
export const jsonBody = (status: number, body: string): GatewayResponse => ({
  status,
  headers: { "content-type": "application/json;charset=utf-8" },
  body
})

export const json = (status: number, body: unknown): GatewayResponse => jsonBody(status, JSON.stringify(body))

/** Answers with a value, or with the refusal in the manner of the route. */
export const reply = <A>(
  effect: Effect.Effect<A, Refusal>,
  refuse: Exchange["refuse"],
  onSuccess: (value: A) => Reply
): Effect.Effect<Reply> =>
  Effect.match(effect, {
    onFailure: ({ code, message, status }) => ({
      response: refuse(status, code, message),
      outcome: Outcomes.Refused({ status, code, message })
    }),
    onSuccess
  })

/** The request line without its query, and the query without its question mark. */
export const splitUrl = ({ url }: GatewayRequest): { readonly path: string; readonly query: string } => {
  const mark = url.indexOf("?")
  return mark === -1 ? { path: url, query: "" } : { path: url.slice(0, mark), query: url.slice(mark + 1) }
}

/** A tool's arguments as a reader of the journal wants to see them. */
export const parsed = (text: string | undefined): unknown => {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Arguments that are credentials, by tool; with a dot, members of an argument. */
const credentials: Readonly<Record<string, ReadonlyArray<string>>> = {
  oss_env_init: ["access_key_id", "access_key_secret", "security_token"],
  oss_upload_annon: ["url"],
  oss_download_annon: ["url"],
  shell: ["envs.AGENTBAY_GIT_USERNAME", "envs.AGENTBAY_GIT_PASSWORD"]
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const without = (args: unknown, path: ReadonlyArray<string>): unknown => {
  const [name = "", ...rest] = path
  return isObject(args) && Object.hasOwn(args, name)
    ? { ...args, [name]: rest.length === 0 ? "<redacted>" : without(args[name], rest) }
    : args
}

/** A tool's arguments without the credentials among them. */
export const withoutCredentials = (tool: string | undefined, args: unknown): unknown =>
  (credentials[tool ?? ""] ?? []).reduce((shown, path) => without(shown, path.split(".")), args)
