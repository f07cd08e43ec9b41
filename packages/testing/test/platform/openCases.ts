/** Open files, streams and sinks. */

import * as FileSystem from "@effect/platform/FileSystem"
import { assert } from "@effect/vitest"
import { Chunk, Effect, Option, Stream } from "effect"
import { bad, bytesOf, type Case, collect, furnish, refusal, same, system, text } from "./support.js"

const textOf = (bytes: Option.Option<Uint8Array>): string | undefined =>
  Option.getOrUndefined(Option.map(bytes, (found) => new TextDecoder().decode(found)))

export const openCases: Readonly<Record<string, Case>> = {
  "an open file is read and written where its position is": ({ at, fs }) =>
    Effect.gen(function* () {
      yield* fs.writeFileString(at("file"), "0123456789")
      const file = yield* fs.open(at("file"), { flag: "r+" })
      assert.isTrue(FileSystem.isFile(file))
      assert.isAtLeast(file.fd, 3)
      assert.strictEqual(textOf(yield* file.readAlloc(4)), "0123")
      yield* file.seek(2, "current")
      const buffer = new Uint8Array(3)
      assert.strictEqual(yield* file.read(buffer), 3n)
      assert.strictEqual(new TextDecoder().decode(buffer), "678")
      assert.strictEqual(textOf(yield* file.readAlloc(100)), "9")
      assert.strictEqual(textOf(yield* file.readAlloc(100)), undefined)
      assert.strictEqual(yield* file.read(buffer), 0n)
      yield* file.seek(1, "start")
      assert.strictEqual(yield* file.write(text("AB")), 2n)
      yield* file.writeAll(text("C"))
      assert.strictEqual(textOf(yield* file.readAlloc(2)), "45")
      assert.strictEqual(yield* fs.readFileString(at("file")), "0ABC456789")
      yield* file.seek(12, "start")
      yield* file.writeAll(text("end"))
      assert.strictEqual(yield* fs.readFileString(at("file")), "0ABC456789\0\0end")
      yield* file.truncate(4)
      assert.strictEqual((yield* file.stat).size, 4n)
      yield* file.writeAll(text("D"))
      assert.strictEqual(yield* fs.readFileString(at("file")), "0ABCD")
      yield* file.truncate()
      yield* file.sync
      assert.strictEqual((yield* file.stat).size, 0n)
      assert.strictEqual(yield* file.write(new Uint8Array(0)), 0n)
      const nothing = yield* Effect.flip(file.writeAll(new Uint8Array(0)))
      assert.deepInclude(nothing, { _tag: "SystemError", reason: "WriteZero", pathOrDescriptor: file.fd })
      assert.strictEqual(textOf(yield* file.readAlloc(0)), undefined)
      assert.strictEqual(yield* file.read(new Uint8Array(0)), 0n)
    }),

  "opening by flag": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      const opened = (name: string, flag?: FileSystem.OpenFlag) =>
        Effect.scoped(fs.open(at(name), flag === undefined ? undefined : { flag }))
      for (const flag of ["w", "w+", "a", "a+", "wx", "wx+", "ax", "ax+"] as const) {
        yield* opened(`made ${flag}`, flag)
        assert.strictEqual((yield* fs.stat(at(`made ${flag}`))).size, 0n)
      }
      yield* opened("file", "a")
      yield* opened("file", "r+")
      assert.strictEqual(yield* fs.readFileString(at("file")), "content")
      yield* opened("to-file", "w")
      assert.strictEqual((yield* fs.stat(at("file"))).size, 0n)
      for (const flag of ["wx", "wx+", "ax", "ax+"] as const) {
        for (const name of ["file", "dir", "dangling"]) {
          assert.deepStrictEqual(yield* refusal(opened(name, flag)), system("AlreadyExists", "open"))
        }
      }
      for (const flag of ["r+", "w", "w+", "a", "a+"] as const) {
        assert.deepStrictEqual(yield* refusal(opened("dir", flag)), system("BadResource", "open"))
      }
      for (const flag of ["r", "r+", "w", "a", "wx"] as const) {
        assert.deepStrictEqual(yield* refusal(opened("none/x", flag)), system("NotFound", "open"))
        assert.deepStrictEqual(yield* refusal(opened("file/x", flag)), system("BadResource", "open"))
      }
      assert.deepStrictEqual(yield* refusal(opened("none")), system("NotFound", "open"))
      assert.deepStrictEqual(yield* refusal(opened("loop")), system("BadResource", "open"))
      assert.deepStrictEqual(yield* refusal(opened("file", "x" as FileSystem.OpenFlag)), bad("open"))
      assert.deepStrictEqual(yield* refusal(opened("a\0b")), bad("open"))
      assert.deepStrictEqual(yield* refusal(fs.open(at("x"), { flag: "w", mode: -1 })), bad("open"))
    }),

  "what the flag forbids": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      const reader = yield* fs.open(at("file"))
      assert.deepStrictEqual(yield* refusal(reader.write(text("x"))), system("Unknown", "write"))
      assert.deepStrictEqual(yield* refusal(reader.writeAll(text("x"))), system("Unknown", "writeAll"))
      assert.deepStrictEqual(yield* refusal(reader.truncate(1)), system("Unknown", "truncate"))
      const writer = yield* fs.open(at("file"), { flag: "a" })
      assert.deepStrictEqual(yield* refusal(writer.read(new Uint8Array(1))), system("Unknown", "read"))
      assert.deepStrictEqual(yield* refusal(writer.readAlloc(1)), system("Unknown", "readAlloc"))
      const directory = yield* fs.open(at("dir"))
      assert.deepStrictEqual(yield* refusal(directory.readAlloc(1)), system("BadResource", "readAlloc"))
      assert.strictEqual((yield* directory.stat).type, "Directory")
      assert.strictEqual(yield* fs.readFileString(at("file")), "content")
    }),

  "appending goes to the end, wherever the position is": ({ at, fs }) =>
    Effect.gen(function* () {
      yield* fs.writeFileString(at("file"), "start")
      const file = yield* fs.open(at("file"), { flag: "a+" })
      yield* file.writeAll(text("-1"))
      yield* fs.writeFileString(at("file"), "other", { flag: "a" })
      yield* file.seek(1, "start")
      yield* file.writeAll(text("-2"))
      assert.strictEqual(textOf(yield* file.readAlloc(4)), "tart")
      assert.strictEqual(yield* fs.readFileString(at("file")), "start-1other-2")
    }),

  "large pieces through an open file": ({ at, fs }) =>
    Effect.gen(function* () {
      const bytes = bytesOf(300_000)
      const file = yield* fs.open(at("file"), { flag: "w+" })
      yield* file.seek(7, "start")
      yield* file.writeAll(bytes)
      yield* file.writeAll(bytes.subarray(0, 50_000))
      yield* file.seek(7, "start")
      const back = Option.getOrThrow(yield* file.readAlloc(350_000))
      same(back, Buffer.concat([bytes, bytes.subarray(0, 50_000)]))
      const appended = yield* fs.open(at("file"), { flag: "a" })
      yield* appended.writeAll(bytes)
      assert.strictEqual((yield* appended.stat).size, 650_007n)
      assert.isFalse((yield* fs.readDirectory(at(""))).some((name) => name.startsWith(".")))
    }),

  "a stream brings what it is asked for": ({ at, fs }) =>
    Effect.gen(function* () {
      const bytes = bytesOf(200_001)
      yield* fs.writeFile(at("file"), bytes)
      same(yield* collect(fs.stream(at("file"))), bytes)
      for (const [offset, bytesToRead] of [
        [0, 1],
        [1, 65_536],
        [65_535, 100_000],
        [200_000, 5],
        [200_001, 5],
        [300_000, undefined],
        [5, 0]
      ] as const) {
        const options = bytesToRead === undefined ? { offset } : { offset, bytesToRead }
        const end = bytesToRead === undefined ? undefined : offset + bytesToRead
        same(yield* collect(fs.stream(at("file"), options)), bytes.subarray(offset, end))
      }
      const pieces = yield* Stream.runCollect(
        fs.stream(at("file"), { chunkSize: FileSystem.KiB(10), bytesToRead: 25_000n, bufferSize: 1 })
      )
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(pieces).map(({ length }) => length),
        [10_240, 10_240, 4_520]
      )
    }),

  "a stream of what cannot be read": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      const read = (name: string, options?: FileSystem.StreamOptions) =>
        refusal(Stream.runDrain(fs.stream(at(name), options)))
      assert.deepStrictEqual(yield* read("none"), system("NotFound", "open"))
      assert.deepStrictEqual(yield* read("none", { bytesToRead: 0 }), system("NotFound", "open"))
      assert.deepStrictEqual(yield* read("file/x"), system("BadResource", "open"))
      assert.deepStrictEqual(yield* read("loop"), system("BadResource", "open"))
      assert.deepStrictEqual(yield* read("dir"), system("BadResource", "readAlloc"))
      assert.deepStrictEqual(yield* read("a\0b"), bad("open"))
    }),

  "a sink takes what comes": ({ at, fs }) =>
    Effect.gen(function* () {
      const pieces = Array.from({ length: 12 }, (_, index) => bytesOf(9_000 + index * 2_500))
      yield* Stream.run(Stream.fromIterable(pieces), fs.sink(at("file")))
      same(yield* fs.readFile(at("file")), Buffer.concat(pieces))
      yield* Stream.run(Stream.make(text("+"), text("end")), fs.sink(at("file"), { flag: "a" }))
      same(yield* fs.readFile(at("file")), Buffer.concat([...pieces, text("+end")]))
      yield* Stream.run(Stream.empty, fs.sink(at("file")))
      assert.strictEqual((yield* fs.stat(at("file"))).size, 0n)
      const sink = (name: string, flag: FileSystem.OpenFlag) =>
        refusal(Stream.run(Stream.make(text("x")), fs.sink(at(name), { flag })))
      assert.deepStrictEqual(yield* sink("none/x", "w"), system("NotFound", "open"))
      assert.deepStrictEqual(yield* sink("file", "wx"), system("AlreadyExists", "open"))
      assert.deepStrictEqual(yield* sink("", "w"), system("BadResource", "open"))
    }),

  "a closed file is closed": ({ at, fs }) =>
    Effect.gen(function* () {
      const file = yield* Effect.scoped(fs.open(at("file"), { flag: "w+" }))
      assert.deepStrictEqual(yield* refusal(file.writeAll(text("x"))), system("Unknown", "writeAll"))
      assert.deepStrictEqual(yield* refusal(file.readAlloc(1)), system("Unknown", "readAlloc"))
      assert.deepStrictEqual(yield* refusal(file.stat), system("Unknown", "stat"))
    })
}
