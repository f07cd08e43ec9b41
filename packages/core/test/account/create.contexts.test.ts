import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import type * as AgentBay from "../../src/AgentBay.js"
import { makeAccount, task, transfers, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { ok, type Reply, refused, type Sent } from "../support/ScriptedService.js"

const mount = (contextId: string, path: string, waitForCompletion?: boolean) => ({
  contextId,
  path,
  ...(waitForCompletion === undefined ? {} : { waitForCompletion })
})

const one: AgentBay.CreateParams = { contexts: [mount("ctx-1", "/data")] }

const deletions = ["DeleteSessionAsync", "GetSessionDetail"]

type Look = Reply | ReadonlyArray<Reply> | ((sent: Sent) => Reply)

/** Creates a session whose transfers stand as `look` says, waiting for twenty seconds unless told otherwise. */
const create = (params: AgentBay.CreateParams, look: Look) =>
  Effect.gen(function* () {
    const { bay, service } = yield* makeAccount(working({ GetContextInfo: look }))
    const fiber = yield* Effect.fork(
      Effect.either(bay.create({ waitForContexts: "20 seconds", contextsWithoutTransfer: "fail", ...params }))
    )
    yield* TestClock.adjust("30 seconds")
    const outcome = yield* Fiber.join(fiber)
    return {
      service,
      looks: service.of("GetContextInfo").length,
      error: outcome._tag === "Left" ? outcome.left : undefined,
      absent: outcome._tag === "Right" ? outcome.right.contextsWithoutTransfer : undefined
    }
  })

describe("creating a session waits for its contexts", () => {
  it.effect("until every transfer has ended", () =>
    Effect.gen(function* () {
      const { error, looks, service } = yield* create(one, [
        transfers(),
        transfers(task({ status: "Preparing" })),
        transfers(task({ status: "Running" })),
        transfers(task({ status: "success" }))
      ])
      assert.isUndefined(error)
      assert.strictEqual(looks, 4)
      assert.deepStrictEqual(service.of("GetContextInfo")[0]?.form["SessionId"], "s-1")
      assert.notInclude(service.names(), "DeleteSessionAsync")
    })
  )

  it.effect("and a transfer that is not listed yet has not ended", () =>
    Effect.gen(function* () {
      const { error, looks } = yield* create(one, [
        transfers(),
        ok(),
        ok(null),
        ok({ ContextStatus: "" }),
        transfers(task({ contextId: "other" })),
        transfers(task({ path: "/other" })),
        transfers(task())
      ])
      assert.isUndefined(error)
      assert.strictEqual(looks, 7)
    })
  )

  it.effect("one context at two paths is two transfers", () =>
    Effect.gen(function* () {
      const params = { contexts: [mount("ctx-1", "/a"), mount("ctx-1", "/b")] }
      const { error, looks } = yield* create(params, [
        transfers(task({ path: "/a" })),
        transfers(task({ path: "/a" }), task({ path: "/b", status: "Running" })),
        transfers(task({ path: "/a" }), task({ path: "/b" }))
      ])
      assert.isUndefined(error)
      assert.strictEqual(looks, 3)
      const halfDone = yield* create(params, transfers(task({ path: "/a" })))
      hasFields(halfDone.error, { _tag: "ContextSyncError", reason: "NotStarted" })
      assert.strictEqual(
        halfDone.error?.message,
        "AgentBay.create: session s-1: ctx-1 at /b never started to transfer."
      )
    })
  )

  it.effect("slashes at the end of a path do not matter", () =>
    Effect.gen(function* () {
      const { error } = yield* create(
        { contexts: [mount("ctx-1", "/data/")] },
        transfers(task({ path: "/data" }))
      )
      assert.isUndefined(error)
    })
  )

  it.effect("the contexts of browser and device included", () =>
    Effect.gen(function* () {
      const params: AgentBay.CreateParams = {
        browserContext: { contextId: "c-b", fingerprintContextId: "c-f" },
        extraConfigs: {
          mobile: { lockResolution: true, simulateConfig: { simulate: true, simulatedContextId: "c-m" } }
        }
      }
      const all = [
        task({ contextId: "c-b", path: "/tmp/agentbay_browser" }),
        task({ contextId: "c-f", path: "/tmp/browser_fingerprint" }),
        task({ contextId: "c-m", path: "/data/agentbay_mobile_info" })
      ]
      for (const missing of all) {
        const { error } = yield* create(params, transfers(...all.filter((seen) => seen !== missing)))
        hasFields(error, { reason: "NotStarted" })
        hasFields(error, {
          transfers: [
            { contextId: missing.contextId, path: missing.path, taskType: "", status: "", detail: "" }
          ]
        })
      }
      assert.isUndefined((yield* create(params, transfers(...all))).error)
    })
  )
})

it.effect("transfers of other mounts neither delay nor fail it", () =>
  Effect.gen(function* () {
    const others = [
      task({ path: "/other", status: "Running" }),
      task({ contextId: "ctx-2", status: "Failed" })
    ]
    const { error, looks } = yield* create(one, transfers(task(), ...others))
    assert.isUndefined(error)
    assert.strictEqual(looks, 1)
  })
)

describe("creating a session does not wait", () => {
  it.effect("without contexts", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* create({}, transfers())).looks, 0)
    })
  )

  it.effect("when told not to", () =>
    Effect.gen(function* () {
      const { error, looks } = yield* create({ ...one, waitForContexts: false }, transfers())
      assert.isUndefined(error)
      assert.strictEqual(looks, 0)
    })
  )

  it.effect("for a mount that is marked so", () =>
    Effect.gen(function* () {
      const single = yield* create({ contexts: [mount("ctx-1", "/data", false)] }, transfers())
      assert.isUndefined(single.error)
      assert.strictEqual(single.looks, 0)
      const params = { contexts: [mount("ctx-1", "/data"), mount("ctx-2", "/more", false)] }
      const both = yield* create(
        params,
        transfers(task(), task({ contextId: "ctx-2", path: "/more", status: "Failed" }))
      )
      assert.isUndefined(both.error)
      assert.strictEqual(both.looks, 1)
    })
  )
})

