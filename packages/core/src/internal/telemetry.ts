/** Spans, metrics and the annotations on them: one place, stable names, no secrets. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricKey from "effect/MetricKey"
import * as MetricLabel from "effect/MetricLabel"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

const calls = MetricKey.counter("agentbay_calls", {
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

const latency = MetricKey.histogram(
  "agentbay_call_duration",
  // 1 ms to about 17 minutes.
  MetricBoundaries.exponential({ start: 1, factor: 2, count: 21 }),
  "Duration of wire calls by operation and route, in milliseconds"
)

// The labels are part of the keys: those added with `Metric.tagged` make a new key, and look it up, for each update.
const meters = (operation: string, route: string) => {
  const labels = [MetricLabel.make("operation", operation), MetricLabel.make("route", route)]
  return {
    calls: Metric.fromMetricKey(MetricKey.taggedWithLabels(calls, labels)),
    latency: Metric.fromMetricKey(
      MetricKey.taggedWithLabels(latency, [MetricLabel.make("time_unit", "milliseconds"), ...labels])
    )
  }
}

type Meter = ReturnType<typeof meters>

type Attributes = Readonly<Record<string, unknown>>

/** How one wire call is watched. `operation` is the action or tool, `route` the way it took. */
export interface Call {
  readonly spanName: string
  readonly operation: string
  readonly route: string
  readonly attributes: Attributes
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

const failureAttributes = (error: unknown): Attributes =>
  typeof error === "object" && error !== null
    ? Object.fromEntries(
        annotations.flatMap(([field, name]) => {
          const value = (error as Record<string, unknown>)[field]
          return value === undefined ? [] : [[name, value]]
        })
      )
    : {}

const countFailure = (call: Call, error: unknown): Effect.Effect<void> =>
  Metric.update(
    failures.pipe(
      Metric.tagged("operation", call.operation),
      Metric.tagged("route", call.route),
      Metric.tagged("reason", reasonOf(error))
    ),
    1
  )

/** Adds to the span around an effect, without the steps that `Effect.annotateCurrentSpan` takes. */
const annotate = (fiber: Fiber.RuntimeFiber<unknown, unknown>, attributes: Attributes): void => {
  const span = Context.getOption(fiber.getFiberRef(FiberRef.currentContext), Tracer.ParentSpan)
  if (Option.isNone(span) || span.value._tag !== "Span") return
  for (const [name, value] of Object.entries(attributes)) span.value.attribute(name, value)
}

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
 * Makes the watcher of one transport: a span around a call, its metrics, and what its end adds to the span. Metrics
 * are kept per operation, because making them costs more than counting.
 */
export const makeWatcher = () => {
  const known = new Map<string, Meter>()
  const meterOf = (operation: string, route: string): Meter => {
    const key = `${operation} ${route}`
    const meter = known.get(key) ?? meters(operation, route)
    known.set(key, meter)
    return meter
  }
  return <Value = unknown>(call: Call, attributesOf: (value: Value) => Attributes = () => ({})) => {
    const meter = meterOf(call.operation, call.route)
    // One step before and one after: a combinator for each of the metrics would cost more than they do.
    return <A extends Value, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.withFiberRuntime<A, E, R>((fiber) => {
        const labels = fiber.getFiberRef(FiberRef.currentMetricLabels)
        const clock = Context.get(fiber.getFiberRef(DefaultServices.currentServices), Clock.Clock)
        const startedAt = clock.unsafeCurrentTimeNanos()
        const record = (attributes: Attributes): void => {
          meter.latency.unsafeUpdate(Number(clock.unsafeCurrentTimeNanos() - startedAt) / 1e6, labels)
          annotate(fiber, attributes)
        }
        meter.calls.unsafeUpdate(1, labels)
        return Effect.matchCauseEffect(effect, {
          onSuccess: (value) => {
            record(attributesOf(value))
            return Effect.succeed(value)
          },
          // A call that failed, above all one that had no answer in time, has a duration as well.
          onFailure: (cause) => {
            const error = Cause.failureOption(cause)
            record(Option.match(error, { onNone: () => ({}), onSome: failureAttributes }))
            return Option.isNone(error)
              ? Effect.failCause(cause)
              : Effect.zipRight(countFailure(call, error.value), Effect.failCause(cause))
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
