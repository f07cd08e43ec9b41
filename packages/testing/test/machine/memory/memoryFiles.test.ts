import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { MemoryFiles } from "../../../src/machine/internal/memory/memoryFiles.js"
import { normalize } from "../../../src/machine/internal/memory/memoryPaths.js"

const bytes = FastCheck.uint8Array({ maxLength: 40 })

type Step =
  | { readonly kind: "write"; readonly position: number; readonly content: Uint8Array }
  | { readonly kind: "truncate"; readonly size: number }
  | { readonly kind: "append"; readonly content: Uint8Array }

const step: FastCheck.Arbitrary<Step> = FastCheck.oneof(
  FastCheck.record({
    kind: FastCheck.constant("write" as const),
    position: FastCheck.nat(100),
    content: bytes
  }),
  FastCheck.record({ kind: FastCheck.constant("truncate" as const), size: FastCheck.nat(120) }),
  FastCheck.record({ kind: FastCheck.constant("append" as const), content: bytes })
)

/** What a file is after a step, said in the plainest way. */
const after = (content: ReadonlyArray<number>, change: Step): ReadonlyArray<number> => {
  if (change.kind === "append") return [...content, ...change.content]
  if (change.kind === "truncate") {
    return Array.from({ length: change.size }, (_, index) => content[index] ?? 0)
  }
  if (change.content.length === 0) return content
  const length = Math.max(content.length, change.position + change.content.length)
  return Array.from({ length }, (_, index) => change.content[index - change.position] ?? content[index] ?? 0)
}

describe("the file system in memory", () => {
  it("holds exactly what was written, wherever", () => {
    void FastCheck.assert(
      FastCheck.property(
        FastCheck.array(step, { maxLength: 20 }),
        FastCheck.nat(130),
        FastCheck.nat(130),
        (steps, offset, length) => {
          const files = new MemoryFiles(() => 0)
          const node = files.create("/file")
          let expected: ReadonlyArray<number> = []
          for (const change of steps) {
            if (change.kind === "write") files.writeNode(node, change.position, change.content)
            else if (change.kind === "truncate") files.truncateNode(node, change.size)
            else files.write("/file", change.content, "append")
            expected = after(expected, change)
          }
          assert.deepStrictEqual([...files.read("/file")], expected)
          assert.deepStrictEqual(
            [...files.readNode(node, offset, length)],
            expected.slice(offset, offset + length)
          )
          assert.strictEqual(files.usedBytes, expected.length)
          files.remove("/file")
          assert.strictEqual(files.usedBytes, 0)
        }
      )
    )
  })

  it("finds the same file under every spelling of its path", () => {
    const detour = FastCheck.constantFrom("", ".", "x/..", "./x/./..", "/")
    void FastCheck.assert(
      FastCheck.property(FastCheck.array(detour, { maxLength: 6 }), (detours) => {
        const files = new MemoryFiles(() => 0)
        files.makeDirectory("/a/x", { recursive: true })
        files.makeDirectory("/x")
        files.write("/a/f", Uint8Array.of(7))
        const spelled = `/a/${[...detours, "f"].join("/")}`
        assert.deepStrictEqual([...files.read(spelled)], [7])
        assert.strictEqual(normalize(spelled), "/a/f")
        assert.strictEqual(normalize(normalize(spelled)), normalize(spelled))
        assert.strictEqual(files.realpath(spelled), "/a/f")
      })
    )
  })

  it("never leads above the root", () => {
    const files = new MemoryFiles(() => 0)
    files.write("/f", Uint8Array.of(1))
    files.symlink("../../../f", "/up")
    assert.deepStrictEqual([...files.read("/../../up")], [1])
    assert.strictEqual(normalize("/../.."), "/")
  })

  it("gives up on links that lead nowhere but to each other", () => {
    const files = new MemoryFiles(() => 0)
    files.symlink("b", "/a")
    files.symlink("a", "/b")
    assert.throws(() => files.read("/a"), /ELOOP/)
    assert.throws(() => files.write("/a", Uint8Array.of(1)), /ELOOP/)
  })
})
