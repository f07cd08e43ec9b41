/** Memory of ten thousand live handles, created by the real client from answers with a tool list of usual size. */

import { HttpClient, HttpClientResponse } from "@effect/platform"
import { AgentBay, AgentBayConfig, VpcTransport } from "@effect-agentbay/core"
import { Effect, Layer, Redacted } from "effect"
import { reportJson, round, table } from "./lib/report.js"

const count = 10_000
const limit = 4096

/** As many tools as `linux_latest` lists. */
const toolList = JSON.stringify(
  Array.from({ length: 69 }, (_, i) => ({
    name: `tool_${i}`,
    server: `server_${i % 8}`,
    description: "x".repeat(200),
    inputSchema: { type: "object", properties: { path: { type: "string" } } },
    tool: `tool_${i}`
  }))
)

const answer = (id: number) =>
  JSON.stringify({
    RequestId: `request-${id}`,
    HttpStatusCode: 200,
    Code: "ok",
    Success: true,
    Data: {
      Success: true,
      SessionId: `session-${id}`,
      AppInstanceId: `ai-${id}`,
      ResourceId: `p-${id}`,
      ResourceUrl: `https://example.invalid/resource/${id}`,
      Token: `token-${id}-0123456789abcdef0123456789abcdef`,
      LinkUrl: `https://example.invalid/link/${id}`,
      WsUrl: `wss://example.invalid/ws/${id}`,
      ToolList: toolList
    }
  })

let next = 0
const client = HttpClient.make((request) =>
  Effect.sync(() => HttpClientResponse.fromWeb(request, new Response(answer(next++))))
)

const bay = await Effect.runPromise(
  Effect.provide(
    AgentBay.AgentBay,
    AgentBay.layer.pipe(
      Layer.provide([
        AgentBayConfig.layer({ apiKey: Redacted.make("akm-bench") }),
        Layer.succeed(HttpClient.HttpClient, client),
        VpcTransport.layerUnavailable
      ])
    )
  )
)

const heap = async (): Promise<number> => {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return process.memoryUsage().heapUsed
}

const createMany = (amount: number) =>
  Effect.runPromise(Effect.all(Array.from({ length: amount }, () => bay.create())))

await createMany(200)
const before = await heap()
const handles = await createMany(count)
const idle = (await heap()) - before
for (const handle of handles) void handle.command.run
const used = (await heap()) - before
if (handles.length !== count) throw new Error("handles were lost")

const rows = [
  { handles: "idle", bytes: round(idle / count) },
  { handles: "with one module in use", bytes: round(used / count) }
]
console.log(
  table(
    ["handle", "bytes each", "limit"],
    rows.map((row) => [row.handles, row.bytes, limit])
  )
)
await reportJson("handles", { count, limit, rows })
if (rows.some((row) => row.bytes > limit)) process.exitCode = 1
