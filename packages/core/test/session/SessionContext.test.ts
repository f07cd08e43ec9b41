import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import type { SyncOptions } from "../../src/session/SessionContext.js"
import { makeAccount, task, transfers, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { connectionFailure, ok, type Reply, refused, softlyRefused } from "../support/ScriptedService.js"

const upload = (members: Readonly<Record<string, unknown>> = {}) => task({ taskType: "upload", ...members })

type Look = Reply | ReadonlyArray<Reply>

const open = (looks: Look, start: Reply = ok()) =>
  Effect.gen(function* () {
    const { bay, service } = yield* makeAccount(working({ SyncContext: start, GetContextInfo: looks }))
    const session = yield* bay.create()
    return { context: session.context, service }
  })

/** Runs an effect until it has ended, at most for ten minutes, a tenth of a second at a time at first. */
const settle = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(Effect.either(effect))
    let millis = 0
    while ((yield* Fiber.poll(fiber))._tag === "None" && millis < 600_000) {
      const step = millis < 12_000 ? 500 : 5000
      yield* TestClock.adjust(step)
      millis += step
    }
    const outcome = yield* Fiber.join(fiber)
    return {
      millis,
      error: outcome._tag === "Left" ? outcome.left : undefined,
      value: outcome._tag === "Right" ? outcome.right : undefined
    }
  })

const sync = (looks: Look, options?: SyncOptions, start?: Reply) =>
  Effect.gen(function* () {
    const { context, service } = yield* open(looks, start)
    return { ...(yield* settle(context.sync(options))), service, looks: service.of("GetContextInfo").length }
  })

describe("asking how transfers stand", () => {
  it.effect("lists them, filtered by the service", () =>
    Effect.gen(function* () {
      const { context, service } = yield* open(
        transfers(
          task(),
          upload({ status: "Failed", errorMessage: "disk full", startTime: "5", finishTime: null })
        )
      )
      assert.deepStrictEqual(yield* context.info({ contextId: "ctx-1", path: "/data", taskType: "upload" }), [
        {
          contextId: "ctx-1",
          path: "/data",
          taskType: "download",
          status: "Success",
          isFinal: true,
          isSuccess: true,
          errorMessage: "",
          startTime: Option.some(1),
          finishTime: Option.some(2)
        },
        {
          contextId: "ctx-1",
          path: "/data",
          taskType: "upload",
          status: "Failed",
          isFinal: true,
          isSuccess: false,
          errorMessage: "disk full",
          startTime: Option.some(5),
          finishTime: Option.none()
        }
      ])
      const { Authorization: _, ...form } = service.sent.at(-1)!.form
      assert.deepStrictEqual(form, {
        SessionId: "s-1",
        ContextId: "ctx-1",
        Path: "/data",
        TaskType: "upload"
      })
      yield* context.info()
      const { Authorization: __, ...bare } = service.sent.at(-1)!.form
      assert.deepStrictEqual(bare, { SessionId: "s-1" })
    })
  )

  it.effect("there may be none", () =>
    Effect.gen(function* () {
      for (const reply of [
        transfers(),
        ok(),
        ok({}),
        ok(null),
        ok({ ContextStatus: "" }),
        ok({ ContextStatus: "[]" })
      ]) {
        const { context } = yield* open(reply)
        assert.deepStrictEqual(yield* context.info(), [])
      }
    })
  )

  it.effect("an error is an error, not an empty list", () =>
    Effect.gen(function* () {
      for (const [reply, reason] of [
        [softlyRefused("C.Soft"), "Unknown"],
        [refused("InvalidMcpSession.NotFound"), "NotFound"],
        [ok({ ContextStatus: "no json" }), "Decode"],
        [ok({ ContextStatus: '[{"type":"data","data":"x"}]' }), "Decode"]
      ] as const) {
        const { context } = yield* open(reply)
        hasFields(yield* Effect.flip(context.info()), {
          _tag: "SessionError",
          reason,
          operation: "SessionContext.info",
          sessionId: "s-1",
          requestId: "req-1"
        })
      }
    })
  )
})

