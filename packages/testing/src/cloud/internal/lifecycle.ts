/** The birth and the end of a session. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { makeAgentTasks } from "./agentTasks.js"
import { makeBrowserNews } from "./browserNews.js"
import { makePageTasks } from "./pageTasks.js"
import { type Refusal, refusal } from "./refusal.js"
import { makeSessionSockets } from "./sessionSockets.js"
import { makeSessionStorage } from "./sessionStorage.js"
import { putSkills, type Skill } from "./skills.js"
import { type EndReason, type Limits, type Mount, type SessionRecord, type State, statusAt } from "./state.js"
import { start } from "./tasks.js"
import { downloadMount, requireContext, touchContexts, uploadMount } from "./transfers.js"
import { fillVolume, keepVolume } from "./volumes.js"

/** Sessions that have ended are remembered up to this number, the latest ones. */
const endedLimit = 1_000

const uploadAll = (state: State, session: SessionRecord) =>
  Effect.forEach(
    session.mounts.filter(({ live, policy }) => policy.autoUpload && live?.access !== "readOnly"),
    // Nobody asks any more whether it failed.
    (mount) => Effect.ignore(uploadMount(state, session, mount)),
    { discard: true }
  )

const closeBrowser = ({ machine, mounts }: SessionRecord): Effect.Effect<void> =>
  mounts.some(({ policy }) => policy.autoUpload)
    ? Effect.ignore(Effect.flatMap(machine.browser, ({ stop }) => stop))
    : Effect.void

const finish = (state: State, session: SessionRecord, endReason: EndReason): Effect.Effect<void> =>
  Effect.gen(function* () {
    // Two deletions may meet here; the second finds nothing left to do.
    if (state.sessions.get(session.id) !== session) return
    // What a browser keeps is complete when it has closed, and not before.
    yield* closeBrowser(session)
    yield* uploadAll(state, session)
    yield* keepVolume(state, session)
    const endedMs = yield* Clock.currentTimeMillis
    if (!state.sessions.delete(session.id)) return
    // From one moment to the next: no question falls between the two.
    state.ended.set(session.id, {
      id: session.id,
      imageId: session.imageId,
      createdMs: session.createdMs,
      endedMs,
      endReason,
      labels: session.labels
    })
    state.vpcByToken.delete(session.token)
    if (session.linkToken !== undefined) state.links.delete(session.linkToken)
    if (session.address !== undefined) state.closedHosts.add(`${session.address.ip}:${session.address.port}`)
    yield* Scope.close(session.scope, Exit.void)
    if (session.fileTransferContextId !== undefined) yield* state.store.remove(session.fileTransferContextId)
    yield* touchContexts(
      state,
      session.mounts.map(({ contextId }) => contextId)
    )
    const oldest = state.ended.keys().next()
    if (state.ended.size > endedLimit && oldest.done === false) state.ended.delete(oldest.value)
  })

/** Ends a session at once, whatever its status. */
export const endNow = (
  state: State,
  session: SessionRecord,
  reason: EndReason = "Released"
): Effect.Effect<void> =>
  Effect.suspend(() => {
    session.status = "DELETING"
    session.untilMs = Number.POSITIVE_INFINITY
    return Effect.uninterruptible(finish(state, session, reason))
  })

/** Starts to end a session; without a delay it has ended when this has. */
export const end = (state: State, session: SessionRecord, delayMs: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (delayMs === 0) return endNow(state, session)
    if (session.status === "DELETING") return Effect.void
    session.status = "DELETING"
    session.untilMs = Number.POSITIVE_INFINITY
    return Effect.asVoid(
      Effect.forkIn(Effect.zipRight(Effect.sleep(delayMs), endNow(state, session)), state.scope)
    )
  })

/** Every call counts as use while it runs, and when it ends. */
export const used = <A, E, R>(
  { use }: Pick<SessionRecord, "use">,
  work: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      use.running += 1
    }),
    () => work,
    () =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        use.running -= 1
        use.lastMs = now
      })
  )

/** A paused session is not idle: nobody could use it. */
const isIdleAt = ({ status, use }: SessionRecord, now: number): boolean =>
  use.running === 0 && status === "RUNNING" && now - use.lastMs >= use.limits.idleMs

