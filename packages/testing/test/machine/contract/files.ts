import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Machine, MachineError } from "../../../src/machine/Machine.js"
import { decode, reason, shell, text, type WithMachine } from "./support.js"

const missingThings =
  (run: (machine: Machine, path: string) => Effect.Effect<unknown, MachineError>) => (machine: Machine) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* reason(run(machine, "/tmp/contract/none")), "NotFound")
    })

export const files = (name: string, withMachine: WithMachine): void => {
  describe(`${name}: files`, () => {
    withMachine("keep every byte", (machine) =>
      Effect.gen(function* () {
        const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
        yield* machine.write("/tmp/contract/all.bin", bytes, "overwrite")
        assert.deepStrictEqual(yield* machine.read("/tmp/contract/all.bin", 0, 0), bytes)
        yield* shell(machine, "cat all.bin all.bin > twice.bin; head -c 200 all.bin > head.bin", {
          cwd: "/tmp/contract"
        })
        yield* shell(machine, "tail -c 100 all.bin > tail.bin; base64 all.bin | base64 -d > round.bin", {
          cwd: "/tmp/contract"
        })
        assert.deepStrictEqual(yield* machine.read("/tmp/contract/twice.bin", 256, 0), bytes)
        assert.strictEqual((yield* machine.stat("/tmp/contract/twice.bin")).size, 512)
        assert.deepStrictEqual(yield* machine.read("/tmp/contract/head.bin", 0, 0), bytes.slice(0, 200))
        assert.deepStrictEqual(yield* machine.read("/tmp/contract/tail.bin", 0, 0), bytes.slice(156))
        assert.deepStrictEqual(yield* machine.read("/tmp/contract/round.bin", 0, 0), bytes)
      })
    )

    withMachine("hold text of every plane, and share it with the shell", (machine) =>
      Effect.gen(function* () {
        const content = "é 你好 😀 𝄞\n"
        yield* machine.write("/tmp/contract/text.txt", text(content), "overwrite")
        assert.strictEqual(decode(yield* machine.read("/tmp/contract/text.txt", 0, 0)), content)
        assert.strictEqual((yield* machine.stat("/tmp/contract/text.txt")).size, text(content).length)
        assert.strictEqual((yield* shell(machine, "cat /tmp/contract/text.txt")).stdout, content)
        yield* shell(machine, "echo 'from 😀' >> /tmp/contract/text.txt")
        assert.strictEqual(decode(yield* machine.read("/tmp/contract/text.txt", 0, 0)), `${content}from 😀\n`)
      })
    )

    withMachine("hold names of every plane", (machine) =>
      Effect.gen(function* () {
        yield* machine.write("/tmp/contract/my 你好 😀.txt", text("x"), "overwrite")
        assert.deepStrictEqual(
          (yield* machine.list("/tmp/contract")).map((entry) => entry.path),
          ["/tmp/contract/my 你好 😀.txt"]
        )
        assert.strictEqual((yield* shell(machine, "ls /tmp/contract")).stdout, "my 你好 😀.txt\n")
      })
    )

    withMachine("are empty when nothing was written", (machine) =>
      Effect.gen(function* () {
        yield* machine.write("/tmp/contract/empty", new Uint8Array(0), "overwrite")
        assert.strictEqual((yield* machine.read("/tmp/contract/empty", 0, 0)).length, 0)
        assert.strictEqual((yield* machine.stat("/tmp/contract/empty")).size, 0)
      })
    )

    withMachine("read ranges in bytes", (machine) =>
      Effect.gen(function* () {
        yield* machine.write("/tmp/contract/range", text("ab😀cd"), "overwrite")
        const range = (offset: number, length: number) => machine.read("/tmp/contract/range", offset, length)
        assert.strictEqual(decode(yield* range(0, 2)), "ab")
        assert.strictEqual(decode(yield* range(2, 4)), "😀")
        assert.deepStrictEqual(yield* range(3, 2), text("😀").slice(1, 3))
        assert.strictEqual(decode(yield* range(6, 0)), "cd")
        assert.strictEqual(decode(yield* range(6, 100)), "cd")
        assert.strictEqual((yield* range(8, 0)).length, 0)
        assert.strictEqual((yield* range(100, 5)).length, 0)
        assert.strictEqual(yield* reason(range(-1, 5)), "Invalid")
        assert.strictEqual(yield* reason(range(0, -1)), "Invalid")
      })
    )

    withMachine("do not share memory with the program", (machine) =>
      Effect.gen(function* () {
        const bytes = text("before")
        yield* machine.write("/tmp/contract/own", bytes, "overwrite")
        bytes.fill(0)
        const first = yield* machine.read("/tmp/contract/own", 0, 0)
        assert.strictEqual(decode(first), "before")
        first.fill(0)
        assert.strictEqual(decode(yield* machine.read("/tmp/contract/own", 0, 0)), "before")
      })
    )

    withMachine("are overwritten, appended to, or created once", (machine) =>
      Effect.gen(function* () {
        const path = "/tmp/contract/parents/are/made/file"
        const content = Effect.map(machine.read(path, 0, 0), decode)
        yield* machine.write(path, text("one"), "create_new")
        assert.strictEqual(yield* content, "one")
        assert.strictEqual(yield* reason(machine.write(path, text("two"), "create_new")), "AlreadyExists")
        assert.strictEqual(yield* content, "one")
        yield* machine.write(path, text("-two"), "append")
        assert.strictEqual(yield* content, "one-two")
        yield* machine.write(path, text("3"), "overwrite")
        assert.strictEqual(yield* content, "3")
        yield* machine.write("/tmp/contract/appended", text("new"), "append")
        assert.strictEqual(decode(yield* machine.read("/tmp/contract/appended", 0, 0)), "new")
      })
    )

    withMachine("are found from the home directory when the path is relative", (machine) =>
      Effect.gen(function* () {
        yield* machine.write("notes/today.txt", text("here"), "overwrite")
        assert.strictEqual(decode(yield* machine.read(`${machine.home}/notes/today.txt`, 0, 0)), "here")
        assert.strictEqual((yield* shell(machine, "cat notes/today.txt")).stdout, "here")
        assert.strictEqual((yield* machine.stat("notes/../notes/today.txt")).size, 4)
      })
    )

    withMachine("say what they are", (machine) =>
      Effect.gen(function* () {
        yield* machine.write("/tmp/contract/file", text("12345"), "overwrite")
        yield* shell(machine, "chmod 640 /tmp/contract/file; ln -s file /tmp/contract/link")
        const file = yield* machine.stat("/tmp/contract/file")
        assert.strictEqual(file.path, "/tmp/contract/file")
        assert.strictEqual(file.kind, "file")
        assert.strictEqual(file.size, 5)
        assert.strictEqual(file.mode, 0o640)
        assert.isTrue(Number.isFinite(file.createdMs) && Number.isFinite(file.accessedMs))
        assert.isAbove(file.modifiedMs, 1_000_000_000_000)
        assert.isNotEmpty(file.owner)
        assert.isNotEmpty(file.group)
        const link = yield* machine.stat("/tmp/contract/link")
        assert.strictEqual(link.path, "/tmp/contract/link")
        assert.strictEqual(link.kind, "file")
        assert.strictEqual(link.size, 5)
        assert.strictEqual((yield* machine.stat("/tmp/contract")).kind, "directory")
        assert.strictEqual((yield* machine.stat("/")).kind, "directory")
        assert.strictEqual((yield* machine.stat(machine.home)).kind, "directory")
      })
    )

    withMachine("are listed by name, links as links", (machine) =>
      Effect.gen(function* () {
        yield* machine.makeDirectory("/tmp/contract/b")
        yield* machine.write("/tmp/contract/c", text("123"), "overwrite")
        yield* machine.write("/tmp/contract/B", text(""), "overwrite")
        yield* machine.write("/tmp/contract/b/inner", text(""), "overwrite")
        yield* shell(machine, "ln -s b a; ln -s nowhere d; touch .hidden", { cwd: "/tmp/contract" })
        const entries = yield* machine.list("/tmp/contract")
        assert.deepStrictEqual(
          entries.map((entry) => [entry.path, entry.kind]),
          [
            ["/tmp/contract/.hidden", "file"],
            ["/tmp/contract/B", "file"],
            ["/tmp/contract/a", "symlink"],
            ["/tmp/contract/b", "directory"],
            ["/tmp/contract/c", "file"],
            ["/tmp/contract/d", "symlink"]
          ]
        )
        assert.strictEqual(entries.find((entry) => entry.path.endsWith("/c"))?.size, 3)
        assert.deepStrictEqual(
          (yield* machine.list("/tmp/contract/a")).map((entry) => entry.path),
          ["/tmp/contract/a/inner"]
        )
      })
    )

    withMachine("are walked depth first, parents before children, links not followed", (machine) =>
      Effect.gen(function* () {
        yield* machine.write("/tmp/contract/b/deep/file", text("1"), "overwrite")
        yield* machine.write("/tmp/contract/b/zfile", text("12"), "overwrite")
        yield* machine.write("/tmp/contract/c", text("123"), "overwrite")
        yield* machine.makeDirectory("/tmp/contract/empty")
        yield* shell(machine, "ln -s b a; ln -s .. b/up", { cwd: "/tmp/contract" })
        assert.deepStrictEqual(
          (yield* machine.walk("/tmp/contract")).map((entry) => [entry.path, entry.kind]),
          [
            ["/tmp/contract/a", "symlink"],
            ["/tmp/contract/b", "directory"],
            ["/tmp/contract/b/deep", "directory"],
            ["/tmp/contract/b/deep/file", "file"],
            ["/tmp/contract/b/up", "symlink"],
            ["/tmp/contract/b/zfile", "file"],
            ["/tmp/contract/c", "file"],
            ["/tmp/contract/empty", "directory"]
          ]
        )
        assert.deepStrictEqual(yield* machine.walk("/tmp/contract/empty"), [])
      })
    )

    withMachine(
      "cannot be found where they are not",
      missingThings((machine, path) => machine.stat(path))
    )
    withMachine(
      "cannot be read where they are not",
      missingThings((machine, path) => machine.read(path, 0, 0))
    )
    withMachine(
      "cannot be listed where they are not",
      missingThings((machine, path) => machine.list(path))
    )
    withMachine(
      "cannot be walked where they are not",
      missingThings((machine, path) => machine.walk(path))
    )
    withMachine(
      "cannot be removed where they are not",
      missingThings((machine, path) => machine.remove(path))
    )
    withMachine(
      "cannot be moved from where they are not",
      missingThings((machine, path) => machine.move(path, "/tmp/elsewhere"))
    )

    withMachine("are not directories, and directories are not files", (machine) =>
      Effect.gen(function* () {
        yield* machine.write("/tmp/contract/file", text("x"), "overwrite")
        yield* machine.makeDirectory("/tmp/contract/dir")
        assert.strictEqual(yield* reason(machine.read("/tmp/contract/dir", 0, 0)), "IsDirectory")
        assert.strictEqual(
          yield* reason(machine.write("/tmp/contract/dir", text("x"), "overwrite")),
          "IsDirectory"
        )
        assert.strictEqual(yield* reason(machine.list("/tmp/contract/file")), "NotDirectory")
        assert.strictEqual(yield* reason(machine.walk("/tmp/contract/file")), "NotDirectory")
        assert.strictEqual(yield* reason(machine.stat("/tmp/contract/file/below")), "NotDirectory")
        assert.strictEqual(yield* reason(machine.read("/tmp/contract/file/below", 0, 0)), "NotDirectory")
        assert.strictEqual(
          yield* reason(machine.write("/tmp/contract/file/below", text("x"), "overwrite")),
          "NotDirectory"
        )
        assert.strictEqual(yield* reason(machine.makeDirectory("/tmp/contract/file")), "AlreadyExists")
        assert.strictEqual(yield* reason(machine.makeDirectory("/tmp/contract/file/below")), "NotDirectory")
      })
    )

    withMachine("refuse a path with a zero byte, or none", (machine) =>
      Effect.gen(function* () {
        assert.strictEqual(yield* reason(machine.stat("/tmp/a\u0000b")), "Invalid")
        assert.strictEqual(yield* reason(machine.read("", 0, 0)), "Invalid")
      })
    )

    withMachine("are reported missing behind a dangling link", (machine) =>
      Effect.gen(function* () {
        yield* machine.makeDirectory("/tmp/contract")
        yield* shell(machine, "ln -s nowhere /tmp/contract/dangling; ln -s loop /tmp/contract/loop")
        assert.strictEqual(yield* reason(machine.stat("/tmp/contract/dangling")), "NotFound")
        assert.strictEqual(yield* reason(machine.read("/tmp/contract/dangling", 0, 0)), "NotFound")
        assert.isTrue(Exit.isFailure(yield* Effect.exit(machine.stat("/tmp/contract/loop"))))
      })
    )

    withMachine("make directories once and again", (machine) =>
      Effect.gen(function* () {
        yield* machine.makeDirectory("/tmp/contract/one/two/three")
        yield* machine.makeDirectory("/tmp/contract/one/two/three")
        assert.strictEqual((yield* machine.stat("/tmp/contract/one/two/three")).kind, "directory")
      })
    )

    withMachine("are removed; directories only when empty or asked to", (machine) =>
      Effect.gen(function* () {
        yield* machine.write("/tmp/contract/dir/file", text("x"), "overwrite")
        yield* machine.makeDirectory("/tmp/contract/empty")
        yield* machine.write("/tmp/contract/target/kept", text("x"), "overwrite")
        yield* shell(machine, "ln -s target /tmp/contract/link")
        assert.strictEqual(yield* reason(machine.remove("/tmp/contract/dir")), "NotEmpty")
        assert.strictEqual((yield* machine.stat("/tmp/contract/dir/file")).size, 1)
        yield* machine.remove("/tmp/contract/dir", { recursive: true })
        assert.strictEqual(yield* reason(machine.stat("/tmp/contract/dir")), "NotFound")
        yield* machine.remove("/tmp/contract/empty")
        assert.strictEqual(yield* reason(machine.stat("/tmp/contract/empty")), "NotFound")
        yield* machine.remove("/tmp/contract/link", { recursive: true })
        assert.strictEqual((yield* machine.stat("/tmp/contract/target/kept")).size, 1)
        yield* machine.remove("/tmp/contract/target/kept")
        assert.deepStrictEqual(
          (yield* machine.walk("/tmp/contract")).map((entry) => entry.path),
          ["/tmp/contract/target"]
        )
      })
    )

    withMachine("are moved as rename does", (machine) =>
      Effect.gen(function* () {
        yield* machine.write("/tmp/contract/from", text("moved"), "overwrite")
        yield* machine.write("/tmp/contract/over", text("gone"), "overwrite")
        yield* machine.write("/tmp/contract/tree/leaf", text("leaf"), "overwrite")
        yield* machine.makeDirectory("/tmp/contract/dir")
        assert.strictEqual(
          yield* reason(machine.move("/tmp/contract/from", "/tmp/contract/none/to")),
          "NotFound"
        )
        assert.strictEqual(
          yield* reason(machine.move("/tmp/contract/from", "/tmp/contract/dir")),
          "IsDirectory"
        )
        assert.strictEqual(
          yield* reason(machine.move("/tmp/contract/dir", "/tmp/contract/from")),
          "NotDirectory"
        )
        assert.strictEqual(yield* reason(machine.move("/tmp/contract/dir", "/tmp/contract/tree")), "NotEmpty")
        assert.strictEqual(
          yield* reason(machine.move("/tmp/contract/tree", "/tmp/contract/tree/inside")),
          "Invalid"
        )
        yield* machine.move("/tmp/contract/from", "/tmp/contract/over")
        assert.strictEqual(decode(yield* machine.read("/tmp/contract/over", 0, 0)), "moved")
        assert.strictEqual(yield* reason(machine.stat("/tmp/contract/from")), "NotFound")
        yield* machine.move("/tmp/contract/tree", "/tmp/contract/dir/tree")
        assert.strictEqual(decode(yield* machine.read("/tmp/contract/dir/tree/leaf", 0, 0)), "leaf")
        yield* machine.move("/tmp/contract/over", "/tmp/contract/over")
        assert.strictEqual(decode(yield* machine.read("/tmp/contract/over", 0, 0)), "moved")
      })
    )
  })
}
