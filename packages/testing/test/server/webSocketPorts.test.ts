import { createHash, randomBytes } from "node:crypto"
import * as http from "node:http"
import * as https from "node:https"
import type { Duplex } from "node:stream"
import { assert, describe } from "@effect/vitest"
import * as LocalCloud from "@effect-agentbay/testing/LocalCloud"
import { Context, Effect, Exit, Fiber, Layer, Schedule, Scope } from "effect"
import { statusOf, upgraded } from "../support/connections.js"
import { call } from "../support/service.js"
import { serve, session, type TestSession, withCloud } from "../support/sessions.js"

const port = "30100"

const socketLink = (mine: TestSession) => mine.link("GetLink", { Port: port })
const webLink = (mine: TestSession) => mine.link("GetLink", { ProtocolType: "https", Port: port })

/** A server in the session, as the source of a Node.js program. */
const program = (mine: TestSession, source: string) =>
  Effect.zipRight(mine.write("/tmp/server.cjs", source), serve(mine, "node /tmp/server.cjs", Number(port)))

/** Answers every upgrade, tells of the request, and then does what `then` says with the socket. */
const upgrading = (then: string): string => `
  const http = require("http")
  const server = http.createServer()
  server.on("upgrade", (request, socket, head) => {
    socket.write("HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n")
    socket.on("error", () => {})
    if (head.length > 0) socket.unshift(head)
    ${then}
  })
  server.listen(${port})`

const everything = (socket: Duplex): Effect.Effect<Buffer> =>
  Effect.promise(async () => {
    const chunks: Array<Buffer> = []
    for await (const chunk of socket) chunks.push(chunk)
    return Buffer.concat(chunks)
  })

const firstBytes = (socket: Duplex, count: number): Effect.Effect<Buffer> =>
  Effect.async((resume) => {
    const read = () => {
      const chunk: Buffer | null = socket.read(count)
      if (chunk === null) return
      socket.off("readable", read)
      resume(Effect.succeed(chunk))
    }
    socket.on("readable", read)
    read()
  })

const closed = (socket: Duplex): Effect.Effect<void> =>
  Effect.async((resume) => {
    socket.on("error", () => {})
    socket.once("close", () => resume(Effect.void))
    if (socket.closed) resume(Effect.void)
    socket.resume()
  })

const size = 64 * 1024 * 1024

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

