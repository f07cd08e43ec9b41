/**
 * What one tool call costs: the whole client (one span, a deadline, retries, metrics, typed errors) beside a program
 * that makes the same request with `undici.request` and reads the tool's result. By name (`session.callMcpTool`), and
 * with the tool's arguments and result through their Schemas (`ToolTransport.call`), which the program does without.
 */
import { randomUUID } from "node:crypto"
import {
  AgentBay,
  AgentBayConfig,
  ControlPlane,
  LinkTransport,
  type Session,
  SessionConnection,
  type SessionHandle,
  ShellTools,
  ToolTransport,
  VpcTransport
} from "@effect-agentbay/core"
import * as UndiciHttpClient from "@effect-agentbay/node/UndiciHttpClient"
import { Effect, Layer, ManagedRuntime, Option, Redacted } from "effect"
import { Agent, request as undiciRequest } from "undici"
import { hasPort, startChild } from "./lib/child.js"
import { type Contestant, compare } from "./lib/compare.js"
import { reportJson, round, table } from "./lib/report.js"
import { workers } from "./lib/workers.js"

/** Client CPU relative to undici, and the rate of calls relative to it. */
const limits = { cpuRatio: 1.35, throughputRatio: 0.75 }

/** What the limits are for: one span each. An operation of a module has a second one. */
const limited: ReadonlySet<string> = new Set(["ToolTransport.call", "session.callMcpTool"])

