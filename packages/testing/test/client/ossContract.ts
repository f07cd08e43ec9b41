/** Object storage: files of a session to and from buckets and presigned URLs, on every route. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestCloud } from "../../src/TestCloud.js"
import { makeHarness, routes, type Subject } from "./harness.js"

const credentials = {
  accessKeyId: "STS.id-SECRETID",
  accessKeySecret: "key-SECRETKEY+/=",
  securityToken: "token-SECRETTOKEN"
} as const

const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 256)

const same = (actual: Option.Option<Uint8Array>, expected: Uint8Array) =>
  Buffer.compare(
    Option.getOrElse(actual, () => new Uint8Array(0)),
    expected
  ) === 0

export const ossContract = <E>(name: string, subject: Subject<E>) => {
  const { withSession } = makeHarness(subject)

  for (const route of routes) {
    describe(`object storage ${name}, ${route} route`, () => {
      it.live("files go to buckets and come back", () =>
        withSession(route, ({ fileSystem, oss }) =>
          Effect.gen(function* () {
            const cloud = yield* TestCloud
            yield* oss.envInit(credentials)
            for (const length of [0, 1, 200_000]) {
              const content = pattern(length)
              yield* fileSystem.writeFile("/tmp/out", content)
              yield* oss.upload("reports", "dir/ä b.bin", "/tmp/out")
              assert.isTrue(same(yield* cloud.object("reports", "dir/ä b.bin"), content), `${length} bytes`)
              yield* oss.download("reports", "dir/ä b.bin", "/tmp/back/in")
              const back = yield* fileSystem.readFile("/tmp/back/in")
              assert.isTrue(same(Option.some(back), content), `${length} bytes back`)
            }
          })
        )
      )

      it.live("presigned URLs need no credentials, and allow one method for a while", () =>
        withSession(route, ({ fileSystem, oss }) =>
          Effect.gen(function* () {
            const cloud = yield* TestCloud
            yield* fileSystem.writeFileString("/tmp/out", "by URL")
            const up = yield* cloud.presignObject("PUT", "reports", "a.txt")
            const down = yield* cloud.presignObject("GET", "reports", "a.txt")
            yield* oss.uploadAnonymous(up, "/tmp/out")
            yield* oss.downloadAnonymous(down, "/tmp/in")
            assert.strictEqual(yield* fileSystem.readFileString("/tmp/in"), "by URL")
            const wrong = yield* Effect.flip(oss.uploadAnonymous(down, "/tmp/out"))
            assert.deepInclude(wrong, { _tag: "OssError", reason: "AccessDenied" })
            const old = yield* cloud.presignObject("GET", "reports", "a.txt", "-1 minutes")
            const expired = yield* Effect.flip(oss.downloadAnonymous(old, "/tmp/in"))
            assert.deepInclude(expired, { _tag: "OssError", reason: "Expired" })
            const away = yield* Effect.flip(oss.downloadAnonymous("https://dl.example.invalid/x", "/tmp/in"))
            assert.deepInclude(away, { _tag: "OssError", reason: "Unreachable" })
          })
        )
      )

      it.live("credentials are in no record of the cloud", () =>
        withSession(route, ({ fileSystem, oss }) =>
          Effect.gen(function* () {
            const cloud = yield* TestCloud
            yield* oss.envInit(credentials)
            yield* fileSystem.writeFileString("/tmp/out", "x")
            const url = yield* cloud.presignObject("PUT", "reports", "a.txt")
            yield* oss.uploadAnonymous(url, "/tmp/out")
            const journal = JSON.stringify(yield* cloud.journal)
            assert.include(journal, "oss_env_init")
            assert.notMatch(journal, /SECRET|signature=/)
          })
        )
      )
    })
  }

  describe(`object storage ${name}`, () => {
    it.live("what is missing is named", () =>
      withSession("api", ({ oss }) =>
        Effect.gen(function* () {
          const reason = <A, E2 extends { readonly _tag: string }>(effect: Effect.Effect<A, E2>) =>
            Effect.map(Effect.flip(effect), (error) => ("reason" in error ? error.reason : error._tag))
          assert.strictEqual(yield* reason(oss.upload("reports", "o", "/tmp/out")), "NotConfigured")
          yield* oss.envInit(credentials)
          assert.strictEqual(yield* reason(oss.upload("reports", "o", "/tmp/none")), "FileError")
          assert.strictEqual(yield* reason(oss.download("reports", "none", "/tmp/in")), "ObjectNotFound")
          assert.strictEqual(yield* reason(oss.download("No_Bucket", "o", "/tmp/in")), "BucketNotFound")
        })
      )
    )
  })
}
