/**
 * Sessions kept ready: made before they are needed, handed out one user at a time, cleaned or replaced in between.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Pool from "effect/Pool"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as AgentBay from "./AgentBay.js"
import type { InvalidArgument } from "./AgentBayError.js"
import { makeLine } from "./internal/line.js"
import { makePoolMetrics } from "./internal/poolMetrics.js"
import { ensure, ensureTimeout } from "./internal/validate.js"
import type { Session } from "./Session.js"

/**
 * No session became free in time. Nothing was handed out; what the pool was making for the one who waited stays in it.
 *
 * @since 0.1.0
 * @category errors
 */
export class PoolTimeout extends Schema.TaggedError<PoolTimeout>("@effect-agentbay/core/PoolTimeout")(
  "PoolTimeout",
  {
    pool: Schema.String,
    /** Milliseconds. */
    waitedMs: Schema.Number,
    max: Schema.Int
  }
) {
  override get message(): string {
    return `Pool ${this.pool}: no session became free within ${this.waitedMs} ms (at most ${this.max} sessions). Raise max, hold leases for a shorter time, or give leaseTimeout more time.`
  }
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** What the sessions should be like. */
  readonly session?: AgentBay.CreateParams | undefined
  /** How many sessions are kept at least; they are made at once, in the background. Default 0. */
  readonly min?: number | undefined
  /** How many there are at most, leased ones included. */
  readonly max: number
  /**
   * How old a session may be when it is handed out; an older one is replaced. Keep it below the time after which the
   * service or a policy ends sessions. Default 20 minutes.
   */
  readonly timeToLive?: Duration.DurationInput | undefined
  /**
   * What makes a session fit to be handed out: `status` asks the service whether it is running, one request; `none`
   * asks nothing; or an effect of yours, where a failure means no. Default `status`.
   */
  readonly check?:
    | "status"
    | "none"
    | ((session: Session.Service) => Effect.Effect<boolean, unknown>)
    | undefined
  /**
   * What happens to a session after a lease: `dispose` deletes it, `keep` hands it out again as it is, an effect of
   * yours cleans it first (when that fails, the session is deleted). Default `dispose`: no user sees what another left.
   */
  readonly afterLease?:
    | "dispose"
    | "keep"
    | ((session: Session.Service) => Effect.Effect<void, unknown>)
    | undefined
  /** How long a lease is waited for, in order of arrival. Default 2 minutes. */
  readonly leaseTimeout?: Duration.DurationInput | undefined
  /** For metrics and errors. Default `default`. */
  readonly name?: string | undefined
}

/**
 * Why there is no lease: sessions cannot be made, or none became free in time.
 *
 * @since 0.1.0
 * @category errors
 */
export type LeaseError = AgentBay.CreateError | PoolTimeout

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionPool extends Context.Tag("@effect-agentbay/core/SessionPool")<
  SessionPool,
  SessionPool.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionPool {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * A session that is yours until the scope closes. Do not delete it; when it is broken, `discard` it.
     *
     * Fails with `PoolTimeout` when none becomes free in time, and as `AgentBay.create` does when none can be made.
     */
    readonly lease: Effect.Effect<Session.Service, LeaseError, Scope.Scope>
    /** Leases a session for one effect. */
    readonly use: <A, E, R>(
      effect: (session: Session.Service) => Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E | LeaseError, R>
    /** How many sessions there are at most. */
    readonly max: number
    /** Deletes a session when its lease ends, whatever happens after leases otherwise. */
    readonly discard: (session: Session.Service) => Effect.Effect<void>
  }
}

const operation = "SessionPool.make"

const isWhole = (value: number, least: number): boolean => Number.isInteger(value) && value >= least

const isRunning = (session: Session.Service): Effect.Effect<boolean, unknown> =>
  Effect.map(session.status, ({ status }) => status === "RUNNING")

/**
 * A pool for as long as the scope is open; closing it waits for leases and deletes all sessions.
 *
 * Fails with `InvalidArgument` when `min` and `max` are not whole numbers with `0 <= min <= max` and `1 <= max`, or a
 * time is not positive.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * ```ts
 * import { SessionPool } from "@effect-agentbay/core"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const pool = yield* SessionPool.make({ session: { imageId: "code_latest" }, min: 2, max: 8 })
 *   return yield* Effect.forEach(
 *     ["1 + 1", "6 * 7", "2 ** 10"],
 *     (expression) => pool.use(({ code }) => code.run("python", expression)),
 *     { concurrency: "unbounded" }
 *   )
 * }).pipe(Effect.scoped)
 * ```
 */
