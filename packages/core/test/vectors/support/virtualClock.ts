/** Time that stands still while anything else can happen, and then jumps to the next moment that is waited for. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

export interface VirtualClock {
  readonly clock: Clock.Clock
  /** Jumps to the next moment that is waited for; false when nothing waits. */
  readonly jump: () => boolean
}

export const makeVirtualClock = (start: number): VirtualClock => {
  let now = start
  const sleepers = new Set<Sleeper>()
  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => now,
    unsafeCurrentTimeNanos: () => BigInt(Math.round(now)) * 1_000_000n,
    currentTimeMillis: Effect.sync(() => now),
    currentTimeNanos: Effect.sync(() => BigInt(Math.round(now)) * 1_000_000n),
    sleep: (duration) =>
      Effect.async<void>((resume) => {
        const sleeper: Sleeper = {
          until: now + Duration.toMillis(duration),
          wake: () => resume(Effect.void)
        }
        sleepers.add(sleeper)
        return Effect.sync(() => sleepers.delete(sleeper))
      })
  }
  return {
    clock,
    jump: () => {
      const next = Math.min(...[...sleepers].map(({ until }) => until))
      if (!Number.isFinite(next)) return false
      now = next
      for (const sleeper of [...sleepers].filter(({ until }) => until <= now)) {
        sleepers.delete(sleeper)
        sleeper.wake()
      }
      return true
    }
  }
}

/** A turn of the event loop, in which whatever does not wait for time gets on. */
const turn = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

const turnsBetweenJumps = 4

const most = 10_000

/** Runs an effect to its end, however long it waits. */
export const settle = <A, E>(
  { clock, jump }: VirtualClock,
  effect: Effect.Effect<A, E, Scope.Scope>
): Effect.Effect<Exit.Exit<A, E>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(Effect.withClock(effect, clock))
    for (let jumps = 0; jumps < most; jumps++) {
      for (let turns = 0; turns < turnsBetweenJumps; turns++) {
        const exit = yield* Fiber.poll(fiber)
        if (Option.isSome(exit)) return exit.value
        yield* turn
      }
      jump()
    }
    yield* Fiber.interruptFork(fiber)
    return Exit.die(new Error("the call does not end"))
  })
