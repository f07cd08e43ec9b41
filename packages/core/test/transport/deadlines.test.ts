import { assert, describe, it } from "@effect/vitest"
import { type Clock, Deferred, Duration, Effect, Either, Exit, Fiber, Option, Ref, TestClock } from "effect"
import * as fc from "effect/FastCheck"
import { makeDeadlines, withDeadline } from "../../src/internal/deadline.js"

const late = () => "late" as const

/** The clock of the test, and how many sleep by it, now and ever. */
const countSleeps = Effect.clockWith((clock) => {
  const sleeps = { now: 0, ever: 0 }
  const counting: Clock.Clock = Object.create(clock, {
    sleep: {
      value: (time: Duration.Duration) =>
        Effect.acquireUseRelease(
          Effect.sync(() => {
            sleeps.now++
            sleeps.ever++
          }),
          () => clock.sleep(time),
          () =>
            Effect.sync(() => {
              sleeps.now--
            })
        )
    }
  })
  return Effect.succeed({ sleeps, counting })
})

const ways = [
  ["one timer for each", () => withDeadline],
  ["one timer for all", () => makeDeadlines().within]
] as const

for (const [name, make] of ways) {
  describe(`deadlines with ${name}`, () => {
    it.effect(
      "are waited for where interruption is switched off, and an interruption does not cut them",
      () =>
        Effect.gen(function* () {
          const within = make()
          const begun = yield* Deferred.make<void>()
          let ended = 0
          const work = (end: Effect.Effect<void>) =>
            within(
              Effect.zipRight(
                end,
                Effect.sync(() => ended++)
              ),
              Duration.seconds(5),
              late
            )
          const closing = yield* Effect.fork(
            Effect.uninterruptible(
              Effect.zipRight(
                work(Effect.zipRight(Deferred.succeed(begun, undefined), Effect.sleep("3 seconds"))),
                Effect.either(work(Effect.never))
              )
            )
          )
          yield* Deferred.await(begun)
          yield* Effect.fork(Fiber.interrupt(closing))
          yield* TestClock.adjust("2900 millis")
          assert.strictEqual(ended, 0)
          yield* TestClock.adjust("100 millis")
          assert.strictEqual(ended, 1)
          yield* TestClock.adjust("4900 millis")
          assert.isNull(closing.unsafePoll())
          yield* TestClock.adjust("100 millis")
          assert.isNotNull(closing.unsafePoll())
        })
    )

    it.effect("end each call at its own time", () =>
      Effect.gen(function* () {
        const within = make()
        const ended = yield* Ref.make<ReadonlyArray<number>>([])
        // The shorter ones come after longer ones, and some of the same length at different times.
        const lengths = [5_000, 300, 40, 60_000, 300, 5_000]
        const fibers = yield* Effect.forEach(lengths, (length, index) =>
          Effect.zipLeft(
            Effect.fork(
              within(Effect.never, Duration.millis(length), late).pipe(
                Effect.ensuring(Ref.update(ended, (all) => [...all, index]))
              )
            ),
            TestClock.adjust("10 millis")
          )
        )
        const after = (time: Duration.DurationInput) =>
          Effect.zipRight(TestClock.adjust(time), Ref.get(ended))
        // 60 ms have passed; the third began at 20.
        assert.deepStrictEqual(yield* after("0 millis"), [2])
        assert.deepStrictEqual(yield* after("249 millis"), [2])
        assert.deepStrictEqual(yield* after("1 millis"), [2, 1])
        assert.deepStrictEqual(yield* after("29 millis"), [2, 1])
        assert.deepStrictEqual(yield* after("1 millis"), [2, 1, 4])
        assert.deepStrictEqual(yield* after("1 hour"), [2, 1, 4, 0, 5, 3])
        const results = yield* Effect.forEach(fibers, (fiber) => Effect.either(Fiber.join(fiber)))
        assert.deepStrictEqual(
          results,
          lengths.map(() => Either.left("late"))
        )
      })
    )

    it.effect("leave alone what ends in time", () =>
      Effect.gen(function* () {
        const within = make()
        const result = yield* Effect.fork(within(Effect.as(Effect.sleep(99), 1), Duration.millis(100), late))
        const failure = yield* Effect.fork(
          Effect.either(
            within(Effect.zipRight(Effect.sleep(99), Effect.fail("own")), Duration.millis(100), late)
          )
        )
        yield* TestClock.adjust("99 millis")
        assert.strictEqual(yield* Fiber.join(result), 1)
        assert.deepStrictEqual(yield* Fiber.join(failure), Either.left("own"))
      })
    )

    it.effect("hold where interruption is switched off", () =>
      Effect.gen(function* () {
        const within = make()
        const fiber = yield* Effect.fork(
          Effect.uninterruptible(Effect.either(within(Effect.never, Duration.seconds(1), late)))
        )
        yield* TestClock.adjust("1 seconds")
        assert.deepStrictEqual(yield* Fiber.join(fiber), Either.left("late"))
      })
    )

    it.effect("let the caller be interrupted, and the work with it", () =>
      Effect.gen(function* () {
        const within = make()
        const interrupted = yield* Deferred.make<void>()
        const work = Effect.onInterrupt(Effect.never, () => Deferred.succeed(interrupted, undefined))
        const fiber = yield* Effect.fork(within(work, Duration.seconds(1), late))
        yield* TestClock.adjust("1 millis")
        assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
        yield* Deferred.await(interrupted)
      })
    )

    it.effect("wait for the end of work that was stopped", () =>
      Effect.gen(function* () {
        const within = make()
        const closed = yield* Ref.make(false)
        const work = Effect.onInterrupt(Effect.never, () =>
          Effect.zipRight(Effect.sleep("2 seconds"), Ref.set(closed, true))
        )
        const fiber = yield* Effect.fork(within(work, Duration.seconds(1), late))
        yield* TestClock.adjust("1 seconds")
        assert.isFalse(yield* Ref.get(closed))
        yield* TestClock.adjust("2 seconds")
        assert.isTrue(yield* Ref.get(closed))
        assert.deepStrictEqual(yield* Effect.either(Fiber.join(fiber)), Either.left("late"))
      })
    )

    it.effect("start nothing for what is there at once", () =>
      Effect.gen(function* () {
        const within = make()
        const { counting, sleeps } = yield* countSleeps
        const call = within(Effect.succeed(1), Duration.seconds(1), late)
        assert.strictEqual(yield* Effect.withClock(call, counting), 1)
        assert.strictEqual(sleeps.ever, 0)
      })
    )

    it.effect("leave no timer behind that keeps a program alive", () =>
      Effect.gen(function* () {
        const within = make()
        const { counting, sleeps } = yield* countSleeps
        const call = (length: number) =>
          Effect.gen(function* () {
            const done = yield* Deferred.make<void>()
            const fiber = yield* Effect.fork(
              Effect.withClock(within(Deferred.await(done), Duration.minutes(10), late), counting)
            )
            yield* TestClock.adjust(length)
            assert.isAbove(sleeps.now, 0)
            yield* Deferred.succeed(done, undefined)
            yield* Fiber.join(fiber)
          })
        yield* Effect.forEach([1, 1, 70_000, 1, 5], call)
        yield* TestClock.adjust("50 millis")
        assert.strictEqual(sleeps.now, 0)
        yield* call(70_000)
        yield* Effect.yieldNow()
        assert.strictEqual(sleeps.now, 0)
      })
    )
  })
}

