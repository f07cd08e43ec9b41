/** Spans, metrics and the annotations on them: one place, stable names, no secrets. */
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { RuntimeFiber } from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as HashMap from "effect/HashMap"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricKey from "effect/MetricKey"
import * as MetricLabel from "effect/MetricLabel"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import * as Wire from "./wire.js"

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

const failuresOf = (call: Call, error: unknown) =>
  failures.pipe(
    Metric.tagged("operation", call.operation),
    Metric.tagged("route", call.route),
    Metric.tagged("reason", reasonOf(error))
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

type Fiber = RuntimeFiber<unknown, unknown>

const servicesOf = (fiber: Fiber) => fiber.getFiberRef(DefaultServices.currentServices)

/** The nearest span that may have spans below it. */
const visible = (span: Option.Option<Tracer.AnySpan>): Option.Option<Tracer.AnySpan> =>
  Option.isNone(span) || !Context.get(span.value.context, Tracer.DisablePropagation)
    ? span
    : span.value._tag === "Span"
      ? visible(span.value.parent)
      : Option.none()

/**
 * What `Effect.makeSpan` does, in one step and without its copy of all references of the fiber. Undefined where
 * tracing is off.
 */
const beginSpan = (fiber: Fiber, name: string, attributes: Attributes, startedAt: bigint) => {
  if (!fiber.getFiberRef(FiberRef.currentTracerEnabled)) return undefined
  const links = Chunk.toReadonlyArray(fiber.getFiberRef(FiberRef.currentTracerSpanLinks))
  const span = Context.get(servicesOf(fiber), Tracer.Tracer).span(
    name,
    visible(Context.getOption(fiber.getFiberRef(FiberRef.currentContext), Tracer.ParentSpan)),
    Context.empty(),
    links,
    startedAt,
    "client"
  )
  HashMap.forEach(fiber.getFiberRef(FiberRef.currentTracerSpanAnnotations), (value, key) =>
    span.attribute(key, value)
  )
  for (const key in attributes) span.attribute(key, attributes[key])
  return span
}

/**
 * Makes the watcher of one transport: a span around a call, its metrics, and what its end adds to the span. Metrics
 * are kept per operation, because making them costs more than counting.
 */
export const makeWatcher = () => {
  const known = new Map<string, Meter>()
  // Routes whose calls are effects of the HTTP client. It is the same for all calls of a route.
  const effects = new Set<string>()
  const meterOf = (operation: string, route: string): Meter => {
    const key = `${operation} ${route}`
    const before = known.get(key)
    if (before !== undefined) return before
    const meter = meters(operation, route)
    known.set(key, meter)
    return meter
  }
  return <Value = unknown>(call: Call, attributesOf: (value: Value) => Attributes = () => ({})) => {
    const meter = meterOf(call.operation, call.route)

    /** The span of a call that begins, and what to do at its end. */
    const begin = <A extends Value, E>(fiber: Fiber) => {
      const labels = fiber.getFiberRef(FiberRef.currentMetricLabels)
      const clock = Context.get(servicesOf(fiber), Clock.Clock)
      const isTimed = fiber.getFiberRef(FiberRef.currentTracerTimingEnabled)
      const startedAt = clock.unsafeCurrentTimeNanos()
      const span = beginSpan(fiber, call.spanName, call.attributes, isTimed ? startedAt : 0n)
      meter.calls.unsafeUpdate(1, labels)
      const end = (exit: Exit.Exit<A, E>): Exit.Exit<A, E> => {
        const endedAt = clock.unsafeCurrentTimeNanos()
        // A call that failed, above all one that had no answer in time, has a duration as well.
        meter.latency.unsafeUpdate(Number(endedAt - startedAt) / 1e6, labels)
        const error = Exit.isSuccess(exit) ? Option.none() : Cause.failureOption(exit.cause)
        if (Option.isSome(error)) failuresOf(call, error.value).unsafeUpdate(1, labels)
        if (span !== undefined) {
          const attributes: Attributes = Exit.isSuccess(exit)
            ? attributesOf(exit.value)
            : Option.match(error, { onNone: () => ({}), onSome: failureAttributes })
          for (const name in attributes) span.attribute(name, attributes[name])
          span.end(isTimed ? endedAt : 0n, exit)
        }
        return exit
      }
      return { span, end }
    }

    // Few steps, because every call takes them: `Effect.withSpan` alone costs more than all of this. What the work
    // does on its own account is not below the span unless the work puts it there.
    return <A extends Value, E, R>(
      work: (span: Tracer.AnySpan | undefined) => Effect.Effect<A, E, R>
    ): Effect.Effect<A, E, R> => {
      const wire = effects.has(call.route) ? undefined : Wire.beginOf(work(undefined))
      if (wire === undefined) effects.add(call.route)
      return wire === undefined
        ? Effect.uninterruptibleMask((restore) =>
            Effect.withFiberRuntime<A, E, R>((fiber) => {
              const { end, span } = begin<A, E>(fiber)
              return Effect.matchCauseEffect(restore(work(span)), {
                onSuccess: (value) => end(Exit.succeed(value)),
                onFailure: (cause) => end(Exit.failCause(cause))
              })
            })
          )
        : Wire.make((fiber, onEnd) => {
            const { end } = begin<A, E>(fiber)
            const stop = wire(fiber, (exit) => onEnd(end(exit)))
            return () => {
              stop()
              end(Exit.interrupt(FiberId.none))
            }
          })
    }
  }
}

/** Puts all that an effect does below the span of the call that it is. */
export const around =
  (
    watched: <A, E, R>(
      work: (span: Tracer.AnySpan | undefined) => Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E, R>
  ): (<A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  (effect) =>
    watched((span) => below(span, effect))

/** Spans that an effect makes go below this one. */
export const below = <A, E, R>(
  span: Tracer.AnySpan | undefined,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  span === undefined ? effect : Effect.provideService(effect, Tracer.ParentSpan, span)
