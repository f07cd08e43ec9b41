/** Sessions: created, read, listed, paused, ended; and their labels. */
import type * as Action from "@effect-agentbay/core/Action"
import type { ActionByName } from "@effect-agentbay/core/Actions"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { contextName } from "./contexts.js"
import { done, type Handlers } from "./handler.js"
import { defaultImage } from "./images.js"
import { begin, end, endNow, pass, used } from "./lifecycle.js"
import { mountsOf } from "./mounts.js"
import { pageOf, pageSize, readPageToken } from "./paging.js"
import { invalidParameter, type Refusal, refusal, sessionNotFound } from "./refusal.js"
import { findSkills } from "./skills.js"
import { socketUrlOf } from "./sockets.js"
import {
  findInStatus,
  findRunning,
  findSession,
  type Limits,
  type SessionRecord,
  type State,
  statusAt
} from "./state.js"
import { mountOfVolume } from "./volumes.js"

/** What leads to a session: the same in the answers of creation and of reading. */
const connectionOf = (state: State, session: SessionRecord) => {
  const { address } = session
  const { base } = state.addresses
  const linked = state.settings.links
  return {
    sessionId: Option.some(session.id),
    success: Option.some(true),
    resourceUrl: Option.some(`${base}/resource/${session.id}`),
    appInstanceId: Option.some(`ai-${session.id}`),
    resourceId: Option.some(`p-${session.id}`),
    token:
      linked || state.settings.channels || address !== undefined
        ? Option.some(session.token)
        : Option.none<string>(),
    linkUrl: linked ? Option.some(`${base}/link/${session.id}`) : Option.none<string>(),
    wsUrl: state.settings.channels ? Option.some(socketUrlOf(state, session.id)) : Option.none<string>(),
    networkInterfaceIp: Option.map(Option.fromNullable(address), ({ ip }) => ip),
    httpPort: Option.map(Option.fromNullable(address), ({ port }) => String(port)),
    vpcIp: Option.map(Option.fromNullable(address), ({ ip }) => ip),
    vpcId: Option.map(Option.fromNullable(address), () => "vpc-local"),
    vpcResource: Option.some(address !== undefined),
    toolList: linked ? Option.some(state.toolLists.of(session.imageId)) : Option.none()
  }
}

/** A session that may be ended: a paused one must be resumed first; ending one twice is fine. */
const findEndable = (state: State, sessionId: string): Effect.Effect<SessionRecord, Refusal> =>
  Effect.flatMap(findSession(state, sessionId), (session) =>
    session.status === "DELETING" ? Effect.succeed(session) : findRunning(state, sessionId)
  )

/** `Timeout` counts minutes when a maximum stands beside it, and seconds otherwise. */
const limitsOf = ({
  manualRelease,
  maxRuntime,
  timeout
}: Pick<
  Action.Action.Request<ActionByName<"CreateMcpSession">>,
  "timeout" | "maxRuntime" | "manualRelease"
>): Effect.Effect<Limits, Refusal> => {
  const never = Number.POSITIVE_INFINITY
  if (manualRelease === true) return Effect.succeed({ idleMs: never, runtimeMs: never })
  for (const [name, value] of [
    ["Timeout", timeout],
    ["MaxRuntime", maxRuntime]
  ] as const) {
    if (value !== undefined && value < 1) {
      return Effect.fail(invalidParameter(name, "it must be a whole number of at least 1"))
    }
  }
  const unitMs = maxRuntime === undefined ? 1000 : 60_000
  return Effect.succeed({
    idleMs: timeout === undefined ? never : timeout * unitMs,
    runtimeMs: maxRuntime === undefined ? never : maxRuntime * 60_000
  })
}

const hasLabels = (session: SessionRecord, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([key, value]) => session.labels[key] === value)

export const sessionHandlers = (
  state: State
): Handlers<
  | "CreateMcpSession"
  | "GetSession"
  | "GetSessionDetail"
  | "ListSession"
  | "ReleaseMcpSession"
  | "DeleteSessionAsync"
  | "PauseSessionAsync"
  | "ResumeSessionAsync"
  | "RefreshSessionIdleTime"
  | "SetLabel"
  | "GetLabel"
