import { describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as AgentBay from "../../src/AgentBay.js"
import * as Lifetime from "../../src/Lifetime.js"
import * as SessionHandle from "../../src/SessionHandle.js"
import { created, makeAccount, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { check } from "../support/properties.js"
import { ok, softlyRefused } from "../support/ScriptedService.js"

const sentFor = (params: AgentBay.CreateParams) =>
  Effect.gen(function* () {
    const { bay, service } = yield* makeAccount(working())
    yield* bay.create({ waitForContexts: false, ...params })
    return service.of("CreateMcpSession")[0]!.form
  })

const times = ({ ManualRelease, MaxRuntime, Timeout }: Readonly<Record<string, string>>) => [
  Timeout,
  MaxRuntime,
  ManualRelease
]

describe("when a session ends by itself", () => {
  it.effect("seconds without a maximum, minutes with one", () =>
    Effect.gen(function* () {
      const seen = yield* Effect.forEach(
        [
          { idleRelease: "10 minutes" },
          { idleRelease: "90 seconds" },
          { idleRelease: "10 minutes", maxRuntime: "2 hours" },
          { maxRuntime: Duration.minutes(30) },
          { manualRelease: true }
        ] as const,
        (lifetime) => Effect.map(sentFor({ lifetime }), times)
      )
      assert.deepStrictEqual(seen, [
        ["600", undefined, undefined],
        ["90", undefined, undefined],
        ["10", "120", undefined],
        ["5", "30", undefined],
        [undefined, undefined, "true"]
      ])
      assert.deepStrictEqual(times(yield* sentFor({})), [undefined, undefined, undefined])
    })
  )

  it("no time is rounded, and none changes its unit", () => {
    const minutes = fc.integer({ min: 1, max: 100_000 })
    check(
      fc.property(minutes, fc.option(minutes, { nil: undefined }), (idle, most) => {
        const sent = Lifetime.toParameters({
          idleRelease: Duration.minutes(idle),
          maxRuntime: most === undefined ? undefined : Duration.minutes(most)
        })
        const unit = sent.maxRuntime === undefined ? 1 : 60
        assert.strictEqual((sent.timeout ?? 0) * unit, idle * 60)
        assert.strictEqual(sent.maxRuntime, most)
      })
    )
  })

  it.effect("what cannot be sent as it is, is refused", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(working())
      const wrong: ReadonlyArray<readonly [Lifetime.Lifetime, string]> = [
        [{}, "lifetime"],
        [{ idleRelease: 0 }, "lifetime.idleRelease"],
        [{ idleRelease: "1500 millis" }, "lifetime.idleRelease"],
        [{ idleRelease: Duration.infinity }, "lifetime.idleRelease"],
        [{ idleRelease: "90 seconds", maxRuntime: "1 hour" }, "lifetime.idleRelease"],
        [{ maxRuntime: "90 seconds" }, "lifetime.maxRuntime"],
        [{ manualRelease: true, idleRelease: "1 hour" }, "lifetime.manualRelease"],
        [{ manualRelease: false as unknown as true }, "lifetime.manualRelease"]
      ]
      for (const [lifetime, field] of wrong) {
        hasFields(yield* Effect.flip(bay.create({ lifetime })), { _tag: "InvalidArgument", field })
      }
      assert.deepStrictEqual(service.sent, [])
    })
  )

  it.effect("keepAlive fails when the service says no", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(
        working({ RefreshSessionIdleTime: [ok(), softlyRefused("C.Soft", "no")] })
      )
      const session = yield* bay.create()
      yield* session.keepAlive
      assert.strictEqual(service.of("RefreshSessionIdleTime")[0]?.form["SessionId"], "s-1")
      hasFields(yield* Effect.flip(session.keepAlive), { _tag: "SessionError", code: "C.Soft" })
    })
  )
})

describe("mounts at creation", () => {
  it.effect("travel beside contexts, as what they are", () =>
    Effect.gen(function* () {
      const form = yield* sentFor({
        contexts: [{ contextId: "c1", path: "/a" }],
        mounts: [
          { contextId: "c2", path: "/b" },
          { contextId: "c3", path: "/c", accessMode: "readOnly", strategy: "performance", sourcePath: "x/y" }
        ]
      })
      const config = (AccessMode: string, StorageMode: string, SourcePath: string) => ({
        AccessMode,
        StorageMode,
        SourcePath
      })
      assert.deepStrictEqual(JSON.parse(form["PersistenceDataList"] ?? ""), [
        { ContextId: "c1", Path: "/a" },
        { ContextId: "c2", Path: "/b", Type: "mount", MountConfig: config("readWrite", "standard", "") },
        { ContextId: "c3", Path: "/c", Type: "mount", MountConfig: config("readOnly", "performance", "x/y") }
      ])
    })
  )

  it.effect("a path twice, and a source that leads elsewhere, are refused", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(working())
      const refusals = yield* Effect.forEach(
        [
          { contexts: [{ contextId: "c1", path: "/a" }], mounts: [{ contextId: "c2", path: "/a/" }] },
          { mounts: [{ contextId: "c", path: "/a", sourcePath: "x/../y" }] },
          { mounts: [{ contextId: "c", path: "/a", sourcePath: "*" }] }
        ],
        (params) => Effect.flip(bay.create(params))
      )
      assert.deepStrictEqual(
        refusals.map((error) => (error._tag === "InvalidArgument" ? error.field : error._tag)),
        ["mounts", "mounts.0.sourcePath", "mounts.0.sourcePath"]
      )
      assert.deepStrictEqual(service.sent, [])
    })
  )
})

describe("the address in the VPC", () => {
  it.effect("is told by newer services, and travels with the handle; older handles are read", () =>
    Effect.gen(function* () {
      const { bay } = yield* makeAccount(
        working({ CreateMcpSession: ok(created({ VpcIp: "10.1.2.3", VpcId: "vpc-1" })) })
      )
      const session = yield* bay.create()
      const text = yield* Schema.encode(SessionHandle.fromJson)(session.toHandle())
      const again = bay.attach(yield* Schema.decode(SessionHandle.fromJson)(text))
      for (const { vpcId, vpcIp } of [session, again]) {
        assert.deepStrictEqual([Option.getOrNull(vpcIp), Option.getOrNull(vpcId)], ["10.1.2.3", "vpc-1"])
      }
      const older = '{"version":1,"sessionId":"s","isVpc":false,"servers":{}}'
      assert.isTrue(Option.isNone(bay.attach(yield* Schema.decode(SessionHandle.fromJson)(older)).vpcIp))
    })
  )
})
