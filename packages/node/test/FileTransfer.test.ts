/** Real files, real HTTP with the client of this package, and the local cloud at the other end. */
import { createHash } from "node:crypto"
import * as nodeFs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, layer } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as AgentBayConfig from "@effect-agentbay/core/AgentBayConfig"
import * as SessionFileSystem from "@effect-agentbay/core/SessionFileSystem"
import * as SessionFileTransfer from "@effect-agentbay/core/SessionFileTransfer"
import * as FileTransfer from "@effect-agentbay/node/FileTransfer"
import * as NodeAgentBay from "@effect-agentbay/node/NodeAgentBay"
import * as Fault from "@effect-agentbay/testing/Fault"
import * as LocalCloud from "@effect-agentbay/testing/LocalCloud"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Chunk, Context, Effect, Either, Fiber, Layer, Option, Ref, Stream } from "effect"

const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 256)

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** One session of a local cloud, and the two modules of it that the tests use. */
const session = Layer.scopedContext(
  Effect.gen(function* () {
    const bay = yield* AgentBay.AgentBay
    const { fileSystem, fileTransfer } = yield* bay.session({ imageId: "linux_latest" })
    return Context.make(SessionFileTransfer.SessionFileTransfer, fileTransfer).pipe(
      Context.add(SessionFileSystem.SessionFileSystem, fileSystem)
    )
  })
).pipe(
  Layer.provide(
    AgentBay.layer.pipe(
      Layer.provide(NodeAgentBay.layerHttp),
      Layer.provide(
        Layer.unwrapEffect(
          Effect.map(LocalCloud.LocalCloud, ({ apiKey, url }) =>
            Layer.orDie(AgentBayConfig.layer({ apiKey, endpoint: url }))
          )
        )
      )
    )
  ),
  Layer.provideMerge(LocalCloud.layer()),
  Layer.provideMerge(NodeFileSystem.layer)
)

const scratch = Effect.acquireRelease(
  Effect.sync(() => nodeFs.mkdtempSync(join(tmpdir(), "agentbay-transfer-"))),
  (directory) => Effect.sync(() => nodeFs.rmSync(directory, { recursive: true, force: true }))
)

/** Names below a directory, hidden ones included. */
const names = (directory: string) => nodeFs.readdirSync(directory, { recursive: true }).map(String).sort()

const tools = Effect.all({
  transfer: SessionFileTransfer.SessionFileTransfer,
  files: SessionFileSystem.SessionFileSystem,
  cloud: TestCloud,
  directory: scratch
})

