/** Contexts of a session, as clients ask for them; and those whose files it has in common with others. */
import type { PersistenceData } from "@effect-agentbay/core/SessionActions"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { contextName } from "./contexts.js"
import { done, type Handlers } from "./handler.js"
import { fillMounts, used } from "./lifecycle.js"
import { readPolicy } from "./policy.js"
import { invalidParameter, type Refusal, refusal } from "./refusal.js"
import {
  findContext,
  findRunning,
  findSession,
  type Live,
  type Mount,
  type State,
  timestamp
} from "./state.js"
import type { CallTool } from "./toolCalls.js"
import { followContext, leadContext } from "./transfers.js"

const trimmed = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, "") : path)

/** Files of a context that is mounted are named from its own root, wherever sessions mount it. */
const livePolicy = (sourcePath: string) =>
  readPolicy({ mappingPolicy: { path: `/${sourcePath.replace(/^\/+|\/+$/g, "")}` } })

export const mountOf = (data: typeof PersistenceData.Type, nowMs: number): Effect.Effect<Mount, Refusal> => {
  const { contextId, mountConfig, policy, type } = data
  const path = trimmed(data.path)
  const common = { contextId, path, known: new Set<string>(), boundMs: nowMs }
  if (type !== "mount") {
    const policyText = policy === undefined ? undefined : JSON.stringify(policy)
    return Effect.succeed({ ...common, policy: readPolicy(policy), policyText })
  }
  const { accessMode = "readWrite", sourcePath = "" } = mountConfig ?? {}
  if (accessMode !== "readWrite" && accessMode !== "readOnly") {
    return Effect.fail(invalidParameter("AccessMode", "it must be readWrite or readOnly"))
  }
  return /[*?[\]]/.test(sourcePath) || sourcePath.split("/").includes("..")
    ? Effect.fail(invalidParameter("SourcePath", "it must not contain .. or wildcards"))
    : Effect.succeed({
        ...common,
        policy: livePolicy(sourcePath),
        live: { access: accessMode, seen: new Map() }
      })
}

export const mountsOf = (list: ReadonlyArray<typeof PersistenceData.Type> | undefined) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.forEach(list ?? [], (data) => mountOf(data, now)))

/** Calls of tools, around which sessions see the files that they have in common. */
export const withMounts =
  (state: State, callTool: CallTool): CallTool =>
  (session, request) => {
    const call = used(session, callTool(session, request))
    if (session.mounts.every(({ live }) => live === undefined)) return call
    const each = (work: (mount: Mount, live: Live) => Effect.Effect<void, string>) =>
      Effect.forEach(
        session.mounts,
        (mount) => (mount.live === undefined ? Effect.void : Effect.ignore(work(mount, mount.live))),
        { discard: true }
      )
    return each((mount, { access, seen }) =>
      followContext(state, session, mount, seen, access === "readOnly")
    ).pipe(
      Effect.zipRight(call),
      Effect.zipLeft(
        each((mount, { access, seen }) =>
          access === "readWrite" ? leadContext(state, session, mount, seen) : Effect.void
        )
      )
    )
  }

export const mountHandlers = (state: State): Handlers<"BindContexts" | "DescribeSessionContexts"> => ({
  BindContexts: ({ persistenceDataList, sessionId }) =>
    Effect.gen(function* () {
      const session = yield* findRunning(state, sessionId)
      const mounts = yield* mountsOf(persistenceDataList)
      const paths = session.mounts.map(({ path }) => path)
      for (const { contextId, path } of mounts) {
        yield* findContext(state, contextId)
        if (paths.includes(path))
          return yield* refusal(400, "PathAlreadyBound", `The path ${path} is already bound.`)
        paths.push(path)
      }
      session.mounts = [...session.mounts, ...mounts]
      yield* fillMounts(state, session, mounts)
      return done
    }),

  DescribeSessionContexts: ({ sessionId }) =>
    Effect.flatMap(findSession(state, sessionId), ({ createdMs, mounts }) =>
      Effect.map(
        Effect.forEach(mounts, ({ boundMs, contextId, path, policyText }) =>
          Effect.map(contextName(state, contextId), (name) => ({
            contextId,
            contextName: Option.some(name),
            path,
            policy: Option.fromNullable(policyText),
            bindTime: Option.some(timestamp(boundMs ?? createdMs))
          }))
        ),
        (data) => ({ data })
      )
    )
})
