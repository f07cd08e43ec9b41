import { inspect } from "node:util"
import { describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { makeAccount } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import {
  byName,
  connectionFailure,
  never,
  ok,
  type Reply,
  raw,
  refused,
  type Sent
} from "../support/ScriptedService.js"
import { leaksIn, secrets } from "../support/secrets.js"

const archive = Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0)
const zip = { name: "My Blocker.zip", content: archive }
const put = new URL(secrets.presignedUrl).pathname

const account = (replies: Readonly<Record<string, Reply | ReadonlyArray<Reply> | ((sent: Sent) => Reply)>>) =>
  Effect.map(
    makeAccount(
      byName({
        GetContext: (sent) => ok({ Id: "ctx-e", Name: sent.form["Name"] }),
        GetContextFileUploadUrl: ok({ Url: secrets.presignedUrl }),
        DeleteContextFile: ok(),
        DeleteContext: ok(),
        DescribeContextFiles: ok([{ FileName: "ext_a.zip", FilePath: "/tmp/extensions/ext_a.zip" }], {
          Count: 1
        }),
        [put]: raw(""),
        ...replies
      })
    ),
    ({ bay: { extensions }, service }) => ({ extensions, service })
  )

describe("opening extensions", () => {
  it.effect("costs one request, and none before", () =>
    Effect.gen(function* () {
      const { extensions, service } = yield* account({})
      assert.deepStrictEqual(service.names(), [])
      const store = yield* extensions.open("mine")
      hasFields(store, { contextId: "ctx-e", isTemporary: false })
      assert.deepStrictEqual(service.names(), ["GetContext"])
      hasFields(service.sent[0]?.form, { Name: "mine", AllowCreate: "true" })
      hasFields(yield* Effect.flip(extensions.open(" ")), { _tag: "InvalidArgument", field: "name" })
    })
  )

  it.effect("makes contexts with names of their own", () =>
    Effect.gen(function* () {
      const { extensions, service } = yield* account({})
      yield* extensions.open()
      yield* extensions.open()
      const names = service.of("GetContext").map(({ form }) => form["Name"])
      assert.strictEqual(new Set(names).size, 2)
      for (const name of names) assert.match(name ?? "", /^extensions-[0-9a-f]{32}$/)
    })
  )

  it.effect("cleanup deletes the context it made, never one that was named", () =>
    Effect.gen(function* () {
      const { extensions, service } = yield* account({})
      assert.isFalse(yield* (yield* extensions.open("mine")).cleanup)
      assert.strictEqual(service.of("DeleteContext").length, 0)
      assert.isTrue(yield* (yield* extensions.open()).cleanup)
      assert.strictEqual(service.of("DeleteContext")[0]?.form["Id"], "ctx-e")
    })
  )

  it.effect("cleanup that is refused fails", () =>
    Effect.gen(function* () {
      const { extensions } = yield* account({ DeleteContext: refused("InvalidOperation.ContextInUse") })
      const { cleanup } = yield* extensions.open()
      hasFields(yield* Effect.flip(cleanup), { _tag: "SessionError", reason: "Conflict" })
    })
  )

  it.effect("in a scope they go with it", () =>
    Effect.gen(function* () {
      const { extensions, service } = yield* account({})
      yield* Effect.scoped(Effect.flatMap(extensions.scoped, ({ create }) => create(zip)))
      assert.deepStrictEqual(service.names().at(-1), "DeleteContext")
    })
  )
})

