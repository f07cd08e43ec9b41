/**
 * Limits on what a client sends: how many calls are under way at once, and how many begin per time. Without this layer
 * there are none.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/RateLimiter"
import { InvalidConfiguration } from "./AgentBayError.js"
import { withDeadline } from "./internal/deadline.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class RequestLimits extends Context.Tag("@effect-agentbay/core/RequestLimits")<
  RequestLimits,
  RequestLimits.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace RequestLimits {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Waits for its turn and runs the call with the time that is left; fails as `tooLate` says when its turn does not
     * come in time.
     */
    readonly admit: <A, E, R>(
      timeout: Duration.Duration,
      call: (timeLeft: Duration.Duration) => Effect.Effect<A, E, R>,
      tooLate: () => E
    ) => Effect.Effect<A, E, R>
  }
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * How many calls may be under way at once; others wait in order of arrival. A command that runs in a session is a
   * call for as long as it runs. Default: no limit.
   */
  readonly concurrency?: number | undefined
  /** How many calls may begin per `interval`, spread evenly. Default: no limit. */
  readonly rate?: { readonly calls: number; readonly interval: Duration.DurationInput } | undefined
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1

const reject = (field: string, value: unknown, rule: string) =>
  Effect.fail(new InvalidConfiguration({ field, value: String(value), rule }))

/**
 * Calls wait for their turn within their own timeout: one whose turn does not come in time fails with `SessionError`,
 * reason `Timeout`, phase `notSent`. Provide it to `AgentBay.layer`; the layers that share one instance share its
 * limits.
 *
 * Fails with `InvalidConfiguration` for a number that is not a whole one of at least 1, or an interval that is not
 * positive.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * ```ts
 * import { AgentBay, RequestLimits } from "@effect-agentbay/core"
 * import { Layer } from "effect"
 *
 * const gentle = AgentBay.layer.pipe(
 *   Layer.provide(RequestLimits.layer({ concurrency: 16, rate: { calls: 100, interval: "1 second" } }))
 * )
 * ```
 */
export const layer = (options: Options): Layer.Layer<RequestLimits, InvalidConfiguration> =>
  Layer.scoped(
    RequestLimits,
    Effect.gen(function* () {
      const { concurrency, rate } = options
      const whole = "it must be a whole number of at least 1"
      if (concurrency !== undefined && !isCount(concurrency))
        return yield* reject("concurrency", concurrency, whole)
      if (rate !== undefined && !isCount(rate.calls)) return yield* reject("rate.calls", rate.calls, whole)
      const interval = Duration.decode(rate?.interval ?? 1)
      if (!(Duration.toMillis(interval) > 0)) {
        return yield* reject("rate.interval", rate?.interval, "it must be a positive time")
      }
      const slots = concurrency === undefined ? undefined : yield* Effect.makeSemaphore(concurrency)
      const begin =
        rate === undefined
          ? Effect.void
          : (yield* RateLimiter.make({ limit: rate.calls, interval, algorithm: "token-bucket" }))(Effect.void)
      const take = slots === undefined ? Effect.void : slots.take(1)
      const release = slots === undefined ? Effect.void : slots.release(1)
      return {
        admit: (timeout, call, tooLate) =>
          Effect.uninterruptibleMask((restore) =>
            Effect.gen(function* () {
              const startedAt = yield* Clock.currentTimeMillis
              const timeLeft = Effect.map(Clock.currentTimeMillis, (now) =>
                Duration.subtract(timeout, Duration.millis(now - startedAt))
              )
              yield* restore(withDeadline(take, timeout, tooLate))
              return yield* restore(
                Effect.gen(function* () {
                  yield* withDeadline(begin, yield* timeLeft, tooLate)
                  return yield* call(yield* timeLeft)
                })
              ).pipe(Effect.ensuring(release))
            })
          )
      }
    })
  )