describe("a transfer on demand", () => {
  it.effect("is asked for, then waited for", () =>
    Effect.gen(function* () {
      const running = upload({ status: "Running" })
      const { error, looks, service, value } = yield* sync(
        [transfers(), transfers(running), transfers(running), transfers(upload())],
        {
          contextId: "ctx-1",
          path: "/data",
          mode: "upload"
        }
      )
      assert.isUndefined(error)
      assert.isAtLeast(looks, 4)
      assert.strictEqual(value?.length, 1)
      hasFields(value?.[0], { contextId: "ctx-1", path: "/data", taskType: "upload", isSuccess: true })
      const { Authorization: _, ...asked } = service.of("SyncContext")[0]!.form
      assert.deepStrictEqual(asked, { SessionId: "s-1", ContextId: "ctx-1", Path: "/data", Mode: "upload" })
      const { Authorization: __, ...looked } = service.of("GetContextInfo")[0]!.form
      assert.deepStrictEqual(looked, { SessionId: "s-1", ContextId: "ctx-1", Path: "/data" })
    })
  )

  it.effect("of everything names no context and leaves the mode to the service", () =>
    Effect.gen(function* () {
      const { service } = yield* sync(transfers(upload()))
      const { Authorization: _, ...asked } = service.of("SyncContext")[0]!.form
      assert.deepStrictEqual(asked, { SessionId: "s-1" })
    })
  )

  it.effect("that never appears is a failure, after ten seconds", () =>
    Effect.gen(function* () {
      for (const looks of [transfers(), ok(), transfers(upload({ taskType: "restore" }))]) {
        const { error, millis } = yield* sync(looks)
        hasFields(error, {
          _tag: "ContextSyncError",
          reason: "NotStarted",
          operation: "SessionContext.sync",
          sessionId: "s-1",
          requestId: "req-1"
        })
        assert.isAtMost(millis, 10_500)
        assert.isAtLeast(millis, 9000)
      }
      const sooner = yield* sync(transfers(), { startWithin: "2 seconds" })
      hasFields(sooner.error, { reason: "NotStarted" })
      assert.isAtMost(sooner.millis, 2500)
    })
  )

  it.effect("of the other kind, another path or another context is not the one", () =>
    Effect.gen(function* () {
      const one = { contextId: "ctx-1", path: "/data" }
      for (const [options, others] of [
        [{ mode: "upload" }, [task()]],
        [{ mode: "download" }, [upload()]],
        // Without a mode the service uploads: what was downloaded at the start is not it.
        [{}, [task()]],
        [one, [upload({ path: "/other" }), upload({ contextId: "ctx-2" })]]
      ] as const) {
        hasFields((yield* sync(transfers(...others), options)).error, {
          _tag: "ContextSyncError",
          reason: "NotStarted"
        })
      }
      assert.isUndefined((yield* sync(transfers(upload({ path: "/data/" })), one)).error)
    })
  )

  it.effect("that fails says which, and why", () =>
    Effect.gen(function* () {
      const { error } = yield* sync(
        transfers(upload(), upload({ path: "/b", status: "failed", errorMessage: "disk full" }))
      )
      hasFields(error, {
        _tag: "ContextSyncError",
        reason: "Failed",
        transfers: [
          { contextId: "ctx-1", path: "/b", taskType: "upload", status: "failed", detail: "disk full" }
        ]
      })
      assert.include(error?.message, "ctx-1 at /b (disk full)")
    })
  )

  it.effect("that does not end in time says which", () =>
    Effect.gen(function* () {
      const { error, millis } = yield* sync(transfers(upload({ status: "Running" })), {
        timeout: "30 seconds"
      })
      hasFields(error, { _tag: "ContextSyncError", reason: "Timeout" })
      assert.include(error?.message, "ctx-1 at /data")
      assert.isAtMost(millis, 35_000)
      assert.isAtLeast(millis, 24_000)
    })
  )

  it.effect("reports its progress after each look", () =>
    Effect.gen(function* () {
      const seen: Array<ReadonlyArray<string>> = []
      const looks = [transfers(), transfers(upload({ status: "Running" })), transfers(upload())]
      yield* sync(looks, {
        onProgress: (list) => Effect.sync(() => void seen.push(list.map(({ status }) => status)))
      })
      assert.deepStrictEqual(seen, [[], ["Running"], ["Success"]])
    })
  )

  it.effect("survives a look that fails for a moment, not one that is refused", () =>
    Effect.gen(function* () {
      const hiccups = [refused("ServiceUnavailable", "no", 503), connectionFailure("ECONNRESET")]
      assert.isUndefined((yield* sync([...hiccups, transfers(upload())])).error)
      const { error } = yield* sync([transfers(upload({ status: "Running" })), softlyRefused("C.Soft")])
      hasFields(error, { _tag: "SessionError", code: "C.Soft", operation: "SessionContext.sync" })
    })
  )

  it.effect("that is refused is not waited for", () =>
    Effect.gen(function* () {
      for (const start of [
        refused("InvalidMcpSession.NotFound"),
        softlyRefused("InvalidMcpSession.NotFound")
      ]) {
        const { error, looks } = yield* sync(transfers(upload()), {}, start)
        hasFields(error, { _tag: "SessionError", reason: "NotFound", operation: "SessionContext.sync" })
        assert.strictEqual(looks, 0)
      }
    })
  )
})

