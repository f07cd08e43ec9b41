/** Sending a source to the object store, again from its beginning where that is possible. */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Cause from "effect/Cause"
import type * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { FileTransferError, SessionError } from "../../AgentBayError.js"
import type { Hasher } from "../../session/SessionFileTransfer.js"
import { endedBy } from "../deadline.js"
import { presignedUrl } from "../presignedUrl.js"
import { quietClient } from "../quietClient.js"
import { Broken, disconnected, makeRetries, refusal, stalled } from "./objectStore.js"
import type { UploadSettings } from "./settings.js"
import { type Job, transferError } from "./transfers.js"

/** What is sent. */
export interface Input<E> {
  readonly open: Effect.Effect<Stream.Stream<Uint8Array, E>, E>
  /** Whether `open` gives the same bytes a second time. */
  readonly reopens: boolean
  readonly size: number | undefined
  /** Small enough to be sent in one piece. */
  readonly whole: Uint8Array | undefined
}

/** What the store took. */
export interface Stored {
  readonly bytes: number
  readonly status: number
  readonly etag: Option.Option<string>
  readonly hex: string | undefined
  readonly requestId: string
}

type PutFailure<E> = E | FileTransferError | SessionError

/** One attempt: how far it is, and what became of its source. */
class Attempt<E> {
  bytes = 0
  movedMs = 0
  /** Where the source itself is slow, nothing stands still. */
  isWaitingForSource = false
  hasRead = false
  failure: Cause.Cause<PutFailure<E>> | undefined = undefined
  constructor(readonly hasher: Hasher | undefined) {}
}

const wrongSize = (job: Job, bytes: number, size: number) =>
  transferError(job.target, {
    reason: "SourceFailed",
    bytes,
    detail: `the source has ${bytes > size ? "more" : "fewer"} bytes than the ${size} it was said to have`
  })

/** The source as it is read: counted, checked, hashed. */
const metered = <E>(
  job: Job,
  source: Stream.Stream<Uint8Array, E>,
  attempt: Attempt<E>,
  size: number | undefined,
  settings: UploadSettings
): Stream.Stream<Uint8Array, PutFailure<E>> => {
  const total = Option.fromNullable(size)
  const arrived = (pieces: Chunk.Chunk<Uint8Array>) =>
    Effect.gen(function* () {
      for (const bytes of pieces) {
        attempt.bytes += bytes.length
        attempt.hasher?.update(bytes)
      }
      if (size !== undefined && attempt.bytes > size) {
        return yield* Effect.fail(Option.some(wrongSize(job, attempt.bytes, size)))
      }
      yield* settings.onProgress({ path: job.target.path, phase: "sending", bytes: attempt.bytes, total })
      attempt.movedMs = yield* Clock.currentTimeMillis
      attempt.isWaitingForSource = false
      return pieces
    })
  const ended = (end: Option.Option<E>): Option.Option<PutFailure<E>> =>
    Option.isNone(end) && size !== undefined && attempt.bytes !== size
      ? Option.some(wrongSize(job, attempt.bytes, size))
      : end
  return Stream.fromPull(
    Effect.map(Stream.toPull(source), (pull) =>
      Effect.suspend(() => {
        attempt.isWaitingForSource = true
        attempt.hasRead = true
        return pull
      }).pipe(
        Effect.mapError(ended),
        Effect.flatMap(arrived),
        // Clients report a broken body each in its own way: what the source failed with is kept aside.
        Effect.tapErrorCause((cause) =>
          Effect.sync(() => {
            attempt.isWaitingForSource = false
            const failure = Cause.flipCauseOption<PutFailure<E>>(cause)
            if (Option.isSome(failure) && !Cause.isInterruptedOnly(failure.value)) {
              attempt.failure = failure.value
            }
          })
        )
      )
    )
  )
}