describe("a context for which the service lists no transfer", () => {
  const two: AgentBay.CreateParams = {
    contexts: [mount("ctx-1", "/data"), mount("ctx-2", "/more/")],
    contextsWithoutTransfer: "accept"
  }

  it.effect("is taken after ten seconds for one that has nothing to transfer, and named", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(working({ GetContextInfo: transfers() }))
      const fiber = yield* Effect.fork(bay.create(one))
      yield* TestClock.adjust("7 seconds")
      assert.strictEqual((yield* Fiber.poll(fiber))._tag, "None")
      yield* TestClock.adjust("4 seconds")
      const session = yield* Fiber.join(fiber)
      assert.deepStrictEqual(session.contextsWithoutTransfer, [{ contextId: "ctx-1", path: "/data" }])
      assert.notInclude(service.names(), "DeleteSessionAsync")
    })
  )

  it.effect("does not end the wait for the others", () =>
    Effect.gen(function* () {
      const running = transfers(task({ status: "Running" }))
      const { absent, error, looks } = yield* create(two, [
        ...Array.from({ length: 13 }, () => running),
        transfers(task())
      ])
      assert.isUndefined(error)
      assert.strictEqual(looks, 14)
      assert.deepStrictEqual(absent, [{ contextId: "ctx-2", path: "/more/" }])
      const endless = yield* create(two, running)
      hasFields(endless.error, { _tag: "ContextSyncError", reason: "Timeout" })
      const broken = yield* create(two, transfers(task({ status: "Failed" })))
      hasFields(broken.error, { _tag: "ContextSyncError", reason: "Failed" })
    })
  )

  it.effect("is none when all appear, and is not looked for without a wait", () =>
    Effect.gen(function* () {
      const both = transfers(task(), task({ contextId: "ctx-2", path: "/more" }))
      assert.deepStrictEqual((yield* create(two, [transfers(), both])).absent, [])
      assert.deepStrictEqual((yield* create({ ...two, waitForContexts: false }, both)).absent, [])
    })
  )
})

