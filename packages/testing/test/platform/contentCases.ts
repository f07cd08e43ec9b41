/** Contents of files, read and written as a whole. */

import type * as FileSystem from "@effect/platform/FileSystem"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import {
  bad,
  bytesOf,
  type Case,
  furnish,
  modeOf,
  names,
  refusal,
  same,
  sorted,
  system,
  text
} from "./support.js"

export const contentCases: Readonly<Record<string, Case>> = {
  "contents of any bytes and size come back as they were": ({ at, fs }) =>
    Effect.gen(function* () {
      for (const size of [0, 1, 255, 256, 30_719, 30_720, 30_721, 61_440, 130_000, 300_001]) {
        const bytes = bytesOf(size)
        yield* fs.writeFile(at("bytes"), bytes)
        same(yield* fs.readFile(at("bytes")), bytes)
      }
      yield* fs.writeFile(at("ones"), new Uint8Array(30_720).fill(255))
      same(yield* fs.readFile(at("ones")), new Uint8Array(30_720).fill(255))
      yield* fs.writeFileString(at("text"), "é 你好 😀\r\n\u0000\n\n")
      assert.strictEqual(yield* fs.readFileString(at("text")), "é 你好 😀\r\n\u0000\n\n")
      yield* fs.writeFile(at("latin"), Uint8Array.of(0xe9, 0xff))
      assert.strictEqual(yield* fs.readFileString(at("latin"), "latin1"), "éÿ")
      assert.deepStrictEqual(yield* refusal(fs.readFileString(at("text"), "no-such")), bad("readFileString"))
    }),

  "names of any characters": ({ at, fs }) =>
    Effect.gen(function* () {
      for (const name of [
        names,
        "-rf",
        " ",
        "errno EEXIST",
        "x: No such file or directory",
        "...",
        "~",
        "#"
      ]) {
        yield* fs.writeFileString(at(name), name)
        assert.strictEqual(yield* fs.readFileString(at(name)), name)
        assert.strictEqual((yield* fs.stat(at(name))).size, BigInt(text(name).length))
      }
      assert.include(yield* fs.readDirectory(at("")), names)
      yield* fs.rename(at(names), at("-f"))
      yield* fs.copyFile(at("-f"), at(names))
      yield* fs.remove(at("-rf"))
      assert.isFalse(yield* fs.exists(at("-rf")))
      assert.isTrue(yield* fs.exists(at("-f")))
    }),

  "writing by flag": ({ at, fs }) =>
    Effect.gen(function* () {
      const write = (content: string, flag: FileSystem.OpenFlag, name = "file") =>
        fs.writeFileString(at(name), content, { flag })
      const read = fs.readFileString(at("file"))
      yield* write("first", "wx")
      assert.deepStrictEqual(yield* refusal(write("no", "wx")), system("AlreadyExists", "writeFile"))
      assert.deepStrictEqual(yield* refusal(write("no", "ax")), system("AlreadyExists", "writeFile"))
      assert.strictEqual(yield* read, "first")
      yield* write("+", "a")
      yield* write("!", "a+")
      assert.strictEqual(yield* read, "first+!")
      yield* write("F", "r+")
      assert.strictEqual(yield* read, "First+!")
      yield* write("w", "w+")
      assert.strictEqual(yield* read, "w")
      yield* write("new", "a", "added")
      assert.strictEqual(yield* fs.readFileString(at("added")), "new")
      yield* write("new", "wx+", "made")
      yield* write("new", "ax+", "made too")
      assert.deepStrictEqual(yield* refusal(write("no", "r+", "none")), system("NotFound", "writeFile"))
      assert.deepStrictEqual(yield* refusal(write("no", "r")), system("Unknown", "writeFile"))
      assert.deepStrictEqual(yield* refusal(write("no", "z" as FileSystem.OpenFlag)), bad("writeFile"))
      assert.strictEqual(yield* read, "w")
    }),

  "writing follows links and keeps what a file is": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      yield* fs.chmod(at("file"), 0o640)
      yield* fs.link(at("file"), at("second"))
      for (const bytes of [text("changed"), bytesOf(200_000)]) {
        yield* fs.writeFile(at("to-file"), bytes)
        same(yield* fs.readFile(at("second")), bytes)
      }
      assert.strictEqual(yield* fs.readLink(at("to-file")), "file")
      assert.strictEqual(modeOf(yield* fs.stat(at("file"))), "640")
      yield* fs.writeFileString(at("dangling"), "made")
      assert.strictEqual(yield* fs.readFileString(at("nothing")), "made")
      yield* fs.writeFile("/dev/null", bytesOf(200_000))
      assert.strictEqual((yield* fs.readFile("/dev/null")).length, 0)
    }),

  "writing where it cannot be": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      for (const bytes of [text("x"), bytesOf(40_000), bytesOf(200_000)]) {
        const write = (name: string) => refusal(fs.writeFile(at(name), bytes))
        assert.deepStrictEqual(yield* write("dir"), system("BadResource", "writeFile"))
        assert.deepStrictEqual(yield* write("to-dir"), system("BadResource", "writeFile"))
        assert.deepStrictEqual(yield* write("none/x"), system("NotFound", "writeFile"))
        assert.deepStrictEqual(yield* write("file/x"), system("BadResource", "writeFile"))
        assert.deepStrictEqual(yield* write("loop"), system("BadResource", "writeFile"))
        assert.deepStrictEqual(yield* write("file/"), system("BadResource", "writeFile"))
      }
      assert.deepStrictEqual(yield* refusal(fs.writeFile("", text("x"))), system("NotFound", "writeFile"))
      assert.deepStrictEqual(yield* refusal(fs.writeFile(at("a\0b"), text("x"))), bad("writeFile"))
      assert.deepStrictEqual(yield* refusal(fs.writeFile(at("x"), text("x"), { mode: -1 })), bad("writeFile"))
      assert.deepStrictEqual(sorted(yield* fs.readDirectory(at(""))), [
        "dangling",
        "dir",
        "file",
        "loop",
        "to-dir",
        "to-file"
      ])
    }),

  "reading what cannot be read": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      const read = (name: string) => refusal(fs.readFile(at(name)))
      assert.deepStrictEqual(yield* read("none"), system("NotFound", "readFile"))
      assert.deepStrictEqual(yield* read("dangling"), system("NotFound", "readFile"))
      assert.deepStrictEqual(yield* read("dir"), system("BadResource", "readFile"))
      assert.deepStrictEqual(yield* read("file/x"), system("BadResource", "readFile"))
      assert.deepStrictEqual(yield* read("loop"), system("BadResource", "readFile"))
      assert.deepStrictEqual(yield* refusal(fs.readFile("")), system("NotFound", "readFile"))
      assert.deepStrictEqual(yield* refusal(fs.readFile("/a\0b")), bad("readFile"))
      const error = yield* Effect.flip(fs.readFile(at("none")))
      assert(error._tag === "SystemError")
      assert.strictEqual(error.pathOrDescriptor, at("none"))
      assert.include(error.message, "ENOENT: no such file or directory")
    }),

  "modes of what is made": ({ at, fs }) =>
    Effect.gen(function* () {
      const mode = (name: string) => Effect.map(fs.stat(at(name)), modeOf)
      yield* fs.writeFileString(at("plain"), "x")
      assert.strictEqual(yield* mode("plain"), "644")
      for (const [wanted, got] of [
        [0o600, "600"],
        [0o777, "755"],
        [0o4750, "4750"],
        [0o444, "444"]
      ] as const) {
        yield* fs.writeFileString(at(`m${wanted}`), "x", { mode: wanted })
        assert.strictEqual(yield* mode(`m${wanted}`), got)
        assert.strictEqual(yield* fs.readFileString(at(`m${wanted}`)), "x")
      }
      yield* fs.writeFileString(at("plain"), "y", { mode: 0o600 })
      assert.strictEqual(yield* mode("plain"), "644")
      yield* fs.makeDirectory(at("d1"))
      yield* fs.makeDirectory(at("d2"), { mode: 0o700 })
      yield* fs.makeDirectory(at("d3/e/f"), { recursive: true, mode: 0o770 })
      assert.deepStrictEqual(yield* Effect.forEach(["d1", "d2", "d3", "d3/e/f"], mode), [
        "755",
        "700",
        "750",
        "750"
      ])
      yield* Effect.scoped(fs.open(at("opened"), { flag: "w", mode: 0o640 }))
      assert.strictEqual(yield* mode("opened"), "640")
    })
}
