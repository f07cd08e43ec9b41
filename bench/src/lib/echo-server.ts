// A process of its own: answers every request, once it has read the body, with one JSON document of a typical size.
// Which one depends on the path: a tool's result by the link, the same by the API, or what an action answers.
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

const result = {
  content: [
    { type: "text", text: JSON.stringify({ stdout: "hi\n", stderr: "", exit_code: 0, traceId: "" }) }
  ],
  isError: false
}

const envelope = (data: unknown) =>
  JSON.stringify({
    RequestId: "6C3A7B1E-0000-0000-0000-000000000000",
    HttpStatusCode: 200,
    Code: "ok",
    Success: true,
    Data: data
  })

const byLink = JSON.stringify({ code: 200, data: JSON.stringify({ result }) })

const byApi = envelope(result)

const session = envelope({
  SessionId: "s-0123456789abcdef",
  ResourceUrl: "https://example.invalid/resource",
  Labels: { job: "bench" }
})

const answerTo = (url: string): string =>
  url.startsWith("/link/") ? byLink : url.includes("Action=CallMcpTool") ? byApi : session

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    const answer = answerTo(request.url ?? "")
    response.writeHead(200, { "content-type": "application/json", "content-length": answer.length })
    response.end(answer)
  })
})

server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on("disconnect", () => process.exit())
