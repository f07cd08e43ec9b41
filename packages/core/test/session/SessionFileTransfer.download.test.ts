import { describe, it } from "@effect/vitest"
import {
  Chunk,
  Deferred,
  Effect,
  Fiber,
  FastCheck as fc,
  Option,
  Ref,
  Sink,
  Stream,
  TestContext
} from "effect"
import { sessionError } from "../../src/internal/httpFailure.js"
import { type DownloadOptions, make, type TransferProgress } from "../../src/session/SessionFileTransfer.js"
import { assert, hasFields } from "../support/assertions.js"
import {
  hexOf,
  makeFakeTransfer,
  md5,
  type StoreFault,
  settle,
  sha256,
  type TransferOptions
} from "../support/FakeTransfer.js"
import { leaksIn } from "../support/secrets.js"

const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 256)

const joined = Sink.map(
  Sink.collectAll<Uint8Array>(),
  (pieces) => new Uint8Array(Buffer.concat([...Chunk.toReadonlyArray(pieces)]))
)

const run = (
  bytes: Uint8Array,
  options: DownloadOptions = {},
  world: TransferOptions = {},
  name = "home/a.bin"
) =>
  Effect.gen(function* () {
    const fake = yield* makeFakeTransfer(world)
    fake.write(name, bytes)
    const transfer = make(fake.runtime)
    const outcome = yield* settle(fake, transfer.downloadTo(`${fake.root}/${name}`, joined, options))
    return { ...outcome, fake, transfer }
  })

const nothingLeft = (
  fake: { objects: Map<string, Uint8Array>; files: () => ReadonlyArray<string> },
  kept: ReadonlyArray<string> = ["home/a.bin"]
) => {
  assert.deepStrictEqual([...fake.objects.keys()], [])
  assert.deepStrictEqual(fake.files(), kept)
}