describe("local files", () => {
  layer(session, { timeout: "1 minute", excludeTestServices: true })((it) => {
    for (const size of [0, 1, 100_000, 8 * 1024 * 1024]) {
      it.scoped(`${size} bytes there and back, checked`, () =>
        Effect.gen(function* () {
          const { directory, transfer } = yield* tools
          const bytes = pattern(size)
          const local = join(directory, "in.bin")
          nodeFs.writeFileSync(local, bytes)
          const seen = yield* Ref.make<ReadonlyArray<number>>([])
          const sent = yield* FileTransfer.uploadFile(transfer, local, `/home/wuying/${size}/a.bin`, {
            onProgress: ({ bytes: done, phase }) =>
              phase === "sending" ? Ref.update(seen, (all) => [...all, done]) : Effect.void
          })
          assert.deepInclude(sent, { bytes: size, verified: "checksum" })
          assert.strictEqual(Option.getOrThrow(sent.checksum).hex, sha256(bytes))
          const progress = yield* Ref.get(seen)
          assert.deepStrictEqual(
            [...progress].sort((a, b) => a - b),
            progress
          )
          if (size > 0) assert.strictEqual(progress.at(-1), size)
          const back = join(directory, "deep/er/out.bin")
          const received = yield* FileTransfer.downloadFile(transfer, `/home/wuying/${size}/a.bin`, back, {
            durable: true
          })
          assert.deepInclude(received, { bytes: size, verified: "checksum", isComplete: true })
          assert.isTrue(same(nodeFs.readFileSync(back), bytes))
          assert.deepStrictEqual(names(join(directory, "deep/er")), ["out.bin"])
        })
      )
    }

    it.scoped("what is wrong with the local file is found out before anything is sent", () =>
      Effect.gen(function* () {
        const { cloud, directory, transfer } = yield* tools
        nodeFs.writeFileSync(join(directory, "there"), "old")
        yield* cloud.clearJournal
        const missing = yield* Effect.flip(
          FileTransfer.uploadFile(transfer, join(directory, "none"), "/tmp/a")
        )
        assert.deepInclude(missing, { _tag: "SystemError", reason: "NotFound" })
        const folder = yield* Effect.flip(FileTransfer.uploadFile(transfer, directory, "/tmp/a"))
        assert.deepInclude(folder, { _tag: "SystemError", reason: "BadResource" })
        const taken = yield* Effect.flip(
          FileTransfer.downloadFile(transfer, "/tmp/a", join(directory, "there"), { overwrite: false })
        )
        assert.deepInclude(taken, { _tag: "SystemError", reason: "AlreadyExists" })
        const onto = yield* Effect.flip(FileTransfer.downloadFile(transfer, "/tmp/a", directory))
        assert.deepInclude(onto, { _tag: "SystemError", reason: "BadResource" })
        assert.deepStrictEqual(yield* cloud.journal, [])
        assert.strictEqual(nodeFs.readFileSync(join(directory, "there"), "utf8"), "old")
      })
    )

    it.scoped("a download that fails leaves the local file as it was, and nothing beside it", () =>
      Effect.gen(function* () {
        const { cloud, directory, files, transfer } = yield* tools
        yield* files.writeFile("/tmp/fail.bin", pattern(300_000))
        const local = join(directory, "a.bin")
        nodeFs.writeFileSync(local, "old", { mode: 0o640 })
        yield* cloud.fail({ route: "presigned" }, Fault.serverError(403, "AccessDenied"))
        const error = yield* Effect.flip(FileTransfer.downloadFile(transfer, "/tmp/fail.bin", local))
        assert.deepInclude(error, { _tag: "FileTransferError", reason: "DownloadRefused", status: 403 })
        assert.strictEqual(nodeFs.readFileSync(local, "utf8"), "old")
        const stopped = yield* Effect.fork(
          FileTransfer.downloadFile(transfer, "/tmp/fail.bin", local, {
            onProgress: ({ phase }) => (phase === "receiving" ? Effect.never : Effect.void)
          })
        )
        yield* Effect.repeat(Effect.sleep("20 millis"), {
          until: () => Effect.sync(() => names(directory).length > 1)
        })
        yield* Fiber.interrupt(stopped)
        assert.strictEqual(nodeFs.readFileSync(local, "utf8"), "old")
        assert.deepStrictEqual(names(directory), ["a.bin"])
        yield* FileTransfer.downloadFile(transfer, "/tmp/fail.bin", local)
        assert.isTrue(same(nodeFs.readFileSync(local), pattern(300_000)))
        assert.strictEqual(nodeFs.statSync(local).mode & 0o777, 0o640)
        assert.deepStrictEqual(names(directory), ["a.bin"])
      })
    )

    it.scoped("of two downloads that must not replace a file, one wins", () =>
      Effect.gen(function* () {
        const { directory, files, transfer } = yield* tools
        yield* files.writeFileString("/tmp/race.txt", "x")
        const download = Effect.either(
          FileTransfer.downloadFile(transfer, "/tmp/race.txt", join(directory, "a"), { overwrite: false })
        )
        const results = yield* Effect.all([download, download], { concurrency: 2 })
        assert.deepStrictEqual(results.map(({ _tag }) => _tag).sort(), ["Left", "Right"])
        const lost = results.find(Either.isLeft)?.left
        assert.deepInclude(lost, { _tag: "SystemError", reason: "AlreadyExists" })
        assert.deepStrictEqual(names(directory), ["a"])
      })
    )

    it.scoped("a link is written through", () =>
      Effect.gen(function* () {
        const { directory, files, transfer } = yield* tools
        yield* files.writeFileString("/tmp/linked.txt", "new")
        nodeFs.writeFileSync(join(directory, "real"), "old")
        nodeFs.symlinkSync(join(directory, "real"), join(directory, "link"))
        yield* FileTransfer.downloadFile(transfer, "/tmp/linked.txt", join(directory, "link"))
        assert.strictEqual(nodeFs.readFileSync(join(directory, "real"), "utf8"), "new")
        assert.isTrue(nodeFs.lstatSync(join(directory, "link")).isSymbolicLink())
      })
    )
  })
})

