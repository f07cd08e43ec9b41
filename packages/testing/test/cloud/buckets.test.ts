import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Effect, Option, TestClock } from "effect"
import { bytes, call, createSession, data, execute, viaApi } from "../support/service.js"

const run = Effect.provide(TestAgentBay.layerHttpClient)

const put = (url: string, text: string) =>
  Effect.map(
    execute(HttpClientRequest.put(url).pipe(HttpClientRequest.bodyUint8Array(bytes(text)))),
    ({ status }) => status
  )

const get = (url: string) =>
  Effect.flatMap(execute(HttpClientRequest.get(url)), ({ status, text }) =>
    Effect.map(Effect.orDie(text), (body) => [status, body])
  )

const init = { access_key_id: "id", access_key_secret: "secret", security_token: "" }

describe("buckets", () => {
  it.effect("are reached by presigned URLs until they expire", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const up = yield* cloud.presignObject("PUT", "my-bucket", "dir/ä b?.txt")
      const down = yield* cloud.presignObject("GET", "my-bucket", "dir/ä b?.txt", "10 seconds")
      assert.strictEqual(yield* put(up, "x"), 200)
      assert.deepStrictEqual(yield* get(down), [200, "x"])
      assert.strictEqual(yield* put(down, "y"), 403)
      assert.deepStrictEqual(Option.getOrNull(yield* cloud.object("my-bucket", "dir/ä b?.txt")), bytes("x"))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* get(down))[0], 403)
      assert.strictEqual(yield* put(up, "y"), 200)
    }).pipe(run)
  )

  it.effect("are no contexts", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      assert.isTrue(yield* cloud.putObject("my-bucket", "o", bytes("x")))
      const { Id } = yield* data("GetContext", { Name: "my-bucket", AllowCreate: "true" })
      assert.notInclude(Id, "bucket")
      const listed = yield* call("ListContexts", { MaxResults: "10" })
      assert.lengthOf(listed.body.Data, 1)
      assert.lengthOf(yield* cloud.contexts, 1)
      const hidden = yield* call("DescribeContextFiles", {
        ContextId: "bucket-my-bucket",
        ParentFolderPath: "/"
      })
      assert.strictEqual(hidden.body.Code, "Context.NotFound")
    }).pipe(run)
  )

  it.effect("are there when they are named, or only those of a list", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const session = yield* createSession()
      yield* viaApi(session, "oss_env_init", init)
      yield* viaApi(session, "write_file", { path: "/tmp/a", content: "x", mode: "overwrite" })
      const upload = (bucket: string) =>
        Effect.map(viaApi(session, "oss_upload", { bucket, object: "o", path: "/tmp/a" }), ({ text }) => text)
      assert.strictEqual(yield* upload("known"), "Upload success")
      assert.include(yield* upload("other"), "NoSuchBucket")
      assert.isFalse(yield* cloud.putObject("other", "o", bytes("x")))
      const url = yield* cloud.presignObject("PUT", "other", "o")
      assert.strictEqual(yield* put(url, "x"), 404)
    }).pipe(Effect.provide(TestAgentBay.layerHttpClientWith({ buckets: ["known"] })))
  )

  it.effect("are closed to sessions without credentials, each of which has its own", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* createSession(), yield* createSession()]
      const refused = yield* viaApi(one, "oss_env_init", { ...init, access_key_secret: " " })
      assert.isTrue(refused.isError)
      assert.include(refused.text, "failed")
      const ready = yield* viaApi(one, "oss_env_init", init)
      assert.isFalse(ready.isError)
      assert.notMatch(ready.text, /failed|secret/i)
      const download = (session: typeof one) =>
        Effect.map(
          viaApi(session, "oss_download", { bucket: "my-bucket", object: "o", path: "/tmp/b" }),
          ({ text }) => text
        )
      assert.include(yield* download(one), "NoSuchKey")
      assert.include(yield* download(other), "oss_env_init")
    }).pipe(run)
  )
})

describe("files larger than a portion", () => {
  it.effect("arrive whole in a session and come back, and leave nothing beside them", () =>
    Effect.gen(function* () {
      const cloud = yield* TestCloud
      const session = yield* createSession()
      yield* viaApi(session, "oss_env_init", init)
      const content = Uint8Array.from({ length: 17 * 1024 * 1024 }, (_, i) => (i * 31 + (i >> 8)) % 256)
      yield* cloud.putObject("my-bucket", "large", content)
      const moved = { bucket: "my-bucket", path: "/tmp/d/large" }
      yield* viaApi(session, "oss_download", { ...moved, object: "large" })
      assert.include((yield* viaApi(session, "list_directory", { path: "/tmp/d" })).text, "large")
      assert.notInclude((yield* viaApi(session, "list_directory", { path: "/tmp/d" })).text, "part")
      yield* viaApi(session, "oss_upload", { ...moved, object: "copy" })
      const copy = Option.getOrElse(yield* cloud.object("my-bucket", "copy"), () => bytes(""))
      assert.strictEqual(Buffer.compare(copy, content), 0)
    }).pipe(run)
  )
})
