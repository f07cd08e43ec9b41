// @effect-diagnostics nodeBuiltinImport:off
import * as nodeFs from "node:fs"
import { describe, it } from "@effect/vitest"
import { Chunk, Effect, Either, FastCheck as fc, Option, Sink, Stream } from "effect"
import { sessionError } from "../../src/internal/httpFailure.js"
import { splitNames } from "../../src/internal/transfer/directories.js"
import { make, type Source, type UploadEntry } from "../../src/session/SessionFileTransfer.js"
import { assert, hasFields } from "../support/assertions.js"
import { makeFakeTransfer, settle, sha256 } from "../support/FakeTransfer.js"

const bytesOf = (text: string) => new TextEncoder().encode(text)

const textOf = Sink.map(Sink.collectAll<Uint8Array>(), (pieces) =>
  Buffer.concat([...Chunk.toReadonlyArray(pieces)]).toString("utf8")
)

const file = <E = never>(path: string, source: Source<E>): UploadEntry<E> => ({ kind: "file", path, source })

describe("uploading a directory", () => {
  it.scoped("puts everything in its place, some at a time; a failure is data", () =>
    Effect.gen(function* () {
      const fake = yield* makeFakeTransfer()
      fake.write("home/taken/x", bytesOf("a directory is here"))
      const transfer = make(fake.runtime)
      const entries = Stream.fromIterable<UploadEntry<"broken">>([
        file("a.txt", bytesOf("a")),
        file("deep/er/ä b\n.txt", Stream.make(bytesOf("b"), bytesOf("b"))),
        { kind: "directory", path: "empty" },
        file("taken", bytesOf("x")),
        file("broken", Stream.fail("broken" as const)),
        file("../outside", bytesOf("x")),
        file("/etc/passwd", bytesOf("x"))
      ])
      const { error, value } = yield* settle(
        fake,
        Stream.runCollect(transfer.uploadDirectory(`${fake.root}/home`, entries, { digest: sha256 }))
      )
      assert.isUndefined(error)
      const results = Object.fromEntries(
        Chunk.toReadonlyArray(value!).map(({ path, result }) => [
          path,
          Either.match(result, {
            onLeft: (failure) =>
              typeof failure === "string"
                ? failure
                : `${failure._tag} ${"reason" in failure ? failure.reason : failure.field}`,
            onRight: Option.match({
              onNone: () => "directory",
              onSome: ({ bytes, verified }) => `${bytes} ${verified}`
            })
          })
        ])
      )
      assert.deepStrictEqual(results, {
        "a.txt": "1 checksum",
        "deep/er/ä b\n.txt": "2 checksum",
        empty: "directory",
        taken: "FileError IsDirectory",
        broken: "broken",
        "../outside": "InvalidArgument path",
        "/etc/passwd": "InvalidArgument path"
      })
      assert.deepStrictEqual(fake.files(), ["home/a.txt", "home/deep/er/ä b\n.txt", "home/taken/x"])
      assert.isTrue(nodeFs.statSync(`${fake.root}/home/empty`).isDirectory())
      assert.strictEqual(fake.objects.size, 0)
    })
  )

  it.scoped("what concerns the session as a whole ends it, and so does the list", () =>
    Effect.gen(function* () {
      const fake = yield* makeFakeTransfer({
        action: (name) =>
          name === "SyncContext"
            ? Effect.fail(
                sessionError(
                  { operation: "x", secrets: [] },
                  { reason: "NotFound", phase: "sent", detail: "" }
                )
              )
            : undefined
      })
      const transfer = make(fake.runtime)
      const gone = yield* settle(
        fake,
        Stream.runDrain(transfer.uploadDirectory(`${fake.root}/home`, Stream.make(file("a", bytesOf("a")))))
      )
      hasFields(gone.error, { _tag: "SessionError", reason: "NotFound" })
      const unlisted = yield* settle(
        fake,
        Stream.runDrain(transfer.uploadDirectory(`${fake.root}/home`, Stream.fail("no list" as const)))
      )
      assert.strictEqual(unlisted.error, "no list")
      const invalid = yield* settle(
        fake,
        Stream.runDrain(transfer.uploadDirectory(`${fake.root}/home`, Stream.empty, { concurrency: 0 }))
      )
      hasFields(invalid.error, { _tag: "InvalidArgument", field: "concurrency" })
    })
  )

  it.scoped("no more than asked for are under way at once", () =>
    Effect.gen(function* () {
      let now = 0
      let most = 0
      const fake = yield* makeFakeTransfer()
      const busy = Stream.fromEffect(
        Effect.acquireUseRelease(
          Effect.sync(() => {
            now += 1
            most = Math.max(most, now)
          }),
          () => Effect.as(Effect.sleep("1 second"), bytesOf("x")),
          () =>
            Effect.sync(() => {
              now -= 1
            })
        )
      )
      yield* settle(
        fake,
        Stream.runDrain(
          make(fake.runtime).uploadDirectory(
            `${fake.root}/home`,
            Stream.range(1, 7).pipe(Stream.map((n) => file(`f${n}`, busy))),
            { concurrency: 3 }
          )
        )
      )
      assert.strictEqual(most, 3)
      assert.strictEqual(fake.files().length, 7)
    })
  )
})

