/** Terminals when things go wrong: whatever happens, none is left that nobody wants. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type * as Session from "@effect-agentbay/core/Session"
import {
  Effect,
  Exit,
  Fiber,
  FiberId,
  Option,
  RuntimeFlags,
  RuntimeFlagsPatch,
  Scope,
  Stream,
  Supervisor,
  TestClock
} from "effect"
import * as fc from "effect/FastCheck"
import * as SocketFault from "../../src/cloud/SocketFault.js"
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { TestCloud } from "../../src/TestCloud.js"

const withSession = <A, E>(
  use: (session: Session.Session.Service, cloud: TestCloud.Service) => Effect.Effect<A, E, Scope.Scope>
) =>
  Effect.gen(function* () {
    const bay = yield* AgentBay.AgentBay
    const cloud = yield* TestCloud
    return yield* use(yield* bay.session({ imageId: "code_latest" }), cloud)
  }).pipe(Effect.scoped, Effect.provide(TestAgentBay.layer))

/** Goes on until something holds, without any time passing. */
const until = <E>(holds: Effect.Effect<boolean, E>): Effect.Effect<void, E> =>
  Effect.flatMap(holds, (does) =>
    does
      ? Effect.void
      : Effect.zipRight(
          Effect.promise(() => new Promise((done) => setImmediate(done))),
          until(holds)
        )
  )

/** Until the session was asked for something so many times. */
const asked = (cloud: TestCloud.Service, method: string, count = 1) =>
  until(
    Effect.map(
      cloud.frames,
      (frames) =>
        frames.filter(
          ({ direction, frame }) => direction === "in" && JSON.stringify(frame).includes(`"${method}"`)
        ).length >= count
    )
  )

/** Interrupts the fiber of an effect before its nth operation. */
class InterruptAt extends Supervisor.AbstractSupervisor<void> {
  override readonly value = Effect.void
  private main: Fiber.RuntimeFiber<unknown, unknown> | undefined
  private done = 0

  constructor(private readonly step: number) {
    super()
  }

  override onEffect<A, E>(fiber: Fiber.RuntimeFiber<A, E>): void {
    this.main ??= fiber
    if (fiber !== this.main) return
    this.done += 1
    if (this.done === this.step) fiber.unsafeInterruptAsFork(FiberId.none)
  }
}

const interruptedAt = <A, E, R>(step: number, effect: Effect.Effect<A, E, R>) =>
  effect.pipe(
    Effect.supervised(new InterruptAt(step)),
    Effect.withRuntimeFlagsPatch(RuntimeFlagsPatch.enable(RuntimeFlags.OpSupervision)),
    Effect.fork,
    Effect.flatMap(Fiber.join)
  )

/** A lost connection to which something listens is made again after half a second or so. */
const reconnected = Effect.repeatN(
  // The wait for the next connection begins when the old one has been seen to.
  Effect.promise(() => new Promise((done) => setTimeout(done, 1))).pipe(
    Effect.zipRight(TestClock.adjust("500 millis"))
  ),
  3
)

