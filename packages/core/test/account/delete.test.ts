import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as AgentBay from "../../src/AgentBay.js"
import { outcomeOf, type Replies } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { connectionFailure, never, ok, refused, softlyRefused } from "../support/ScriptedService.js"
import type { Settings } from "../support/transports.js"

const gone = refused("InvalidMcpSession.NotFound", "resource [McpSession] was not found")
const unknownAction = refused("InvalidAction.NotFound", "no such action", 404)

const deletion = (bay: AgentBay.AgentBay.Service) => bay.delete("s-1")

describe("deleting a session", () => {
  it.effect("ends it with the current action and asks until it has ended", () =>
    Effect.gen(function* () {
      for (const end of ["FINISH", "DELETED"]) {
        const looks = [ok({ Status: "RUNNING" }), ok({ Status: "DELETING" }), ok({}), ok({ Status: end })]
        const { error, names, seconds } = yield* outcomeOf({ GetSessionDetail: looks }, deletion)
        assert.isUndefined(error)
        assert.deepStrictEqual(names, ["DeleteSessionAsync", ...Array.from(looks, () => "GetSessionDetail")])
        assert.strictEqual(seconds, 3)
      }
    })
  )

  it.effect("a session that cannot be found any more has ended", () =>
    Effect.gen(function* () {
      for (const answer of [gone, softlyRefused("InvalidMcpSession.NotFound")]) {
        const { error } = yield* outcomeOf(
          { GetSessionDetail: [ok({ Status: "DELETING" }), answer] },
          deletion
        )
        assert.isUndefined(error)
      }
    })
  )

  it.effect("already gone is success", () =>
    Effect.gen(function* () {
      for (const answer of [gone, softlyRefused("InvalidMcpSession.NotFound")]) {
        const async = yield* outcomeOf({ DeleteSessionAsync: answer }, deletion)
        assert.isUndefined(async.error)
        assert.deepStrictEqual(async.names, ["DeleteSessionAsync"])
        const release = yield* outcomeOf({ ReleaseMcpSession: answer }, deletion, {
          deletion: "ReleaseMcpSession"
        })
        assert.isUndefined(release.error)
        assert.deepStrictEqual(release.names, ["ReleaseMcpSession"])
      }
    })
  )

  it.effect("a look that fails for a moment decides nothing", () =>
    Effect.gen(function* () {
      const hiccups = [
        refused("ServiceUnavailable", "no", 503),
        refused("Throttling"),
        connectionFailure("ECONNRESET")
      ]
      const { error, names } = yield* outcomeOf(
        { GetSessionDetail: [...hiccups, ok({ Status: "FINISH" })] },
        deletion
      )
      assert.isUndefined(error)
      assert.strictEqual(names.length, 5)
    })
  )

  it.effect("a look that is refused for good is a failure", () =>
    Effect.gen(function* () {
      const { error } = yield* outcomeOf({ GetSessionDetail: refused("NOT_LOGIN") }, deletion)
      hasFields(error, {
        _tag: "SessionError",
        reason: "Unauthorized",
        operation: "AgentBay.delete",
        sessionId: "s-1"
      })
    })
  )

  for (const [code, reason] of [
    ["NOT_LOGIN", "Unauthorized"],
    ["Session.IncorrectStatus", "Conflict"],
    ["ServiceUnavailable", "Unavailable"]
  ] as const) {
    it.effect(`a refusal (${code}) is a failure`, () =>
      Effect.gen(function* () {
        const { error, names } = yield* outcomeOf({ DeleteSessionAsync: refused(code) }, deletion)
        hasFields(error, {
          _tag: "SessionError",
          reason,
          code,
          operation: "AgentBay.delete",
          sessionId: "s-1"
        })
        assert.deepStrictEqual(names, ["DeleteSessionAsync"])
      })
    )
  }
})

describe("which action ends a session", () => {
  const table: ReadonlyArray<
    readonly [Settings["deletion"], Replies, names: ReadonlyArray<string>, reason?: string]
  > = [
    ["auto", {}, ["DeleteSessionAsync", "GetSessionDetail"]],
    ["auto", { DeleteSessionAsync: unknownAction }, ["DeleteSessionAsync", "ReleaseMcpSession"]],
    ["DeleteSessionAsync", {}, ["DeleteSessionAsync", "GetSessionDetail"]],
    ["DeleteSessionAsync", { DeleteSessionAsync: unknownAction }, ["DeleteSessionAsync"], "Unsupported"],
    ["ReleaseMcpSession", {}, ["ReleaseMcpSession"]],
    ["auto", { GetSessionDetail: unknownAction }, ["DeleteSessionAsync", "GetSessionDetail"]],
    [
      "auto",
      { DeleteSessionAsync: unknownAction, ReleaseMcpSession: refused("NOT_LOGIN") },
      ["DeleteSessionAsync", "ReleaseMcpSession"],
      "Unauthorized"
    ]
  ]
  for (const [policy, replies, names, reason] of table) {
    it.effect(
      `${policy}, ${Object.keys(replies ?? {}).join(" and ") || "nothing"} refused: ${names.join(", ")}`,
      () =>
        Effect.gen(function* () {
          const outcome = yield* outcomeOf(replies, deletion, { deletion: policy })
          assert.deepStrictEqual(outcome.names, names)
          if (reason === undefined) assert.isUndefined(outcome.error)
          else hasFields(outcome.error, { _tag: "SessionError", reason })
        })
    )
  }
})

describe("how long a deletion may take", () => {
  const slow: Replies = { GetSessionDetail: ok({ Status: "DELETING" }) }
  const table: ReadonlyArray<
    readonly [string, Parameters<AgentBay.AgentBay.Service["delete"]>[1], Settings, seconds: number]
  > = [
    [
      "20 seconds when the caller says so",
      { timeout: "20 seconds" },
      { timeouts: { deletion: "5 seconds" } },
      20
    ],
    ["as long as the configuration says", {}, { timeouts: { deletion: "30 seconds" } }, 30]
  ]
  for (const [name, options, settings, seconds] of table) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const outcome = yield* outcomeOf(slow, (bay) => bay.delete("s-1", options), settings)
        hasFields(outcome.error, {
          _tag: "SessionError",
          reason: "Timeout",
          sessionId: "s-1",
          requestId: "req-1"
        })
        assert.strictEqual(outcome.seconds, seconds)
      })
    )
  }

  it.effect("looks that are not answered do not outlast it", () =>
    Effect.gen(function* () {
      const outcome = yield* outcomeOf({ GetSessionDetail: never }, (bay) =>
        bay.delete("s-1", { timeout: "20 seconds" })
      )
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
        const { error, names } = yield* outcomeOf({}, (bay) => bay.delete(id, options))
        hasFields(error, { _tag: "InvalidArgument", operation: "AgentBay.delete", field })
        assert.deepStrictEqual(names, [])
      }
    })
  )
})
