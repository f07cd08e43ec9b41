/** Files through presigned URLs: the same whatever is behind the client, and whatever breaks on the way. */
import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import type { Session } from "@effect-agentbay/core/Session"
import type { Digest } from "@effect-agentbay/core/SessionFileTransfer"
import { Chunk, Deferred, Effect, Either, Fiber, Option, Sink, Stream } from "effect"
import * as Fault from "../../src/cloud/Fault.js"
import { TestCloud } from "../../src/TestCloud.js"
import { makeHarness, routes, type Subject } from "./harness.js"

const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 256)

const sha256: Digest = {
  algorithm: "sha256",
  start: Effect.sync(() => {
    const hash = createHash("sha256")
    return { update: (bytes) => hash.update(bytes), hex: () => hash.digest("hex") }
  })
}

const joined = Sink.map(Sink.collectAll<Uint8Array>(), (pieces) =>
  Buffer.concat([...Chunk.toReadonlyArray(pieces)])
)

const inPieces = (bytes: Uint8Array, size: number) =>
  Stream.unfold(0, (at) =>
    at < bytes.length ? Option.some([bytes.subarray(at, at + size), at + size] as const) : Option.none()
  )

/** Nothing of a transfer is left in the session, and every object that was made has been deleted. */
const nothingLeft = ({ fileSystem, fileTransfer }: Session.Service) =>
  Effect.gen(function* () {
    const cloud = yield* TestCloud
    const directory = yield* fileTransfer.directory
    const left = (yield* fileSystem.exists(directory)) ? yield* fileSystem.list(directory) : []
    assert.deepStrictEqual(left, [])
    const journal = yield* cloud.journal
    const paths = (action: string, parameter: string) =>
      new Set(journal.filter((call) => call.action === action).map(({ parameters }) => parameters[parameter]))
    assert.deepStrictEqual(paths("DeleteContextFile", "FilePath"), paths("SyncContext", "Path"))
  })

