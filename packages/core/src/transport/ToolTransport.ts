/**
 * One tool call, over the right route: the VPC route for a VPC session; else the session's link when it has a
 * link, a token and a known server for the tool; else the API.
 *
 * Source: control plane reference, section 4.2.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Tracer from "effect/Tracer"
import * as AgentBayConfig from "../AgentBayConfig.js"
import type { SessionError, ToolError, VpcUnavailable } from "../AgentBayError.js"
import { CallMcpTool } from "../contract/actions/ToolActions.js"
import type { Tool } from "../contract/Tool.js"
import type { ToolRequest } from "../internal/directCall.js"
import { sessionError, tooLateError } from "../internal/httpFailure.js"
import { below, makeWatcher } from "../internal/telemetry.js"
import { toolError } from "../internal/toolError.js"
import * as Wire from "../internal/wire.js"
import * as ControlPlane from "./ControlPlane.js"
import * as LinkTransport from "./LinkTransport.js"
import * as Retries from "./Retries.js"
import type { SessionConnection } from "./SessionConnection.js"
import { fromApiData, type Route, type ToolAnswer, make as toolAnswer } from "./ToolAnswer.js"
import * as VpcTransport from "./VpcTransport.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface InvokeOptions {
  /** The public operation on whose behalf the call is made; it stands in errors. */
  readonly operation: string
  /** Deadline of the call. Default: above the time the work itself may take, and that of the route. */
  readonly timeout?: Duration.Duration | undefined
  /** Calling it twice has the effect of calling it once. Default: what the contract says of the tool. */
  readonly idempotent?: boolean | undefined
  /** Default false. */
  readonly autoGenSession?: boolean | undefined
  /** Secrets among the arguments, which the service or the tool may repeat. */
  readonly secrets?: ReadonlyArray<Redacted.Redacted> | undefined
  /**
   * Name of a text among the arguments in which JSON has nothing to escape, as in base64. Over a link it is sent
   * without being searched. Default: none.
   */
  readonly verbatim?: string | undefined
  /**
   * Takes the text of a successful answer as it stands there, when it is long and nothing in it is escaped, as in
   * base64. The answer itself says `""` then. Over a link; elsewhere, and of other answers, it is not called. Throws
   * nothing.
   */
  readonly takeText?: ((pieces: ReadonlyArray<Uint8Array>) => void) | undefined
  /**
   * Called when the answer to an attempt is here as a whole, before it is read. Over a link; elsewhere it is not
   * called. Throws nothing.
   */
  readonly onArrival?: (() => void) | undefined
}

/**
 * A tool's result with the id of the request that brought it.
 *
 * @since 0.1.0
 * @category models
 */
export interface ToolReply<Result> {
  readonly requestId: string
  readonly route: Route
  readonly value: Result
}

/**
 * @since 0.1.0
 * @category tags
 */
export class ToolTransport extends Context.Tag("@effect-agentbay/core/ToolTransport")<
  ToolTransport,
  ToolTransport.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace ToolTransport {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Calls a tool of the contract and reads its answer.
     *
     * Fails with `ToolError` when the tool says no, `VpcUnavailable` when the VPC route cannot be taken, and
     * `SessionError` for everything between here and the tool. Repeats a call by the policy of the client
     * (`RetryPolicy`).
     */
    readonly call: <Name extends string, Args, ArgsEncoded, Result, Failure>(
      connection: SessionConnection,
      tool: Tool<Name, Args, ArgsEncoded, Result, Failure>,
      args: Args,
      options: InvokeOptions
    ) => Effect.Effect<ToolReply<Result>, SessionError | VpcUnavailable | ToolError>
    /**
     * Calls any tool by name with a JSON object of arguments. A tool that says no is an answer with `isError`.
     */
    readonly invoke: (
      connection: SessionConnection,
      tool: string,
      args: unknown,
      options: InvokeOptions
    ) => Effect.Effect<ToolAnswer, SessionError | VpcUnavailable>
    /** The route that calls of this tool take at present. */
    readonly routeOf: (connection: SessionConnection, tool: string) => Route
  }
}

/** What a call may take beyond the work itself: queueing, transfer, the session's own bookkeeping. */
const grace = Duration.seconds(15)

const linkOf = ({ linkUrl, token, tools }: SessionConnection, tool: string) => {
  if (Option.isNone(linkUrl) || Option.isNone(token)) return undefined
  const server = tools.serverOf(tool)
  return Option.isNone(server)
    ? undefined
    : { linkUrl: linkUrl.value, token: token.value, server: server.value }
}

/** What goes into a tool and comes out of it, compiled once. */
interface Codec<Args, Result> {
  readonly encode: (args: Args) => Either.Either<unknown, ParseResult.ParseError>
  readonly decode: (text: string) => Either.Either<Result, ParseResult.ParseError>
}