describe("downloading a directory", () => {
  it.scoped("lists files and directories, whatever their names, and downloads what is asked for", () =>
    Effect.gen(function* () {
      const fake = yield* makeFakeTransfer()
      fake.write("home/a.txt", bytesOf("a"))
      fake.write("home/deep/ä b\n'$x.txt", bytesOf("bb"))
      fake.write("elsewhere", bytesOf("c"))
      nodeFs.mkdirSync(`${fake.root}/home/empty`)
      nodeFs.symlinkSync(`${fake.root}/elsewhere`, `${fake.root}/home/link`)
      const transfer = make(fake.runtime)
      const download = (followLinks: boolean) =>
        settle(
          fake,
          transfer.downloadDirectory(`${fake.root}/home`, { followLinks, digest: sha256 }).pipe(
            Stream.mapEffect((entry) =>
              Effect.gen(function* () {
                if (entry.kind === "directory") return [entry.path, "directory"]
                const { value, verified } = yield* entry.downloadTo(textOf)
                return [entry.path, `${value} ${verified}`]
              })
            ),
            Stream.runCollect,
            Effect.map((all) => Object.fromEntries(Chunk.toReadonlyArray(all)) as unknown)
          )
        )
      const expected = {
        "a.txt": "a checksum",
        deep: "directory",
        "deep/ä b\n'$x.txt": "bb checksum",
        empty: "directory"
      }
      assert.deepStrictEqual((yield* download(false)).value, expected)
      assert.deepStrictEqual((yield* download(true)).value, { ...expected, link: "c checksum" })
      assert.strictEqual(fake.objects.size, 0)
    })
  )

  it.scoped("a name that is not UTF-8 cannot be downloaded; the others can", () =>
    Effect.gen(function* () {
      const fake = yield* makeFakeTransfer()
      fake.write("home/a", bytesOf("a"))
      nodeFs.writeFileSync(Buffer.concat([Buffer.from(`${fake.root}/home/`), Buffer.from([0xff])]), "x")
      const { value } = yield* settle(
        fake,
        make(fake.runtime)
          .downloadDirectory(`${fake.root}/home`)
          .pipe(
            Stream.mapEffect((entry) =>
              Effect.either(
                entry.kind === "file" ? entry.downloadTo(textOf) : Effect.dieMessage("there is no directory")
              )
            ),
            Stream.runCollect,
            Effect.map((all) =>
              Chunk.toReadonlyArray(all).map((one) => (Either.isLeft(one) ? one.left : one.right.value))
            )
          )
      )
      const failures = value!.filter((one) => typeof one !== "string")
      assert.strictEqual(failures.length, 1)
      hasFields(failures[0], { _tag: "FileError", reason: "InvalidData" })
      assert.include(value!, "a")
    })
  )

  it.scoped("a session that lists names which lead elsewhere is not believed", () =>
    Effect.gen(function* () {
      for (const name of ["../x", "/etc/x", "a/../../x", "a//x", ""]) {
        const fake = yield* makeFakeTransfer({
          command: (command) => command.replace(/^find .*$/m, `printf 'f%s\\0' '${name}' > "$l"`)
        })
        fake.write("home/a", bytesOf("a"))
        const { error } = yield* settle(
          fake,
          Stream.runDrain(make(fake.runtime).downloadDirectory(`${fake.root}/home`))
        )
        hasFields(error, { _tag: "FileError", reason: "InvalidData" }, name)
      }
    })
  )

  it.scoped("what is not there, and a session without a shell", () =>
    Effect.gen(function* () {
      const fake = yield* makeFakeTransfer()
      const missing = yield* settle(
        fake,
        Stream.runDrain(make(fake.runtime).downloadDirectory(`${fake.root}/none`))
      )
      hasFields(missing.error, { _tag: "FileError", reason: "NotFound" })
      const bare = yield* makeFakeTransfer({ tools: ["read_file"] })
      const { error } = yield* settle(bare, Stream.runDrain(make(bare.runtime).downloadDirectory(bare.root)))
      hasFields(error, { _tag: "FileError", reason: "Unknown" })
      assert.include(String(error), "shell")
    })
  )

  it.effect("names are found wherever the pieces are cut", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.uint8Array({ maxLength: 12 }).map((name) => name.map((byte) => byte || 1))),
          fc.integer({ min: 1, max: 20 }),
          // fast-check waits for promises.
          // @effect-diagnostics-next-line asyncFunction:off
          async (names, size) => {
            const all = Buffer.concat(names.flatMap((name) => [Buffer.from(name), Buffer.from([0])]))
            const pieces = Array.from(
              { length: Math.ceil(all.length / size) },
              (_, i) => new Uint8Array(all.subarray(i * size, (i + 1) * size))
            )
            const found = await Effect.runPromise(Stream.runCollect(splitNames(Stream.fromIterable(pieces))))
            assert.deepStrictEqual(
              Chunk.toReadonlyArray(found).map((name) => [...name]),
              names.map((name) => [...name])
            )
          }
        )
      )
    )
  )
})
