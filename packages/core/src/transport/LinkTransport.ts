/**
 * Tool calls straight to a session through its link: `POST <linkUrl>/callTool`.
 *
 * Source: control plane reference, section 4.3.2.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { SessionError } from "../AgentBayError.js"
import { makeDeadlines } from "../internal/deadline.js"
import { execute, makeRequestId, type ToolRequest } from "../internal/directCall.js"
import { type CallFacts, transportError } from "../internal/httpFailure.js"
import { quietClient } from "../internal/quietClient.js"
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
    /** Sends one tool call. Fails with `SessionError`; a tool that says no is an answer with `isError`. */
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

/** The path of a link is its credential, and servers like to repeat the path they do not know. */
const pathOf = (linkUrl: Redacted.Redacted): Redacted.Redacted =>
  Redacted.make(Redacted.value(linkUrl).replace(/^[a-z]+:\/\/[^/]*|\/+$/gi, ""))

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<LinkTransport.Service, never, HttpClient.HttpClient> = Effect.map(
  HttpClient.HttpClient,
  (httpClient) => {
    const client = quietClient(httpClient)
    const within = makeDeadlines()
    return {
      call: (request, { linkUrl, server, token }) =>
        Effect.flatMap(makeRequestId("link"), (requestId) => {
          const facts: CallFacts & { readonly requestId: string } = {
            operation: request.operation,
            sessionId: request.connection.sessionId,
            requestId,
            secrets: [token, linkUrl, pathOf(linkUrl), ...(request.secrets ?? [])]
          }
          const base = Redacted.value(linkUrl).replace(/\/+$/, "")
          const body = {
            args: request.args,
            server,
            requestId,
            tool: request.tool,
            token: Redacted.value(token)
          }
          return execute(
            client,
            within,
            "link",
            facts,
            request.timeout,
            HttpClientRequest.post(`${base}/callTool`).pipe(
              HttpClientRequest.setHeader("x-access-token", Redacted.value(token)),
              HttpClientRequest.bodyText(JSON.stringify(body), "application/json")
            )
          ).pipe(
            Effect.catchTags({
              RequestError: (error) => Effect.fail(transportError(facts, error)),
              ResponseError: (error) => Effect.fail(transportError(facts, error))
            })
          )
        })
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
