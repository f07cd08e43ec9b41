import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import { assert, describe, it } from "@effect/vitest"
import * as UndiciHttpClient from "@effect-agentbay/node/UndiciHttpClient"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { MockAgent } from "undici"
import { certificate, latch, serve, serveSilence, serveTls } from "./server.js"

const failure = (request: Effect.Effect<unknown, HttpClientError.HttpClientError>) =>
  Effect.flatMap(Effect.flip(request), (error) =>
    error._tag === "RequestError" ? Effect.succeed(error) : Effect.die(error)
  )

describe("connections", () => {
  it.scopedLive("are reused one after another", () =>
    Effect.gen(function* () {
      const server = yield* serve((_request, response) => response.end("ok"))
      const client = yield* UndiciHttpClient.make()
      for (let i = 0; i < 100; i++) assert.strictEqual(yield* (yield* client.get(server.url)).text, "ok")
      // undici takes a connection back one turn of the event loop after its response; a second one bridges that.
      assert.isAtMost(server.accepted(), 2)
    })
  )

  it.scopedLive("carry many requests at a time, and no more than their limit of them", () =>
    Effect.gen(function* () {
      let running = 0
      let most = 0
      const server = yield* serve((request, response) => {
        most = Math.max(most, ++running)
        setImmediate(() => {
          running--
          response.end(request.url)
        })
      })
      const client = yield* UndiciHttpClient.make({ connections: 8 })
      const answers = yield* Effect.forEach(
        Array.from({ length: 500 }, (_, i) => `/${i}`),
        (path) => Effect.flatMap(client.get(`${server.url}${path}`), (response) => response.text),
        { concurrency: 64 }
      )
      assert.deepStrictEqual(
        answers,
        Array.from({ length: 500 }, (_, i) => `/${i}`)
      )
      assert.strictEqual(server.accepted(), 8)
      assert.isAtMost(most, 8)
    })
  )

  it.scopedLive("end with the scope, and so does what they were doing", () =>
    Effect.gen(function* () {
      const arrived = latch()
      const server = yield* serve((request, response) => {
        if (request.url === "/hang") arrived.open()
        else response.end()
      })
      const scope = yield* Scope.make()
      const client = yield* Scope.extend(UndiciHttpClient.make(), scope)
      yield* client.get(server.url)
      const hanging = yield* Effect.fork(client.get(`${server.url}/hang`))
      yield* arrived.await
      yield* Scope.close(scope, Exit.void)
      yield* server.quiet
      const error = yield* failure(Fiber.join(hanging))
      assert.propertyVal(error.cause, "code", "UND_ERR_DESTROYED")
      assert.propertyVal((yield* failure(client.get(server.url))).cause, "code", "UND_ERR_DESTROYED")
    })
  )

  it.scopedLive("over TLS trust the certificates they are given, and only those", () =>
    Effect.gen(function* () {
      const server = yield* serveTls((_request, response) => response.end("secure"))
      const trusting = yield* UndiciHttpClient.make({ tls: { ca: certificate } })
      assert.strictEqual(yield* (yield* trusting.get(server.url)).text, "secure")
      const careless = yield* UndiciHttpClient.make({ tls: { rejectUnauthorized: false } })
      assert.strictEqual(yield* (yield* careless.get(server.url)).text, "secure")
      const strict = yield* UndiciHttpClient.make()
      const error = yield* failure(strict.get(server.url))
      assert.strictEqual(error.reason, "Transport")
      assert.propertyVal(error.cause, "code", "DEPTH_ZERO_SELF_SIGNED_CERT")
      assert.include(error.message, "not sent")
    })
  )

  it.scopedLive("can come from a dispatcher of the caller", () =>
    Effect.gen(function* () {
      const agent = new MockAgent()
      agent.disableNetConnect()
      agent.get("http://example.invalid").intercept({ path: "/a" }).reply(200, "mocked")
      const client = UndiciHttpClient.fromDispatcher(agent)
      assert.strictEqual(yield* (yield* client.get("http://example.invalid/a")).text, "mocked")
      yield* Effect.promise(() => agent.close())
    })
  )
})

