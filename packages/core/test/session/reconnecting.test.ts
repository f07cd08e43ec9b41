/** The way from a lost connection to the next one, in virtual time. */
import { assert, describe, it } from "@effect/vitest"
import { SessionSocket, SocketConnector } from "@effect-agentbay/core"
import { Effect, Exit, Fiber, Option, Scope, Stream, TestClock } from "effect"
import { makeFakeSession } from "../support/FakeSession.js"
import { answeringChannel, type OtherSide, scriptedSocket, withSocket } from "../support/scriptedSocket.js"

const unreachable = Effect.fail(new SocketConnector.OpenError({ detail: "nobody is there" }))

/** A channel with a subscription whose connection is lost, and whose attempts fail from then on. */
const unreachableChannel = (isBack: (connection: number) => boolean = () => false) =>
  Effect.gen(function* () {
    const channel = yield* answeringChannel({
      opening: (connection) => (connection === 1 || isBack(connection) ? Effect.void : unreachable)
    })
    const subscription = yield* Scope.make()
    const signals = yield* Scope.extend(channel.socket.subscribe("server"), subscription)
    const { drop } = yield* channel.side
    drop()
    return { ...channel, signals, subscription }
  })

const said = (n: number) => ({ invocationId: `p-${n}`, source: "server", target: "SDK", data: { n } })

const words = (signals: Iterable<SessionSocket.Signal>) =>
  Array.from(signals, (signal) =>
    signal._tag === "Push"
      ? `push ${signal.data.n}`
      : signal._tag === "Opened"
        ? `open ${signal.connection}`
        : "lost"
  )

describe("a subscription", () => {
  it.scoped("ends with an error when the session has no live channel any more", () =>
    Effect.gen(function* () {
      const fake = yield* makeFakeSession()
      const sides: Array<OtherSide> = []
      const { connector } = scriptedSocket((_, side) => sides.push(side), {
        opening: (connection) =>
          connection === 1
            ? Effect.void
            : Effect.fail(new SocketConnector.OpenError({ status: 401, detail: "the token is old" }))
      })
      const connected = withSocket(fake.runtime, connector)
      let hasUrl = true
      const socket = SessionSocket.make({
        ...connected,
        connection: () => ({ ...connected.connection(), ...(hasUrl ? {} : { wsUrl: Option.none() }) }),
        refresh: () =>
          Effect.sync(() => {
            hasUrl = false
          })
      })
      const signals = yield* socket.subscribe("server")
      const ended = yield* Effect.fork(Effect.flip(Stream.runDrain(signals)))
      yield* socket.send("anyone", {})
      sides[0]?.drop()
      yield* TestClock.adjust("1 minute")
      const error = Option.getOrThrow(yield* Fiber.poll(ended)).pipe(
        Exit.getOrElse(() => assert.fail("it did not fail"))
      )
      assert.deepInclude(error, { _tag: "ChannelError", reason: "Refused", target: "server" })
      assert.include(error.message, "no live channel")
      // Whoever asks for something hears what is missing.
      const missing = yield* Effect.flip(socket.call("anyone", {}))
      assert.deepInclude(missing, { _tag: "ChannelUnavailable", reason: "NoUrl" })
    })
  )

  it.scoped("that nobody reads keeps of any number of connections the first loss and the last opening", () =>
    Effect.gen(function* () {
      const { opened, side, socket } = yield* answeringChannel()
      const signals = yield* socket.subscribe("server", { capacity: 1 })
      for (let n = 0; n < 20; n++) {
        const asked = yield* Effect.fork(side)
        yield* TestClock.adjust("1 minute")
        const { drop } = yield* Fiber.join(asked)
        drop()
      }
      const asked = yield* Effect.fork(side)
      yield* TestClock.adjust("1 minute")
      const { say } = yield* Fiber.join(asked)
      say(said(1))
      assert.lengthOf(opened, 21)
      assert.deepStrictEqual(words(yield* Stream.runCollect(Stream.take(signals, 4))), [
        "open 1",
        "lost",
        "open 21",
        "push 1"
      ])
    })
  )

  it.scoped("that is read again meanwhile hears each loss before the next opening", () =>
    Effect.gen(function* () {
      const { side, socket } = yield* answeringChannel()
      const signals = yield* socket.subscribe("server")
      const pull = yield* Stream.toPull(signals)
      const heard: Array<SessionSocket.Signal> = []
      const read = Effect.map(pull, (chunk) => heard.push(...chunk))
      const lose = Effect.gen(function* () {
        const asked = yield* Effect.fork(side)
        yield* TestClock.adjust("1 minute")
        const { drop } = yield* Fiber.join(asked)
        drop()
        yield* Effect.repeatN(Effect.yieldNow(), 20)
      })
      yield* read
      // Two losses unread, of which the second left no opening behind.
      yield* lose
      yield* lose
      yield* read
      const rest = yield* Effect.fork(Effect.forever(read))
      yield* lose
      yield* TestClock.adjust("1 minute")
      yield* Fiber.interrupt(rest)
      assert.deepStrictEqual(words(heard), ["open 1", "lost", "open 3", "lost", "open 4"])
    })
  )

  it.scoped("has one connection at a time when its peer is dead, whoever asks while that is found out", () =>
    Effect.gen(function* () {
      const { count, opened, side, socket } = yield* answeringChannel({ closing: "1 second" })
      const signals = yield* socket.subscribe("server")
      const heard = yield* Effect.fork(Stream.runCollect(Stream.take(signals, 5)))
      const { mute } = yield* side
      mute()
      yield* TestClock.adjust("39900 millis")
      const asked: Array<Fiber.RuntimeFiber<OtherSide, SessionSocket.Failure>> = []
      for (let n = 0; n < 30; n++) {
        asked.push(yield* Effect.fork(side))
        yield* TestClock.adjust("100 millis")
      }
      const sides = yield* Fiber.join(Fiber.all(asked))
      sides.at(-1)?.say(said(1))
      sides.at(-1)?.say(said(2))
      assert.deepStrictEqual(words(yield* Fiber.join(heard)), [
        "open 1",
        "lost",
        "open 2",
        "push 1",
        "push 2"
      ])
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual([opened.length, count], [2, { now: 1, most: 1 }])
    })
  )
})