const readReply = <Result>(
  connection: SessionConnection,
  tool: string,
  decode: Codec<never, Result>["decode"],
  { operation, secrets }: InvokeOptions,
  answer: ToolAnswer
): Exit.Exit<ToolReply<Result>, SessionError | ToolError> => {
  if (answer.isError) return Exit.fail(toolError(connection, operation, tool, answer, secrets))
  const { requestId, route } = answer
  const value = decode(answer.text)
  if (Either.isRight(value)) return Exit.succeed({ requestId, route, value: value.right })
  const facts = { operation, sessionId: connection.sessionId, requestId, secrets: [] }
  const detail = `the text of tool ${tool} does not have the expected form`
  return Exit.fail(sessionError(facts, { reason: "Decode", phase: "sent", detail }))
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<
  ToolTransport.Service,
  never,
  | AgentBayConfig.AgentBayConfig
  | ControlPlane.ControlPlane
  | LinkTransport.LinkTransport
  | VpcTransport.VpcTransport
> = Effect.gen(function* () {
  const config = yield* AgentBayConfig.AgentBayConfig
  const controlPlane = yield* ControlPlane.ControlPlane
  const linkTransport = yield* LinkTransport.LinkTransport
  const vpcTransport = yield* VpcTransport.VpcTransport
  const watch = makeWatcher()
  const retries = yield* Retries.shared

  const routeOf = (connection: SessionConnection, tool: string): Route =>
    connection.isVpc ? "vpc" : linkOf(connection, tool) === undefined ? "api" : "link"

  const overApi = (
    request: ToolRequest,
    span: Tracer.AnySpan | undefined
  ): Effect.Effect<ToolAnswer, SessionError> => {
    const { connection } = request
    const reply = controlPlane.call(
      CallMcpTool,
      {
        args: JSON.stringify(request.args),
        autoGenSession: request.autoGenSession,
        name: request.tool,
        server: Option.getOrElse(connection.tools.serverOf(request.tool), () => ""),
        sessionId: connection.sessionId
      },
      {
        operation: request.operation,
        sessionId: connection.sessionId,
        timeout: request.timeout,
        watched: { span },
        secrets: [...Option.toArray(connection.token), ...(request.secrets ?? [])]
      }
    )
    return Wire.thenExit(reply, ({ data, requestId }) => {
      const result = fromApiData(data)
      return Either.isRight(result)
        ? Exit.succeed(toolAnswer(result.right, "api", requestId))
        : Exit.fail(
            sessionError(
              { operation: request.operation, sessionId: connection.sessionId, requestId, secrets: [] },
              { reason: "Decode", phase: "sent", detail: result.left }
            )
          )
    })
  }

  const send = (
    request: ToolRequest,
    route: Route,
    span: Tracer.AnySpan | undefined
  ): Effect.Effect<ToolAnswer, SessionError | VpcUnavailable> => {
    if (route === "vpc") {
      const direct = below(span, vpcTransport.call(request))
      return config.vpcFallback === "api"
        ? Effect.catchTag(direct, "VpcUnavailable", () => overApi(request, span))
        : direct
    }
    const link = linkOf(request.connection, request.tool)
    return link === undefined ? overApi(request, span) : linkTransport.call(request, link)
  }

  const invoke: ToolTransport.Service["invoke"] = (connection, tool, args, options) => {
    const route = routeOf(connection, tool)
    const timeout = options.timeout ?? (route === "link" ? config.timeouts.link : config.timeouts.request)
    const watched = watch<ToolAnswer>(
      {
        spanName: `AgentBay.tool.${tool}`,
        operation: tool,
        route,
        attributes: {
          "agentbay.operation": options.operation,
          "agentbay.tool": tool,
          "agentbay.route": route,
          "agentbay.session.id": connection.sessionId
        }
      },
      (answer) => ({ "agentbay.request.id": answer.requestId, "agentbay.route": answer.route })
    )
    const attempt = (timeLeft: Duration.Duration) =>
      watched((span) =>
        send(
          {
            connection,
            tool,
            args,
            operation: options.operation,
            timeout: timeLeft,
            autoGenSession: options.autoGenSession ?? false,
            secrets: options.secrets,
            verbatim: options.verbatim,
            onArrival: options.onArrival,
            takeText: options.takeText,
            span
          },
          route,
          span
        )
      )
    const facts = { operation: options.operation, sessionId: connection.sessionId, secrets: [] }
    const tooLate = () => tooLateError(facts, timeout)
    return retries.run(
      { operation: tool, route, idempotent: options.idempotent ?? false, timeout, tooLate },
      attempt
    )
  }

  const known = new WeakMap<object, Codec<never, unknown>>()
  const codecOf = <Args, ArgsEncoded, Result, Failure>(
    tool: Tool<string, Args, ArgsEncoded, Result, Failure>
  ): Codec<Args, Result> => {
    const before = known.get(tool) as Codec<Args, Result> | undefined
    if (before !== undefined) return before
    const codec = { encode: Schema.encodeEither(tool.args), decode: Schema.decodeEither(tool.result) }
    known.set(tool, codec)
    return codec
  }

  const timeoutOf = <Args, ArgsEncoded, Result, Failure>(
    connection: SessionConnection,
    tool: Tool<string, Args, ArgsEncoded, Result, Failure>,
    args: Args
  ): Duration.Duration => {
    const isByLink = routeOf(connection, tool.name) === "link"
    const patience = isByLink ? config.timeouts.link : config.timeouts.request
    const budget = tool.budget(args)
    return Option.isNone(budget) ? patience : Duration.max(patience, Duration.sum(budget.value, grace))
  }

  const call: ToolTransport.Service["call"] = (connection, tool, args, options) =>
    Effect.suspend(() => {
      const { decode, encode } = codecOf(tool)
      const encoded = encode(args)
      if (Either.isLeft(encoded)) return Effect.die(encoded.left)
      const answered = invoke(connection, tool.name, encoded.right, {
        idempotent: tool.idempotent,
        ...options,
        timeout: options.timeout ?? timeoutOf(connection, tool, args)
      })
      return Effect.flatMap(answered, (answer) => readReply(connection, tool.name, decode, options, answer))
    })

  return { call, invoke, routeOf }
})

/**
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<
  ToolTransport,
  never,
  | AgentBayConfig.AgentBayConfig
  | ControlPlane.ControlPlane
  | LinkTransport.LinkTransport
  | VpcTransport.VpcTransport
> = Layer.effect(ToolTransport, make)
