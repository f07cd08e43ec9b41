import { createHash } from "node:crypto"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Fault from "@effect-agentbay/testing/Fault"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, Either, Stream, TestClock } from "effect"
import { bytes, data, execute } from "../support/service.js"

const run = Effect.provide(TestAgentBay.layerHttpClient)

const md5 = (text: string, encoding: "hex" | "base64") => createHash("md5").update(text).digest(encoding)

const setUp = Effect.gen(function* () {
  const { Id: ContextId } = yield* data("GetContext", { Name: "files", AllowCreate: "true" })
  const cloud = yield* TestCloud
  yield* cloud.putContextFile(ContextId, "/n", bytes("0123456789"))
  const upload = yield* data("GetContextFileUploadUrl", { ContextId, FilePath: "/n" })
  const download = yield* data("GetContextFileDownloadUrl", { ContextId, FilePath: "/n" })
  return { cloud, upload: upload.Url as string, download: download.Url as string }
})

const get = (url: string, headers: Record<string, string> = {}) =>
  Effect.flatMap(
    execute(HttpClientRequest.get(url).pipe(HttpClientRequest.setHeaders(headers))),
    (response) =>
      Effect.map(Effect.orDie(response.text), (text) => ({
        ...response,
        status: response.status,
        headers: response.headers,
        text
      }))
  )

const put = (url: string, text: string, headers: Record<string, string> = {}) =>
  execute(
    HttpClientRequest.put(url).pipe(
      HttpClientRequest.setHeaders(headers),
      HttpClientRequest.bodyUint8Array(bytes(text))
    )
  )

describe("objects", () => {
  it.effect("are named by the MD5 of their content", () =>
    Effect.gen(function* () {
      const { download, upload } = yield* setUp
      const stored = yield* put(upload, "new", { "content-md5": md5("new", "base64") })
      assert.strictEqual(stored.headers.etag, `"${md5("new", "hex").toUpperCase()}"`)
      assert.strictEqual(stored.headers["content-md5"], md5("new", "base64"))
      const whole = yield* get(download)
      assert.strictEqual(whole.headers.etag, stored.headers.etag)
      assert.strictEqual(whole.headers["content-md5"], md5("new", "base64"))
      // The MD5 is that of the whole object: a part does not carry it.
      assert.isUndefined((yield* get(download, { range: "bytes=0-1" })).headers["content-md5"])
    }).pipe(run)
  )

  it.effect("are not replaced by a body that is not what its MD5 announces", () =>
    Effect.gen(function* () {
      const { download, upload } = yield* setUp
      const refused = yield* put(upload, "new", { "content-md5": md5("other", "base64") })
      assert.strictEqual(refused.status, 400)
      assert.include(yield* Effect.orDie(refused.text), "<Code>InvalidDigest</Code>")
      assert.strictEqual((yield* get(download)).text, "0123456789")
    }).pipe(run)
  )

  it.effect("are continued only from the version that the client has begun", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 5, 10, 0, 0, 700))
      const { download, upload } = yield* setUp
      const first = yield* get(download, { range: "bytes=0-3" })
      const tag = first.headers.etag ?? ""
      const date = first.headers["last-modified"] ?? ""
      const rest = (ifRange: string) =>
        Effect.map(get(download, { range: "bytes=4-", "if-range": ifRange }), ({ status, text }) => [
          status,
          text
        ])
      for (const validator of [tag, tag.toLowerCase(), date]) {
        assert.deepStrictEqual(yield* rest(validator), [206, "456789"], validator)
      }
      yield* TestClock.adjust("1 minutes")
      yield* put(upload, "abcdefghij")
      for (const validator of [tag, date, "nonsense"]) {
        assert.deepStrictEqual(yield* rest(validator), [200, "abcdefghij"], validator)
      }
    }).pipe(run)
  )

  it.effect("are served on condition", () =>
    Effect.gen(function* () {
      const { download } = yield* setUp
      const { headers } = yield* get(download)
      const tag = headers.etag ?? ""
      const status = (conditions: Record<string, string>) =>
        Effect.map(get(download, conditions), (response) => [response.status, response.text])
      assert.deepStrictEqual(yield* status({ "if-match": `"x", ${tag}` }), [200, "0123456789"])
      assert.deepStrictEqual(yield* status({ "if-match": "*" }), [200, "0123456789"])
      assert.deepStrictEqual(yield* status({ "if-match": '"x"' }), [412, ""])
      assert.deepStrictEqual(yield* status({ "if-none-match": tag }), [304, ""])
      assert.deepStrictEqual(yield* status({ "if-none-match": '"x"' }), [200, "0123456789"])
    }).pipe(run)
  )

  it.effect("can break off on the way, with their length announced", () =>
    Effect.gen(function* () {
      const { cloud, download } = yield* setUp
      yield* cloud.fail({ route: "presigned" }, Fault.cutOff(4))
      const response = yield* execute(HttpClientRequest.get(download))
      assert.strictEqual(response.headers["content-length"], "10")
      const received: Array<string> = []
      const outcome = yield* Effect.either(
        Stream.runForEach(response.stream, (piece) =>
          Effect.sync(() => received.push(new TextDecoder().decode(piece)))
        )
      )
      assert.isTrue(Either.isLeft(outcome))
      assert.strictEqual(received.join(""), "0123")
      const rest = yield* get(download, { range: "bytes=4-" })
      assert.strictEqual(rest.text, "456789")
    }).pipe(run)
  )
})
