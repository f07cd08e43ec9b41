import { describe, it } from "@effect/vitest"
import { FastCheck as fc, Option } from "effect"
import { parseFileInfo, parseFileTime, parseMode } from "../../src/internal/files/fileInfo.js"
import { assert } from "../support/assertions.js"

const iso = (time: Option.Option<Date>): string | undefined =>
  Option.getOrUndefined(Option.map(time, (date) => date.toISOString()))

const full = {
  name: "report.txt",
  path: "/home/wuying/report.txt",
  size: "2048",
  created: "2026-01-05 10:00:00",
  modified: "2026-01-05 10:05:01",
  accessed: "2026-01-05 10:06:02",
  isDirectory: "false",
  isFile: "true",
  permissions: "644",
  modTime: "2026-01-05T18:05:01+08:00",
  mode: "0644",
  owner: "wuying",
  group: "users",
  inode: "42"
}

describe("parseFileInfo", () => {
  it("reads every key", () => {
    const info = Option.getOrThrow(parseFileInfo(full, "/other"))
    assert.strictEqual(info.name, "report.txt")
    assert.strictEqual(info.path, "/home/wuying/report.txt")
    assert.strictEqual(info.size, 2048)
    assert.strictEqual(info.kind, "file")
    assert.strictEqual(iso(info.created), "2026-01-05T10:00:00.000Z")
    assert.strictEqual(iso(info.modified), "2026-01-05T10:05:01.000Z")
    assert.strictEqual(iso(info.accessed), "2026-01-05T10:06:02.000Z")
    assert.deepStrictEqual(info.mode, Option.some(0o644))
    assert.deepStrictEqual(info.owner, Option.some("wuying"))
    assert.deepStrictEqual(info.group, Option.some("users"))
    assert.strictEqual(info.raw, full)
  })

  it("keeps names that look like numbers, and fills in what is missing from the path", () => {
    const info = Option.getOrThrow(
      parseFileInfo({ size: "0", isFile: "true", isDirectory: "false" }, "/tmp/123")
    )
    assert.strictEqual(info.name, "123")
    assert.strictEqual(info.path, "/tmp/123")
    assert.deepStrictEqual(info.modified, Option.none())
    assert.deepStrictEqual(info.mode, Option.none())
  })

  it("knows directories, also without a size", () => {
    assert.strictEqual(
      Option.getOrThrow(parseFileInfo({ isDirectory: "true", isFile: "false" }, "C:\\Users\\A")).name,
      "A"
    )
    assert.strictEqual(
      Option.getOrThrow(parseFileInfo({ size: "4096", isDirectory: "true" }, "/tmp")).kind,
      "directory"
    )
    assert.strictEqual(
      Option.getOrThrow(parseFileInfo({ size: "0", isDirectory: "false", isFile: "false" }, "/dev/null"))
        .kind,
      "other"
    )
  })

  it.each([
    ["nothing", {}],
    ["a size that is no number", { ...full, size: "big" }],
    ["a file without size", { isFile: "true" }],
    ["a negative size", { ...full, size: "-1" }]
  ])("refuses %s", (_, raw) => {
    assert.isTrue(Option.isNone(parseFileInfo(raw, "/x")))
  })
})

describe("parseFileTime", () => {
  it.each([
    ["2026-01-05", "2026-01-05T00:00:00.000Z"],
    ["2026-01-05 10:05", "2026-01-05T10:05:00.000Z"],
    ["2026-01-05 10:05:07.123456789 +0800 CST", "2026-01-05T02:05:07.123Z"],
    ["2026-01-05T10:05:07.5Z", "2026-01-05T10:05:07.500Z"],
    ["2026-01-05 10:05:07 UTC", "2026-01-05T10:05:07.000Z"],
    ["1767607507", "2026-01-05T10:05:07.000Z"],
    ["1767607507.25", "2026-01-05T10:05:07.250Z"],
    ["1767607507123", "2026-01-05T10:05:07.123Z"]
  ])("%s", (text, expected) => {
    assert.strictEqual(iso(parseFileTime(text)), expected)
  })

  it.each(["", "yesterday", "2026-13-45 00:00:00", "42"])("is none for %j", (text) => {
    assert.isTrue(Option.isNone(parseFileTime(text)))
  })
})

describe("parseMode", () => {
  const letters = (mode: number): string => {
    const triad = (bits: number, special: boolean, word: string) =>
      (bits & 4 ? "r" : "-") +
      (bits & 2 ? "w" : "-") +
      (special ? (bits & 1 ? word : word.toUpperCase()) : bits & 1 ? "x" : "-")
    return (
      triad(mode >> 6, (mode & 0o4000) !== 0, "s") +
      triad((mode >> 3) & 7, (mode & 0o2000) !== 0, "s") +
      triad(mode & 7, (mode & 0o1000) !== 0, "t")
    )
  }

  it.prop(
    "reads digits and letters alike",
    [fc.integer({ min: 0, max: 0o7777 }), fc.constantFrom("", "-", "d")],
    ([mode, kind]) => {
      assert.deepStrictEqual(parseMode(mode.toString(8).padStart(4, "0")), Option.some(mode))
      assert.deepStrictEqual(parseMode(kind + letters(mode)), Option.some(mode))
    }
  )

  it("is none for anything else", () => {
    assert.isTrue(Option.isNone(parseMode("0x1a4")))
    assert.isTrue(Option.isNone(parseMode("999")))
  })
})
