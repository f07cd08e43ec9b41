import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as AgentBayConfig from "@effect-agentbay/core/AgentBayConfig"
import type { SessionError } from "@effect-agentbay/core/AgentBayError"
import * as ControlPlane from "@effect-agentbay/core/ControlPlane"
import * as HttpExchange from "@effect-agentbay/core/HttpExchange"
import { GetSession } from "@effect-agentbay/core/SessionActions"
import * as UndiciHttpClient from "@effect-agentbay/node/UndiciHttpClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { latch, serve } from "./server.js"

type End = HttpExchange.ExchangeAnswer | HttpExchange.ExchangeFailure

const exchangeOf = (client: HttpClient.HttpClient): HttpExchange.HttpExchange =>
  HttpExchange.of(client) ?? assert.fail("the client has no exchange")

const post = (
  origin: string,
  request: Partial<HttpExchange.ExchangeRequest> = {}
): HttpExchange.ExchangeRequest => ({ method: "POST", origin, path: "/", headers: {}, body: "x", ...request })

const ask = (client: HttpClient.HttpClient, request: HttpExchange.ExchangeRequest) =>
  Effect.async<End>((resume) => {
    exchangeOf(client)(request, (end) => resume(Effect.succeed(end)))
  })

const failureOf = (end: End) => (end._tag === "Failure" ? [end.phase, end.status] : assert.fail(end.text))

describe("an exchange", () => {
  it.scopedLive("sends what it is given and brings the whole answer", () =>
    Effect.gen(function* () {
      // The first character after the byte order mark takes three bytes and is cut in two.
      const parts = [Buffer.from([0xef, 0xbb, 0xbf, 0xe6]), Buffer.from([0x97, 0xa5, 0x20, 0x31])]
      const server = yield* serve((request, response) => {
        let body = ""
        request.on("data", (chunk) => {
          body += chunk
        })
        request.on("end", () => {
          const seen = [request.method, request.url, request.headers["x-a"], encodeURIComponent(body)].join(
            " "
          )
          response.writeEarlyHints({ link: "</a>; rel=preload" })
          response.writeHead(418, { "X-Seen": seen, "set-cookie": ["a=1", "b=2"] })
          response.write(parts[0])
          setImmediate(() => response.end(parts[1]))
        })
      })
      const client = yield* UndiciHttpClient.make()
      const request = post(server.url, { path: "/p/q?r=%20", headers: { "x-a": "1" }, body: "日" })
      const end = yield* ask(client, request)
      if (end._tag === "Failure") assert.fail(String(end.cause))
      assert.deepStrictEqual([end.status, end.text], [418, "日 1"])
      assert.deepStrictEqual(Buffer.concat(end.chunks ?? []), Buffer.concat(parts))
      assert.strictEqual(end.headers["x-seen"], "POST /p/q?r=%20 1 %E6%97%A5")
      assert.deepStrictEqual(end.headers["set-cookie"], ["a=1", "b=2"])
    })
  )

  it.scopedLive("sends a GET without a body", () =>
    Effect.gen(function* () {
      const server = yield* serve((request, response) =>
        response.end(`${request.method} ${request.headers["content-length"]}`)
      )
      const client = yield* UndiciHttpClient.make()
      const end = yield* ask(client, { method: "GET", origin: server.url, path: "/", headers: {} })
      assert.strictEqual(end._tag === "Answer" && end.text, "GET undefined")
    })
  )

  it.scopedLive("says whether a request that failed had left", () =>
    Effect.gen(function* () {
      const server = yield* serve((request, response) => {
        if (request.url === "/cut") request.socket.destroy()
        else if (request.url === "/half") {
          response.writeHead(200, { "content-length": 100 })
          response.write("half", () => request.socket.destroy())
        } else response.end()
      })
      const client = yield* UndiciHttpClient.make()
      const failure = (request: HttpExchange.ExchangeRequest) => Effect.map(ask(client, request), failureOf)
      assert.deepStrictEqual(yield* failure(post("http://127.0.0.1:1")), ["notSent", undefined])
      assert.deepStrictEqual(yield* failure(post("no url")), ["notSent", undefined])
      assert.deepStrictEqual(yield* failure(post("")), ["notSent", undefined])
      assert.deepStrictEqual(yield* failure(post(server.url, { path: "p" })), ["notSent", undefined])
      assert.deepStrictEqual(yield* failure(post(server.url, { headers: { "x-a": "a\nb" } })), [
        "notSent",
        undefined
      ])
      assert.deepStrictEqual(yield* failure(post(server.url, { path: "/cut" })), ["unknown", undefined])
      assert.deepStrictEqual(yield* failure(post(server.url, { path: "/half" })), ["sent", 200])
    })
  )

  it.scopedLive("stops in whatever phase it is, and says no more", () =>
    Effect.gen(function* () {
      const arrived = latch<() => void>()
      const half = latch()
      const paths: Array<string | undefined> = []
      const server = yield* serve((request, response) => {
        paths.push(request.url)
        if (request.url === "/waits") arrived.open(() => response.end("late"))
        else if (request.url === "/half") response.write("half", () => half.open())
        else response.end(request.url)
      })
      const client = yield* UndiciHttpClient.make({ connections: 1 })
      const exchange = exchangeOf(client)
      const ends: Array<End> = []
      const begin = (path: string) => exchange(post(server.url, { path }), (end) => ends.push(end))

      // One that waits for its answer, and one that waits for the connection: its request never leaves.
      const stopWaiting = begin("/waits")
      yield* arrived.await
      const stopQueued = begin("/queued")
      stopQueued()
      assert.strictEqual(server.open.size, 1)
      stopWaiting()
      stopWaiting()
      yield* server.quiet

      const stopHalf = begin("/half")
      yield* half.await
      stopHalf()
      yield* server.quiet

      const end = yield* ask(client, post(server.url, { path: "/next" }))
      assert.strictEqual(end._tag === "Answer" && end.text, "/next")
      assert.deepStrictEqual(ends, [])
      assert.deepStrictEqual(paths, ["/waits", "/half", "/next"])
    })
  )

  it.scopedLive("is not offered by a client that wraps it, so that no wrapper is passed over", () =>
    Effect.gen(function* () {
      const client = yield* UndiciHttpClient.make()
      assert.isDefined(HttpExchange.of(client))
      const wrapped = [
        HttpClient.mapRequest(client, (request) => request),
        HttpClient.transformResponse(client, (response) => response),
        HttpClient.tap(client, () => Effect.void),
        HttpClient.filterStatusOk(client),
        HttpClient.withTracerPropagation(client, true)
      ]
      for (const another of wrapped) assert.isUndefined(HttpExchange.of(another))
    })
  )
})

