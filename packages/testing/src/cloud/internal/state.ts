/** What the cloud knows: sessions, networks, and the store of contexts. */

import type { SyncTask } from "@effect-agentbay/core/ContextActions"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Machine, Machines, Terminal } from "../../machine/Machine.js"
import type { Agents } from "../AgentScript.js"
import type { ContextStore } from "../ContextStore.js"
import type { AgentTasks } from "./agentTasks.js"
import type { BrowserNewsDesk } from "./browserNews.js"
import type { Look, Writes } from "./fileChanges.js"
import type { Identifiers } from "./ids.js"
import type { PageTasks } from "./pageTasks.js"
import type { Pictures } from "./pictures.js"
import type { SyncPolicy } from "./policy.js"
import { contextNotFound, type Refusal, sessionNotFound, wrongStatus } from "./refusal.js"
import type { SessionSockets } from "./sessionSockets.js"
import type { SessionStorage } from "./sessionStorage.js"
import type { Settings } from "./settings.js"
import type { Skill } from "./skills.js"
import type { ToolLists } from "./toolList.js"
import type { Traffic } from "./traffic.js"

export type LiveStatus = "RUNNING" | "PAUSING" | "PAUSED" | "RESUMING" | "DELETING"

/** `seen` are the files, by relative path and tag, which both sides have. */
export interface Live {
  readonly access: "readWrite" | "readOnly"
  readonly seen: Map<string, string>
}

/**
 * A context at a path of a session. `known` are the files both sides have had: only their loss is a deletion. Of a
 * `live` one both sides are the same before and after every call of a tool; a session that may only read it does not
 * change the context.
 */
export interface Mount {
  readonly contextId: string
  readonly path: string
  readonly policy: SyncPolicy
  readonly known: Set<string>
  readonly live?: Live | undefined
  /** As the client wrote it. */
  readonly policyText?: string | undefined
  readonly boundMs?: number | undefined
}

export interface SessionRecord {
  readonly id: string
  /** Counts the sessions of this cloud; pages of a listing are cut by it. */
  readonly sequence: number
  readonly imageId: string
  readonly createdMs: number
  readonly token: string
  readonly address: { readonly ip: string; readonly port: number } | undefined
  readonly machine: Machine
  readonly scope: Scope.CloseableScope
  mounts: ReadonlyArray<Mount>
  /** Where the files of its volume are, when it was created with one. */
  readonly volume: Mount | undefined
  labels: Readonly<Record<string, string>>
  status: LiveStatus
  /** When a passing status ends; 0 for a lasting one. */
  untilMs: number
  /** One per context, path and direction; the latest replaces earlier ones. */
  readonly tasks: Map<string, SyncTask>
  /** Opens the browser and the ports; made when a link is first asked for. */
  linkToken: string | undefined
  /** The context through which files travel; made when it is first asked for. */
  fileTransferContextId: string | undefined
  /** Directories that are asked for their changes, as they were the last time. */
  readonly watched: Map<string, Look>
  /** One look at a time. */
  readonly looking: Effect.Semaphore
  /** Directories whose changes are pushed, by connection and path; closing the scope ends it. */
  readonly subscriptions: Map<Scope.Scope, Map<string, Scope.CloseableScope>>
  readonly pictures: Pictures
  readonly pageTasks: PageTasks
  readonly agents: AgentTasks
  /** Its live channels. */
  readonly sockets: SessionSockets
  readonly browserNews: BrowserNewsDesk
  /** Those that run, by their id. */
  readonly terminals: Map<string, Terminal>
  readonly storage: SessionStorage
  readonly environment: Environment
  readonly use: Use
  readonly writes: Map<string, Writes>
}

/** When the cloud ends a session by itself; `Infinity` for never. */
export interface Limits {
  readonly idleMs: number
  readonly runtimeMs: number
}

/** How a session is used: by calls that run, and by those that have ended. */
export interface Use {
  readonly limits: Limits
  running: number
  lastMs: number
}

/** The variables of a session, which what starts in it sees. */
export interface Environment {
  readonly variables: Map<string, string>
  /** Interpreters that know the variables as they are; the others are told before they run anything. */
  readonly informed: Set<string>
  /** How often an interpreter was told, which its own count of runs includes. */
  readonly told: Map<string, number>
}

