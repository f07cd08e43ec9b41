/** The same cases for the store in memory of `@effect/platform` and for the one over a context. */

import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as ContextKeyValueStore from "@effect-agentbay/core/ContextKeyValueStore"
import { Effect, Layer, Option, Schema } from "effect"
import * as LocalCloud from "../../src/server/LocalCloud.js"
import * as TestAgentBay from "../../src/TestAgentBay.js"

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

const keys = [
  "",
  ".",
  "..",
  "a/b",
  "a",
  "A",
  "%",
  "é 😀",
  "\ud800",
  "x".repeat(249),
  "x".repeat(300),
  "k\0\n"
]

const use = <A, E>(effect: (store: KeyValueStore.KeyValueStore) => Effect.Effect<A, E>) =>
  Effect.flatMap(KeyValueStore.KeyValueStore, (store) => Effect.zipRight(store.clear, effect(store)))

const stores = <E>(name: string, layer: Layer.Layer<KeyValueStore.KeyValueStore, E>): void => {
  describe(`KeyValueStore: ${name}`, () => {
    it.layer(layer, { timeout: 30_000 })((test) => {
      test.effect("values of every key are kept apart", () =>
        use((store) =>
          Effect.gen(function* () {
            assert.isTrue(yield* store.isEmpty)
            for (const key of keys) assert.isTrue(Option.isNone(yield* store.get(key)))
            yield* Effect.forEach(keys, (key) => store.set(key, `value of ${key.length}`), { concurrency: 4 })
            assert.strictEqual(yield* store.size, keys.length)
            for (const key of keys) {
              assert.strictEqual(Option.getOrThrow(yield* store.get(key)), `value of ${key.length}`)
              assert.isTrue(yield* store.has(key))
            }
            yield* store.remove("a/b")
            yield* store.remove("a/b")
            assert.isFalse(yield* store.has("a/b"))
            assert.isTrue(yield* store.has("a"))
            assert.strictEqual(yield* store.size, keys.length - 1)
            yield* store.clear
            assert.isTrue(yield* store.isEmpty)
            assert.isFalse(yield* store.has("a"))
          })
        )
      )

      test.effect("text and bytes", () =>
        use((store) =>
          Effect.gen(function* () {
            const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256)
            yield* store.set("bytes", bytes)
            assert.strictEqual(
              Buffer.compare(Option.getOrThrow(yield* store.getUint8Array("bytes")), bytes),
              0
            )
            yield* store.set("text", "\ufeffé 😀\n")
            assert.strictEqual(Option.getOrThrow(yield* store.get("text")), "\ufeffé 😀\n")
            assert.deepStrictEqual(
              [...Option.getOrThrow(yield* store.getUint8Array("text"))],
              [...text("\ufeffé 😀\n")]
            )
            yield* store.set("empty", "")
            assert.strictEqual(Option.getOrThrow(yield* store.get("empty")), "")
          })
        )
      )

      test.effect("values are changed where there are any", () =>
        use((store) =>
          Effect.gen(function* () {
            assert.isTrue(Option.isNone(yield* store.modify("n", (value) => `${value}!`)))
            assert.isFalse(yield* store.has("n"))
            yield* store.set("n", "0")
            assert.strictEqual(Option.getOrThrow(yield* store.modify("n", (value) => `${value}!`)), "0!")
            const more = yield* store.modifyUint8Array("n", (bytes) => Uint8Array.of(...bytes, 33))
            assert.deepStrictEqual([...Option.getOrThrow(more)], [...text("0!!")])
            assert.deepStrictEqual([...Option.getOrThrow(yield* store.getUint8Array("n"))], [...text("0!!")])
            const numbers = store.forSchema(Schema.Struct({ count: Schema.Number }))
            yield* numbers.set("s", { count: 1 })
            yield* numbers.modify("s", ({ count }) => ({ count: count + 1 }))
            assert.deepStrictEqual(Option.getOrThrow(yield* numbers.get("s")), { count: 2 })
          })
        )
      )

      test.effect("changes of one key follow one another", () =>
        use((store) =>
          Effect.gen(function* () {
            yield* store.set("count", "0")
            yield* Effect.forEach(
              Array.from({ length: 20 }),
              () => store.modify("count", (value) => String(Number(value) + 1)),
              { concurrency: "unbounded", discard: true }
            )
            assert.strictEqual(Option.getOrThrow(yield* store.get("count")), "20")
          })
        )
      )
    })
  })
}

const context = ContextKeyValueStore.layer({ context: { name: "values" } })

stores("in memory", KeyValueStore.layerMemory)
stores("of a context, in memory", Layer.provide(context, TestAgentBay.layer))
stores("of a context, over HTTP", Layer.provide(context, LocalCloud.layerAgentBay({ machine: "memory" })))

describe("ContextKeyValueStore", () => {
  it.effect("refuses a key that is too long, and a directory that is none", () =>
    Effect.gen(function* () {
      const store = yield* ContextKeyValueStore.make({ context: { name: "values" } })
      const error = yield* Effect.flip(store.set("é".repeat(200), "x"))
      assert.deepInclude(error, { _tag: "BadArgument", module: "KeyValueStore", method: "set" })
      for (const directory of ["", "/", "relative", "/a/../b", "/a/"]) {
        const refused = yield* Effect.flip(
          ContextKeyValueStore.make({ context: { name: "values" }, directory })
        )
        assert.deepInclude(refused, { _tag: "InvalidArgument", field: "directory" })
      }
    }).pipe(Effect.provide(TestAgentBay.layer))
  )

  it.effect("two stores in one context, and a context that is gone", () =>
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const { id } = yield* bay.contexts.create("values")
      const first = yield* ContextKeyValueStore.make({ context: { id } })
      const second = yield* ContextKeyValueStore.make({ context: { id }, directory: "/other" })
      yield* first.set("key", "1")
      yield* second.set("key", "2")
      yield* bay.contexts.files.write(id, "/key-value-store/not a key", text("x"))
      assert.strictEqual(yield* first.size, 1)
      yield* first.clear
      assert.strictEqual(Option.getOrThrow(yield* second.get("key")), "2")
      assert.strictEqual((yield* bay.contexts.files.read(id, "/key-value-store/not a key")).length, 1)
      yield* bay.contexts.delete(id)
      const gone = yield* Effect.flip(second.get("key"))
      assert.deepInclude(gone, { _tag: "SystemError", reason: "BadResource", method: "get" })
    }).pipe(Effect.provide(TestAgentBay.layer))
  )
})
