/** Sessions kept ready: how many there are, who gets them, and what becomes of them. */
import { assert, describe, it } from "@effect/vitest"
import type * as AgentBay from "@effect-agentbay/core/AgentBay"
import type { Session } from "@effect-agentbay/core/Session"
import * as SessionPool from "@effect-agentbay/core/SessionPool"
import { Chunk, Deferred, Effect, Either, Exit, Fiber, Ref, Scope, Stream, TestClock } from "effect"
import * as Fault from "../../src/cloud/Fault.js"
import * as LocalCloud from "../../src/server/LocalCloud.js"
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { TestCloud } from "../../src/TestCloud.js"

const run = <A, E>(effect: Effect.Effect<A, E, AgentBay.AgentBay | TestCloud | Scope.Scope>) =>
  Effect.provide(Effect.scoped(effect), TestAgentBay.layer)

const alive = Effect.map(
  Effect.flatMap(TestCloud, ({ sessions }) => sessions),
  (sessions) => sessions.map(({ sessionId }) => sessionId)
)

const ended = Effect.map(
  Effect.flatMap(TestCloud, ({ endedSessions }) => endedSessions),
  (sessions) => sessions.length
)

/** Lets everything happen that needs no time. */
const settle = TestClock.adjust(0)

const idOf = (session: Session.Service) => Effect.succeed(session.sessionId)

describe("how many sessions there are", () => {
  it.effect("the minimum at once, the maximum under load, none afterwards", () =>
    Effect.gen(function* () {
      yield* run(
        Effect.gen(function* () {
          const pool = yield* SessionPool.make({ min: 2, max: 4, afterLease: "keep" })
          yield* settle
          assert.lengthOf(yield* alive, 2)
          const gate = yield* Deferred.make<void>()
          const most = yield* Ref.make(0)
          const users = yield* Effect.fork(
            Effect.forEach(
              Array.from({ length: 10 }),
              () =>
                pool.use(() =>
                  Effect.zipRight(
                    Effect.flatMap(alive, (ids) => Ref.update(most, (count) => Math.max(count, ids.length))),
                    Deferred.await(gate)
                  )
                ),
              { concurrency: "unbounded" }
            )
          )
          yield* settle
          assert.lengthOf(yield* alive, 4)
          yield* Deferred.succeed(gate, undefined)
          yield* Fiber.join(users)
          assert.strictEqual(yield* Ref.get(most), 4)
        }).pipe(Effect.zipLeft(Effect.void))
      )
    })
  )

  it.effect("all are deleted with the pool", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const pool = yield* Scope.extend(SessionPool.make({ min: 3, max: 3, afterLease: "keep" }), scope)
      yield* pool.use(idOf)
      yield* settle
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* alive, [])
      assert.strictEqual(yield* ended, 3)
    }).pipe(run)
  )
})

describe("what becomes of a session after a lease", () => {
  it.effect("it is deleted, unless one says otherwise", () =>
    Effect.gen(function* () {
      const pool = yield* SessionPool.make({ max: 1 })
      const first = yield* pool.use(idOf)
      const second = yield* pool.use(idOf)
      assert.notStrictEqual(first, second)
      assert.notInclude(yield* alive, first)
    }).pipe(run)
  )

  it.effect("kept, it is handed out again", () =>
    Effect.gen(function* () {
      const pool = yield* SessionPool.make({ max: 1, afterLease: "keep" })
      assert.strictEqual(yield* pool.use(idOf), yield* pool.use(idOf))
    }).pipe(run)
  )

  it.effect("cleaned, the next user finds nothing; a cleaning that fails costs the session", () =>
    Effect.gen(function* () {
      const clean = ({ fileSystem }: Session.Service) => fileSystem.remove("/tmp/mine")
      const pool = yield* SessionPool.make({ session: { imageId: "code_latest" }, max: 1, afterLease: clean })
      const first = yield* pool.use(({ fileSystem, sessionId }) =>
        Effect.as(fileSystem.writeFileString("/tmp/mine", "secret"), sessionId)
      )
      const second = yield* pool.use(({ fileSystem, sessionId }) =>
        Effect.map(fileSystem.exists("/tmp/mine"), (exists) => ({ exists, sessionId }))
      )
      assert.deepStrictEqual(second, { exists: false, sessionId: first })
      // There was nothing to remove this time.
      assert.notStrictEqual(yield* pool.use(idOf), first)
    }).pipe(run)
  )

  it.effect("discarded, it is deleted when its lease ends", () =>
    Effect.gen(function* () {
      const pool = yield* SessionPool.make({ max: 1, afterLease: "keep" })
      const first = yield* pool.use((session) => Effect.as(pool.discard(session), session.sessionId))
      assert.notStrictEqual(yield* pool.use(idOf), first)
      assert.notInclude(yield* alive, first)
    }).pipe(run)
  )
})

