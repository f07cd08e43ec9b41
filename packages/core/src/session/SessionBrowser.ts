/**
 * The browser of a session: `session.browser`. It is driven over the DevTools protocol, with Playwright or anything
 * else that speaks it, or in words by `session.browser.operator`.
 *
 * Needs an image with a browser: `browser_latest`, `linux_latest`.
 *
 * Source: session automation modules, sections 11 and 12.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import {
  BrowserError,
  type InvalidArgument,
  type SessionError,
  type ToolError,
  type VpcUnavailable
} from "../AgentBayError.js"
import { GetCdpLink, GetLink } from "../contract/actions/SessionActions.js"
import { InitBrowser } from "../contract/actions/ToolActions.js"
import { stopChrome } from "../contract/tools/BrowserTools.js"
import { type BrowserState, makeBrowserState, requireInitialized } from "../internal/browser/browserState.js"
import { makeNotifications } from "../internal/browser/notifications.js"
import type { PicturePage } from "../internal/browser/page.js"
import { takePicture } from "../internal/browser/takePicture.js"
import { ensure, ensureTimeout } from "../internal/validate.js"
import { profilePath } from "../storage/BrowserContext.js"
import * as SessionSocket from "../transport/SessionSocket.js"
import type { BrowserNotification, Message, TakeoverRequested } from "./BrowserNotification.js"
import * as BrowserOperator from "./BrowserOperator.js"
import * as BrowserOption from "./BrowserOption.js"
import { callTool, type SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category models
 */