export type EndReason = "Released" | "IdleTimeout" | "MaxRuntime"

export interface EndedSession {
  readonly id: string
  readonly imageId: string
  readonly createdMs: number
  readonly endedMs: number
  readonly endReason: EndReason
  readonly labels: Readonly<Record<string, string>>
}

export interface NetworkRecord {
  readonly id: string
  token: string
  online: boolean
}

/** A volume; its files are those of the context with its id in the store of volumes. */
export interface VolumeRecord {
  readonly id: string
  readonly name: string
  readonly imageId: string
  readonly createdMs: number
}

/** Where the cloud is reached. */
export interface Addresses {
  /** Base of links, presigned URLs and everything else the cloud hands out; no slash at the end. */
  readonly base: string
  /** Base of live channels, where it is another one. */
  readonly sockets?: string | undefined
  /** The address of the n-th VPC session. */
  readonly vpc: (n: number) => { readonly ip: string; readonly port: number }
}

export interface State {
  readonly settings: Settings
  readonly addresses: Addresses
  readonly ids: Identifiers
  readonly machines: Machines.Service
  readonly toolLists: ToolLists
  readonly store: ContextStore.Service
  /** Ids of the buckets that are known to be in the store. */
  readonly buckets: Set<string>
  /** What agents do, unless they do the usual. */
  agents: Agents | undefined
  readonly scope: Scope.Scope
  /** Signs presigned URLs and page tokens. */
  readonly secret: Uint8Array
  readonly sessions: Map<string, SessionRecord>
  readonly vpcByToken: Map<string, SessionRecord>
  /** Sessions by the token of their links. */
  readonly links: Map<string, SessionRecord>
  /** Addresses of VPC sessions that have ended; without meaning where sessions share one address. */
  readonly closedHosts: Set<string>
  readonly ended: Map<string, EndedSession>
  readonly networks: Map<string, NetworkRecord>
  /** When the clearing of a context ends. */
  readonly clearing: Map<string, number>
  readonly skills: ReadonlyArray<Skill>
  /** Skills by the context they are bound to: for each its id, and the directory in which it is put. */
  readonly boundSkills: Map<string, Map<string, string>>
  readonly volumes: Map<string, VolumeRecord>
  readonly volumeStore: ContextStore.Service
  /** HTML by URL. */
  readonly pages: Map<string, string>
  readonly pictures: Pictures
  readonly traffic: Traffic
  readonly nextSequence: () => number
}

/** Status words as of now: passing ones end by the clock. */
export const statusAt = (session: SessionRecord, nowMs: number): LiveStatus => {
  if (session.untilMs <= nowMs) {
    if (session.status === "PAUSING") session.status = "PAUSED"
    if (session.status === "RESUMING") session.status = "RUNNING"
  }
  return session.status
}

/** A session that is there, in whatever status; one that is being deleted is not. */
export const findSession = (state: State, sessionId: string): Effect.Effect<SessionRecord, Refusal> =>
  Effect.suspend(() => {
    const session = state.sessions.get(sessionId)
    return session === undefined ? Effect.fail(sessionNotFound(sessionId)) : Effect.succeed(session)
  })

/** A session in this status; one that is being deleted counts as gone. */
export const findInStatus = (
  state: State,
  sessionId: string,
  needed: LiveStatus
): Effect.Effect<SessionRecord, Refusal> =>
  Effect.flatMap(findSession(state, sessionId), (session) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const status = statusAt(session, now)
      return status === needed
        ? Effect.succeed(session)
        : Effect.fail(
            status === "DELETING" ? sessionNotFound(sessionId) : wrongStatus(sessionId, status, needed)
          )
    })
  )

export const findRunning = (state: State, sessionId: string): Effect.Effect<SessionRecord, Refusal> =>
  findInStatus(state, sessionId, "RUNNING")

export const findContext = (state: State, contextId: string) =>
  Effect.flatMap(state.store.contexts, (contexts) => {
    const context = contexts.find(({ id }) => id === contextId)
    return context === undefined ? Effect.fail(contextNotFound(contextId)) : Effect.succeed(context)
  })

/** `2026-01-05T10:00:00Z` */
export const timestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
