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

/** Ports of a session that a link may lead to. */
export const isLinkPort = (port: number): boolean => port >= firstPort && port <= lastPort

const host = (state: State): string => state.addresses.base.replace(/^https?:\/\//, "")

/** Links are encrypted where the cloud is: `https` and `wss`, else `http` and `ws`. */
const scheme = (state: State, name: "http" | "ws"): string =>
  state.addresses.base.startsWith("https:") ? `${name}s` : name

/** A credential of its own: whoever has a link may not use the tools of the session. */
const linkToken = (state: State, session: SessionRecord): string => {
  if (session.linkToken === undefined) {
    session.linkToken = state.ids.token()
    state.links.set(session.linkToken, session)
  }
  return session.linkToken
}

const socketUrl = (state: State, session: SessionRecord): string =>
  `${scheme(state, "ws")}://${host(state)}/websocket_ai/${linkToken(state, session)}`

const cdpUrl = (state: State, session: SessionRecord): Effect.Effect<string, Refusal> =>
  isBrowserImage(session.imageId) ? Effect.sync(() => socketUrl(state, session)) : onlyBrowser

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
  if (!isLinkPort(port)) return refused("port is not valid")
  return Effect.sync(() =>
    protocol === "https"
      ? `${scheme(state, "http")}://${host(state)}/request_ai/${linkToken(state, session)}/${port}/path/`
      : `${socketUrl(state, session)}/${port}`
  )
}

const answer = (url: string) => ({ data: { url: Option.some(url) } })

/** The URLs have the form of the service's. Behind those for phones nothing listens. */
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
