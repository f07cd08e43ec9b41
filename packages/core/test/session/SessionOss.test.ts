import { assert, describe, it } from "@effect/vitest"
import { SessionOss } from "@effect-agentbay/core"
import { Effect, Redacted } from "effect"
import { type Answer, answer, failed, makeFakeSession } from "../support/FakeSession.js"
import { leaksIn } from "../support/secrets.js"

const tools = ["oss_env_init", "oss_upload", "oss_download", "oss_upload_annon", "oss_download_annon"]

const answering = (reply: Answer) =>
  Effect.map(makeFakeSession({ tools, intercept: () => Effect.succeed(reply) }), (session) => ({
    ...session,
    oss: SessionOss.make(session.runtime)
  }))

const credentials = {
  accessKeyId: "STS.SECRETID",
  accessKeySecret: Redacted.make('key"SECRETKEY+/='),
  securityToken: "token-SECRETTOKEN"
} as const

const url = "https://bucket.test/o?Signature=SECRETSIGNATURE&x=1"

/** Every operation with good arguments. */
const operations = (oss: SessionOss.SessionOss.Service) => ({
  envInit: oss.envInit(credentials),
  upload: oss.upload("b", "o", "/p"),
  download: oss.download("b", "o", "/p"),
  uploadAnonymous: oss.uploadAnonymous(url, "/p"),
  downloadAnonymous: oss.downloadAnonymous(Redacted.make(url), "/p")
})

const transfers = ["upload", "download", "uploadAnonymous", "downloadAnonymous"] as const

describe("what is sent", () => {
  it.scoped("the arguments of each tool", () =>
    Effect.gen(function* () {
      const { calls, oss } = yield* answering(answer("Upload success"))
      yield* oss.envInit({ ...credentials, endpoint: "oss.test", region: "r-1" })
      yield* oss.envInit({ accessKeyId: "AK", accessKeySecret: "SK" })
      yield* oss.upload("bkt", "目录/ö b.txt", "/tmp/ö b.txt")
      yield* oss.download("bkt", "o", "/tmp/o")
      yield* oss.uploadAnonymous(url, "/tmp/o")
      yield* oss.downloadAnonymous(url, "/tmp/o")
      assert.deepStrictEqual(calls, [
        {
          tool: "oss_env_init",
          args: {
            access_key_id: "STS.SECRETID",
            access_key_secret: 'key"SECRETKEY+/=',
            security_token: "token-SECRETTOKEN",
            endpoint: "oss.test",
            region: "r-1"
          }
        },
        {
          tool: "oss_env_init",
          args: { access_key_id: "AK", access_key_secret: "SK", security_token: "", endpoint: "", region: "" }
        },
        { tool: "oss_upload", args: { bucket: "bkt", object: "目录/ö b.txt", path: "/tmp/ö b.txt" } },
        { tool: "oss_download", args: { bucket: "bkt", object: "o", path: "/tmp/o" } },
        { tool: "oss_upload_annon", args: { url, path: "/tmp/o" } },
        { tool: "oss_download_annon", args: { url, path: "/tmp/o" } }
      ])
    })
  )

  it.scoped("nothing for what cannot be", () =>
    Effect.gen(function* () {
      const { calls, oss } = yield* answering(answer("Upload success"))
      const refusals = yield* Effect.forEach(
        [
          oss.envInit({ ...credentials, accessKeyId: " " }),
          oss.envInit({ ...credentials, accessKeySecret: Redacted.make("") }),
          oss.upload("", "o", "/p"),
          oss.upload("b", " ", "/p"),
          oss.download("b", "o", "relative"),
          oss.download("b", "o", "/p", { timeout: 0 }),
          oss.uploadAnonymous("ftp://SECRETHOST/o", "/p"),
          oss.downloadAnonymous("no url SECRETTEXT", "/p")
        ],
        Effect.flip
      )
      assert.deepStrictEqual(
        refusals.map((error) => (error._tag === "InvalidArgument" ? error.field : error._tag)),
        ["accessKeyId", "accessKeySecret", "bucket", "object", "path", "timeout", "url", "url"]
      )
      assert.deepStrictEqual(leaksIn(refusals.map(String).join()), [])
      assert.deepStrictEqual(calls, [])
    })
  )
})

