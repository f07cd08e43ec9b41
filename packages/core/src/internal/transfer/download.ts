/** From the session to whoever reads. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import type {
  DownloadOptions,
  DownloadResult,
  Hasher,
  SessionFileTransfer,
  Verified
} from "../../session/SessionFileTransfer.js"
import { makeTarget } from "../files/fileCalls.js"
import { hasShell } from "../files/limits.js"
import { get, type Received } from "./get.js"
import { type Measured, removeFile, setAside } from "./inSession.js"
import { checkSettings, ensureFilePath, type Settings } from "./settings.js"
import { deleteObject, sync } from "./sync.js"
import { freshObject, isBelow, type Job, type Transfers, transferError } from "./transfers.js"
import { checksumOf } from "./upload.js"

type Failure = SessionFileTransfer.Failure

interface Opened {
  readonly stream: Stream.Stream<Uint8Array, Failure>
  /** What has passed so far. */
  readonly describe: () => Omit<DownloadResult<unknown>, "value">
}

/** Compares what arrived with what the session said of it. */
const check = (
  job: Job,
  { bytes, requestId }: Received,
  settings: Settings,
  measured: Measured | undefined,
  hex: string | undefined
): Effect.Effect<Verified, Failure> => {
  if (measured !== undefined && measured.size !== bytes) {
    return transferError(job.target, {
      reason: "ChecksumMismatch",
      bytes,
      requestId,
      detail: `the file has ${measured.size} bytes in the session`
    })
  }
  if (measured?.hex === undefined || hex === undefined) {
    return Effect.succeed(measured === undefined ? "none" : "size")
  }
  return measured.hex === hex
    ? Effect.succeed("checksum")
    : transferError(job.target, {
        reason: "ChecksumMismatch",
        bytes,
        requestId,
        detail: `the ${settings.digest?.algorithm} is ${hex}, and ${measured.hex} in the session`
      })
}

const open = (
  transfers: Transfers,
  operation: string,
  path: string,
  options: DownloadOptions
): Effect.Effect<Opened, Failure, Scope.Scope> =>
  Effect.gen(function* () {
    yield* ensureFilePath(operation, path)
    const settings = yield* checkSettings(operation, options)
    const { runtime } = transfers
    const context = yield* transfers.context(operation, path)
    const target = makeTarget(runtime, operation, path)
    // Without a shell the file cannot be set aside, and the service is asked for it where it is.
    const isAside = hasShell(runtime, path) && (settings.digest !== undefined || !isBelow(context, path))
    const job: Job = { transfers, target, context, objectPath: isAside ? yield* freshObject(context) : path }

    let measured: Measured | undefined
    if (isAside) {
      yield* Effect.addFinalizer(() => removeFile(target, job.objectPath))
      yield* settings.onProgress({ path, phase: "preparing", bytes: 0, total: Option.none() })
      measured = yield* setAside(job, settings.digest?.algorithm)
    }
    let isStored = false
    yield* Effect.addFinalizer(() => (isStored ? deleteObject(job) : Effect.void))
    isStored = true
    const syncRequestId = yield* sync(job, "upload", settings, 0)

    const received: Received = { bytes: 0, total: measured?.size, etag: undefined, requestId: "" }
    const hasher: Hasher | undefined =
      settings.digest === undefined ? undefined : yield* settings.digest.start
    let hex: string | undefined
    let verified: Verified = "none"
    let isComplete = false
    const finish = Effect.gen(function* () {
      hex = hasher?.hex()
      verified = yield* check(job, received, settings, measured, hex)
      isComplete = true
    })
    const bytes = get(job, received, settings)
    return {
      stream: (hasher === undefined
        ? bytes
        : Stream.map(bytes, (piece) => {
            hasher.update(piece)
            return piece
          })
      ).pipe(Stream.concat(Stream.execute(finish))),
      describe: () => ({
        path,
        bytes: received.bytes,
        isComplete,
        etag: Option.fromNullable(received.etag),
        checksum: checksumOf(settings, hex),
        verified,
        syncRequestId,
        urlRequestId: received.requestId
      })
    }
  })

export const download = (
  transfers: Transfers,
  path: string,
  options: DownloadOptions
): Stream.Stream<Uint8Array, Failure> => {
  const operation = "SessionFileTransfer.download"
  return Stream.unwrapScoped(
    Effect.map(open(transfers, operation, path, options), ({ stream }) => stream)
  ).pipe(Stream.withSpan(operation, { captureStackTrace: false }))
}

export const downloadTo = <A, E, R>(
  transfers: Transfers,
  path: string,
  sink: Sink.Sink<A, Uint8Array, unknown, E, R>,
  options: DownloadOptions
): Effect.Effect<DownloadResult<A>, Failure | E, R> => {
  const operation = "SessionFileTransfer.downloadTo"
  return Effect.gen(function* () {
    const { describe, stream } = yield* open(transfers, operation, path, options)
    const value = yield* Stream.run(stream, sink)
    const facts = describe()
    yield* Effect.annotateCurrentSpan("agentbay.file.bytes", facts.bytes)
    return { ...facts, value }
  }).pipe(Effect.scoped, Effect.withSpan(operation, { captureStackTrace: false }))
}