describe("what goes wrong with contexts is a failure, and the session is deleted", () => {
  it.effect("Failed names the transfer and what the service says", () =>
    Effect.gen(function* () {
      for (const detail of ["disk full", ""]) {
        const failed = task({ status: "Failed", errorMessage: detail })
        const { error, service } = yield* create(one, [
          transfers(task({ status: "Running" })),
          transfers(failed)
        ])
        hasFields(error, {
          _tag: "ContextSyncError",
          reason: "Failed",
          operation: "AgentBay.create",
          sessionId: "s-1",
          transfers: [{ contextId: "ctx-1", path: "/data", taskType: "download", status: "Failed", detail }]
        })
        assert.include(error?.message, "ctx-1 at /data")
        assert.include(error?.message, detail)
        assert.deepStrictEqual(service.names().slice(-2), deletions)
      }
    })
  )

  it.effect("Timeout names what was still running", () =>
    Effect.gen(function* () {
      const params = {
        contexts: [mount("ctx-1", "/data"), mount("ctx-2", "/more")],
        waitForContexts: "10 seconds" as const
      }
      const { error, service } = yield* create(
        params,
        transfers(task(), task({ contextId: "ctx-2", path: "/more", status: "Running" }))
      )
      hasFields(error, {
        _tag: "ContextSyncError",
        reason: "Timeout",
        transfers: [
          { contextId: "ctx-2", path: "/more", taskType: "download", status: "Running", detail: "" }
        ]
      })
      assert.deepStrictEqual(service.names().slice(-2), deletions)
    })
  )

  it.effect("NotStarted names what never appeared", () =>
    Effect.gen(function* () {
      const { error, service } = yield* create(one, transfers())
      hasFields(error, { _tag: "ContextSyncError", reason: "NotStarted" })
      assert.deepStrictEqual(service.names().slice(-2), deletions)
    })
  )

  it.effect("a status that cannot be read is a failure, not the end of the wait", () =>
    Effect.gen(function* () {
      for (const status of [
        "no json",
        "{}",
        '[{"type":"data","data":"no json"}]',
        '[{"type":"data","data":"[1]"}]',
        "[1]"
      ]) {
        const { error } = yield* create(one, ok({ ContextStatus: status }))
        hasFields(
          error,
          { _tag: "SessionError", reason: "Decode", requestId: "req-1", operation: "AgentBay.create" },
          status
        )
      }
    })
  )

  it.effect("wrappers of another type are not looked into", () =>
    Effect.gen(function* () {
      const data = { type: "data", data: JSON.stringify([task()]) }
      for (const other of [{ type: "note", data: "plain" }, { type: "note" }, { type: "note", data: null }]) {
        const { error } = yield* create(one, ok({ ContextStatus: JSON.stringify([other, data]) }))
        assert.isUndefined(error)
      }
    })
  )

  it.effect("a query that fails for good is a failure", () =>
    Effect.gen(function* () {
      const { error } = yield* create(one, refused("InvalidMcpSession.NotFound"))
      hasFields(error, { _tag: "SessionError", reason: "NotFound", operation: "AgentBay.create" })
    })
  )

  it.effect("a query that fails for a moment is repeated", () =>
    Effect.gen(function* () {
      const hiccup = refused("ServiceUnavailable", "no", 503)
      const { error, looks } = yield* create(one, [hiccup, hiccup, transfers(task())])
      assert.isUndefined(error)
      assert.strictEqual(looks, 3)
    })
  )
})

describe("how long creating a session waits", () => {
  const deadlines: ReadonlyArray<readonly [AgentBay.CreateParams["waitForContexts"], seconds: number]> = [
    [undefined, 180],
    ["30 seconds", 30]
  ]
  for (const [waitForContexts, seconds] of deadlines) {
    it.effect(`${waitForContexts ?? "by default"}: ${seconds} seconds`, () =>
      Effect.gen(function* () {
        const { bay } = yield* makeAccount(
          working({ GetContextInfo: transfers(task({ status: "Running" })) })
        )
        const fiber = yield* Effect.fork(Effect.flip(bay.create({ ...one, waitForContexts })))
        // Looks are up to five seconds apart, and the last one is not slept for in vain.
        yield* TestClock.adjust((seconds - 6) * 1000)
        assert.strictEqual((yield* Fiber.poll(fiber))._tag, "None")
        yield* TestClock.adjust("7 seconds")
        hasFields(yield* Fiber.join(fiber), { _tag: "ContextSyncError", reason: "Timeout" })
      })
    )
  }
})

it.effect("the deadline covers the wait for the first sight of a transfer, too", () =>
  Effect.gen(function* () {
    const late = [...Array.from({ length: 12 }, () => transfers()), transfers(task({ status: "Running" }))]
    const { bay } = yield* makeAccount(working({ GetContextInfo: late }))
    const fiber = yield* Effect.fork(Effect.flip(bay.create({ ...one, waitForContexts: "20 seconds" })))
    yield* TestClock.adjust("21 seconds")
    assert.strictEqual((yield* Fiber.poll(fiber))._tag, "Some")
    hasFields(yield* Fiber.join(fiber), { _tag: "ContextSyncError", reason: "Timeout" })
  })
)
