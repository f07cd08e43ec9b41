import { describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import type * as AgentBay from "../../src/AgentBay.js"
import { created, makeAccount, transfers, working } from "../support/account.js"
import { assert } from "../support/assertions.js"
import {
  after,
  connectionFailure,
  direct,
  never,
  ok,
  type Reply,
  refused
} from "../support/ScriptedService.js"
import { makeWatch } from "../support/watching.js"

const deletions = ["DeleteSessionAsync", "GetSessionDetail"]

describe("a session in a scope is deleted", () => {
  it.effect("when the program succeeds", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(working())
      const id = yield* Effect.scoped(
        Effect.gen(function* () {
          const session = yield* bay.session()
          assert.deepStrictEqual(service.names(), ["CreateMcpSession"])
          return session.sessionId
        })
      )
      assert.strictEqual(id, "s-1")
      assert.deepStrictEqual(service.names(), ["CreateMcpSession", ...deletions])
      assert.strictEqual(service.of("DeleteSessionAsync")[0]?.form["SessionId"], "s-1")
    })
  )

  it.effect("when the program fails or dies, and the failure is still the program's", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(working())
      const use = (effect: Effect.Effect<never, string>) =>
        Effect.exit(Effect.scoped(Effect.zipRight(bay.session(), effect)))
      assert.deepStrictEqual(yield* use(Effect.fail("mine")), Exit.fail("mine"))
      assert.deepStrictEqual(yield* use(Effect.die("mine")), Exit.die("mine"))
      assert.strictEqual(service.of("DeleteSessionAsync").length, 2)
    })
  )

  it.effect("when the program is interrupted, in the middle of a call", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(working({ "tool shell": never }))
      const fiber = yield* Effect.fork(
        Effect.scoped(Effect.flatMap(bay.session(), (session) => session.command.run("sleep 100")))
      )
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(service.names(), ["CreateMcpSession", "tool shell", ...deletions])
      assert.isTrue(service.of("tool shell")[0]?.wasAborted())
    })
  )

  it.effect("when it is interrupted while the service is still creating it", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(
        working({ CreateMcpSession: after("5 seconds", ok(created())) })
      )
      for (const create of [Effect.scoped(bay.session()), bay.create()]) {
        const before = service.sent.length
        const fiber = yield* Effect.fork(create)
        yield* TestClock.adjust("1 second")
        const stopping = yield* Effect.fork(Fiber.interrupt(fiber))
        yield* TestClock.adjust("10 seconds")
        assert.isTrue(Exit.isInterrupted(yield* Fiber.join(stopping)))
        assert.deepStrictEqual(service.names().slice(before), ["CreateMcpSession", ...deletions])
      }
    })
  )
})

/** Everything that follows `CreateMcpSession`, and the request in which it can get stuck. */
const steps: ReadonlyArray<
  readonly [name: string, params: AgentBay.CreateParams, at: string, answer: Reply, failing: Reply]
> = [
  [
    "listing the tools of a VPC session",
    { isVpc: true },
    "ListMcpTools",
    ok({ SessionId: "s-1" }),
    refused("InternalError", "no", 500)
  ],
  [
    "a command of the mobile configuration",
    { extraConfigs: { mobile: { lockResolution: true } } },
    "tool shell",
    ok(created()),
    direct("shell is gone", true)
  ],
  [
    "a mobile command that ends with a non-zero code",
    { extraConfigs: { mobile: { lockResolution: true } } },
    "tool shell",
    ok(created()),
    direct('{"stdout":"","stderr":"setprop: denied","exit_code":1}')
  ],
  [
    "waiting for contexts",
    { contexts: [{ contextId: "ctx-1", path: "/data" }] },
    "GetContextInfo",
    ok(created()),
    refused("Forbidden", "no", 403)
  ],
  [
    "the simulation of a device",
    {
      extraConfigs: {
        mobile: { lockResolution: true, simulateConfig: { simulate: true, simulatePath: "/data/x" } }
      }
    },
    "tool shell",
    ok(created()),
    connectionFailure("ECONNRESET")
  ]
]

describe("a session that exists but cannot be handed over is deleted", () => {
  for (const [name, params, at, answer, failing] of steps) {
    it.effect(`${name}: on failure`, () =>
      Effect.gen(function* () {
        const { bay, service } = yield* makeAccount(working({ CreateMcpSession: answer, [at]: failing }))
        for (const create of [bay.create(params), Effect.scoped(bay.session(params))]) {
          const before = service.sent.length
          const error = yield* Effect.flip(create)
          assert.include(["SessionError", "ToolError", "ContextSyncError"], error._tag)
          const names = service.names().slice(before)
          assert.deepStrictEqual([names[0], ...names.slice(-2)], ["CreateMcpSession", ...deletions])
          assert.include(names, at)
          assert.strictEqual(names.filter((one) => one === "DeleteSessionAsync").length, 1)
        }
      })
    )

    it.effect(`${name}: on interruption`, () =>
      Effect.gen(function* () {
        const { bay, service } = yield* makeAccount(working({ CreateMcpSession: answer, [at]: never }))
        for (const create of [bay.create(params), Effect.scoped(bay.session(params))]) {
          const before = service.sent.length
          const fiber = yield* Effect.fork(create)
          yield* TestClock.adjust("2 seconds")
          assert.include(service.names().slice(before), at)
          assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
          assert.deepStrictEqual(service.names().slice(-2), deletions)
        }
      })
    )

    it.effect(`${name}: when it gets no answer`, () =>
      Effect.gen(function* () {
        const { bay, service } = yield* makeAccount(
          working({
            CreateMcpSession: answer,
            [at]: never,
            GetContextInfo: at === "GetContextInfo" ? never : transfers()
          })
        )
        const fiber = yield* Effect.fork(Effect.flip(bay.create(params)))
        yield* TestClock.adjust("20 minutes")
        assert.include(["SessionError", "ContextSyncError"], (yield* Fiber.join(fiber))._tag)
        assert.deepStrictEqual(service.names().slice(-2), deletions)
      })
    )
  }

  it.effect("what made it fail is what the caller sees, even when the deletion fails too", () =>
    Effect.gen(function* () {
      const watch = makeWatch()
      const { bay } = yield* makeAccount(
        working({
          CreateMcpSession: ok({ SessionId: "s-1" }),
          ListMcpTools: refused("NOT_LOGIN", "first"),
          DeleteSessionAsync: refused("NOT_LOGIN", "second")
        })
      )
      const exit = yield* Effect.exit(bay.create({ isVpc: true })).pipe(watch.watched)
      assert.isTrue(Exit.isFailure(exit))
      if (Exit.isFailure(exit)) {
        assert.include(Cause.pretty(exit.cause), "first")
        assert.notInclude(Cause.pretty(exit.cause), "second")
      }
      assert.include(watch.logs.join("\n"), "Session s-1 could not be deleted")
    })
  )
})
