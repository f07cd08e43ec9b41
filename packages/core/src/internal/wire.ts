/**
 * Effects that wait for one callback. What stands around them can begin them itself, between its own callbacks, and
 * spare the steps of a fiber: they cost more than all that a call of ours computes.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"

type AnyFiber = Fiber.RuntimeFiber<unknown, unknown>

/**
 * Calls `end` once, unless what comes back was called before: that stops it, and does nothing when it has ended.
 */
export type Begin<A, E> = (fiber: AnyFiber, end: (exit: Exit.Exit<A, E>) => void) => () => void

type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** Waits for the end in a region that cannot be interrupted, except by `restore`. */
export const wait = <A, E, A2, E2>(
  restore: Restore,
  fiber: AnyFiber,
  begin: Begin<A, E>,
  onEnd: (exit: Exit.Exit<A, E>) => Effect.Effect<A2, E2>
): Effect.Effect<A2, E2> => {
  let stop: (() => void) | undefined
  const ended = Effect.async<A2, E2>((resume) => {
    stop = begin(fiber, (exit) => {
      stop = undefined
      resume(onEnd(exit))
    })
  })
  // Cheaper than a canceller of `Effect.async`, whose bookkeeping runs for successes too.
  return Effect.catchAllCause(restore(ended), (cause) => {
    if (stop === undefined) return Effect.failCause(cause)
    stop()
    // It was interrupted: nothing else can come before the end.
    return Effect.zipRight(onEnd(Exit.failCause(cause as Cause.Cause<never>)), Effect.failCause(cause))
  })
}

class Wire<A, E> extends Effectable.Class<A, E> {
  constructor(readonly begin: Begin<A, E>) {
    super()
  }
  commit(): Effect.Effect<A, E> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.withFiberRuntime((fiber) => wait(restore, fiber, this.begin, (exit) => exit))
    )
  }
}

export const make = <A, E>(begin: Begin<A, E>): Effect.Effect<A, E> => new Wire(begin)

/** How an effect begins; undefined when it is an effect of another kind. */
export const beginOf = <A, E, R>(effect: Effect.Effect<A, E, R>): Begin<A, E> | undefined =>
  effect instanceof Wire ? effect.begin : undefined

/** `Effect.flatMap` for what follows at once. */
export const thenExit = <A, E, B, E2>(
  effect: Effect.Effect<A, E>,
  next: (value: A) => Exit.Exit<B, E2>
): Effect.Effect<B, E | E2> => {
  const begin = beginOf(effect)
  return begin === undefined
    ? Effect.flatMap(effect, next)
    : make((fiber, end) =>
        begin(fiber, (exit) => end(Exit.isSuccess(exit) ? next(exit.value) : Exit.failCause(exit.cause)))
      )
}
