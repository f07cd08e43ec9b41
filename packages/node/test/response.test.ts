import type { RequestListener } from "node:http"
import { inspect } from "node:util"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as UrlParams from "@effect/platform/UrlParams"
import { assert, describe, it } from "@effect/vitest"
import * as UndiciHttpClient from "@effect-agentbay/node/UndiciHttpClient"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { latch, serve } from "./server.js"

const get = (handler: RequestListener, path = "/") =>
  Effect.gen(function* () {
    const server = yield* serve(handler)
    const client = yield* UndiciHttpClient.make()
    return yield* client.get(`${server.url}${path}`)
  })

const answer =
  (
    body: string | Uint8Array,
    headers: Record<string, string | ReadonlyArray<string>> = {}
  ): RequestListener =>
  (_request, response) => {
    response.writeHead(200, headers as Record<string, string>)
    response.end(body)
  }

describe("a response", () => {
  it.scopedLive("has a status, headers and cookies", () =>
    Effect.gen(function* () {
      const response = yield* get((_request, response) => {
        response.setHeader("X-Mixed", ["a", "b"])
        response.setHeader("set-cookie", ["one=1; Path=/", "two=2; HttpOnly"])
        response.writeHead(418)
        response.end()
      })
      assert.strictEqual(response.status, 418)
      assert.strictEqual(response.headers["x-mixed"], "a, b")
      assert.deepStrictEqual(Object.keys(response.cookies.cookies), ["one", "two"])
      assert.isTrue(Option.isNone(response.remoteAddress))
      assert.isTrue(HttpClientResponse.TypeId in response && HttpIncomingMessage.TypeId in response)
      assert.include(inspect(response), "418")
    })
  )

  it.scopedLive("may come after informational ones", () =>
    Effect.gen(function* () {
      const response = yield* get((_request, response) => {
        response.writeProcessing()
        response.writeEarlyHints({ link: "</style.css>; rel=preload" }, () => response.end("final"))
      })
      assert.strictEqual(response.status, 200)
      assert.strictEqual(yield* response.text, "final")
    })
  )

  it.scopedLive("that redirects is returned as it is", () =>
    Effect.gen(function* () {
      const response = yield* get((_request, response) => {
        response.writeHead(302, { location: "/elsewhere" })
        response.end()
      })
      assert.strictEqual(response.status, 302)
    })
  )

  for (const [name, status, method] of [
    ["204", 204, "GET"],
    ["304", 304, "GET"],
    ["HEAD", 200, "HEAD"]
  ] as const) {
    it.scopedLive(`without a body (${name}) reads as empty`, () =>
      Effect.gen(function* () {
        const server = yield* serve((_request, response) => {
          if (method === "HEAD") response.setHeader("content-length", "5")
          response.writeHead(status)
          response.end()
        })
        const client = yield* UndiciHttpClient.make()
        const response = yield* method === "HEAD" ? client.head(server.url) : client.get(server.url)
        assert.strictEqual(response.status, status)
        assert.strictEqual(yield* response.text, "")
        assert.strictEqual(yield* response.json, null)
        assert.strictEqual((yield* response.arrayBuffer).byteLength, 0)
      })
    )
  }
})