describe("what is handed out", () => {
  it.effect("no session that has ended meanwhile", () =>
    Effect.gen(function* () {
      const pool = yield* SessionPool.make({ max: 2, afterLease: "keep" })
      const first = yield* pool.use((session) => Effect.as(session.delete(), session.sessionId))
      assert.notStrictEqual(yield* pool.use(idOf), first)
    }).pipe(run)
  )

  it.effect("no session that a check of one's own refuses", () =>
    Effect.gen(function* () {
      const seen = yield* Ref.make<ReadonlyArray<string>>([])
      const pool = yield* SessionPool.make({
        max: 1,
        afterLease: "keep",
        check: ({ sessionId }) =>
          Effect.map(
            Ref.updateAndGet(seen, (ids) => [...ids, sessionId]),
            (ids) => ids.length !== 2
          )
      })
      const first = yield* pool.use(idOf)
      const second = yield* pool.use(idOf)
      assert.notStrictEqual(first, second)
      assert.deepStrictEqual(yield* Ref.get(seen), [first, first, second])
    }).pipe(run)
  )

  it.effect("no session that is too old", () =>
    Effect.gen(function* () {
      const pool = yield* SessionPool.make({ max: 1, afterLease: "keep", timeToLive: "10 minutes" })
      const first = yield* pool.use(idOf)
      yield* TestClock.adjust("9 minutes")
      assert.strictEqual(yield* pool.use(idOf), first)
      yield* TestClock.adjust("2 minutes")
      assert.notStrictEqual(yield* pool.use(idOf), first)
      assert.notInclude(yield* alive, first)
    }).pipe(run)
  )
})

describe("waiting", () => {
  it.effect("in order of arrival", () =>
    Effect.gen(function* () {
      const pool = yield* SessionPool.make({ max: 1, afterLease: "keep" })
      const order = yield* Ref.make<ReadonlyArray<number>>([])
      const users = yield* Effect.forEach([1, 2, 3, 4, 5], (number) =>
        Effect.zipLeft(
          Effect.fork(
            pool.use(() =>
              Effect.zipRight(
                Ref.update(order, (numbers) => [...numbers, number]),
                Effect.sleep("1 seconds")
              )
            )
          ),
          settle
        )
      )
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.joinAll(users)
      assert.deepStrictEqual(yield* Ref.get(order), [1, 2, 3, 4, 5])
    }).pipe(run)
  )

  it.live("in order of arrival, also behind those who come back at once", () =>
    Effect.gen(function* () {
      const pool = yield* SessionPool.make({ max: 2, afterLease: "keep" })
      const turns = [0, 0, 0]
      const isOver = () => turns.reduce((all, own) => all + own, 0) >= 60
      const work = (worker: number) =>
        pool.use((session) => {
          turns[worker] = (turns[worker] ?? 0) + 1
          return session.command.run("true")
        })
      yield* Effect.forEach([0, 1, 2], (worker) => Effect.repeat(work(worker), { until: isOver }), {
        concurrency: "unbounded",
        discard: true
      })
      assert.isAtLeast(Math.min(...turns), 15, turns.join(", "))
    }).pipe(Effect.scoped, Effect.provide(LocalCloud.layerAgentBay({ machine: "memory" })))
  )

  it.effect("ends in time, also while a session is being made, which stays in the pool", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const pool = yield* SessionPool.make({
        max: 1,
        afterLease: "keep",
        leaseTimeout: "5 seconds",
        name: "p"
      })
      yield* cloud.fail({ action: "CreateMcpSession" }, Fault.slow("30 seconds"))
      const hasty = yield* Effect.fork(Effect.flip(pool.use(idOf)))
      yield* TestClock.adjust("5 seconds")
      assert.deepInclude(yield* Fiber.join(hasty), { _tag: "PoolTimeout", pool: "p", waitedMs: 5000, max: 1 })
      yield* TestClock.adjust("30 seconds")
      const [made] = yield* alive
      assert.strictEqual(yield* pool.use(idOf), made)
      assert.lengthOf(yield* alive, 1)
    }).pipe(run)
  )

  it.effect("someone who goes away takes nothing with him", () =>
    Effect.gen(function* () {
      const pool = yield* SessionPool.make({ max: 1, afterLease: "keep" })
      const holder = yield* Effect.fork(pool.use(() => Effect.sleep("1 minutes")))
      yield* settle
      const waiters = yield* Effect.forEach([1, 2, 3], () => Effect.fork(pool.use(idOf)))
      yield* settle
      yield* Effect.forEach(waiters, Fiber.interrupt)
      yield* TestClock.adjust("1 minutes")
      yield* Fiber.join(holder)
      assert.include(yield* alive, yield* pool.use(idOf))
    }).pipe(run)
  )
})