describe("a terminal that nobody wants any more", () => {
  it.live(
    "is killed wherever its creation is interrupted",
    () =>
      withSession(({ pty }) =>
        Effect.gen(function* () {
          yield* pty.list
          let interrupted = 0
          for (let step = 1; ; step += 1) {
            const exit = yield* Effect.exit(interruptedAt(step, Effect.scoped(pty.create())))
            assert.deepStrictEqual(yield* pty.list, [], `at step ${step}`)
            if (Exit.isSuccess(exit)) break
            assert.isTrue(Exit.isInterrupted(exit))
            interrupted += 1
          }
          assert.isAbove(interrupted, 250)
        })
      ),
    60_000
  )

  for (const keep of [false, true]) {
    const which = keep ? "one to be kept" : "one of a scope"

    it.effect(`is killed when its answer comes after the creation was interrupted: ${which}`, () =>
      withSession(({ pty }, cloud) =>
        Effect.gen(function* () {
          yield* cloud.failSocket({ direction: "out" }, SocketFault.delayed("3 seconds"))
          const creating = yield* Effect.fork(Effect.scoped(pty.create({ keep })))
          yield* asked(cloud, "pty.create")
          const interrupting = yield* Effect.fork(Fiber.interrupt(creating))
          yield* TestClock.adjust("3 seconds")
          assert.isTrue(Exit.isInterrupted(yield* Fiber.join(interrupting)))
          assert.deepStrictEqual(yield* pty.list, [])
        })
      )
    )

    it.effect(`is killed when its answer comes after the time was up: ${which}`, () =>
      withSession(({ pty }, cloud) =>
        Effect.gen(function* () {
          yield* cloud.failSocket({ direction: "out" }, SocketFault.delayed("1 minute"))
          const creating = yield* Effect.fork(Effect.flip(pty.create({ keep })))
          yield* asked(cloud, "pty.create")
          yield* TestClock.adjust("30 seconds")
          assert.deepInclude(yield* Fiber.join(creating), {
            _tag: "ChannelError",
            reason: "Timeout",
            phase: "unknown"
          })
          // The scope is still open.
          yield* TestClock.adjust("30 seconds")
          yield* asked(cloud, "pty.kill")
          assert.deepStrictEqual(yield* pty.list, [])
        })
      )
    )
  }

  it.effect("is killed although whoever closes its scope is interrupted meanwhile, and is waited for", () =>
    withSession(({ pty }, cloud) =>
      Effect.gen(function* () {
        const working = yield* Effect.fork(
          Effect.scoped(
            Effect.zipRight(
              pty.create(),
              cloud.failSocket({ direction: "out" }, SocketFault.delayed("3 seconds"))
            )
          )
        )
        yield* asked(cloud, "pty.kill")
        const interrupting = yield* Effect.fork(Fiber.interrupt(working))
        yield* TestClock.adjust("2900 millis")
        assert.strictEqual((yield* Fiber.poll(interrupting))._tag, "None")
        yield* TestClock.adjust("100 millis")
        yield* Fiber.join(interrupting)
        assert.deepStrictEqual(yield* pty.list, [])
      })
    )
  )

  it.effect("is killed when its scope closes after its connection was lost, unless it is to be kept", () =>
    withSession(({ pty, sessionId }, cloud) =>
      Effect.gen(function* () {
        for (const keep of [false, true]) {
          const scope = yield* Scope.make()
          const terminal = yield* Scope.extend(pty.create({ keep }), scope)
          yield* cloud.dropSockets(sessionId)
          assert.deepInclude(yield* Effect.flip(terminal.wait), { reason: "Lost" })
          const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
          yield* reconnected
          yield* Fiber.join(closing)
          assert.deepStrictEqual(yield* pty.list, keep ? [terminal.ptyId] : [])
        }
      })
    )
  )

  it.effect(
    "may be left when the connection is lost before the answer, and the error says where to find it",
    () =>
      withSession(({ pty }, cloud) =>
        Effect.gen(function* () {
          yield* pty.list
          yield* cloud.failSocket({ direction: "out" }, SocketFault.dropped)
          const error = yield* Effect.flip(pty.create())
          yield* reconnected
          assert.deepInclude(error, { _tag: "ChannelError", reason: "Lost", phase: "unknown" })
          assert.include(error.message, "SessionPty.list has its id")
          const left = yield* pty.list
          assert.lengthOf(left, 1)
          yield* Effect.forEach(left, pty.kill)
          assert.deepStrictEqual(yield* pty.list, [])
        })
      )
  )

  it.effect("is killed by its handle after its connection was lost", () =>
    withSession(({ pty, sessionId }, cloud) =>
      Effect.gen(function* () {
        const terminal = yield* pty.create()
        yield* cloud.dropSockets(sessionId)
        yield* Effect.flip(terminal.wait)
        const killing = yield* Effect.fork(terminal.kill)
        yield* reconnected
        yield* Fiber.join(killing)
        assert.deepStrictEqual(yield* pty.list, [])
      })
    )
  )

  it.effect("is killed although the connection breaks in place of the request to do so", () =>
    withSession(({ pty }, cloud) =>
      Effect.gen(function* () {
        const working = yield* Effect.fork(
          Effect.scoped(
            Effect.zipRight(
              pty.create(),
              cloud.failSocket({ direction: "in" }, SocketFault.dropped, { times: 2 })
            )
          )
        )
        yield* asked(cloud, "pty.kill")
        yield* reconnected
        yield* asked(cloud, "pty.kill", 2)
        yield* reconnected
        yield* Fiber.join(working)
        assert.deepStrictEqual(yield* pty.list, [])
        yield* asked(cloud, "pty.kill", 3)
      })
    )
  )

  it.effect("holds its scope up for five seconds at most, and nobody outside of it waits for ever", () =>
    withSession(({ pty }, cloud) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const terminal = yield* Scope.extend(pty.create(), scope)
        const outside = yield* Effect.fork(Effect.flip(terminal.wait))
        const reading = yield* Effect.fork(Effect.flip(Stream.runDrain(terminal.output)))
        yield* cloud.failSocket({}, SocketFault.silent)
        const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
        yield* asked(cloud, "pty.kill")
        yield* TestClock.adjust("4900 millis")
        assert.strictEqual((yield* Fiber.poll(closing))._tag, "None")
        yield* TestClock.adjust("100 millis")
        yield* Fiber.join(closing)
        for (const error of [yield* Fiber.join(outside), yield* Fiber.join(reading)]) {
          assert.deepInclude(error, { _tag: "PtyError", reason: "Ended" })
        }
      })
    )
  )
})

