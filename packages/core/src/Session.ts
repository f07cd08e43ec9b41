/**
 * A session: a remote computer, its identity, its modules and its own operations.
 *
 * Get one from `AgentBay.session` (deleted when the scope closes), `AgentBay.create` or `AgentBay.get`; or provide
 * it to a program with `layer`. Everything that opens the session to whoever holds it (token, URLs) is redacted.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as AgentBay from "./AgentBay.js"
import type {
  ContextSyncError,
  InvalidArgument,
  SessionError,
  ToolError,
  VpcUnavailable
} from "./AgentBayError.js"
import type { ToolEntry } from "./contract/ToolEntry.js"
import type { SessionHandle } from "./SessionHandle.js"
import { BrowserOperator } from "./session/BrowserOperator.js"
import { SessionAgent } from "./session/SessionAgent.js"
import { SessionApplication } from "./session/SessionApplication.js"
import { SessionBrowser } from "./session/SessionBrowser.js"
import { SessionCode } from "./session/SessionCode.js"
import { SessionCommand } from "./session/SessionCommand.js"
import { SessionComputer } from "./session/SessionComputer.js"
import { SessionContext } from "./session/SessionContext.js"
import { SessionEnv } from "./session/SessionEnv.js"
import { SessionFileSystem } from "./session/SessionFileSystem.js"
import { SessionFileTransfer } from "./session/SessionFileTransfer.js"
import { SessionGit } from "./session/SessionGit.js"
import { SessionMobile } from "./session/SessionMobile.js"
import { SessionOss } from "./session/SessionOss.js"
import { SessionPty } from "./session/SessionPty.js"
import { SessionUi } from "./session/SessionUi.js"
import { SessionWindow } from "./session/SessionWindow.js"
import { SessionSocket } from "./transport/SessionSocket.js"
import type { ToolAnswer } from "./transport/ToolAnswer.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class Session extends Context.Tag("@effect-agentbay/core/Session")<Session, Session.Service>() {}

/**
 * Where a session is in its life. `FINISH` and `DELETED` mean that it has ended; other words come from a newer
 * service.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionStatus {
  readonly status: string
  readonly imageId: Option.Option<string>
  readonly imageType: Option.Option<string>
  readonly regionId: Option.Option<string>
  readonly appInstanceId: Option.Option<string>
  readonly policyId: Option.Option<string>
  readonly endReason: Option.Option<string>
  readonly requestId: string
}

/**
 * How a person looks at a session.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionInfo {
  readonly sessionId: string
  /** Opens the session's screen in a browser. */
  readonly resourceUrl: Option.Option<Redacted.Redacted>
  /** What a desktop client needs. */
  readonly desktop: Option.Option<{
    readonly appId: Option.Option<string>
    readonly authCode: Option.Option<Redacted.Redacted>
    readonly ticket: Option.Option<Redacted.Redacted>
    /** JSON text. */
    readonly connectionProperties: Option.Option<string>
    readonly resourceId: Option.Option<string>
    readonly resourceType: Option.Option<string>
  }>
  readonly requestId: string
}

/**
 * What a session uses at the moment. None where the image does not report a figure.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionMetrics {
  readonly cpuCount: Option.Option<number>
  readonly cpuUsedPercent: Option.Option<number>
  readonly memoryTotalBytes: Option.Option<number>
  readonly memoryUsedBytes: Option.Option<number>
  readonly diskTotalBytes: Option.Option<number>
  readonly diskUsedBytes: Option.Option<number>
  readonly receivedKilobytesPerSecond: Option.Option<number>
  readonly sentKilobytesPerSecond: Option.Option<number>
  readonly receivedKilobytes: Option.Option<number>
  readonly sentKilobytes: Option.Option<number>
  /** With the time zone of the session. */
  readonly timestamp: Option.Option<string>
  readonly requestId: string
}

/**
 * A state that was asked for and reached.
 *
 * @since 0.1.0
 * @category models
 */