export type { PicturePage } from "../internal/browser/page.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface ScreenshotOptions {
  /** The whole page, with everything that loads when it is scrolled to; else what the viewport shows. Default true. */
  readonly fullPage?: boolean | undefined
  /** Default `png`. */
  readonly type?: "png" | "jpeg" | undefined
  /** Of a JPEG, from 0 to 100. Default: that of the browser. */
  readonly quality?: number | undefined
  /** For everything together. Default 60 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
  /**
   * The viewport during the picture, in pixels. Default: as it is. A page whose viewport follows its window keeps the
   * size it had as a fixed one afterwards.
   */
  readonly viewport?: { readonly width: number; readonly height: number } | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface PageScreenshot {
  readonly bytes: Uint8Array
  readonly mediaType: "image/png" | "image/jpeg"
}

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionBrowser extends Context.Tag("@effect-agentbay/core/SessionBrowser")<
  SessionBrowser,
  SessionBrowser.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionBrowser {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Starts the browser. Calls at the same time start it once; a further call with the same options does nothing.
     * Whether it is recorded follows `enableBrowserReplay` of the session's creation, and the service's choice where
     * that was left out.
     *
     * Fails with `BrowserError`: `AlreadyInitialized` when it runs with other options (nothing is sent),
     * `InitializeFailed` when the service names no browser; with `InvalidArgument` for an option that is refused
     * (nothing is sent), `SessionError` when the service, or the way to it, failed.
     *
     * @example
     * ```ts
     * import { SessionBrowser } from "@effect-agentbay/core"
     * import { Effect, Redacted } from "effect"
     *
     * const address = Effect.gen(function* () {
     *   const browser = yield* SessionBrowser.SessionBrowser
     *   yield* browser.initialize({ viewport: { width: 1280, height: 720 } })
     *   return Redacted.value(yield* browser.endpointUrl)
     * })
     * ```
     */
    readonly initialize: (
      option?: BrowserOption.BrowserOptionInput
    ) => Effect.Effect<void, BrowserError | InvalidArgument | SessionError>
    /**
     * Takes up a browser that runs already, such as that of a session found by its id, without starting it anew. The
     * service is asked for its endpoint, which is also how to get a fresh one.
     *
     * Fails with `BrowserError`, reason `EndpointMissing`, and with `SessionError` when the service refuses or fails.
     */
    readonly attach: Effect.Effect<void, BrowserError | SessionError>
    readonly isInitialized: Effect.Effect<boolean>
    /** What the browser was started with; none while it is not, or was attached to. */
    readonly option: Effect.Effect<Option.Option<BrowserOption.BrowserOption>>
    /**
     * The WebSocket URL of the DevTools protocol, for `connectOverCDP` of Playwright. Whoever has it controls the
     * browser. It is asked for once and remembered until `destroy`; `attach` asks again.
     *
     * Fails with `BrowserError` (`NotInitialized`, `EndpointMissing`) and `SessionError`.
     */
    readonly endpointUrl: Effect.Effect<Redacted.Redacted, BrowserError | SessionError>
    /**
     * Ends the browser. Fails with `BrowserError`, reason `NotInitialized`, when it is not initialized, and with
     * `ToolError` when the session could not end it, such as one that has ended itself; in both cases `initialize`
     * starts anew. After `SessionError` and `VpcUnavailable` the browser counts as running.
     */
    readonly destroy: Effect.Effect<void, BrowserError | SessionError | VpcUnavailable | ToolError>
    /**
     * A picture of a Playwright page of yours, taken by your own Playwright. With `fullPage` (the default) the page is
     * scrolled to its end and pictures that load late are waited for; scroll position and viewport are put back.
     *
     * Fails with `BrowserError` (`NotInitialized`, `ScreenshotFailed`) and `InvalidArgument`.
     */
    readonly screenshot: (
      page: PicturePage,
      options?: ScreenshotOptions
    ) => Effect.Effect<PageScreenshot, BrowserError | InvalidArgument>
    /**
     * What the browser says by itself, from now on: that a human is needed (started with `callForUser`), that it solves a
     * captcha (`solveCaptchas`) or logs in (`autoLogin`). Any number may listen; ending a stream ends nothing else.
     *
     * Fails with `ChannelUnavailable` where the session has no live channel, and `ChannelError` when the first connection
     * cannot be made, a later one is refused for good, or the session is deleted. Over other losses of the connection it
     * goes on, with `Reconnected` in place of what is missing.
     */
    readonly notifications: Stream.Stream<BrowserNotification, SessionSocket.Failure>
    /**
     * Tells the browser that a human has done what it asked for under this id. It is not answered: success means that it
     * left. Fails as `notifications` does, and with `InvalidArgument` for an id that is no whole number.
     */
    readonly takeoverDone: (id: number) => Effect.Effect<void, SessionSocket.Failure>
    /**
     * Lets a human in whenever the browser asks for one: runs the handler, then says `takeoverDone`. Handlers may run at
     * the same time. One that takes longer than the browser waits is interrupted, and nothing is said. Where the connection
     * is lost meanwhile, it is said over the next one. Goes on until it is interrupted; fails as `notifications` does, or as
     * the handler.
     *
     * @example
     * ```ts
     * import { SessionBrowser } from "@effect-agentbay/core"
     * import { Effect } from "effect"
     *
     * const withHelp = <A, E, R>(work: Effect.Effect<A, E, R>, ask: (what: string) => Effect.Effect<void>) =>
     *   Effect.flatMap(SessionBrowser.SessionBrowser, (browser) =>
     *     Effect.raceFirst(work, browser.handOver(({ message }) => ask(message)))
     *   )
     * ```
     */
    readonly handOver: <E, R>(
      handler: (request: TakeoverRequested) => Effect.Effect<void, E, R>
    ) => Effect.Effect<never, SessionSocket.Failure | E, R>
    /** Any other message to the browser. Fails as `takeoverDone` does, for `id` and `code`. */
    readonly notify: (message: Message) => Effect.Effect<void, SessionSocket.Failure>
    /** Uses the pages of this browser by instructions in words. */
    readonly operator: BrowserOperator.BrowserOperator.Service
  }
}

const module = "SessionBrowser"

const initialize = Effect.fn(`${module}.initialize`)(function* (
  runtime: SessionRuntime,
  state: BrowserState,
  input: BrowserOption.BrowserOptionInput
) {
  const operation = `${module}.initialize`
  const { account, enableBrowserReplay, sessionId } = runtime
  const option = yield* BrowserOption.make(input, operation)
  const browserOption = BrowserOption.toWire(option, Option.getOrUndefined(enableBrowserReplay))
  const wire = JSON.stringify(browserOption)
  if (state.current !== undefined) {
    if (state.current.wire === wire) return
    const detail = Option.isNone(state.current.option)
      ? "the browser was attached to, and what it was started with is not known"
      : "the browser runs with other options"
    return yield* Effect.fail(
      new BrowserError({ reason: "AlreadyInitialized", operation, sessionId, detail })
    )
  }
  const { data, requestId } = yield* account.controlPlane.call(
    InitBrowser,
    { sessionId, persistentPath: profilePath, browserOption },
    { operation, sessionId, secrets: BrowserOption.secretsOf(option) }
  )
  if (Option.isNone(data.port)) {
    const detail = "the service named no port of a browser"
    return yield* Effect.fail(
      new BrowserError({ reason: "InitializeFailed", operation, sessionId, requestId, detail })
    )
  }
  state.current = { option: Option.some(option), wire, endpoint: undefined }
})

