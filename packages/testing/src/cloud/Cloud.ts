/**
 * The cloud without the cloud: sessions, contexts, labels, links, networks and tools as one state machine, which
 * reads requests and writes answers with the same contract as the client. It does no I/O of its own and takes all
 * time from `Clock`.
 *
 * @since 0.1.0
 */

import { randomBytes } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type { AndroidState } from "../machine/Android.js"
import type { DesktopState } from "../machine/Desktop.js"
import { Machines } from "../machine/Machine.js"
import type { ContextView, SessionView, TestCloud } from "../TestCloud.js"
import type { Agents } from "./AgentScript.js"
import type { Call } from "./Call.js"
import { ContextStore } from "./ContextStore.js"
import type { Doors } from "./Gateway.js"
import { withoutBuckets } from "./internal/buckets.js"
import { makeDoors } from "./internal/doors.js"
import { makeFaults } from "./internal/faults.js"
import { makeGateway } from "./internal/gateway.js"
import { randomIdentifiers, sequentialIdentifiers } from "./internal/ids.js"
import { isMobileImage } from "./internal/images.js"
import { makeJournal } from "./internal/journal.js"
import { endNow } from "./internal/lifecycle.js"
import { makeMemory } from "./internal/memoryStore.js"
import { withMounts } from "./internal/mounts.js"
import { makeObjectHandle } from "./internal/objectHandle.js"
import { makePictures } from "./internal/pictures.js"
import { makeScripts } from "./internal/scripts.js"
import { settingsOf } from "./internal/settings.js"
import { skillOf } from "./internal/skills.js"
import { type State, statusAt } from "./internal/state.js"
import { makeCallTool } from "./internal/toolCalls.js"
import { makeToolLists } from "./internal/toolList.js"
import { makeTraffic } from "./internal/traffic.js"

/**
 * A skill. A session that loads it has it in `/home/wuying/skills/<name>`: `SKILL.md`, which begins with name and
 * description, and the other files, by their paths in that directory.
 *
 * @since 0.1.0
 * @category models
 */
export interface SkillOptions {
  /** Letters, digits, `-` and `_`. */
  readonly name: string
  readonly description: string
  /** Default `sk_<name>`. */
  readonly id?: string | undefined
  /** What `SKILL.md` says, in Markdown. Default: nothing. */
  readonly instructions?: string | undefined
  readonly files?: Readonly<Record<string, string>> | undefined
}

/**
 * How the cloud behaves. Every delay is zero by default, so that nothing has to be waited for.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The only api key that is accepted. Default: any key that is not empty. */
  readonly apiKey?: string | Redacted.Redacted | undefined
  /**
   * Whether sessions come with a link, a token and a tool list, as in the newer generations of the service; without
   * them, tools are called through the API. Default true.
   */
  readonly links?: boolean | undefined
  /** Whether sessions come with a live channel (`WsUrl`, and a token for it). Default: what `links` says. */
  readonly channels?: boolean | undefined
  /** How long `DeleteSessionAsync` takes; meanwhile the session is `DELETING`. Default 0: it has ended at once. */
  readonly deletionDelay?: Duration.DurationInput | undefined
  /** How long pausing and resuming take; meanwhile the session is `PAUSING` or `RESUMING`. Default 0. */
  readonly transitionDelay?: Duration.DurationInput | undefined
  /** How long transfers between contexts and sessions are listed as `Running` before they happen. Default 0. */
  readonly syncDelay?: Duration.DurationInput | undefined
  /** How long a context is `clearing`. Default 0. */
  readonly clearingDelay?: Duration.DurationInput | undefined
  /** How long presigned URLs work. Default 1 hour. */
  readonly urlLifetime?: Duration.DurationInput | undefined
  /** The buckets of the object store. Default: any that is named, made when it is first used. */
  readonly buckets?: ReadonlyArray<string> | undefined
  /** What agents do with their tasks. Default: see `AgentScript.Agents`. */
  readonly agents?: Agents | undefined
  /** The skills of the account, which sessions load. Default: none. */
  readonly skills?: ReadonlyArray<SkillOptions> | undefined
  /**
   * HTML by URL: what the in-memory browser finds there, and nothing else. A URL without a query is found whatever the
   * query. A real browser looks at the network.
   */
  readonly pages?: Readonly<Record<string, string>> | undefined
  /** How long tasks of the browser's operator run before they have a result. Default 0. */
  readonly pageTaskDelay?: Duration.DurationInput | undefined
  /** Session ids begin with this. Default `s-`. */
  readonly idPrefix?: string | undefined
  /** Calls that the journal keeps, the latest ones. Default 10,000. */
  readonly journalLimit?: number | undefined
  /** Characters that the journal keeps of each text. Default: all. */
  readonly journalTextLimit?: number | undefined
  /** Told of every call when it has ended. */
  readonly onCall?: ((call: Call) => Effect.Effect<void>) | undefined
}