describe("failures", () => {
  it.scopedLive("of a refused connection keep its code and say that nothing was sent", () =>
    Effect.gen(function* () {
      const server = yield* Effect.scoped(serve(() => undefined))
      const client = yield* UndiciHttpClient.make()
      const refused = yield* failure(client.get(server.url))
      assert.strictEqual(refused.reason, "Transport")
      assert.propertyVal(refused.cause, "code", "ECONNREFUSED")
      assert.include(refused.message, "not sent")
      // Both addresses of the name refuse.
      const named = yield* failure(client.get(server.url.replace("127.0.0.1", "localhost")))
      assert.propertyVal(named.cause, "code", "ECONNREFUSED")
    })
  )

  it.scopedLive("of an unknown host keep its code", () =>
    Effect.gen(function* () {
      const client = yield* UndiciHttpClient.make({
        tls: {
          lookup: (host, _options, callback) =>
            callback(Object.assign(new Error(host), { code: "ENOTFOUND" }), "")
        }
      })
      const error = yield* failure(client.get("http://unknown.invalid/"))
      assert.strictEqual(error.reason, "Transport")
      assert.propertyVal(error.cause, "code", "ENOTFOUND")
    })
  )

  it.scopedLive("of a connection that is not made in time", () =>
    Effect.gen(function* () {
      const server = yield* serveSilence
      const client = yield* UndiciHttpClient.make({ connectTimeout: "50 millis" })
      const error = yield* failure(client.get(server.url))
      assert.strictEqual(error.reason, "Transport")
      assert.propertyVal(error.cause, "code", "UND_ERR_CONNECT_TIMEOUT")
      yield* server.quiet
    })
  )

  it.scopedLive("of a connection that breaks do not say that nothing was sent", () =>
    Effect.gen(function* () {
      const server = yield* serve((request) => request.socket.destroy())
      const client = yield* UndiciHttpClient.make()
      const error = yield* failure(client.post(server.url))
      assert.strictEqual(error.reason, "Transport")
      assert.propertyVal(error.cause, "code", "UND_ERR_SOCKET")
      assert.notInclude(error.message, "not sent")
    })
  )

  it.scopedLive("of limits that were asked for", () =>
    Effect.gen(function* () {
      const server = yield* serve((request, response) => {
        if (request.url === "/body") response.write("begin")
      })
      const headers = yield* UndiciHttpClient.make({ headersTimeout: "20 millis" })
      assert.propertyVal((yield* failure(headers.get(server.url))).cause, "code", "UND_ERR_HEADERS_TIMEOUT")
      const body = yield* UndiciHttpClient.make({ bodyTimeout: "20 millis" })
      const error = yield* Effect.flip((yield* body.get(`${server.url}/body`)).text)
      assert.propertyVal(error.cause, "code", "UND_ERR_BODY_TIMEOUT")
    })
  )

  it.scopedLive("of URLs that are not absolute HTTP", () =>
    Effect.gen(function* () {
      const client = yield* UndiciHttpClient.make()
      const untraced = HttpClient.withTracerDisabledWhen(client, () => true)
      for (const url of ["/relative", "ftp://host/file", "http://"]) {
        assert.strictEqual((yield* failure(client.get(url))).reason, "InvalidUrl")
        assert.strictEqual((yield* failure(untraced.get(url))).reason, "InvalidUrl")
      }
    })
  )
})

/** An abort controller per request is most of what a span costs. */
const countControllers = Effect.acquireRelease(
  Effect.sync(() => {
    const original = globalThis.AbortController
    const counter = { count: 0, restore: () => Object.assign(globalThis, { AbortController: original }) }
    globalThis.AbortController = class extends original {
      constructor() {
        super()
        counter.count++
      }
    }
    return counter
  }),
  (counter) => Effect.sync(counter.restore)
)

describe("tracing", () => {
  const recording = Effect.map(Effect.tracer, (native) => {
    const spans: Array<Tracer.Span> = []
    const tracer = Tracer.make({
      context: (f, fiber) => native.context(f, fiber),
      span: (...args) => {
        const span = native.span(...args)
        spans.push(span)
        return span
      }
    })
    return { spans, tracer }
  })

  it.scopedLive("makes one client span with the status, and passes it on", () =>
    Effect.gen(function* () {
      const { spans, tracer } = yield* recording
      const server = yield* serve((request, response) => response.end(request.headers["traceparent"]))
      const client = yield* UndiciHttpClient.make()
      const text = yield* client.get(server.url).pipe(
        Effect.flatMap((response) => response.text),
        Effect.withTracer(tracer)
      )
      assert.strictEqual(spans.length, 1)
      const [span] = spans
      assert.strictEqual(span?.kind, "client")
      assert.strictEqual(span?.attributes.get("http.response.status_code"), 200)
      assert.include(text, span?.traceId ?? "no span")
    })
  )

  it.scopedLive("makes none and sends no header when it is off", () =>
    Effect.gen(function* () {
      const { spans, tracer } = yield* recording
      const server = yield* serve((request, response) => response.end(String(request.headers["traceparent"])))
      const client = yield* UndiciHttpClient.make()
      const read = (client: HttpClient.HttpClient) =>
        Effect.flatMap(client.get(server.url), (response) => response.text).pipe(Effect.withTracer(tracer))
      assert.strictEqual(yield* read(HttpClient.withTracerDisabledWhen(client, () => true)), "undefined")
      assert.strictEqual(yield* Effect.withTracerEnabled(read(client), false), "undefined")
      assert.strictEqual(spans.length, 0)
    })
  )

  it.scopedLive("leaves out what only a traced request needs when it is off", () =>
    Effect.gen(function* () {
      const server = yield* serve((_request, response) => response.end("ok"))
      const client = yield* UndiciHttpClient.make()
      const controllers = yield* countControllers
      yield* (yield* client.get(server.url)).text
      assert.strictEqual(controllers.count, 1)
      yield* (yield* HttpClient.withTracerDisabledWhen(client, () => true).get(server.url)).text
      assert.strictEqual(controllers.count, 1)
    })
  )

  it.effect("the layer provides a client", () =>
    Effect.gen(function* () {
      const server = yield* serve((_request, response) => response.end("ok"))
      const text = yield* Effect.flatMap(HttpClient.HttpClient, (client) => client.get(server.url)).pipe(
        Effect.flatMap((response) => response.text),
        Effect.provide(UndiciHttpClient.layer)
      )
      assert.strictEqual(text, "ok")
      yield* server.quiet
    }).pipe(Effect.scoped)
  )
})
