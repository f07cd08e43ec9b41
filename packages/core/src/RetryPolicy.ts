/**
 * When a failed call is repeated, and how long to wait before that.
 *
 * A call is repeated only where that cannot double an effect: when its contract says that sending it twice has the
 * effect of sending it once, when it was provably not sent (a refused connection), or when the service turned it away
 * unserved (throttling). No policy changes that. All attempts together keep the deadline of the call.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import { globalValue } from "effect/GlobalValue"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type { SessionError, VpcUnavailable } from "./AgentBayError.js"

/**
 * What a call can fail with before its answer was read.
 *
 * @since 0.1.0
 * @category models
 */
export type Failure = SessionError | VpcUnavailable

/**
 * A Schedule plus a classification.
 *
 * @since 0.1.0
 * @category models
 */
export interface RetryPolicy {
  /** How often a call is repeated and how long to wait before; its input is the failure. */
  readonly schedule: Schedule.Schedule<unknown, Failure>
  /** Which failures are worth another attempt, among those after which one is safe. */
  readonly isRetryable: (failure: Failure) => boolean
  /**
   * The longest wait that the service may ask for (`Retry-After`); it is waited even where the schedule says less.
   * A call that is asked to wait longer fails at once.
   */
  readonly maxRetryAfter: Duration.Duration
  /**
   * How many repetitions the client has in stock for all its calls together. Each takes one away, each call that
   * succeeds gives a tenth back, so that an outage does not multiply the load. `Infinity` for no limit.
   */
  readonly budget: number
}

/**
 * Failures that may pass: throttling, an unavailable service, a broken connection, an endpoint of a VPC that cannot be
 * reached.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isTransient = (failure: Failure): boolean =>
  failure._tag === "SessionError" ? failure.isRetryable : failure.reason === "EndpointUnreachable"

/**
 * A policy with the defaults of `standard` for what is not given.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * ```ts
 * import { AgentBayConfig, RetryPolicy } from "@effect-agentbay/core"
 * import { Schedule } from "effect"
 *
 * const patient = RetryPolicy.make({
 *   schedule: Schedule.spaced("2 seconds").pipe(Schedule.intersect(Schedule.recurs(30)))
 * })
 *
 * const config = AgentBayConfig.layer({ apiKey: "akm-…", retry: patient })
 * ```
 */
export const make = (options: {
  readonly schedule?: Schedule.Schedule<unknown, Failure> | undefined
  readonly isRetryable?: ((failure: Failure) => boolean) | undefined
  /** Default 30 seconds. */
  readonly maxRetryAfter?: Duration.DurationInput | undefined
  /** Default 20. */
  readonly budget?: number | undefined
}): RetryPolicy => ({
  schedule:
    options.schedule ??
    Schedule.exponential("200 millis").pipe(
      Schedule.either(Schedule.spaced("10 seconds")),
      Schedule.jittered,
      Schedule.intersect(Schedule.recurs(4))
    ),
  isRetryable: options.isRetryable ?? isTransient,
  maxRetryAfter: Duration.decode(options.maxRetryAfter ?? "30 seconds"),
  budget: options.budget ?? 20
})

/**
 * What a client does unless told otherwise: up to four repetitions, after about 0.2, 0.4, 0.8 and 1.6 seconds (each
 * between 80 and 120 % of that), of failures that may pass.
 *
 * @since 0.1.0
 * @category policies
 */
export const standard: RetryPolicy = make({})

/**
 * Never repeats anything. The client keeps its stock, for effects that have another policy (`withPolicy`).
 *
 * @since 0.1.0
 * @category policies
 */
export const none: RetryPolicy = make({ schedule: Schedule.stop })

/**
 * The policy of the calls of a fiber; none where that of the client holds.
 *
 * @since 0.1.0
 * @category references
 */
export const current: FiberRef.FiberRef<Option.Option<RetryPolicy>> = globalValue(
  "@effect-agentbay/core/RetryPolicy/current",
  () => FiberRef.unsafeMake(Option.none<RetryPolicy>())
)

/**
 * Another policy for the calls of one effect. The stock of repetitions stays that of the client.
 *
 * @since 0.1.0
 * @category combinators
 * @example
 * ```ts
 * import { RetryPolicy, type Session } from "@effect-agentbay/core"
 *
 * const once = (session: Session.Session.Service) =>
 *   session.fileSystem.readFileString("/tmp/a.txt").pipe(RetryPolicy.withPolicy(RetryPolicy.none))
 * ```
 */
export const withPolicy =
  (policy: RetryPolicy) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.locally(effect, current, Option.some(policy))