interface Request {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const sessionId = "s-0123456789abcdef"
const apiKey = "akm-00000000-0000-0000-0000-000000000000"
const token = "0123456789abcdef0123456789abcdef"
const args = { command: "echo hi", timeout_ms: 50_000 }

/** One way to call a tool: what is sent for each call, and how the tool's result is read. */
interface Way {
  readonly request: () => Request
  readonly read: (answer: string) => unknown
}

const byLink: Way = {
  request: () => ({
    path: "/link/0123456789abcdef/callTool",
    headers: { "x-access-token": token, "content-type": "application/json" },
    body: JSON.stringify({
      args,
      server: "wuying_shell",
      requestId: `link-${Date.now()}-${String(Math.floor(Math.random() * 1e9)).padStart(9, "0")}`,
      tool: "shell",
      token
    })
  }),
  read: (answer) => JSON.parse(JSON.parse(answer).data).result
}

const byApi: Way = {
  request: () => {
    const query = new URLSearchParams({
      Action: "CallMcpTool",
      Format: "json",
      Version: "2025-05-06",
      Timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
      SignatureNonce: randomUUID().replaceAll("-", "")
    })
    return {
      path: `/?${query}`,
      headers: {
        "x-acs-version": "2025-05-06",
        "x-acs-action": "CallMcpTool",
        "user-agent": "effect-agentbay",
        "content-type": "application/x-www-form-urlencoded"
      },
      body: new URLSearchParams({
        Authorization: `Bearer ${apiKey}`,
        Args: JSON.stringify(args),
        AutoGenSession: "false",
        Name: "shell",
        Server: "wuying_shell",
        SessionId: sessionId
      }).toString()
    }
  },
  read: (answer) => JSON.parse(answer).Data
}

const raw = (name: string, call: () => Promise<unknown>): Contestant => {
  const worker = async (calls: number) => {
    for (let i = 0; i < calls; i++) await call()
  }
  return {
    name,
    run: async (calls, concurrency) => {
      await Promise.all(workers(calls, concurrency).map(worker))
    }
  }
}

/** What a program does that calls tools with undici: it makes the request, sends it, and reads the tool's result. */
const rawCall = (origin: string, dispatcher: Agent, { read, request }: Way): Contestant =>
  raw("undici.request", async () => {
    const { path, headers, body } = request()
    const response = await undiciRequest(`${origin}${path}`, { dispatcher, method: "POST", headers, body })
    return read(await response.body.text())
  })

/** The exchange alone: bytes made before, and the answer not taken apart. */
const rawExchange = (origin: string, agent: Agent, { request }: Way): Contestant => {
  const { path, headers, body } = request()
  return raw("  bytes alone", async () => {
    const response = await agent.request({ origin, path, method: "POST", headers, body })
    return JSON.parse(await response.body.text())
  })
}

const main = async () => {
  const server = await startChild(new URL("../src/lib/echo-server.ts", import.meta.url), hasPort)
  const origin = `http://127.0.0.1:${server.ready.port}`
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 })
  const transports = ToolTransport.layer.pipe(
    Layer.provide([ControlPlane.layer, LinkTransport.layer, VpcTransport.layerUnavailable])
  )
  const runtime = ManagedRuntime.make(
    Layer.merge(AgentBay.layer, transports).pipe(
      Layer.provide([
        VpcTransport.layerUnavailable,
        UndiciHttpClient.layer,
        AgentBayConfig.layer({ apiKey, endpoint: origin })
      ])
    )
  )
  const attach = (link: boolean): Promise<Session.Session.Service> =>
    runtime.runPromise(
      Effect.map(AgentBay.AgentBay, (bay) =>
        bay.attach({
          version: 1,
          sessionId,
          imageId: Option.some("linux_latest"),
          isVpc: false,
          networkInterfaceIp: Option.none(),
          vpcIp: Option.none(),
          vpcId: Option.none(),
          httpPort: Option.none(),
          appInstanceId: Option.none(),
          resourceId: Option.none(),
          enableBrowserReplay: Option.none(),
          fileTransferContextId: Option.none(),
          recordContextId: Option.none(),
          servers: { shell: "wuying_shell" },
          secrets: link
            ? Option.some({
                token: Option.some(Redacted.make(token)),
                linkUrl: Option.some(Redacted.make(`${origin}/link/0123456789abcdef`)),
                wsUrl: Option.none(),
                resourceUrl: Option.none()
              })
            : Option.none()
        } satisfies SessionHandle.SessionHandle)
      )
    )
  const toolTransport = await runtime.runPromise(ToolTransport.ToolTransport)
  const typed = (link: boolean): Effect.Effect<unknown, unknown> => {
    const connection: SessionConnection.SessionConnection = {
      sessionId,
      isVpc: false,
      networkInterfaceIp: Option.none(),
      httpPort: Option.none(),
      token: Option.some(Redacted.make(token)),
      linkUrl: link ? Option.some(Redacted.make(`${origin}/link/0123456789abcdef`)) : Option.none(),
      tools: SessionConnection.makeToolDirectory([
        { name: "shell", server: "wuying_shell", description: "", inputSchema: {}, tool: "shell" }
      ])
    }
    return toolTransport.call(connection, ShellTools.shell, args, { operation: "bench" })
  }
  const effectful = (name: string, call: Effect.Effect<unknown, unknown>): Contestant => ({
    name,
    run: (calls, concurrency) =>
      runtime.runPromise(
        Effect.forEach(
          workers(calls, concurrency),
          // The plainest loop there is: `Effect.repeatN` yields to other fibers after every call, at a price.
          (count) =>
            Effect.suspend(() => {
              let left = count
              return Effect.whileLoop({ while: () => left > 0, body: () => call, step: () => left-- })
            }),
          { concurrency: "unbounded", discard: true }
          // As in a program that is watched: the span of a call has a parent.
        ).pipe(Effect.withSpan("work"))
      )
  })
  const rounds = Number(process.env["BENCH_ROUNDS"] ?? 9)
  const scenarios = [
    { title: "by the link, 64 at a time", way: byLink, link: true, calls: 4_096, concurrency: 64 },
    { title: "by the API, 64 at a time", way: byApi, link: false, calls: 4_096, concurrency: 64 },
    { title: "by the link, one at a time", way: byLink, link: true, calls: 1_000, concurrency: 1 }
  ]
  const results: Record<string, unknown> = {}
  const missed: Array<string> = []
  for (const { title, way, link, ...work } of scenarios) {
    const session = await attach(link)
    const measured = await compare(
      [
        rawCall(origin, agent, way),
        rawExchange(origin, agent, way),
        effectful("ToolTransport.call", typed(link)),
        effectful("session.callMcpTool", session.callMcpTool("shell", args)),
        effectful("session.command.run", session.command.run("echo hi"))
      ],
      { ...work, rounds, warmup: 3 }
    )
    console.log(
      `\n${title}: POST ${way.request().body.length} B, JSON answer, median of ${rounds} interleaved rounds\n`
    )
    console.log(
      table(
        ["client", "CPU us/call", "CPU ratio", "limit", "calls/s", "rate ratio", "limit"],
        measured.map((m) => [
          m.name,
          round(m.cpuMicros, 1),
          `${m.cpuRatio.toFixed(2)}x`,
          limited.has(m.name) ? `${limits.cpuRatio}x` : "",
          round(m.callsPerSecond),
          `${m.throughputRatio.toFixed(2)}x`,
          work.concurrency > 1 && limited.has(m.name) ? `${limits.throughputRatio}x` : ""
        ])
      )
    )
    for (const { cpuRatio, name, throughputRatio } of measured.filter(({ name }) => limited.has(name))) {
      const call = `${name} ${title}`
      if (cpuRatio > limits.cpuRatio) missed.push(`${call}: ${cpuRatio.toFixed(2)}x the CPU of undici`)
      if (work.concurrency > 1 && throughputRatio < limits.throughputRatio) {
        missed.push(`${call}: ${throughputRatio.toFixed(2)}x the rate of undici`)
      }
    }
    results[title] = measured
  }
  console.log()
  await reportJson("tool-call", { limits, scenarios: results })
  await Promise.all([agent.destroy(), runtime.dispose(), server.stop()])
  for (const miss of missed) console.error(`missed: ${miss}`)
  if (missed.length > 0) process.exitCode = 1
}

await main()
