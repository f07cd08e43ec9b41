/**
 * Every call passes here: it waits for its turn where there are limits, and is repeated by the policy of the client,
 * within its stock of repetitions.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import * as AgentBayConfig from "../AgentBayConfig.js"
import { noteRetry } from "../internal/telemetry.js"
import * as Wire from "../internal/wire.js"
import { RequestLimits } from "../RequestLimits.js"
import * as RetryPolicy from "../RetryPolicy.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Repeatable<E> {
  /** For metrics and logs: the action or tool, and the way it takes. */
  readonly operation: string
  readonly route: string
  /** Sending it twice has the effect of sending it once. */
  readonly idempotent: boolean
  /** All attempts together end by then. */
  readonly timeout: Duration.Duration
  /** The failure of a call whose turn does not come in time (`RequestLimits`). */
  readonly tooLate: () => E
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Retries extends Context.Tag("@effect-agentbay/core/Retries")<Retries, Retries.Service>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace Retries {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Runs attempts until one succeeds or no further one is due; each is told how much of the time is left. Fails
     * with the failure of the last one.
     */
    readonly run: <A, E, R>(
      call: Repeatable<E>,
      attempt: (timeLeft: Duration.Duration) => Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E, R>
  }
}

const isFailure = (error: unknown): error is RetryPolicy.Failure =>
  typeof error === "object" &&
  error !== null &&
  "_tag" in error &&
  (error._tag === "SessionError" || error._tag === "VpcUnavailable")

/** Another attempt cannot double an effect. */
const isSafe = (failure: RetryPolicy.Failure, idempotent: boolean): boolean =>
  idempotent ||
  failure._tag === "VpcUnavailable" ||
  failure.phase === "notSent" ||
  failure.reason === "Throttled"

const askedToWait = (failure: RetryPolicy.Failure): number =>
  failure._tag === "SessionError" ? (failure.retryAfterMs ?? 0) : 0

/** The stock is counted in tenths: what a repetition takes away, of which a call that succeeds gives one back. */
const repetition = 10

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (policy: RetryPolicy.RetryPolicy): Effect.Effect<Retries.Service> =>
  Effect.map(Effect.serviceOption(RequestLimits), (limits) => {
    const most = policy.budget * repetition
    let stock = most

    /** How long to wait before the next attempt; none when there is none. */
    const next = (
      call: Repeatable<unknown>,
      failure: RetryPolicy.Failure,
      own: RetryPolicy.RetryPolicy,
      state: unknown,
      endsAt: number
    ) =>
      Effect.gen(function* () {
        if (!isSafe(failure, call.idempotent) || !own.isRetryable(failure)) return undefined
        const asked = askedToWait(failure)
        if (asked > Duration.toMillis(own.maxRetryAfter) || stock < repetition) return undefined
        const now = yield* Clock.currentTimeMillis
        const [nextState, , decision] = yield* own.schedule.step(now, failure, state)
        if (ScheduleDecision.isDone(decision)) return undefined
        const wait = Math.max(ScheduleIntervals.start(decision.intervals) - now, asked)
        // Waiting for an attempt that has no time left would only cost the caller that time.
        if (now + wait >= endsAt) return undefined
        stock -= repetition
        return { wait, state: nextState }
      })

    const run = <A, E, R>(
      call: Repeatable<E>,
      attempt: (timeLeft: Duration.Duration) => Effect.Effect<A, E, R>
    ): Effect.Effect<A, E, R> => {
      const admitted = Option.isNone(limits)
        ? attempt
        : (timeLeft: Duration.Duration) => limits.value.admit(timeLeft, attempt, call.tooLate)
      const recover = (
        error: E,
        own: RetryPolicy.RetryPolicy,
        state: unknown,
        endsAt: number
      ): Effect.Effect<A, E, R> =>
        isFailure(error)
          ? Effect.flatMap(next(call, error, own, state, endsAt), (due) =>
              due === undefined
                ? Effect.fail(error)
                : noteRetry(call.operation, call.route, error, due.wait).pipe(
                    Effect.zipRight(Effect.sleep(due.wait)),
                    Effect.zipRight(Clock.currentTimeMillis),
                    Effect.flatMap((now) => admitted(Duration.millis(endsAt - now))),
                    Effect.catchAll((another) => recover(another, own, due.state, endsAt))
                  )
            )
          : Effect.fail(error)
      return Wire.conclude(admitted(call.timeout), (fiber) => {
        const clock = Context.get(fiber.getFiberRef(DefaultServices.currentServices), Clock.Clock)
        const endsAt = clock.unsafeCurrentTimeMillis() + Duration.toMillis(call.timeout)
        return (exit) => {
          if (Exit.isSuccess(exit)) {
            stock = Math.min(most, stock + 1)
            return exit
          }
          const error = Cause.failureOption(exit.cause)
          if (Option.isNone(error)) return exit
          const own = Option.getOrElse(fiber.getFiberRef(RetryPolicy.current), () => policy)
          return recover(error.value, own, own.schedule.initial, endsAt)
        }
      })
    }

    return { run }
  })

/**
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Retries, never, AgentBayConfig.AgentBayConfig> = Layer.effect(
  Retries,
  Effect.flatMap(AgentBayConfig.AgentBayConfig, ({ retry }) => make(retry))
)

/**
 * The one shared by all transports of a client, or one of its own where a transport is used alone.
 *
 * @since 0.1.0
 * @category constructors
 */
export const shared: Effect.Effect<Retries.Service, never, AgentBayConfig.AgentBayConfig> = Effect.flatMap(
  Effect.serviceOption(Retries),
  Option.match({
    onNone: () => Effect.flatMap(AgentBayConfig.AgentBayConfig, ({ retry }) => make(retry)),
    onSome: Effect.succeed
  })
)
