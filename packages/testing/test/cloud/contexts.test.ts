import { assert, describe, it } from "@effect/vitest"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, TestClock } from "effect"
import { bytes, call, createSession, data } from "../support/service.js"

const run = Effect.provide(TestAgentBay.layerHttpClient)

const create = (Name: string) =>
  Effect.map(data("GetContext", { Name, AllowCreate: "true" }), ({ Id }) => Id as string)

describe("contexts", () => {
  it.effect("are found or created by name, and found by id", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 5, 10))
      const created = yield* data("GetContext", { Name: "proj", AllowCreate: "True" })
      assert.match(created.Id, /^SdkCtx-/)
      assert.deepStrictEqual(
        { ...created, Id: "" },
        {
          Id: "",
          Name: "proj",
          State: "available",
          OsType: "linux",
          CreateTime: "2026-01-05T10:00:00Z",
          LastUsedTime: "2026-01-05T10:00:00Z"
        }
      )
      assert.strictEqual(yield* create("proj"), created.Id)
      assert.strictEqual(
        (yield* data("GetContext", { ContextId: created.Id, AllowCreate: "false" })).Name,
        "proj"
      )
      for (const parameters of [{ Name: "other" }, { ContextId: "SdkCtx-x" }]) {
        const missing = yield* call("GetContext", { AllowCreate: "false", ...parameters })
        assert.strictEqual(missing.body.Code, "Context.NotFound")
        assert.strictEqual(missing.status, 400)
      }
      assert.strictEqual(
        (yield* call("GetContext", { AllowCreate: "true" })).body.Code,
        "MissingParameter.Name"
      )
      assert.strictEqual(
        (yield* call("GetContext", { AllowCreate: "true", Name: "  " })).body.Code,
        "InvalidParameter.Name"
      )
    }).pipe(run)
  )

  it.effect("are listed page by page, or those of one session", () =>
    Effect.gen(function* () {
      const ids = yield* Effect.forEach(["a", "b", "c", "d", "e"], create)
      const first = yield* call("ListContexts", { MaxResults: "2" })
      assert.deepStrictEqual(
        first.body.Data.map((row: { Id: string }) => row.Id),
        ids.slice(0, 2)
      )
      assert.strictEqual(first.body.TotalCount, 5)
      yield* data("DeleteContext", { Id: ids[0] })
      const second = yield* call("ListContexts", { MaxResults: "2", NextToken: first.body.NextToken })
      const third = yield* call("ListContexts", { MaxResults: "2", NextToken: second.body.NextToken })
      assert.deepStrictEqual(
        [...second.body.Data, ...third.body.Data].map((row: { Id: string }) => row.Id),
        ids.slice(2)
      )
      assert.strictEqual(third.body.NextToken, "")
      const session = yield* createSession({
        PersistenceDataList: JSON.stringify([{ ContextId: ids[3], Path: "/tmp/d" }])
      })
      const mounted = yield* data("ListContexts", { MaxResults: "10", SessionId: session.SessionId })
      assert.deepStrictEqual(
        mounted.map((row: { Id: string; State: string }) => [row.Id, row.State]),
        [[ids[3], "in-use"]]
      )
      // What belongs to one session is not listed.
      const [internal] = yield* data("GetAndLoadInternalContext", {
        SessionId: session.SessionId,
        ContextTypes: ["file_transfer"]
      })
      const hidden = yield* call("GetContext", { ContextId: internal.ContextId, AllowCreate: "false" })
      assert.strictEqual(hidden.body.Code, "Context.NotFound")
      assert.strictEqual((yield* call("ListContexts", { MaxResults: "10" })).body.TotalCount, 4)
      const read = yield* data("GetSession", { SessionId: session.SessionId })
      assert.deepStrictEqual(read.contexts, [{ id: ids[3], name: "d" }])
    }).pipe(run)
  )

  it.effect("are renamed to names that are free", () =>
    Effect.gen(function* () {
      const Id = yield* create("old")
      yield* create("taken")
      yield* data("ModifyContext", { Id, Name: "new" })
      yield* data("ModifyContext", { Id, Name: "new" })
      assert.strictEqual(yield* create("new"), Id)
      assert.strictEqual(
        (yield* call("ModifyContext", { Id, Name: "taken" })).body.Code,
        "Context.AlreadyExist"
      )
      assert.strictEqual((yield* call("ModifyContext", { Id: "x", Name: "y" })).body.Code, "Context.NotFound")
    }).pipe(run)
  )

  it.effect("are deleted with their files", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const Id = yield* create("short-lived")
      yield* cloud.putContextFile(Id, "/a", bytes("x"))
      yield* data("DeleteContext", { Id })
      assert.isEmpty(yield* cloud.contexts)
      assert.strictEqual((yield* cloud.contextFile(Id, "/a"))._tag, "None")
      assert.strictEqual((yield* call("DeleteContext", { Id })).body.Code, "Context.NotFound")
    }).pipe(run)
  )

  it.effect("are clearing for as long as it takes, then empty and available", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const Id = yield* create("full")
      yield* cloud.putContextFile(Id, "/a", bytes("x"))
      yield* data("ClearContext", { Id })
      const state = Effect.map(
        data("GetContext", { ContextId: Id, AllowCreate: "false" }),
        ({ State }) => State
      )
      assert.strictEqual(yield* state, "clearing")
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* state, "available")
      assert.deepStrictEqual(yield* cloud.contexts, [{ contextId: Id, name: "full", files: [] }])
      assert.strictEqual((yield* call("ClearContext", { Id: "x" })).body.Code, "Context.NotFound")
    }).pipe(Effect.provide(TestAgentBay.layerHttpClientWith({ clearingDelay: "5 seconds" })))
  )

  it.effect("are not cleared under a session that uses them", () =>
    Effect.gen(function* () {
      const Id = yield* create("used")
      const { SessionId } = yield* createSession({
        PersistenceDataList: JSON.stringify([{ ContextId: Id, Path: "/tmp/d" }])
      })
      const refused = yield* call("ClearContext", { Id })
      assert.strictEqual(refused.body.Code, "InvalidOperation.ContextInUse")
      yield* data("DeleteSessionAsync", { SessionId })
      yield* data("ClearContext", { Id })
    }).pipe(run)
  )
})
