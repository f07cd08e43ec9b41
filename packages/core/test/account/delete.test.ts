import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import type * as AgentBay from "../../src/AgentBay.js"
import { makeAccount, task, transfers, working } from "../support/account.js"
import { hasFields } from "../support/assertions.js"
import { connectionFailure, never, ok, type Reply, refused, softlyRefused } from "../support/ScriptedService.js"
import type { Settings } from "../support/transports.js"
import { makeWatch } from "../support/watching.js"

const gone = refused("InvalidMcpSession.NotFound", "resource [McpSession] was not found")
const unknownAction = refused("InvalidAction.NotFound", "no such action", 404)

type Replies = Parameters<typeof working>[0]

/** Runs a deletion for ten minutes at most. */
const run = (
  replies: Replies,
  deletion: (bay: AgentBay.AgentBay.Service) => Effect.Effect<unknown, { readonly _tag: string }>,
  settings: Settings = {}
) =>
  Effect.gen(function* () {
    const { bay, service } = yield* makeAccount(working(replies), settings)
    const fiber = yield* Effect.fork(Effect.either(deletion(bay)))
    let seconds = 0
    while ((yield* Fiber.poll(fiber))._tag === "None" && seconds < 900) {
      yield* TestClock.adjust("1 second")
      seconds += 1
    }
    const outcome = yield* Fiber.join(fiber)
    return { names: service.names(), seconds, error: outcome._tag === "Left" ? outcome.left : undefined }
  })

const deletion = (bay: AgentBay.AgentBay.Service) => bay.delete("s-1")

describe("deleting a session", () => {
  it.effect("ends it with the current action and asks until it has ended", () =>
    Effect.gen(function* () {
      for (const end of ["FINISH", "DELETED"]) {
        const looks = [ok({ Status: "RUNNING" }), ok({ Status: "DELETING" }), ok({}), ok({ Status: end })]
        const { error, names, seconds } = yield* run({ GetSessionDetail: looks }, deletion)
        assert.isUndefined(error)
        assert.deepStrictEqual(names, ["DeleteSessionAsync", ...Array.from(looks, () => "GetSessionDetail")])
        assert.strictEqual(seconds, 3)
      }
    })
  )

  it.effect("a session that cannot be found any more has ended (control plane 8, item 5)", () =>
    Effect.gen(function* () {
      for (const answer of [gone, softlyRefused("InvalidMcpSession.NotFound")]) {
        const { error } = yield* run({ GetSessionDetail: [ok({ Status: "DELETING" }), answer] }, deletion)
        assert.isUndefined(error)
      }
    })
  )

  it.effect("already gone is success", () =>
    Effect.gen(function* () {
      for (const answer of [gone, softlyRefused("InvalidMcpSession.NotFound")]) {
        const async = yield* run({ DeleteSessionAsync: answer }, deletion)
        assert.isUndefined(async.error)
        assert.deepStrictEqual(async.names, ["DeleteSessionAsync"])
        const release = yield* run({ ReleaseMcpSession: answer }, deletion, { deletion: "ReleaseMcpSession" })
        assert.isUndefined(release.error)
        assert.deepStrictEqual(release.names, ["ReleaseMcpSession"])
      }
    })
  )

  it.effect("a look that fails for a moment decides nothing", () =>
    Effect.gen(function* () {
      const hiccups = [refused("ServiceUnavailable", "no", 503), refused("Throttling"), connectionFailure("ECONNRESET")]
      const { error, names } = yield* run({ GetSessionDetail: [...hiccups, ok({ Status: "FINISH" })] }, deletion)
      assert.isUndefined(error)
      assert.strictEqual(names.length, 5)
    })
  )

  it.effect("a look that is refused for good is a failure", () =>
    Effect.gen(function* () {
      const { error } = yield* run({ GetSessionDetail: refused("NOT_LOGIN") }, deletion)
      hasFields(error, { _tag: "SessionError", reason: "Unauthorized", operation: "AgentBay.delete", sessionId: "s-1" })
    })
  )

  for (const [code, reason] of [
    ["NOT_LOGIN", "Unauthorized"],
    ["Session.IncorrectStatus", "Conflict"],
    ["ServiceUnavailable", "Unavailable"]
  ] as const) {
    it.effect(`a refusal (${code}) is a failure`, () =>
      Effect.gen(function* () {
        const { error, names } = yield* run({ DeleteSessionAsync: refused(code) }, deletion)
        hasFields(error, { _tag: "SessionError", reason, code, operation: "AgentBay.delete", sessionId: "s-1" })
        assert.deepStrictEqual(names, ["DeleteSessionAsync"])
      })
    )
  }
})

