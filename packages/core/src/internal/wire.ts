/**
 * Effects that wait for one callback. What stands around them can begin them itself, between its own callbacks, and
 * spare the steps of a fiber: they cost more than all that a call of ours computes.
 */
import * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"

type AnyFiber = Fiber.RuntimeFiber<unknown, unknown>

/**
 * Calls `end` once, unless what comes back was called before, which stops it; after the end it is not called. Throws
 * nothing.
 */
export type Begin<A, E> = (fiber: AnyFiber, end: (exit: Exit.Exit<A, E>) => void) => () => void

/** Waits for the end, and goes on with what `follow` makes of it. */
const wait = <A, E, A2, E2, R2>(
  begin: Begin<A, E>,
  follow: (fiber: AnyFiber) => (exit: Exit.Exit<A, E>) => Effect.Effect<A2, E2, R2>
): Effect.Effect<A2, E2, R2> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.withFiberRuntime((fiber) => {
      let stop: (() => void) | undefined
      let isOver = false
      const ended = Effect.async<A2, E2, R2>((resume) => {
        const onEnd = follow(fiber)
        stop = begin(fiber, (exit) => {
          isOver = true
          resume(onEnd(exit))
        })
      })
      // Cheaper than a canceller of `Effect.async`, whose bookkeeping runs for successes too.
      return Effect.catchAllCause(restore(ended), (cause) => {
        if (!isOver) stop?.()
        return Effect.failCause(cause)
      })
    })
  )

class Wire<A, E> extends Effectable.Class<A, E> {
  constructor(readonly begin: Begin<A, E>) {
    super()
  }
  commit(): Effect.Effect<A, E> {
    return wait<A, E, A, E, never>(this.begin, () => (exit) => exit)
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

/** Goes on with what `follow`, called at the beginning, makes of the end. Not after an interruption. */
export const conclude = <A, E, R, A2, E2, R2>(
  effect: Effect.Effect<A, E, R>,
  follow: (fiber: AnyFiber) => (exit: Exit.Exit<A, E>) => Effect.Effect<A2, E2, R2>
): Effect.Effect<A2, E2, R | R2> => {
  const begin = beginOf(effect)
  return begin === undefined
    ? Effect.withFiberRuntime((fiber) => {
        const onEnd = follow(fiber)
        return Effect.matchCauseEffect(effect, {
          onSuccess: (value) => onEnd(Exit.succeed(value)),
          onFailure: (cause) => onEnd(Exit.failCause(cause))
        })
      })
    : wait(begin, follow)
}