describe("what counts as success", () => {
  it.scoped("the phrase of a transfer, or an object that says so", () =>
    Effect.gen(function* () {
      const texts = [
        "Upload success",
        "Download success",
        "download success: /tmp/error.log not found.txt",
        "Upload successful",
        "File uploaded successfully",
        '{"success":true}',
        '{"code":0,"message":"failed uploads: 0"}'
      ]
      for (const text of texts) {
        const { oss } = yield* answering(answer(text))
        for (const method of transfers) {
          assert.strictEqual((yield* operations(oss)[method]).text, text, `${method} ${text}`)
        }
      }
    })
  )

  it.scoped("no failure that is told as a plain text", () =>
    Effect.gen(function* () {
      const reasons = {
        "Upload failed: NoSuchBucket": "BucketNotFound",
        "NoSuchKey: The specified key does not exist.": "ObjectNotFound",
        "oss: service returned error: StatusCode=403, ErrorCode=AccessDenied": "AccessDenied",
        SignatureDoesNotMatch: "AccessDenied",
        "The security token you provided has expired": "Expired",
        "AccessDenied: Request has expired.": "Expired",
        "open /tmp/x: no such file or directory": "FileError",
        "dial tcp 10.0.0.1:443: connection refused": "Unreachable",
        "OSS client is not initialized": "NotConfigured",
        "tool not found: oss_upload": "Unsupported",
        "Upload failed: disk on fire": "Unknown",
        '{"success":false,"message":"NoSuchBucket"}': "BucketNotFound",
        '{"error":"boom"}': "Unknown",
        '{"code":404,"message":"NoSuchKey"}': "ObjectNotFound",
        "Upload unsuccessful": "Unrecognised",
        queued: "Unrecognised",
        "{}": "Unrecognised",
        "": "Unrecognised"
      }
      for (const [text, reason] of Object.entries(reasons)) {
        const { oss } = yield* answering(answer(text))
        for (const method of transfers) {
          const error = yield* Effect.flip(operations(oss)[method])
          assert(error._tag === "OssError")
          assert.deepStrictEqual([error.reason, error.detail], [reason, text], method)
        }
      }
    })
  )

  it.scoped("any text about credentials that does not tell of a failure", () =>
    Effect.gen(function* () {
      for (const text of ["oss env ready", '{"endpoint":"oss.example.com","region":"r-1"}']) {
        const { oss } = yield* answering(answer(text))
        assert.strictEqual((yield* oss.envInit(credentials)).text, text)
      }
      for (const text of ["init failed: bad key", "Init FAILED", "invalid region", '{"error":"bad"}', " "]) {
        const { oss } = yield* answering(answer(text))
        assert.strictEqual((yield* Effect.flip(oss.envInit(credentials)))._tag, "OssError", text)
      }
    })
  )

  it.scoped("nothing that is marked as an error", () =>
    Effect.gen(function* () {
      const { oss } = yield* answering(failed("Upload success"))
      for (const method of transfers) {
        const error = yield* Effect.flip(operations(oss)[method])
        assert.deepInclude(error, { _tag: "OssError", reason: "Unknown" })
      }
      assert.strictEqual((yield* Effect.flip(oss.envInit(credentials)))._tag, "OssError")
      const missing = yield* answering(failed("NoSuchBucket"))
      assert.deepInclude(yield* Effect.flip(missing.oss.upload("b", "o", "/p")), {
        reason: "BucketNotFound",
        requestId: "req-1",
        sessionId: "s-fake"
      })
    })
  )
})
