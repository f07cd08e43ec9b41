/** The cloud's object store. A bucket is kept as a context that nobody sees. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ContextStore } from "../ContextStore.js"
import type { State } from "./state.js"

const prefix = "bucket-"

export const bucketId = (bucket: string): string => prefix + bucket

/** An object's name as the path of a file. */
export const objectPath = (object: string): string => `/${object}`

const validName = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/

export const isBucketName = (name: string): boolean => validName.test(name)

/** The store without the contexts that are buckets in its list. */
export const withoutBuckets = (store: ContextStore.Service): ContextStore.Service => ({
  ...store,
  contexts: Effect.map(store.contexts, (contexts) => contexts.filter(({ id }) => !id.startsWith(prefix)))
})

/** Makes a bucket that is not there yet, unless the cloud has a closed list of them; false when it is not one. */
export const hasBucket = (state: State, bucket: string): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    if (!isBucketName(bucket) || state.settings.buckets?.includes(bucket) === false) return false
    const id = bucketId(bucket)
    if (state.buckets.has(id)) return true
    state.buckets.add(id)
    const now = yield* Clock.currentTimeMillis
    yield* state.store.save({ id, name: bucket, createdMs: now, lastUsedMs: now, internal: false })
    return true
  })
