/** The objects of a local cloud over real HTTP: larger than the memory they are served from. */
import * as http from "node:http"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Fault from "@effect-agentbay/testing/Fault"
import * as LocalCloud from "@effect-agentbay/testing/LocalCloud"
import { Effect, Exit } from "effect"
import { bytes, data } from "../support/service.js"

const mebibyte = 1024 * 1024

const setUp = Effect.gen(function* () {
  const { url } = yield* LocalCloud.LocalCloud
  const { Id: ContextId } = yield* data("GetContext", { Name: "files", AllowCreate: "true" }, { url })
  const sign = (action: string, FilePath: string) =>
    Effect.map(data(action, { ContextId, FilePath }, { url }), ({ Url }) => Url as string)
  return {
    upload: (path: string) => sign("GetContextFileUploadUrl", path),
    download: (path: string) => sign("GetContextFileDownloadUrl", path),
    ContextId
  }
})

const piece = Buffer.alloc(mebibyte, 7)

/** Sends that many mebibytes and gives the status, or goes away in their midst. */
const send = (url: string, count: number, options: { readonly leaveAfter?: number } = {}) =>
  Effect.promise(
    () =>
      new Promise<number | "left">((resolve) => {
        const request = http.request(url, { method: "PUT", headers: { "content-length": count * mebibyte } })
        request.on("response", (response) => {
          response.resume()
          response.on("end", () => resolve(response.statusCode ?? 0))
        })
        request.on("error", () => resolve("left"))
        let sent = 0
        const next = (): void => {
          if (sent === options.leaveAfter) {
            request.destroy()
            return
          }
          if (sent === count) {
            request.end()
            return
          }
          sent += 1
          if (request.write(piece)) setImmediate(next)
          else request.once("drain", next)
        }
        next()
      })
  )

/** Reads a body without keeping it. */
const drain = (url: string, headers: Record<string, string> = {}) =>
  Effect.promise(
    () =>
      new Promise<{
        readonly status: number
        readonly size: number
        readonly headers: http.IncomingHttpHeaders
      }>((resolve, reject) => {
        http
          .get(url, { headers }, (response) => {
            let size = 0
            response.on("data", (chunk: Buffer) => {
              size += chunk.byteLength
            })
            response.on("end", () =>
              resolve({ status: response.statusCode ?? 0, size, headers: response.headers })
            )
            response.on("error", reject)
          })
          .on("error", reject)
      })
  )

describe("objects of a local cloud", () => {
  it.live("pass through it without being held in memory", () =>
    Effect.gen(function* () {
      const { download, upload } = yield* setUp
      const before = process.memoryUsage().arrayBuffers
      let most = 0
      const watch = setInterval(() => {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before)
      }, 5)
      const count = 200
      assert.strictEqual(yield* send(yield* upload("/large"), count), 200)
      const url = yield* download("/large")
      const whole = yield* drain(url)
      clearInterval(watch)
      assert.deepStrictEqual([whole.status, whole.size], [200, count * mebibyte])
      const part = yield* drain(url, { range: `bytes=${(count - 1) * mebibyte}-` })
      assert.deepStrictEqual([part.status, part.size], [206, mebibyte])
      assert.isAbove(most, 0)
      assert.isBelow(most, 100 * mebibyte)
    }).pipe(Effect.provide([LocalCloud.layer({ machine: "memory" }), FetchHttpClient.layer]))
  )

  it.live("are not there when the sender went away before their end", () =>
    Effect.gen(function* () {
      const { download, upload, ContextId } = yield* setUp
      const { cloud } = yield* LocalCloud.LocalCloud
      yield* cloud.putContextFile(ContextId, "/kept", bytes("before"))
      assert.strictEqual(yield* send(yield* upload("/kept"), 8, { leaveAfter: 4 }), "left")
      yield* Effect.repeat(Effect.zipRight(Effect.sleep("10 millis"), cloud.journal), {
        until: (calls) =>
          calls.some(({ outcome }) => outcome._tag === "Refused" && outcome.code === "IncompleteBody")
      })
      assert.strictEqual((yield* drain(yield* download("/kept"))).size, 6)
      assert.strictEqual(yield* send(yield* upload("/kept"), 2), 200)
      assert.strictEqual((yield* drain(yield* download("/kept"))).size, 2 * mebibyte)
    }).pipe(Effect.provide([LocalCloud.layer({ machine: "memory" }), FetchHttpClient.layer]))
  )

  it.live("break off where a fault says, and go on from there", () =>
    Effect.gen(function* () {
      const { download, upload } = yield* setUp
      const { cloud } = yield* LocalCloud.LocalCloud
      assert.strictEqual(yield* send(yield* upload("/cut"), 4), 200)
      const url = yield* download("/cut")
      yield* cloud.fail({ route: "presigned" }, Fault.cutOff(mebibyte))
      const broken = yield* Effect.exit(drain(url))
      assert.isTrue(Exit.isFailure(broken))
      const rest = yield* drain(url, { range: `bytes=${mebibyte}-` })
      assert.deepStrictEqual([rest.status, rest.size], [206, 3 * mebibyte])
      assert.strictEqual(
        rest.headers["content-range"],
        `bytes ${mebibyte}-${4 * mebibyte - 1}/${4 * mebibyte}`
      )
    }).pipe(Effect.provide([LocalCloud.layer({ machine: "memory" }), FetchHttpClient.layer]))
  )
})