// A client that offers the shorter way, and the same where that is hidden, must not be told apart.
const ways: ReadonlyArray<readonly [string, (client: HttpClient.HttpClient) => HttpClient.HttpClient]> = [
  ["the exchange", (client) => client],
  ["the client", HttpClient.mapRequest((request) => request)]
]

for (const [way, adapt] of ways) {
  const callTo = (endpoint: string, timeout: Duration.DurationInput): Effect.Effect<unknown, SessionError> =>
    Effect.flatMap(ControlPlane.ControlPlane, (controlPlane) =>
      controlPlane.call(GetSession, { sessionId: "s-1" }, { timeout: Duration.decode(timeout) })
    ).pipe(
      Effect.provide(
        ControlPlane.layer.pipe(
          Layer.provide(Layer.orDie(AgentBayConfig.layer({ apiKey: "key-of-mine", endpoint }))),
          Layer.provide(Layer.scoped(HttpClient.HttpClient, Effect.map(UndiciHttpClient.make(), adapt)))
        )
      )
    )

  describe(`a call by ${way}`, () => {
    for (const [region, wrap] of [
      ["", (effect: Effect.Effect<void, unknown>) => effect],
      [", also where interruption is off", Effect.uninterruptible]
    ] as const) {
      it.scopedLive(`ends at its deadline${region}, and closes its connection`, () =>
        Effect.gen(function* () {
          const server = yield* serve(() => undefined)
          const exit = yield* Effect.exit(
            wrap(
              Effect.gen(function* () {
                const error = yield* Effect.flip(callTo(server.url, "100 millis"))
                assert.deepStrictEqual([error.reason, error.phase], ["Timeout", "unknown"])
                yield* server.quiet
              })
            )
          )
          assert.isTrue(Exit.isSuccess(exit))
        })
      )
    }

    it.scopedLive("closes its connection when it is interrupted", () =>
      Effect.gen(function* () {
        const arrived = latch()
        const server = yield* serve(() => arrived.open())
        const fiber = yield* Effect.fork(callTo(server.url, "1 hour"))
        yield* arrived.await
        assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
        yield* server.quiet
      })
    )

    it.scopedLive("tells how a connection failed, without secrets", () =>
      Effect.gen(function* () {
        const server = yield* serve((request, response) => {
          response.writeHead(200, { "content-length": 100 })
          response.write("{", () => request.socket.destroy())
        })
        const half = yield* Effect.flip(callTo(server.url, "1 minute"))
        assert.deepStrictEqual([half.reason, half.phase, half.status], ["Transport", "sent", 200])
        const refused = yield* Effect.flip(callTo("http://127.0.0.1:1", "1 minute"))
        assert.deepStrictEqual([refused.reason, refused.phase], ["Transport", "notSent"])
        assert.include(refused.message, "ECONNREFUSED")
        for (const error of [half, refused]) assert.notInclude(JSON.stringify(error), "key-of-mine")
      })
    )
  })
}
