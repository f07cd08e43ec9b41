/**
 * Files of 64 MiB into a session and out of it, over a link with a round trip of 20 ms, beside undici sending the very
 * requests that our client sent, as many at a time.
 */

import * as HttpClient from "@effect/platform/HttpClient"
import { AgentBay, AgentBayConfig, type Session, VpcTransport } from "@effect-agentbay/core"
import * as UndiciHttpClient from "@effect-agentbay/node/UndiciHttpClient"
import { Effect, Layer, ManagedRuntime, Option, Redacted } from "effect"
import { Agent } from "undici"
import { hasPort, isCloud, startChild } from "./lib/child.js"
import { type Contestant, compare } from "./lib/compare.js"
import { reportJson, round, table } from "./lib/report.js"

const mebibyte = 1024 * 1024
const size = 64 * mebibyte
const roundTrip = 20
const concurrency = 4
/** The rate relative to raw HTTP. */
const limit = 0.85

interface Sent {
  readonly path: string
  readonly method: "GET" | "POST"
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** The client, and what it has sent since it was last asked. */
const recording = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(HttpClient.HttpClient, (client) =>
    HttpClient.tapRequest(client, (request) =>
      Effect.sync(() => {
        if (!isRecording) return
        const { pathname, search } = new URL(request.url)
        sent.push({
          path: pathname + search,
          method: request.method === "GET" ? "GET" : "POST",
          headers: { ...request.headers },
          body: request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : undefined
        })
      })
    )
  )
).pipe(Layer.provide(UndiciHttpClient.layer))

let isRecording = false
let sent: Array<Sent> = []

const raw = (origin: string, agent: Agent, requests: ReadonlyArray<Sent>): Contestant => ({
  name: "undici.request, the same requests",
  run: async () => {
    const rest = requests[Symbol.iterator]()
    const worker = async () => {
      for (const { body, headers, method, path } of rest) {
        const response = await agent.request({ origin, path, method, headers, body: body ?? null })
        await response.body.arrayBuffer()
      }
    }
    await Promise.all(Array.from({ length: concurrency }, worker))
  }
})

const main = async () => {
  const cloud = await startChild(new URL("../src/lib/local-cloud.ts", import.meta.url), isCloud)
  const { apiKey, machine, url } = cloud.ready
  const way = await startChild(new URL("../src/lib/slow-link.ts", import.meta.url), hasPort, [
    "--port",
    new URL(url).port,
    "--round-trip",
    String(roundTrip)
  ])
  const origin = `http://127.0.0.1:${way.ready.port}`
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 })
  const runtime = ManagedRuntime.make(
    AgentBay.layer.pipe(
      Layer.provide([
        recording,
        VpcTransport.layerUnavailable,
        AgentBayConfig.layer({ apiKey, endpoint: origin, timeouts: { link: "5 minutes" } })
      ])
    )
  )
  /** A session whose link leads over the slow way as well. */
  const session: Session.Session.Service = await runtime.runPromise(
    Effect.gen(function* () {
      const bay = yield* AgentBay.AgentBay
      const created = yield* bay.create({ imageId: "linux_latest" })
      const handle = created.toHandle({ includeSecrets: true })
      const overSlowWay = (link: Redacted.Redacted) =>
        Redacted.make(Redacted.value(link).replace(new URL(url).origin, origin))
      return bay.attach({
        ...handle,
        secrets: Option.map(handle.secrets, (secrets) => ({
          ...secrets,
          linkUrl: Option.map(secrets.linkUrl, overSlowWay)
        }))
      })
    })
  )
  const bytes = Buffer.alloc(size)
  for (let i = 0; i < size; i += 4) bytes.writeUInt32LE((i * 2_654_435_761) % 2 ** 32, i)
  const path = "/home/wuying/big.bin"
  const works = [
    { title: "write", work: session.fileSystem.writeFile(path, bytes, { concurrency }) },
    {
      title: "read",
      work: Effect.tap(session.fileSystem.readFile(path, { concurrency }), (content) =>
        bytes.equals(content) ? Effect.void : Effect.dieMessage("other bytes came back")
      )
    }
  ]
  const results: Record<string, unknown> = {}
  const rows: Array<ReadonlyArray<string | number>> = []
  const missed: Array<string> = []
  try {
    for (const { title, work } of works) {
      isRecording = true
      sent = []
      await runtime.runPromise(work)
      isRecording = false
      const requests = sent
      const ours: Contestant = {
        name: `session.fileSystem.${title}File`,
        run: async () => {
          await runtime.runPromise(work)
        }
      }
      const measured = await compare([raw(origin, agent, requests), ours], {
        calls: 1,
        concurrency,
        rounds: Number(process.env["BENCH_ROUNDS"] ?? 5),
        warmup: 1
      })
      for (const m of measured) {
        rows.push([
          `${title} by ${m.name}`,
          requests.length,
          round((m.callsPerSecond * size) / mebibyte, 1),
          `${m.throughputRatio.toFixed(2)}x`,
          `${limit}x`,
          round(m.cpuMicros / 1e3)
        ])
      }
      const ratio = measured[1]?.throughputRatio ?? 0
      if (ratio < limit) missed.push(`${title}: ${ratio.toFixed(2)}x the rate of raw HTTP`)
      results[title] = { requests: requests.length, measured }
    }
    console.log(
      `64 MiB, round trip ${roundTrip} ms, ${concurrency} requests at a time, local cloud (${machine})\n`
    )
    console.log(table(["work", "requests", "MiB/s", "rate ratio", "limit", "CPU ms"], rows))
    await reportJson("files", { size, roundTrip, concurrency, limit, machine, results })
  } finally {
    await runtime.runPromise(Effect.ignore(session.delete()))
    await Promise.all([agent.destroy(), runtime.dispose()])
    await Promise.all([way.stop(), cloud.stop()])
  }
  for (const miss of missed) console.error(`missed: ${miss}`)
  if (missed.length > 0) process.exitCode = 1
}

await main()
