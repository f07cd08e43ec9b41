/** Ways to look at a session, and addresses that lead to its ports. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Handlers } from "./handler.js"
import { isBrowserImage, isMobileImage } from "./images.js"
import { type Refusal, refusal } from "./refusal.js"
import { findRunning, type SessionRecord, type State } from "./state.js"

const firstPort = 30100
const lastPort = 30199

const refused = (message: string) => Effect.fail(refusal(400, "InvalidParameter.Link", message))

const onlyBrowser = refused("only BrowserUse image support cdp")

const host = (state: State): string => state.addresses.base.replace(/^https?:\/\//, "")

const cdpUrl = (state: State, session: SessionRecord): Effect.Effect<string, Refusal> =>
  isBrowserImage(session.imageId)
    ? Effect.succeed(`wss://${host(state)}/websocket_ai/${session.token}`)
    : onlyBrowser

const adbUrl = (state: State, session: SessionRecord): Effect.Effect<string, Refusal> =>
  isMobileImage(session.imageId)
    ? Effect.succeed(`adb connect ${host(state).replace(/:\d+$/, "")}:5555`)
    : refused("only mobile image support adb")

const linkUrl = (
  state: State,
  session: SessionRecord,
  protocol: string,
  port: number | undefined
): Effect.Effect<string, Refusal> => {
  if (protocol === "adb") return adbUrl(state, session)
  if (protocol === "http") return refused("http not supported")
  if (protocol !== "" && protocol !== "https" && protocol !== "wss")
    return refused(`${protocol} not supported`)
  if (port === undefined) return protocol === "https" ? refused("port is not valid") : cdpUrl(state, session)
  if (port < firstPort || port > lastPort) return refused("port is not valid")
  return Effect.succeed(
    protocol === "https"
      ? `https://${host(state)}/request_ai/${session.token}/${port}/path/`
      : `wss://${host(state)}/websocket_ai/${session.token}/${port}`
  )
}

const answer = (url: string) => ({ data: { url: Option.some(url) } })

/** The URLs have the form of the service's. In this cloud nothing listens behind them. */
export const linkHandlers = (
  state: State
): Handlers<"GetMcpResource" | "GetLink" | "GetCdpLink" | "GetAdbLink"> => ({
  GetMcpResource: ({ sessionId }) =>
    Effect.map(findRunning(state, sessionId), (session) => ({
      data: {
        sessionId: Option.some(session.id),
        resourceUrl: Option.some(`${state.addresses.base}/resource/${session.id}`),
        desktopInfo: Option.some({
          appId: Option.some(`ai-${session.id}`),
          authCode: Option.some(session.token),
          connectionProperties: Option.some("{}"),
          resourceId: Option.some(`p-${session.id}`),
          resourceType: Option.some("AIAgent"),
          ticket: Option.some(session.token)
        })
      }
    })),
  GetLink: ({ port, protocolType, sessionId }) =>
    Effect.map(
      Effect.flatMap(findRunning(state, sessionId), (session) =>
        linkUrl(state, session, (protocolType ?? "").toLowerCase(), port)
      ),
      answer
    ),
  GetCdpLink: ({ sessionId }) =>
    Effect.map(
      Effect.flatMap(findRunning(state, sessionId), (session) => cdpUrl(state, session)),
      answer
    ),
  GetAdbLink: ({ sessionId }) =>
    Effect.map(
      Effect.flatMap(findRunning(state, sessionId), (session) => adbUrl(state, session)),
      answer
    )
})
