/**
 * Keeps the one connection of a session: opens it when it is first needed, opens it anew while anything is subscribed,
 * closes it when nothing has needed it for a while.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ChannelError, ChannelUnavailable } from "../../AgentBayError.js"
import type { Push, SocketState } from "../../transport/SessionSocket.js"
import { routeOf } from "./frames.js"
import type { Link, PushFrame } from "./link.js"
import type { Sink } from "./sink.js"

type DialError = ChannelError | ChannelUnavailable

/** A connection that nobody uses is kept so long for the next one. */
const idleTime = Duration.seconds(10)

/** Whole milliseconds: a sleep of less than a nanosecond is none, and who looks again after it looks for ever. */
const sleepAtLeast = (millis: number): Effect.Effect<void> => Effect.sleep(Math.ceil(millis))

/** Half a second, a second, … half a minute; each up to a fifth shorter or longer, so that clients do not come at once. */
const backOff = Schedule.exponential("500 millis").pipe(
  Schedule.union(Schedule.spaced("30 seconds")),
  Schedule.jittered
)

/** Who asks for something cuts the wait short, but attempts are not made more often than this. */
const eagerMillis = 500

/** A connection that lived so long was a good one: the next loss begins with the shortest wait. */
const goodMillis = 30_000

/** A connection to come. */
interface Attempt {
  readonly link: Deferred.Deferred<Link, DialError>
  /** How many wait for it. */
  waiting: number
}

const makeAttempt = (): Attempt => ({ link: Deferred.unsafeMake(FiberId.none), waiting: 0 })

type Status =
  | { readonly _tag: "Idle" }
  /** Also while the end of the connection before is seen to: there is never more than one. */
  | { readonly _tag: "Connecting"; readonly attempt: Attempt }
  | { readonly _tag: "Open"; readonly link: Link; readonly next: Attempt }

export interface Supervisor {
  /** An open connection, for as long as the scope lives; fails when the attempt fails that it waited for. */
  readonly connect: Effect.Effect<Link, DialError, Scope.Scope>
  /** Receives what comes for a target from now on, whatever connection it comes by. */
  readonly attach: (target: string, sink: Sink) => Effect.Effect<void, never, Scope.Scope>
  readonly state: Stream.Stream<SocketState>
  /** For good: the connection is closed and nothing opens another one. */
  readonly close: Effect.Effect<void>
}

