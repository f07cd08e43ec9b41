import { describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, FastCheck as fc, Option, Ref, Stream } from "effect"
import type { SessionError } from "../../src/AgentBayError.js"
import { sessionError } from "../../src/internal/httpFailure.js"
import {
  make,
  type Source,
  type TransferProgress,
  type UploadOptions
} from "../../src/session/SessionFileTransfer.js"
import { assert, hasFields } from "../support/assertions.js"
import {
  hexOf,
  makeFakeTransfer,
  md5,
  settle,
  sha256,
  type TransferOptions
} from "../support/FakeTransfer.js"
import { leaksIn } from "../support/secrets.js"

const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 256)

const streamOf = (bytes: Uint8Array, piece: number) =>
  Stream.unfold(0, (at) =>
    at < bytes.length ? Option.some([bytes.subarray(at, at + piece), at + piece] as const) : Option.none()
  )

const run = <E>(
  source: Source<E>,
  options: UploadOptions = {},
  world: TransferOptions = {},
  name = "home/deep/a.bin"
) =>
  Effect.gen(function* () {
    const fake = yield* makeFakeTransfer(world)
    const transfer = make(fake.runtime)
    const outcome = yield* settle(fake, transfer.upload(`${fake.root}/${name}`, source, options))
    return { ...outcome, fake, transfer }
  })

const refused = (reason: SessionError["reason"]) =>
  sessionError({ operation: "x", secrets: [] }, { reason, phase: "sent", detail: "no" })

/** Nothing is left on the way: no object, no file in the transfer directory, no half-written one. */
const nothingLeft = (
  fake: { objects: Map<string, Uint8Array>; files: () => ReadonlyArray<string> },
  kept: ReadonlyArray<string>
) => {
  assert.deepStrictEqual([...fake.objects.keys()], [])
  assert.deepStrictEqual(fake.files(), kept)
}

