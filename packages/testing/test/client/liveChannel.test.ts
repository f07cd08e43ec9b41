/** The live channel when things go wrong, in virtual time. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type * as AgentBayError from "@effect-agentbay/core/AgentBayError"
import type * as Session from "@effect-agentbay/core/Session"
import type * as SessionSocket from "@effect-agentbay/core/SessionSocket"
import { Chunk, Effect, Fiber, Redacted, Stream, TestClock } from "effect"
import * as fc from "effect/FastCheck"
import * as SocketFault from "../../src/cloud/SocketFault.js"
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { TestCloud } from "../../src/TestCloud.js"

const server = "wuying_codespace"

const endless = {
  method: "run_code",
  mode: "stream",
  params: { language: "javascript", code: "setTimeout(() => {}, 1e9); console.log('begun')", timeoutS: 1e6 }
}

const withSession = <A, E>(
  use: (session: Session.Session.Service, cloud: TestCloud.Service) => Effect.Effect<A, E, AgentBay.AgentBay>
) =>
  Effect.gen(function* () {
    const bay = yield* AgentBay.AgentBay
    const cloud = yield* TestCloud
    return yield* use(yield* bay.session({ imageId: "code_latest" }), cloud)
  }).pipe(Effect.scoped, Effect.provide(TestAgentBay.layer))

/** Goes on until something holds, without any time passing. */
const until = (holds: Effect.Effect<boolean>): Effect.Effect<void> =>
  Effect.flatMap(holds, (does) =>
    does
      ? Effect.void
      : Effect.zipRight(
          Effect.promise(() => new Promise((done) => setImmediate(done))),
          until(holds)
        )
  )

const isOpen = (cloud: TestCloud.Service, count = 1) =>
  until(Effect.map(cloud.sockets, ({ length }) => length === count))

const statesOf = ({ socket }: Session.Session.Service) =>
  Effect.gen(function* () {
    const seen: Array<SessionSocket.SocketState> = []
    yield* Effect.forkScoped(Stream.runForEach(socket.state, (state) => Effect.sync(() => seen.push(state))))
    return seen
  })

/** A request that has begun and does not end. */
const inFlight = ({ socket }: Session.Session.Service) =>
  Effect.gen(function* () {
    const invocation = yield* socket.open(server, endless)
    const heard = yield* Effect.fork(Stream.runHead(invocation.frames))
    return { invocation, heard }
  })