describe("download", () => {
  it.scoped("a copy is set aside, taken to the object store, and read from there", () =>
    Effect.gen(function* () {
      const bytes = pattern(10_000)
      const { error, fake, value } = yield* run(bytes)
      assert.isUndefined(error)
      assert.deepStrictEqual(fake.names(), [
        "GetAndLoadInternalContext",
        "SyncContext",
        "GetContextInfo",
        "GetContextFileDownloadUrl",
        "DeleteContextFile"
      ])
      const object = String(fake.actions[1]?.request["path"])
      assert.match(object, /\/transfer\/[0-9a-f]{32}$/)
      hasFields(fake.actions[1]?.request, { contextId: "ctx-ft", mode: "upload" })
      hasFields(fake.actions[2]?.request, { contextId: "ctx-ft", taskType: "upload", path: object })
      hasFields(fake.requests[0]?.headers, { "accept-encoding": "identity" })
      hasFields(value, {
        path: `${fake.root}/home/a.bin`,
        value: bytes,
        bytes: 10_000,
        isComplete: true,
        etag: Option.some(`"${hexOf("md5", bytes)}"`),
        checksum: Option.none(),
        verified: "size",
        syncRequestId: "req-SyncContext-1",
        urlRequestId: "req-GetContextFileDownloadUrl-3"
      })
      nothingLeft(fake)
    })
  )

  it.scoped("below the transfer directory nothing is set aside", () =>
    Effect.gen(function* () {
      const { fake, value } = yield* run(pattern(5), {}, {}, "transfer/b.bin")
      assert.deepStrictEqual(fake.calls, [])
      hasFields(value, { value: pattern(5), verified: "none" })
      assert.strictEqual(fake.actions[1]?.request["path"], `${fake.root}/transfer/b.bin`)
      nothingLeft(fake, ["transfer/b.bin"])
    })
  )

  it.scoped("as a stream", () =>
    Effect.gen(function* () {
      const { fake, transfer } = yield* run(new Uint8Array(0))
      fake.write("b", pattern(2500))
      const { value } = yield* settle(fake, Stream.run(transfer.download(`${fake.root}/b`), joined))
      assert.deepStrictEqual(value, pattern(2500))
      nothingLeft(fake, ["b", "home/a.bin"])
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
        const { error, fake } = yield* run(
          bytes,
          { digest },
          { copied: (copy) => copy.map((byte, i) => (i === 99 ? byte ^ 1 : byte)) }
        )
        hasFields(error, { _tag: "FileTransferError", reason: "ChecksumMismatch", bytes: 4321 })
        nothingLeft(fake)
      }
    })
  )

  it.scoped("a store that has another number of bytes than the session", () =>
    Effect.gen(function* () {
      for (const copied of [
        (copy: Uint8Array) => copy.subarray(1),
        (copy: Uint8Array) => new Uint8Array([...copy, 1])
      ]) {
        const { error, fake } = yield* run(pattern(100), {}, { copied })
        hasFields(error, { _tag: "FileTransferError", reason: "Changed", bytes: 0 })
        nothingLeft(fake)
      }
    })
  )

  it.scoped("what the session refuses has its reason, and nothing was copied", () =>
    Effect.gen(function* () {
      const { fake, transfer } = yield* run(pattern(1))
      const before = fake.actions.length
      const missing = yield* settle(fake, transfer.downloadTo(`${fake.root}/none`, joined))
      hasFields(missing.error, { _tag: "FileError", reason: "NotFound", path: `${fake.root}/none` })
      const directory = yield* settle(fake, transfer.downloadTo(`${fake.root}/home`, joined))
      hasFields(directory.error, { _tag: "FileError", reason: "IsDirectory" })
      assert.strictEqual(fake.actions.length, before)
    })
  )

  it.scoped("without a shell the service is asked for the file where it is", () =>
    Effect.gen(function* () {
      const { fake, value } = yield* run(pattern(50), { digest: sha256 }, { tools: ["read_file"] })
      hasFields(value, { value: pattern(50), verified: "none" })
      assert.deepStrictEqual(fake.calls, [])
      nothingLeft(fake)
    })
  )

  it.scoped("progress is told by phase, with every piece", () =>
    Effect.gen(function* () {
      const seen = yield* Ref.make<ReadonlyArray<TransferProgress>>([])
      yield* run(
        pattern(25),
        { onProgress: (progress) => Ref.update(seen, (all) => [...all, progress]) },
        { pieceBytes: 10 }
      )
      assert.deepStrictEqual(
        (yield* Ref.get(seen)).map(({ bytes, phase, total }) => [phase, bytes, Option.getOrNull(total)]),
        [
          ["preparing", 0, null],
          ["copying", 0, null],
          ["receiving", 10, 25],
          ["receiving", 20, 25],
          ["receiving", 25, 25]
        ]
      )
    })
  )

  it.scoped("a sink that has enough ends the download", () =>
    Effect.gen(function* () {
      const { fake, transfer } = yield* run(pattern(1))
      fake.write("b", pattern(50_000))
      const { value } = yield* settle(
        fake,
        transfer.downloadTo(`${fake.root}/b`, Sink.head<Uint8Array>(), { digest: sha256 })
      )
      hasFields(value, { isComplete: false, verified: "none", checksum: Option.none(), bytes: 1000 })
      nothingLeft(fake, ["b", "home/a.bin"])
    })
  )
})

