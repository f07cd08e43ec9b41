/** Watching files in virtual time: connections that are cut, servers that do not push, programs that are slow. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type * as Session from "@effect-agentbay/core/Session"
import { Effect, type Scope, Stream, TestClock } from "effect"
import * as Fault from "../../src/cloud/Fault.js"
import * as SocketFault from "../../src/cloud/SocketFault.js"
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { TestCloud } from "../../src/TestCloud.js"
import { expectedOf, perform, prepare, record, root, steps, until, untilSo } from "../support/editing.js"

const server = "wuying_filesystem"

const withSession = <A, E>(
  use: (
    session: Session.Session.Service,
    cloud: TestCloud.Service
  ) => Effect.Effect<A, E, TestCloud | Scope.Scope>
) =>
  Effect.gen(function* () {
    const bay = yield* AgentBay.AgentBay
    const cloud = yield* TestCloud
    const session = yield* bay.session()
    yield* session.fileSystem.makeDirectory(root)
    return yield* Effect.scoped(use(session, cloud))
  }).pipe(Effect.scoped, Effect.provide(TestAgentBay.layer))

/** Lets everything happen that needs no time. */
const settle = Effect.promise(() => new Promise((done) => setTimeout(done, 1)))

/** Time in small steps, so that what one timer begins meets the next. */
const pass = (millis: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    const step = Math.min(millis, 500)
    return millis <= 0
      ? Effect.void
      : TestClock.adjust(step).pipe(Effect.zipRight(settle), Effect.zipRight(pass(millis - step)))
  })

const looksOf = (cloud: TestCloud.Service) =>
  Effect.map(cloud.journal, (calls) => calls.filter(({ tool }) => tool === "get_file_change").length)

const tagsOf = (modes: ReadonlyArray<{ readonly _tag: string; readonly reason?: string }>) =>
  modes.map(({ _tag, reason }) => reason ?? _tag)