describe("a live channel in trouble", () => {
  it.effect("notices a dead peer by its missing pong, and fails what is in flight", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const { invocation } = yield* inFlight(session)
        const failure = yield* Effect.fork(Effect.flip(Stream.runDrain(invocation.frames)))
        yield* until(
          Effect.map(cloud.frames, (frames) => frames.some(({ direction }) => direction === "out"))
        )
        yield* cloud.failSocket({}, SocketFault.silent)
        yield* cloud.push(session.sessionId, "anyone", {})
        yield* TestClock.adjust("39 seconds")
        assert.strictEqual((yield* Fiber.poll(failure))._tag, "None")
        yield* TestClock.adjust("2 seconds")
        const error = yield* Fiber.join(failure)
        assert.deepInclude(error, {
          reason: "Lost",
          phase: "sent",
          invocationId: invocation.id,
          target: server
        })
        assert.include(error.message, "no answer to a ping within 20s")
      }).pipe(Effect.scoped)
    )
  )

  it.effect("a healthy peer is pinged for an hour without a loss, and an unused connection is closed", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const listening = yield* Effect.fork(Stream.runDrain(session.events("anyone")))
        yield* isOpen(cloud)
        const seen = yield* Effect.scoped(
          statesOf(session).pipe(Effect.tap(() => TestClock.adjust("1 hour")))
        )
        assert.deepStrictEqual(seen, [{ _tag: "Open", connection: 1 }])
        yield* Fiber.interrupt(listening)
        yield* TestClock.adjust("9 seconds")
        assert.strictEqual((yield* cloud.sockets).length, 1)
        yield* TestClock.adjust("1 seconds")
        yield* isOpen(cloud, 0)
      })
    )
  )

  it.effect("reconnects with growing waits while anything is subscribed, and says every state", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const seen = yield* statesOf(session)
        const signals = yield* session.socket.subscribe("anyone")
        const heard = yield* Effect.fork(Stream.runCollect(Stream.take(signals, 4)))
        yield* cloud.failSocket({}, SocketFault.unreachable, { times: 3 })
        yield* cloud.dropSockets(session.sessionId)
        yield* TestClock.adjust("399 millis")
        yield* until(Effect.sync(() => seen.some(({ _tag }) => _tag === "Reconnecting")))
        assert.isFalse(seen.some((state) => state._tag === "Reconnecting" && state.attempt > 1))
        // Half a second, one, two and four, each up to a fifth longer.
        yield* TestClock.adjust("9 seconds")
        yield* until(Effect.sync(() => seen.some((state) => state._tag === "Open" && state.connection === 2)))
        yield* cloud.push(session.sessionId, "anyone", { after: true })
        const got = Chunk.toArray(yield* Fiber.join(heard))
        assert.deepStrictEqual(
          got.map(({ _tag }) => _tag),
          ["Opened", "Lost", "Opened", "Push"]
        )
        assert.deepStrictEqual(
          seen.filter(({ _tag }) => _tag === "Reconnecting"),
          [1, 2, 3, 4].map((attempt) => ({ _tag: "Reconnecting" as const, attempt }))
        )
      }).pipe(Effect.scoped)
    )
  )

  it.effect("without a subscription a lost connection is not made again before it is needed", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const { invocation } = yield* inFlight(session)
        yield* cloud.dropSockets(session.sessionId)
        const error = yield* Effect.flip(Stream.runDrain(invocation.frames))
        assert.strictEqual(error.reason, "Lost")
        yield* TestClock.adjust("5 minutes")
        assert.deepStrictEqual(yield* cloud.sockets, [])
        assert.deepInclude(yield* Effect.flip(session.socket.call("nobody", {})), { reason: "Remote" })
      }).pipe(Effect.scoped)
    )
  )

  it.effect("what is asked right after a cut goes over the next connection, as nothing of it had left", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const { call, send } = session.socket
        const list = call("PTY_SERVER", { method: "pty.list", params: {} })
        for (const ask of [
          list,
          send("anyone", {}),
          Stream.runDrain(session.code.stream("javascript", "7"))
        ]) {
          yield* list
          yield* cloud.dropSockets(session.sessionId)
          yield* ask
        }
        const { write } = yield* session.socket.open(server, endless)
        yield* cloud.dropSockets(session.sessionId)
        // It belongs to what was lost.
        assert.deepInclude(yield* Effect.flip(write({})), { reason: "Lost", phase: "notSent" })
      }).pipe(Effect.scoped)
    )
  )

  it.effect(
    "a refused token is refreshed once; one that stays refused is an error that names the status, not the token",
    () =>
      withSession((session, cloud) =>
        Effect.gen(function* () {
          yield* cloud.failSocket({}, SocketFault.refused(401))
          assert.deepInclude(yield* Effect.flip(session.socket.call("nobody", {})), { reason: "Remote" })
          const reads = (yield* cloud.journal).filter(({ action }) => action === "GetSession")
          assert.strictEqual(reads.length, 1)
          yield* cloud.dropSockets(session.sessionId)
          yield* isOpen(cloud, 0)
          yield* cloud.failSocket({}, SocketFault.refused(403), { times: 2 })
          const error = (yield* Effect.flip(session.socket.call("nobody", {}))) as AgentBayError.ChannelError
          assert.deepInclude(error, {
            reason: "Refused",
            status: 403,
            phase: "notSent",
            operation: "SessionSocket.call"
          })
          const token = session.token._tag === "Some" ? Redacted.value(session.token.value) : "missing"
          assert.notInclude(JSON.stringify(error) + error.message, token)
        })
      )
  )

  it.effect("a malformed frame fails its own invocation and no other", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const one = yield* inFlight(session)
        const two = yield* inFlight(session)
        const cut = `{"invocationId":"${one.invocation.id}","source":"${server}","tar`
        yield* cloud.failSocket({ direction: "out" }, SocketFault.replaced(cut))
        yield* cloud.push(session.sessionId, "anyone", {})
        const error = yield* Effect.flip(Stream.runDrain(one.invocation.frames))
        assert.deepInclude(error, { reason: "Protocol", invocationId: one.invocation.id })
        for (const junk of [
          "",
          "null",
          "[]",
          "{",
          '{"type":"pong"}',
          '{"invocationId":"","data":{}}',
          '{"invocationId":"x","data":7}'
        ]) {
          yield* cloud.failSocket({ direction: "out" }, SocketFault.replaced(junk))
          yield* cloud.push(session.sessionId, "anyone", {})
        }
        assert.deepInclude(yield* Effect.flip(session.socket.call("nobody", {})), { reason: "Remote" })
        assert.isTrue(
          (yield* Fiber.poll(two.heard))._tag === "None" || (yield* Fiber.join(two.heard))._tag === "Some"
        )
      }).pipe(Effect.scoped)
    )
  )

  it.effect("aliases and text data are read; late frames of what was given up are no pushes", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const pushes: Array<SessionSocket.Push> = []
        yield* Effect.forkScoped(
          Stream.runForEach(session.events(server), (push) => Effect.sync(() => pushes.push(push)))
        )
        yield* isOpen(cloud)
        const id = yield* Effect.scoped(Effect.map(inFlight(session), ({ invocation }) => invocation.id))
        const say = (text: string) =>
          Effect.zipRight(
            cloud.failSocket({ direction: "out", target: "anyone" }, SocketFault.replaced(text)),
            cloud.push(session.sessionId, "anyone", {})
          )
        yield* say(JSON.stringify({ invocationId: id, source: server, target: "SDK", data: { late: true } }))
        yield* say(JSON.stringify({ requestId: "p-1", source: server, target: "SDK", data: '{"n":1}' }))
        yield* say(JSON.stringify({ invocationId: "p-2", source: server, target: server, data: { n: 2 } }))
        yield* until(Effect.sync(() => pushes.length >= 2))
        assert.deepStrictEqual(
          pushes.map(({ data }) => data),
          [{ n: 1 }, { n: 2 }]
        )
      }).pipe(Effect.scoped)
    )
  )

  it.effect("a consumer that is too slow fails by itself, after what fitted; others receive everything", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const slow = yield* session.socket.subscribe("anyone", { capacity: 1_000 })
        const quick = yield* Effect.fork(Stream.runCollect(Stream.take(session.events("anyone"), 50)))
        yield* Effect.yieldNow()
        const text = "x".repeat(100)
        yield* Effect.forEach(
          Array.from({ length: 50 }, (_, n) => n),
          (n) => cloud.push(session.sessionId, "anyone", { n, text })
        )
        assert.strictEqual((yield* Fiber.join(quick)).length, 50)
        const seen: Array<unknown> = []
        const error = yield* Effect.flip(
          Stream.runForEach(slow, (signal) => Effect.sync(() => seen.push(signal)))
        )
        assert.deepInclude(error, { reason: "Overflow", target: "anyone" })
        assert.isTrue(seen.length > 1 && seen.length < 10)
      }).pipe(Effect.scoped)
    )
  )

  it.effect("a message leaves with exactly four members, and closing is for good", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        yield* session.socket.send("PTY_SERVER", { method: "pty.resize", params: {} })
        yield* until(Effect.map(cloud.frames, ({ length }) => length > 0))
        const frame = (yield* cloud.frames)[0]?.frame as Record<string, unknown>
        assert.deepStrictEqual(Object.keys(frame), ["invocationId", "source", "target", "data"])
        assert.match(String(frame.invocationId), /^[0-9a-f]{32}$/)
        assert.deepInclude(frame, { source: "SDK", target: "PTY_SERVER" })
        yield* session.socket.close
        assert.deepStrictEqual(yield* cloud.sockets, [])
        const error = yield* Effect.flip(session.socket.send("PTY_SERVER", {}))
        assert.deepInclude(error, { reason: "Closed", phase: "notSent" })
      })
    )
  )

  it.effect("a consumer that fails takes nobody along", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const seen = yield* statesOf(session)
        const failing = yield* Effect.fork(
          Stream.runForEach(session.events("anyone"), () => Effect.dieMessage("the program has a mistake"))
        )
        const others = yield* Effect.fork(Stream.runCollect(Stream.take(session.events("anyone"), 2)))
        yield* isOpen(cloud)
        yield* cloud.push(session.sessionId, "anyone", { n: 1 })
        assert.strictEqual((yield* Fiber.await(failing))._tag, "Failure")
        yield* cloud.push(session.sessionId, "anyone", { n: 2 })
        assert.strictEqual((yield* Fiber.join(others)).length, 2)
        assert.isFalse(seen.some(({ _tag }) => _tag === "Reconnecting"))
      }).pipe(Effect.scoped)
    )
  )

  it.effect("closing fails everyone who waits", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const { invocation } = yield* inFlight(session)
        const listening = yield* Effect.fork(Effect.flip(Stream.runDrain(session.events("anyone"))))
        yield* until(
          Effect.map(cloud.frames, (frames) => frames.some(({ direction }) => direction === "out"))
        )
        yield* cloud.failSocket({ direction: "in" }, SocketFault.delayed("1 hour"))
        const calling = yield* Effect.fork(Effect.flip(session.socket.call("nobody", {})))
        yield* until(Effect.map(cloud.frames, (frames) => frames.some(({ target }) => target === "nobody")))
        yield* session.socket.close
        const errors = [
          yield* Fiber.join(calling),
          yield* Fiber.join(listening),
          yield* Effect.flip(Stream.runDrain(invocation.frames))
        ]
        for (const error of errors) assert.deepInclude(error, { _tag: "ChannelError", reason: "Closed" })
      }).pipe(Effect.scoped)
    )
  )

  it.effect("a request may be answered for hours, and is told when nobody listens any more", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const id = yield* Effect.scoped(
          Effect.gen(function* () {
            const { frames, id } = yield* session.socket.open(server, endless, {
              cancel: { method: "stop" }
            })
            const hearing = yield* Effect.fork(
              Stream.runHead(Stream.filter(frames, ({ data }) => data.late === true))
            )
            yield* TestClock.adjust("2 hours")
            const frame = {
              invocationId: id,
              source: server,
              target: "SDK",
              data: { phase: "event", late: true }
            }
            yield* cloud.failSocket(
              { direction: "out", target: "anyone" },
              SocketFault.replaced(JSON.stringify(frame))
            )
            yield* cloud.push(session.sessionId, "anyone", {})
            assert.strictEqual((yield* Fiber.join(hearing))._tag, "Some")
            return id
          })
        )
        yield* until(
          Effect.map(cloud.frames, (frames) =>
            frames.some(({ direction, frame }) => {
              const { data, invocationId } = frame as { data: { method?: string }; invocationId: string }
              return direction === "in" && invocationId === id && data.method === "stop"
            })
          )
        )
      })
    )
  )

  it.effect("a call has a deadline, by default of thirty seconds, and a stream one when asked to", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        yield* cloud.failSocket({ direction: "out" }, SocketFault.delayed("1 hour"), { times: 9 })
        const call = yield* Effect.fork(Effect.flip(session.socket.call("nobody", {})))
        yield* isOpen(cloud)
        yield* TestClock.adjust("31 seconds")
        assert.deepInclude(yield* Fiber.join(call), { reason: "Timeout", phase: "unknown" })
        const stream = yield* Effect.fork(
          Effect.flip(Stream.runDrain(session.socket.stream(server, endless, { timeout: "5 seconds" })))
        )
        yield* TestClock.adjust("6 seconds")
        assert.deepInclude(yield* Fiber.join(stream), { reason: "Timeout" })
        assert.deepInclude(yield* Effect.flip(session.socket.call(" ", {})), {
          _tag: "InvalidArgument",
          field: "target"
        })
      })
    )
  )

  it.effect(
    "wherever the connection is cut, a run of code ends with its result or a typed error, and the next one works",
    () =>
      withSession((session, cloud) =>
        Effect.gen(function* () {
          for (const [skip, direction] of fc.sample(
            fc.tuple(fc.nat(8), fc.constantFrom("in" as const, "out" as const)),
            25
          )) {
            yield* cloud.failSocket({ direction }, SocketFault.dropped, { skip })
            const outcome = yield* Effect.either(
              Stream.runCollect(
                session.code.stream("javascript", "for (let i = 0; i < 4; i++) console.log(i); 7")
              )
            )
            if (outcome._tag === "Left") {
              assert.deepInclude(outcome.left, { _tag: "ChannelError", reason: "Lost" })
            } else {
              assert.strictEqual(Chunk.unsafeLast(outcome.right)._tag, "Completed")
            }
            yield* cloud.clearFaults
            const events = yield* Stream.runCollect(session.code.stream("javascript", "7"))
            assert.strictEqual(Chunk.unsafeLast(events)._tag, "Completed")
          }
        })
      )
  )
})
