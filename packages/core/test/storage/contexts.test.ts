import { describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Contexts } from "../../src/storage/Contexts.js"
import { makeAccount } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { type Answer, byName, ok, refused, type Sent, softlyRefused } from "../support/ScriptedService.js"
import type { Settings } from "../support/transports.js"

const record = {
  Id: "SdkCtx-1",
  Name: "proj",
  State: "available",
  OsType: "linux",
  CreateTime: "2026-01-05T10:00:00Z",
  LastUsedTime: "2026-01-06T10:00:00Z"
}

const stored = {
  id: "SdkCtx-1",
  name: "proj",
  state: Option.some("available"),
  osType: Option.some("linux"),
  createdAt: Option.some("2026-01-05T10:00:00Z"),
  lastUsedAt: Option.some("2026-01-06T10:00:00Z")
}

const account = (replies: Parameters<typeof byName>[0], settings: Settings = {}) =>
  Effect.map(makeAccount(byName(replies), settings), ({ bay, service }) => ({
    contexts: bay.contexts,
    service,
    form: (index = 0) => {
      const { Authorization: _, ...form } = service.sent[index]!.form
      return form
    }
  }))

describe("a context", () => {
  it.effect("is found by name or by id with one request, dates included", () =>
    Effect.gen(function* () {
      const { contexts, form, service } = yield* account({ GetContext: ok(record) }, { regionId: "r" })
      assert.deepStrictEqual(yield* contexts.get({ name: "proj" }), stored)
      assert.deepStrictEqual(yield* contexts.get({ id: "SdkCtx-1" }), stored)
      assert.deepStrictEqual(service.names(), ["GetContext", "GetContext"])
      assert.deepStrictEqual(form(0), { AllowCreate: "false", Name: "proj" })
      assert.deepStrictEqual(form(1), { AllowCreate: "false", ContextId: "SdkCtx-1" })
    })
  )

  it.effect("that does not exist is NotFound, however the service says it", () =>
    Effect.gen(function* () {
      for (const reply of [
        ok(),
        ok(null),
        ok({ Name: "proj" }),
        ok({ Id: "" }),
        refused("Context.NotFound"),
        softlyRefused("Context.NotFound")
      ]) {
        const { contexts } = yield* account({ GetContext: reply })
        const error = yield* Effect.flip(contexts.get({ name: "proj" }))
        hasFields(error, {
          _tag: "SessionError",
          reason: "NotFound",
          operation: "Contexts.get",
          requestId: "req-1"
        })
      }
    })
  )

  it.effect("is created by name, in the configured region", () =>
    Effect.gen(function* () {
      const { contexts, form } = yield* account(
        { GetContext: ok({ Id: "SdkCtx-1", Name: "proj" }) },
        { regionId: "cn" }
      )
      const context = yield* contexts.create("proj")
      assert.deepStrictEqual(form(), { AllowCreate: "true", Name: "proj", LoginRegionId: "cn" })
      hasFields(context, { id: "SdkCtx-1", name: "proj", state: Option.none(), createdAt: Option.none() })
    })
  )

  it.effect("is renamed and deleted by id", () =>
    Effect.gen(function* () {
      const { contexts, form, service } = yield* account({ ModifyContext: ok(), DeleteContext: ok() })
      yield* contexts.rename("SdkCtx-1", "other")
      yield* contexts.delete("SdkCtx-1")
      assert.deepStrictEqual(service.names(), ["ModifyContext", "DeleteContext"])
      assert.deepStrictEqual([form(0), form(1)], [{ Id: "SdkCtx-1", Name: "other" }, { Id: "SdkCtx-1" }])
    })
  )
})

const pages =
  (count: number) =>
  (sent: Sent): Answer => {
    const size = Number(sent.form["MaxResults"])
    const from = Number(sent.form["NextToken"] ?? 0)
    const data = Array.from({ length: count }, (_, index) => ({ ...record, Id: `c-${index}` })).slice(
      from,
      from + size
    )
    return ok(data, {
      TotalCount: count,
      MaxResults: size,
      ...(from + size < count ? { NextToken: String(from + size) } : {})
    })
  }