describe("which action ends a session", () => {
  const table: ReadonlyArray<readonly [Settings["deletion"], Replies, names: ReadonlyArray<string>, reason?: string]> = [
    ["auto", {}, ["DeleteSessionAsync", "GetSessionDetail"]],
    ["auto", { DeleteSessionAsync: unknownAction }, ["DeleteSessionAsync", "ReleaseMcpSession"]],
    ["DeleteSessionAsync", {}, ["DeleteSessionAsync", "GetSessionDetail"]],
    ["DeleteSessionAsync", { DeleteSessionAsync: unknownAction }, ["DeleteSessionAsync"], "Unsupported"],
    ["ReleaseMcpSession", {}, ["ReleaseMcpSession"]],
    ["auto", { GetSessionDetail: unknownAction }, ["DeleteSessionAsync", "GetSessionDetail"]],
    ["auto", { DeleteSessionAsync: unknownAction, ReleaseMcpSession: refused("NOT_LOGIN") }, ["DeleteSessionAsync", "ReleaseMcpSession"], "Unauthorized"]
  ]
  for (const [policy, replies, names, reason] of table) {
    it.effect(`${policy}, ${Object.keys(replies ?? {}).join(" and ") || "nothing"} refused: ${names.join(", ")}`, () =>
      Effect.gen(function* () {
        const outcome = yield* run(replies, deletion, { deletion: policy })
        assert.deepStrictEqual(outcome.names, names)
        if (reason === undefined) assert.isUndefined(outcome.error)
        else hasFields(outcome.error, { _tag: "SessionError", reason })
      })
    )
  }
})

describe("how long a deletion may take", () => {
  const slow: Replies = { GetSessionDetail: ok({ Status: "DELETING" }) }
  const table: ReadonlyArray<readonly [string, Parameters<AgentBay.AgentBay.Service["delete"]>[1], Settings, seconds: number]> = [
    ["20 seconds when the caller says so", { timeout: "20 seconds" }, { timeouts: { deletion: "5 seconds" } }, 20],
    ["as long as the configuration says", {}, { timeouts: { deletion: "30 seconds" } }, 30]
  ]
  for (const [name, options, settings, seconds] of table) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const outcome = yield* run(slow, (bay) => bay.delete("s-1", options), settings)
        hasFields(outcome.error, { _tag: "SessionError", reason: "Timeout", sessionId: "s-1", requestId: "req-1" })
        assert.strictEqual(outcome.seconds, seconds)
      })
    )
  }

  it.effect("looks that are not answered do not outlast it", () =>
    Effect.gen(function* () {
      const outcome = yield* run({ GetSessionDetail: never }, (bay) => bay.delete("s-1", { timeout: "20 seconds" }))
      hasFields(outcome.error, { _tag: "SessionError", reason: "Timeout" })
      assert.strictEqual(outcome.seconds, 20)
    })
  )

  it.effect("blank ids and unusable times send nothing", () =>
    Effect.gen(function* () {
      for (const [id, options, field] of [
        ["", {}, "sessionId"],
        [" ", {}, "sessionId"],
        ["s-1", { timeout: 0 }, "timeout"],
        ["s-1", { timeout: -5 }, "timeout"],
        ["s-1", { timeout: Infinity }, "timeout"]
      ] as const) {
        const { error, names } = yield* run({}, (bay) => bay.delete(id, options))
        hasFields(error, { _tag: "InvalidArgument", operation: "AgentBay.delete", field })
        assert.deepStrictEqual(names, [])
      }
    })
  )
})

describe("a scope that closes", () => {
  const inScope = (replies: Replies) => run(replies, (bay) => Effect.scoped(bay.session()))

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
      const hiccups: ReadonlyArray<Reply> = [refused("Throttling"), connectionFailure("ECONNREFUSED"), connectionFailure("ECONNRESET")]
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
        const lines = watch.logs.filter((line) => line.includes("could not be deleted and may still be alive"))
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
  const withSession = (replies: Replies, options?: { readonly syncContexts?: boolean; readonly timeout?: number }) =>
    run(replies, (bay) => Effect.flatMap(bay.create(), (session) => session.delete({ syncContexts: false, ...options })))

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
      const { error, names } = yield* withSession({ SyncContext: ok(), GetContextInfo: looks }, { syncContexts: true })
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
      const { error, names } = yield* withSession({ SyncContext: ok(), GetContextInfo: transfers() }, { syncContexts: true })
      assert.isUndefined(error)
      assert.include(names, "DeleteSessionAsync")
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
