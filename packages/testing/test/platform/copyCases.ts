/** Copies of files and trees. */
import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import { bytesOf, type Case, furnish, modeOf, names, refusal, same, sorted, system } from "./support.js"

// The in-memory shell's patterns do not match names with line breaks; `lineBreakCases` is for the others.
const name = names.replaceAll("\n", "")

export const copyCases: Readonly<Record<string, Case>> = {
  "a file is copied with its mode": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      yield* fs.writeFile(at("file"), bytesOf(100_000))
      yield* fs.chmod(at("file"), 0o666)
      yield* fs.copyFile(at("to-file"), at("copy"))
      same(yield* fs.readFile(at("copy")), bytesOf(100_000))
      assert.strictEqual(modeOf(yield* fs.stat(at("copy"))), "666")
      yield* fs.chmod(at("file"), 0o4600)
      yield* fs.copyFile(at("file"), at("dir/inner"))
      assert.strictEqual(modeOf(yield* fs.stat(at("dir/inner"))), "4600")
      yield* fs.copyFile(at("file"), at("file"))
      yield* fs.copyFile(at("file"), at("dangling"))
      assert.strictEqual((yield* fs.stat(at("nothing"))).size, 100_000n)
      const copy = (from: string, to: string) => refusal(fs.copyFile(at(from), at(to)))
      assert.deepStrictEqual(yield* copy("none", "x"), system("NotFound", "copyFile"))
      assert.deepStrictEqual(yield* copy("file", "none/x"), system("NotFound", "copyFile"))
      assert.deepStrictEqual(yield* copy("file", "file/x"), system("BadResource", "copyFile"))
      assert.deepStrictEqual(yield* copy("dir", "x"), system("BadResource", "copyFile"))
      assert.deepStrictEqual(yield* copy("file", "dir"), system("BadResource", "copyFile"))
      assert.deepStrictEqual(yield* copy("loop", "x"), system("BadResource", "copyFile"))
    }),

  "a tree is copied as it is": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      yield* fs.makeDirectory(at("dir/deep/.hidden"), { recursive: true })
      yield* fs.writeFileString(at(`dir/deep/.hidden/${name}`), "named")
      yield* fs.writeFileString(at("dir/..two"), "dots")
      yield* fs.symlink("../inner", at("dir/deep/link"))
      yield* fs.chmod(at("dir/deep"), 0o711)
      yield* fs.chmod(at("dir/inner"), 0o666)
      yield* fs.utimes(at("dir/inner"), 1_000, 2_000)
      yield* fs.copy(at("dir"), at("new/parent/copy"))
      assert.deepStrictEqual(
        sorted(yield* fs.readDirectory(at("new/parent/copy"), { recursive: true })),
        sorted(["..two", "deep", "deep/.hidden", `deep/.hidden/${name}`, "deep/link", "inner"])
      )
      assert.strictEqual(yield* fs.readFileString(at(`new/parent/copy/deep/.hidden/${name}`)), "named")
      assert.strictEqual(yield* fs.readLink(at("new/parent/copy/deep/link")), at("dir/inner"))
      assert.strictEqual(modeOf(yield* fs.stat(at("new/parent/copy/deep"))), "711")
      const { mtime, mode } = yield* fs.stat(at("new/parent/copy/inner"))
      assert.strictEqual(mode & 0o7777, 0o666)
      assert.isAbove(Option.getOrThrow(mtime).getTime(), 1_000_000_000_000)
      yield* fs.copy(at("dir/inner"), at("stamped"), { preserveTimestamps: true })
      assert.strictEqual(Option.getOrThrow((yield* fs.stat(at("stamped"))).mtime).getTime(), 2_000_000)
      yield* fs.copy(at("to-file"), at("link"))
      assert.strictEqual(yield* fs.readLink(at("link")), at("file"))
      yield* fs.copy(at("dangling"), at("dangles"))
      assert.strictEqual(yield* fs.readLink(at("dangles")), at("nothing"))
    }),

  "what is there is kept, or replaced": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      yield* fs.makeDirectory(at("to"))
      yield* fs.writeFileString(at("to/inner"), "kept")
      yield* fs.writeFileString(at("to/own"), "own")
      yield* fs.writeFileString(at("dir/more"), "more")
      yield* fs.copy(at("dir"), at("to"))
      assert.strictEqual(yield* fs.readFileString(at("to/inner")), "kept")
      assert.strictEqual(yield* fs.readFileString(at("to/more")), "more")
      yield* fs.link(at("to/inner"), at("second name"))
      yield* fs.copy(at("dir"), at("to"), { overwrite: true })
      assert.strictEqual(yield* fs.readFileString(at("to/inner")), "inner")
      assert.strictEqual(yield* fs.readFileString(at("to/own")), "own")
      assert.strictEqual(yield* fs.readFileString(at("second name")), "kept")
      yield* fs.copy(at("dir/inner"), at("to-file"))
      assert.strictEqual(yield* fs.readFileString(at("file")), "content")
      yield* fs.copy(at("dir/inner"), at("to-file"), { overwrite: true })
      assert.strictEqual(yield* fs.readFileString(at("file")), "content")
      assert.strictEqual(yield* fs.readFileString(at("to-file")), "inner")
      yield* fs.symlink("file", at("another"))
      yield* fs.copy(at("to-dir"), at("another"))
      assert.strictEqual(yield* fs.readLink(at("another")), at("dir"))
    }),

  "copies that cannot be": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      const copy = (from: string, to: string, overwrite = true) =>
        refusal(fs.copy(at(from), at(to), { overwrite }))
      assert.deepStrictEqual(yield* copy("none", "x"), system("NotFound", "copy"))
      assert.deepStrictEqual(yield* copy("file/x", "x"), system("BadResource", "copy"))
      assert.deepStrictEqual(yield* copy("file", "dir/inner/x"), system("BadResource", "copy"))
      for (const overwrite of [true, false]) {
        assert.deepStrictEqual(yield* copy("file", "file", overwrite), system("Unknown", "copy"))
        assert.deepStrictEqual(yield* copy("dir", "file", overwrite), system("Unknown", "copy"))
        assert.deepStrictEqual(yield* copy("file", "dir", overwrite), system("Unknown", "copy"))
        assert.deepStrictEqual(yield* copy("dir", "dir/a/b", overwrite), system("Unknown", "copy"))
        assert.deepStrictEqual(yield* copy("dir", "to-dir", overwrite), system("Unknown", "copy"))
        assert.deepStrictEqual(yield* copy("to-dir", "dir", overwrite), system("Unknown", "copy"))
        assert.deepStrictEqual(yield* copy("to-file", "file", overwrite), system("AlreadyExists", "copy"))
        assert.deepStrictEqual(
          yield* copy("to-file", "dir/inner", overwrite),
          system("AlreadyExists", "copy")
        )
      }
      yield* fs.makeDirectory(at("other/inner"), { recursive: true })
      assert.deepStrictEqual(yield* copy("dir", "other"), system("Unknown", "copy"))
      assert.isFalse(yield* fs.exists(at("dir/a")))
    })
}

/** Not for the in-memory machine, whose shell does not match a line break by `*`. */
export const lineBreakCases: Readonly<Record<string, Case>> = {
  "names with line breaks are copied": ({ at, fs }) =>
    Effect.gen(function* () {
      yield* fs.makeDirectory(at("dir"))
      yield* fs.writeFileString(at(`dir/${names}`), "named")
      yield* fs.copy(at("dir"), at("copy"))
      assert.strictEqual(yield* fs.readFileString(at(`copy/${names}`)), "named")
    })
}
