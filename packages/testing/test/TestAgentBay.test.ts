import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as Session from "@effect-agentbay/core/Session"
import * as SessionCommand from "@effect-agentbay/core/SessionCommand"
import * as SessionFileSystem from "@effect-agentbay/core/SessionFileSystem"
import * as Fault from "@effect-agentbay/testing/Fault"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, Exit, Fiber, Option, Stream, TestClock } from "effect"
import { call } from "./support/service.js"

const routes = Effect.flatMap(TestCloud, (cloud) =>
  Effect.map(
    cloud.journal,
    (calls) => new Set(calls.filter(({ tool }) => tool !== undefined).map(({ route }) => route))
  )
)

describe("TestAgentBay", () => {
  it.effect("runs a program that asks only for what it uses", () =>
    Effect.gen(function* () {
      const files = yield* SessionFileSystem.SessionFileSystem
      const command = yield* SessionCommand.SessionCommand
      yield* files.writeFileString("/tmp/a.txt", "to be or not to be")
      const { stdout } = yield* command.run("wc -w < /tmp/a.txt")
      assert.strictEqual(Number(stdout), 6)
    }).pipe(Effect.provide(Session.layer({ imageId: "linux_latest" })), Effect.provide(TestAgentBay.layer))
  )

  it.effect("leaves no session behind, whatever happens to its owner", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      yield* Effect.scoped(bay.session())
      const failed = yield* Effect.exit(Effect.scoped(Effect.zipRight(bay.session(), Effect.fail("no"))))
      assert.isTrue(Exit.isFailure(failed))
      const fiber = yield* Effect.fork(Effect.scoped(Effect.zipRight(bay.session(), Effect.never)))
      yield* Effect.repeat(Effect.zipRight(Effect.yieldNow(), cloud.sessions), {
        until: (sessions) => sessions.length === 1
      })
      yield* Fiber.interrupt(fiber)
      assert.isEmpty(yield* cloud.sessions)
      assert.lengthOf(yield* cloud.endedSessions, 3)
    }).pipe(Effect.provide(TestAgentBay.layer))
  )

  it.effect("takes the link by default, the API without links, the VPC route for VPC sessions", () =>
    Effect.gen(function* () {
      const use = (params?: AgentBay.CreateParams) =>
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const session = yield* bay.session(params)
          yield* session.command.run("true")
          return [...(yield* routes)]
        }).pipe(Effect.scoped)
      assert.deepStrictEqual(yield* use().pipe(Effect.provide(TestAgentBay.layer)), ["link"])
      const withoutLinks = TestAgentBay.layerWith({ links: false })
      assert.deepStrictEqual(yield* use().pipe(Effect.provide(withoutLinks)), ["api"])
      assert.deepStrictEqual(yield* use({ isVpc: true }).pipe(Effect.provide(TestAgentBay.layer)), ["vpc"])
      assert.deepStrictEqual(yield* use({ isVpc: true }).pipe(Effect.provide(withoutLinks)), ["vpc"])
    })
  )

  it.effect("waits in virtual time only", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      const session = yield* bay.create()
      const deletion = yield* Effect.fork(bay.delete(session.sessionId))
      yield* TestClock.adjust("1 minutes")
      assert.strictEqual((yield* cloud.sessions)[0]?.status, "DELETING")
      assert.isTrue(Option.isNone(yield* Fiber.poll(deletion)))
      yield* TestClock.adjust("61 seconds")
      yield* Fiber.join(deletion)
      assert.isEmpty(yield* cloud.sessions)
    }).pipe(Effect.provide(TestAgentBay.layerWith({ deletionDelay: "2 minutes" })))
  )

  it.effect("has a cloud of its own for each use of the layer", () =>
    Effect.gen(function* () {
      const count = Effect.gen(function* () {
        const bay = yield* AgentBay.AgentBay
        yield* bay.create()
        return (yield* Stream.runCollect(bay.listAll())).length
      })
      assert.strictEqual(yield* Effect.provide(count, TestAgentBay.layer), 1)
      assert.strictEqual(yield* Effect.provide(count, TestAgentBay.layer), 1)
    })
  )

  it.effect("configures the client", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const cloud = yield* TestCloud
      const session = yield* bay.session({ isVpc: true })
      yield* cloud.fail({ route: "vpc" }, Fault.refused)
      yield* session.command.run("true")
      assert.deepStrictEqual([...(yield* routes)], ["vpc", "api"])
    }).pipe(Effect.scoped, Effect.provide(TestAgentBay.layerWith({ config: { vpcFallback: "api" } })))
  )

  it.effect("takes settings that the client refuses for a defect", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(
        Effect.provide(AgentBay.AgentBay, TestAgentBay.layerWith({ config: { endpoint: "not a host" } }))
      )
      assert.isTrue(Exit.isFailure(exit) && exit.cause._tag === "Die")
    })
  )

  it.effect("closes the address of a VPC session with it", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const session = yield* bay.create({ isVpc: true })
      yield* session.command.run("true")
      yield* bay.delete(session.sessionId)
      const error = yield* Effect.flip(session.command.run("true"))
      assert.deepInclude(error, { _tag: "VpcUnavailable", reason: "EndpointUnreachable" })
    }).pipe(Effect.provide(TestAgentBay.layer))
  )

  it.effect("closes although somebody still waits for an answer and cannot be interrupted", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      yield* cloud.fail({ action: "CreateMcpSession" }, Fault.slow("1 hour"))
      yield* Effect.forkDaemon(Effect.uninterruptible(call("CreateMcpSession")))
      yield* Effect.repeat(Effect.zipRight(Effect.yieldNow(), cloud.sessions), {
        until: (sessions) => sessions.length === 1
      })
    }).pipe(Effect.provide(TestAgentBay.layerHttpClient))
  )
})
