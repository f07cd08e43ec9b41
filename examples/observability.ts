/**
 * Watching it work: one trace from the program down to each wire call and on into the process in the session, metrics,
 * and the log. OpenTelemetry with exporters in memory, so it needs no network; put yours in their place.
 */
import { NodeSdk } from "@effect/opentelemetry"
import { AgentBay } from "@effect-agentbay/core"
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  type MetricData,
  PeriodicExportingMetricReader
} from "@opentelemetry/sdk-metrics"
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { Chunk, Effect, Stream } from "effect"
import { runExample } from "./support/run.js"
import { print } from "./support/steps.js"

/** What is watched: a session that runs a process, which says as part of which trace it was started. */
const work = Effect.gen(function* () {
  const bay = yield* AgentBay.AgentBay
  const session = yield* bay.session({ imageId: "linux_latest", labels: { example: "observability" } })
  const found = yield* session.command.startScoped('echo "$TRACEPARENT"', { stdin: "none" })
  const lines = yield* Stream.runCollect(found.stdoutLines)
  // A session that does not exist: its span says why it failed.
  yield* Effect.ignore(bay.get("s-unknown"))
  return Chunk.join(lines, "")
}).pipe(Effect.scoped, Effect.withSpan("work"))

/** The tree of spans below the one with this id, one line each. */
const drawn = (
  spans: ReadonlyArray<ReadableSpan>,
  parent: string | undefined,
  depth = 0
): ReadonlyArray<string> =>
  spans
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
    .flatMap((span) => {
      const { attributes, name } = span
      const route = attributes["agentbay.route"]
      const reason = attributes["agentbay.error.reason"]
      const facts = [
        ...(route === undefined ? [] : [route]),
        ...(reason === undefined ? [] : [`failed: ${reason}`])
      ]
      const line = `${"  ".repeat(depth)}${name}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`
      return [line, ...drawn(spans, span.spanContext().spanId, depth + 1)]
    })

const nameOf = ({ dataPoints, descriptor }: MetricData): ReadonlyArray<string> =>
  dataPoints.map(({ attributes, value }) => {
    const tags = Object.entries(attributes).map(([name, tag]) => `${name}=${tag}`)
    const shown = typeof value === "object" ? `${"count" in value ? value.count : "?"} values` : value
    return `${descriptor.name}{${tags.join(" ")}} ${shown}`
  })

export const program = Effect.gen(function* () {
  const spans = new InMemorySpanExporter()
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const openTelemetry = NodeSdk.layer(() => ({
    resource: { serviceName: "observability-example" },
    spanProcessor: new SimpleSpanProcessor(spans),
    metricReader: new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 600_000 })
  }))
  // An exporter in memory forgets when it is shut down: what it has is taken before the layer closes.
  const [traceparent, exported] = yield* work.pipe(
    Effect.map((line) => [line, spans.getFinishedSpans().slice()] as const),
    Effect.provide(openTelemetry)
  )
  const tree = drawn(exported, undefined)
  const measured = metrics
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics.flatMap(nameOf)))
    .filter((line) => line.startsWith("agentbay_"))
  yield* print(`${tree.join("\n")}\n\nthe process was started in ${traceparent}\n\n${measured.join("\n")}\n`)
  return {
    traceparent,
    spans: exported.map((span) => ({ name: span.name, ...span.spanContext() })),
    tree,
    metrics: measured
  }
})

runExample(import.meta.url, program)
