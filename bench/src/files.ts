/**
 * Files of 64 MiB into a session and out of it, over a link with a round trip of 20 ms, beside undici sending the very
 * requests that our client sent, as many at a time, twice: by a program that does the same job, so it encodes what it
 * writes and has the content in the end; and with ready-made bodies, by one that throws away what comes back. Both wait
 * only where they must: a write is set up before its parts travel, and put in place after them; the size of a file is
 * known before its slices are asked for.
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
/** The rate relative to raw HTTP that does the same job. */
const limit = 0.85

interface Sent {
  readonly path: string
  readonly method: "GET" | "POST"
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/**
 * Notes down what the client sends, below it: what wraps a client (`HttpClient.tapRequest`) would send it the longer
 * way, which its users do not go.
 */
const recording = (agent: Agent) =>
  agent.compose((dispatch) => (options, handler) => {
    const { body, headers, method, path } = options
    if (isRecording) {
      sent.push({
        path,
        method: method === "GET" ? "GET" : "POST",
        headers: { ...(headers as Record<string, string>) },
        body: typeof body === "string" ? body : undefined
      })
    }
    return dispatch(options, handler)
  })

let isRecording = false
let sent: Array<Sent> = []

/** An answer that says that nothing was done: then the rate is not one of the same work. */
const refused = /"isError":\s*true/

/** Requests that go out at once, after those of the group before. */
type Group = ReadonlyArray<Sent>

/** Sends the groups, one after the other; `exchange` does what one request is for. */
const inGroups =
  (groups: ReadonlyArray<Group>, exchange: (request: Sent) => Promise<void>) => async (): Promise<void> => {
    const sendAll = async (some: Group) => {
      const rest = some[Symbol.iterator]()
      const worker = async () => {
        for (const request of rest) await exchange(request)
      }
      await Promise.all(Array.from({ length: concurrency }, worker))
    }
    for (const group of groups) await sendAll(group)
  }

const send = async (agent: Agent, origin: string, { headers, method, path }: Sent, body: string | null) => {
  const response = await agent.request({ origin, path, method, headers, body })
  if (response.statusCode !== 200) throw new Error(`the baseline was answered ${response.statusCode}`)
  return response.body
}

const bytesAlone = (origin: string, agent: Agent, groups: ReadonlyArray<Group>): Contestant => ({
  name: "undici.request, bytes alone",
  run: inGroups(groups, async (request) => {
    const body = await send(agent, origin, request, request.body ?? null)
    const bytes = Buffer.from(await body.arrayBuffer())
    if (refused.test(bytes.subarray(-4096).toString("latin1"))) throw new Error("the baseline was refused")
  })
})

/** What a request says of the part of the file that it is about. */
interface Part {
  readonly isWrite: boolean
  readonly isRead: boolean
  readonly from: number
  readonly to: number
  readonly rest: { readonly args: Readonly<Record<string, unknown>> }
}

const partOf = ({ body }: Sent, written: number): Part => {
  const { args, ...others } = JSON.parse(body ?? "{}")
  const { content = "", ...rest } = args
  const isWrite = others.tool === "write_file"
  const from = isWrite ? written : args.offset
  return {
    isWrite,
    isRead: others.tool === "read_file",
    from,
    to: isWrite ? from + Buffer.from(content, "base64").length : from + args.length,
    rest: { ...others, args: rest }
  }
}

/** What anybody would write who has these requests to make. */
const sameJob = (origin: string, agent: Agent, groups: ReadonlyArray<Group>, content: Buffer): Contestant => {
  const parts = new Map<Sent, Part>()
  let written = 0
  for (const request of groups.flat()) {
    const part = partOf(request, written)
    if (part.isWrite) written = part.to
    parts.set(request, part)
  }
  return {
    name: "undici.request, the same job",
    run: () => {
      let read = Buffer.alloc(0)
      return inGroups(groups, async (request) => {
        const { from, isRead, isWrite, rest, to } = parts.get(request) as Part
        const args = isWrite
          ? { ...rest.args, content: content.subarray(from, to).toString("base64") }
          : rest.args
        const answer = await send(agent, origin, request, JSON.stringify({ ...rest, args }))
        const { result } = JSON.parse((JSON.parse(await answer.text()) as { data: string }).data)
        if (result.isError === true) throw new Error(`the baseline was refused: ${result.content[0].text}`)
        if (!isRead) {
          const size = /"size":\s*(\d+)/.exec(result.content[0].text)?.[1]
          if (size !== undefined) read = Buffer.alloc(Number(size))
          return
        }
        Buffer.from(result.content[0].text, "base64").copy(read, from)
      })()
    }
  }
}

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
  const makeAgent = () => new Agent({ headersTimeout: 0, bodyTimeout: 0 })
  const [agent, ourAgent] = [makeAgent(), makeAgent()]
  const runtime = ManagedRuntime.make(
    AgentBay.layer.pipe(
      Layer.provide([
        Layer.succeed(HttpClient.HttpClient, UndiciHttpClient.fromDispatcher(recording(ourAgent))),
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
  let last: Uint8Array = bytes
  const works = [
    // The first request makes what the others need, and the last one what they are for.
    {
      title: "write",
      groups: (all: Group) => [all.slice(0, 1), all.slice(1, -1), all.slice(-1)],
      work: session.fileSystem.writeFile(path, bytes, { concurrency })
    },
    {
      title: "read",
      // Nobody can ask for all slices who does not know the size.
      groups: (all: Group) => {
        const asksSize = ({ body }: Sent) => body?.includes('"get_file_info"') === true
        return [all.filter(asksSize), all.filter((one) => !asksSize(one))]
      },
      work: Effect.map(session.fileSystem.readFile(path, { concurrency }), (content) => {
        last = content
      })
    }
  ]
  const results: Record<string, unknown> = {}
  const rows: Array<ReadonlyArray<string | number>> = []
  const missed: Array<string> = []
  try {
    for (const { groups, title, work } of works) {
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
      const grouped = groups(requests)
      const contestants = [sameJob(origin, agent, grouped, bytes), bytesAlone(origin, agent, grouped), ours]
      const measured = await compare(contestants, {
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
      if (!bytes.equals(last)) throw new Error("other bytes came back")
      const ratio = measured.at(-1)?.throughputRatio ?? 0
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
    await Promise.all([agent.destroy(), ourAgent.destroy(), runtime.dispose()])
    await Promise.all([way.stop(), cloud.stop()])
  }
  for (const miss of missed) console.error(`missed: ${miss}`)
  if (missed.length > 0) process.exitCode = 1
}

await main()
