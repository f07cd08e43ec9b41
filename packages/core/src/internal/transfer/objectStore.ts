/** What PUT and GET of a presigned URL have in common: what an answer means, and when to try again. */
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Target } from "../files/fileCalls.js"
import { failureOf, retryAfterMs, transportError } from "../httpFailure.js"
import { said } from "../putObject.js"
import { transferError } from "./transfers.js"

/** A failed attempt. */
export class Broken<E> {
  readonly _tag = "Broken"
  constructor(
    readonly error: E,
    /** Whether another attempt may succeed. */
    readonly isPassing: boolean,
    /** How long the store asked to wait. */
    readonly afterMs = 0
  ) {}
}

/** Nobody waits longer than this because a store says so. */
const longestWaitMs = 60_000

export interface Retries {
  /** Waits for the next attempt; false when there is none. */
  readonly again: (broken: Broken<unknown>) => Effect.Effect<boolean>
  /** The attempt got on: the next failure is the first again. */
  readonly reset: Effect.Effect<void>
}

export const makeRetries = (retries: number): Effect.Effect<Retries> =>
  Effect.map(
    Schedule.driver(
      Schedule.exponential("500 millis").pipe(
        Schedule.union(Schedule.spaced("20 seconds")),
        Schedule.jittered,
        Schedule.intersect(Schedule.recurs(retries))
      )
    ),
    (driver) => ({
      again: ({ afterMs, isPassing }) =>
        isPassing && afterMs <= longestWaitMs
          ? Effect.sleep(Duration.millis(afterMs)).pipe(
              Effect.zipRight(driver.next(undefined)),
              Effect.match({ onFailure: () => false, onSuccess: () => true })
            )
          : Effect.succeed(false),
      reset: driver.reset
    })
  )

/** No text of a refusal is longer than this. */
const longestText = 8192

const isPassingStatus = (status: number): boolean => status === 408 || status === 429 || status >= 500

/** The store said no. */
export const refusal = (
  target: Target,
  reason: "UploadRefused" | "DownloadRefused",
  response: HttpClientResponse.HttpClientResponse,
  facts: { readonly bytes: number; readonly requestId: string }
) =>
  Effect.gen(function* () {
    const decoder = new TextDecoder()
    const text = yield* response.stream.pipe(
      Stream.runFoldWhile(
        "",
        (all) => all.length < longestText,
        (all, bytes) => all + decoder.decode(bytes, { stream: true })
      ),
      Effect.orElseSucceed(() => "")
    )
    const { headers, status } = response
    const code = said(text, "Code")
    return new Broken(
      transferError(target, {
        ...facts,
        reason,
        status,
        code: code === "" ? undefined : code,
        detail: said(text, "Message")
      }),
      isPassingStatus(status),
      retryAfterMs(headers, yield* Clock.currentTimeMillis)
    )
  })

/** The connection broke, or was never made. */
export const disconnected = (
  target: Target,
  error: HttpClientError.HttpClientError,
  facts: { readonly bytes: number; readonly requestId: string }
) =>
  new Broken(
    transferError(target, {
      ...facts,
      reason: "Incomplete",
      detail: transportError({ operation: target.operation, secrets: [] }, failureOf(error)).detail
    }),
    !(error._tag === "RequestError" && error.reason === "InvalidUrl")
  )

export const stalled = (
  target: Target,
  idleTimeout: Duration.Duration,
  facts: { readonly bytes: number; readonly requestId: string }
) =>
  new Broken(
    transferError(target, {
      ...facts,
      reason: "Incomplete",
      detail: `nothing moved for ${Duration.format(idleTimeout)}`
    }),
    true
  )
