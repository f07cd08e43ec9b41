/**
 * Tool calls straight to a session through its link: `POST <linkUrl>/callTool`.
 *
 * Source: control plane reference, section 4.3.2.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { SessionError } from "../AgentBayError.js"
import { type DirectFacts, direct, makeRequestIds, type ToolRequest } from "../internal/directCall.js"
import { makeExchange, splitUrl } from "../internal/exchange.js"
import { transportError } from "../internal/httpFailure.js"
import { stringifyWith } from "../internal/json.js"
import type { ToolAnswer } from "./ToolAnswer.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class LinkTransport extends Context.Tag("@effect-agentbay/core/LinkTransport")<
  LinkTransport,
  LinkTransport.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace LinkTransport {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Sends one tool call. Fails with `SessionError`; a tool that says no is an answer with `isError`. Spans made on
     * its behalf go below `request.span`.
     */
    readonly call: (
      request: ToolRequest,
      route: {
        readonly linkUrl: Redacted.Redacted
        readonly token: Redacted.Redacted
        readonly server: string
      }
    ) => Effect.Effect<ToolAnswer, SessionError>
  }
}

/** Where the calls of a link go. */
interface Target {
  readonly origin: string
  readonly path: string
  /** The path of a link is its credential, and servers like to repeat the path they do not know. */
  readonly secrets: ReadonlyArray<Redacted.Redacted>
}

const parse = (linkUrl: Redacted.Redacted): Target => {
  const base = Redacted.value(linkUrl).replace(/\/+$/, "")
  const secrets = [linkUrl, Redacted.make(base.replace(/^[a-z]+:\/\/[^/]*/i, ""))]
  return { ...splitUrl(`${base}/callTool`), secrets }
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<LinkTransport.Service, never, HttpClient.HttpClient> = Effect.gen(
  function* () {
    const exchange = makeExchange(yield* HttpClient.HttpClient)
    const nextId = yield* makeRequestIds("link")
    // The link of a session is the same for all its calls.
    const targets = new WeakMap<Redacted.Redacted, Target>()
    const targetOf = (linkUrl: Redacted.Redacted): Target => {
      const known = targets.get(linkUrl)
      if (known !== undefined) return known
      const target = parse(linkUrl)
      targets.set(linkUrl, target)
      return target
    }
    return {
      call: (request, { linkUrl, server, token }) =>
        exchange((nowMs) => {
          const requestId = nextId(nowMs)
          const { origin, path, secrets } = targetOf(linkUrl)
          const facts: DirectFacts = {
            operation: request.operation,
            sessionId: request.connection.sessionId,
            requestId,
            secrets: [token, ...secrets, ...(request.secrets ?? [])]
          }
          const credential = Redacted.value(token)
          const body = { args: request.args, server, requestId, tool: request.tool, token: credential }
          return direct(
            "link",
            facts,
            request.timeout,
            {
              method: "POST",
              origin,
              path,
              headers: { "x-access-token": credential, "content-type": "application/json" },
              body: stringifyWith(body, request.verbatim)
            },
            (failure) => transportError(facts, failure),
            request
          )
        }, request)
    }
  }
)

/**
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<LinkTransport, never, HttpClient.HttpClient> = Layer.effect(
  LinkTransport,
  make
)