export const fileTransferContract = <E>(name: string, subject: Subject<E>) => {
  const { withSession } = makeHarness(subject)

  for (const route of routes) {
    describe(`${name}, ${route} route, file transfer`, () => {
      it.live("bytes come back as they were, checked on both sides", () =>
        withSession(route, (session) =>
          Effect.gen(function* () {
            const { fileSystem, fileTransfer } = session
            for (const length of [0, 1, subject.largeFileBytes]) {
              const bytes = pattern(length)
              const path = `/home/wuying/deep/${length}/ä b.bin`
              const sent = yield* fileTransfer.upload(path, inPieces(bytes, 70_000), {
                digest: sha256,
                size: length
              })
              assert.deepInclude(sent, { bytes: length, verified: "checksum" })
              assert.strictEqual(Number((yield* fileSystem.stat(path)).size), length)
              const back = yield* fileTransfer.downloadTo(path, joined, { digest: sha256 })
              assert.deepInclude(back, { bytes: length, verified: "checksum", isComplete: true })
              assert.strictEqual(Buffer.compare(back.value, bytes), 0)
              assert.deepStrictEqual(sent.checksum, back.checksum)
            }
            yield* nothingLeft(session)
          })
        )
      )

      it.live("below the directory for transfers, without checksums", () =>
        withSession(route, (session) =>
          Effect.gen(function* () {
            const { fileSystem, fileTransfer } = session
            const path = `${yield* fileTransfer.directory}/plain.txt`
            yield* fileTransfer.upload(path, new TextEncoder().encode("first"))
            // What is listed of the first copy cannot be told from the second for some seconds: once is enough.
            const last = route === "api" ? "second" : "first"
            if (last === "second") yield* fileTransfer.upload(path, new TextEncoder().encode(last))
            assert.strictEqual(yield* fileSystem.readFileString(path), last)
            const { value } = yield* fileTransfer.downloadTo(path, joined)
            assert.strictEqual(value.toString(), last)
            yield* fileSystem.remove(path)
            yield* nothingLeft(session)
          })
        )
      )
    })
  }

  describe(`${name}, file transfer over what breaks`, () => {
    it.live("an upload and a download survive what passes", () =>
      withSession("api", (session) =>
        Effect.gen(function* () {
          const { fileTransfer } = session
          const cloud = yield* TestCloud
          const bytes = pattern(subject.largeFileBytes)
          yield* cloud.fail({ route: "presigned" }, Fault.serverError(503))
          yield* fileTransfer.upload("/tmp/a.bin", Effect.succeed(inPieces(bytes, 50_000)), {
            digest: sha256
          })
          yield* cloud.fail({ route: "presigned" }, Fault.cutOff(100_000))
          yield* cloud.fail({ route: "presigned" }, Fault.cutOff(200_000))
          const { value, verified } = yield* fileTransfer.downloadTo("/tmp/a.bin", joined, { digest: sha256 })
          assert.strictEqual(verified, "checksum")
          assert.strictEqual(Buffer.compare(value, bytes), 0)
          const ranges = (yield* cloud.journal)
            .filter((call) => call.route === "presigned" && call.parameters["method"] === "GET")
            .map(({ parameters }) => parameters["range"])
          // How much of a body that breaks arrives is the network's affair; that it is not asked for again is ours.
          assert.isAtLeast(ranges.length, 2)
          assert.isUndefined(ranges[0])
          for (const range of ranges.slice(1)) {
            if (range !== undefined) assert.match(String(range), /^bytes=\d+-$/)
          }
          yield* nothingLeft(session)
        })
      )
    )

    it.live("what is refused is a failure, with nothing left behind", () =>
      withSession("api", (session) =>
        Effect.gen(function* () {
          const { fileSystem, fileTransfer } = session
          const cloud = yield* TestCloud
          yield* cloud.fail({ route: "presigned" }, Fault.serverError(403, "AccessDenied"))
          const put = yield* Effect.flip(fileTransfer.upload("/tmp/a", pattern(10)))
          assert.deepInclude(put, { _tag: "FileTransferError", reason: "UploadRefused", status: 403 })
          assert.isFalse(yield* fileSystem.exists("/tmp/a"))
          const missing = yield* Effect.flip(fileTransfer.downloadTo("/tmp/none", joined))
          assert.deepInclude(missing, { _tag: "FileError", reason: "NotFound" })
          yield* fileSystem.writeFileString("/tmp/b", "here")
          const taken = yield* Effect.flip(
            fileTransfer.upload("/tmp/b", pattern(10), { overwrite: false, digest: sha256 })
          )
          assert.deepInclude(taken, { _tag: "FileError", reason: "AlreadyExists" })
          assert.strictEqual(yield* fileSystem.readFileString("/tmp/b"), "here")
          const directory = yield* Effect.flip(fileTransfer.upload("/tmp", pattern(10)))
          assert.deepInclude(directory, { _tag: "FileError", reason: "IsDirectory" })
        })
      )
    )

    it.live("an upload that is interrupted leaves nothing", () =>
      withSession("api", (session) =>
        Effect.gen(function* () {
          const { fileSystem, fileTransfer } = session
          const cloud = yield* TestCloud
          const isUnderWay = yield* Deferred.make<void>()
          const endless = inPieces(pattern(300_000), 1000).pipe(
            Stream.concat(Stream.drain(Stream.fromEffect(Deferred.succeed(isUnderWay, undefined)))),
            Stream.concat(Stream.never)
          )
          const fiber = yield* Effect.fork(fileTransfer.upload("/tmp/a", endless))
          yield* Deferred.await(isUnderWay)
          yield* Fiber.interrupt(fiber)
          assert.isFalse(yield* fileSystem.exists("/tmp/a"))
          const names = (yield* cloud.journal).map(({ action }) => action)
          assert.notInclude(names, "SyncContext")
          assert.include(names, "DeleteContextFile")
        })
      )
    )

    it.live("directories", () =>
      withSession("link", (session) =>
        Effect.gen(function* () {
          const { fileTransfer } = session
          const bytes = new TextEncoder().encode("x")
          const results = yield* Stream.runCollect(
            fileTransfer.uploadDirectory(
              "/home/wuying/tree",
              Stream.make(
                { kind: "file", path: "a.txt", source: bytes } as const,
                { kind: "file", path: "b/c d.txt", source: bytes } as const,
                { kind: "directory", path: "empty" } as const
              )
            )
          )
          assert.isTrue(Chunk.every(results, ({ result }) => Either.isRight(result)))
          const entries = yield* Stream.runCollect(fileTransfer.downloadDirectory("/home/wuying/tree"))
          assert.deepStrictEqual(
            Chunk.toReadonlyArray(entries)
              .map(({ kind, path }) => `${kind} ${path}`)
              .sort(),
            ["directory b", "directory empty", "file a.txt", "file b/c d.txt"]
          )
          for (const entry of entries) {
            if (entry.kind === "directory") continue
            const { value } = yield* entry.downloadTo(joined)
            assert.strictEqual(value.toString(), "x")
          }
        })
      )
    )
  })
}
