/** Spans, metrics and the annotations on them: one place, stable names, no secrets. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as Option from "effect/Option"

const calls = Metric.counter("agentbay_calls", {
  description: "Wire calls by operation and route",
  incremental: true
})

const failures = Metric.counter("agentbay_failures", {
  description: "Failed wire calls by operation, route and reason",
  incremental: true
})

const retries = Metric.counter("agentbay_retries", {
  description: "Repeated wire calls by operation, route and reason of the failure before",
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

const noteFailure = (call: Call, error: unknown): Effect.Effect<void> =>
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

/** A call is about to be repeated after `waitMs`. */
export const noteRetry = (
  operation: string,
  route: string,
  error: unknown,
  waitMs: number
): Effect.Effect<void> =>
  Metric.update(
    retries.pipe(
      Metric.tagged("operation", operation),
      Metric.tagged("route", route),
      Metric.tagged("reason", reasonOf(error))
    ),
    1
  ).pipe(
    Effect.zipRight(Effect.logDebug("repeating a call")),
    Effect.annotateLogs({
      "agentbay.operation": operation,
      "agentbay.route": route,
      "agentbay.error.reason": reasonOf(error),
      "agentbay.retry.delay_ms": waitMs
    })
  )

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
      // One step before and one after: a combinator for each of the metrics would cost more than they do.
      return Effect.withFiberRuntime<A, E, R>((fiber) => {
        const labels = fiber.getFiberRef(FiberRef.currentMetricLabels)
        const clock = Context.get(fiber.getFiberRef(DefaultServices.currentServices), Clock.Clock)
        const startedAt = clock.unsafeCurrentTimeNanos()
        const record = (): void => {
          meter.latency.unsafeUpdate(Duration.nanos(clock.unsafeCurrentTimeNanos() - startedAt), labels)
        }
        meter.calls.unsafeUpdate(1, labels)
        return Effect.matchCauseEffect(effect, {
          onSuccess: (value) => {
            record()
            return Effect.succeed(value)
          },
          // A call that failed, above all one that had no answer in time, has a duration as well.
          onFailure: (cause) => {
            record()
            const error = Cause.failureOption(cause)
            return Option.isNone(error)
              ? Effect.failCause(cause)
              : Effect.zipRight(noteFailure(call, error.value), Effect.failCause(cause))
          }
        })
      }).pipe(
        Effect.withSpan(call.spanName, {
          kind: "client",
          attributes: call.attributes,
          captureStackTrace: false
        })
      )
    }
}