const watchLife = (state: State, session: SessionRecord): Effect.Effect<void> => {
  const { createdMs, use } = session
  const { idleMs, runtimeMs } = use.limits
  const watch: Effect.Effect<void> = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    if (state.sessions.get(session.id) !== session) return Effect.void
    if (now - createdMs >= runtimeMs) return endNow(state, session, "MaxRuntime")
    if (isIdleAt(session, now)) return endNow(state, session, "IdleTimeout")
    const idleLeft = session.use.lastMs + idleMs - now
    const left = Math.min(createdMs + runtimeMs - now, idleLeft > 0 ? idleLeft : idleMs)
    return Effect.zipRight(Effect.sleep(left), watch)
  })
  return idleMs === Number.POSITIVE_INFINITY && runtimeMs === Number.POSITIVE_INFINITY
    ? Effect.void
    : Effect.asVoid(Effect.forkIn(Effect.interruptible(watch), state.scope))
}

export interface Birth {
  readonly limits: Limits
  readonly imageId: string
  readonly labels: Readonly<Record<string, string>>
  readonly isVpc: boolean
  readonly mounts: ReadonlyArray<Mount>
  readonly skills: ReadonlyArray<Skill>
  readonly volume: Mount | undefined
}

/** Starts to copy. A row for every mount, because clients wait for one even where nothing is to be copied. */
export const fillMounts = (state: State, session: SessionRecord, mounts: ReadonlyArray<Mount>) =>
  start(
    state,
    session,
    mounts.map((mount) => ({
      contextId: mount.contextId,
      path: mount.path,
      direction: "download" as const,
      work: mount.policy.autoDownload
        ? downloadMount(state, session, mount)
        : requireContext(state, mount.contextId)
    }))
  )

/** Makes a session with its machine and starts to fill its mounts. */
export const begin = (state: State, birth: Birth): Effect.Effect<SessionRecord, Refusal> =>
  Effect.gen(function* () {
    const id = state.ids.sessionId()
    const scope = yield* Scope.fork(state.scope, ExecutionStrategy.sequential)
    const machine = yield* state.machines
      .make({ sessionId: id, imageId: birth.imageId, page: (url) => state.pages.get(url) })
      .pipe(
        Scope.extend(scope),
        Effect.tapErrorCause((cause) => Scope.close(scope, Exit.failCause(cause))),
        Effect.mapError((error) => refusal(503, "ServiceUnavailable.Machine", error.message))
      )
    const sequence = state.nextSequence()
    const createdMs = yield* Clock.currentTimeMillis
    const sockets = makeSessionSockets(state.ids.requestId)
    const session: SessionRecord = {
      id,
      sequence,
      imageId: birth.imageId,
      createdMs,
      token: state.ids.token(),
      address: birth.isVpc ? state.addresses.vpc(sequence) : undefined,
      machine,
      scope,
      mounts: birth.mounts,
      volume: birth.volume,
      labels: birth.labels,
      status: "RUNNING",
      untilMs: 0,
      tasks: new Map(),
      linkToken: undefined,
      fileTransferContextId: undefined,
      watched: new Map(),
      looking: Effect.unsafeMakeSemaphore(1),
      subscriptions: new Map(),
      pictures: state.pictures,
      pageTasks: makePageTasks(state.settings.pageTaskMs),
      terminals: new Map(),
      sockets,
      browserNews: makeBrowserNews(sockets),
      agents: makeAgentTasks(id, () => state.agents),
      storage: makeSessionStorage(state, machine),
      environment: { variables: new Map(), informed: new Set(), told: new Map() },
      use: { limits: birth.limits, running: 0, lastMs: createdMs },
      writes: new Map()
    }
    state.sessions.set(id, session)
    if (session.address !== undefined) state.vpcByToken.set(session.token, session)
    yield* touchContexts(
      state,
      birth.mounts.map(({ contextId }) => contextId)
    )
    yield* Effect.mapError(
      Effect.zipRight(fillVolume(state, session), putSkills(state, session, birth.skills)),
      (problem) => refusal(503, "ServiceUnavailable.Machine", problem)
    ).pipe(Effect.tapError(() => endNow(state, session)))
    yield* fillMounts(state, session, birth.mounts)
    yield* watchLife(state, session)
    return session
  })

/** Moves a session through a passing status into a lasting one. */
export const pass = (
  state: State,
  session: SessionRecord,
  passing: "PAUSING" | "RESUMING"
): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    session.status = passing
    session.untilMs = now + state.settings.transitionMs
    statusAt(session, now)
  })