describe("upload", () => {
  it.scoped("travels through the object store and the transfer directory, and is moved into place", () =>
    Effect.gen(function* () {
      const bytes = pattern(10_000)
      const { error, fake, value } = yield* run(bytes)
      assert.isUndefined(error)
      assert.deepStrictEqual(fake.names(), [
        "GetAndLoadInternalContext",
        "GetContextFileUploadUrl",
        "SyncContext",
        "GetContextInfo",
        "DeleteContextFile"
      ])
      const object = String(fake.actions[1]?.request["filePath"])
      assert.match(object, /\/transfer\/[0-9a-f]{32}$/)
      hasFields(fake.actions[2]?.request, { contextId: "ctx-ft", mode: "download", path: object })
      hasFields(fake.actions[3]?.request, { contextId: "ctx-ft", taskType: "download", path: object })
      assert.deepStrictEqual(fake.read("home/deep/a.bin"), bytes)
      nothingLeft(fake, ["home/deep/a.bin"])
      hasFields(value, {
        path: `${fake.root}/home/deep/a.bin`,
        bytes: 10_000,
        status: 200,
        etag: Option.some(`"${hexOf("md5", bytes)}"`),
        checksum: Option.none(),
        verified: "size",
        urlRequestId: "req-GetContextFileUploadUrl-1",
        syncRequestId: "req-SyncContext-2"
      })
    })
  )

  it.scoped("below the transfer directory the service writes the file itself", () =>
    Effect.gen(function* () {
      const { fake, value } = yield* run(pattern(5), {}, {}, "transfer/b.bin")
      assert.deepStrictEqual(fake.calls, [])
      assert.strictEqual(fake.actions[1]?.request["filePath"], `${fake.root}/transfer/b.bin`)
      assert.strictEqual(value?.verified, "none")
      nothingLeft(fake, ["transfer/b.bin"])
    })
  )

  it.scoped("a path that only looks as if it were below the transfer directory is not", () =>
    Effect.gen(function* () {
      for (const name of ["transfer-2/a", "transfer/../a", "transfer//a", "transfer/./a"]) {
        const { error, fake } = yield* run(pattern(5), {}, {}, name)
        assert.isUndefined(error)
        assert.match(String(fake.actions[1]?.request["filePath"]), /\/transfer\/[0-9a-f]{32}$/)
      }
    })
  )

  it.scoped("looks for the context once, also when several begin at once", () =>
    Effect.gen(function* () {
      const { fake, transfer } = yield* run(pattern(1))
      const other = make(fake.runtime)
      yield* settle(
        fake,
        Effect.all(
          [1, 2, 3].map((n) => other.upload(`${fake.root}/${n}`, pattern(n))),
          {
            concurrency: "unbounded"
          }
        )
      )
      yield* settle(fake, transfer.upload(`${fake.root}/again`, pattern(1)))
      assert.strictEqual(fake.names().filter((name) => name === "GetAndLoadInternalContext").length, 2)
    })
  )

  it.scoped("uses the context that the session was created with", () =>
    Effect.gen(function* () {
      const fake = yield* makeFakeTransfer()
      const transfer = make({ ...fake.runtime, fileTransferContextId: Option.some("ctx-own") })
      assert.strictEqual(yield* transfer.directory, "/temp/file-transfer")
      assert.deepStrictEqual(fake.names(), [])
    })
  )

  it.scoped("without a context it says what can be done", () =>
    Effect.gen(function* () {
      const { error, fake } = yield* run(
        pattern(1),
        {},
        {
          action: (name) => (name === "GetAndLoadInternalContext" ? Effect.succeed([]) : undefined)
        }
      )
      hasFields(error, { _tag: "FileTransferError", reason: "NoTransferContext", bytes: 0 })
      assert.include(String(error), "/temp/file-transfer")
      assert.deepStrictEqual(fake.requests, [])
      const lost = yield* run(pattern(1), {}, { action: () => Effect.fail(refused("Unauthorized")) })
      hasFields(lost.error, { _tag: "SessionError", reason: "Unauthorized" })
    })
  )

  it.scoped("replaces a file with its permissions, unless it must not", () =>
    Effect.gen(function* () {
      const { fake, transfer } = yield* run(pattern(3))
      const path = `${fake.root}/home/deep/a.bin`
      const again = yield* settle(fake, transfer.upload(path, pattern(7)))
      assert.isUndefined(again.error)
      assert.deepStrictEqual(fake.read("home/deep/a.bin"), pattern(7))
      const before = fake.requests.length
      const kept = yield* settle(fake, transfer.upload(path, pattern(9), { overwrite: false }))
      hasFields(kept.error, { _tag: "FileError", reason: "AlreadyExists" })
      assert.strictEqual(fake.requests.length, before, "nothing was sent")
      assert.deepStrictEqual(fake.read("home/deep/a.bin"), pattern(7))
    })
  )

  it.scoped("a file that appears meanwhile is not replaced when it must not be", () =>
    Effect.gen(function* () {
      const fake = yield* makeFakeTransfer({
        fault: () => {
          fake.write("a", pattern(2))
          return undefined
        }
      })
      const { error } = yield* settle(
        fake,
        make(fake.runtime).upload(`${fake.root}/a`, pattern(9), { overwrite: false })
      )
      hasFields(error, { _tag: "FileError", reason: "AlreadyExists" })
      assert.deepStrictEqual(fake.read("a"), pattern(2))
      nothingLeft(fake, ["a"])
    })
  )

  it.scoped("the session's own checksum is compared", () =>
    Effect.gen(function* () {
      const bytes = pattern(4321)
      for (const digest of [sha256, md5]) {
        const { value } = yield* run(bytes, { digest })
        hasFields(value, {
          verified: "checksum",
          checksum: Option.some({ algorithm: digest.algorithm, hex: hexOf(digest.algorithm, bytes) })
        })
        const flipped = yield* run(
          bytes,
          { digest },
          {
            copied: (copy) => copy.map((byte, i) => (i === 99 ? byte ^ 1 : byte))
          }
        )
        hasFields(flipped.error, { _tag: "FileTransferError", reason: "ChecksumMismatch", bytes: 4321 })
        nothingLeft(flipped.fake, [])
      }
      const short = yield* run(bytes, {}, { copied: (copy) => copy.subarray(1) })
      hasFields(short.error, { _tag: "FileTransferError", reason: "ChecksumMismatch" })
      nothingLeft(short.fake, [])
    })
  )

  it.scoped("a session without the program for checksums still counts the bytes", () =>
    Effect.gen(function* () {
      const { value } = yield* run(
        pattern(10),
        { digest: sha256 },
        {
          command: (command) => command.replaceAll("sha256sum", "no-such-program")
        }
      )
      hasFields(value, { verified: "size" })
    })
  )

  it.scoped("without a shell the file tools put it in place, and the ETag vouches for it", () =>
    Effect.gen(function* () {
      const tools = ["create_directory", "move_file", "delete_file", "get_file_info"]
      const bytes = pattern(500)
      const plain = yield* run(bytes, { digest: sha256 }, { tools })
      hasFields(plain.value, { verified: "none" })
      const { fake, value } = yield* run(bytes, { digest: md5 }, { tools })
      hasFields(value, { verified: "checksum" })
      assert.deepStrictEqual(fake.read("home/deep/a.bin"), bytes)
      nothingLeft(fake, ["home/deep/a.bin"])
    })
  )

  it.scoped("content type and length are sent when they are given, and only then", () =>
    Effect.gen(function* () {
      const small = yield* run(pattern(5), { contentType: "text/plain" })
      hasFields(small.fake.requests[0], { method: "PUT", body: "Uint8Array" })
      hasFields(small.fake.requests[0]?.headers, { "content-type": "text/plain", "content-length": "5" })
      const sized = yield* run(streamOf(pattern(50), 7), { size: 50 })
      hasFields(sized.fake.requests[0]?.headers, { "content-length": "50" })
      assert.notProperty(sized.fake.requests[0]?.headers, "content-type")
      const unsized = yield* run(streamOf(pattern(50), 7))
      assert.notProperty(unsized.fake.requests[0]?.headers, "content-length")
      const large = yield* run(pattern(600_000))
      hasFields(large.fake.requests[0], { body: "Stream" })
      hasFields(large.fake.requests[0]?.headers, { "content-length": "600000" })
    })
  )

  it.scoped("progress is told by phase, with every piece", () =>
    Effect.gen(function* () {
      const seen = yield* Ref.make<ReadonlyArray<TransferProgress>>([])
      yield* run(streamOf(pattern(25), 10), {
        size: 25,
        onProgress: (progress) => Ref.update(seen, (all) => [...all, progress])
      })
      assert.deepStrictEqual(
        (yield* Ref.get(seen)).map(({ bytes, phase, total }) => [phase, bytes, Option.getOrNull(total)]),
        [
          ["sending", 10, 25],
          ["sending", 20, 25],
          ["sending", 25, 25],
          ["copying", 25, null],
          ["placing", 25, 25]
        ]
      )
    })
  )

  it.effect("any content in any pieces arrives as it was", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ maxLength: 5000 }),
          fc.integer({ min: 1, max: 700 }),
          fc.boolean(),
          // fast-check waits for promises.
          // @effect-diagnostics-next-line asyncFunction:off
          async (bytes, piece, sized) => {
            const { error, fake, content } = await Effect.runPromise(
              Effect.scoped(
                Effect.gen(function* () {
                  const fake = yield* makeFakeTransfer()
                  const result = yield* Effect.either(
                    make(fake.runtime).upload(
                      `${fake.root}/a`,
                      streamOf(bytes, piece),
                      sized ? { size: bytes.length, digest: sha256 } : {}
                    )
                  )
                  return {
                    error: result._tag === "Left" ? result.left : undefined,
                    fake,
                    content: fake.read("a")
                  }
                })
              )
            )
            assert.isUndefined(error)
            assert.strictEqual(Buffer.compare(content, bytes), 0)
            assert.strictEqual(fake.objects.size, 0)
          }
        ),
        { numRuns: 12 }
      )
    )
  )
})