describe("download over connections that break", () => {
  const cut = (...after: ReadonlyArray<number>): TransferOptions => ({
    fault: ({ attempt }) => {
      const bytes = after[attempt]
      return bytes === undefined ? undefined : { _tag: "Cut", after: bytes }
    }
  })

  it.scoped("goes on where it broke, with a fresh URL, and only if nothing changed", () =>
    Effect.gen(function* () {
      const bytes = pattern(10_000)
      const { error, fake, value } = yield* run(bytes, { digest: sha256 }, cut(3000, 4000))
      assert.isUndefined(error)
      hasFields(value, { value: bytes, bytes: 10_000, verified: "checksum" })
      const etag = `"${hexOf("md5", bytes)}"`
      assert.deepStrictEqual(
        fake.requests.map(({ headers, urlNumber }) => [urlNumber, headers["range"], headers["if-range"]]),
        [
          [1, undefined, undefined],
          [2, "bytes=3000-", etag],
          [3, "bytes=7000-", etag]
        ]
      )
      nothingLeft(fake)
    })
  )

  it.scoped("a body that ends too early is a broken one", () =>
    Effect.gen(function* () {
      const { fake, value } = yield* run(
        pattern(10_000),
        {},
        { fault: ({ attempt }) => (attempt === 0 ? { _tag: "Cut", after: 2500, politely: true } : undefined) }
      )
      hasFields(value, { value: pattern(10_000) })
      assert.strictEqual(fake.requests[1]?.headers["range"], "bytes=2500-")
    })
  )

  it.scoped("a connection that stands still is given up and taken up again", () =>
    Effect.gen(function* () {
      const { millis, value } = yield* run(
        pattern(10_000),
        { idleTimeout: "20 seconds" },
        { fault: ({ attempt }) => (attempt === 0 ? { _tag: "Hang", after: 2000 } : undefined) }
      )
      hasFields(value, { value: pattern(10_000) })
      assert.isAtLeast(millis, 20_000)
    })
  )

  it.scoped("a reader may take its time", () =>
    Effect.gen(function* () {
      const { fake, transfer } = yield* run(pattern(1))
      fake.write("b", pattern(3000))
      const { value } = yield* settle(
        fake,
        transfer.download(`${fake.root}/b`, { idleTimeout: "1 second" }).pipe(
          Stream.tap(() => Effect.sleep("1 minute")),
          Stream.run(joined)
        )
      )
      assert.deepStrictEqual(value, pattern(3000))
      assert.strictEqual(fake.requests.length, 2)
    })
  )

  it.scoped("without ranges, what was handed out is read again and skipped", () =>
    Effect.gen(function* () {
      const bytes = pattern(10_000)
      const faults: ReadonlyArray<StoreFault> = [
        { _tag: "Cut", after: 3000 },
        { _tag: "NoRanges", how: { _tag: "Cut", after: 1500 } },
        { _tag: "NoRanges", how: { _tag: "Cut", after: 5500 } },
        { _tag: "NoRanges" }
      ]
      const { value } = yield* run(bytes, { digest: sha256 }, { fault: ({ attempt }) => faults[attempt] })
      hasFields(value, { value: bytes, verified: "checksum" })
    })
  )

  it.scoped("an object that changed meanwhile is not glued together", () =>
    Effect.gen(function* () {
      for (const faults of [
        [
          { _tag: "Cut", after: 3000 },
          { _tag: "NoRanges", headers: { etag: '"other"' } }
        ],
        [
          { _tag: "Cut", after: 3000 },
          { _tag: "Answer", status: 206, body: "x", headers: { "content-range": "bytes 0-0/10000" } }
        ],
        [
          { _tag: "Cut", after: 3000 },
          { _tag: "Answer", status: 206, body: "x", headers: { "content-range": "bytes 3000-3000/3001" } }
        ]
      ] as ReadonlyArray<ReadonlyArray<StoreFault>>) {
        const { error, fake } = yield* run(pattern(10_000), {}, { fault: ({ attempt }) => faults[attempt] })
        hasFields(error, { _tag: "FileTransferError", reason: "Changed", bytes: 3000 })
        nothingLeft(fake)
      }
    })
  )

  it.scoped("as long as something arrives, it goes on; then it gives up after the retries", () =>
    Effect.gen(function* () {
      const many = yield* run(
        pattern(10_000),
        { retries: 1 },
        { fault: ({ attempt }) => (attempt < 8 ? { _tag: "Cut", after: 1000 } : undefined) }
      )
      hasFields(many.value, { value: pattern(10_000) })
      const { error, fake } = yield* run(
        pattern(10_000),
        { retries: 2 },
        { fault: ({ attempt }) => (attempt === 0 ? { _tag: "Cut", after: 1000 } : { _tag: "Refused" }) }
      )
      hasFields(error, { _tag: "FileTransferError", reason: "Incomplete", bytes: 1000 })
      assert.strictEqual(fake.requests.length, 3)
      assert.deepStrictEqual(leaksIn(String(error) + JSON.stringify(error)), [])
      nothingLeft(fake)
    })
  )

  it.scoped("an answer without a length that breaks at its very end is complete", () =>
    Effect.gen(function* () {
      const { value } = yield* run(
        pattern(3000),
        {},
        {
          fault: ({ attempt }) =>
            attempt === 0
              ? { _tag: "NoRanges", how: { _tag: "Cut", after: 3000 }, headers: { "content-length": "?" } }
              : undefined
        },
        "transfer/a"
      )
      hasFields(value, { value: pattern(3000), isComplete: true })
    })
  )

  it.scoped("what passes is tried again, a refusal is not", () =>
    Effect.gen(function* () {
      const passing = yield* run(
        pattern(10),
        {},
        {
          fault: ({ attempt }) =>
            attempt === 0
              ? { _tag: "Answer", status: 503, headers: { "retry-after": "9" } }
              : attempt === 1
                ? { _tag: "Answer", status: 429 }
                : undefined
        }
      )
      hasFields(passing.value, { value: pattern(10) })
      assert.isAtLeast(passing.millis, 9000)
      for (const [status, body] of [
        [
          403,
          "<Error><Code>AccessDenied</Code><Message>https://b.test/?Signature=SECRETSIGNATURE</Message></Error>"
        ],
        [404, "<html></html>"],
        [206, ""],
        [301, ""]
      ] as const) {
        const { error, fake } = yield* run(
          pattern(10),
          {},
          { fault: () => ({ _tag: "Answer", status, body }) as StoreFault }
        )
        hasFields(error, {
          _tag: "FileTransferError",
          reason: "DownloadRefused",
          status,
          code: status === 403 ? "AccessDenied" : undefined
        })
        assert.strictEqual(fake.requests.length, 1)
        assert.deepStrictEqual(leaksIn(String(error) + JSON.stringify(error)), [])
        nothingLeft(fake)
      }
    })
  )

  it.scoped("a refused URL, a failed copy: the object is deleted in any case", () =>
    Effect.gen(function* () {
      const refused = yield* run(
        pattern(10),
        {},
        {
          action: (name) =>
            name === "GetContextFileDownloadUrl"
              ? Effect.fail(
                  sessionError(
                    { operation: "x", secrets: [] },
                    { reason: "Unknown", phase: "sent", detail: "" }
                  )
                )
              : undefined
        }
      )
      hasFields(refused.error, { _tag: "SessionError", reason: "Unknown" })
      nothingLeft(refused.fake)
      const failed = yield* run(
        pattern(10),
        {},
        { tasks: (tasks) => tasks.map((task) => ({ ...task, status: "Failed" })) }
      )
      hasFields(failed.error, { _tag: "FileTransferError", reason: "SyncFailed" })
      nothingLeft(failed.fake)
    })
  )

  it.scoped("interruption in any phase leaves nothing behind", () =>
    Effect.gen(function* () {
      for (const phase of ["copying", "receiving"] as const) {
        const fake = yield* makeFakeTransfer()
        fake.write("home/a.bin", pattern(3000))
        const reached = yield* Deferred.make<void>()
        const fiber = yield* Effect.fork(
          Stream.runDrain(
            make(fake.runtime).download(`${fake.root}/home/a.bin`, {
              onProgress: (progress) =>
                progress.phase === phase
                  ? Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never)
                  : Effect.void
            })
          )
        )
        yield* Effect.raceFirst(Deferred.await(reached), Fiber.join(fiber))
        yield* Fiber.interrupt(fiber)
        nothingLeft(fake)
      }
    })
  )

  it.effect("any content, cut anywhere any number of times, with ranges and without, arrives as it was", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ maxLength: 3000 }),
          fc.integer({ min: 1, max: 700 }),
          fc.array(fc.tuple(fc.integer({ min: 0, max: 2500 }), fc.boolean(), fc.boolean()), { maxLength: 4 }),
          fc.boolean(),
          // fast-check waits for promises.
          // @effect-diagnostics-next-line asyncFunction:off
          async (bytes, pieceBytes, cuts, etags) => {
            const { error, value } = await Effect.runPromise(
              Effect.scoped(
                Effect.gen(function* () {
                  const fake = yield* makeFakeTransfer({
                    pieceBytes,
                    etags,
                    fault: ({ attempt }) => {
                      const one = cuts[attempt]
                      if (one === undefined) return undefined
                      const [after, ranges, politely] = one
                      const broken: StoreFault = { _tag: "Cut", after, politely }
                      return ranges ? broken : { _tag: "NoRanges", how: broken }
                    }
                  })
                  fake.write("transfer/a", bytes)
                  return yield* settle(
                    fake,
                    make(fake.runtime).downloadTo(`${fake.root}/transfer/a`, joined, { retries: 5 })
                  )
                })
              ).pipe(Effect.provide(TestContext.TestContext))
            )
            assert.isUndefined(error)
            assert.strictEqual(Buffer.compare(value?.value ?? new Uint8Array(1), bytes), 0)
          }
        ),
        { numRuns: 20 }
      )
    )
  )
})
