/** From a source into the session. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type {
  Checksum,
  SessionFileTransfer,
  Source,
  UploadOptions,
  UploadResult,
  Verified
} from "../../session/SessionFileTransfer.js"
import { makeTarget } from "../files/fileCalls.js"
import { hasShell } from "../files/limits.js"
import { ensure } from "../validate.js"
import { ensureAbsent, place, placeUnseen, removeFile } from "./inSession.js"
import { type Input, put, type Stored } from "./put.js"
import { checkUpload, ensureFilePath, type UploadSettings } from "./settings.js"
import { deleteObject, sync } from "./sync.js"
import { freshObject, isBelow, type Job, type Transfers, transferError } from "./transfers.js"

type Failure = SessionFileTransfer.Failure

/** What is larger is sent in pieces, so that its progress can be seen. */
const pieceBytes = 256 * 1024

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    yield bytes.subarray(start, start + pieceBytes)
  }
}

const inputOf = <E, R>(
  source: Source<E, R>,
  size: number | undefined,
  context: Context.Context<R>
): Input<E> => {
  if (source instanceof Uint8Array) {
    return {
      open: Effect.sync(() => Stream.fromIterable({ [Symbol.iterator]: () => piecesOf(source) })),
      reopens: true,
      size: source.length,
      whole: source.length <= pieceBytes ? source : undefined
    }
  }
  const open = Effect.isEffect(source) ? source : Effect.succeed(source)
  return {
    open: Effect.map(Effect.provide(open, context), Stream.provideContext(context)),
    reopens: Effect.isEffect(source),
    size,
    whole: undefined
  }
}

const isSource = (source: unknown): boolean =>
  source instanceof Uint8Array ||
  Effect.isEffect(source) ||
  (typeof source === "object" && source !== null && Stream.StreamTypeId in source)

const md5 = /^"?([0-9a-f]{32})"?$/i

/** An ETag of this form is the MD5 of the bytes in the stores that the service uses, where it is one at all. */
const isTagOf = ({ etag, hex }: Stored): boolean =>
  hex !== undefined && md5.exec(Option.getOrElse(etag, () => ""))?.[1]?.toLowerCase() === hex

/** Brings the stored object into the session and says how far that is certain. */
const deliver = (job: Job, stored: Stored, settings: UploadSettings, isStaged: boolean) =>
  Effect.gen(function* () {
    const { objectPath, target } = job
    const { bytes, hex } = stored
    const algorithm = settings.digest?.algorithm
    const byTag: Verified = algorithm === "md5" && isTagOf(stored) ? "checksum" : "none"
    if (!isStaged) return byTag
    yield* settings.onProgress({ path: target.path, phase: "placing", bytes, total: Option.some(bytes) })
    if (!hasShell(target.runtime, objectPath) || !hasShell(target.runtime, target.path)) {
      yield* placeUnseen(job, settings.overwrite)
      return byTag
    }
    const { isPlaced, measured, requestId } = yield* place(job, { bytes, hex, algorithm }, settings.overwrite)
    if (isPlaced) return hex !== undefined && measured.hex === hex ? ("checksum" as const) : ("size" as const)
    return yield* transferError(target, {
      reason: "ChecksumMismatch",
      bytes,
      requestId,
      detail:
        measured.size === bytes
          ? `the session computes the ${algorithm} ${measured.hex} instead of ${hex}`
          : `${measured.size} bytes arrived in the session instead of ${bytes}`
    })
  })

export const checksumOf = (
  settings: { readonly digest: { readonly algorithm: Checksum["algorithm"] } | undefined },
  hex: string | undefined
): Option.Option<Checksum> =>
  settings.digest === undefined || hex === undefined
    ? Option.none()
    : Option.some({ algorithm: settings.digest.algorithm, hex })

export const upload = <E, R>(
  transfers: Transfers,
  path: string,
  source: Source<E, R>,
  options: UploadOptions
): Effect.Effect<UploadResult, Failure | E, R> => {
  const operation = "SessionFileTransfer.upload"
  return Effect.gen(function* () {
    yield* ensureFilePath(operation, path)
    yield* ensure(
      isSource(source),
      operation,
      "source",
      typeof source,
      "it must be a Uint8Array, a Stream, or an Effect of a Stream"
    )
    const settings = yield* checkUpload(operation, options)
    const input = inputOf(source, settings.size, yield* Effect.context<R>())
    yield* ensure(
      settings.size === undefined || input.size === settings.size,
      operation,
      "size",
      settings.size,
      `the source has ${input.size} bytes`
    )
    const { runtime } = transfers
    const context = yield* transfers.context(operation, path)
    const target = makeTarget(runtime, operation, path)
    const isStaged =
      !isBelow(context, path) ||
      (hasShell(runtime, path) && (settings.digest !== undefined || !settings.overwrite))
    const job: Job = { transfers, target, context, objectPath: isStaged ? yield* freshObject(context) : path }
    if (!settings.overwrite) yield* ensureAbsent(job)

    // Finalizers run in reverse: the object goes first, or the service might still copy it.
    let isInSession = false
    yield* Effect.addFinalizer(() => (isInSession ? removeFile(target, job.objectPath) : Effect.void))
    let isStored = false
    yield* Effect.addFinalizer(() => (isStored ? deleteObject(job) : Effect.void))

    const stored = yield* put(job, input, settings, () => {
      isStored = true
    })
    isInSession = isStaged
    const syncRequestId = yield* sync(job, "download", settings, stored.bytes)
    const verified = yield* deliver(job, stored, settings, isStaged)
    isInSession = false
    const { bytes, etag, hex, requestId, status } = stored
    yield* Effect.annotateCurrentSpan("agentbay.file.bytes", bytes)
    return {
      path,
      bytes,
      status,
      etag,
      checksum: checksumOf(settings, hex),
      verified,
      urlRequestId: requestId,
      syncRequestId
    } satisfies UploadResult
  }).pipe(Effect.scoped, Effect.withSpan(operation, { captureStackTrace: false }))
}