describe("upload, when something goes wrong", () => {
  it.scoped("a refusal tells status, code and request id, never the URL, and is not repeated", () =>
    Effect.gen(function* () {
      const { error, fake } = yield* run(
        pattern(5),
        {},
        {
          fault: () => ({
            _tag: "Answer",
            status: 403,
            body: "<Error><Code>AccessDenied</Code><Message>expired https://bucket.test/a?Signature=SECRETSIGNATURE</Message></Error>"
          })
        }
      )
      hasFields(error, {
        _tag: "FileTransferError",
        reason: "UploadRefused",
        status: 403,
        code: "AccessDenied",
        bytes: 5,
        requestId: "req-GetContextFileUploadUrl-1"
      })
      assert.strictEqual(fake.requests.length, 1)
      assert.deepStrictEqual(leaksIn(String(error) + JSON.stringify(error)), [])
      assert.deepStrictEqual(fake.names().slice(-1), ["DeleteContextFile"])
      nothingLeft(fake, [])
    })
  )

  it.scoped("what passes is tried again from the beginning, with a fresh URL", () =>
    Effect.gen(function* () {
      const bytes = pattern(300_000)
      const faults = [
        { _tag: "Refused" },
        { _tag: "Cut", after: 100_000 },
        { _tag: "Answer", status: 503, headers: { "retry-after": "7" } }
      ] as const
      const reopened = Effect.sync(() => streamOf(bytes, 1000))
      for (const source of [bytes, reopened]) {
        const { error, fake, millis } = yield* run<never>(
          source,
          { digest: sha256 },
          {
            fault: ({ attempt }) => faults[attempt]
          }
        )
        assert.isUndefined(error)
        assert.deepStrictEqual(
          fake.requests.map(({ urlNumber }) => urlNumber),
          [1, 2, 3, 4]
        )
        assert.isAtLeast(millis, 7000)
        nothingLeft(fake, ["home/deep/a.bin"])
      }
    })
  )

  it.scoped("gives up after the retries", () =>
    Effect.gen(function* () {
      const { error, fake } = yield* run(pattern(5), { retries: 2 }, { fault: () => ({ _tag: "Refused" }) })
      hasFields(error, { _tag: "FileTransferError", reason: "Incomplete" })
      assert.deepStrictEqual(leaksIn(String(error) + JSON.stringify(error)), [])
      assert.strictEqual(fake.requests.length, 3)
    })
  )

  it.scoped("a stream that can be read once fails with how far it got", () =>
    Effect.gen(function* () {
      const { error, fake } = yield* run(
        streamOf(pattern(300), 100),
        {},
        {
          fault: () => ({ _tag: "Cut", after: 200 })
        }
      )
      hasFields(error, { _tag: "FileTransferError", reason: "Incomplete", bytes: 200 })
      assert.strictEqual(fake.requests.length, 1)
      nothingLeft(fake, [])
      // Nothing was read of it yet: it can be sent again.
      const later = yield* run(
        streamOf(pattern(300), 100),
        {},
        {
          fault: ({ attempt }) => (attempt === 0 ? { _tag: "Refused" } : undefined)
        }
      )
      assert.isUndefined(later.error)
    })
  )

  it.scoped("a connection that stands still is given up; a slow source is not", () =>
    Effect.gen(function* () {
      const { error } = yield* run(
        streamOf(pattern(300), 100),
        { idleTimeout: "20 seconds" },
        {
          fault: () => ({ _tag: "Hang", after: 100 })
        }
      )
      hasFields(error, { _tag: "FileTransferError", reason: "Incomplete", bytes: 100 })
      assert.include(String(error), "20s")
      const slow = streamOf(pattern(300), 100).pipe(Stream.tap(() => Effect.sleep("5 minutes")))
      const patient = yield* run(slow, { idleTimeout: "20 seconds" })
      assert.isUndefined(patient.error)
    })
  )

  it.scoped("a source that fails keeps its own error", () =>
    Effect.gen(function* () {
      const source = Stream.concat(Stream.make(pattern(10)), Stream.fail("disk on fire" as const))
      const { error, fake } = yield* run(source)
      assert.strictEqual(error, "disk on fire")
      assert.strictEqual(fake.requests.length, 1)
      nothingLeft(fake, [])
      const unopened = yield* run(Effect.fail("no such disk" as const))
      assert.strictEqual(unopened.error, "no such disk")
    })
  )

  it.scoped("a source of another size than it was said to have", () =>
    Effect.gen(function* () {
      for (const size of [29, 31]) {
        const { error, fake } = yield* run(streamOf(pattern(30), 10), { size })
        hasFields(error, { _tag: "FileTransferError", reason: "SourceFailed", bytes: 30 })
        assert.strictEqual(fake.requests.length, 1)
        nothingLeft(fake, [])
      }
    })
  )

  it.scoped("a rejected copy is a failure, whatever an older row says", () =>
    Effect.gen(function* () {
      const { error, fake } = yield* run(
        pattern(5),
        {},
        {
          action: (name) => (name === "SyncContext" ? Effect.fail(refused("Conflict")) : undefined),
          tasks: () => [{ contextId: "ctx-ft", path: "/x", taskType: "download", status: "Success" }]
        }
      )
      hasFields(error, { _tag: "SessionError", reason: "Conflict" })
      nothingLeft(fake, [])
    })
  )

  it.scoped("Failed without a message is a failure, at once", () =>
    Effect.gen(function* () {
      const { error, fake, millis } = yield* run(
        pattern(5),
        {},
        {
          tasks: (tasks) => tasks.map((task) => ({ ...task, status: "Failed" }))
        }
      )
      hasFields(error, { _tag: "FileTransferError", reason: "SyncFailed", bytes: 5 })
      assert.isBelow(millis, 2000)
      nothingLeft(fake, [])
      const told = yield* run(
        pattern(5),
        {},
        {
          tasks: (tasks) => tasks.map((task) => ({ ...task, errorMessage: "disk full" }))
        }
      )
      hasFields(told.error, { _tag: "FileTransferError", reason: "SyncFailed", detail: "disk full" })
    })
  )

  it.scoped("other words for the end of a copy are understood", () =>
    Effect.gen(function* () {
      for (const status of ["success", "Successful", "ok", "finished", "DONE", "completed", "complete"]) {
        const { error } = yield* run(
          pattern(5),
          {},
          {
            tasks: (tasks) => tasks.map((task) => ({ ...task, status }))
          }
        )
        assert.isUndefined(error, status)
      }
    })
  )

  it.scoped("a copy that never appears, and one that does not end: one deadline each", () =>
    Effect.gen(function* () {
      const absent = yield* run(pattern(5), {}, { tasks: () => [] })
      hasFields(absent.error, { _tag: "FileTransferError", reason: "SyncNotStarted" })
      assert.isAtLeast(absent.millis, 25_000)
      assert.isAtMost(absent.millis, 35_000)
      nothingLeft(absent.fake, [])
      const running = yield* run(
        pattern(5),
        { syncTimeout: "1 minute" },
        {
          tasks: (tasks) => tasks.map((task) => ({ ...task, status: "Running" }))
        }
      )
      hasFields(running.error, { _tag: "FileTransferError", reason: "SyncTimeout" })
      assert.isAtMost(running.millis, 65_000)
      nothingLeft(running.fake, [])
    })
  )

  it.scoped("the object is deleted only when the copy has ended", () =>
    Effect.gen(function* () {
      const { fake } = yield* run(
        pattern(5),
        {},
        {
          tasks: (tasks, looks) => (looks < 4 ? [] : tasks)
        }
      )
      assert.deepStrictEqual(fake.names().slice(2), [
        "SyncContext",
        ...Array.from({ length: 5 }, () => "GetContextInfo"),
        "DeleteContextFile"
      ])
    })
  )

  it.scoped("a row of an earlier copy of the same path does not end a later one", () =>
    Effect.gen(function* () {
      const { fake, transfer } = yield* run(
        pattern(5),
        {},
        {
          // The service goes on showing the first row for a while.
          tasks: (tasks, looks) =>
            tasks.map((task) => (looks < 3 ? { ...task, startTime: 1, finishTime: 1 } : task))
        },
        "transfer/a"
      )
      yield* settle(fake, transfer.upload(`${fake.root}/transfer/a`, pattern(6)))
      assert.deepStrictEqual(fake.names().slice(5), [
        "GetContextFileUploadUrl",
        "SyncContext",
        "GetContextInfo",
        "GetContextInfo",
        "GetContextInfo",
        "DeleteContextFile"
      ])
    })
  )

  it.scoped("an object that cannot be deleted does not undo the upload", () =>
    Effect.gen(function* () {
      const { error, fake } = yield* run(
        pattern(5),
        {},
        {
          action: (name) => (name === "DeleteContextFile" ? Effect.fail(refused("Unavailable")) : undefined)
        }
      )
      assert.isUndefined(error)
      assert.strictEqual(fake.names().filter((name) => name === "DeleteContextFile").length, 1)
    })
  )

  it.scoped("interruption in any phase leaves nothing behind", () =>
    Effect.gen(function* () {
      for (const phase of ["sending", "copying", "placing"] as const) {
        const fake = yield* makeFakeTransfer()
        const reached = yield* Deferred.make<void>()
        const fiber = yield* Effect.fork(
          make(fake.runtime).upload(`${fake.root}/a`, streamOf(pattern(300), 100), {
            onProgress: (progress) =>
              progress.phase === phase
                ? Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never)
                : Effect.void
          })
        )
        yield* Effect.raceFirst(Deferred.await(reached), Fiber.join(fiber))
        yield* Fiber.interrupt(fiber)
        nothingLeft(fake, [])
        assert.include(fake.names(), "DeleteContextFile", phase)
      }
    })
  )

  it.scoped("bad input is refused before anything is sent", () =>
    Effect.gen(function* () {
      const fake = yield* makeFakeTransfer()
      const transfer = make(fake.runtime)
      const bytes = pattern(3)
      const cases: ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown>]> = [
        ["path", transfer.upload("", bytes)],
        ["path", transfer.upload("/tmp/\0", bytes)],
        ["path", transfer.upload("/tmp/dir/", bytes)],
        ["path", transfer.upload("/tmp/..", bytes)],
        ["source", transfer.upload("/tmp/a", "text" as unknown as Uint8Array)],
        ["size", transfer.upload("/tmp/a", bytes, { size: 4 })],
        ["size", transfer.upload("/tmp/a", Stream.make(bytes), { size: -1 })],
        ["size", transfer.upload("/tmp/a", Stream.make(bytes), { size: 1.5 })],
        ["contentType", transfer.upload("/tmp/a", bytes, { contentType: "a\r\nb: c" })],
        ["contentType", transfer.upload("/tmp/a", bytes, { contentType: " " })],
        ["retries", transfer.upload("/tmp/a", bytes, { retries: -1 })],
        ["idleTimeout", transfer.upload("/tmp/a", bytes, { idleTimeout: 0 })],
        ["syncTimeout", transfer.upload("/tmp/a", bytes, { syncTimeout: Number.POSITIVE_INFINITY })],
        ["startWithin", transfer.upload("/tmp/a", bytes, { startWithin: "-1 seconds" })],
        [
          "digest.algorithm",
          transfer.upload("/tmp/a", bytes, { digest: { ...sha256, algorithm: "crc32" as "md5" } })
        ]
      ]
      for (const [field, effect] of cases) {
        hasFields(yield* Effect.flip(effect), { _tag: "InvalidArgument", field })
      }
      assert.deepStrictEqual([fake.actions.length, fake.calls.length], [0, 0])
    })
  )
})
