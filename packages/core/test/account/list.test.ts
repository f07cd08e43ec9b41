import { describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as AgentBay from "../../src/AgentBay.js"
import { makeAccount, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { type Answer, ok, type Reply, refused, type Sent, softlyRefused } from "../support/ScriptedService.js"

/** A service with this many sessions, which pages as it is asked to. */
const paging =
  (count: number) =>
  (sent: Sent): Answer => {
    const size = Number(sent.form["MaxResults"])
    const from = Number((sent.form["NextToken"] ?? "t0").slice(1))
    const ids = Array.from({ length: count }, (_, index) => `s-${index}`).slice(from, from + size)
    return ok(
      ids.map((id) => ({
        SessionId: id,
        SessionStatus: "RUNNING",
        ImageId: "img",
        AppInstanceId: `ai-${id}`
      })),
      {
        MaxResults: size,
        TotalCount: count,
        ...(from + size < count ? { NextToken: `t${from + size}` } : { NextToken: "" })
      }
    )
  }

const account = (reply: Reply | ((sent: Sent) => Reply)) => makeAccount(working({ ListSession: reply }))

const idsOf = (page: AgentBay.SessionPage) => page.sessions.map(({ sessionId }) => sessionId)

describe("a page of sessions", () => {
  it.effect("is one request for ten, without a filter", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* account(paging(12))
      const page = yield* bay.list()
      const { Authorization: _, ...form } = service.sent[0]!.form
      assert.deepStrictEqual(form, { Labels: "{}", MaxResults: "10" })
      assert.strictEqual(page.sessions.length, 10)
      assert.deepStrictEqual(page.sessions[0], {
        sessionId: "s-0",
        status: "RUNNING",
        imageId: Option.some("img"),
        appInstanceId: Option.some("ai-s-0")
      })
      hasFields(page, {
        nextToken: Option.some("t10"),
        maxResults: Option.some(10),
        totalCount: Option.some(12),
        requestId: "req-1"
      })
    })
  )

  it.effect("carries every filter to the service", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* account(paging(1))
      yield* bay.list({ labels: { a: "b", c: "d" }, status: "PAUSED", imageId: "img", maxResults: 3 })
      const { Authorization: _, ...form } = service.sent[0]!.form
      assert.deepStrictEqual(form, {
        Labels: '{"a":"b","c":"d"}',
        MaxResults: "3",
        Status: "PAUSED",
        ImageId: "img"
      })
    })
  )

  it.effect("of a token is one request, whatever its number", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* account(paging(30))
      const page = yield* bay.list({ nextToken: "t20" })
      assert.strictEqual(service.sent.length, 1)
      assert.strictEqual(idsOf(page)[0], "s-20")
      assert.deepStrictEqual(page.nextToken, Option.none())
    })
  )

  it.effect("n costs n requests, each with the filter", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* account(paging(30))
      const page = yield* bay.list({ page: 3, labels: { a: "b" }, status: "RUNNING" })
      assert.strictEqual(idsOf(page)[0], "s-20")
      assert.deepStrictEqual(
        service.sent.map(({ form }) => [
          form["NextToken"],
          form["Labels"],
          form["Status"],
          form["MaxResults"]
        ]),
        [undefined, "t10", "t20"].map((token) => [token, '{"a":"b"}', "RUNNING", "10"])
      )
    })
  )

  it.effect("beyond the last one does not exist", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* account(paging(15))
      const error = yield* Effect.flip(bay.list({ page: 4 }))
      hasFields(error, {
        _tag: "SessionError",
        reason: "NotFound",
        operation: "AgentBay.list",
        requestId: "req-1"
      })
      assert.include(error.message, "page 2 is the last one")
      assert.strictEqual(service.sent.length, 2)
    })
  )

  it.effect("of nothing is an empty page", () =>
    Effect.gen(function* () {
      for (const data of [[], null, undefined]) {
        const { bay } = yield* account(ok(data))
        const page = yield* bay.list()
        assert.deepStrictEqual(page.sessions, [])
        assert.deepStrictEqual(page.nextToken, Option.none())
      }
    })
  )

  it.effect("shows a status that the service does not tell as UNKNOWN", () =>
    Effect.gen(function* () {
      const { bay } = yield* account(
        ok([{ SessionId: "s-1" }, { SessionId: "s-2", SessionStatus: "NEW_WORD" }])
      )
      const { sessions } = yield* bay.list()
      assert.deepStrictEqual(
        sessions.map(({ status }) => status),
        ["UNKNOWN", "NEW_WORD"]
      )
    })
  )

  it.effect("that is refused is a failure, also softly", () =>
    Effect.gen(function* () {
      for (const reply of [refused("NOT_LOGIN"), softlyRefused("NOT_LOGIN")]) {
        const { bay } = yield* account(reply)
        hasFields(yield* Effect.flip(bay.list()), { reason: "Unauthorized", operation: "AgentBay.list" })
      }
    })
  )
})

