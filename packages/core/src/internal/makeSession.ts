/** The handle. Modules come to life when they are first used, so that thousands of idle handles cost little. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Session } from "../Session.js"
import type { SessionHandle } from "../SessionHandle.js"
import * as SessionAgent from "../session/SessionAgent.js"
import * as SessionApplication from "../session/SessionApplication.js"
import * as SessionBrowser from "../session/SessionBrowser.js"
import * as SessionCode from "../session/SessionCode.js"
import * as SessionCommand from "../session/SessionCommand.js"
import * as SessionComputer from "../session/SessionComputer.js"
import * as SessionContext from "../session/SessionContext.js"
import * as SessionEnv from "../session/SessionEnv.js"
import * as SessionFileSystem from "../session/SessionFileSystem.js"
import * as SessionFileTransfer from "../session/SessionFileTransfer.js"
import * as SessionGit from "../session/SessionGit.js"
import * as SessionMobile from "../session/SessionMobile.js"
import * as SessionOss from "../session/SessionOss.js"
import * as SessionPty from "../session/SessionPty.js"
import type { AccountRuntime, SessionRuntime } from "../session/SessionRuntime.js"
import * as SessionUi from "../session/SessionUi.js"
import * as SessionWindow from "../session/SessionWindow.js"
import { makeToolDirectory } from "../transport/SessionConnection.js"
import * as SessionSocket from "../transport/SessionSocket.js"
import type { SessionState } from "./connectionData.js"
import { readAgain } from "./readAgain.js"
import { makeSessionOperations, type SessionOperations } from "./sessionOperations.js"

const modules = {
  command: SessionCommand.make,
  fileSystem: SessionFileSystem.make,
  code: SessionCode.make,
  context: SessionContext.make,
  computer: SessionComputer.make,
  mobile: SessionMobile.make,
  application: SessionApplication.make,
  ui: SessionUi.make,
  window: SessionWindow.make,
  browser: SessionBrowser.make,
  agent: SessionAgent.make,
  oss: SessionOss.make,
  fileTransfer: SessionFileTransfer.make,
  git: SessionGit.make,
  env: SessionEnv.make,
  pty: SessionPty.make
} as const

type Modules = { -readonly [Name in keyof typeof modules]?: ReturnType<(typeof modules)[Name]> }

class LiveSession implements Session.Service, SessionRuntime {
  readonly account: AccountRuntime
  private state: SessionState
  private readonly made: Modules = {}
  private operations: SessionOperations | undefined
  private channel: SessionSocket.SessionSocket.Service | undefined

  constructor(account: AccountRuntime, state: SessionState) {
    this.account = account
    this.state = state
  }

  readonly connection = () => this.state

  readonly refresh = (operation: string) =>
    Effect.map(readAgain(this.account, this.sessionId, operation), (found) => {
      this.state = { ...this.state, ...found }
    })

  /** Closes the live channel, if there is one. */
  readonly closeSocket = Effect.suspend(() => this.channel?.close ?? Effect.void)

  get sessionId() {
    return this.state.sessionId
  }
  get imageId() {
    return this.state.imageId
  }
  get resourceUrl() {
    return this.state.resourceUrl
  }
  get isVpc() {
    return this.state.isVpc
  }
  get networkInterfaceIp() {
    return this.state.networkInterfaceIp
  }
  get httpPort() {
    return this.state.httpPort
  }
  get vpcIp() {
    return this.state.vpcIp
  }
  get vpcId() {
    return this.state.vpcId
  }
  get token() {
    return this.state.token
  }
  get linkUrl() {
    return this.state.linkUrl
  }
  get wsUrl() {
    return this.state.wsUrl
  }
  get appInstanceId() {
    return this.state.appInstanceId
  }
  get resourceId() {
    return this.state.resourceId
  }
  get enableBrowserReplay() {
    return this.state.enableBrowserReplay
  }
  get fileTransferContextId() {
    return this.state.fileTransferContextId
  }
  get recordContextId() {
    return this.state.recordContextId
  }
  /** Set by whoever creates the session. */
  contextsWithoutTransfer: Session.Service["contextsWithoutTransfer"] = []
  get mcpTools() {
    return this.state.tools.entries
  }

  get command() {
    this.made.command ??= modules.command(this)
    return this.made.command
  }
  get fileSystem() {
    this.made.fileSystem ??= modules.fileSystem(this, this.socket)
    return this.made.fileSystem
  }
  get code() {
    this.made.code ??= modules.code(this, this.socket)
    return this.made.code
  }
  get context() {
    this.made.context ??= modules.context(this)
    return this.made.context
  }

  get computer() {
    this.made.computer ??= modules.computer(this)
    return this.made.computer
  }

  get mobile() {
    this.made.mobile ??= modules.mobile(this)
    return this.made.mobile
  }

  get application() {
    this.made.application ??= modules.application(this)
    return this.made.application
  }

  get ui() {
    this.made.ui ??= modules.ui(this)
    return this.made.ui
  }

  get window() {
    this.made.window ??= modules.window(this)
    return this.made.window
  }

  get browser() {
    this.made.browser ??= modules.browser(this, this.socket)
    return this.made.browser
  }

  get agent() {
    this.made.agent ??= modules.agent(this, this.browser, this.socket)
    return this.made.agent
  }

  get oss() {
    this.made.oss ??= modules.oss(this)
    return this.made.oss
  }

  get fileTransfer() {
    this.made.fileTransfer ??= modules.fileTransfer(this)
    return this.made.fileTransfer
  }

  get git() {
    this.made.git ??= modules.git(this)
    return this.made.git
  }

  get env() {
    this.made.env ??= modules.env(this)
    return this.made.env
  }

  get pty() {
    this.made.pty ??= modules.pty(this, this.socket)
    return this.made.pty
  }

  get socket() {
    this.channel ??= SessionSocket.make(this)
    return this.channel
  }

  get events() {
    return this.socket.events
  }

  private get own(): SessionOperations {
    this.operations ??= makeSessionOperations(this, {
      imageId: this.state.imageId,
      context: () => this.context,
      setTools: (tools) => {
        this.state = { ...this.state, tools }
      },
      lease: () => this.state.lease,
      setLease: (lease) => {
        this.state = { ...this.state, lease }
      }
    })
    return this.operations
  }

  get callMcpTool() {
    return this.own.callMcpTool
  }
  get listMcpTools() {
    return this.own.listMcpTools
  }
  get info() {
    return this.own.info
  }
  get status() {
    return this.own.status
  }
  get getLabels() {
    return this.own.getLabels
  }
  get setLabels() {
    return this.own.setLabels
  }
  get getLink() {
    return this.own.getLink
  }
  get delete(): Session.Service["delete"] {
    // Only a session that is gone needs its channel no more.
    return (options) => Effect.zipLeft(this.own.delete(options as never), this.closeSocket)
  }
  get pause() {
    return this.own.pause
  }
  get resume() {
    return this.own.resume
  }
  get keepAlive() {
    return this.own.keepAlive
  }
  get metrics() {
    return this.own.metrics
  }
  get renewLease() {
    return this.own.renewLease
  }
  get findServerForTool() {
    return (name: string) => this.state.tools.serverOf(name)
  }
  get toHandle() {
    return (options?: { readonly includeSecrets?: boolean | undefined }) =>
      encodeHandle(this.state, options?.includeSecrets === true)
  }

  /** What a log or an inspector sees: identity, no credentials. */
  toJSON() {
    return {
      _id: "Session",
      sessionId: this.sessionId,
      isVpc: this.isVpc,
      imageId: Option.getOrNull(this.imageId)
    }
  }

  [Symbol.for("nodejs.util.inspect.custom")]() {
    return this.toJSON()
  }
}