/** Lets time pass until an effect has ended. */
const passing = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    yield* until(Effect.map(Effect.zipRight(TestClock.adjust("1 second"), Fiber.poll(fiber)), Option.isSome))
    return yield* Fiber.join(fiber)
  })

describe("a terminal over a connection that is cut", () => {
  it.effect("ends with what it shows or a typed error wherever that is, and leaves no terminal", () =>
    withSession(({ pty }, cloud) =>
      Effect.gen(function* () {
        const work = Effect.gen(function* () {
          const terminal = yield* pty.create()
          yield* terminal.input("echo a; echo b\r")
          yield* terminal.input("exit 3\r")
          const shown = yield* Stream.mkString(Stream.decodeText(terminal.output))
          return [shown.includes("a\r\nb\r\n"), yield* terminal.wait]
        })
        const outcomes = new Set<string>()
        for (const [skip, direction, times] of fc.sample(
          fc.tuple(fc.nat(6), fc.constantFrom("in" as const, "out" as const), fc.integer({ min: 1, max: 2 })),
          16
        )) {
          yield* cloud.failSocket({ direction }, SocketFault.dropped, { skip, times })
          const outcome = yield* passing(Effect.either(Effect.scoped(work)))
          outcomes.add(outcome._tag)
          if (outcome._tag === "Right") assert.deepStrictEqual(outcome.right, [true, 3])
          else assert.include(["Lost", "Ended"], "reason" in outcome.left ? outcome.left.reason : "")
          yield* cloud.clearFaults
          // Connections that break soon are made again ever more slowly, and with one the terminal is killed.
          yield* passing(Effect.sleep("1 minute"))
          // Only the answer to a creation can have had the one copy of an id.
          for (const id of yield* passing(pty.list)) {
            assert.strictEqual(direction, "out")
            yield* pty.kill(id)
          }
        }
        assert.deepStrictEqual([...outcomes].sort(), ["Left", "Right"])
      })
    )
  )
})
