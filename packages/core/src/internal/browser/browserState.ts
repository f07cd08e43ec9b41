/** What is known of the browser of one session. It is shared by the browser and its operator. */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { BrowserError } from "../../AgentBayError.js"
import type { BrowserOption } from "../../session/BrowserOption.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"

export interface Initialized {
  /** None for a browser that was attached to. */
  readonly option: Option.Option<BrowserOption>
  /** The option as it travelled, for comparison. */
  readonly wire: string
  endpoint: Redacted.Redacted | undefined
}

export interface BrowserState {
  current: Initialized | undefined
  /** One change at a time. */
  readonly lock: Effect.Semaphore
}

export const makeBrowserState = (): BrowserState => ({
  current: undefined,
  lock: Effect.unsafeMakeSemaphore(1)
})

/** Fails unless the browser is known to run. */
export const requireInitialized = (
  { current }: BrowserState,
  runtime: SessionRuntime,
  operation: string
): Effect.Effect<Initialized, BrowserError> =>
  current === undefined
    ? Effect.fail(
        new BrowserError({
          reason: "NotInitialized",
          operation,
          sessionId: runtime.sessionId,
          detail: "the browser is not initialized"
        })
      )
    : Effect.succeed(current)
