/**
 * Tool calls straight to a session inside the VPC: `GET http://<ip>:<port>/callTool?...`.
 *
 * Provide `layer` where the program runs inside the session's VPC, `layerUnavailable` where it does not.
 *
 * Source: control plane reference, section 4.3.1.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { type SessionError, VpcUnavailable, type VpcUnavailableReason } from "../AgentBayError.js"
import { type DirectFacts, direct, makeRequestIds, type ToolRequest } from "../internal/directCall.js"
import { makeExchange } from "../internal/exchange.js"
import { encodeForm } from "../internal/form.js"
import { transportError } from "../internal/httpFailure.js"
import type { ToolAnswer } from "./ToolAnswer.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class VpcTransport extends Context.Tag("@effect-agentbay/core/VpcTransport")<
  VpcTransport,
  VpcTransport.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace VpcTransport {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Sends one tool call.
     *
     * Fails with `VpcUnavailable` when nothing was sent because the route cannot be taken, and with `SessionError`
     * when a call that was or may have been sent failed.
     */
    readonly call: (request: ToolRequest) => Effect.Effect<ToolAnswer, VpcUnavailable | SessionError>
  }
}

const unavailable = (request: ToolRequest, reason: VpcUnavailableReason, missing: string) =>
  new VpcUnavailable({
    reason,
    operation: request.operation,
    sessionId: request.connection.sessionId,
    tool: request.tool,
    missing
  })

/** The address of a session inside the VPC, or what is missing of it. */
const address = (request: ToolRequest): Effect.Effect<{ base: string; server: string }, VpcUnavailable> => {
  const { connection, tool } = request
  if (!connection.isVpc) {
    return Effect.fail(unavailable(request, "NotVpcSession", "the session was created without isVpc"))
  }
  const server = connection.tools.serverOf(tool)
  if (Option.isNone(server)) {
    return Effect.fail(unavailable(request, "NoServerForTool", `no server is listed for tool ${tool}`))
  }
  if (Option.isNone(connection.networkInterfaceIp) || Option.isNone(connection.httpPort)) {
    const missing = [
      Option.isNone(connection.networkInterfaceIp) ? "networkInterfaceIp" : "",
      Option.isNone(connection.httpPort) ? "httpPort" : ""
    ].filter((name) => name !== "")
    return Effect.fail(unavailable(request, "NetworkDetailsMissing", missing.join(" and ")))
  }
  const ip = connection.networkInterfaceIp.value
  const host = ip.includes(":") && !ip.startsWith("[") ? `[${ip}]` : ip
  return Effect.succeed({ base: `http://${host}:${connection.httpPort.value}`, server: server.value })
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<VpcTransport.Service, never, HttpClient.HttpClient> = Effect.gen(
  function* () {
    const exchange = makeExchange(yield* HttpClient.HttpClient)
    const nextId = yield* makeRequestIds("vpc")
    return {
      call: (request) =>
        Effect.flatMap(address(request), ({ base, server }) =>
          exchange((nowMs) => {
            const requestId = nextId(nowMs)
            const facts: DirectFacts = {
              operation: request.operation,
              sessionId: request.connection.sessionId,
              requestId,
              secrets: [...Option.toArray(request.connection.token), ...(request.secrets ?? [])]
            }
            const query = encodeForm({
              server,
              tool: request.tool,
              args: JSON.stringify(request.args),
              token: Option.match(request.connection.token, { onNone: () => "", onSome: Redacted.value }),
              requestId
            })
            return direct(
              "vpc",
              facts,
              request.timeout,
              {
                method: "GET",
                origin: base,
                path: `/callTool?${query}`,
                headers: { "content-type": "application/x-www-form-urlencoded" }
              },
              (failure) => {
                const error = transportError(facts, failure)
                return failure.phase === "notSent"
                  ? unavailable(request, "EndpointUnreachable", `${base}: ${error.detail}`)
                  : error
              }
            )
          }, request)
        )
    }
  }
)

/**
 * The VPC route over HTTP.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<VpcTransport, never, HttpClient.HttpClient> = Layer.effect(VpcTransport, make)

/**
 * For programs outside every VPC: each call fails with `VpcUnavailable`, reason `RouteDisabled`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerUnavailable: Layer.Layer<VpcTransport> = Layer.succeed(VpcTransport, {
  call: (request) =>
    Effect.fail(unavailable(request, "RouteDisabled", "this program does not use the VPC route"))
})