describe("local directories", () => {
  layer(session, { timeout: "1 minute", excludeTestServices: true })((it) => {
    it.scoped("there and back, with odd names, empty directories and links", () =>
      Effect.gen(function* () {
        const { directory, files, transfer } = yield* tools
        const from = join(directory, "from")
        const contents: Record<string, string> = {
          "a.txt": "a",
          "deep/er/ä b 'c' $d.txt": "bb",
          "deep/empty.bin": "",
          "z/.hidden": "h"
        }
        for (const [name, content] of Object.entries(contents)) {
          nodeFs.mkdirSync(join(from, name, ".."), { recursive: true })
          nodeFs.writeFileSync(join(from, name), content)
        }
        nodeFs.mkdirSync(join(from, "nothing"))
        nodeFs.symlinkSync("a.txt", join(from, "link"))
        nodeFs.symlinkSync("..", join(from, "deep/loop"))
        const upload = (followLinks: boolean, to: string) =>
          FileTransfer.uploadDirectory(transfer, from, to, { followLinks }).pipe(
            Stream.runCollect,
            Effect.map((all) =>
              Object.fromEntries(
                Chunk.toReadonlyArray(all).map(({ path, result }) => [
                  path,
                  Either.match(result, {
                    onLeft: ({ _tag }) => _tag,
                    onRight: (value) => (Option.isSome(value) ? value.value.bytes : "directory")
                  })
                ])
              )
            )
          )
        const plain = {
          "a.txt": 1,
          deep: "directory",
          "deep/empty.bin": 0,
          "deep/er": "directory",
          "deep/er/ä b 'c' $d.txt": 2,
          nothing: "directory",
          z: "directory",
          "z/.hidden": 1
        }
        assert.deepStrictEqual(yield* upload(false, "/home/wuying/tree"), plain)
        assert.deepStrictEqual(yield* upload(true, "/home/wuying/links"), {
          ...plain,
          link: 1,
          "deep/loop": "SystemError"
        })
        assert.isFalse(yield* files.exists("/home/wuying/tree/link"))
        const to = join(directory, "to")
        const results = yield* Stream.runCollect(
          FileTransfer.downloadDirectory(transfer, "/home/wuying/tree", to)
        )
        assert.isTrue(Chunk.every(results, ({ result }) => Either.isRight(result)))
        assert.deepStrictEqual(names(to), [...Object.keys(plain)].sort())
        for (const [name, content] of Object.entries(contents)) {
          assert.strictEqual(nodeFs.readFileSync(join(to, name), "utf8"), content)
        }
      })
    )

    it.scoped("a file that cannot be written is data, and the others go on", () =>
      Effect.gen(function* () {
        const { directory, files, transfer } = yield* tools
        yield* files.writeFileString("/home/wuying/some/a", "a")
        yield* files.writeFileString("/home/wuying/some/b", "b")
        nodeFs.mkdirSync(join(directory, "a"))
        nodeFs.writeFileSync(join(directory, "b"), "old")
        const download = (overwrite: boolean) =>
          Effect.map(
            Stream.runCollect(
              FileTransfer.downloadDirectory(transfer, "/home/wuying/some", directory, { overwrite })
            ),
            (all) =>
              Object.fromEntries(
                Chunk.toReadonlyArray(all).map(({ path, result }) => [
                  path,
                  Either.isLeft(result) && "reason" in result.left ? result.left.reason : "written"
                ])
              )
          )
        assert.deepStrictEqual(yield* download(false), { a: "BadResource", b: "AlreadyExists" })
        assert.deepStrictEqual(yield* download(true), { a: "BadResource", b: "written" })
        assert.deepStrictEqual(names(directory), ["a", "b"])
      })
    )

    it.scoped("a directory that is not there, here or in the session", () =>
      Effect.gen(function* () {
        const { directory, transfer } = yield* tools
        const here = yield* Effect.flip(
          Stream.runDrain(FileTransfer.uploadDirectory(transfer, join(directory, "none"), "/home/wuying/x"))
        )
        assert.deepInclude(here, { _tag: "SystemError", reason: "NotFound" })
        const there = yield* Effect.flip(
          Stream.runDrain(FileTransfer.downloadDirectory(transfer, "/home/wuying/none", directory))
        )
        assert.deepInclude(there, { _tag: "FileError", reason: "NotFound" })
        const bad = yield* Effect.flip(
          Stream.runDrain(
            FileTransfer.downloadDirectory(transfer, "/home/wuying", directory, { concurrency: 0 })
          )
        )
        assert.deepInclude(bad, { _tag: "InvalidArgument", field: "concurrency" })
      })
    )

    it.scoped("the files are read through the FileSystem that is provided", () =>
      Effect.gen(function* () {
        const { directory, files, transfer } = yield* tools
        const fs = yield* FileSystem.FileSystem
        const failing = FileSystem.FileSystem.of({
          ...fs,
          stream: (path, options) =>
            path.endsWith("bad") ? fs.stream(`${path}.none`, options) : fs.stream(path, options)
        })
        nodeFs.writeFileSync(join(directory, "bad"), "x")
        nodeFs.writeFileSync(join(directory, "good"), "y")
        const results = yield* FileTransfer.uploadDirectory(transfer, directory, "/home/wuying/mixed").pipe(
          Stream.runCollect,
          Effect.provideService(FileSystem.FileSystem, failing)
        )
        const bad = Chunk.toReadonlyArray(results).find(({ path }) => path === "bad")?.result
        assert.deepInclude(Either.getOrNull(Either.flip(bad!)), { _tag: "SystemError", reason: "NotFound" })
        assert.strictEqual(yield* files.readFileString("/home/wuying/mixed/good"), "y")
        assert.isFalse(yield* files.exists("/home/wuying/mixed/bad"))
      })
    )
  })
})
