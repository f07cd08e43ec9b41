/** What a pool counts. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"

const leases = Metric.gauge("agentbay_pool_leases", { description: "Sessions leased at the moment, by pool" })

const wait = Metric.histogram(
  "agentbay_pool_wait",
  // 1 ms to about 17 minutes.
  MetricBoundaries.exponential({ start: 1, factor: 2, count: 21 }),
  "Time until a lease was given or refused, by pool, in milliseconds"
)

const counter = (name: string, description: string) =>
  Metric.counter(name, { description, incremental: true })

const made = counter("agentbay_pool_sessions_made", "Sessions made, by pool")
const discarded = counter("agentbay_pool_sessions_discarded", "Sessions found unfit or not cleaned, by pool")
const timeouts = counter("agentbay_pool_timeouts", "Leases not given in time, by pool")

export const makePoolMetrics = (pool: string) => {
  const tagged = <Type, In, Out>(metric: Metric.Metric<Type, In, Out>) => Metric.tagged(metric, "pool", pool)
  let count = 0
  const gauge = tagged(leases)
  return {
    made: Metric.increment(tagged(made)),
    discarded: Metric.increment(tagged(discarded)),
    leased: (change: number) =>
      Effect.suspend(() => {
        count += change
        return Metric.set(gauge, count)
      }),
    waiting: <A, E extends { readonly _tag: string }, R>(
      effect: Effect.Effect<A, E, R>
    ): Effect.Effect<A, E, R> =>
      Effect.flatMap(Clock.currentTimeMillis, (startedAt) =>
        effect.pipe(
          Effect.tapError((error) =>
            error._tag === "PoolTimeout" ? Metric.increment(tagged(timeouts)) : Effect.void
          ),
          Effect.ensuring(
            Effect.flatMap(Clock.currentTimeMillis, (now) => Metric.update(tagged(wait), now - startedAt))
          )
        )
      )
  }
}
