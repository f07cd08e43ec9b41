/** Collects everything that a program shows of itself: spans, logs, metrics. */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

export interface SeenSpan {
  readonly name: string
  readonly kind: string
  readonly parent: string | undefined
  readonly attributes: Readonly<Record<string, unknown>>
  /** How it ended: `ok`, or the pretty-printed cause. */
  readonly end: string | undefined
}

interface RecordedSpan extends Tracer.Span {
  readonly seen: { attributes: Record<string, unknown>; end: string | undefined; more: Array<string> }
}

const makeTracer = (spans: Array<RecordedSpan>): Tracer.Tracer =>
  Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const seen: RecordedSpan["seen"] = { attributes: {}, end: undefined, more: [] }
      const span: RecordedSpan = {
        _tag: "Span",
        name,
        spanId: String(spans.length),
        traceId: "t",
        parent,
        context,
        status: { _tag: "Started", startTime },
        attributes: new Map(),
        links,
        sampled: true,
        kind,
        seen,
        end: (_, exit) => {
          seen.end = exit._tag === "Success" ? "ok" : Cause.pretty(exit.cause, { renderErrorCause: true })
          if (exit._tag === "Failure") seen.more.push(Inspectable.toStringUnknown(exit.cause))
        },
        attribute: (key, value) => {
          seen.attributes[key] = value
        },
        event: (name, _, attributes) => {
          seen.more.push(name, Inspectable.toStringUnknown(attributes))
        },
        addLinks: () => {}
      }
      spans.push(span)
      return span
    },
    context: (run) => run()
  })

const parentName = (span: Tracer.Span): string | undefined =>
  Option.getOrUndefined(
    Option.flatMap(span.parent, (parent) =>
      parent._tag === "Span" ? Option.some(parent.name) : Option.none()
    )
  )

export const makeWatch = () => {
  const spans: Array<RecordedSpan> = []
  const logs: Array<string> = []
  const logger = Logger.make((entry) => {
    for (const format of [Logger.logfmtLogger, Logger.stringLogger, Logger.jsonLogger])
      logs.push(String(format.log(entry)))
  })
  const layer = Layer.mergeAll(
    Layer.setTracer(makeTracer(spans)),
    Logger.replace(Logger.defaultLogger, logger),
    Logger.minimumLogLevel(LogLevel.All)
  )
  return {
    watched: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, layer),
    logs,
    spans: (): ReadonlyArray<SeenSpan> =>
      spans.map((span) => ({
        name: span.name,
        kind: span.kind,
        parent: parentName(span),
        attributes: span.seen.attributes,
        end: span.seen.end
      })),
    /** Every text that left the program. */
    everything: (): string =>
      [
        ...logs,
        ...spans.flatMap(({ context, name, seen }) => [
          name,
          Inspectable.toStringUnknown(seen.attributes),
          String(seen.end),
          ...seen.more,
          Inspectable.toStringUnknown([...Context.empty().pipe(Context.merge(context)).unsafeMap.keys()])
        ])
      ].join("\n")
  }
}

/** The value of a counter or the count of a histogram with exactly these tags. */
export const measured = (name: string, tags: Readonly<Record<string, string>>) =>
  Effect.map(Effect.sync(Metric.unsafeSnapshot), (pairs) => {
    const wanted = JSON.stringify(Object.entries(tags).sort())
    const found = pairs.find(
      ({ metricKey }) =>
        metricKey.name === name &&
        JSON.stringify([...metricKey.tags].map(({ key, value }) => [key, value]).sort()) === wanted
    )
    return Number((found?.metricState as { readonly count?: number | bigint } | undefined)?.count ?? 0)
  })

/** Names and tags of all metrics. */
export const allMetrics = Effect.map(Effect.sync(Metric.unsafeSnapshot), (pairs) =>
  pairs
    .map(
      ({ metricKey }) =>
        `${metricKey.name} ${[...metricKey.tags].map(({ key, value }) => `${key}=${value}`).join(" ")}`
    )
    .join("\n")
)