describe("storing an extension", () => {
  it.effect("uploads the bytes, and keeps the name of the file", () =>
    Effect.gen(function* () {
      const { extensions, service } = yield* account({})
      const store = yield* extensions.open("mine")
      const made = yield* store.create(zip)
      assert.match(made.id, /^ext_[0-9a-f]{32}_My~20Blocker\.zip$/)
      assert.strictEqual(made.name, "My Blocker.zip")
      const [asked, sent] = service.sent.slice(1)
      hasFields(asked?.form, { ContextId: "ctx-e", FilePath: `/tmp/extensions/${made.id}` })
      assert.strictEqual(sent?.method, "PUT")
      assert.strictEqual(sent?.url.href, secrets.presignedUrl)
      assert.strictEqual(sent?.body, new TextDecoder().decode(archive))
      // It is not part of the signature.
      assert.isUndefined(sent?.headers["content-type"])
      const again = yield* store.create(zip)
      assert.notStrictEqual(again.id, made.id)
    })
  )

  it.effect("takes a stream, whatever its pieces", () =>
    Effect.gen(function* () {
      const { extensions, service } = yield* account({})
      const { create } = yield* extensions.open("mine")
      yield* create({
        name: "a.zip",
        content: Stream.fromIterable(Array.from(archive, (b) => Uint8Array.of(b)))
      })
      assert.strictEqual(service.sent.at(-1)?.body, new TextDecoder().decode(archive))
      const broken = Stream.concat(Stream.make(archive), Stream.fail("disk" as const))
      const sentBefore = service.sent.length
      assert.strictEqual(yield* Effect.flip(create({ name: "a.zip", content: broken })), "disk")
      assert.strictEqual(service.sent.length, sentBefore)
    })
  )

  it.effect("what is no ZIP archive is refused before anything is sent, on update too", () =>
    Effect.gen(function* () {
      const { extensions, service } = yield* account({})
      const store = yield* extensions.open("mine")
      const wrong = [
        { file: { name: "a.txt", content: archive }, field: "name" },
        { file: { name: ".zip", content: archive }, field: "name" },
        { file: { name: "dir/a.zip", content: archive }, field: "name" },
        { file: { name: "a.zip", content: new Uint8Array(0) }, field: "content" },
        { file: { name: "a.zip", content: Uint8Array.of(0x50, 0x4b, 9, 9) }, field: "content" },
        { file: { name: "a.zip", content: Stream.make(new TextEncoder().encode("Cr24")) }, field: "content" }
      ]
      for (const { field, file } of wrong) {
        hasFields(yield* Effect.flip(store.create(file)), { _tag: "InvalidArgument", field })
        hasFields(yield* Effect.flip(store.update("ext_a.zip", file)), { _tag: "InvalidArgument", field })
      }
      assert.deepStrictEqual(service.names(), ["GetContext"])
      yield* store.create({ name: "empty.ZIP", content: Uint8Array.of(0x50, 0x4b, 5, 6) })
    })
  )

  it.effect("an upload that fails says why, without the URL, and leaves nothing behind", () =>
    Effect.gen(function* () {
      const xml = "<Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>"
      const replies = [
        { reply: raw(xml, 403), expected: { reason: "Unauthorized", status: 403, code: "AccessDenied" } },
        { reply: raw("", 500), expected: { reason: "Unavailable", status: 500 } },
        { reply: connectionFailure("ECONNRESET", secrets.presignedUrl), expected: { reason: "Transport" } }
      ]
      for (const { expected, reply } of replies) {
        const { extensions, service } = yield* account({ [put]: reply })
        const { create } = yield* extensions.open("mine")
        const error = yield* Effect.flip(create(zip))
        hasFields(error, { _tag: "SessionError", operation: "Extensions.create", ...expected })
        assert.deepStrictEqual(leaksIn(`${error.message} ${inspect(error, { depth: 9 })}`), [])
        const deleted = service.of("DeleteContextFile")
        assert.strictEqual(deleted[0]?.form["FilePath"], service.sent[1]?.form["FilePath"])
      }
      const { extensions } = yield* account({ [put]: raw(xml, 403) })
      const { create } = yield* extensions.open("mine")
      assert.include((yield* Effect.flip(create(zip))).message, "Request has expired")
    })
  )

  it.effect("an upload that is interrupted or late leaves nothing behind", () =>
    Effect.gen(function* () {
      const { extensions, service } = yield* account({ [put]: never })
      const { create } = yield* extensions.open("mine")
      const fiber = yield* Effect.fork(create(zip))
      while (service.of(put).length === 0) yield* Effect.yieldNow()
      const exit = yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.isFailure(exit) && Cause.isInterrupted(exit.cause))
      assert.strictEqual(service.of("DeleteContextFile").length, 1)
      const late = yield* Effect.fork(Effect.flip(create(zip, { timeout: "10 seconds" })))
      yield* TestClock.adjust("10 seconds")
      hasFields(yield* Fiber.join(late), { reason: "Timeout" })
      assert.strictEqual(service.of("DeleteContextFile").length, 2)
      hasFields(yield* Effect.flip(create(zip, { timeout: 0 })), { field: "timeout" })
    })
  )

  it.effect("fails with what the service says where it gives no URL", () =>
    Effect.gen(function* () {
      const { extensions, service } = yield* account({ GetContextFileUploadUrl: ok({}) })
      const { create } = yield* extensions.open("mine")
      hasFields(yield* Effect.flip(create(zip)), { reason: "Decode" })
      assert.strictEqual(service.of("DeleteContextFile").length, 0)
    })
  )
})

