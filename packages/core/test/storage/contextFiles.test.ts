import { describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { makeAccount } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { type Answer, byName, ok, refused, type Sent } from "../support/ScriptedService.js"
import { secrets } from "../support/secrets.js"
import type { Settings } from "../support/transports.js"

const account = (replies: Parameters<typeof byName>[0], settings: Settings = {}) =>
  Effect.map(makeAccount(byName(replies), settings), ({ bay, service }) => ({
    contexts: bay.contexts,
    service,
    form: (index = 0) => {
      const { Authorization: _, ...form } = service.sent[index]!.form
      return form
    }
  }))

const file = {
  FileId: "f-1",
  FileName: "a.txt",
  FilePath: "/tmp/a.txt",
  FileType: "FILE",
  Size: 21,
  Status: "ready",
  GmtCreate: "2026-01-05T10:00:00Z",
  GmtModified: "2026-01-05T11:00:00Z"
}

const files =
  (count: number, withCount: boolean) =>
  (sent: Sent): Answer => {
    const size = Number(sent.form["PageSize"])
    const from = (Number(sent.form["PageNumber"]) - 1) * size
    const data = Array.from({ length: count }, (_, index) => ({ ...file, FileName: `f-${index}` })).slice(
      from,
      from + size
    )
    return ok(data, withCount ? { Count: count } : {})
  }

describe("files of a context", () => {
  it.effect("are listed by page, or by token", () =>
    Effect.gen(function* () {
      const { contexts, form } = yield* account({
        DescribeContextFiles: ok([file], { Count: "7", NextToken: "n" })
      })
      const page = yield* contexts.files.list("c", "/tmp")
      assert.deepStrictEqual(form(), {
        ContextId: "c",
        ParentFolderPath: "/tmp",
        PageNumber: "1",
        PageSize: "50"
      })
      assert.deepStrictEqual(page, {
        files: [
          {
            id: Option.some("f-1"),
            name: "a.txt",
            path: "/tmp/a.txt",
            type: Option.some("FILE"),
            size: Option.some(21),
            status: Option.some("ready"),
            createdAt: Option.some("2026-01-05T10:00:00Z"),
            modifiedAt: Option.some("2026-01-05T11:00:00Z")
          }
        ],
        count: Option.some(7),
        nextToken: Option.some("n"),
        requestId: "req-1"
      })
      yield* contexts.files.list("c", "/tmp", { page: 3, pageSize: 5 })
      assert.deepInclude(form(1), { PageNumber: "3", PageSize: "5" })
      yield* contexts.files.list("c", "/tmp", { nextToken: "n", pageSize: 5 })
      assert.deepStrictEqual(form(2), {
        ContextId: "c",
        ParentFolderPath: "/tmp",
        MaxResults: "5",
        NextToken: "n"
      })
    })
  )

  it.effect("begin with a token's kind of page when asked to, and mix the kinds in no request", () =>
    Effect.gen(function* () {
      const { bay, service } = yield* makeAccount(byName({ DescribeContextFiles: ok([]) }))
      const { files } = bay.contexts
      yield* files.list("c", "/tmp", { maxResults: 7 })
      const { MaxResults, NextToken, PageNumber, PageSize } = service.of("DescribeContextFiles")[0]!.form
      assert.deepStrictEqual(
        [MaxResults, NextToken, PageNumber, PageSize],
        ["7", undefined, undefined, undefined]
      )
      for (const options of [
        { maxResults: 0 },
        { maxResults: 5, page: 1 },
        { maxResults: 5, pageSize: 5 },
        { nextToken: "n", page: 2 }
      ]) {
        hasFields(yield* Effect.flip(files.list("c", "/tmp", options)), { _tag: "InvalidArgument" })
      }
      assert.lengthOf(service.of("DescribeContextFiles"), 1)
    })
  )

  it.effect("as a stream come once each, whether or not the service tells their number", () =>
    Effect.gen(function* () {
      const samples = fc.sample(
        fc.tuple(fc.nat({ max: 20 }), fc.integer({ min: 1, max: 6 }), fc.boolean()),
        25
      )
      for (const [count, pageSize, withCount] of samples) {
        const { contexts, service } = yield* account({ DescribeContextFiles: files(count, withCount) })
        const all = yield* Stream.runCollect(contexts.files.listAll("c", "/tmp", { pageSize }))
        assert.deepStrictEqual(
          Chunk.toReadonlyArray(all).map(({ name }) => name),
          Array.from({ length: count }, (_, i) => `f-${i}`)
        )
        if (withCount) assert.strictEqual(service.sent.length, Math.max(1, Math.ceil(count / pageSize)))
      }
    })
  )

  it.effect("have URLs that are redacted", () =>
    Effect.gen(function* () {
      const answer = ok({ Url: secrets.presignedUrl, ExpireTime: 1770000000 })
      const { contexts, form, service } = yield* account({
        GetContextFileUploadUrl: answer,
        GetContextFileDownloadUrl: answer,
        DeleteContextFile: ok()
      })
      for (const url of [
        yield* contexts.files.uploadUrl("c", "/tmp/a"),
        yield* contexts.files.downloadUrl("c", "/tmp/a")
      ]) {
        assert.strictEqual(Redacted.value(url.url), secrets.presignedUrl)
        assert.deepStrictEqual(url.expiresAt, Option.some(1770000000))
        assert.notInclude(JSON.stringify(url), "SECRET")
      }
      yield* contexts.files.delete("c", "/tmp/a")
      assert.deepStrictEqual(service.names(), [
        "GetContextFileUploadUrl",
        "GetContextFileDownloadUrl",
        "DeleteContextFile"
      ])
      for (const index of [0, 1, 2])
        assert.deepStrictEqual(form(index), { ContextId: "c", FilePath: "/tmp/a" })
    })
  )

  it.effect("without a URL are a failure, and a missing file is NotFound", () =>
    Effect.gen(function* () {
      const without = yield* account({ GetContextFileUploadUrl: ok({ ExpireTime: 1 }) })
      hasFields(yield* Effect.flip(without.contexts.files.uploadUrl("c", "/x")), {
        reason: "Decode",
        requestId: "req-1",
        operation: "Contexts.files.uploadUrl"
      })
      const plain = yield* account({
        GetContextFileDownloadUrl: refused("File.Missing", "file not exist", 400)
      })
      hasFields(yield* Effect.flip(plain.contexts.files.downloadUrl("c", "/x")), { reason: "NotFound" })
    })
  )
})
