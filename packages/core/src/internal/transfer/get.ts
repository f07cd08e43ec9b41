/** Reading an object from the store as one stream, whatever becomes of the connections it comes over. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { FileTransferError, SessionError } from "../../AgentBayError.js"
import { withDeadline } from "../deadline.js"
import { presignedUrl } from "../presignedUrl.js"
import { quietClient } from "../quietClient.js"
import { Broken, disconnected, makeRetries, refusal, stalled } from "./objectStore.js"
import type { Settings } from "./settings.js"
import { type Job, transferError } from "./transfers.js"

export type GetFailure = FileTransferError | SessionError

/** What is known of the object, and how much of it was handed out. */
export interface Received {
  bytes: number
  total: number | undefined
  etag: string | undefined
  requestId: string
}

type Pull = Effect.Effect<Chunk.Chunk<Uint8Array>, Option.Option<Broken<GetFailure>>>

interface Connection {
  readonly pull: Pull
  readonly scope: Scope.CloseableScope
}

/** `bytes 5-9/10`, of which the total may be `*`. */
const readContentRange = (header: string | undefined) => {
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(header?.trim() ?? "")
  return {
    start: match?.[1] === undefined ? undefined : Number(match[1]),
    total: match?.[2] === undefined || match[2] === "*" ? undefined : Number(match[2])
  }
}

const lengthOf = ({ headers }: HttpClientResponse.HttpClientResponse): number | undefined => {
  const encoding = headers["content-encoding"] ?? "identity"
  const length = Number(headers["content-length"] ?? Number.NaN)
  // Of a body that the client decompresses, the length is that of something else.
  return encoding === "identity" && Number.isSafeInteger(length) && length >= 0 ? length : undefined
}

/** A weak tag does not vouch for the bytes. */
const isStrong = (etag: string | undefined): etag is string => etag !== undefined && !etag.startsWith("W/")

const maxRedirects = 5

/** Leaves out the first bytes of a body. */
const skipping = (pull: Pull, bytes: number): Pull => {
  let left = bytes
  return Effect.map(pull, (pieces) =>
    left === 0
      ? pieces
      : Chunk.map(pieces, (piece) => {
          const skipped = Math.min(left, piece.length)
          left -= skipped
          return piece.subarray(skipped)
        })
  )
}

const changed = (job: Job, received: Received, detail: string) =>
  new Broken<GetFailure>(
    transferError(job.target, {
      reason: "Changed",
      bytes: received.bytes,
      requestId: received.requestId,
      detail
    }),
    false
  )

/**
 * Checks that an answer goes on where the last one broke off, and learns from it. Returns how many of its bytes were
 * handed out before; undefined when nothing is left to read.
 */
