/** What a test may do with the objects of buckets. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { TestCloud } from "../../TestCloud.js"
import { bucketId, hasBucket, objectPath } from "./buckets.js"
import { presign } from "./presigned.js"
import type { State } from "./state.js"

export const makeObjectHandle = (
  state: State
): Pick<TestCloud.Service, "object" | "putObject" | "presignObject"> => ({
  object: (bucket, name) =>
    Effect.map(
      state.store.read(bucketId(bucket), objectPath(name)),
      Option.map(({ content }) => content)
    ),
  putObject: (bucket, name, content) =>
    Effect.tap(hasBucket(state, bucket), (exists) =>
      exists ? state.store.write(bucketId(bucket), [{ path: objectPath(name), content }]) : Effect.void
    ),
  presignObject: (method, bucket, name, lifetime) =>
    Effect.gen(function* () {
      // A URL for an upload must lead somewhere.
      yield* hasBucket(state, bucket)
      const now = yield* Clock.currentTimeMillis
      const lifetimeMs = lifetime === undefined ? undefined : Duration.toMillis(lifetime)
      return presign(state, method, bucketId(bucket), objectPath(name), now, lifetimeMs).url
    })
})
