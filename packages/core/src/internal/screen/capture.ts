/** Taking pictures of the screen, on desktops and on Android, whichever way the session offers. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { InvalidArgument, SessionError, ToolError, VpcUnavailable } from "../../AgentBayError.js"
import type { ImageFormat } from "../../contract/tools/CaptureTools.js"
import * as CaptureTools from "../../contract/tools/CaptureTools.js"
import { type AccountRuntime, callTool, type SessionRuntime } from "../../session/SessionRuntime.js"
import { withDeadline } from "../deadline.js"
import { isMissingTool } from "../files/fileError.js"
import { type CallFacts, failureOf, sessionError, timeoutError, transportError } from "../httpFailure.js"
import { quietClient } from "../quietClient.js"
import { ensure } from "../validate.js"
import { readBytes, readFormat, readImage, type Screenshot, unreadable } from "./image.js"

type CaptureFailure = SessionError | VpcUnavailable | ToolError

const factsOf = (runtime: SessionRuntime, operation: string, requestId: string) => ({
  operation,
  sessionId: runtime.sessionId,
  requestId
})

/** The picture itself, from the tool that sends it. */
const takeDirectly = (
  runtime: SessionRuntime,
  operation: string,
  format: ImageFormat
): Effect.Effect<Screenshot, CaptureFailure> =>
  Effect.flatMap(
    callTool(runtime, CaptureTools.screenshot, { format }, { operation }),
    ({ requestId, value }) => readImage(factsOf(runtime, operation, requestId), value, format)
  )

const takeLink = (
  runtime: SessionRuntime,
  operation: string
): Effect.Effect<{ readonly url: Redacted.Redacted; readonly requestId: string }, CaptureFailure> =>
  Effect.flatMap(
    callTool(runtime, CaptureTools.systemScreenshot, {}, { operation }),
    ({ requestId, value }) => {
      const url = value.trim()
      return /^https?:\/\/\S+$/i.test(url)
        ? Effect.succeed({ url: Redacted.make(url), requestId })
        : Effect.fail(
            unreadable(factsOf(runtime, operation, requestId), "the tool did not answer with a link")
          )
    }
  )

/** A link that carries its own permission: nothing of ours travels with the request, and it stands in no message. */
const download = (
  { config, httpClient }: AccountRuntime,
  facts: CallFacts,
  url: Redacted.Redacted
): Effect.Effect<Uint8Array, SessionError> => {
  const deadline = config.timeouts.request
  return Effect.gen(function* () {
    const { arrayBuffer, status } = yield* quietClient(httpClient).get(Redacted.value(url))
    if (status === 200) return new Uint8Array(yield* arrayBuffer)
    return yield* Effect.fail(
      sessionError(facts, {
        reason: status >= 500 || status === 429 ? "Unavailable" : "NotFound",
        phase: "sent",
        status,
        detail: "the link to the picture does not lead to it"
      })
    )
  }).pipe(
    Effect.catchTags({
      RequestError: (error) => Effect.fail(transportError(facts, failureOf(error))),
      ResponseError: (error) => Effect.fail(transportError(facts, failureOf(error)))
    }),
    (work) => withDeadline(work, deadline, () => timeoutError(facts, deadline))
  )
}

const takeByLink = (runtime: SessionRuntime, operation: string): Effect.Effect<Screenshot, CaptureFailure> =>
  Effect.flatMap(takeLink(runtime, operation), ({ requestId, url }) => {
    const facts = factsOf(runtime, operation, requestId)
    return Effect.flatMap(download(runtime.account, { ...facts, secrets: [url] }, url), (bytes) =>
      readBytes(facts, bytes)
    )
  })

const isNotOffered = (error: CaptureFailure): boolean =>
  error._tag === "ToolError"
    ? isMissingTool(error)
    : error._tag === "VpcUnavailable" && error.reason === "NoServerForTool"

/**
 * The screen as a picture. A session with a link has the tool that sends the picture; the others have the one that
 * answers with a link to it, which is always a PNG. Where the one is not offered the other is tried.
 */
export const takeScreenshot = (
  runtime: SessionRuntime,
  operation: string,
  format: string | undefined
): Effect.Effect<Screenshot, CaptureFailure | InvalidArgument> =>
  Effect.gen(function* () {
    const wanted = yield* readFormat(operation, format)
    const direct = takeDirectly(runtime, operation, wanted)
    const linked = takeByLink(runtime, operation)
    const [first, second] = Option.isSome(runtime.connection().linkUrl) ? [direct, linked] : [linked, direct]
    return yield* Effect.catchIf(first, isNotOffered, (error) =>
      Effect.catchIf(second, isNotOffered, () => Effect.fail(error))
    )
  }).pipe(Effect.withSpan(operation))

/** The link alone, which the service keeps for about an hour. */
export const takeScreenshotUrl = (
  runtime: SessionRuntime,
  operation: string
): Effect.Effect<Redacted.Redacted, CaptureFailure> =>
  takeLink(runtime, operation).pipe(
    Effect.map(({ url }) => url),
    Effect.withSpan(operation)
  )

export interface LongScreenshotOptions {
  readonly maxScreens?: number | undefined
  readonly format?: string | undefined
  readonly quality?: number | undefined
}

/** Up to `maxScreens` (2 to 10, default 4) screens in one picture; `quality` 1 to 100. */
export const takeLongScreenshot = (
  runtime: SessionRuntime,
  operation: string,
  { format, maxScreens = 4, quality }: LongScreenshotOptions
): Effect.Effect<Screenshot, CaptureFailure | InvalidArgument> =>
  Effect.gen(function* () {
    const within = (field: string, value: number, least: number, most: number) =>
      ensure(
        Number.isInteger(value) && value >= least && value <= most,
        operation,
        field,
        value,
        `it must be a whole number from ${least} to ${most}`
      )
    yield* within("maxScreens", maxScreens, 2, 10)
    if (quality !== undefined) yield* within("quality", quality, 1, 100)
    const wanted = yield* readFormat(operation, format)
    const { requestId, value } = yield* callTool(
      runtime,
      CaptureTools.longScreenshot,
      { max_screens: maxScreens, format: wanted, ...(quality === undefined ? {} : { quality }) },
      { operation }
    )
    return yield* readImage(factsOf(runtime, operation, requestId), value, wanted)
  }).pipe(Effect.withSpan(operation))
