import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, Option, TestClock } from "effect"
import { bytes, call, data, execute } from "../support/service.js"

const run = Effect.provide(TestAgentBay.layerHttpClient)

const create = Effect.map(
  data("GetContext", { Name: "files", AllowCreate: "true" }),
  ({ Id }) => Id as string
)

const put = (url: string, content: Uint8Array) =>
  execute(HttpClientRequest.put(url).pipe(HttpClientRequest.bodyUint8Array(content)))

const get = (url: string, headers: Record<string, string> = {}) =>
  execute(HttpClientRequest.get(url).pipe(HttpClientRequest.setHeaders(headers)))

const code = (response: { readonly text: Effect.Effect<string, unknown> }) =>
  Effect.map(Effect.orDie(response.text), (xml) => /<Code>(.*?)<\/Code>/.exec(xml)?.[1])

describe("context files", () => {
  it.effect("are uploaded, listed, downloaded and deleted", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 5, 10))
      const ContextId = yield* create
      const FilePath = "/tmp/data/ä b+c?.bin"
      const content = new Uint8Array([0, 255, 10, 13, 128])
      const upload = yield* data("GetContextFileUploadUrl", { ContextId, FilePath })
      assert.strictEqual(upload.ExpireTime, Date.UTC(2026, 0, 5, 11) / 1000)
      const stored = yield* put(upload.Url, content)
      assert.strictEqual(stored.status, 200)
      assert.match(stored.headers.etag ?? "", /^"[0-9A-F]{32}"$/)
      const listed = yield* call("DescribeContextFiles", { ContextId, ParentFolderPath: "/tmp" })
      assert.strictEqual(listed.body.Count, 1)
      assert.deepInclude(listed.body.Data[0], {
        FileName: "ä b+c?.bin",
        FilePath,
        FileType: "FILE",
        Size: 5,
        GmtModified: "2026-01-05T10:00:00Z"
      })
      const download = yield* data("GetContextFileDownloadUrl", { ContextId, FilePath })
      const response = yield* get(download.Url)
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.headers.etag, stored.headers.etag)
      assert.deepStrictEqual(new Uint8Array(yield* Effect.orDie(response.arrayBuffer)), content)
      yield* data("DeleteContextFile", { ContextId, FilePath })
      yield* data("DeleteContextFile", { ContextId, FilePath })
      assert.strictEqual((yield* get(download.Url)).status, 404)
      const missing = yield* call("GetContextFileDownloadUrl", { ContextId, FilePath })
      assert.strictEqual(missing.status, 400)
      assert.include(missing.body.Message, "file not exist")
    }).pipe(run)
  )

  it.effect("are listed in numbered pages or by token", () =>
    Effect.gen(function* () {
      const ContextId = yield* create
      const cloud = yield* TestCloud
      const paths = ["/d/1", "/d/2", "/d/3", "/d/sub/4", "/dx/5"]
      yield* Effect.forEach(paths, (path) => cloud.putContextFile(ContextId, path, bytes(path)))
      const list = (parameters: Record<string, string>) =>
        Effect.map(
          call("DescribeContextFiles", { ContextId, ParentFolderPath: "/d", ...parameters }),
          ({ body }) => ({
            paths: body.Data.map((file: { FilePath: string }) => file.FilePath),
            count: body.Count,
            next: body.NextToken
          })
        )
      const all = yield* list({})
      assert.deepStrictEqual(all, { paths: paths.slice(0, 4), count: 4, next: undefined })
      assert.deepStrictEqual((yield* list({ PageNumber: "2", PageSize: "3" })).paths, ["/d/sub/4"])
      assert.deepStrictEqual((yield* list({ ParentFolderPath: "/" })).paths, paths)
      const first = yield* list({ MaxResults: "3" })
      const second = yield* list({ MaxResults: "3", NextToken: first.next ?? "" })
      assert.deepStrictEqual([...first.paths, ...second.paths], paths.slice(0, 4))
      assert.strictEqual(second.next, "")
      // A last page that is full is the last all the same.
      assert.strictEqual((yield* list({ MaxResults: "4" })).next, "")
      assert.strictEqual(
        (yield* call("DescribeContextFiles", { ContextId, ParentFolderPath: "/d", PageNumber: "0" })).body
          .Code,
        "InvalidParameter.PageNumber"
      )
    }).pipe(run)
  )

  it.effect("have absolute names, and a context", () =>
    Effect.gen(function* () {
      const ContextId = yield* create
      const actions = ["GetContextFileUploadUrl", "GetContextFileDownloadUrl", "DeleteContextFile"]
      for (const action of actions) {
        for (const FilePath of ["relative", "/a/../b", "/", "/a/", "/a//b", ""]) {
          const refused = yield* call(action, { ContextId, FilePath })
          assert.strictEqual(refused.body.Code, "InvalidParameter.FilePath", `${action} ${FilePath}`)
        }
        const missing = yield* call(action, { ContextId: "x", FilePath: "/a" })
        assert.strictEqual(missing.body.Code, "Context.NotFound", action)
      }
      const missing = yield* call("DescribeContextFiles", { ContextId: "x", ParentFolderPath: "/" })
      assert.strictEqual(missing.body.Code, "Context.NotFound")
    }).pipe(run)
  )

  it.effect("are served in ranges", () =>
    Effect.gen(function* () {
      const ContextId = yield* create
      const cloud = yield* TestCloud
      yield* cloud.putContextFile(ContextId, "/n", bytes("0123456789"))
      yield* cloud.putContextFile(ContextId, "/empty", bytes(""))
      const url = (FilePath: string) =>
        Effect.map(data("GetContextFileDownloadUrl", { ContextId, FilePath }), ({ Url }) => Url as string)
      const digits = yield* url("/n")
      const range = (Range: string, from = digits) =>
        Effect.flatMap(get(from, { Range }), (response) =>
          Effect.map(Effect.orDie(response.text), (text) => [
            response.status,
            text,
            response.headers["content-range"],
            response.headers["content-length"]
          ])
        )
      assert.deepStrictEqual(yield* range("bytes=2-4"), [206, "234", "bytes 2-4/10", "3"])
      assert.deepStrictEqual(yield* range("bytes=7-"), [206, "789", "bytes 7-9/10", "3"])
      assert.deepStrictEqual(yield* range("bytes=8-99"), [206, "89", "bytes 8-9/10", "2"])
      assert.deepStrictEqual(yield* range("bytes=-4"), [206, "6789", "bytes 6-9/10", "4"])
      assert.deepStrictEqual(yield* range("bytes=-40"), [206, "0123456789", "bytes 0-9/10", "10"])
      assert.deepStrictEqual((yield* range("bytes=10-")).slice(0, 3), [416, "", "bytes */10"])
      assert.deepStrictEqual((yield* range("bytes=-0")).slice(0, 3), [416, "", "bytes */10"])
      assert.deepStrictEqual((yield* range("bytes=0-", yield* url("/empty"))).slice(0, 3), [
        416,
        "",
        "bytes */0"
      ])
      for (const ignored of ["bytes=4-2", "bytes=0-1,3-4", "lines=1-2", "bytes=-"]) {
        assert.deepStrictEqual((yield* range(ignored)).slice(0, 2), [200, "0123456789"], ignored)
      }
      const head = yield* execute(HttpClientRequest.head(digits))
      assert.deepStrictEqual([head.status, head.headers["content-length"]], [200, "10"])
      assert.strictEqual(yield* Effect.orDie(head.text), "")
    }).pipe(run)
  )

  it.effect("cannot be reached with a URL that has expired or was changed", () =>
    Effect.gen(function* () {
      const ContextId = yield* create
      const cloud = yield* TestCloud
      yield* cloud.putContextFile(ContextId, "/a", bytes("a"))
      yield* cloud.putContextFile(ContextId, "/b", bytes("b"))
      const { ExpireTime, Url } = yield* data("GetContextFileDownloadUrl", { ContextId, FilePath: "/a" })
      assert.strictEqual((yield* get(Url)).status, 200)
      const changed = [
        Url.replace("/a?", "/b?"),
        Url.replace(`expires=${ExpireTime}`, `expires=${ExpireTime + 1}`),
        Url.replace(/signature=./, (start: string) => (start.endsWith("0") ? "signature=1" : "signature=0")),
        Url.replace(/&signature=.*/, ""),
        Url.replace(ContextId, "SdkCtx-other")
      ]
      for (const url of changed) {
        const refused = yield* get(url)
        assert.strictEqual(refused.status, 403, url)
        assert.strictEqual(yield* code(refused), "AccessDenied")
      }
      // Permission to read is not permission to write.
      assert.strictEqual((yield* put(Url, bytes("x"))).status, 403)
      assert.strictEqual((yield* execute(HttpClientRequest.del(Url))).status, 405)
      yield* TestClock.adjust("59 minutes")
      assert.strictEqual((yield* get(Url)).status, 200)
      yield* TestClock.adjust("1 minutes")
      assert.strictEqual((yield* get(Url)).status, 403)
      assert.deepStrictEqual(Option.getOrNull(yield* cloud.contextFile(ContextId, "/a")), bytes("a"))
    }).pipe(run)
  )

  it.effect("cannot be written into a context that is gone", () =>
    Effect.gen(function* () {
      const ContextId = yield* create
      const { Url } = yield* data("GetContextFileUploadUrl", { ContextId, FilePath: "/a" })
      yield* data("DeleteContext", { Id: ContextId })
      const refused = yield* put(Url, bytes("x"))
      assert.strictEqual(refused.status, 404)
      assert.strictEqual(yield* code(refused), "NoSuchBucket")
    }).pipe(run)
  )

  it.effect("live as long as the cloud was told", () =>
    Effect.gen(function* () {
      const ContextId = yield* create
      const { Url } = yield* data("GetContextFileUploadUrl", { ContextId, FilePath: "/a" })
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* put(Url, bytes("x"))).status, 403)
    }).pipe(Effect.provide(TestAgentBay.layerHttpClientWith({ urlLifetime: "10 seconds" })))
  )
})