describe("a transfer that an earlier sync saw finished does not end a later one", () => {
  const first = upload({ startTime: 1, finishTime: 2 })
  const second = upload({ startTime: 5, finishTime: 6 })

  it.effect("while it is still listed", () =>
    Effect.gen(function* () {
      const looks = [
        transfers(first),
        transfers(first),
        transfers(first),
        transfers({ ...second, status: "Running" }),
        transfers(second)
      ]
      const { context, service } = yield* open(looks)
      yield* settle(context.sync())
      assert.strictEqual(service.of("GetContextInfo").length, 1)
      const { value } = yield* settle(context.sync())
      assert.isAtLeast(service.of("GetContextInfo").length, 5)
      hasFields(value?.[0], { startTime: Option.some(5) })
    })
  )

  it.effect("but one that ends within the same second, and so looks the same, does in the end", () =>
    Effect.gen(function* () {
      const { context } = yield* open(transfers(first))
      yield* settle(context.sync())
      const { error, millis } = yield* settle(context.sync())
      assert.isUndefined(error)
      assert.isAtLeast(millis, 1500)
    })
  )

  it.effect("a failure of an earlier sync is not reported again", () =>
    Effect.gen(function* () {
      const failed = { ...first, status: "Failed" }
      const looks = [transfers(failed), transfers(failed), transfers(failed), transfers(second)]
      const { context } = yield* open(looks)
      hasFields((yield* settle(context.sync())).error, { reason: "Failed" })
      const { error, value } = yield* settle(context.sync())
      assert.isUndefined(error)
      hasFields(value?.[0], { startTime: Option.some(5) })
    })
  )
})

describe("what is refused before anything is sent", () => {
  const wrong: ReadonlyArray<readonly [SyncOptions, field: string]> = [
    [{ contextId: "c" }, "path"],
    [{ path: "/x" }, "contextId"],
    [{ contextId: " ", path: "/x" }, "contextId"],
    [{ contextId: "c", path: "" }, "path"],
    [{ timeout: 0 }, "timeout"],
    [{ timeout: Infinity }, "timeout"],
    [{ startWithin: -1 }, "startWithin"]
  ]
  for (const [options, field] of wrong) {
    it.effect(`${JSON.stringify(options)}`, () =>
      Effect.gen(function* () {
        const { error, service } = yield* sync(transfers(), options)
        hasFields(error, { _tag: "InvalidArgument", operation: "SessionContext.sync", field })
        assert.strictEqual(service.of("SyncContext").length, 0)
      })
    )
  }

  it.effect("startSync does not wait, and returns the id of its request", () =>
    Effect.gen(function* () {
      const { context, service } = yield* open(transfers())
      assert.strictEqual(yield* context.startSync({ contextId: "c", path: "/x", mode: "download" }), "req-1")
      assert.deepStrictEqual(service.names(), ["CreateMcpSession", "SyncContext"])
      hasFields(yield* Effect.flip(context.startSync({ contextId: "c" })), {
        _tag: "InvalidArgument",
        field: "path"
      })
    })
  )
})