describe("a shared timer", () => {
  it.effect.prop(
    "ends a call of any length that began at any moment, whole milliseconds or not",
    [fc.double({ min: 0, max: 2e12, noNaN: true }), fc.double({ min: 0.001, max: 1e5, noNaN: true })],
    ([start, length]) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(start)
        const { within } = makeDeadlines()
        const fiber = yield* Effect.fork(within(Effect.never, Duration.millis(length), late))
        yield* TestClock.adjust(length + 1)
        assert.deepStrictEqual(Option.getOrNull(yield* fiber.poll), Exit.fail("late"))
      }),
    { fastCheck: { numRuns: 300 } }
  )

  it.effect("looks after an hour with a few dozen naps", () =>
    Effect.gen(function* () {
      const { within } = makeDeadlines()
      const { counting, sleeps } = yield* countSleeps
      const fiber = yield* Effect.fork(
        Effect.withClock(within(Effect.never, Duration.hours(1), late), counting)
      )
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* Effect.either(Fiber.join(fiber)), Either.left("late"))
      assert.isBelow(sleeps.ever, 30)
    })
  )

  it.effect("serves short calls one after another with a nap for many of them", () =>
    Effect.gen(function* () {
      const { within } = makeDeadlines()
      const { counting, sleeps } = yield* countSleeps
      const call = Effect.gen(function* () {
        const fiber = yield* Effect.fork(within(Effect.sleep(1), Duration.minutes(1), late))
        yield* TestClock.adjust("1 millis")
        yield* Fiber.join(fiber)
      })
      yield* Effect.withClock(Effect.repeatN(call, 999), counting)
      // A sleep for each of the calls, which is the call's own.
      assert.isBelow(sleeps.ever - 1000, 30)
    })
  )
})
