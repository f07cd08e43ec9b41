import { Readable } from "node:stream"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as UndiciHttpClient from "@effect-agentbay/node/UndiciHttpClient"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import { latch, received, serve } from "./server.js"

interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string | undefined>
  readonly body: string
}

/** Answers with what it saw; bodies travel back as base64. */
const mirror = serve((request, response) => {
  void received(request).then((body) => {
    const seen = {
      method: request.method,
      path: request.url,
      headers: request.headers,
      body: body.toString("base64")
    }
    response.end(JSON.stringify(seen))
  })
})

const post = (body: HttpBody.HttpBody) =>
  Effect.gen(function* () {
    const server = yield* mirror
    const client = yield* UndiciHttpClient.make()
    const response = yield* client.post(`${server.url}/path?q=a%20b#fragment`, { body })
    const seen = (yield* response.json) as Seen
    return { ...seen, text: Buffer.from(seen.body, "base64").toString("utf8") }
  })

const readMultipart = (seen: Seen) =>
  Effect.promise(() =>
    new Response(Buffer.from(seen.body, "base64"), {
      headers: { "content-type": seen.headers["content-type"] ?? "" }
    }).formData()
  )

describe("request bodies", () => {
  it.scopedLive("none", () =>
    Effect.gen(function* () {
      const seen = yield* post(HttpBody.empty)
      assert.strictEqual(seen.method, "POST")
      assert.strictEqual(seen.path, "/path?q=a%20b")
      assert.strictEqual(seen.headers["content-length"], "0")
      assert.strictEqual(seen.text, "")
      // Nothing is sent that nobody asked for, compression least of all.
      assert.deepStrictEqual(Object.keys(seen.headers).sort(), ["connection", "content-length", "host"])
    }).pipe(Effect.withTracerEnabled(false))
  )

  it.scopedLive("text and JSON", () =>
    Effect.gen(function* () {
      const text = yield* post(HttpBody.text("héllo", "text/plain"))
      assert.strictEqual(text.text, "héllo")
      assert.strictEqual(text.headers["content-type"], "text/plain")
      assert.strictEqual(text.headers["content-length"], "6")
      const json = yield* post(HttpBody.unsafeJson({ a: 1 }))
      assert.strictEqual(json.text, `{"a":1}`)
      assert.strictEqual(json.headers["content-type"], "application/json")
    })
  )

  it.scopedLive("bytes: a view of a larger buffer, and no bytes at all", () =>
    Effect.gen(function* () {
      const view = new Uint8Array([9, 9, 0, 255, 128, 9]).subarray(2, 5)
      const seen = yield* post(HttpBody.uint8Array(view))
      assert.deepStrictEqual([...Buffer.from(seen.body, "base64")], [0, 255, 128])
      assert.strictEqual((yield* post(HttpBody.uint8Array(new Uint8Array(0)))).text, "")
    })
  )

  it.scopedLive("form data, with a file", () =>
    Effect.gen(function* () {
      const form = new FormData()
      form.append("name", "válue")
      form.append("file", new Blob([new Uint8Array([0, 255])], { type: "image/png" }), "a b.png")
      const seen = yield* post(HttpBody.formData(form))
      assert.match(seen.headers["content-type"] ?? "", /^multipart\/form-data; boundary=/)
      const parts = yield* readMultipart(seen)
      assert.strictEqual(parts.get("name"), "válue")
      const file = parts.get("file")
      assert.instanceOf(file, File)
      assert.strictEqual(file.name, "a b.png")
      assert.strictEqual(file.type, "image/png")
      assert.deepStrictEqual([...new Uint8Array(yield* Effect.promise(() => file.arrayBuffer()))], [0, 255])
    })
  )

  const raw: ReadonlyArray<readonly [string, () => unknown]> = [
    ["string", () => "raw"],
    ["Buffer", () => Buffer.from("raw")],
    ["ArrayBuffer", () => new TextEncoder().encode("raw").buffer],
    ["Blob", () => new Blob(["raw"])],
    ["Readable", () => Readable.from([Buffer.from("r"), Buffer.from("aw")])],
    ["ReadableStream", () => new Blob(["raw"]).stream()],
    [
      "async iterable",
      () =>
        (async function* () {
          yield "r"
          yield "aw"
        })()
    ]
  ]
  for (const [kind, make] of raw) {
    it.scopedLive(`raw: ${kind}`, () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* post(HttpBody.raw(make()))).text, "raw")
      })
    )
  }

  it.scopedLive("raw: URLSearchParams, FormData and null", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* post(HttpBody.raw(new URLSearchParams({ a: "b c" })))).text, "a=b+c")
      const form = new FormData()
      form.append("name", "value")
      const parts = yield* readMultipart(yield* post(HttpBody.raw(form)))
      assert.strictEqual(parts.get("name"), "value")
      assert.strictEqual((yield* post(HttpBody.raw(null))).text, "")
    })
  )

  it.scopedLive("a raw body of an unknown kind cannot be encoded", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(post(HttpBody.raw({ not: "a body" })))
      assert.deepInclude(error, { _tag: "RequestError", reason: "Encode" })
    })
  )

  it.scopedLive("a header that cannot be sent cannot be encoded", () =>
    Effect.gen(function* () {
      const server = yield* mirror
      const client = yield* UndiciHttpClient.make()
      const error = yield* Effect.flip(client.get(server.url, { headers: { "x-bad": "line\nbreak" } }))
      assert.deepInclude(error, { _tag: "RequestError", reason: "Encode" })
      assert.notInclude(error.message, "break")
      assert.strictEqual(server.accepted(), 0)
    })
  )
})