/** Services of the first generation do not know the action; there a link without a port leads to the browser. */
const askForEndpoint = (
  { account, sessionId }: SessionRuntime,
  operation: string
): Effect.Effect<Redacted.Redacted, BrowserError | SessionError> =>
  account.controlPlane.call(GetCdpLink, { sessionId }, { operation, sessionId }).pipe(
    Effect.catchIf(
      (error) => error.reason === "Unsupported",
      () => account.controlPlane.call(GetLink, { sessionId }, { operation, sessionId })
    ),
    Effect.flatMap(({ data, requestId }) =>
      Option.match(data.url, {
        onSome: (url) => Effect.succeed(Redacted.make(url)),
        onNone: () =>
          Effect.fail(
            new BrowserError({
              reason: "EndpointMissing",
              operation,
              sessionId,
              requestId,
              detail: "the answer has no Url"
            })
          )
      })
    )
  )

const screenshot = Effect.fn(`${module}.screenshot`)(function* (
  runtime: SessionRuntime,
  state: BrowserState,
  page: PicturePage,
  { fullPage = true, quality, timeout: time = "60 seconds", type = "png", viewport }: ScreenshotOptions
) {
  const operation = `${module}.screenshot`
  const timeout = yield* ensureTimeout(operation, "timeout", time)
  yield* ensure(type === "png" || type === "jpeg", operation, "type", type, "it must be png or jpeg")
  yield* ensure(
    quality === undefined || (type === "jpeg" && Number.isInteger(quality) && quality >= 0 && quality <= 100),
    operation,
    "quality",
    quality,
    "it must be a whole number from 0 to 100, and only a jpeg has one"
  )
  const isSide = (side: number) => Number.isInteger(side) && side > 0
  yield* ensure(
    viewport === undefined || (isSide(viewport.width) && isSide(viewport.height)),
    operation,
    "viewport",
    viewport,
    "its sides must be positive whole numbers"
  )
  yield* requireInitialized(state, runtime, operation)
  const bytes = yield* Effect.mapError(
    takePicture(page, { fullPage, quality, timeoutMs: Duration.toMillis(timeout), type, viewport }),
    (detail) =>
      new BrowserError({ reason: "ScreenshotFailed", operation, sessionId: runtime.sessionId, detail })
  )
  return { bytes, mediaType: `image/${type}` } satisfies PageScreenshot
})

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  runtime: SessionRuntime,
  socket: SessionSocket.SessionSocket.Service = SessionSocket.make(runtime)
): SessionBrowser.Service => {
  const state = makeBrowserState()
  const alone = state.lock.withPermits(1)
  return {
    initialize: (option = {}) => alone(initialize(runtime, state, option)),
    attach: alone(
      Effect.map(askForEndpoint(runtime, `${module}.attach`), (endpoint) => {
        state.current = { option: Option.none(), wire: "", ...state.current, endpoint }
      })
    ).pipe(Effect.withSpan(`${module}.attach`)),
    isInitialized: Effect.sync(() => state.current !== undefined),
    option: Effect.sync(() => Option.flatMap(Option.fromNullable(state.current), ({ option }) => option)),
    endpointUrl: alone(
      Effect.gen(function* () {
        const operation = `${module}.endpointUrl`
        const current = yield* requireInitialized(state, runtime, operation)
        current.endpoint ??= yield* askForEndpoint(runtime, operation)
        return current.endpoint
      })
    ).pipe(Effect.withSpan(`${module}.endpointUrl`)),
    destroy: alone(
      Effect.gen(function* () {
        const operation = `${module}.destroy`
        yield* requireInitialized(state, runtime, operation)
        const forget = Effect.sync(() => {
          state.current = undefined
        })
        yield* callTool(runtime, stopChrome, {}, { operation }).pipe(
          Effect.tap(forget),
          Effect.tapErrorTag("ToolError", () => forget)
        )
      })
    ).pipe(Effect.withSpan(`${module}.destroy`)),
    screenshot: (page, options = {}) => screenshot(runtime, state, page, options),
    ...makeNotifications(socket),
    operator: BrowserOperator.make(runtime, (operation) => requireInitialized(state, runtime, operation))
  }
}
