/**
 * Places that are taken in order of arrival. One that becomes free is handed to whoever has waited longest: with a
 * semaphore, who gives one back and takes one at once would be faster than all who wait.
 */
import * as Effect from "effect/Effect"

export interface Line {
  /** Waits for a place; whoever goes away while waiting leaves none behind. Run where interruption is switched off. */
  readonly take: Effect.Effect<void>
  readonly leave: Effect.Effect<void>
}

export const makeLine = (places: number): Line => {
  let free = places
  const waiting = new Set<() => void>()
  const leave = Effect.sync(() => {
    const [next] = waiting
    if (next === undefined) {
      free += 1
      return
    }
    waiting.delete(next)
    next()
  })
  const take = Effect.suspend(() => {
    if (free > 0) {
      free -= 1
      return Effect.void
    }
    let isHeld = false
    return Effect.interruptible(
      Effect.async<void>((resume) => {
        const turn = () => {
          isHeld = true
          resume(Effect.void)
        }
        waiting.add(turn)
        return Effect.sync(() => waiting.delete(turn))
      })
    ).pipe(Effect.onInterrupt(() => (isHeld ? leave : Effect.void)))
  })
  return { take: Effect.uninterruptible(take), leave }
}
