// A process of its own: answers every request, once it has read the body, with one JSON document of a typical size.
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

const answer = JSON.stringify({
  RequestId: "6C3A7B1E-0000-0000-0000-000000000000",
  HttpStatusCode: 200,
  Code: "ok",
  Success: true,
  Data: {
    SessionId: "s-0123456789abcdef",
    ResourceUrl: "https://example.invalid/resource",
    Labels: { job: "bench" }
  }
})

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(200, { "content-type": "application/json", "content-length": answer.length })
    response.end(answer)
  })
})

server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on("disconnect", () => process.exit())
