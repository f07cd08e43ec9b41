import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as ContextStore from "@effect-agentbay/testing/ContextStore"
import { Cause, Effect, Exit, Fiber, type Layer, Option, Stream, TestClock } from "effect"
import { bytes } from "../support/service.js"

const scratch = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "agentbay-store-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
)

const record = (id: string, more: Partial<ContextStore.StoredContext> = {}): ContextStore.StoredContext => ({
  id,
  name: id,
  createdMs: 1,
  lastUsedMs: 1,
  internal: false,
  ...more
})

const stores: ReadonlyArray<
  readonly [string, (directory: string) => Layer.Layer<ContextStore.ContextStore>]
> = [
  ["memory", () => ContextStore.layerMemory],
  ["a directory", (directory) => ContextStore.layerDirectory(join(directory, "data"))]
]

for (const [name, layer] of stores) {
  describe(`a store in ${name}`, () => {
    it.scoped("keeps contexts and their files", () =>
      Effect.gen(function* () {
        const directory = yield* scratch
        yield* Effect.gen(function* () {
          const store = yield* ContextStore.ContextStore
          yield* store.save(record("b"))
          yield* store.save(record("a", { createdMs: 2 }))
          yield* store.save(record("b", { name: "renamed" }))
          assert.deepStrictEqual(
            (yield* store.contexts).map((context) => [context.id, context.name]),
            [
              ["b", "renamed"],
              ["a", "a"]
            ]
          )
          yield* TestClock.setTime(5)
          const content = bytes("x")
          yield* store.write("b", [
            { path: "/z", content },
            { path: "/ä/../y", content: bytes("") }
          ])
          // The store has its own copy.
          content[0] = 0
          assert.deepStrictEqual(
            Option.getOrNull(Option.map(yield* store.read("b", "/z"), (entry) => [...entry.content])),
            [...bytes("x")]
          )
          yield* TestClock.setTime(7)
          yield* store.write("b", [{ path: "/z", content: bytes("xyz") }])
          assert.deepStrictEqual(yield* store.files("b"), [
            { path: "/z", size: 3, etag: "d16fb36f0911f878998c136191af705e", createdMs: 5, modifiedMs: 7 },
            {
              path: "/ä/../y",
              size: 0,
              etag: "d41d8cd98f00b204e9800998ecf8427e",
              createdMs: 5,
              modifiedMs: 5
            }
          ])
          const found = yield* store.read("b", "/z")
          assert.deepStrictEqual(Option.getOrNull(Option.map(found, (entry) => [...entry.content])), [
            ...bytes("xyz")
          ])
          yield* store.delete("b", ["/z", "/none"])
          assert.isTrue(Option.isNone(yield* store.read("b", "/z")))
          assert.lengthOf(yield* store.files("b"), 1)
          yield* store.remove("b")
          yield* store.remove("b")
          assert.deepStrictEqual(yield* store.files("b"), [])
          assert.deepStrictEqual(yield* store.write("b", [{ path: "/n", content: bytes("n") }]), [])
          yield* store.delete("none", ["/a"])
          assert.lengthOf(yield* store.contexts, 1)
        }).pipe(Effect.provide(layer(directory)))
      })
    )
  })
}

for (const [name, layer] of [
  ...stores,
  ["a directory for temporary files", () => ContextStore.layerTemporary] as const
]) {
  describe(`a store in ${name}`, () => {
    const pieces = (...texts: ReadonlyArray<string>) => Stream.fromIterable(texts.map(bytes))

    const textOf = (found: Option.Option<ContextStore.OpenFile>, offset: number, length: number) =>
      Option.match(found, {
        onNone: () => Effect.succeed("none"),
        onSome: (open) =>
          Effect.map(Stream.runCollect(open.bytes(offset, length)), (chunks) =>
            Buffer.concat([...chunks]).toString()
          )
      })

    it.scoped("takes files in pieces, and gives parts of them", () =>
      Effect.gen(function* () {
        const directory = yield* scratch
        yield* Effect.gen(function* () {
          const store = yield* ContextStore.ContextStore
          yield* store.save(record("c"))
          yield* TestClock.setTime(5)
          const stored = yield* store.receive("c", "/n", pieces("012", "", "3456", "789"))
          assert.deepStrictEqual(Option.getOrNull(stored), {
            path: "/n",
            size: 10,
            etag: "781e5e245d69b566979b86e28d23f2c7",
            createdMs: 5,
            modifiedMs: 5
          })
          const found = yield* store.open("c", "/n")
          assert.strictEqual(yield* textOf(found, 0, 10), "0123456789")
          assert.strictEqual(yield* textOf(found, 3, 4), "3456")
          assert.strictEqual(yield* textOf(found, 10, 0), "")
          yield* store.receive("c", "/empty", Stream.empty)
          assert.strictEqual(yield* textOf(yield* store.open("c", "/empty"), 0, 0), "")
          assert.isTrue(Option.isNone(yield* store.open("c", "/none")))
          assert.isTrue(Option.isNone(yield* store.receive("none", "/n", pieces("x"))))
        }).pipe(Effect.provide(layer(directory)))
      })
    )

    it.scoped("keeps what was there when a file breaks off on the way, or is given up", () =>
      Effect.gen(function* () {
        const directory = yield* scratch
        yield* Effect.gen(function* () {
          const store = yield* ContextStore.ContextStore
          yield* store.save(record("c"))
          yield* store.receive("c", "/n", pieces("before"))
          const failure = yield* Effect.flip(
            store.receive("c", "/n", Stream.concat(pieces("half"), Stream.fail("gone" as const)))
          )
          assert.strictEqual(failure, "gone")
          const waiting = yield* Effect.fork(
            store.receive("c", "/n", Stream.concat(pieces("half"), Stream.never))
          )
          yield* Effect.yieldNow()
          assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(waiting)))
          assert.strictEqual(yield* textOf(yield* store.open("c", "/n"), 0, 6), "before")
          // Nothing was left behind for others to find.
          assert.lengthOf(yield* store.files("c"), 1)
        }).pipe(Effect.provide(layer(directory)))
      })
    )
  })
}

