/** When sessions end by themselves, in virtual time. */
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import { Effect, Fiber, Option, TestClock } from "effect"
import * as TestAgentBay from "../../src/TestAgentBay.js"
import { TestCloud } from "../../src/TestCloud.js"

const withSession = <A, E>(
  lifetime: AgentBay.CreateParams["lifetime"],
  use: (
    session: Effect.Effect.Success<ReturnType<AgentBay.AgentBay.Service["create"]>>,
    cloud: TestCloud.Service
  ) => Effect.Effect<A, E>
) =>
  Effect.gen(function* () {
    const bay = yield* AgentBay.AgentBay
    const cloud = yield* TestCloud
    return yield* use(yield* bay.create({ imageId: "code_latest", lifetime }), cloud)
  }).pipe(Effect.provide(TestAgentBay.layer))

const isAlive = (cloud: TestCloud.Service) => Effect.map(cloud.sessions, (sessions) => sessions.length === 1)

describe("lifetimes", () => {
  it.effect("an idle session ends, and says why; a call and keepAlive put that off", () =>
    withSession({ idleRelease: "90 seconds" }, (session, cloud) =>
      Effect.gen(function* () {
        yield* TestClock.adjust("89 seconds")
        yield* session.keepAlive
        yield* TestClock.adjust("89 seconds")
        yield* session.fileSystem.writeFileString("/tmp/a", "x")
        yield* TestClock.adjust("89 seconds")
        assert.isTrue(yield* isAlive(cloud))
        yield* TestClock.adjust("1 second")
        assert.isFalse(yield* isAlive(cloud))
        const { endReason, status } = yield* session.status
        assert.deepStrictEqual([status, Option.getOrNull(endReason)], ["FINISH", "IdleTimeout"])
        assert.deepInclude(yield* Effect.flip(session.keepAlive), {
          _tag: "SessionError",
          reason: "NotFound"
        })
      })
    )
  )

  it.effect("a call that runs is use, however long it takes", () =>
    withSession({ idleRelease: "1 minute" }, (session, cloud) =>
      Effect.gen(function* () {
        yield* cloud.scriptTool("shell", () => Effect.as(Effect.sleep("10 minutes"), "done"))
        const call = yield* Effect.fork(session.command.run("x", { timeout: "15 minutes" }))
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual((yield* Fiber.join(call)).stdout, "done")
        yield* TestClock.adjust("59 seconds")
        assert.isTrue(yield* isAlive(cloud))
        yield* TestClock.adjust("1 second")
        assert.isFalse(yield* isAlive(cloud))
      })
    )
  )

  it.effect("a maximum run time counts from creation, and both are minutes", () =>
    withSession({ idleRelease: "2 minutes", maxRuntime: "5 minutes" }, (session, cloud) =>
      Effect.gen(function* () {
        for (let minute = 1; minute < 5; minute++) {
          yield* TestClock.adjust("1 minute")
          yield* session.keepAlive
        }
        assert.isTrue(yield* isAlive(cloud))
        yield* TestClock.adjust("1 minute")
        assert.isFalse(yield* isAlive(cloud))
        assert.strictEqual(Option.getOrNull((yield* session.status).endReason), "MaxRuntime")
      })
    )
  )

  it.effect("with a maximum alone it may be idle for five minutes", () =>
    withSession({ maxRuntime: "1 hour" }, (_, cloud) =>
      Effect.gen(function* () {
        yield* TestClock.adjust("299 seconds")
        assert.isTrue(yield* isAlive(cloud))
        yield* TestClock.adjust("1 second")
        assert.isFalse(yield* isAlive(cloud))
      })
    )
  )

  it.effect("without a limit, and with manual release, it stays; a paused session is not idle", () =>
    Effect.gen(function* () {
      for (const lifetime of [undefined, { manualRelease: true as const }]) {
        yield* withSession(lifetime, (session, cloud) =>
          Effect.gen(function* () {
            yield* TestClock.adjust("100 days")
            assert.isTrue(yield* isAlive(cloud))
            yield* session.delete()
          })
        )
      }
      yield* withSession({ idleRelease: "1 minute" }, (session, cloud) =>
        Effect.gen(function* () {
          yield* session.pause()
          yield* TestClock.adjust("1 hour")
          yield* session.resume()
          yield* session.keepAlive
          yield* TestClock.adjust("59 seconds")
          assert.isTrue(yield* isAlive(cloud))
          yield* TestClock.adjust("1 second")
          assert.isFalse(yield* isAlive(cloud))
        })
      )
    })
  )
})