describe("request streams", () => {
  it.scopedLive("of unknown length are chunked", () =>
    Effect.gen(function* () {
      const seen = yield* post(HttpBody.stream(Stream.make("a", "", "bc").pipe(Stream.encodeText)))
      assert.strictEqual(seen.text, "abc")
      assert.strictEqual(seen.headers["transfer-encoding"], "chunked")
    })
  )

  it.scopedLive("of known length say it", () =>
    Effect.gen(function* () {
      const seen = yield* post(
        HttpBody.stream(Stream.make("a", "bc").pipe(Stream.encodeText), "text/plain", 3)
      )
      assert.strictEqual(seen.text, "abc")
      assert.strictEqual(seen.headers["content-length"], "3")
      assert.notProperty(seen.headers, "transfer-encoding")
    })
  )

  it.scopedLive("see the context of the request", () =>
    Effect.gen(function* () {
      const body = Stream.fromEffect(Effect.map(Effect.annotateLogs({})(Effect.logAnnotations), String)).pipe(
        Stream.encodeText
      )
      const seen = yield* post(HttpBody.stream(body)).pipe(Effect.annotateLogs("job", "demo"))
      assert.include(seen.text, "demo")
    })
  )

  it.scopedLive("that fail abort the request and report why", () =>
    Effect.gen(function* () {
      const aborted = latch()
      const server = yield* serve((request) => {
        request.on("error", () => aborted.open())
      })
      const client = yield* UndiciHttpClient.make()
      const body = Stream.concat(Stream.make(new Uint8Array([1])), Stream.fail("disk full"))
      const error = yield* Effect.flip(client.post(server.url, { body: HttpBody.stream(body) }))
      assert.deepInclude(error, { _tag: "RequestError", reason: "Encode", cause: "disk full" })
      yield* aborted.await
      yield* server.quiet
    })
  )

  it.scopedLive("that are longer or shorter than they say fail", () =>
    Effect.gen(function* () {
      for (const length of [1, 5]) {
        const body = HttpBody.stream(Stream.make(new Uint8Array(3)), undefined, length)
        const error = yield* Effect.flip(post(body))
        assert.deepInclude(error, { _tag: "RequestError", reason: "Encode" })
      }
    })
  )

  it.scopedLive("are not started when there is no connection", () =>
    Effect.gen(function* () {
      let started = false
      const client = yield* UndiciHttpClient.make()
      const body = HttpBody.stream(
        Stream.fromEffect(
          Effect.sync(() => {
            started = true
            return new Uint8Array(1)
          })
        )
      )
      const error = yield* Effect.flip(client.post("http://127.0.0.1:1/", { body }))
      assert.deepInclude(error, { _tag: "RequestError", reason: "Transport" })
      assert.isFalse(started)
    })
  )

  it.scopedLive("of Node are closed when there is no connection", () =>
    Effect.gen(function* () {
      const client = yield* UndiciHttpClient.make()
      const body = Readable.from([Buffer.from("never sent")])
      yield* Effect.flip(client.post("http://127.0.0.1:1/", { body: HttpBody.raw(body) }))
      assert.isTrue(body.destroyed)
    })
  )

  it.scopedLive("are pulled as fast as the server reads", () =>
    Effect.gen(function* () {
      const arrived = latch<() => void>()
      const server = yield* serve((request, response) => {
        request.pause()
        arrived.open(() => {
          request.on("end", () => response.end())
          request.resume()
        })
      })
      const total = 1024
      let produced = 0
      const stalled = latch()
      let timer: NodeJS.Timeout | undefined
      const body = Stream.repeatEffect(
        Effect.sync(() => {
          produced++
          clearTimeout(timer)
          if (produced < total) timer = setTimeout(() => stalled.open(), 200)
          else stalled.open()
          return new Uint8Array(65_536)
        })
      ).pipe(Stream.take(total))
      const client = yield* UndiciHttpClient.make()
      const sending = yield* Effect.fork(client.post(server.url, { body: HttpBody.stream(body) }))
      const letGo = yield* arrived.await
      yield* stalled.await
      assert.isBelow(produced, total)
      letGo()
      assert.strictEqual((yield* sending).status, 200)
      assert.strictEqual(produced, total)
    })
  )
})

describe("round trips", () => {
  const bytes = FastCheck.uint8Array({ maxLength: 100_000, size: "max" })

  it.effect.prop(
    "any bytes arrive as they are, whole or streamed, in any pieces",
    { bytes, cuts: FastCheck.array(FastCheck.nat(), { maxLength: 8 }), streamed: FastCheck.boolean() },
    ({ bytes, cuts, streamed }) =>
      Effect.gen(function* () {
        const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
        const pieces = edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge))
        const server = yield* serve((request, response) => {
          request.pipe(response)
        })
        const client = yield* UndiciHttpClient.make()
        const body = streamed ? HttpBody.stream(Stream.fromIterable(pieces)) : HttpBody.uint8Array(bytes)
        const response = yield* client.execute(HttpClientRequest.post(server.url, { body }))
        const whole = new Uint8Array(yield* response.arrayBuffer)
        assert.isTrue(Buffer.from(whole).equals(bytes))
        const again = yield* HttpClient.withTracerDisabledWhen(client, () => true).post(server.url, { body })
        const chunks = yield* Stream.runCollect(again.stream)
        assert.isTrue(Buffer.concat([...chunks]).equals(bytes))
      }).pipe(Effect.scoped),
    { fastCheck: { numRuns: 40 } }
  )
})