const encodeHandle = (state: SessionState, includeSecrets: boolean): SessionHandle => ({
  version: 1,
  sessionId: state.sessionId,
  imageId: state.imageId,
  isVpc: state.isVpc,
  networkInterfaceIp: state.networkInterfaceIp,
  httpPort: state.httpPort,
  vpcIp: state.vpcIp,
  vpcId: state.vpcId,
  appInstanceId: state.appInstanceId,
  resourceId: state.resourceId,
  enableBrowserReplay: state.enableBrowserReplay,
  fileTransferContextId: state.fileTransferContextId,
  recordContextId: state.recordContextId,
  servers: Object.fromEntries(
    state.tools.entries.map(({ name }) => [name, Option.getOrElse(state.tools.serverOf(name), () => "")])
  ),
  secrets: includeSecrets
    ? Option.some({
        token: state.token,
        linkUrl: state.linkUrl,
        wsUrl: state.wsUrl,
        resourceUrl: state.resourceUrl
      })
    : Option.none()
})

/** The state of a session that is known by its handle only. */
export const stateOfHandle = (handle: SessionHandle): SessionState => {
  const secrets = Option.getOrElse(handle.secrets, () => ({
    token: Option.none(),
    linkUrl: Option.none(),
    wsUrl: Option.none(),
    resourceUrl: Option.none()
  }))
  const { secrets: _, servers, version: __, ...rest } = handle
  return {
    ...rest,
    ...secrets,
    tools: makeToolDirectory(
      Object.entries(servers).map(([name, server]) => ({
        name,
        server,
        description: "",
        inputSchema: {},
        tool: name
      }))
    )
  }
}

/** The handle, and what only the one who made the session does with it. */
export type OwnedSession = Omit<Session.Service, "contextsWithoutTransfer"> &
  Pick<SessionOperations, "renewLease"> &
  Pick<LiveSession, "closeSocket" | "contextsWithoutTransfer">

export const makeSession = (account: AccountRuntime, state: SessionState): OwnedSession =>
  new LiveSession(account, state)