describe("all sessions as a stream", () => {
  it.effect("any number of sessions comes once each, in order, whatever the page size", () =>
    Effect.gen(function* () {
      const samples = fc.sample(fc.tuple(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 12 })), 30)
      for (const [count, pageSize] of samples) {
        const { bay, service } = yield* account(paging(count))
        const all = yield* Stream.runCollect(bay.listAll({ pageSize, labels: { a: "b" } }))
        assert.deepStrictEqual(
          Chunk.toReadonlyArray(all).map(({ sessionId }) => sessionId),
          Array.from({ length: count }, (_, index) => `s-${index}`)
        )
        assert.strictEqual(service.sent.length, Math.max(1, Math.ceil(count / pageSize)))
        assert.isTrue(service.sent.every(({ form }) => form["Labels"] === '{"a":"b"}'))
      }
    })
  )

  it.effect("asks only for the pages that are consumed", () =>
    Effect.gen(function* () {
      for (const [taken, requests] of [
        [1, 1],
        [10, 1],
        [11, 2],
        [25, 3]
      ] as const) {
        const { bay, service } = yield* account(paging(1000))
        yield* bay.listAll().pipe(Stream.take(taken), Stream.runDrain)
        assert.strictEqual(service.sent.length, requests)
      }
    })
  )

  it.effect("asks nothing until it is run, and afresh each time", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* account(paging(3))
      const all = bay.listAll()
      assert.strictEqual(service.sent.length, 0)
      yield* Stream.runDrain(all)
      yield* Stream.runDrain(all)
      assert.strictEqual(service.sent.length, 2)
    })
  )

  it.effect("a page that fails ends it with the failure, after the sessions before it", () =>
    Effect.gen(function* () {
      const page = paging(25)
      const { bay } = yield* account((sent) =>
        sent.form["NextToken"] === "t20" ? refused("Throttling") : page(sent)
      )
      const seen: Array<string> = []
      const error = yield* Effect.flip(
        Stream.runForEach(bay.listAll(), ({ sessionId }) => Effect.sync(() => seen.push(sessionId)))
      )
      hasFields(error, { _tag: "SessionError", reason: "Throttled" })
      assert.strictEqual(seen.length, 20)
    })
  )
})

describe("questions that are refused before anything is sent", () => {
  const wrong: ReadonlyArray<readonly [options: unknown, field: string]> = [
    [{ maxResults: 0 }, "maxResults"],
    [{ maxResults: -1 }, "maxResults"],
    [{ maxResults: 1.5 }, "maxResults"],
    [{ maxResults: Number.NaN }, "maxResults"],
    [{ page: 0 }, "page"],
    [{ page: 1.5 }, "page"],
    [{ page: 2, nextToken: "t10" }, "page"],
    [{ status: "running" }, "status"],
    [{ status: "FINISH" }, "status"],
    [{ labels: { a: "" } }, "labels.a"],
    [{ labels: { "": "a" } }, "labels"],
    [{ labels: { a: 5 } }, "labels.a"],
    [{ labels: ["a"] }, "labels"],
    [{ labels: null }, "labels"]
  ]
  for (const [options, field] of wrong) {
    it.effect(`${JSON.stringify(options)} names ${field}`, () =>
      Effect.gen(function* () {
        const { bay, service } = yield* account(paging(3))
        const error = yield* Effect.flip(bay.list(options as never))
        hasFields(error, { _tag: "InvalidArgument", operation: "AgentBay.list", field })
        assert.strictEqual(service.sent.length, 0)
      })
    )
  }

  it.effect("a page size below one, also of the stream", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* account(paging(3))
      const error = yield* Effect.flip(Stream.runDrain(bay.listAll({ pageSize: 0 })))
      assert.strictEqual(error._tag, "InvalidArgument")
      assert.strictEqual(service.sent.length, 0)
    })
  )
})