export const make = (
  options: Options
): Effect.Effect<SessionPool.Service, InvalidArgument, AgentBay.AgentBay | Scope.Scope> =>
  Effect.gen(function* () {
    const { afterLease = "dispose", check = "status", max, min = 0, name = "default" } = options
    yield* ensure(isWhole(max, 1), operation, "max", max, "it must be a whole number of at least 1")
    yield* ensure(
      isWhole(min, 0) && min <= max,
      operation,
      "min",
      min,
      "it must be a whole number from 0 to max"
    )
    const timeToLive = yield* ensureTimeout(operation, "timeToLive", options.timeToLive ?? "20 minutes")
    const patience = yield* ensureTimeout(operation, "leaseTimeout", options.leaseTimeout ?? "2 minutes")
    const bay = yield* AgentBay.AgentBay
    const metrics = makePoolMetrics(name)
    const pool = yield* Pool.makeWithTTL({
      acquire: Effect.tap(bay.session(options.session), () => metrics.made),
      min,
      max,
      timeToLive,
      timeToLiveStrategy: "creation"
    })
    const line = makeLine(max)
    const unwanted = new WeakSet<Session.Service>()
    const isFit = check === "none" ? () => Effect.succeed(true) : check === "status" ? isRunning : check

    /**
     * Takes a session out of the pool. Whoever stops waiting goes at once: what the pool hands over later goes back.
     */
    const take: Effect.Effect<
      { readonly session: Session.Service; readonly scope: Scope.CloseableScope },
      AgentBay.CreateError
    > = Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const taking = yield* Effect.forkDaemon(
          Effect.interruptible(Scope.extend(Effect.exit(pool.get), scope))
        )
        const putBack = Effect.zipRight(Fiber.interrupt(taking), Scope.close(scope, Exit.void))
        const exit = yield* Effect.onInterrupt(restore(Fiber.join(taking)), () => Effect.forkDaemon(putBack))
        if (Exit.isFailure(exit)) yield* Scope.close(scope, Exit.void)
        return { session: yield* exit, scope }
      })
    )

    /** Takes until one is fit; what is not is replaced. */
    const takeFit: typeof take = Effect.flatMap(take, (taken) =>
      isFit(taken.session).pipe(
        Effect.orElseSucceed(() => false),
        Effect.onInterrupt(() => Scope.close(taken.scope, Exit.void)),
        Effect.flatMap((fit) =>
          fit
            ? Effect.succeed(taken)
            : metrics.discarded.pipe(
                Effect.zipRight(pool.invalidate(taken.session)),
                Effect.zipRight(Scope.close(taken.scope, Exit.void)),
                Effect.zipRight(Effect.suspend(() => takeFit))
              )
        )
      )
    )

    /** In order of arrival. */
    const takeInTurn: typeof take = Effect.uninterruptibleMask((restore) =>
      Effect.zipRight(
        line.take,
        Effect.onExit(restore(takeFit), (exit) => (Exit.isFailure(exit) ? line.leave : Effect.void))
      )
    )

    const clean = (session: Session.Service): Effect.Effect<boolean> =>
      unwanted.has(session) || afterLease === "dispose"
        ? Effect.succeed(false)
        : afterLease === "keep"
          ? Effect.succeed(true)
          : Effect.match(Effect.sandbox(afterLease(session)), {
              onSuccess: () => true,
              onFailure: () => false
            })

    const lease: SessionPool.Service["lease"] = Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const { scope, session } = yield* restore(
          Effect.timeoutFail(takeInTurn, {
            duration: patience,
            onTimeout: () => new PoolTimeout({ pool: name, waitedMs: Duration.toMillis(patience), max })
          })
        ).pipe(metrics.waiting)
        yield* metrics.leased(1)
        yield* Effect.addFinalizer(() =>
          Effect.flatMap(clean(session), (isClean) =>
            isClean ? Effect.void : Effect.zipRight(metrics.discarded, pool.invalidate(session))
          ).pipe(
            Effect.zipRight(Scope.close(scope, Exit.void)),
            Effect.ensuring(line.leave),
            Effect.zipRight(metrics.leased(-1))
          )
        )
        return session
      })
    ).pipe(Effect.withSpan("SessionPool.lease", { attributes: { "agentbay.pool": name } }))

    return {
      max,
      lease,
      use: (effect) => Effect.scoped(Effect.flatMap(lease, effect)),
      discard: (session) => Effect.sync(() => void unwanted.add(session))
    }
  })

/**
 * Does work for each of many things in a leased session, as many at once as the pool has sessions. The results stand in
 * the order of the things; what failed is an element like the others.
 *
 * @since 0.1.0
 * @category combinators
 * @example
 * ```ts
 * import { SessionPool } from "@effect-agentbay/core"
 * import { Effect, Either } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const pool = yield* SessionPool.SessionPool
 *   const results = yield* SessionPool.forEach(pool, ["a.py", "b.py"], ({ command }, file) =>
 *     command.run(`python3 ${file}`)
 *   )
 *   return results.filter(Either.isRight).length
 * })
 * ```
 */
export const forEach = <A, B, E, R>(
  pool: SessionPool.Service,
  things: Iterable<A>,
  work: (session: Session.Service, thing: A, index: number) => Effect.Effect<B, E, R>
): Effect.Effect<ReadonlyArray<Either.Either<B, E | LeaseError>>, never, R> =>
  Effect.forEach(
    things,
    (thing, index) => Effect.either(pool.use((session) => work(session, thing, index))),
    { concurrency: pool.max }
  )

/**
 * `forEach` over a stream: results come as they are ready, each with its thing, and nothing is read ahead of the
 * sessions.
 *
 * @since 0.1.0
 * @category combinators
 */
export const mapStream = <A, E1, R1, B, E, R>(
  pool: SessionPool.Service,
  things: Stream.Stream<A, E1, R1>,
  work: (session: Session.Service, thing: A) => Effect.Effect<B, E, R>
): Stream.Stream<{ readonly thing: A; readonly result: Either.Either<B, E | LeaseError> }, E1, R1 | R> =>
  Stream.mapEffect(
    things,
    (thing) =>
      Effect.map(Effect.either(pool.use((session) => work(session, thing))), (result) => ({ thing, result })),
    { concurrency: pool.max, unordered: true }
  )

/**
 * A pool as a service.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<SessionPool, InvalidArgument, AgentBay.AgentBay> =>
  Layer.scoped(SessionPool, make(options))