describe("watching files in virtual time", () => {
  it.effect.prop(
    "random edits while connections are cut at random: all are told, each once",
    [steps(2_000)],
    ([all]) =>
      withSession((session, cloud) =>
        Effect.gen(function* () {
          yield* prepare(session, all)
          const watch = yield* record(session, root)
          yield* until(() => watch.modes.length > 0)
          yield* perform(session, all, pass)
          // Until it is connected again, and whatever comes twice has come.
          yield* pass(5_000)
          for (let waited = 0; watch.modes.at(-1)?._tag !== "Push" && waited < 60; waited++) {
            yield* pass(1_000)
          }
          yield* TestClock.adjust(31_000)
          yield* pass(1_000)
          assert.deepStrictEqual([...watch.changes].sort(), expectedOf(all))
          assert.strictEqual(watch.modes.at(-1)?._tag, "Push")
          assert.lengthOf(yield* cloud.sockets, 1)
        })
      ),
    { fastCheck: { numRuns: 30 }, timeout: 120_000 }
  )

  it.effect("is told at once, looks at most once per interval, and every 30 seconds besides", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const watch = yield* record(session, root, { interval: "1 second" })
        yield* untilSo(Effect.map(looksOf(cloud), (count) => count === 2))
        yield* pass(10_000)
        yield* session.fileSystem.makeDirectory(`${root}/a`)
        yield* until(() => watch.changes.length === 1)
        assert.strictEqual(yield* looksOf(cloud), 3)
        for (const name of ["b", "c", "d"]) yield* session.fileSystem.makeDirectory(`${root}/${name}`)
        yield* settle
        assert.strictEqual(yield* looksOf(cloud), 3)
        yield* pass(1_000)
        assert.strictEqual(yield* looksOf(cloud), 4)
        assert.deepStrictEqual(
          watch.changes,
          ["a", "b", "c", "d"].map((name) => `create ${root}/${name}`)
        )
        yield* pass(29_000)
        assert.strictEqual(yield* looksOf(cloud), 4)
        yield* pass(1_000)
        assert.strictEqual(yield* looksOf(cloud), 5)
      })
    )
  )

  it.effect("a push that never came is found by looking", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const watch = yield* record(session, root)
        yield* untilSo(Effect.map(looksOf(cloud), (count) => count === 2))
        yield* cloud.failSocket({ direction: "out" }, SocketFault.replaced("{}"))
        yield* session.fileSystem.makeDirectory(`${root}/a`)
        yield* settle
        assert.deepStrictEqual(watch.changes, [])
        yield* pass(30_000)
        assert.deepStrictEqual(watch.changes, [`create ${root}/a`])
      })
    )
  )

  it.effect("a report that is lost on its way is made up for by the pushes", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const watch = yield* record(session, root)
        yield* untilSo(Effect.map(looksOf(cloud), (count) => count === 2))
        yield* cloud.fail({ tool: "get_file_change" }, Fault.lost)
        yield* session.fileSystem.makeDirectory(`${root}/a`)
        yield* pass(3_000)
        assert.deepStrictEqual(watch.changes, [`create ${root}/a`])
      })
    )
  )

  it.effect("while the connection is lost it polls; then it subscribes again, and says both", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const watch = yield* record(session, root)
        yield* until(() => watch.modes.length === 1)
        yield* cloud.failSocket({}, SocketFault.unreachable, { times: 4 })
        yield* cloud.dropSockets(session.sessionId)
        yield* until(() => watch.modes.length === 2)
        yield* session.fileSystem.makeDirectory(`${root}/a`)
        yield* pass(500)
        assert.deepStrictEqual(watch.changes, [`create ${root}/a`])
        yield* pass(30_000)
        assert.deepStrictEqual(tagsOf(watch.modes), ["Push", "Disconnected", "Push"])
        const before = yield* looksOf(cloud)
        yield* session.fileSystem.makeDirectory(`${root}/b`)
        yield* until(() => watch.changes.length === 2)
        assert.strictEqual(yield* looksOf(cloud), before + 1)
      })
    )
  )

  it.effect("a first connection that fails is polled over and tried again", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        yield* cloud.failSocket({}, SocketFault.unreachable, { times: 2 })
        const watch = yield* record(session, root)
        yield* until(() => watch.modes.length === 1)
        yield* session.fileSystem.makeDirectory(`${root}/a`)
        yield* pass(5_000)
        assert.deepStrictEqual(tagsOf(watch.modes), ["Disconnected", "Push"])
        assert.deepStrictEqual(watch.changes, [`create ${root}/a`])
      })
    )
  )

  it.effect("a server that is silent is asked again, and told that nobody listens", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        yield* cloud.failSocket({ direction: "out", target: server }, SocketFault.replaced("{}"))
        const watch = yield* record(session, root)
        yield* pass(14_000)
        assert.deepStrictEqual(watch.modes, [])
        yield* pass(3_000)
        assert.deepStrictEqual(tagsOf(watch.modes), ["Disconnected", "Push"])
        const methods = (yield* cloud.frames)
          .filter(({ direction }) => direction === "in")
          .map(({ frame }) => (frame as { data: { method: string } }).data.method)
        assert.deepStrictEqual(methods, [
          "subscribe_file_change",
          "unsubscribe_file_change",
          "subscribe_file_change"
        ])
      })
    )
  )

  it.effect("a channel that is refused is a failure, not silence", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        yield* cloud.failSocket({}, SocketFault.refused(403), { times: Infinity })
        const error = yield* Effect.flip(Stream.runDrain(session.fileSystem.changes(root)))
        assert.deepInclude(error, { _tag: "ChannelError", reason: "Refused", status: 403 })
      })
    )
  )

  it.effect("with `poll` the live channel is not used", () =>
    withSession((session, cloud) =>
      Effect.gen(function* () {
        const watch = yield* record(session, root, { mode: "poll" })
        yield* until(() => watch.modes.length === 1)
        yield* session.fileSystem.makeDirectory(`${root}/a`)
        yield* pass(500)
        assert.deepStrictEqual(watch.changes, [`create ${root}/a`])
        assert.deepStrictEqual(tagsOf(watch.modes), ["Chosen"])
        assert.deepStrictEqual(yield* cloud.sockets, [])
      })
    )
  )

  it.effect("two streams of one directory both hear of everything", () =>
    withSession((session) =>
      Effect.gen(function* () {
        const first = yield* record(session, root)
        const second = yield* record(session, root)
        yield* until(() => first.modes.length + second.modes.length === 2)
        yield* settle
        yield* session.fileSystem.makeDirectory(`${root}/a`)
        yield* pass(1_000)
        assert.deepStrictEqual(first.changes, [`create ${root}/a`])
        assert.deepStrictEqual(second.changes, [`create ${root}/a`])
      })
    )
  )

  it.effect("deleting the session ends the stream with a failure", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const session = yield* bay.create()
      yield* session.fileSystem.makeDirectory(root)
      let isPushing = false
      const ending = yield* Effect.fork(
        Effect.flip(
          Stream.runDrain(
            session.fileSystem.changes(root, {
              onMode: () =>
                Effect.sync(() => {
                  isPushing = true
                })
            })
          )
        )
      )
      yield* until(() => isPushing)
      yield* settle
      const deleting = yield* Effect.fork(session.delete())
      yield* pass(3_000)
      yield* deleting
      assert.deepInclude(yield* ending, { _tag: "ChannelError", reason: "Closed" })
    }).pipe(Effect.provide(TestAgentBay.layer))
  )
})
