import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { makeAccount, task, transfers, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { ok, type Reply, refused } from "../support/ScriptedService.js"

type Looks = Reply | ReadonlyArray<Reply>

const row = (ContextId: string, Path: string) => ({ ContextId, Path })

const data = { contexts: [{ contextId: "ctx-1", path: "/data" }] }

const bind = (
  { bindings, looks, start = ok() }: { bindings: Looks; looks: Looks; start?: Reply },
  contexts: Parameters<import("../../src/session/SessionContext.js").SessionContext.Service["bind"]>[0] = data
) =>
  Effect.gen(function* () {
    const { bay, service } = yield* makeAccount(
      working({ BindContexts: start, DescribeSessionContexts: bindings, GetContextInfo: looks })
    )
    const session = yield* bay.create()
    const fiber = yield* Effect.fork(Effect.either(session.context.bind(contexts, { timeout: "20 seconds" })))
    yield* TestClock.adjust("30 seconds")
    const outcome = yield* Fiber.join(fiber)
    return {
      service,
      error: outcome._tag === "Left" ? outcome.left : undefined,
      value: outcome._tag === "Right" ? outcome.right : undefined
    }
  })

describe("binding contexts to a session that runs", () => {
  it.effect("waits until they are listed and their files have come", () =>
    Effect.gen(function* () {
      const { service, value } = yield* bind({
        bindings: [ok([]), ok([row("ctx-1", "/data/")])],
        looks: [transfers(task({ status: "Running" })), transfers(task())]
      })
      assert.deepStrictEqual(
        value?.map(({ contextId, isSuccess }) => [contextId, isSuccess]),
        [["ctx-1", true]]
      )
      assert.lengthOf(service.of("DescribeSessionContexts"), 2)
      assert.strictEqual(service.of("GetContextInfo")[0]?.form["TaskType"], "download")
    })
  )

  it.effect("two paths of one context are two", () =>
    Effect.gen(function* () {
      const { error } = yield* bind(
        {
          bindings: ok([row("ctx-1", "/data"), row("ctx-1", "/more")]),
          looks: transfers(task(), task({ path: "/more", status: "Failed", errorMessage: "disk full" }))
        },
        { contexts: [...data.contexts, { contextId: "ctx-1", path: "/more" }] }
      )
      hasFields(error, { _tag: "ContextSyncError", reason: "Failed" })
      assert.include(String(error), "/more (disk full)")
    })
  )

  it.effect("a service that starts no transfer is not waited for in vain", () =>
    Effect.gen(function* () {
      const { value } = yield* bind({ bindings: ok([row("ctx-1", "/data")]), looks: transfers() })
      assert.deepStrictEqual(value, [])
    })
  )

  it.effect("what is never listed, and what never ends, are failures", () =>
    Effect.gen(function* () {
      const unlisted = yield* bind({ bindings: ok([row("other", "/data")]), looks: transfers(task()) })
      hasFields(unlisted.error, {
        _tag: "ContextSyncError",
        reason: "NotStarted",
        operation: "SessionContext.bind"
      })
      const endless = yield* bind({
        bindings: ok([row("ctx-1", "/data")]),
        looks: transfers(task({ status: "Running" }))
      })
      hasFields(endless.error, { _tag: "ContextSyncError", reason: "Timeout" })
    })
  )

  it.effect("mounts are waited for until they are listed", () =>
    Effect.gen(function* () {
      const { service, value } = yield* bind(
        { bindings: [ok([]), ok([row("ctx-2", "/mnt")])], looks: transfers() },
        { mounts: [{ contextId: "ctx-2", path: "/mnt" }] }
      )
      assert.deepStrictEqual(value, [])
      assert.lengthOf(service.of("DescribeSessionContexts"), 2)
      assert.lengthOf(service.of("GetContextInfo"), 0)
    })
  )

  it.effect("a bound path is a conflict; nothing, and a path twice, are refused", () =>
    Effect.gen(function* () {
      const taken = yield* bind({
        start: refused("PathAlreadyBound", "path is already bound"),
        bindings: ok([]),
        looks: transfers()
      })
      hasFields(taken.error, { _tag: "SessionError", reason: "Conflict", code: "PathAlreadyBound" })
      for (const contexts of [{}, { contexts: [] }, { contexts: [...data.contexts, ...data.contexts] }]) {
        const { error, service } = yield* bind({ bindings: ok([]), looks: transfers() }, contexts)
        hasFields(error, { _tag: "InvalidArgument" })
        assert.lengthOf(service.of("BindContexts"), 0)
      }
    })
  )

  it.effect("asking for it without waiting, and what there is", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(
        working({
          BindContexts: ok(),
          DescribeSessionContexts: [
            ok([{ ...row("c", "/p"), ContextName: "n", Policy: "{}", BindTime: "2026-04-01T08:00:00Z" }]),
            ok(null)
          ]
        })
      )
      const session = yield* bay.create()
      assert.isString(yield* session.context.startBind(data))
      assert.lengthOf(service.of("DescribeSessionContexts"), 0)
      assert.deepStrictEqual(yield* session.context.listBindings, [
        {
          contextId: "c",
          path: "/p",
          contextName: Option.some("n"),
          policy: Option.some("{}"),
          bindTime: Option.some("2026-04-01T08:00:00Z")
        }
      ])
      assert.deepStrictEqual(yield* session.context.listBindings, [])
    })
  )
})