export const makeSupervisor = (options: {
  readonly dial: (
    number: number,
    onPush: (frame: PushFrame, size: number) => boolean
  ) => Effect.Effect<Link, DialError, Scope.Scope>
  readonly lost: (detail: string) => ChannelError
  readonly closed: () => ChannelError
  /** What ends the subscriptions when no further attempt would fare better. */
  readonly final: (error: DialError) => Option.Option<ChannelError>
}): Supervisor => {
  const { closed, dial, final, lost } = options
  const sinks = new Map<string, Set<Sink>>()
  /** Those that believe in an open connection. */
  const told = new Set<Sink>()
  const listeners = new Set<Mailbox.Mailbox<SocketState>>()
  let status: Status = { _tag: "Idle" }
  let state: SocketState = { _tag: "Closed" }
  let loop: Fiber.RuntimeFiber<void> | undefined
  let users = 0
  let idleSince = 0
  let connections = 0
  let isClosed = false

  /** Done when a back-off has to be thought over: somebody waits for the connection, or nobody is subscribed. */
  let change = Deferred.unsafeMake<void>(FiberId.none)
  const nudge = (): void => Deferred.unsafeDone(change, Exit.void)

  /** Waits for a connection, which is made because of it. */
  const waitFor = (attempt: Attempt): Effect.Effect<Link, DialError> =>
    Effect.suspend(() => {
      attempt.waiting += 1
      nudge()
      return Effect.ensuring(
        Deferred.await(attempt.link),
        Effect.sync(() => {
          attempt.waiting -= 1
        })
      )
    })

  const allSinks = (): ReadonlyArray<Sink> => Array.from(sinks.values()).flatMap((some) => [...some])

  const tell = (sink: Sink, { number }: Link): void => {
    told.add(sink)
    sink.opened(number)
  }

  const become = (next: SocketState): void => {
    state = next
    for (const listener of listeners) listener.unsafeOffer(next)
  }

  const rest = (): void => {
    status = { _tag: "Idle" }
    become({ _tag: "Closed" })
  }

  const onPush = (frame: PushFrame, size: number): boolean => {
    const target = routeOf(frame)
    const interested = sinks.get(target)
    if (interested === undefined) return false
    const push: Push = { _tag: "Push", id: frame.id, target, data: frame.data }
    for (const sink of interested) sink.push(push, size)
    return true
  }

  const use = Effect.acquireRelease(
    Effect.sync(() => {
      users += 1
    }),
    () =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        users -= 1
        if (users === 0) idleSince = now
      })
  )

  /** Ends when nobody has used the connection for `idleTime`; whoever comes then waits for the next one. */
  const unused = (next: Attempt): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const isUsed = users > 0 || sinks.size > 0
      const left = isUsed ? Duration.toMillis(idleTime) : idleSince + Duration.toMillis(idleTime) - now
      if (left > 0) return Effect.zipRight(sleepAtLeast(left), unused(next))
      status = { _tag: "Connecting", attempt: next }
      return Effect.void
    })

  /** One connection from its making to its end. True for a loss, false when it was unused. */
  const live = (attempt: Attempt, next: Attempt) =>
    Effect.gen(function* () {
      const link = yield* dial(connections + 1, onPush)
      connections += 1
      yield* Effect.addFinalizer(() => Effect.sync(() => link.end("the channel was closed", "Closed")))
      status = { _tag: "Open", link, next }
      become({ _tag: "Open", connection: link.number })
      for (const sink of allSinks()) tell(sink, link)
      Deferred.unsafeDone(attempt.link, Exit.succeed(link))
      const why = yield* Effect.raceFirst(link.read, Effect.as(unused(next), undefined))
      if (why === undefined) return false
      status = { _tag: "Connecting", attempt: next }
      link.end(why, "Lost")
      const error = lost(why)
      for (const sink of told) sink.lost(error)
      told.clear()
      return true
    }).pipe(Effect.scoped)

  /** Ends when a back-off has to be cut short: who waits may have waited long enough since the attempt before. */
  const wanted = (attempt: Attempt, before: number): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const left = before + eagerMillis - now
      if (sinks.size === 0 || (attempt.waiting > 0 && left <= 0)) return Effect.void
      change = Deferred.unsafeMake(FiberId.none)
      const changed = Deferred.await(change)
      return Effect.zipRight(
        attempt.waiting > 0 ? Effect.raceFirst(sleepAtLeast(left), changed) : changed,
        wanted(attempt, before)
      )
    })

  const begin = (first: Attempt) =>
    Effect.gen(function* () {
      const driver = yield* Schedule.driver(backOff)
      let startedAt = 0
      let current = first
      let isFirst = true
      for (let tries = 0; ; tries++) {
        if (tries > 0) {
          become({ _tag: "Reconnecting", attempt: tries })
          yield* Effect.raceFirst(Effect.ignore(driver.next(undefined)), wanted(current, startedAt))
          if (sinks.size === 0 && current.waiting === 0) return rest()
        }
        startedAt = yield* Clock.currentTimeMillis
        const next = makeAttempt()
        const outcome = yield* Effect.either(live(current, next))
        if (outcome._tag === "Right") {
          if ((yield* Clock.currentTimeMillis) - startedAt >= goodMillis) yield* driver.reset
          // Without a subscription, and after a rest, the next one is made for who waits for it, and at once.
          isFirst = sinks.size === 0 || !outcome.right
          if (isFirst && sinks.size === 0 && next.waiting === 0) return rest()
          tries = 0
          if (isFirst) {
            become({ _tag: "Connecting" })
            yield* driver.reset
            tries = -1
          }
        } else {
          const error = outcome.left
          // Whoever subscribed during the first attempt is told by it.
          const end = isFirst ? Option.none() : final(error)
          if (Option.isSome(end)) for (const sink of allSinks()) sink.fail(end.value)
          const isOver = isFirst || Option.isSome(end) || sinks.size === 0
          if (isOver) rest()
          else status = { _tag: "Connecting", attempt: next }
          Deferred.unsafeDone(current.link, Exit.fail(error))
          if (isOver) return
        }
        current = next
      }
    })

  const connect: Effect.Effect<Link, DialError> = Effect.uninterruptibleMask((restore) =>
    Effect.suspend(() => {
      if (isClosed) return Effect.fail(closed())
      switch (status._tag) {
        case "Open": {
          const { link, next } = status
          if (!link.isOver()) return Effect.succeed(link)
          link.leave()
          return restore(waitFor(next))
        }
        case "Connecting":
          return restore(waitFor(status.attempt))
        case "Idle": {
          const attempt = makeAttempt()
          status = { _tag: "Connecting", attempt }
          become({ _tag: "Connecting" })
          return begin(attempt).pipe(
            Effect.interruptible,
            Effect.forkDaemon,
            Effect.flatMap((fiber) => {
              loop = fiber
              return restore(waitFor(attempt))
            })
          )
        }
      }
    })
  )

  return {
    connect: Effect.zipRight(use, connect),
    attach: (target, sink) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          const some = sinks.get(target) ?? new Set<Sink>()
          sinks.set(target, some.add(sink))
          if (status._tag === "Open" && !status.link.isOver()) tell(sink, status.link)
        }),
        () =>
          Effect.sync(() => {
            const some = sinks.get(target)
            some?.delete(sink)
            told.delete(sink)
            if (some?.size === 0) sinks.delete(target)
            if (sinks.size === 0) nudge()
          })
      ),
    state: Stream.unwrapScoped(
      Effect.gen(function* () {
        // Whoever looks seldom misses states, never the latest one.
        const listener = yield* Mailbox.make<SocketState>({ capacity: 16, strategy: "sliding" })
        yield* Effect.acquireRelease(
          Effect.sync(() => {
            listener.unsafeOffer(state)
            if (isClosed) listener.unsafeDone(Exit.void)
            else listeners.add(listener)
          }),
          () => Effect.sync(() => listeners.delete(listener))
        )
        return Mailbox.toStream(listener)
      })
    ),
    close: Effect.suspend(() => {
      if (isClosed) return Effect.void
      isClosed = true
      const error = closed()
      const attempt =
        status._tag === "Connecting" ? status.attempt : status._tag === "Open" ? status.next : undefined
      const ending = loop
      rest()
      for (const sink of allSinks()) sink.fail(error)
      for (const listener of listeners) listener.unsafeDone(Exit.void)
      if (attempt !== undefined) Deferred.unsafeDone(attempt.link, Exit.fail(error))
      return ending === undefined ? Effect.void : Effect.asVoid(Fiber.interrupt(ending))
    })
  }
}
