/** No session is made twice, and none is left behind: whatever becomes of an answer, a program, a machine. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type * as AgentBayConfig from "@effect-agentbay/core/AgentBayConfig"
import * as Lease from "@effect-agentbay/core/Lease"
import { Chunk, Duration, Effect, Exit, Fiber, Stream, TestClock } from "effect"
import * as Fault from "../../src/cloud/Fault.js"
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { TestCloud } from "../../src/TestCloud.js"

const owner = "the-tests"

const withCloud =
  (config: Partial<AgentBayConfig.Options> = {}) =>
  <A, E>(effect: Effect.Effect<A, E, AgentBay.AgentBay | TestCloud>) =>
    Effect.provide(effect, TestAgentBay.layerWith({ config }))

const owned = withCloud({ lease: { owner, timeToLive: "9 minutes" } })

const labels = Effect.map(
  Effect.flatMap(TestCloud, ({ sessions }) => sessions),
  (sessions) => sessions.map((session) => session.labels)
)

const countOf = (action: string) =>
  Effect.map(
    Effect.flatMap(TestCloud, ({ journal }) => journal),
    (calls) => calls.filter((call) => call.action === action).length
  )

const reap = (options: { readonly grace?: Duration.DurationInput } = {}) =>
  Effect.flatMap(AgentBay.AgentBay, (bay) =>
    Effect.map(Stream.runCollect(bay.reap({ owner, ...options })), Chunk.toReadonlyArray)
  )

describe("a creation whose answer is lost", () => {
  for (const [name, fault] of [
    ["the connection broke", Fault.lost],
    ["the answer came too late", Fault.slow("2 minutes")],
    ["the answer was cut off", Fault.truncatedJson],
    ["the connection broke in the middle of the answer", Fault.cutOff(20)],
    ["the answer was something else", Fault.wrongShape({ hello: "world" })],
    [
      "the service said that it had taken too long",
      Fault.wrongShape({ Success: false, HttpStatusCode: 504, Code: "OperationTimeout", Message: "late" })
    ]
  ] as const) {
    it.effect(`${name}: the session is taken over`, () =>
      Effect.gen(function* () {
        const bay = yield* AgentBay.AgentBay
        const cloud = yield* TestCloud
        // A shell takes real time, for which the clock would not wait.
        yield* cloud.scriptTool("shell", ["hi\n"])
        yield* cloud.fail({ action: "CreateMcpSession" }, fault)
        const used = Effect.scoped(
          Effect.gen(function* () {
            const session = yield* bay.session({ imageId: "code_latest", labels: { job: "a" } })
            assert.strictEqual((yield* session.command.run("echo hi")).stdout, "hi\n")
            assert.deepStrictEqual(yield* session.getLabels, { job: "a" })
            assert.lengthOf(yield* cloud.sessions, 1)
          })
        )
        const fiber = yield* Effect.fork(used)
        yield* TestClock.adjust("1 minutes")
        yield* TestClock.adjust("1 minutes")
        yield* Fiber.join(fiber)
        assert.strictEqual(yield* countOf("CreateMcpSession"), 1)
        assert.lengthOf(yield* cloud.sessions, 0)
      }).pipe(withCloud())
    )
  }

  it.effect("and that cannot be found is told by its lease", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      yield* cloud.fail({ action: "CreateMcpSession" }, Fault.lost)
      yield* cloud.fail({ action: "ListSession" }, Fault.serverError(), { times: 4 })
      const fiber = yield* Effect.fork(Effect.flip(bay.create()))
      yield* TestClock.adjust("10 seconds")
      const error = yield* Fiber.join(fiber)
      if (error._tag !== "CreateAmbiguous") return assert.fail(error._tag)
      assert.deepInclude(error.cause, { reason: "Transport", phase: "unknown" })
      const found = yield* bay.list({ labels: { [Lease.label.id]: error.lease } })
      assert.lengthOf(found.sessions, 1)
      assert.include(error.message, error.lease)
    }).pipe(withCloud())
  )

  it.effect("and that made nothing is ambiguous as well: nobody can know", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      yield* cloud.fail({ action: "CreateMcpSession" }, Fault.html(502))
      const fiber = yield* Effect.fork(Effect.flip(bay.create()))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "CreateAmbiguous")
      assert.strictEqual(yield* countOf("CreateMcpSession"), 1)
    }).pipe(withCloud())
  )

  it.effect("is looked for again while the service does not list it yet", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      yield* cloud.fail({ action: "CreateMcpSession" }, Fault.lost)
      yield* cloud.fail(
        { action: "ListSession" },
        Fault.wrongShape({ Code: "ok", Success: true, Data: [] }),
        {
          times: 2
        }
      )
      const fiber = yield* Effect.fork(bay.create())
      yield* TestClock.adjust("10 seconds")
      const session = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        (yield* cloud.sessions).map(({ sessionId }) => sessionId),
        [session.sessionId]
      )
    }).pipe(withCloud())
  )

  it.effect("that was refused is not looked for", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      for (const fault of [Fault.refused, Fault.throttled(), Fault.serverError()]) {
        yield* cloud.fail({ action: "CreateMcpSession" }, fault)
        assert.strictEqual((yield* Effect.flip(bay.create()))._tag, "SessionError")
      }
      assert.strictEqual(yield* countOf("ListSession"), 0)
    }).pipe(withCloud())
  )

  it.effect("without leases stays what it is", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      yield* cloud.fail({ action: "CreateMcpSession" }, Fault.lost)
      assert.deepInclude(yield* Effect.flip(bay.create()), { _tag: "SessionError", reason: "Transport" })
      assert.deepStrictEqual(yield* labels, [{}])
    }).pipe(withCloud({ lease: false }))
  )
})

describe("labels of a lease", () => {
  it.effect("stay when the labels of a session are replaced, by whatever handle, and are not shown", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const session = yield* bay.create({ labels: { a: "1" } })
      const [before] = yield* labels
      assert.deepStrictEqual(
        Object.keys(before ?? {}).sort(),
        ["a", Lease.label.id, Lease.label.owner].sort()
      )
      yield* session.setLabels({ b: "2" })
      const found = yield* bay.get(session.sessionId)
      yield* found.setLabels({ c: "3" })
      assert.deepStrictEqual(yield* labels, [
        { c: "3", [Lease.label.id]: before?.[Lease.label.id] ?? "", [Lease.label.owner]: owner }
      ])
      assert.deepStrictEqual(yield* found.getLabels, { c: "3" })
    }).pipe(owned)
  )

  it.effect("cannot be set by hand", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const mine = { [Lease.label.id]: "x" }
      assert.deepInclude(yield* Effect.flip(bay.create({ labels: mine })), {
        _tag: "InvalidArgument",
        field: "labels"
      })
      const session = yield* bay.create()
      assert.deepInclude(yield* Effect.flip(session.setLabels(mine)), {
        _tag: "InvalidArgument",
        field: "labels"
      })
    }).pipe(owned)
  )

  it.effect("differ from creation to creation", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      yield* Effect.all(
        Array.from({ length: 20 }, () => bay.create()),
        { concurrency: 5 }
      )
      const ids = (yield* labels).map((one) => one[Lease.label.id])
      assert.strictEqual(new Set(ids).size, 20)
    }).pipe(owned)
  )
})

describe("a closing scope", () => {
  for (const [name, fault] of [
    ["is lost", Fault.lost],
    ["is half of one", Fault.truncatedJson],
    ["is the page of a gateway", Fault.html(200)]
  ] as const) {
    it.effect(`deletes its session also when an answer ${name}`, () =>
      Effect.gen(function* () {
        const bay = yield* AgentBay.AgentBay
        const cloud = yield* TestCloud
        yield* cloud.fail({ action: "DeleteSessionAsync" }, fault, { times: 2 })
        const fiber = yield* Effect.fork(Effect.scoped(bay.session()))
        yield* TestClock.adjust("10 seconds")
        yield* Fiber.join(fiber)
        assert.lengthOf(yield* cloud.sessions, 0)
      }).pipe(withCloud())
    )
  }
})

describe("the reaper", () => {
  it.effect("leaves a session alone that a scope holds, for as long as it does", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const bay = yield* AgentBay.AgentBay
        const session = yield* bay.session({ labels: { a: "1" } })
        for (let minutes = 0; minutes < 60; minutes += 1) {
          yield* TestClock.adjust("1 minutes")
          assert.deepStrictEqual(yield* reap({ grace: 0 }), [])
        }
        yield* session.setLabels({ b: "2" })
        yield* TestClock.adjust("8 minutes")
        assert.deepStrictEqual(yield* reap({ grace: 0 }), [])
        assert.deepStrictEqual(yield* session.getLabels, { b: "2" })
      })
    ).pipe(owned)
  )

  it.effect("outlives two renewals that fail, not three", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const bay = yield* AgentBay.AgentBay
        const cloud = yield* TestCloud
        yield* bay.session()
        yield* cloud.fail({ action: "SetLabel" }, Fault.serverError(), { times: 2 })
        yield* TestClock.adjust("8 minutes")
        assert.deepStrictEqual(yield* reap({ grace: 0 }), [])
        yield* TestClock.adjust("3 minutes")
        assert.deepStrictEqual(yield* reap({ grace: 0 }), [])
        yield* cloud.fail({ action: "SetLabel" }, Fault.serverError(), { times: 3 })
        yield* TestClock.adjust("9 minutes")
        assert.lengthOf(yield* reap({ grace: 0 }), 1)
      })
    ).pipe(owned)
  )

  it.effect("deletes what nobody renews any more, after the grace, once, and tells", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      const kept = yield* bay.create()
      const holder = yield* Effect.fork(Effect.scoped(Effect.zipRight(bay.session(), Effect.never)))
      yield* TestClock.adjust(0)
      const [, lost] = yield* cloud.sessions
      // A program that dies does not even delete: its calls reach nobody.
      yield* cloud.fail({ action: "DeleteSessionAsync" }, Fault.refused, { times: Number.POSITIVE_INFINITY })
      const ending = yield* Effect.fork(Fiber.interrupt(holder))
      yield* TestClock.adjust("2 minutes")
      yield* Fiber.join(ending)
      yield* cloud.clearFaults
      yield* TestClock.adjust("7 minutes")
      assert.deepStrictEqual(yield* reap(), [], "within the grace")
      yield* TestClock.adjust("1 minutes")
      const runs = yield* Effect.all([reap(), reap(), reap()], { concurrency: 3 })
      const sessionId = lost?.sessionId ?? ""
      assert.isAtLeast(runs.flat().length, 1)
      for (const one of runs.flat()) assert.deepInclude(one, { _tag: "Deleted", sessionId })
      assert.deepStrictEqual(yield* reap(), [])
      assert.deepStrictEqual(
        (yield* cloud.sessions).map((session) => session.sessionId),
        [kept.sessionId]
      )
    }).pipe(owned)
  )

  it.effect("tells which deletion failed and goes on", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const bay = yield* AgentBay.AgentBay
      const held = yield* Effect.forEach([1, 2, 3], () =>
        Effect.fork(Effect.scoped(Effect.zipRight(bay.session(), Effect.never)))
      )
      yield* TestClock.adjust(0)
      const ids = (yield* cloud.sessions).map(({ sessionId }) => sessionId)
      yield* cloud.fail({ action: "SetLabel" }, Fault.serverError(), { times: 9 })
      yield* TestClock.adjust("11 minutes")
      yield* cloud.fail(
        { action: "DeleteSessionAsync", sessionId: ids[1] ?? "" },
        Fault.softFailure("NotYours", "no")
      )
      const reaped = yield* reap()
      assert.sameDeepMembers(
        reaped.map(({ _tag, sessionId }) => [_tag, sessionId]),
        ids.map((id, index) => [index === 1 ? "Failed" : "Deleted", id])
      )
      yield* Effect.forEach(held, Fiber.interrupt)
    }).pipe(owned)
  )

  it.effect("touches only sessions of its owner that have an end", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      yield* bay.create({ labels: { other: "yes" } })
      yield* TestClock.adjust("1 days")
      assert.deepStrictEqual(yield* reap(), [])
      const error = yield* Effect.flip(Stream.runDrain(bay.reap({ owner: " " })))
      assert.deepInclude(error, { _tag: "InvalidArgument", field: "owner" })
      const grace = yield* Effect.flip(Stream.runDrain(bay.reap({ owner, grace: Duration.infinity })))
      assert.deepInclude(grace, { _tag: "InvalidArgument", field: "grace" })
    }).pipe(owned)
  )
})

describe("interruption", () => {
  it.effect("at any step of a session leaves none", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      const use = Effect.scoped(
        Effect.flatMap(bay.session({ imageId: "code_latest" }), (session) => session.status)
      )
      /** Interrupts when the fibers have given way this often; says whether it had ended by then. */
      const interruptedAfter = (turns: number, operationsPerTurn: number) =>
        Effect.gen(function* () {
          const fiber = yield* Effect.fork(Effect.withMaxOpsBeforeYield(use, operationsPerTurn))
          for (let turn = 0; turn < turns; turn += 1) yield* Effect.yieldNow()
          const alive = (yield* cloud.sessions).length
          const exit = yield* Fiber.interrupt(fiber)
          assert.lengthOf(yield* cloud.sessions, 0, `after ${turns} turns of ${operationsPerTurn}`)
          return { alive, hasEnded: Exit.isSuccess(exit) }
        })
      let inBetween = 0
      // A fiber needs some operations to give way at all; turns of different lengths end at different places.
      for (const operationsPerTurn of [16, 17, 19, 23, 29, 37]) {
        for (let turns = 0, hasEnded = false; !hasEnded; turns += 1) {
          const run = yield* interruptedAfter(turns, operationsPerTurn)
          hasEnded = run.hasEnded
          if (!hasEnded) inBetween += run.alive
        }
      }
      assert.isAbove(inBetween, 50, "many were interrupted while there was a session")
    }).pipe(withCloud())
  )
})
