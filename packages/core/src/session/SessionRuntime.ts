/**
 * What the modules of one session share: its connection and the ways to talk to it.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { AgentBayConfig } from "../AgentBayConfig.js"
import type { SessionError, ToolError, VpcUnavailable } from "../AgentBayError.js"
import type { Tool } from "../contract/Tool.js"
import type { ControlPlane } from "../transport/ControlPlane.js"
import type { SessionConnection } from "../transport/SessionConnection.js"
import type { SocketConnector } from "../transport/SocketConnector.js"
import type { InvokeOptions, ToolReply, ToolTransport } from "../transport/ToolTransport.js"

/**
 * The services that every session of an account uses.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccountRuntime {
  readonly config: AgentBayConfig.Service
  readonly controlPlane: ControlPlane.Service
  readonly toolTransport: ToolTransport.Service
  /** For presigned URLs only. */
  readonly httpClient: HttpClient.HttpClient
  /** For live channels; absent where the platform has none. */
  readonly socketConnector?: SocketConnector.Service | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface SessionRuntime {
  readonly account: AccountRuntime
  readonly sessionId: string
  /** The connection as it is now: refreshing the tool list replaces it. */
  readonly connection: () => SessionConnection
  /** Asks the service for the connection as it is now. Absent where there is no handle to keep it. */
  readonly refresh?: ((operation: string) => Effect.Effect<void, SessionError>) | undefined
  /** What creation asked for; none when it left the choice to the service, or is not known. */
  readonly enableBrowserReplay: Option.Option<boolean>
  /** The context for file transfer that the session was created with, in the manner of the first generation. */
  readonly fileTransferContextId?: Option.Option<string> | undefined
}

/**
 * Calls a tool of this session; the failures are those of `ToolTransport.call`.
 *
 * @since 0.1.0
 * @category calls
 */
export const callTool = <Name extends string, Args, ArgsEncoded, Result, Failure>(
  runtime: SessionRuntime,
  tool: Tool<Name, Args, ArgsEncoded, Result, Failure>,
  args: Args,
  options: InvokeOptions
): Effect.Effect<ToolReply<Result>, SessionError | VpcUnavailable | ToolError> =>
  runtime.account.toolTransport.call(runtime.connection(), tool, args, options)
