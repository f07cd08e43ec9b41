/** Deadlines that also hold where interruption is switched off: while a session is created, while a scope closes. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"

/**
 * Whoever ends the work: told when it has begun to wait for something, by the fiber that waits for it. What comes back
 * is called when the work has ended.
 */
type Watch = (stop: () => void, caller: Fiber.RuntimeFiber<unknown, unknown>) => () => void

/**
 * Runs an effect in a fiber of its own that starts at once and may be interrupted whatever the caller allows, and
 * waits for its end. Fails as `onEnd` says when it was stopped.
 *
 * `Effect.timeoutFail` would wait for ever in an uninterruptible region: what it races inherits the region and never
 * lets go; and an interruption of the caller reaches what it races even there, which a
 * finalizer would take for the end of its work. What ends without waiting for anything costs no watch.
 */
const stoppable = <A, E, R, E2>(
  self: Effect.Effect<A, E, R>,
  watch: Watch,
  onEnd: () => E2
): Effect.Effect<A, E | E2, R> =>
  Effect.withFiberRuntime<A, E | E2, R>((caller, { runtimeFlags }) =>
    // Beginning and waiting are one step: no interruption can come between the two and leave the work alone.
    Effect.async<A, E | E2>((resume) => {
      const work = Runtime.runFork(
        Runtime.make({
          context: caller.getFiberRef(FiberRef.currentContext) as Context.Context<R>,
          runtimeFlags: RuntimeFlags.enable(runtimeFlags, RuntimeFlags.Interruption),
          fiberRefs: caller.getFiberRefs()
        }),
        // As an exit: a fiber that fails is logged by the runtime, and the failures of an HTTP client carry URLs.
        Effect.exit(self)
      )
      const already = work.unsafePoll()
      if (already !== null) return resume(Exit.flatten(already))
      let isStopped = false
      const unwatch = watch(() => {
        isStopped = true
        work.unsafeInterruptAsFork(FiberId.none)
      }, caller)
      work.addObserver((exit) => {
        unwatch()
        const result = Exit.flatten(exit)
        resume(isStopped && Exit.isInterrupted(result) ? Effect.fail(onEnd()) : result)
      })
      return Fiber.interrupt(work)
    })
  )

/** Runs beside a fiber, with what that has in its references, above all its clock. */
const beside = (
  fiber: Fiber.RuntimeFiber<unknown, unknown>,
  effect: Effect.Effect<void>
): Fiber.RuntimeFiber<void> =>
  Runtime.runFork(
    Runtime.make({
      context: Context.empty(),
      runtimeFlags: Runtime.defaultRuntimeFlags,
      fiberRefs: fiber.getFiberRefs()
    }),
    effect
  )

/** Fails as `onEnd` says when `end` ends before `self`, and interrupts it then. */
export const endedBy = <A, E, R, E2>(
  self: Effect.Effect<A, E, R>,
  end: Effect.Effect<void>,
  onEnd: () => E2
): Effect.Effect<A, E | E2, R> =>
  stoppable(
    self,
    (stop, caller) => {
      const timer = beside(caller, Effect.zipRight(end, Effect.sync(stop)))
      return () => timer.unsafeInterruptAsFork(FiberId.none)
    },
    onEnd
  )

/** Fails as `onTimeout` says when `self` has not ended in time, and interrupts it then. */
export const withDeadline = <A, E, R, E2>(
  self: Effect.Effect<A, E, R>,
  deadline: Duration.Duration,
  onTimeout: () => E2
): Effect.Effect<A, E | E2, R> => endedBy(self, Effect.sleep(deadline), onTimeout)

/**
 * A class for a reason: once V8 has seen objects of a literal grow old, it makes them where the old ones are, and with
 * them what they are made to lead to, here the whole call. All that waits for a collection of everything then: a call
 * took twice its time.
 */
class Entry {
  previous: Entry | undefined = undefined
  next: Entry | undefined = undefined
  isListed = false
  constructor(
    readonly since: number,
    readonly dueAt: number,
    readonly stop: () => void
  ) {}
}

/**
 * Entries in the order of their ends. Not a `Set`: the tables that a `Set` of short-lived entries leaves behind keep
 * them, and with them whole calls, from being collected with the young generation.
 */
interface Queue {
  first: Entry | undefined
  last: Entry | undefined
}

const append = (queue: Queue, entry: Entry): void => {
  entry.previous = queue.last
  if (queue.last === undefined) queue.first = entry
  else queue.last.next = entry
  queue.last = entry
  entry.isListed = true
}

const remove = (queue: Queue, entry: Entry): void => {
  if (!entry.isListed) return
  if (entry.previous === undefined) queue.first = entry.next
  else entry.previous.next = entry.next
  if (entry.next === undefined) queue.last = entry.previous
  else entry.next.previous = entry.previous
  // What is gone must not lead to what came after it, for the same reason.
  entry.previous = undefined
  entry.next = undefined
  entry.isListed = false
}