/**
 * Where this cloud is reached.
 *
 * @since 0.1.0
 * @category models
 */
export interface Place {
  /** Base of the links and presigned URLs it hands out, without a slash at the end. */
  readonly base: string
  /** Base of live channels, where it is another one. */
  readonly sockets?: string | undefined
  /** The address of the n-th VPC session. */
  readonly vpc: (n: number) => { readonly ip: string; readonly port: number }
  /** `random` ids and tokens cannot be guessed; `sequential` ones are the same in every run. */
  readonly identifiers: "random" | "sequential"
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Cloud extends Context.Tag("@effect-agentbay/testing/Cloud")<Cloud, Cloud.Service>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace Cloud {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service extends Doors {
    readonly handle: TestCloud.Service
    /** False for the address (`ip:port`) of a VPC session that has ended. */
    readonly isListening: (host: string) => boolean
  }
}

/** As a browser writes it. */
const pageKey = (url: string): string => (URL.canParse(url) ? new URL(url).href : url)

const makeState = (
  options: Options,
  place: Place,
  scope: Scope.Scope
): Effect.Effect<State, never, Machines | ContextStore> =>
  Effect.gen(function* () {
    const prefix = options.idPrefix ?? "s-"
    const settings = settingsOf(options)
    const ids = place.identifiers === "random" ? randomIdentifiers(prefix) : sequentialIdentifiers(prefix)
    const secret = randomBytes(32)
    let sequence = 0
    return {
      settings,
      addresses: place,
      ids,
      machines: yield* Machines,
      toolLists: makeToolLists(),
      store: withoutBuckets(yield* ContextStore),
      buckets: new Set(),
      agents: options.agents,
      scope,
      secret,
      pictures: makePictures({
        base: place.base,
        lifetimeMs: settings.urlLifetimeMs,
        secret,
        requestId: ids.requestId
      }),
      sessions: new Map(),
      vpcByToken: new Map(),
      links: new Map(),
      closedHosts: new Set(),
      ended: new Map(),
      networks: new Map(),
      clearing: new Map(),
      skills: (options.skills ?? []).map(skillOf),
      boundSkills: new Map(),
      volumes: new Map(),
      volumeStore: makeMemory(),
      pages: new Map(Object.entries(options.pages ?? {}).map(([url, html]) => [pageKey(url), html])),
      traffic: makeTraffic(settings.journalLimit),
      nextSequence: () => {
        sequence += 1
        return sequence
      }
    }
  })

const sessionViews = (state: State): Effect.Effect<ReadonlyArray<SessionView>> =>
  Effect.map(Clock.currentTimeMillis, (now) =>
    Array.from(state.sessions.values(), (session) => ({
      sessionId: session.id,
      imageId: session.imageId,
      labels: session.labels,
      status: statusAt(session, now),
      createdMs: session.createdMs
    }))
  )

const contextViews = (state: State): Effect.Effect<ReadonlyArray<ContextView>> =>
  Effect.flatMap(state.store.contexts, (contexts) =>
    Effect.forEach(
      contexts.filter(({ internal }) => !internal),
      ({ id, name }) =>
        Effect.map(state.store.files(id), (files) => ({
          contextId: id,
          name,
          files: files.map(({ path }) => path)
        }))
    )
  )

/** Only a model can be looked into, and looking must not start a real screen. */
const desktopState = (state: State, sessionId: string): Effect.Effect<Option.Option<DesktopState>> => {
  const session = state.sessions.get(sessionId)
  return session === undefined || session.machine.kind !== "memory" || isMobileImage(session.imageId)
    ? Effect.succeedNone
    : Effect.flatMap(session.machine.desktop, ({ inspect }) =>
        inspect === undefined ? Effect.succeedNone : Effect.asSome(inspect)
      ).pipe(Effect.orElseSucceed(Option.none))
}

const androidState = (state: State, sessionId: string): Effect.Effect<Option.Option<AndroidState>> => {
  const machine = state.sessions.get(sessionId)?.machine
  return machine === undefined
    ? Effect.succeedNone
    : Effect.flatMap(machine.android, ({ inspect }) => Effect.asSome(inspect)).pipe(
        Effect.orElseSucceed(Option.none)
      )
}

/**
 * Makes a cloud. Closing the scope ends every session, uploading what its contexts ask for.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options,
  place: Place
): Effect.Effect<Cloud.Service, never, Machines | ContextStore | Scope.Scope> =>
  Effect.gen(function* () {
    // Sessions and calls live in a scope of their own, which is closed only when the sessions were ended in order.
    const scope = yield* Scope.make()
    const state = yield* makeState(options, place, scope)
    const faults = makeFaults()
    const scripts = makeScripts()
    const journal = makeJournal(state.settings, options.onCall ?? (() => Effect.void))
    const gateway = makeGateway({
      state,
      faults,
      journal,
      callTool: withMounts(state, scripts.wrap(makeCallTool()))
    })
    yield* Effect.addFinalizer((exit) =>
      Effect.forEach([...state.sessions.values()], (session) => endNow(state, session), {
        concurrency: "unbounded",
        discard: true
      }).pipe(Effect.ensuring(Effect.zipRight(gateway.close, Scope.close(scope, exit))))
    )
    const handle: TestCloud.Service = {
      journal: Effect.sync(journal.calls),
      clearJournal: Effect.sync(() => {
        journal.clear()
        state.traffic.clear()
      }),
      sessions: sessionViews(state),
      endedSessions: Effect.sync(() =>
        Array.from(state.ended.values(), ({ id, ...session }) => ({
          ...session,
          sessionId: id,
          status: "FINISH" as const
        }))
      ),
      machine: (sessionId) => Effect.sync(() => Option.fromNullable(state.sessions.get(sessionId)?.machine)),
      desktop: (sessionId) => desktopState(state, sessionId),
      android: (sessionId) => androidState(state, sessionId),
      contexts: contextViews(state),
      contextFile: (contextId, path) =>
        Effect.map(
          state.store.read(contextId, path),
          Option.map(({ content }) => content)
        ),
      putContextFile: (contextId, path, content) =>
        Effect.asVoid(state.store.write(contextId, [{ path, content }])),
      ...makeObjectHandle(state),
      setAgents: (agents) =>
        Effect.sync(() => {
          state.agents = agents
        }),
      setNetworkOnline: (networkId, online) =>
        Effect.sync(() => {
          const network = state.networks.get(networkId)
          if (network !== undefined) network.online = online
        }),
      setPage: (url, html) => Effect.sync(() => state.pages.set(pageKey(url), html)),
      scriptTool: (tool, script) => Effect.sync(() => scripts.set(tool, script)),
      clearScripts: Effect.sync(scripts.clear),
      fail: (target, fault, rule) => Effect.sync(() => faults.arm({ target, fault, ...rule })),
      clearFaults: Effect.sync(() => {
        faults.clear()
        state.traffic.clearFaults()
      }),
      frames: Effect.sync(state.traffic.frames),
      failSocket: (target, fault, rule) => Effect.sync(() => state.traffic.arm({ target, fault, ...rule })),
      sockets: Effect.sync(() =>
        Array.from(state.sessions.values()).flatMap(({ id, sockets }) => Array.from(sockets.live, () => id))
      ),
      dropSockets: (sessionId) =>
        Effect.suspend(() => state.sessions.get(sessionId)?.sockets.dropAll ?? Effect.void),
      push: (sessionId, target, data) =>
        Effect.suspend(() => state.sessions.get(sessionId)?.sockets.push(target, data) ?? Effect.void),
      notifyBrowser: (sessionId, news, { maxWait } = {}) =>
        Effect.suspend(
          () =>
            state.sessions.get(sessionId)?.browserNews.say(news, maxWait) ?? Effect.succeed("off" as const)
        )
    }
    return {
      ...makeDoors(state),
      gateway: gateway.serve,
      handle,
      isListening: (host) => !state.closedHosts.has(host)
    }
  })
