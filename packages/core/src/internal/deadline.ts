/** A deadline that also holds where interruption is switched off: while a session is created, while a scope closes. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"

/**
 * Fails as `onTimeout` says when `self` has not ended in time, and interrupts it then.
 *
 * `Effect.timeoutFail` would wait for ever in an uninterruptible region: what it races inherits the region and never
 * lets go. Here `self` runs in a fiber of its own, which only the deadline, or a caller that may be interrupted, ends.
 */
export const withDeadline = <A, E, R, E2>(
  self: Effect.Effect<A, E, R>,
  deadline: Duration.Duration,
  onTimeout: () => E2
): Effect.Effect<A, E | E2, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      let isOver = false
      // As an exit: a fiber that fails is logged by the runtime, and the failures of an HTTP client carry URLs.
      const work = yield* Effect.forkDaemon(Effect.exit(Effect.interruptible(self)))
      const end = Effect.suspend(() => {
        isOver = true
        return Fiber.interruptAsFork(work, FiberId.none)
      })
      const timer = yield* Effect.forkDaemon(
        Effect.interruptible(Effect.zipRight(Effect.sleep(deadline), end))
      )
      const exit = yield* restore(Fiber.await(work)).pipe(
        Effect.onInterrupt(() => Fiber.interrupt(work)),
        Effect.ensuring(Fiber.interruptAsFork(timer, FiberId.none))
      )
      const result = Exit.flatten(exit)
      return isOver && Exit.isInterrupted(result) ? yield* Effect.fail(onTimeout()) : yield* result
    })
  )
