/** Sessions with parts of a live channel. */
import {
  SessionConnection,
  type SessionRuntime,
  SessionSocket,
  type SocketConnector
} from "@effect-agentbay/core"
import { Effect, Option, type Redacted } from "effect"

interface Parts {
  readonly hasConnector: boolean
  readonly url: Option.Option<Redacted.Redacted>
  readonly token: Option.Option<Redacted.Redacted>
}

/** Nothing may be opened by a mere look. */
const untouched: SocketConnector.SocketConnector.Service = {
  open: () => Effect.dieMessage("a connection was opened")
}

export const runtimeWith = (
  { hasConnector, token, url }: Parts,
  connector: SocketConnector.SocketConnector.Service = untouched
): SessionRuntime.SessionRuntime => ({
  account: { socketConnector: hasConnector ? connector : undefined } as SessionRuntime.AccountRuntime,
  sessionId: "s-1",
  connection: () => ({
    sessionId: "s-1",
    isVpc: false,
    networkInterfaceIp: Option.none(),
    httpPort: Option.none(),
    linkUrl: Option.none(),
    token,
    wsUrl: url,
    tools: SessionConnection.emptyToolDirectory
  }),
  enableBrowserReplay: Option.none()
})

export const missingOf = (parts: Parts) =>
  Effect.flip(SessionSocket.make(runtimeWith(parts)).available("test")).pipe(
    Effect.map(({ message, reason }) => (message.includes("s-1") ? reason : message))
  )
