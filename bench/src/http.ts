// What one HTTP call costs: undici itself, our client with and without a span, and the stock undici layer.

import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as UndiciHttpClient from "@effect-agentbay/node/UndiciHttpClient"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Agent } from "undici"
import { hasPort, startChild } from "./lib/child.js"
import { type Contestant, compare } from "./lib/compare.js"
import { reportJson, round, table } from "./lib/report.js"
import { workers } from "./lib/workers.js"

const form =
  "Authorization=Bearer%20akm-00000000-0000-0000-0000-000000000000&SessionId=s-0123456789abcdef&Labels=%7B%7D"
const contentType = "application/x-www-form-urlencoded"
const path = "/?Action=GetSession&Format=json&Version=2025-05-06"

type Call = Effect.Effect<unknown, HttpClientError.HttpClientError>

const raw = (origin: string, agent: Agent): Contestant => {
  const call = async () => {
    const response = await agent.request({
      origin,
      path,
      method: "POST",
      headers: { "content-type": contentType },
      body: form
    })
    JSON.parse(await response.body.text())
  }
  const worker = async (calls: number) => {
    for (let i = 0; i < calls; i++) await call()
  }
  return {
    name: "undici.request",
    run: async (calls, concurrency) => {
      await Promise.all(workers(calls, concurrency).map(worker))
    }
  }
}

const effectful = (
  name: string,
  origin: string,
  layer: Layer.Layer<HttpClient.HttpClient>,
  adapt: {
    readonly client?: Change<HttpClient.HttpClient>
    readonly call?: Change<Call>
    readonly all?: Change<Effect.Effect<void, unknown>>
  }
) => {
  const runtime = ManagedRuntime.make(layer)
  const body = HttpBody.text(form, contentType)
  const run: Contestant["run"] = (calls, concurrency) =>
    runtime.runPromise(
      Effect.flatMap(HttpClient.HttpClient, (given) => {
        const client = (adapt.client ?? same)(given)
        const call = (adapt.call ?? same)(
          Effect.flatMap(
            client.execute(HttpClientRequest.post(`${origin}${path}`, { body })),
            (response) => response.json
          )
        )
        const worker = (n: number) => (n === 0 ? Effect.void : Effect.repeatN(call, n - 1))
        return (adapt.all ?? same)(
          Effect.forEach(workers(calls, concurrency), worker, { concurrency: "unbounded", discard: true })
        )
      })
    )
  return { contestant: { name, run }, dispose: () => runtime.dispose() }
}

type Change<A> = (value: A) => A

const same = <A>(value: A): A => value

/** What a library does that makes spans of its own: the client's are off for its calls. */
const disabled: Change<HttpClient.HttpClient> = HttpClient.withTracerDisabledWhen(() => true)

const span: Change<Call> = Effect.withSpan("call", { captureStackTrace: false })

const main = async () => {
  const server = await startChild(new URL("../src/lib/echo-server.ts", import.meta.url), hasPort)
  const origin = `http://127.0.0.1:${server.ready.port}`
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 })
  const clients = [
    effectful("ours, tracer off", origin, UndiciHttpClient.layer, { all: Effect.withTracerEnabled(false) }),
    effectful("ours, client's span disabled", origin, UndiciHttpClient.layer, { client: disabled }),
    effectful("ours, one span of the caller", origin, UndiciHttpClient.layer, {
      client: disabled,
      call: span
    }),
    effectful("ours, the client's span", origin, UndiciHttpClient.layer, {}),
    effectful("layerUndici, tracer off", origin, NodeHttpClient.layerUndici, {
      all: Effect.withTracerEnabled(false)
    }),
    effectful("layerUndici, client's span disabled", origin, NodeHttpClient.layerUndici, {
      client: disabled
    }),
    effectful("layerUndici, the client's span", origin, NodeHttpClient.layerUndici, {})
  ]
  const contestants = [raw(origin, agent), ...clients.map((client) => client.contestant)]
  const rounds = Number(process.env["BENCH_ROUNDS"] ?? 9)
  const scenarios = [
    { title: "64 calls at a time", calls: 4_096, concurrency: 64 },
    { title: "one call at a time", calls: 1_000, concurrency: 1 }
  ]
  const results: Record<string, unknown> = {}
  for (const { title, ...work } of scenarios) {
    const measured = await compare(contestants, { ...work, rounds, warmup: 3 })
    console.log(`\n${title}: POST ${form.length} B, JSON answer, median of ${rounds} interleaved rounds\n`)
    console.log(
      table(
        ["client", "CPU us/call", "CPU ratio", "calls/s", "rate ratio"],
        measured.map((m) => [
          m.name,
          round(m.cpuMicros, 1),
          `${m.cpuRatio.toFixed(2)}x`,
          round(m.callsPerSecond),
          `${m.throughputRatio.toFixed(2)}x`
        ])
      )
    )
    results[title] = measured
  }
  console.log()
  await reportJson("http", results)
  await Promise.all([agent.destroy(), ...clients.map((client) => client.dispose()), server.stop()])
}

await main()
