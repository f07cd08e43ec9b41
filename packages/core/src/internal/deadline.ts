/** A deadline that also holds where interruption is switched off: while a session is created, while a scope closes. */
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"

/**
 * Runs an effect in a fiber of its own that starts at once and may be interrupted whatever the caller allows. What
 * ends without waiting for anything has ended when this returns.
 */
const start = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<Fiber.RuntimeFiber<Exit.Exit<A, E>>, never, R> =>
  Effect.withFiberRuntime((caller, { runtimeFlags }) =>
    Effect.succeed(
      Runtime.runFork(
        Runtime.make({
          context: caller.getFiberRef(FiberRef.currentContext) as Context.Context<R>,
          runtimeFlags: RuntimeFlags.enable(runtimeFlags, RuntimeFlags.Interruption),
          fiberRefs: FiberRefs.forkAs(caller.getFiberRefs(), FiberId.unsafeMake())
        }),
        // As an exit: a fiber that fails is logged by the runtime, and the failures of an HTTP client carry URLs.
        Effect.exit(effect)
      )
    )
  )

/**
 * Fails as `onEnd` says when `end` ends before `self`, and interrupts it then.
 *
 * `Effect.timeoutFail` would wait for ever in an uninterruptible region: what it races inherits the region and never
 * lets go. Here `self` runs in a fiber of its own, which only `end`, or a caller that may be interrupted, ends.
 */
export const endedBy = <A, E, R, E2>(
  self: Effect.Effect<A, E, R>,
  end: Effect.Effect<void>,
  onEnd: () => E2
): Effect.Effect<A, E | E2, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(start(self), (work): Effect.Effect<A, E | E2> => {
      const already = work.unsafePoll()
      if (already !== null) return Exit.flatten(already)
      let isOver = false
      const stop = Effect.suspend(() => {
        isOver = true
        return Fiber.interruptAsFork(work, FiberId.none)
      })
      const timer = Effect.forkDaemon(Effect.interruptible(Effect.zipRight(end, stop)))
      return Effect.flatMap(timer, (timer) =>
        restore(Fiber.await(work)).pipe(
          Effect.onInterrupt(() => Fiber.interrupt(work)),
          Effect.ensuring(Fiber.interruptAsFork(timer, FiberId.none)),
          Effect.flatMap((exit): Effect.Effect<A, E | E2> => {
            const result = Exit.flatten(exit)
            return isOver && Exit.isInterrupted(result) ? Effect.fail(onEnd()) : result
          })
        )
      )
    })
  )

/** Fails as `onTimeout` says when `self` has not ended in time, and interrupts it then. */
export const withDeadline = <A, E, R, E2>(
  self: Effect.Effect<A, E, R>,
  deadline: Duration.Duration,
  onTimeout: () => E2
): Effect.Effect<A, E | E2, R> => endedBy(self, Effect.sleep(deadline), onTimeout)