/** Ends when nothing has moved for the idle timeout. */
const standstill = (attempt: Attempt<unknown>, idleTimeout: Duration.Duration): Effect.Effect<void> =>
  Effect.gen(function* () {
    const idleMs = Duration.toMillis(idleTimeout)
    attempt.movedMs = yield* Clock.currentTimeMillis
    while (true) {
      const now = yield* Clock.currentTimeMillis
      if (attempt.isWaitingForSource) attempt.movedMs = now
      const left = attempt.movedMs + idleMs - now
      if (left <= 0) return
      yield* Effect.sleep(left)
    }
  })

const isAccepted = (status: number): boolean => status === 200 || status === 201 || status === 204

const once = <E>(
  job: Job,
  input: Input<E>,
  settings: UploadSettings,
  attempt: Attempt<E>,
  begun: () => void
): Effect.Effect<Stored, Broken<PutFailure<E>>> =>
  Effect.gen(function* () {
    const { target, transfers } = job
    const { account, sessionId } = transfers.runtime
    const { operation } = target
    const { requestId, url } = yield* presignedUrl(
      account.controlPlane,
      "upload",
      { contextId: job.context.id, filePath: job.objectPath },
      { operation, sessionId }
    ).pipe(Effect.mapError((error) => new Broken<PutFailure<E>>(error, false)))
    const { size, whole } = input
    // A content type that the URL was not signed for is refused; an empty one is not sent.
    const type = settings.contentType ?? ""
    const body =
      whole === undefined
        ? HttpBody.stream(
            metered(job, Stream.unwrap(input.open), attempt, size, settings),
            type,
            // Without it the body is sent in chunks.
            size === 0 ? undefined : size
          )
        : HttpBody.uint8Array(whole, type)
    if (whole !== undefined) {
      attempt.hasher?.update(whole)
      attempt.bytes = whole.length
    }
    const request = HttpClientRequest.setBody(HttpClientRequest.put(Redacted.value(url)), body)
    const facts = () => ({ bytes: attempt.bytes, requestId })
    const exchange = Effect.gen(function* () {
      begun()
      const response = yield* Effect.mapError(
        quietClient(account.httpClient).execute(request),
        (error): Broken<PutFailure<E>> => disconnected(target, error, facts())
      )
      if (!isAccepted(response.status)) {
        return yield* Effect.fail<Broken<PutFailure<E>>>(
          yield* refusal(target, "UploadRefused", response, facts())
        )
      }
      // Read to its end, or the connection is of no further use.
      yield* Effect.ignore(response.text)
      return response
    })
    const { headers, status } = yield* endedBy(
      exchange,
      standstill(attempt, settings.idleTimeout),
      (): Broken<PutFailure<E>> => stalled(target, settings.idleTimeout, facts())
    ).pipe(
      Effect.exit,
      Effect.flatMap(
        (exit): Exit.Exit<HttpClientResponse.HttpClientResponse, Broken<PutFailure<E>>> =>
          attempt.failure === undefined
            ? exit
            : Exit.failCause(Cause.map(attempt.failure, (error) => new Broken(error, false)))
      )
    )
    if (whole !== undefined) {
      yield* settings.onProgress({
        path: target.path,
        phase: "sending",
        bytes: whole.length,
        total: Option.some(whole.length)
      })
    }
    return {
      bytes: attempt.bytes,
      status,
      etag: Option.fromNullable(headers["etag"]),
      hex: attempt.hasher?.hex(),
      requestId
    }
  })

/**
 * Puts the source into the store. A source that can be read once is sent once. `begun` is called before the store can
 * have received anything.
 */
export const put = <E>(
  job: Job,
  input: Input<E>,
  settings: UploadSettings,
  begun: () => void
): Effect.Effect<Stored, PutFailure<E>> =>
  Effect.gen(function* () {
    const retries = yield* makeRetries(settings.retries)
    while (true) {
      const attempt = new Attempt<E>(settings.digest === undefined ? undefined : yield* settings.digest.start)
      const result = yield* Effect.either(once(job, input, settings, attempt, begun))
      if (result._tag === "Right") return result.right
      const broken = result.left
      const mayRepeat = input.reopens || !attempt.hasRead
      if (!mayRepeat || !(yield* retries.again(broken))) return yield* Effect.fail(broken.error)
    }
  })