describe("work on many things", () => {
  const double = (_: Session.Service, thing: number) =>
    thing === 3 ? Effect.fail("three" as const) : Effect.delay(Effect.succeed(thing * 2), `${thing} seconds`)

  it.effect("in order, what failed among the rest, as many at once as there are sessions", () =>
    Effect.gen(function* () {
      const pool = yield* SessionPool.make({ max: 2, afterLease: "keep" })
      const working = yield* Effect.fork(SessionPool.forEach(pool, [4, 3, 2, 1], double))
      yield* TestClock.adjust("5 seconds")
      const results = yield* Fiber.join(working)
      assert.deepStrictEqual(
        results.map((result) => (Either.isRight(result) ? result.right : result.left)),
        [8, "three", 4, 2]
      )
      assert.lengthOf(yield* alive, 2)
    }).pipe(run)
  )

  it.effect("of a stream, as they are ready", () =>
    Effect.gen(function* () {
      const pool = yield* SessionPool.make({ max: 2, afterLease: "keep" })
      const working = yield* Effect.fork(
        Stream.runCollect(SessionPool.mapStream(pool, Stream.make(4, 3, 2, 1), double))
      )
      yield* TestClock.adjust("5 seconds")
      const results = Chunk.toReadonlyArray(yield* Fiber.join(working))
      assert.deepStrictEqual(
        results.map(({ thing }) => thing),
        [3, 2, 1, 4]
      )
      assert.isTrue(results[0] !== undefined && Either.isLeft(results[0].result))
    }).pipe(run)
  )
})

describe("failures", () => {
  it.effect("of a creation reach the one who waits, and the next one tries again", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const pool = yield* SessionPool.make({ max: 1 })
      yield* cloud.fail({ action: "CreateMcpSession" }, Fault.throttled())
      assert.deepInclude(yield* Effect.flip(pool.use(idOf)), { _tag: "SessionError", reason: "Throttled" })
      assert.isString(yield* pool.use(idOf))
    }).pipe(run)
  )

  it.effect("of arguments are told before anything is made", () =>
    Effect.gen(function* () {
      for (const [field, options] of [
        ["max", { max: 0 }],
        ["max", { max: 1.5 }],
        ["min", { min: 3, max: 2 }],
        ["min", { min: -1, max: 2 }],
        ["timeToLive", { max: 1, timeToLive: 0 }],
        ["leaseTimeout", { max: 1, leaseTimeout: "0 seconds" }]
      ] as const) {
        const error = yield* Effect.flip(SessionPool.make(options))
        assert.deepInclude(error, { _tag: "InvalidArgument", field })
      }
      assert.deepStrictEqual(yield* alive, [])
    }).pipe(run)
  )
})