describe("a WebSocket to a port of a session", () => {
  withCloud("leads to the program that listens there", (cloud) =>
    Effect.gen(function* () {
      const mine = yield* session(cloud, { ImageId: "code_latest" })
      const link = yield* socketLink(mine)
      assert.match(link, /^ws:\/\/127\.0\.0\.1:\d+\/websocket_ai\/[0-9a-f]{64}\/30100$/)
      assert.strictEqual(yield* statusOf(link), 502)
      yield* program(mine, upgrading('socket.end(request.url + " " + request.headers.host)'))
      const said = (url: string) => Effect.map(Effect.flatMap(upgraded(url), everything), String)
      assert.strictEqual(yield* said(link), "/ localhost:30100")
      assert.strictEqual(yield* said(`${link}/chat/1?room=2`), "/chat/1?room=2 localhost:30100")
      assert.strictEqual(yield* statusOf(link.replace(port, "30200")), 404)
      assert.strictEqual(yield* statusOf(link.replace(/[0-9a-f]{64}/, "0".repeat(64))), 401)
    })
  )

  withCloud("carries bytes both ways, and holds back a writer whose reader is slow", (cloud) =>
    Effect.gen(function* () {
      const mine = yield* session(cloud, { ImageId: "code_latest" })
      yield* program(
        mine,
        upgrading(`
          const hash = require("crypto").createHash("sha256")
          const go = () => {
            if (!require("fs").existsSync("/tmp/go")) return setTimeout(go, 20)
            let missing = ${size}
            socket.on("data", (chunk) => {
              hash.update(chunk)
              missing -= chunk.length
              if (missing === 0) socket.end(hash.digest("hex"))
            })
          }
          go()`)
      )
      const socket = yield* upgraded(yield* socketLink(mine))
      const sent = randomBytes(size)
      const answer = yield* Effect.fork(everything(socket))
      socket.write(sent)
      // Without a reader, most of it waits here when nothing moves any more.
      const waiting = Effect.sync(() => socket.writableLength)
      let [before, left] = [-1, yield* waiting]
      while (left !== before) {
        yield* Effect.sleep("200 millis")
        before = left
        left = yield* waiting
      }
      assert.isAbove(left, size / 2)
      yield* mine.write("/tmp/go", "")
      assert.strictEqual((yield* Fiber.join(answer)).toString(), hash(sent))
    })
  )

  withCloud("is closed at one end when the other is", (cloud) =>
    Effect.gen(function* () {
      const mine = yield* session(cloud, { ImageId: "code_latest" })
      yield* program(
        mine,
        upgrading(`
          const fs = require("fs")
          socket.write("ready", () => request.url === "/leave" && socket.destroy())
          socket.on("end", () => socket.end())
          socket.on("close", () => fs.writeFileSync("/tmp/left-" + request.url.slice(1), ""))
          socket.resume()`)
      )
      const link = yield* socketLink(mine)
      yield* closed(yield* upgraded(`${link}/leave`))
      const leaving = yield* upgraded(`${link}/stay`)
      yield* firstBytes(leaving, 5)
      leaving.destroy()
      yield* Effect.repeat(mine.shell("ls /tmp"), {
        schedule: Schedule.spaced("50 millis"),
        until: (said) => said.includes("left-stay")
      })
      const staying = yield* upgraded(link)
      yield* firstBytes(staying, 5)
      yield* mine.release
      yield* closed(staying)
    })
  )

  withCloud("is closed when the cloud stops", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const built = yield* Layer.buildWithScope(LocalCloud.layer({ machine: "bubblewrap" }), scope)
      const mine = yield* session(Context.get(built, LocalCloud.LocalCloud), { ImageId: "code_latest" })
      yield* program(mine, upgrading('socket.write("ready")'))
      const staying = yield* upgraded(yield* socketLink(mine))
      yield* firstBytes(staying, 5)
      yield* Scope.close(scope, Exit.void)
      yield* closed(staying)
    })
  )
})

describe("a WebSocket to a cloud with TLS", () => {
  withCloud(
    "is plain where the link leads, and encrypted where the control API is",
    (cloud) =>
      Effect.gen(function* () {
        // Where the links are: the plain port serves everything too.
        const created = yield* request(`${cloud.url}/?Action=CreateMcpSession`, {
          ca: cloud.certificate,
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: ["Authorization=Bearer+akm&ImageId=code_latest"]
        })
        const plain = new URL(JSON.parse(created.body).Data.LinkUrl).origin
        const mine = yield* session({ ...cloud, url: plain }, { ImageId: "code_latest" })
        yield* program(mine, upgrading('socket.end("arrived")'))
        const link = yield* socketLink(mine)
        assert.match(link, /^ws:/)
        const said = (url: string) =>
          Effect.map(Effect.flatMap(upgraded(url, cloud.certificate), everything), String)
        assert.strictEqual(yield* said(link), "arrived")
        const { host } = new URL(cloud.url)
        assert.strictEqual(yield* said(link.replace(/^ws:\/\/[^/]+/, `wss://${host}`)), "arrived")
      }),
    { tls: true }
  )
})

interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

const request = (
  url: string,
  options: https.RequestOptions & { readonly body?: ReadonlyArray<string> } = {}
): Effect.Effect<Answer> =>
  Effect.promise(
    () =>
      new Promise((resolve, reject) => {
        const { body = [], ...others } = options
        const sending = (url.startsWith("https:") ? https : http).request(url, others, (response) => {
          const chunks: Array<Buffer> = []
          response.on("data", (chunk: Buffer) => chunks.push(chunk))
          response.on("error", reject)
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks).toString()
            })
          )
        })
        sending.on("error", reject)
        for (const part of body) sending.write(part)
        sending.end()
      })
  )

