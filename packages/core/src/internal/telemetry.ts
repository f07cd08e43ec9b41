/** Spans, metrics and the annotations on them: one place, stable names, no secrets. */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"

const calls = Metric.counter("agentbay_calls", {
  description: "Wire calls by operation and route",
  incremental: true
})

const failures = Metric.counter("agentbay_failures", {
  description: "Failed wire calls by operation, route and reason",
  incremental: true
})

const latency = Metric.timerWithBoundaries(
  "agentbay_call_duration",
  // 1 ms to about 17 minutes.
  MetricBoundaries.exponential({ start: 1, factor: 2, count: 21 }).values,
  "Duration of wire calls by operation and route, in milliseconds"
)

const taggedWith = (operation: string, route: string) => ({
  calls: calls.pipe(Metric.tagged("operation", operation), Metric.tagged("route", route)),
  latency: latency.pipe(Metric.tagged("operation", operation), Metric.tagged("route", route))
})

type Meter = ReturnType<typeof taggedWith>

/** How one wire call is watched. `operation` is the action or tool, `route` the way it took. */
export interface Call {
  readonly spanName: string
  readonly operation: string
  readonly route: string
  readonly attributes: Readonly<Record<string, unknown>>
}

const reasonOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "reason" in error
    ? String(error.reason)
    : typeof error === "object" && error !== null && "_tag" in error
      ? String(error._tag)
      : "Unknown"

const annotations: ReadonlyArray<readonly [string, string]> = [
  ["reason", "agentbay.error.reason"],
  ["code", "agentbay.error.code"],
  ["phase", "agentbay.error.phase"],
  ["status", "http.response.status_code"],
  ["requestId", "agentbay.request.id"]
]

const annotateFailure = (error: unknown): Effect.Effect<void> => {
  if (typeof error !== "object" || error === null) return Effect.void
  const fields = error as Record<string, unknown>
  return Effect.annotateCurrentSpan(
    Object.fromEntries(
      annotations.flatMap(([field, name]) => (fields[field] === undefined ? [] : [[name, fields[field]]]))
    )
  )
}

/**
 * Makes the watcher of one transport. Tagged metrics are kept per operation, because making them costs more than
 * counting.
 */
export const makeWatcher = () => {
  const meters = new Map<string, Meter>()
  const meterOf = (operation: string, route: string): Meter => {
    const key = `${operation} ${route}`
    const known = meters.get(key)
    if (known !== undefined) return known
    const meter = taggedWith(operation, route)
    meters.set(key, meter)
    return meter
  }
  return (call: Call) =>
    <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
      const meter = meterOf(call.operation, call.route)
      return Effect.zipRight(Metric.update(meter.calls, 1), effect).pipe(
        Effect.tapError((error) =>
          Effect.zipRight(
            Metric.update(
              failures.pipe(
                Metric.tagged("operation", call.operation),
                Metric.tagged("route", call.route),
                Metric.tagged("reason", reasonOf(error))
              ),
              1
            ),
            annotateFailure(error)
          )
        ),
        // A call that failed, above all one that had no answer in time, has a duration as well.
        Effect.exit,
        Metric.trackDuration(meter.latency),
        Effect.flatten,
        Effect.withSpan(call.spanName, {
          kind: "client",
          attributes: call.attributes,
          captureStackTrace: false
        })
      )
    }
}