export interface StateChange {
  readonly status: string
  /** Of the request that started the change. */
  readonly requestId: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface WaitOptions {
  /** How long the change may take. Default 10 minutes. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How often to look. Default every 2 seconds. */
  readonly interval?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface DeleteOptions {
  /** How long the deletion may take until it is confirmed. Default `timeouts.deletion` of the configuration. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * Ends a session and waits until that is confirmed. A session that is already gone counts as deleted.
 *
 * With `syncContexts: true` the mounted contexts are uploaded first; when that fails, `ContextSyncError` says which,
 * and the session is **not** deleted, so that nothing is lost.
 *
 * Fails with `SessionError`: `Timeout` when the end is not confirmed in time, `Conflict` for a paused session.
 *
 * @since 0.1.0
 * @category models
 */
export interface DeleteSession {
  (
    options?: DeleteOptions & { readonly syncContexts?: false | undefined }
  ): Effect.Effect<void, SessionError | InvalidArgument>
  (
    options: DeleteOptions & { readonly syncContexts: boolean }
  ): Effect.Effect<void, SessionError | InvalidArgument | ContextSyncError>
}

/**
 * What is known of a session: which one it is, and how it is reached. None where the service does not tell.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionIdentity {
  readonly sessionId: string
  /** None for a session found with `AgentBay.get`: the service does not tell. */
  readonly imageId: Option.Option<string>
  readonly resourceUrl: Option.Option<Redacted.Redacted>
  readonly isVpc: boolean
  readonly networkInterfaceIp: Option.Option<string>
  readonly httpPort: Option.Option<number>
  /** Address of the session in the account's VPC; newer services tell. */
  readonly vpcIp: Option.Option<string>
  readonly vpcId: Option.Option<string>
  /** Credential of the direct routes. */
  readonly token: Option.Option<Redacted.Redacted>
  readonly linkUrl: Option.Option<Redacted.Redacted>
  readonly wsUrl: Option.Option<Redacted.Redacted>
  readonly appInstanceId: Option.Option<string>
  readonly resourceId: Option.Option<string>
  /** What creation asked for; none when it left the choice to the service. */
  readonly enableBrowserReplay: Option.Option<boolean>
  /** The context mounted for file transfer, when one was. */
  readonly fileTransferContextId: Option.Option<string>
  /** The context that receives the recording of the browser, when one was mounted. */
  readonly recordContextId: Option.Option<string>
}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace Session {
  /**
   * The handle.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Service extends SessionIdentity {
    /** The tools of the session as far as they are known; `listMcpTools` refreshes them. */
    readonly mcpTools: ReadonlyArray<ToolEntry>
    /**
     * The contexts of its creation for which the service had listed no transfer after ten seconds: they had nothing to
     * transfer, or their files come late. Empty for a session that was not created by this handle.
     */
    readonly contextsWithoutTransfer: ReadonlyArray<{ readonly contextId: string; readonly path: string }>

    readonly command: SessionCommand.Service
    readonly fileSystem: SessionFileSystem.Service
    readonly code: SessionCode.Service
    readonly context: SessionContext.Service
    readonly fileTransfer: SessionFileTransfer.Service
    readonly pty: SessionPty.Service
    readonly oss: SessionOss.Service
    readonly agent: SessionAgent.Service
    readonly browser: SessionBrowser.Service
    readonly window: SessionWindow.Service
    readonly ui: SessionUi.Service
    readonly application: SessionApplication.Service
    readonly mobile: SessionMobile.Service
    readonly computer: SessionComputer.Service
    readonly git: SessionGit.Service
    readonly env: SessionEnv.Service

    /** The live channel, for servers of the session that no module covers. */
    readonly socket: SessionSocket.Service
    /** What a server of the session says by itself: `socket.events`. */
    readonly events: SessionSocket.Service["events"]

    /**
     * Calls any tool by name with a JSON object of arguments. Those of `press_keys` and `release_keys` are sent with
     * the names of `KeyName`.
     *
     * Fails with `ToolError` when the tool says no, `VpcUnavailable` when the session's VPC route cannot be taken,
     * `InvalidArgument` for a blank name or arguments that are not a JSON object, `SessionError` otherwise.
     */
    readonly callMcpTool: (
      name: string,
      args?: Readonly<Record<string, unknown>>,
      options?: {
        /** Default: that of the configuration for the route. */
        readonly timeout?: Duration.DurationInput | undefined
        /** Let the service start a session when this one is gone. API route only. Default false. */
        readonly autoGenSession?: boolean | undefined
      }
    ) => Effect.Effect<ToolAnswer, SessionError | VpcUnavailable | ToolError | InvalidArgument>
    /**
     * The tools of an image: of this session's by default (`linux_latest` when it is unknown), which also refreshes
     * `mcpTools`.
     */
    readonly listMcpTools: (
      imageId?: string
    ) => Effect.Effect<ReadonlyArray<ToolEntry>, SessionError | InvalidArgument>
    /** The MCP server that provides a tool, as far as the tool list tells. */
    readonly findServerForTool: (name: string) => Option.Option<string>

    readonly info: Effect.Effect<SessionInfo, SessionError>
    readonly status: Effect.Effect<SessionStatus, SessionError>
    readonly getLabels: Effect.Effect<Readonly<Record<string, string>>, SessionError>
    /**
     * Replaces the labels. At least one; keys and values must be non-blank texts, or it fails with
     * `InvalidArgument`.
     */
    readonly setLabels: (
      labels: Readonly<Record<string, string>>
    ) => Effect.Effect<void, SessionError | InvalidArgument>
    /**
     * A URL that leads to a port of the session. Without arguments the Chrome DevTools URL of a browser image; with
     * `protocol: "https"` and a port a web application; with a port alone a WebSocket service. The port must be
     * a whole number from 1 to 65535 (`InvalidArgument`); the service opens 30100 to 30199 unless a policy says
     * otherwise, and refuses others with `SessionError`, reason `InvalidRequest`.
     */
    readonly getLink: (options?: {
      readonly protocol?: "https" | "wss" | (string & {}) | undefined
      readonly port?: number | undefined
      /** Passed on as it is. */
      readonly option?: string | undefined
    }) => Effect.Effect<Redacted.Redacted, SessionError | InvalidArgument>
    readonly delete: DeleteSession
    /**
     * Freezes the session; it keeps its state, cannot be used or deleted until it is resumed. Waits until it is
     * paused.
     *
     * Fails with `SessionError`: `Timeout`, or `Conflict` when the session is in a state that does not lead there.
     */
    readonly pause: (options?: WaitOptions) => Effect.Effect<StateChange, SessionError | InvalidArgument>
    /** Wakes a paused session and waits until it runs. Fails as `pause` does. */
    readonly resume: (options?: WaitOptions) => Effect.Effect<StateChange, SessionError | InvalidArgument>
    /**
     * The session counts as used: its idle time begins anew (`lifetime` at creation). Its maximum run time does not.
     */
    readonly keepAlive: Effect.Effect<void, SessionError>
    /** Use of processor, memory, disk and network; on images that have the tool. */
    readonly metrics: Effect.Effect<SessionMetrics, SessionError | VpcUnavailable | ToolError>
    /** The handle as a value that can be stored or sent; credentials are left out unless asked for. */
    readonly toHandle: (options?: { readonly includeSecrets?: boolean | undefined }) => SessionHandle
  }
}

/**
 * The handle and every module of one session.
 *
 * @since 0.1.0
 * @category models
 */
export type Modules =
  | Session
  | SessionCommand
  | SessionFileSystem
  | SessionCode
  | SessionContext
  | SessionComputer
  | SessionMobile
  | SessionApplication
  | SessionUi
  | SessionWindow
  | SessionBrowser
  | BrowserOperator
  | SessionAgent
  | SessionOss
  | SessionFileTransfer
  | SessionGit
  | SessionEnv
  | SessionSocket
  | SessionPty

/**
 * A session as the context of a program that asks for the handle or for single modules.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toContext = (session: Session.Service): Context.Context<Modules> =>
  Context.make(Session, session).pipe(
    Context.add(SessionCommand, session.command),
    Context.add(SessionFileSystem, session.fileSystem),
    Context.add(SessionCode, session.code),
    Context.add(SessionComputer, session.computer),
    Context.add(SessionMobile, session.mobile),
    Context.add(SessionApplication, session.application),
    Context.add(SessionUi, session.ui),
    Context.add(SessionWindow, session.window),
    Context.add(SessionBrowser, session.browser),
    Context.add(BrowserOperator, session.browser.operator),
    Context.add(SessionAgent, session.agent),
    Context.add(SessionOss, session.oss),
    Context.add(SessionFileTransfer, session.fileTransfer),
    Context.add(SessionGit, session.git),
    Context.add(SessionEnv, session.env),
    Context.add(SessionContext, session.context),
    Context.add(SessionSocket, session.socket),
    Context.add(SessionPty, session.pty)
  )

/**
 * Provides an existing session and all its modules. The session is not deleted.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerOf = (session: Session.Service): Layer.Layer<Modules> =>
  Layer.succeedContext(toContext(session))

/**
 * Creates a session for as long as the layer lives and provides the handle and all its modules. Fails as
 * `AgentBay.create` does.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * ```ts
 * import { Session, SessionCommand } from "@effect-agentbay/core"
 * import { Effect } from "effect"
 *
 * const kernel = Effect.gen(function* () {
 *   const command = yield* SessionCommand.SessionCommand
 *   const { stdout } = yield* command.run("uname -r")
 *   return stdout.trim()
 * })
 *
 * const program = kernel.pipe(Effect.provide(Session.layer({ imageId: "linux_latest" })))
 * ```
 */
export const layer = (
  params: AgentBay.CreateParams = {}
): Layer.Layer<Modules, AgentBay.CreateError, AgentBay.AgentBay> =>
  Layer.scopedContext(Effect.flatMap(AgentBay.AgentBay, (bay) => Effect.map(bay.session(params), toContext)))