> => ({
  CreateMcpSession: (request) =>
    Effect.gen(function* () {
      if (
        request.networkId !== undefined &&
        request.networkId !== "" &&
        !state.networks.has(request.networkId)
      ) {
        return yield* refusal(
          400,
          "InvalidNetwork.NotFound",
          `The network ${request.networkId} cannot be found.`
        )
      }
      const session = yield* begin(state, {
        imageId: request.imageId === undefined || request.imageId === "" ? defaultImage : request.imageId,
        labels: request.labels ?? {},
        isVpc: request.vpcResource === true,
        skills: request.loadSkill === true ? yield* findSkills(state, "Skills", request.skills) : [],
        volume: yield* mountOfVolume(state, request.volumeId),
        mounts: yield* mountsOf(request.persistenceDataList),
        limits: yield* limitsOf(request)
      })
      return { data: { ...connectionOf(state, session), errMsg: "" } }
    }),

  GetSession: ({ sessionId }) =>
    Effect.gen(function* () {
      const session = yield* findSession(state, sessionId)
      const status = statusAt(session, yield* Clock.currentTimeMillis)
      const contexts = yield* Effect.forEach(
        new Set(session.mounts.map(({ contextId }) => contextId)),
        (id) => Effect.map(contextName(state, id), (name) => ({ id, name }))
      )
      return { data: { ...connectionOf(state, session), status: Option.some(status), contexts } }
    }),

  GetSessionDetail: ({ sessionId }) =>
    Effect.gen(function* () {
      const live = state.sessions.get(sessionId)
      const ended = state.ended.get(sessionId)
      const found = live ?? ended
      if (found === undefined) return yield* sessionNotFound(sessionId)
      const status = live === undefined ? "FINISH" : statusAt(live, yield* Clock.currentTimeMillis)
      return {
        data: {
          status: Option.some(status),
          aliuid: Option.none(),
          apikeyId: Option.none(),
          appInstanceGroupId: Option.none(),
          appInstanceId: Option.some(`ai-${sessionId}`),
          appUserId: Option.none(),
          bizType: Option.none(),
          endReason: live === undefined ? Option.fromNullable(ended?.endReason) : Option.none(),
          id: Option.none(),
          imageId: Option.some(found.imageId),
          imageType: Option.none(),
          isDeleted: Option.some(live === undefined ? 1 : 0),
          policyId: Option.none(),
          regionId: Option.none(),
          resourceConfigId: Option.none()
        }
      }
    }),

  ListSession: (request) =>
    Effect.gen(function* () {
      const size = yield* pageSize("MaxResults", request.maxResults)
      const after = yield* readPageToken(state.secret, request.nextToken)
      const now = yield* Clock.currentTimeMillis
      const wanted = (text: string | undefined, value: string) =>
        text === undefined || text === "" || text === value
      const matching = Array.from(state.sessions.values()).filter(
        (session) =>
          hasLabels(session, request.labels) &&
          wanted(request.status, statusAt(session, now)) &&
          wanted(request.imageId, session.imageId)
      )
      const page = pageOf(state.secret, matching, {
        key: ({ sequence }) => String(sequence),
        isAfter: ({ sequence }, key) => sequence > Number(key),
        after,
        size
      })
      return {
        data: page.items.map((session) => ({
          sessionId: session.id,
          sessionStatus: Option.some(session.status),
          appInstanceId: Option.some(`ai-${session.id}`),
          imageId: Option.some(session.imageId)
        })),
        nextToken: page.nextToken ?? "",
        maxResults: size,
        totalCount: matching.length
      }
    }),

  ReleaseMcpSession: ({ sessionId }) =>
    Effect.as(
      Effect.flatMap(findEndable(state, sessionId), (session) => endNow(state, session)),
      done
    ),

  DeleteSessionAsync: ({ sessionId }) =>
    Effect.as(
      Effect.flatMap(findEndable(state, sessionId), (session) =>
        end(state, session, state.settings.deletionMs)
      ),
      done
    ),

  PauseSessionAsync: ({ sessionId }) =>
    Effect.as(
      Effect.flatMap(findInStatus(state, sessionId, "RUNNING"), (session) => pass(state, session, "PAUSING")),
      done
    ),

  ResumeSessionAsync: ({ sessionId }) =>
    Effect.as(
      Effect.flatMap(findInStatus(state, sessionId, "PAUSED"), (session) => pass(state, session, "RESUMING")),
      done
    ),

  RefreshSessionIdleTime: ({ sessionId }) =>
    Effect.flatMap(findRunning(state, sessionId), (session) => Effect.as(used(session, Effect.void), done)),

  SetLabel: ({ labels, sessionId }) =>
    Effect.map(findSession(state, sessionId), (session) => {
      session.labels = labels
      return done
    }),

  GetLabel: ({ sessionId }) =>
    Effect.map(findSession(state, sessionId), (session) => ({
      data: { labels: Option.some(JSON.stringify(session.labels)) },
      nextToken: "",
      maxResults: Object.keys(session.labels).length,
      totalCount: Object.keys(session.labels).length
    }))
})
