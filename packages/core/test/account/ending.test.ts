import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { makeAccount, outcomeOf, type Replies, task, transfers, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import {
  connectionFailure,
  never,
  ok,
  type Reply,
  refused,
  softlyRefused
} from "../support/ScriptedService.js"
import { makeWatch } from "../support/watching.js"

describe("a scope that closes", () => {
  const inScope = (replies: Replies) => outcomeOf(replies, (bay) => Effect.scoped(bay.session()))

  it.effect("wakes a paused session and deletes it", () =>
    Effect.gen(function* () {
      const { error, names } = yield* inScope({
        DeleteSessionAsync: [refused("Session.IncorrectStatus", "it is paused"), ok()],
        ResumeSessionAsync: ok(),
        GetSession: [ok({ Status: "PAUSED" }), ok({ Status: "RESUMING" }), ok({ Status: "RUNNING" })]
      })
      assert.isUndefined(error)
      assert.deepStrictEqual(names, [
        "CreateMcpSession",
        "DeleteSessionAsync",
        "ResumeSessionAsync",
        "GetSession",
        "GetSession",
        "GetSession",
        "DeleteSessionAsync",
        "GetSessionDetail"
      ])
    })
  )

  it.effect("repeats a deletion that fails for a moment", () =>
    Effect.gen(function* () {
      const hiccups: ReadonlyArray<Reply> = [
        refused("Throttling"),
        connectionFailure("ECONNREFUSED"),
        connectionFailure("ECONNRESET")
      ]
      const { error, names } = yield* inScope({ DeleteSessionAsync: [...hiccups, ok()] })
      assert.isUndefined(error)
      assert.deepStrictEqual(names.slice(-2), ["DeleteSessionAsync", "GetSessionDetail"])
      assert.strictEqual(names.filter((name) => name === "DeleteSessionAsync").length, 4)
    })
  )

  for (const [name, reply] of [
    ["is refused", refused("NOT_LOGIN", "who are you")],
    ["keeps failing", refused("ServiceUnavailable", "no", 503)],
    ["is never answered", never]
  ] as const) {
    it.effect(`says loudly which session may still be alive when the deletion ${name}`, () =>
      Effect.gen(function* () {
        const watch = makeWatch()
        const { bay } = yield* makeAccount(working({ DeleteSessionAsync: reply }))
        const fiber = yield* Effect.fork(Effect.scoped(Effect.as(bay.session(), "done")).pipe(watch.watched))
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(yield* Fiber.join(fiber), "done")
        const lines = watch.logs.filter((line) =>
          line.includes("could not be deleted and may still be alive")
        )
        assert.isAbove(lines.length, 0)
        for (const line of lines) {
          assert.include(line, "s-1")
          assert.include(line, "ERROR")
          assert.include(line, "agentbay.session.id")
        }
      })
    )
  }

  it.effect("says nothing when all is well", () =>
    Effect.gen(function* () {
      const watch = makeWatch()
      const { bay } = yield* makeAccount(working())
      yield* Effect.scoped(bay.session()).pipe(watch.watched)
      assert.deepStrictEqual(watch.logs, [])
    })
  )
})

describe("Session.delete", () => {
  const withSession = (
    replies: Replies,
    options?: { readonly syncContexts?: boolean; readonly timeout?: number }
  ) =>
    outcomeOf(replies, (bay) =>
      Effect.flatMap(bay.create(), (session) => session.delete({ syncContexts: false, ...options }))
    )

  it.effect("deletes without a transfer unless asked", () =>
    Effect.gen(function* () {
      const { names } = yield* withSession({})
      assert.deepStrictEqual(names, ["CreateMcpSession", "DeleteSessionAsync", "GetSessionDetail"])
    })
  )

  it.effect("uploads the contexts first when asked, and waits for them", () =>
    Effect.gen(function* () {
      const upload = task({ taskType: "upload" })
      const looks = [transfers(), transfers({ ...upload, status: "Running" }), transfers(upload)]
      const { error, names } = yield* withSession(
        { SyncContext: ok(), GetContextInfo: looks },
        { syncContexts: true }
      )
      assert.isUndefined(error)
      assert.deepStrictEqual(names.slice(0, 2), ["CreateMcpSession", "SyncContext"])
      assert.deepStrictEqual(names.slice(-3), ["GetContextInfo", "DeleteSessionAsync", "GetSessionDetail"])
    })
  )

  it.effect("does not delete a session whose files could not be stored", () =>
    Effect.gen(function* () {
      const failed = transfers(task({ taskType: "upload", status: "Failed", errorMessage: "disk full" }))
      const sync = yield* withSession({ SyncContext: ok(), GetContextInfo: failed }, { syncContexts: true })
      hasFields(sync.error, { _tag: "ContextSyncError", reason: "Failed" })
      assert.notInclude(sync.names, "DeleteSessionAsync")
      const refusal = yield* withSession({ SyncContext: softlyRefused("C.Soft") }, { syncContexts: true })
      hasFields(refusal.error, { _tag: "SessionError", code: "C.Soft" })
      assert.notInclude(refusal.names, "DeleteSessionAsync")
    })
  )

  it.effect("a session without contexts has nothing to upload", () =>
    Effect.gen(function* () {
      const { error, names } = yield* withSession(
        {
          SyncContext: ok(),
          GetContextInfo: transfers(),
          GetSession: ok({ SessionId: "s-1", contexts: [] })
        },
        { syncContexts: true }
      )
      assert.isUndefined(error)
      assert.include(names, "DeleteSessionAsync")
    })
  )

  it.effect("a session with contexts whose upload never shows is kept", () =>
    Effect.gen(function* () {
      const { error, names } = yield* withSession(
        {
          SyncContext: ok(),
          GetContextInfo: transfers(),
          GetSession: ok({ SessionId: "s-1", contexts: [{ id: "ctx-1", name: "n" }] })
        },
        { syncContexts: true }
      )
      hasFields(error, { _tag: "ContextSyncError", reason: "NotStarted" })
      assert.notInclude(names, "DeleteSessionAsync")
    })
  )

  it.effect("an unusable time sends nothing, not even the transfer", () =>
    Effect.gen(function* () {
      const { error, names } = yield* withSession({ SyncContext: ok() }, { syncContexts: true, timeout: -1 })
      hasFields(error, { _tag: "InvalidArgument", operation: "Session.delete", field: "timeout" })
      assert.deepStrictEqual(names, ["CreateMcpSession"])
    })
  )
})