describe("a request while a connection is awaited", () => {
  it.scoped("does not wait for the back-off", () =>
    Effect.gen(function* () {
      let isBack = false
      const { opened, socket } = yield* unreachableChannel(() => isBack)
      yield* TestClock.adjust("5 minutes")
      const before = opened.length
      isBack = true
      // No time passes.
      assert.deepStrictEqual(yield* socket.call("anyone", {}), { result: 2 })
      assert.strictEqual(opened.length, before + 1)
    })
  )

  it.scoped("hears at once why there is none", () =>
    Effect.gen(function* () {
      const { socket } = yield* unreachableChannel()
      yield* TestClock.adjust("5 minutes")
      const error = yield* Effect.flip(socket.call("anyone", {}))
      assert.deepInclude(error, { reason: "Unreachable", phase: "notSent" })
    })
  )

  it.scoped("is one of many: they cause two attempts in a second", () =>
    Effect.gen(function* () {
      const { opened, socket } = yield* unreachableChannel()
      yield* TestClock.adjust("5 minutes")
      const before = opened.length
      const asking = yield* Effect.forkScoped(
        Effect.forever(Effect.zipRight(Effect.ignore(socket.call("anyone", {})), Effect.sleep("10 millis")))
      )
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.interrupt(asking)
      assert.isAtLeast(opened.length - before, 19)
      assert.isAtMost(opened.length - before, 21)
    })
  )

  it.scoped(
    "finds no back-off when the last subscription has ended, and nothing is attempted without it",
    () =>
      Effect.gen(function* () {
        let isBack = false
        const { opened, socket, subscription } = yield* unreachableChannel(() => isBack)
        const states: Array<SessionSocket.SocketState> = []
        yield* Effect.forkScoped(
          Stream.runForEach(socket.state, (state) => Effect.sync(() => states.push(state)))
        )
        yield* TestClock.adjust("5 minutes")
        assert.strictEqual(states.at(-1)?._tag, "Reconnecting")
        yield* Scope.close(subscription, Exit.void)
        const before = opened.length
        yield* TestClock.adjust("10 minutes")
        assert.deepStrictEqual([opened.length, states.at(-1)], [before, { _tag: "Closed" }])
        assert.deepInclude(yield* Effect.flip(socket.call("anyone", {})), { reason: "Unreachable" })
        isBack = true
        assert.deepStrictEqual(yield* socket.call("anyone", {}), { result: 2 })
      })
  )

  it.scoped("that came with the last subscription is attempted at once when that ends", () =>
    Effect.gen(function* () {
      let isBack = false
      const { socket, subscription } = yield* unreachableChannel(() => isBack)
      yield* TestClock.adjust("5 minutes")
      // An attempt has just failed, so that the next request waits a little.
      yield* Effect.flip(socket.call("anyone", {}))
      isBack = true
      const asked = yield* Effect.fork(socket.call("anyone", {}))
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      assert.isTrue(Option.isNone(yield* Fiber.poll(asked)))
      yield* Scope.close(subscription, Exit.void)
      assert.deepStrictEqual(yield* Fiber.join(asked), { result: 2 })
    })
  )
})