describe("a web link to a port of a session", () => {
  withCloud("shows what a web server in the session serves", (cloud) =>
    Effect.gen(function* () {
      const mine = yield* session(cloud, { ImageId: "code_latest" })
      const link = yield* webLink(mine)
      assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/request_ai\/[0-9a-f]{64}\/30100\/path\/$/)
      const early = yield* request(link)
      assert.strictEqual(early.status, 502)
      assert.include(early.body, "nothing listens on port 30100")
      yield* mine.write("/tmp/site/a b/page.html", "<p>in the session</p>")
      yield* serve(mine, `python3 -m http.server --directory /tmp/site ${port}`, Number(port))
      const page = yield* request(`${link}a%20b/page.html?x=1`)
      assert.strictEqual(page.status, 200)
      assert.strictEqual(page.body, "<p>in the session</p>")
      assert.match(page.headers["content-type"] ?? "", /^text\/html/)
      assert.strictEqual((yield* request(`${link}none`)).status, 404)
      assert.strictEqual((yield* request(link.replace(/[0-9a-f]{64}/, "0".repeat(64)))).status, 401)
      assert.strictEqual((yield* request(link.replace(port, "8000"))).status, 404)
      yield* mine.release
      assert.strictEqual((yield* request(link)).status, 401)
    })
  )

  withCloud("passes requests and answers on as they arrive", (cloud) =>
    Effect.gen(function* () {
      const mine = yield* session(cloud, { ImageId: "code_latest" })
      yield* program(
        mine,
        `require("http").createServer((request, response) => {
          if (request.url === "/events") {
            response.writeHead(200, { "content-type": "text/event-stream" })
            response.write("data: first\\n\\n")
            const go = () => require("fs").existsSync("/tmp/go") ? response.end("data: last\\n\\n") : setTimeout(go, 20)
            return go()
          }
          const { host, connection, "transfer-encoding": encoding, "x-own": own } = request.headers
          response.writeHead(201, { "set-cookie": ["a=1", "b=2"] })
          response.write(JSON.stringify({ method: request.method, host, encoding, own }) + "\\n")
          request.pipe(response)
        }).listen(${port})`
      )
      const link = yield* webLink(mine)
      const echoed = yield* request(`${link}echo`, {
        method: "POST",
        headers: { "x-own": "kept", "transfer-encoding": "chunked" },
        body: ["one ", "two"]
      })
      assert.strictEqual(echoed.status, 201)
      assert.deepStrictEqual(echoed.headers["set-cookie"], ["a=1", "b=2"])
      const [told = "", body] = echoed.body.split("\n")
      assert.deepStrictEqual(JSON.parse(told), {
        method: "POST",
        host: "localhost:30100",
        encoding: "chunked",
        own: "kept"
      })
      assert.strictEqual(body, "one two")

      const events = yield* Effect.promise(
        () => new Promise<http.IncomingMessage>((resolve) => http.get(`${link}events`, resolve))
      )
      const first = yield* firstBytes(events as unknown as Duplex, "data: first\n\n".length)
      assert.strictEqual(first.toString(), "data: first\n\n")
      yield* mine.write("/tmp/go", "")
      assert.strictEqual((yield* everything(events as unknown as Duplex)).toString(), "data: last\n\n")
    })
  )
})

describe("an offer of another protocol", () => {
  withCloud("is ignored where nobody takes it up", (cloud) =>
    Effect.gen(function* () {
      const offered = {
        connection: "Upgrade, HTTP2-Settings",
        upgrade: "h2c",
        "http2-settings": "AAMAAABkAAQ"
      }
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
      const created = yield* request(`${cloud.url}/?Action=CreateMcpSession`, {
        agent,
        method: "POST",
        headers: { ...offered, "content-type": "application/x-www-form-urlencoded" },
        body: ["Authorization=Bearer+akm-", "test&ImageId=code_latest"]
      })
      assert.strictEqual(created.status, 200)
      assert.strictEqual(JSON.parse(created.body).Success, true)
      const listed = yield* request(
        `${cloud.url}/?Action=ListSession&Authorization=Bearer+akm&Labels=%7B%7D&MaxResults=10`,
        { agent }
      )
      assert.strictEqual(JSON.parse(listed.body).TotalCount, 1, listed.body)
      agent.destroy()
      assert.strictEqual(
        (yield* call("ListSession", { Labels: "{}", MaxResults: "10" }, { url: cloud.url })).body.TotalCount,
        1
      )
    })
  )
})