/** The deadlines of one clock, and the fiber that sleeps until the next of them. */
interface Ward {
  /** By length. */
  readonly queues: Map<number, Queue>
  sleeper: { readonly fiber: Fiber.RuntimeFiber<void>; readonly wakesAt: number } | undefined
}

/** The shortest nap. A fiber that naps costs next to nothing; one that is started and stopped for each call does. */
const nap = 50

const queueOf = ({ queues }: Ward, length: number): Queue => {
  const known = queues.get(length)
  if (known !== undefined) return known
  const queue: Queue = { first: undefined, last: undefined }
  queues.set(length, queue)
  return queue
}

const firstOf = (ward: Ward, by: "since" | "dueAt"): number => {
  let first = Number.POSITIVE_INFINITY
  for (const queue of ward.queues.values()) {
    if (queue.first !== undefined) first = Math.min(first, queue.first[by])
  }
  return first
}

/**
 * In milliseconds. A sleep is rounded to nanoseconds, and a moment to what a number of milliseconds since 1970 can
 * hold: the sleeper may wake that little before its entry is due, and must not go to sleep for what is left of it.
 */
const grain = 0.001

/** Stops what is due; true when nothing is left. */
const sweep = (ward: Ward, now: number): boolean => {
  for (const [length, queue] of ward.queues) {
    for (let entry = queue.first; entry !== undefined && entry.dueAt <= now + grain; entry = queue.first) {
      remove(queue, entry)
      entry.stop()
    }
    if (queue.first === undefined) ward.queues.delete(length)
  }
  return ward.queues.size === 0
}

/** Deadlines of calls that are many and mostly short. */
export interface Deadlines {
  /** `withDeadline`. */
  readonly within: typeof withDeadline
  /** Calls `stop` when the time is up, by the clock of `caller`, unless what comes back was called before. */
  readonly watch: (
    caller: Fiber.RuntimeFiber<unknown, unknown>,
    deadline: Duration.Duration,
    stop: () => void
  ) => () => void
}

/**
 * They share one sleeping fiber per clock, where one fiber for each would cost more than the rest of a call. It naps
 * between calls and ends soon after the last.
 */
export const makeDeadlines = (): Deadlines => {
  const wards = new WeakMap<Clock.Clock, Ward>()

  const sleep = (ward: Ward, clock: Clock.Clock, caller: Fiber.RuntimeFiber<unknown, unknown>): void => {
    const now = clock.unsafeCurrentTimeMillis()
    // As long as the oldest has waited already: a call that takes an hour is looked after a few dozen times.
    const wait = Math.min(firstOf(ward, "dueAt") - now, Math.max(nap, now - firstOf(ward, "since")))
    const fiber = beside(
      caller,
      Effect.zipRight(
        clock.sleep(Duration.millis(wait)),
        Effect.sync(() => {
          ward.sleeper = undefined
          if (!sweep(ward, clock.unsafeCurrentTimeMillis())) sleep(ward, clock, caller)
        })
      )
    )
    ward.sleeper = { fiber, wakesAt: now + wait }
  }

  const wardOf = (clock: Clock.Clock): Ward => {
    const known = wards.get(clock)
    if (known !== undefined) return known
    const ward: Ward = { queues: new Map(), sleeper: undefined }
    wards.set(clock, ward)
    return ward
  }

  const wake = (ward: Ward): void => {
    ward.sleeper?.fiber.unsafeInterruptAsFork(FiberId.none)
    ward.sleeper = undefined
  }

  const watch: Deadlines["watch"] = (caller, deadline, stop) => {
    const clock = Context.get(caller.getFiberRef(DefaultServices.currentServices), Clock.Clock)
    const ward = wardOf(clock)
    const length = Duration.toMillis(deadline)
    const since = clock.unsafeCurrentTimeMillis()
    const entry = new Entry(since, since + length, stop)
    const queue = queueOf(ward, length)
    append(queue, entry)
    if (ward.sleeper !== undefined && ward.sleeper.wakesAt > entry.dueAt) wake(ward)
    if (ward.sleeper === undefined) sleep(ward, clock, caller)
    return () => {
      remove(queue, entry)
      const wakesAt = ward.sleeper?.wakesAt ?? 0
      if (wakesAt - clock.unsafeCurrentTimeMillis() <= nap) return
      // Nobody shall wait for a program to end because its last call was once a long one.
      if (sweep(ward, Number.NEGATIVE_INFINITY)) wake(ward)
    }
  }

  return {
    watch,
    within: (self, deadline, onTimeout) =>
      stoppable(self, (stop, caller) => watch(caller, deadline, stop), onTimeout)
  }
}