describe("listing contexts", () => {
  it.effect("is one request for a page", () =>
    Effect.gen(function* () {
      const { contexts, form } = yield* account({ ListContexts: pages(12) })
      const page = yield* contexts.list()
      assert.strictEqual(page.contexts.length, 10)
      hasFields(page, {
        nextToken: Option.some("10"),
        totalCount: Option.some(12),
        maxResults: Option.some(10),
        requestId: "req-1"
      })
      assert.deepStrictEqual(form(), { MaxResults: "10" })
      yield* contexts.list({ maxResults: 3, nextToken: "9", sessionId: "s-1" })
      assert.deepStrictEqual(form(1), { MaxResults: "3", NextToken: "9", SessionId: "s-1" })
    })
  )

  it.effect("as a stream gives each once and asks only for the pages that are consumed", () =>
    Effect.gen(function* () {
      for (const [count, pageSize] of fc.sample(
        fc.tuple(fc.nat({ max: 25 }), fc.integer({ min: 1, max: 9 })),
        15
      )) {
        const { contexts } = yield* account({ ListContexts: pages(count) })
        const all = yield* Stream.runCollect(contexts.listAll({ pageSize }))
        assert.deepStrictEqual(
          Chunk.toReadonlyArray(all).map(({ id }) => id),
          Array.from({ length: count }, (_, i) => `c-${i}`)
        )
      }
      const { contexts, form, service } = yield* account({ ListContexts: pages(1000) })
      yield* contexts.listAll({ sessionId: "s-1" }).pipe(Stream.take(11), Stream.runDrain)
      assert.strictEqual(service.sent.length, 2)
      assert.strictEqual(form(1)["SessionId"], "s-1")
    })
  )
})

describe("what is refused before anything is sent", () => {
  const wrong: ReadonlyArray<
    readonly [
      string,
      (contexts: Contexts) => Effect.Effect<unknown, { readonly _tag: string }>,
      field: string
    ]
  > = [
    ["get by a blank name", (c) => c.get({ name: " " }), "name"],
    ["get by a blank id", (c) => c.get({ id: "" }), "id"],
    ["create with a blank name", (c) => c.create(""), "name"],
    ["rename without id", (c) => c.rename("", "x"), "contextId"],
    ["rename to a blank name", (c) => c.rename("c", " "), "name"],
    ["delete without id", (c) => c.delete(""), "contextId"],
    ["clear without id", (c) => c.clear(""), "contextId"],
    ["clear in no time", (c) => c.clear("c", { timeout: 0 }), "timeout"],
    ["clear without pause", (c) => c.clear("c", { interval: 0 }), "interval"],
    ["list pages of nothing", (c) => c.list({ maxResults: 0 }), "maxResults"],
    ["list pages of half an entry", (c) => c.list({ maxResults: 0.5 }), "maxResults"],
    ["list pages of nothing as a stream", (c) => Stream.runDrain(c.listAll({ pageSize: 0 })), "maxResults"],
    ["list files without context", (c) => c.files.list("", "/"), "contextId"],
    ["list files of page 0", (c) => c.files.list("c", "/", { page: 0 }), "page"],
    ["list files by pages of nothing", (c) => c.files.list("c", "/", { pageSize: 0 }), "pageSize"],
    ["delete a file without path", (c) => c.files.delete("c", " "), "path"],
    ["an upload URL without context", (c) => c.files.uploadUrl(" ", "/x"), "contextId"],
    ["a download URL without path", (c) => c.files.downloadUrl("c", ""), "path"]
  ]
  for (const [name, ask, field] of wrong) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const { contexts, service } = yield* account({})
        hasFields(yield* Effect.flip(ask(contexts)), { _tag: "InvalidArgument", field })
        assert.strictEqual(service.sent.length, 0)
      })
    )
  }
})

describe("a refusal is a failure of every operation, hard or soft", () => {
  const operations: Readonly<
    Record<string, (contexts: Contexts) => Effect.Effect<unknown, { readonly _tag: string }>>
  > = {
    "Contexts.list": (c) => c.list(),
    "Contexts.get": (c) => c.get({ name: "x" }),
    "Contexts.create": (c) => c.create("x"),
    "Contexts.rename": (c) => c.rename("c", "x"),
    "Contexts.delete": (c) => c.delete("c"),
    "Contexts.clear": (c) => c.clear("c"),
    "Contexts.files.list": (c) => c.files.list("c", "/"),
    "Contexts.files.delete": (c) => c.files.delete("c", "/x"),
    "Contexts.files.uploadUrl": (c) => c.files.uploadUrl("c", "/x"),
    "Contexts.files.downloadUrl": (c) => c.files.downloadUrl("c", "/x")
  }
  for (const [operation, ask] of Object.entries(operations)) {
    it.effect(operation, () =>
      Effect.gen(function* () {
        for (const reply of [refused("NOT_LOGIN"), softlyRefused("NOT_LOGIN")]) {
          const { bay } = yield* makeAccount(() => reply)
          hasFields(yield* Effect.flip(ask(bay.contexts)), {
            _tag: "SessionError",
            reason: "Unauthorized",
            operation,
            requestId: "req-1"
          })
        }
      })
    )
  }
})