describe("extensions in a store", () => {
  it.effect("are listed beyond the first hundred", () =>
    Effect.gen(function* () {
      const all = Array.from({ length: 205 }, (_, index) => ({
        FileName: `ext_${index}.zip`,
        FilePath: `/tmp/extensions/ext_${index}.zip`,
        GmtCreate: "2026-01-05T10:00:00Z"
      }))
      const { extensions, service } = yield* account({
        DescribeContextFiles: ({ form }) => {
          const size = Number(form["PageSize"])
          const start = (Number(form["PageNumber"]) - 1) * size
          return ok(all.slice(start, start + size), { Count: all.length })
        }
      })
      const store = yield* extensions.open("mine")
      const found = Chunk.toReadonlyArray(yield* Stream.runCollect(store.list()))
      assert.strictEqual(found.length, 205)
      assert.deepStrictEqual(found[204], {
        id: "ext_204.zip",
        name: "ext_204.zip",
        createdAt: Option.some("2026-01-05T10:00:00Z")
      })
      hasFields(service.sent[1]?.form, {
        PageNumber: "1",
        PageSize: "100",
        ParentFolderPath: "/tmp/extensions"
      })
      // Only what is looked at is asked for.
      const before = service.sent.length
      yield* Stream.runHead(store.list({ pageSize: 10 }))
      assert.strictEqual(service.sent.length, before + 1)
      yield* store.update("ext_204.zip", zip)
    })
  )

  it.effect("are replaced under their id; what is not there is not made", () =>
    Effect.gen(function* () {
      const { extensions, service } = yield* account({})
      const store = yield* extensions.open("mine")
      const updated = yield* store.update("ext_a.zip", { name: "new.zip", content: archive })
      hasFields(updated, { id: "ext_a.zip", name: "ext_a.zip" })
      assert.strictEqual(service.sent.at(-2)?.form["FilePath"], "/tmp/extensions/ext_a.zip")
      hasFields(yield* Effect.flip(store.update("ext_b.zip", zip)), {
        _tag: "SessionError",
        reason: "NotFound",
        operation: "Extensions.update"
      })
      assert.strictEqual(service.of(put).length, 1)
    })
  )

  it.effect("stay as they were when their replacement fails", () =>
    Effect.gen(function* () {
      const { extensions, service } = yield* account({ [put]: raw("", 500) })
      const store = yield* extensions.open("mine")
      hasFields(yield* Effect.flip(store.update("ext_a.zip", zip)), { reason: "Unavailable" })
      assert.strictEqual(service.of("DeleteContextFile").length, 0)
    })
  )

  it.effect("are deleted, or that fails", () =>
    Effect.gen(function* () {
      const { extensions, service } = yield* account({
        DeleteContextFile: [ok(), refused("InternalError", "x", 500)]
      })
      const store = yield* extensions.open("mine")
      yield* store.delete("é.zip")
      assert.strictEqual(service.sent.at(-1)?.form["FilePath"], "/tmp/extensions/é.zip")
      hasFields(yield* Effect.flip(store.delete("é.zip")), { _tag: "SessionError", reason: "Unavailable" })
    })
  )

  it.effect("are named by ids that lead nowhere else", () =>
    Effect.gen(function* () {
      const { extensions, service } = yield* account({})
      const store = yield* extensions.open("mine")
      for (const id of ["", " ", "..", ".", "../x.zip", "a/b.zip", "a\\b.zip", "a\0.zip"]) {
        const invalid = { _tag: "InvalidArgument", field: "extensionId" }
        hasFields(yield* Effect.flip(store.delete(id)), invalid)
        hasFields(yield* Effect.flip(store.update(id, zip)), invalid)
        hasFields(yield* Effect.flip(store.option(["a.zip", id])), {
          _tag: "InvalidArgument",
          field: "extensionIds.1"
        })
      }
      hasFields(yield* Effect.flip(store.option([])), { _tag: "InvalidArgument", field: "extensionIds" })
      assert.strictEqual(service.sent.length, 1)
    })
  )

  it.effect("are given to a session", () =>
    Effect.gen(function* () {
      const { extensions } = yield* account({})
      const store = yield* extensions.open("mine")
      assert.deepStrictEqual(yield* store.option(["a.zip", "b.zip"]), {
        contextId: "ctx-e",
        extensionIds: ["a.zip", "b.zip"]
      })
    })
  )
})
