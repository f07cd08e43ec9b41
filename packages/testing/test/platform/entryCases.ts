/** Names, and what is known of what they stand for. */

import * as FileSystem from "@effect/platform/FileSystem"
import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import { bad, bytesOf, type Case, furnish, modeOf, names, refusal, sorted, system } from "./support.js"

export const entryCases: Readonly<Record<string, Case>> = {
  "stat tells all there is to tell": ({ at, fs }) =>
    Effect.gen(function* () {
      yield* fs.writeFile(at("file"), bytesOf(5_000), { mode: 0o640 })
      const modified = new Date("2021-03-04T05:06:07.089Z")
      const accessed = new Date("2020-01-02T03:04:05.678Z")
      yield* fs.utimes(at("file"), accessed, modified)
      yield* fs.link(at("file"), at("again"))
      yield* fs.symlink("file", at("link"))
      const info = yield* fs.stat(at("link"))
      assert.strictEqual(info.type, "File")
      assert.strictEqual(info.size, FileSystem.Size(5_000))
      assert.strictEqual(info.mode, 0o100640)
      assert.strictEqual(Option.getOrThrow(info.mtime).toISOString(), modified.toISOString())
      assert.strictEqual(Option.getOrThrow(info.atime).toISOString(), accessed.toISOString())
      assert.strictEqual(Option.getOrThrow(info.nlink), 2)
      assert.deepStrictEqual(
        Option.getOrThrow(info.ino),
        Option.getOrThrow((yield* fs.stat(at("again"))).ino)
      )
      assert.isAbove(Option.getOrThrow(info.birthtime).getTime(), Date.UTC(2020))
      assert.isAtLeast(Option.getOrThrow(info.uid), 0)
      assert.isAtLeast(Option.getOrThrow(info.gid), 0)
      assert.isAbove(Number(Option.getOrThrow(info.blksize)), 0)
      assert.isAtLeast(Option.getOrThrow(info.blocks), 0)
      assert.strictEqual(Option.getOrThrow(info.rdev), 0)
      assert.isAbove(info.dev, 0)
      const directory = yield* fs.stat(at(""))
      assert.strictEqual(directory.type, "Directory")
      assert.strictEqual(directory.mode & 0o170000, 0o040000)
      const device = yield* fs.stat("/dev/null")
      assert.strictEqual(device.type, "CharacterDevice")
      assert.strictEqual(Option.getOrThrow(device.rdev), 259)
    }),

  "times of every kind": ({ at, fs }) =>
    Effect.gen(function* () {
      yield* fs.writeFileString(at("file"), "x")
      const times = Effect.map(fs.stat(at("file")), ({ atime, mtime }) =>
        [atime, mtime].map((time) => Option.getOrThrow(time).getTime())
      )
      yield* fs.utimes(at("file"), 1_700_000_000, 1_600_000_000.25)
      assert.deepStrictEqual(yield* times, [1_700_000_000_000, 1_600_000_000_250])
      yield* fs.utimes(at("file"), 0, new Date(-86_400_000))
      assert.deepStrictEqual(yield* times, [0, -86_400_000])
      yield* fs.symlink("file", at("link"))
      yield* fs.utimes(at("link"), 5, 6)
      assert.deepStrictEqual(yield* times, [5_000, 6_000])
      assert.deepStrictEqual(yield* refusal(fs.utimes(at("none"), 1, 1)), system("NotFound", "utime"))
      assert.deepStrictEqual(yield* refusal(fs.utimes(at("file/x"), 1, 1)), system("BadResource", "utime"))
      assert.deepStrictEqual(yield* refusal(fs.utimes(at("file"), Number.NaN, 1)), bad("utime"))
      assert.deepStrictEqual(
        yield* refusal(fs.utimes(at("file"), new Date(Number.NaN), 1)),
        system("Unknown", "utime")
      )
    }),

  "access and existence": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      yield* fs.access(at("file"), { ok: true, readable: true, writable: true })
      yield* fs.access(at("dir"), { readable: true, writable: true })
      for (const name of ["none", "dangling", "none/x"]) {
        assert.isFalse(yield* fs.exists(at(name)))
        assert.deepStrictEqual(yield* refusal(fs.access(at(name))), system("NotFound", "access"))
        assert.deepStrictEqual(yield* refusal(fs.stat(at(name))), system("NotFound", "stat"))
      }
      for (const name of ["file/x", "loop"]) {
        assert.deepStrictEqual(yield* refusal(fs.exists(at(name))), system("BadResource", "access"))
        assert.deepStrictEqual(yield* refusal(fs.stat(at(name))), system("BadResource", "stat"))
      }
      assert.deepStrictEqual(yield* refusal(fs.exists("/a\0b")), bad("access"))
      assert.isFalse(yield* fs.exists(""))
      const long = at("n".repeat(300))
      assert.deepStrictEqual(yield* refusal(fs.stat(long)), system("Unknown", "stat"))
    }),

  "modes and owners": ({ at, fs }) =>
    Effect.gen(function* () {
      yield* fs.writeFileString(at("file"), "x")
      yield* fs.makeDirectory(at("dir"))
      yield* fs.symlink("file", at("link"))
      for (const mode of [0o600, 0o4755, 0o777, 0o644]) {
        yield* fs.chmod(at("link"), mode)
        assert.strictEqual((yield* fs.stat(at("file"))).mode & 0o7777, mode)
      }
      for (const mode of [0o2755, 0o1777, 0o755]) {
        yield* fs.chmod(at("dir"), mode)
        assert.strictEqual((yield* fs.stat(at("dir"))).mode & 0o7777, mode)
      }
      const { gid, uid } = yield* fs.stat(at("file"))
      yield* fs.chown(at("file"), Option.getOrThrow(uid), Option.getOrThrow(gid))
      yield* fs.chown(at("file"), -1, -1)
      assert.deepStrictEqual(yield* refusal(fs.chmod(at("none"), 0o600)), system("NotFound", "chmod"))
      assert.deepStrictEqual(yield* refusal(fs.chmod(at("file/x"), 0o600)), system("BadResource", "chmod"))
      assert.deepStrictEqual(yield* refusal(fs.chmod(at("file"), -1)), bad("chmod"))
      assert.deepStrictEqual(yield* refusal(fs.chmod(at("file"), 1.5)), bad("chmod"))
      assert.deepStrictEqual(yield* refusal(fs.chown(at("none"), 0, 0)), system("NotFound", "chown"))
      assert.deepStrictEqual(yield* refusal(fs.chown(at("file"), -2, 0)), bad("chown"))
      assert.deepStrictEqual(yield* refusal(fs.chown(at("file"), 0, 1.5)), bad("chown"))
    }),

  "links, hard and symbolic": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      yield* fs.link(at("file"), at("hard"))
      yield* fs.writeFileString(at("hard"), "both")
      assert.strictEqual(yield* fs.readFileString(at("file")), "both")
      for (const target of ["dir", "/nowhere/at all", "-n", names, "trailing\n"]) {
        yield* fs.symlink(target, at("link"))
        assert.strictEqual(yield* fs.readLink(at("link")), target)
        yield* fs.remove(at("link"))
      }
      assert.isTrue(yield* fs.exists(at("dir/inner")))
      assert.deepStrictEqual(yield* refusal(fs.link(at("none"), at("x"))), system("NotFound", "link"))
      assert.deepStrictEqual(yield* refusal(fs.link(at("file"), at("hard"))), system("AlreadyExists", "link"))
      assert.deepStrictEqual(yield* refusal(fs.link(at("file"), at("dir"))), system("AlreadyExists", "link"))
      assert.deepStrictEqual(yield* refusal(fs.link(at("dir"), at("x"))), system("Unknown", "link"))
      for (const name of ["file", "dir", "to-dir", "dangling"]) {
        assert.deepStrictEqual(yield* refusal(fs.symlink("x", at(name))), system("AlreadyExists", "symlink"))
      }
      assert.deepStrictEqual(yield* refusal(fs.symlink("", at("x"))), system("NotFound", "symlink"))
      assert.deepStrictEqual(yield* refusal(fs.symlink("x", at("none/x"))), system("NotFound", "symlink"))
      assert.deepStrictEqual(yield* refusal(fs.symlink("x", at("file/x"))), system("BadResource", "symlink"))
      assert.deepStrictEqual(yield* refusal(fs.readLink(at("file"))), system("Unknown", "readLink"))
      assert.deepStrictEqual(yield* refusal(fs.readLink(at("none"))), system("NotFound", "readLink"))
      assert.deepStrictEqual(yield* refusal(fs.readLink(at("file/x"))), system("BadResource", "readLink"))
    }),

  "real paths": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      const base = yield* fs.realPath(at(""))
      assert.strictEqual(yield* fs.realPath(at("to-dir/../to-file")), `${base}/file`)
      assert.strictEqual(yield* fs.realPath(at("to-dir/inner")), `${base}/dir/inner`)
      assert.deepStrictEqual(yield* refusal(fs.realPath(at("none"))), system("NotFound", "realPath"))
      assert.deepStrictEqual(yield* refusal(fs.realPath(at("dangling"))), system("NotFound", "realPath"))
      assert.deepStrictEqual(yield* refusal(fs.realPath(at("loop"))), system("BadResource", "realPath"))
      assert.deepStrictEqual(yield* refusal(fs.realPath(at("file/x"))), system("BadResource", "realPath"))
    }),

  "directories are made": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      yield* fs.makeDirectory(at("a/b/c"), { recursive: true })
      yield* fs.makeDirectory(at("a/b/c"), { recursive: true })
      yield* fs.makeDirectory(at("to-dir/d"), { recursive: true })
      assert.strictEqual((yield* fs.stat(at("dir/d"))).type, "Directory")
      const make = (name: string, recursive: boolean) => refusal(fs.makeDirectory(at(name), { recursive }))
      assert.deepStrictEqual(yield* make("dir", false), system("AlreadyExists", "makeDirectory"))
      assert.deepStrictEqual(yield* make("file", false), system("AlreadyExists", "makeDirectory"))
      assert.deepStrictEqual(yield* make("file", true), system("AlreadyExists", "makeDirectory"))
      assert.deepStrictEqual(yield* make("none/x", false), system("NotFound", "makeDirectory"))
      assert.deepStrictEqual(yield* make("file/x", false), system("BadResource", "makeDirectory"))
      assert.deepStrictEqual(yield* make("file/x/y", true), system("BadResource", "makeDirectory"))
      assert.deepStrictEqual(yield* make("dangling/x", true), system("BadResource", "makeDirectory"))
      assert.deepStrictEqual(yield* refusal(fs.makeDirectory("")), system("NotFound", "makeDirectory"))
      assert.deepStrictEqual(yield* refusal(fs.makeDirectory(at("x"), { mode: 1.5 })), bad("makeDirectory"))
    }),

  "directories are listed": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* fs.makeDirectory(at("dir/sub/deep"), { recursive: true })
      assert.deepStrictEqual(yield* fs.readDirectory(at("dir/sub/deep")), [])
      yield* Effect.forEach(["dir/.hidden", "dir/sub/x", "dir/sub/deep/y", `dir/sub/${names}`], (name) =>
        fs.writeFileString(at(name), "")
      )
      yield* fs.symlink("nothing", at("dir/dangling"))
      yield* fs.writeFileString(at("file"), "")
      yield* fs.symlink("dir", at("to-dir"))
      for (const name of ["dir", "dir/", "to-dir"]) {
        assert.deepStrictEqual(sorted(yield* fs.readDirectory(at(name))), [".hidden", "dangling", "sub"])
      }
      assert.deepStrictEqual(
        sorted(yield* fs.readDirectory(at("dir"), { recursive: true })),
        sorted([".hidden", "dangling", "sub", "sub/deep", "sub/deep/y", `sub/${names}`, "sub/x"])
      )
      const list = (name: string) => refusal(fs.readDirectory(at(name)))
      assert.deepStrictEqual(yield* list("none"), system("NotFound", "readDirectory"))
      assert.deepStrictEqual(yield* list("file"), system("BadResource", "readDirectory"))
      assert.deepStrictEqual(yield* list("file/x"), system("BadResource", "readDirectory"))
      assert.deepStrictEqual(yield* list("a\0b"), system("Unknown", "readDirectory"))
    }),

  removal: (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      const remove = (name: string, options?: FileSystem.RemoveOptions) =>
        refusal(fs.remove(at(name), options))
      assert.deepStrictEqual(yield* remove("dir"), system("Unknown", "remove"))
      assert.deepStrictEqual(yield* remove("none"), system("NotFound", "remove"))
      assert.deepStrictEqual(yield* remove("none", { recursive: true }), system("NotFound", "remove"))
      assert.deepStrictEqual(yield* remove("file/x", { force: true }), system("BadResource", "remove"))
      yield* fs.remove(at("none"), { force: true })
      yield* fs.remove(at("none/x"), { force: true, recursive: true })
      yield* fs.remove(at("dangling"))
      yield* fs.remove(at("loop"))
      yield* fs.remove(at("to-dir"))
      assert.isTrue(yield* fs.exists(at("dir/inner")))
      yield* fs.makeDirectory(at("dir/deep/deeper"), { recursive: true })
      yield* fs.remove(at("dir"), { recursive: true })
      yield* fs.remove(at("file"), { recursive: true })
      assert.deepStrictEqual(yield* fs.readDirectory(at("")), ["to-file"])
    }),

  renaming: (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      yield* fs.makeDirectory(at("empty"))
      const rename = (from: string, to: string) => refusal(fs.rename(at(from), at(to)))
      assert.deepStrictEqual(yield* rename("none", "x"), system("NotFound", "rename"))
      assert.deepStrictEqual(yield* rename("file", "none/x"), system("NotFound", "rename"))
      assert.deepStrictEqual(yield* rename("file", "to-file/x"), system("BadResource", "rename"))
      assert.deepStrictEqual(yield* rename("file", "dir"), system("BadResource", "rename"))
      assert.deepStrictEqual(yield* rename("dir", "file"), system("BadResource", "rename"))
      assert.deepStrictEqual(yield* rename("empty", "dir"), system("Unknown", "rename"))
      assert.deepStrictEqual(yield* rename("dir", "dir/inside"), system("Unknown", "rename"))
      yield* fs.rename(at("file"), at("file"))
      yield* fs.rename(at("dir"), at("empty"))
      assert.strictEqual(yield* fs.readFileString(at("empty/inner")), "inner")
      yield* fs.writeFileString(at("other"), "other")
      yield* fs.rename(at("other"), at("file"))
      assert.strictEqual(yield* fs.readFileString(at("to-file")), "other")
      yield* fs.rename(at("to-file"), at("dangling"))
      assert.strictEqual(yield* fs.readLink(at("dangling")), "file")
      yield* fs.rename(at("file"), at("to-dir"))
      assert.strictEqual(yield* fs.readFileString(at("to-dir")), "other")
    }),

  "cutting and extending": (place) =>
    Effect.gen(function* () {
      const { at, fs } = place
      yield* furnish(place)
      yield* fs.truncate(at("to-file"), 3)
      assert.strictEqual(yield* fs.readFileString(at("file")), "con")
      yield* fs.truncate(at("file"), 5n)
      assert.strictEqual(yield* fs.readFileString(at("file")), "con\0\0")
      yield* fs.truncate(at("file"), -1)
      assert.strictEqual((yield* fs.stat(at("file"))).size, 0n)
      yield* fs.writeFileString(at("file"), "again")
      yield* fs.truncate(at("file"))
      assert.strictEqual((yield* fs.stat(at("file"))).size, 0n)
      assert.deepStrictEqual(yield* refusal(fs.truncate(at("none"), 1)), system("NotFound", "truncate"))
      assert.isFalse(yield* fs.exists(at("none")))
      assert.deepStrictEqual(yield* refusal(fs.truncate(at("dir"), 1)), system("BadResource", "truncate"))
      assert.deepStrictEqual(yield* refusal(fs.truncate(at("file"), 1.5)), bad("truncate"))
    }),

  "temporary files and directories": ({ at, fs }) =>
    Effect.gen(function* () {
      const plain = yield* fs.makeTempDirectory()
      assert.match(plain, /\/\w{6}$/)
      yield* fs.remove(plain, { recursive: true })
      const directory = yield* fs.makeTempDirectory({ directory: at(""), prefix: "it's-" })
      assert.match(directory, /\/it's-\w{6}$/)
      assert.strictEqual(directory.slice(0, -11), at(""))
      assert.strictEqual(modeOf(yield* fs.stat(directory)), "700")
      const file = yield* fs.makeTempFile({ directory: at(""), prefix: "f-", suffix: ".txt" })
      assert.match(file.slice(at("").length), /^f-\w{6}\/[0-9a-f]{12}\.txt$/)
      assert.strictEqual((yield* fs.stat(file)).size, 0n)
      const inScope = yield* Effect.scoped(
        Effect.gen(function* () {
          const first = yield* fs.makeTempDirectoryScoped({ directory: at("") })
          const second = yield* fs.makeTempFileScoped({ directory: at(""), suffix: ".x" })
          yield* fs.writeFileString(`${first}/kept`, "x")
          yield* fs.writeFileString(second, "x")
          return [first, second, second.slice(0, second.lastIndexOf("/"))] as const
        })
      )
      for (const path of inScope) assert.isFalse(yield* fs.exists(path))
      const none = { directory: at("none") }
      assert.deepStrictEqual(
        yield* refusal(fs.makeTempDirectory(none)),
        system("NotFound", "makeTempDirectory")
      )
      assert.deepStrictEqual(
        yield* refusal(fs.makeTempDirectoryScoped(none)),
        system("NotFound", "makeTempDirectoryScoped")
      )
      assert.deepStrictEqual(yield* refusal(fs.makeTempFile(none)), system("NotFound", "makeTempFile"))
      assert.deepStrictEqual(
        yield* refusal(fs.makeTempFileScoped(none)),
        system("NotFound", "makeTempFileScoped")
      )
      assert.deepStrictEqual(
        yield* refusal(fs.makeTempDirectory({ prefix: "a\0" })),
        bad("makeTempDirectory")
      )
    })
}