describe("a store in a directory", () => {
  const inDirectory = <A>(
    directory: string,
    body: (store: ContextStore.ContextStore.Service) => Effect.Effect<A>
  ): Effect.Effect<A> =>
    Effect.flatMap(ContextStore.ContextStore, body).pipe(
      Effect.provide(ContextStore.layerDirectory(directory))
    )

  it.scoped("outlives the process, without what belonged to sessions", () =>
    Effect.gen(function* () {
      const directory = yield* scratch
      yield* inDirectory(directory, (store) =>
        Effect.gen(function* () {
          yield* store.save(record("kept"))
          yield* store.save(record("of-a-session", { internal: true }))
          yield* store.write("kept", [{ path: "/a", content: new Uint8Array([0, 255]) }])
        })
      )
      yield* inDirectory(directory, (store) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* store.contexts, [record("kept")])
          const found = yield* store.read("kept", "/a")
          assert.deepStrictEqual(Option.getOrNull(Option.map(found, ({ content }) => [...content])), [0, 255])
        })
      )
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(directory)), ["kept"])
    })
  )

  it.scoped("cleans up what an aborted write left, and deletes what it replaces", () =>
    Effect.gen(function* () {
      const directory = yield* scratch
      const names = Effect.promise(() => readdir(join(directory, "c")))
      yield* inDirectory(directory, (store) =>
        Effect.gen(function* () {
          yield* store.save(record("c"))
          for (const text of ["1", "2", "3"]) yield* store.write("c", [{ path: "/a", content: bytes(text) }])
          assert.lengthOf(yield* names, 2)
        })
      )
      yield* Effect.promise(() => writeFile(join(directory, "c", "left-over.tmp"), "half"))
      yield* inDirectory(directory, (store) => store.contexts)
      assert.lengthOf(yield* names, 2)
    })
  )

  it.scoped("deletes what it has of a file that breaks off, and is not held up by a slow one", () =>
    Effect.gen(function* () {
      const directory = yield* scratch
      yield* inDirectory(directory, (store) =>
        Effect.gen(function* () {
          yield* store.save(record("c"))
          const exit = yield* Effect.exit(
            store.receive("c", "/a", Stream.concat(Stream.make(bytes("half")), Stream.fail("gone")))
          )
          assert.isTrue(Exit.isFailure(exit))
          assert.deepStrictEqual(yield* Effect.promise(() => readdir(join(directory, "c"))), ["index.json"])
          const slow = yield* Effect.fork(
            store.receive("c", "/slow", Stream.concat(Stream.make(bytes("half")), Stream.never))
          )
          yield* store.write("c", [{ path: "/fast", content: bytes("x") }])
          yield* Fiber.interrupt(slow)
          assert.deepStrictEqual(
            (yield* store.files("c")).map(({ path }) => path),
            ["/fast"]
          )
        })
      )
    })
  )

  it.scoped("keeps every one of many changes at once", () =>
    Effect.gen(function* () {
      const directory = yield* scratch
      const paths = Array.from({ length: 30 }, (_, n) => `/f${String(n).padStart(2, "0")}`)
      yield* inDirectory(directory, (store) =>
        Effect.zipRight(
          store.save(record("c")),
          Effect.forEach(paths, (path) => store.write("c", [{ path, content: bytes(path) }]), {
            concurrency: "unbounded"
          })
        )
      )
      const files = yield* inDirectory(directory, (store) => store.files("c"))
      assert.deepStrictEqual(
        files.map(({ path }) => path),
        paths
      )
    })
  )

  it.scoped("says which file it cannot read", () =>
    Effect.gen(function* () {
      const directory = yield* scratch
      yield* inDirectory(directory, (store) => store.save(record("c")))
      yield* Effect.promise(() => writeFile(join(directory, "c", "index.json"), "{"))
      const cause = yield* Effect.flip(Effect.sandbox(inDirectory(directory, (store) => store.contexts)))
      assert.include(Cause.pretty(cause), join(directory, "c", "index.json"))
    })
  )
})
