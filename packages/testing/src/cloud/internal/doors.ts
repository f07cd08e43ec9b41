/** Connections that lead into a session: to its browser, and to the ports of its programs. */
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { MachineError } from "../../machine/Machine.js"
import { type Doors, NotAdmitted, type Passage, type RequestHead, type UpgradeHandler } from "../Gateway.js"
import { used } from "./lifecycle.js"
import { isLinkPort } from "./links.js"
import { isSocketUrl, makeSocketDoor } from "./sockets.js"
import { findRunning, type SessionRecord, type State } from "./state.js"
import { tunnel } from "./tunnel.js"

/** `/websocket_ai/<token>` is the browser, `/websocket_ai/<token>/<port>/…` a program. */
const socketUrl = /^\/websocket_ai\/([^/?]+)(?:\/(\d+))?(\/[^?]*)?(\?.*)?$/
const requestUrl = /^\/request_ai\/([^/?]+)\/(\d+)\/path(\/[^?]*)?(\?.*)?$/

const nowhere = new NotAdmitted({ status: 404 })

const findByToken = (state: State, token: string): Effect.Effect<SessionRecord, NotAdmitted> => {
  const session = state.links.get(token)
  return session === undefined
    ? Effect.fail(new NotAdmitted({ status: 401 }))
    : Effect.mapError(findRunning(state, session.id), () => new NotAdmitted({ status: 409 }))
}

const unreachable = (error: MachineError) => new NotAdmitted({ status: 502, detail: error.message })

const toPort = (
  state: State,
  token: string,
  port: number,
  path: string
): Effect.Effect<Passage, NotAdmitted, Scope.Scope> =>
  Effect.gen(function* () {
    const session = yield* findByToken(state, token)
    if (!isLinkPort(port)) return yield* nowhere
    const stream = yield* Effect.mapError(session.machine.connect(port), unreachable)
    return { stream, path, host: `localhost:${port}` }
  })

const toBrowser = ({ machine }: SessionRecord): Effect.Effect<Passage, NotAdmitted, Scope.Scope> =>
  Effect.gen(function* () {
    const { devTools } = yield* machine.browser
    return Option.isNone(devTools) ? yield* nowhere : yield* devTools.value
  }).pipe(Effect.catchTag("MachineError", (error) => Effect.fail(unreachable(error))))

/** What the browser is told of its client: only that it wants to speak WebSocket. */
const ofWebSocket = /^(connection|upgrade|sec-websocket-)/

const askFor = (
  { headers, method }: RequestHead,
  { host, path }: Passage,
  isPassedOn: (name: string) => boolean
): string =>
  [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    ...Object.entries(headers).flatMap(([name, value]) =>
      value !== undefined && name !== "host" && isPassedOn(name) ? [`${name}: ${value}`] : []
    ),
    "\r\n"
  ].join("\r\n")

/** Lets client and server talk to each other, as long as the session lives. */
const connect =
  (
    session: SessionRecord,
    request: RequestHead,
    passage: Effect.Effect<Passage, NotAdmitted, Scope.Scope>,
    isPassedOn: (name: string) => boolean
  ): UpgradeHandler =>
  ({ head, socket }) =>
    used(
      session,
      Effect.flatMap(passage, (found) =>
        Effect.suspend(() => {
          const stream: Duplex = found.stream
          stream.write(askFor(request, found, isPassedOn), "latin1")
          if (head.byteLength > 0) stream.write(head)
          return tunnel(socket, stream)
        })
      )
    ).pipe(
      Effect.scoped,
      Effect.interruptible,
      Effect.forkIn(session.scope),
      Effect.flatMap((fiber) => Effect.onInterrupt(Fiber.join(fiber), () => Fiber.interrupt(fiber)))
    )

export const makeDoors = (state: State): Pick<Doors, "upgrade" | "forward" | "socket"> => ({
  socket: (request) =>
    isSocketUrl(request.url) ? Option.some(makeSocketDoor(state)(request)) : Option.none(),
  upgrade: (request) =>
    Effect.gen(function* () {
      const [, token = "", port, path = "/", query = ""] = socketUrl.exec(request.url) ?? []
      if (token === "" || request.headers["upgrade"]?.toLowerCase() !== "websocket") return yield* nowhere
      const session = yield* findByToken(state, token)
      if (port !== undefined) {
        return connect(session, request, toPort(state, token, Number(port), path + query), () => true)
      }
      return path === "/"
        ? connect(session, request, toBrowser(session), (name) => ofWebSocket.test(name))
        : yield* nowhere
    }),
  forward: ({ url }) => {
    const [, token = "", port = "", path = "/", query = ""] = requestUrl.exec(url) ?? []
    return token === "" ? Option.none() : Option.some(toPort(state, token, Number(port), path + query))
  }
})
