/** A clock that goes on by itself: whenever nothing is left to do, to the next moment for which somebody waits. */
import { Clock, Context, Duration, Effect, Fiber, Layer } from "effect"
import * as InMemoryMachine from "../../src/machine/InMemoryMachine.js"
import { Machines } from "../../src/machine/Machine.js"

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

class VirtualClock implements Clock.Clock {
  readonly [Clock.ClockTypeId]: Clock.ClockTypeId = Clock.ClockTypeId
  private readonly sleepers = new Set<Sleeper>()
  private now = 0

  unsafeCurrentTimeMillis(): number {
    return this.now
  }
  unsafeCurrentTimeNanos(): bigint {
    return BigInt(Math.round(this.now * 1e6))
  }
  readonly currentTimeMillis = Effect.sync(() => this.now)
  readonly currentTimeNanos = Effect.sync(() => this.unsafeCurrentTimeNanos())

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.async((resume) => {
      const sleeper = {
        until: this.now + Duration.toMillis(duration),
        wake: () => resume(Effect.void)
      }
      this.sleepers.add(sleeper)
      return Effect.sync(() => this.sleepers.delete(sleeper))
    })
  }

  /** The next moment for which somebody waits. */
  get next(): number {
    let next = Number.POSITIVE_INFINITY
    for (const { until } of this.sleepers) next = Math.min(next, until)
    return next
  }

  moveTo(moment: number): void {
    this.now = moment
    for (const sleeper of [...this.sleepers]) {
      if (sleeper.until > moment) continue
      this.sleepers.delete(sleeper)
      sleeper.wake()
    }
  }
}

/** Work outside of Effect, of which a clock knows nothing. */
let running = 0

const counted = <A, E>(work: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      running += 1
    }),
    () => work,
    () =>
      Effect.sync(() => {
        running -= 1
      })
  )

/** In-memory machines whose commands `inVirtualTime` waits for. */
export const machines: Layer.Layer<Machines> = Layer.map(InMemoryMachine.layer, (context) => {
  const { kind, make } = Context.get(context, Machines)
  return Context.make(Machines, {
    kind,
    make: (options) =>
      Effect.map(make(options), (machine) => ({
        ...machine,
        exec: (request) => counted(machine.exec(request))
      }))
  })
})

/** A `fetch` whose answers `inVirtualTime` waits for. */
export const countedFetch: typeof globalThis.fetch = async (...request) => {
  running += 1
  try {
    return await globalThis.fetch(...request)
  } finally {
    // The body follows its head.
    setTimeout(() => {
      running -= 1
    }, 2)
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Some things wait for a timer of no length. */
const timerTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0))

/** Pauses between two looks are shorter, deadlines are longer. */
const pauseMs = 2_000

const isAtWork = (): boolean =>
  running > 0 || process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq"))

/** How long something outside may take for real. */
const patienceMs = 20_000

/** Turns of the event loop in which what travels through this process arrives, when there is no other way to know. */
const quietTurns = 1_000

export interface Options {
  /** In virtual time: what takes longer hangs. */
  readonly limit: Duration.DurationInput
  /** Whether a command or an answer is meant to take its time, so that it says nothing that one is under way. */
  readonly isHeld: () => boolean
}

/**
 * Runs an effect to its end in virtual time. Before a moment that is far away, such as a deadline, what is under way
 * outside of Effect has ended. Dies when more than `limit` passes, or when the effect waits for nothing that will ever
 * happen.
 */
export const inVirtualTime =
  ({ isHeld, limit }: Options) =>
  <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.gen(function* () {
      const clock = new VirtualClock()
      const fiber = Effect.runFork(Effect.withClock(effect, clock))
      const end = Duration.toMillis(limit)
      const isOver = () => fiber.unsafePoll() !== null
      const isDistant = () => clock.next - clock.unsafeCurrentTimeMillis() > pauseMs
      const settled = async (turns: number, goesOn: () => boolean): Promise<void> => {
        for (let count = 0; count < turns && !isOver() && goesOn(); count += 1) {
          await (count % 20 === 19 ? timerTurn() : turn())
        }
      }
      const drive = async (): Promise<string | undefined> => {
        let since = performance.now()
        for (;;) {
          await settled(3, () => true)
          const isWaiting = () =>
            isDistant() &&
            (clock.next === Number.POSITIVE_INFINITY || (!isHeld() && isAtWork())) &&
            performance.now() - since < patienceMs
          await settled(Number.POSITIVE_INFINITY, isWaiting)
          await settled(isHeld() && running > 0 ? quietTurns : 20, isDistant)
          if (isOver()) return undefined
          const { next } = clock
          if (next > end && next !== Number.POSITIVE_INFINITY) {
            return `it hangs: ${Duration.format(limit)} were not enough`
          }
          if (next !== Number.POSITIVE_INFINITY) {
            clock.moveTo(next)
            since = performance.now()
          } else if (performance.now() - since >= patienceMs) {
            return "it waits for nothing that will ever happen"
          }
        }
      }
      const problem = yield* Effect.promise(drive)
      if (problem !== undefined) {
        yield* Fiber.interruptFork(fiber)
        return yield* Effect.dieMessage(problem)
      }
      return yield* Fiber.join(fiber)
    })
