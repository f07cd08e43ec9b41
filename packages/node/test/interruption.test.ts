import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as UndiciHttpClient from "@effect-agentbay/node/UndiciHttpClient"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { latch, serve, serveSilence } from "./server.js"

/** With and without a span, requests take different ways through the client. */
const ways: ReadonlyArray<readonly [string, (client: HttpClient.HttpClient) => HttpClient.HttpClient]> = [
  ["traced", (client) => client],
  ["untraced", HttpClient.withTracerDisabledWhen(() => true)]
]

const isInterrupted = (exit: Exit.Exit<unknown, unknown>) => assert.isTrue(Exit.isInterrupted(exit))

for (const [way, adapt] of ways) {
  describe(`interruption, ${way}`, () => {
    it.scopedLive("while waiting for a connection: nothing is sent, and the connection is spared", () =>
      Effect.gen(function* () {
        const arrived = latch<() => void>()
        const paths: Array<string | undefined> = []
        const server = yield* serve((request, response) => {
          paths.push(request.url)
          if (request.url === "/first") arrived.open(() => response.end("first"))
          else response.end("other")
        })
        const client = adapt(yield* UndiciHttpClient.make({ connections: 1 }))
        const first = yield* Effect.fork(client.get(`${server.url}/first`))
        const finish = yield* arrived.await
        const second = yield* Effect.fork(
          client.post(`${server.url}/second`, { body: HttpBody.stream(Stream.never) })
        )
        yield* Effect.yieldNow()
        isInterrupted(yield* Fiber.interrupt(second))
        finish()
        assert.strictEqual(yield* (yield* first).text, "first")
        assert.strictEqual(yield* (yield* client.get(`${server.url}/third`)).text, "other")
        assert.deepStrictEqual(paths, ["/first", "/third"])
        assert.strictEqual(server.accepted(), 1)
      })
    )

    it.scopedLive("while connecting: returns at once, and the socket ends with the client", () =>
      Effect.gen(function* () {
        const server = yield* serveSilence
        const scope = yield* Scope.make()
        const client = adapt(yield* Scope.extend(UndiciHttpClient.make(), scope))
        // The TLS handshake never ends.
        const request = yield* Effect.fork(client.get(server.url))
        while (server.open.size === 0) yield* Effect.sleep(1)
        isInterrupted(yield* Fiber.interrupt(request))
        yield* Scope.close(scope, Exit.void)
        yield* server.quiet
      })
    )

    it.scopedLive("while waiting for headers: the server sees it", () =>
      Effect.gen(function* () {
        const arrived = latch()
        const server = yield* serve(() => arrived.open())
        const client = adapt(yield* UndiciHttpClient.make())
        const request = yield* Effect.fork(client.get(server.url))
        yield* arrived.await
        isInterrupted(yield* Fiber.interrupt(request))
        yield* server.quiet
      })
    )

    it.scopedLive("while sending a body: the stream is released and the server sees it", () =>
      Effect.gen(function* () {
        const arrived = latch()
        const released = latch()
        const server = yield* serve((request) => {
          request.on("data", () => arrived.open())
          request.on("error", () => undefined)
        })
        const client = adapt(yield* UndiciHttpClient.make())
        const body = Stream.concat(Stream.make(new Uint8Array([1])), Stream.never).pipe(
          Stream.ensuring(Effect.sync(() => released.open()))
        )
        const request = yield* Effect.fork(client.post(server.url, { body: HttpBody.stream(body) }))
        yield* arrived.await
        isInterrupted(yield* Fiber.interrupt(request))
        yield* released.await
        yield* server.quiet
      })
    )

    it.scopedLive("while receiving a body as a whole: the server sees it", () =>
      Effect.gen(function* () {
        const server = yield* serve((_request, response) => {
          response.write("begin")
        })
        const client = adapt(yield* UndiciHttpClient.make())
        const response = yield* client.get(server.url)
        const reading = yield* Effect.fork(response.text)
        yield* Effect.yieldNow()
        isInterrupted(yield* Fiber.interrupt(reading))
        yield* server.quiet
      })
    )

    it.scopedLive("while receiving a body as a stream: the server sees it", () =>
      Effect.gen(function* () {
        const server = yield* serve((_request, response) => {
          response.write("begin")
        })
        const began = latch()
        const client = adapt(yield* UndiciHttpClient.make())
        const response = yield* client.get(server.url)
        const reading = yield* Effect.fork(
          Stream.runForEach(response.stream, () => Effect.sync(() => began.open()))
        )
        yield* began.await
        isInterrupted(yield* Fiber.interrupt(reading))
        yield* server.quiet
      })
    )

    it.scopedLive("a stream that is left early gives its connection up", () =>
      Effect.gen(function* () {
        const server = yield* serve((_request, response) => {
          response.write("begin")
        })
        const client = adapt(yield* UndiciHttpClient.make())
        const response = yield* client.get(server.url)
        assert.strictEqual(
          yield* response.stream.pipe(Stream.take(1), Stream.decodeText(), Stream.mkString),
          "begin"
        )
        yield* server.quiet
      })
    )

    it.scopedLive("withScope: the request ends with the scope", () =>
      Effect.gen(function* () {
        const arrived = latch()
        const server = yield* serve((request, response) => {
          if (request.url === "/headers") return arrived.open()
          response.write("begin")
        })
        const client = adapt(yield* UndiciHttpClient.make()).pipe(HttpClient.withScope)
        const scope = yield* Scope.make()
        const response = yield* Scope.extend(client.get(`${server.url}/body`), scope)
        const waiting = yield* Effect.fork(Scope.extend(client.get(`${server.url}/headers`), scope))
        yield* arrived.await
        yield* Scope.close(scope, Exit.void)
        assert.deepInclude(yield* Effect.flip(response.text), { _tag: "ResponseError", reason: "Decode" })
        assert.deepInclude(yield* Effect.flip(Fiber.join(waiting)), {
          _tag: "RequestError",
          reason: "Transport"
        })
        yield* server.quiet
      })
    )

    it.scopedLive("a deadline is an interruption", () =>
      Effect.gen(function* () {
        const server = yield* serve(() => undefined)
        const client = adapt(yield* UndiciHttpClient.make())
        const error = yield* Effect.flip(Effect.timeout(client.get(server.url), "50 millis"))
        assert.strictEqual(error._tag, "TimeoutException")
        while (server.accepted() === 0) yield* Effect.sleep(1)
        yield* server.quiet
      })
    )
  })

  describe(`a body that nobody reads, ${way}`, () => {
    it.scopedLive("frees its connection when it is short", () =>
      Effect.gen(function* () {
        const server = yield* serve((_request, response) => response.end("x".repeat(1000)))
        const client = adapt(yield* UndiciHttpClient.make({ connections: 1 }))
        for (let i = 0; i < 5; i++) yield* client.get(server.url)
        assert.strictEqual(server.accepted(), 1)
      })
    )

    for (const [kind, body] of [
      ["large", "x".repeat(10_000_000)],
      ["unfinished", "x"]
    ] as const) {
      it.scopedLive(`gives its connection up after a while when it is ${kind}`, () =>
        Effect.gen(function* () {
          const server = yield* serve((_request, response) => {
            response.write(body)
          })
          const client = adapt(yield* UndiciHttpClient.make({ unreadTimeout: "50 millis" }))
          const response = yield* client.get(server.url)
          yield* server.quiet
          const error = yield* Effect.flip(response.text)
          assert.deepInclude(error, { _tag: "ResponseError", reason: "Decode" })
          assert.include(error.message, "nobody read it for 50 ms")
        })
      )
    }

    it.scopedLive("is kept for a reader that is slow but has begun", () =>
      Effect.gen(function* () {
        const server = yield* serve((_request, response) => response.end("x".repeat(1_000_000)))
        const client = adapt(yield* UndiciHttpClient.make({ unreadTimeout: "500 millis" }))
        const response = yield* client.get(server.url)
        let read = 0
        yield* response.stream.pipe(
          Stream.runForEachChunk((chunk) =>
            Effect.gen(function* () {
              if (read === 0) yield* Effect.sleep("1 second")
              for (const bytes of chunk) read += bytes.byteLength
            })
          )
        )
        assert.strictEqual(read, 1_000_000)
      })
    )
  })
}