const accept = (
  job: Job,
  received: Received,
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<number | undefined, Broken<GetFailure>> =>
  Effect.gen(function* () {
    const { bytes } = received
    const { headers, status } = response
    const range = readContentRange(headers["content-range"])
    if (status === 416 && bytes > 0 && range.total === bytes) return undefined
    if (!(status === 200 || (status === 206 && bytes > 0))) {
      return yield* Effect.fail<Broken<GetFailure>>(
        yield* refusal(job.target, "DownloadRefused", response, received)
      )
    }
    const etag = headers["etag"]
    if (bytes > 0 && etag !== undefined && etag !== received.etag) {
      // What had none before was no object of the store, such as the page of a gateway.
      return yield* Effect.fail(changed(job, received, "it has another ETag than before"))
    }
    if (received.etag !== undefined && etag !== undefined && etag !== received.etag)
      received.total = undefined
    if (status === 206 && range.start !== bytes) {
      return yield* Effect.fail(
        changed(job, received, `the object store went on at byte ${range.start} instead of ${bytes}`)
      )
    }
    const total = status === 206 ? range.total : lengthOf(response)
    if (received.total !== undefined && total !== undefined && total !== received.total) {
      return yield* Effect.fail(changed(job, received, `it has ${total} bytes instead of ${received.total}`))
    }
    received.etag = etag ?? received.etag
    received.total = total ?? received.total
    return status === 206 ? 0 : bytes
  })

/** Opens a connection that goes on after what was handed out; undefined when that was all. */
const connect = (
  job: Job,
  received: Received,
  settings: Settings
): Effect.Effect<Connection | undefined, Broken<GetFailure>> =>
  Effect.gen(function* () {
    const { target, transfers } = job
    const { account, sessionId } = transfers.runtime
    const { operation } = target
    // A fresh URL each time: the last one may have expired by now.
    const { requestId, url } = yield* presignedUrl(
      account.controlPlane,
      "download",
      { contextId: job.context.id, filePath: job.objectPath },
      { operation, sessionId }
    ).pipe(Effect.mapError((error) => new Broken<GetFailure>(error, false)))
    if (received.requestId === "") received.requestId = requestId
    const { bytes, etag } = received
    const request = HttpClientRequest.get(Redacted.value(url)).pipe(
      HttpClientRequest.setHeaders({
        // Compressed on the way, positions and lengths would mean something else.
        "accept-encoding": "identity",
        ...(bytes === 0 ? {} : { range: `bytes=${bytes}-` }),
        ...(bytes > 0 && isStrong(etag) ? { "if-range": etag } : {})
      })
    )
    const client = HttpClient.followRedirects(quietClient(account.httpClient), maxRedirects)
    const response = yield* withDeadline(
      Effect.mapError(
        client.execute(request),
        (error): Broken<GetFailure> => disconnected(target, error, { bytes, requestId })
      ),
      settings.idleTimeout,
      (): Broken<GetFailure> => stalled(target, settings.idleTimeout, { bytes, requestId })
    )
    const skipped = yield* accept(job, received, response)
    if (skipped === undefined) return undefined
    const scope = yield* Scope.make()
    const body = Stream.mapError(
      response.stream,
      (error): Broken<GetFailure> => disconnected(target, error, { bytes: received.bytes, requestId })
    )
    const pull = yield* Scope.extend(Stream.toPull(body), scope)
    return { pull: skipping(pull, skipped), scope }
  })

const incomplete = (job: Job, { bytes, requestId, total }: Received) =>
  new Broken<GetFailure>(
    transferError(job.target, {
      reason: "Incomplete",
      bytes,
      requestId,
      detail: `the connection ended after ${bytes} of ${total} bytes`
    }),
    true
  )

/**
 * The object's bytes. `received` says what has passed; `total`, when it is given, is what the session says of the file.
 */
export const get = (
  job: Job,
  received: Received,
  settings: Settings
): Stream.Stream<Uint8Array, GetFailure> =>
  Stream.fromPull(
    Effect.gen(function* () {
      const retries = yield* makeRetries(settings.retries)
      let connection: Connection | undefined
      const close = Effect.suspend(() => {
        const open = connection
        connection = undefined
        return open === undefined ? Effect.void : Scope.close(open.scope, Exit.void)
      })
      yield* Effect.addFinalizer(() => close)

      /** The next pieces; none at the end of the body. */
      const next: Effect.Effect<Option.Option<Chunk.Chunk<Uint8Array>>, Broken<GetFailure>> = Effect.gen(
        function* () {
          // Nothing may come between a connection and its being known to the finalizer.
          connection ??= yield* Effect.uninterruptibleMask((restore) =>
            Effect.tap(restore(connect(job, received, settings)), (made) => {
              connection = made
            })
          )
          if (connection === undefined) return Option.none()
          const { bytes, requestId } = received
          return yield* withDeadline(connection.pull, settings.idleTimeout, () =>
            Option.some(stalled(job.target, settings.idleTimeout, { bytes, requestId }))
          ).pipe(
            Effect.asSome,
            Effect.catchAll((end) => (Option.isSome(end) ? Effect.fail(end.value) : Effect.succeedNone))
          )
        }
      )

      const arrived = (pieces: Chunk.Chunk<Uint8Array>) =>
        Effect.gen(function* () {
          const bytes = Chunk.reduce(pieces, 0, (sum, piece) => sum + piece.length)
          if (bytes > 0) yield* retries.reset
          received.bytes += bytes
          if (received.total !== undefined && received.bytes > received.total) {
            return yield* Effect.fail(changed(job, received, `more than its ${received.total} bytes arrived`))
          }
          yield* settings.onProgress({
            path: job.target.path,
            phase: "receiving",
            bytes: received.bytes,
            total: Option.fromNullable(received.total)
          })
          // A sink may take an empty piece for an end, or for a fault.
          return Chunk.filter(pieces, (piece) => piece.length > 0)
        })

      const step: Pull = Effect.flatMap(
        Effect.mapError(next, Option.some),
        Option.match({
          onNone: () =>
            received.total !== undefined && received.bytes < received.total
              ? Effect.fail(Option.some(incomplete(job, received)))
              : Effect.fail(Option.none()),
          onSome: (pieces) => Effect.mapError(arrived(pieces), Option.some)
        })
      )

      return Effect.gen(function* () {
        while (true) {
          const result = yield* Effect.either(step)
          if (result._tag === "Right") return result.right
          if (Option.isNone(result.left)) return yield* Effect.fail(Option.none())
          const broken = result.left.value
          yield* close
          if (!(yield* retries.again(broken))) return yield* Effect.fail(Option.some(broken.error))
        }
      })
    })
  )