describe("a response body", () => {
  it.scopedLive("is put together from its chunks before it is decoded", () =>
    Effect.gen(function* () {
      const bytes = Buffer.from("€".repeat(1000))
      const response = yield* get((_request, response) => {
        // One byte at a time: every character is cut.
        const write = (at: number): void => {
          if (at === 300) return void response.end(bytes.subarray(at))
          response.write(bytes.subarray(at, at + 1), () => write(at + 1))
        }
        write(0)
      })
      assert.strictEqual(yield* response.text, "€".repeat(1000))
    })
  )

  it.scopedLive("reads as JSON, and fails to when it is not", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* (yield* get(answer(`{"a":[1]}`))).json, { a: [1] })
      const error = yield* Effect.flip((yield* get(answer("secret-token"))).json)
      assert.deepInclude(error, { _tag: "ResponseError", reason: "Decode" })
      assert.notInclude(error.message, "secret")
    })
  )

  it.scopedLive("reads as text without its byte order mark", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* (yield* get(answer("\uFEFFtext"))).text, "text")
      assert.strictEqual(yield* (yield* get(answer("\uFEFF[1]"))).text, "[1]")
    })
  )

  it.scopedLive("reads as URL parameters", () =>
    Effect.gen(function* () {
      const params = yield* (yield* get(answer("a=1&b=x+y&a=2"))).urlParamsBody
      assert.deepStrictEqual(UrlParams.getAll(params, "a"), ["1", "2"])
      assert.deepStrictEqual(UrlParams.getAll(params, "b"), ["x y"])
    })
  )

  it.scopedLive("reads as form data", () =>
    Effect.gen(function* () {
      const type = { "content-type": "multipart/form-data; boundary=X" }
      const part = `--X\r\ncontent-disposition: form-data; name="a"\r\n\r\nvalue\r\n--X--\r\n`
      assert.strictEqual((yield* (yield* get(answer(part, type))).formData).get("a"), "value")
      const error = yield* Effect.flip((yield* get(answer("no parts", type))).formData)
      assert.deepInclude(error, { _tag: "ResponseError", reason: "Decode" })
    })
  )

  it.scopedLive("can be read again in every form, in any order", () =>
    Effect.gen(function* () {
      const response = yield* get(answer("[1]"))
      const [a, b] = yield* Effect.all([response.text, response.text], { concurrency: 2 })
      assert.deepStrictEqual([a, b], ["[1]", "[1]"])
      assert.deepStrictEqual(yield* response.json, [1])
      const first = new Uint8Array(yield* response.arrayBuffer)
      assert.deepStrictEqual([...first], [91, 49, 93])
      first.fill(0)
      assert.strictEqual(yield* response.text, "[1]")
      assert.deepStrictEqual([...new Uint8Array(yield* response.arrayBuffer)], [91, 49, 93])
      const chunks = yield* Stream.runCollect(response.stream)
      assert.strictEqual(Buffer.concat([...chunks]).toString(), "[1]")
    })
  )

  it.scopedLive("is read by several fibers while it arrives", () =>
    Effect.gen(function* () {
      const more = latch<() => void>()
      const response = yield* get((_request, response) => {
        response.write("a")
        more.open(() => response.end("b"))
      })
      const readers = yield* Effect.fork(
        Effect.all([response.text, response.arrayBuffer], { concurrency: 2 })
      )
      yield* Effect.yieldNow()
      const finish = yield* more.await
      finish()
      const [text, bytes] = yield* readers
      assert.strictEqual(text, "ab")
      assert.strictEqual(bytes.byteLength, 2)
    })
  )

  it.scopedLive("that was streamed cannot be read again", () =>
    Effect.gen(function* () {
      const response = yield* get(answer("abc"))
      assert.strictEqual(yield* Stream.mkString(Stream.decodeText(response.stream)), "abc")
      for (const again of [response.text, response.json, Stream.runDrain(response.stream)]) {
        const error = yield* Effect.flip(again)
        assert.deepInclude(error, { _tag: "ResponseError", reason: "Decode" })
        assert.include(error.message, "already read")
      }
    })
  )

  it.scopedLive("that ends early is an error, not a shorter body", () =>
    Effect.gen(function* () {
      const broken: RequestListener = (_request, response) => {
        response.writeHead(200, { "content-length": "10" })
        response.write("abc", () => response.socket?.destroy())
      }
      const whole = yield* Effect.flip((yield* get(broken)).text)
      assert.deepInclude(whole, { _tag: "ResponseError", reason: "Decode" })
      assert.propertyVal(whole.cause, "code", "UND_ERR_SOCKET")
      const seen: Array<string> = []
      const streamed = yield* (yield* get(broken)).stream.pipe(
        Stream.decodeText(),
        Stream.runForEach((text) => Effect.sync(() => seen.push(text))),
        Effect.flip
      )
      assert.deepInclude(streamed, { _tag: "ResponseError", reason: "Decode" })
      assert.strictEqual(seen.join(""), "abc")
    })
  )
})

describe("a large download", () => {
  const total = 64 * 1024 * 1024

  it.scopedLive("waits in the server while the stream is not pulled", () =>
    Effect.gen(function* () {
      const stalledOrDone = latch<"stalled" | "done">()
      let written = 0
      const piece = Buffer.alloc(65_536, 7)
      const response = yield* get((_request, response) => {
        const write = (): void => {
          while (written < total) {
            written += piece.length
            if (!response.write(piece)) {
              const timer = setTimeout(() => stalledOrDone.open("stalled"), 300)
              response.once("drain", () => {
                clearTimeout(timer)
                write()
              })
              return
            }
          }
          stalledOrDone.open("done")
          response.end()
        }
        write()
      })
      let read = 0
      let waited: "stalled" | "done" | undefined
      let writtenWhileWaiting = 0
      let largest = 0
      yield* response.stream.pipe(
        Stream.chunks,
        Stream.runForEach((chunk) =>
          Effect.gen(function* () {
            if (waited === undefined) {
              waited = yield* stalledOrDone.await
              writtenWhileWaiting = written
            }
            const bytes = Chunk.reduce(chunk, 0, (sum, part) => sum + part.byteLength)
            largest = Math.max(largest, bytes)
            read += bytes
          })
        )
      )
      assert.strictEqual(waited, "stalled")
      assert.isBelow(writtenWhileWaiting, total)
      assert.strictEqual(read, total)
      // The buffer between socket and reader: the limit and what one read of the socket adds to it.
      assert.isAtMost(largest, 2 * 65_536)
    })
  )

  it.scopedLive("can be read as a whole", () =>
    Effect.gen(function* () {
      const response = yield* get(answer(Buffer.alloc(total, 7)))
      const bytes = Buffer.from(yield* response.arrayBuffer)
      assert.isTrue(bytes.equals(Buffer.alloc(total, 7)))
    })
  )
})
