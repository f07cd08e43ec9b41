import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Option from "effect/Option"
import * as SessionFileSystem from "../../src/session/SessionFileSystem.js"
import type { SessionRuntime } from "../../src/session/SessionRuntime.js"
import * as HttpExchange from "../../src/transport/HttpExchange.js"
import { makeToolDirectory } from "../../src/transport/SessionConnection.js"
import * as VpcTransport from "../../src/transport/VpcTransport.js"
import { assert } from "../support/assertions.js"
import { linkConnection, makeTransports } from "../support/transports.js"

const mebibyte = 1024 * 1024

const noise = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => Math.imul(index, 2_654_435_761) >>> 24)

interface Slice {
  readonly offset: number
  readonly length: number
}

interface Service {
  readonly content: Uint8Array
  /** What `get_file_info` says; default: the truth. */
  readonly size?: number
  /** The text of an answer; default: base64 of what was asked for. */
  readonly textOf?: (slice: Slice) => string
  /** Where an answer is cut. Default: once in the middle. */
  readonly cuts?: ReadonlyArray<number>
}

/** The files of a session whose client offers an exchange. Texts of whole slices must not be made. */
const open = ({ content, cuts = [0.5], size = content.length, textOf }: Service) =>
  Effect.gen(function* () {
    const asked: Array<Slice | "size"> = []
    const seen = { most: 0, running: 0 }
    const order: Array<string> = []
    const answers: Array<() => void> = []
    const plain = ({ length, offset }: Slice) =>
      Buffer.from(content.subarray(offset, offset + length)).toString("base64")

    const exchange: HttpExchange.HttpExchange = (request, onEnd) => {
      const { args, tool } = JSON.parse(request.body ?? "")
      asked.push(tool === "read_file" ? args : "size")
      order.push(`asked for ${args.offset ?? "size"}`)
      const isLong = tool === "read_file" && args.offset + args.length <= content.length
      const text =
        tool === "read_file" ? (textOf ?? plain)(args) : `name: f\nsize: ${size}\nisDirectory: false`
      const result = { content: [{ type: "text", text }], isError: false }
      const body = JSON.stringify({ code: 200, data: JSON.stringify({ result }) })
      const bytes = Uint8Array.from(Buffer.from(body))
      const places = [0, ...cuts.map((cut) => Math.floor(bytes.length * cut)), bytes.length]
      const answer = {
        _tag: "Answer",
        status: 200,
        headers: {},
        get text() {
          return isLong && textOf === undefined ? assert.fail("a text was made of a slice") : body
        },
        get chunks() {
          order.push(`read ${args.offset}`)
          return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
        }
      } as const
      seen.most = Math.max(seen.most, ++seen.running)
      answers.push(() => {
        seen.running--
        onEnd(answer)
      })
      if (answers.length === 1)
        setImmediate(() => {
          for (const one of answers.splice(0)) one()
        })
      return () => undefined
    }
    const { controlPlane, toolTransport } = yield* makeTransports(
      () => Effect.die("nobody may ask the client"),
      {},
      VpcTransport.layer,
      (client) => Effect.sync(() => HttpExchange.offer(client, exchange))
    )
    const names = ["read_file", "get_file_info"]
    const tools = names.map((name) => ({
      name,
      server: "wuying_filesystem",
      description: "",
      inputSchema: {},
      tool: name
    }))
    const connection = linkConnection({ tools: makeToolDirectory(tools) })
    const account = { controlPlane, toolTransport } as SessionRuntime["account"]
    const runtime: SessionRuntime = {
      account,
      sessionId: "s-1",
      connection: () => connection,
      enableBrowserReplay: Option.none()
    }
    return { files: SessionFileSystem.make(runtime), asked, order, seen }
  })

const same = (actual: Uint8Array, expected: Uint8Array) =>
  assert.strictEqual(Buffer.compare(actual, expected), 0, `${actual.length} and ${expected.length} bytes`)

describe("long content over an exchange", () => {
  for (const size of [0, 1, 20_000, mebibyte - 1, mebibyte, mebibyte + 1, 3 * mebibyte, 5 * mebibyte + 7]) {
    it.scopedLive(`${size} bytes come back`, () =>
      Effect.gen(function* () {
        const content = noise(size)
        const { files } = yield* open({ content })
        same(yield* files.readFile("/f"), content)
      })
    )
  }

  it.effect.prop(
    "however the bytes arrive",
    [fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { maxLength: 6 })],
    ([cuts]) =>
      Effect.scoped(
        Effect.gen(function* () {
          const content = noise(mebibyte + 70_000)
          const { files } = yield* open({ content, cuts: cuts.sort((a, b) => a - b) })
          same(yield* files.readFile("/f"), content)
        })
      ),
    { fastCheck: { numRuns: 20 } }
  )

  it.scopedLive("is asked for by as many requests at a time as allowed, and no more", () =>
    Effect.gen(function* () {
      const { asked, files, seen } = yield* open({ content: noise(12 * mebibyte) })
      const read = yield* files.readFile("/f", { concurrency: 3 })
      assert.strictEqual(read.length, 12 * mebibyte)
      assert.strictEqual(seen.most, 3)
      // Every slice once, the one behind the end as well.
      assert.deepStrictEqual(
        asked.flatMap((one) => (one === "size" ? [] : [one.offset])).sort((a, b) => a - b),
        Array.from({ length: 13 }, (_, index) => index * mebibyte)
      )
      // Beside the size, what is needed anyway.
      assert.sameMembers(
        asked.slice(0, 4).map((one) => (one === "size" ? one : one.offset)),
        [0, mebibyte, 2 * mebibyte, "size"]
      )
    })
  )

  it.scopedLive("is decoded when the next request has left", () =>
    Effect.gen(function* () {
      const { files, order } = yield* open({ content: noise(4 * mebibyte) })
      yield* files.readFile("/f", { concurrency: 1 })
      const [one, two, three] = [1, 2, 3].map((index) => index * mebibyte)
      const begin = order.indexOf(`asked for ${one}`)
      assert.deepStrictEqual(order.slice(begin, begin + 4), [
        `asked for ${one}`,
        `asked for ${two}`,
        `read ${one}`,
        `asked for ${three}`
      ])
    })
  )

  it.scopedLive("whose size is not known is read to its end", () =>
    Effect.gen(function* () {
      const content = noise(4 * mebibyte + 5)
      const { files } = yield* open({ content, size: 0 })
      same(yield* files.readFile("/f"), content)
    })
  )

  it.scopedLive("that has grown meanwhile comes back as it is now", () =>
    Effect.gen(function* () {
      const content = noise(4 * mebibyte + 5)
      const { files } = yield* open({ content, size: 2 * mebibyte + 3 })
      same(yield* files.readFile("/f"), content)
    })
  )

  const whole = Buffer.alloc(mebibyte).toString("base64")
  it.each([
    ["no base64", () => `${whole.slice(0, -2)}!=`, "broken base64"],
    ["something after its end", () => `${whole}AAAA`, "more than 1048576 bytes"],
    ["a quotation mark", () => whole.replace("AAAA", 'AA"A'), "broken base64"]
  ])("that comes back as %s is a failure that says so", (_, textOf, detail) =>
    Effect.gen(function* () {
      const { files } = yield* open({ content: noise(mebibyte), textOf })
      const error = yield* Effect.flip(files.readFile("/f"))
      if (error._tag !== "FileError") return assert.fail(error._tag)
      assert.deepStrictEqual([error.reason, error.path], ["InvalidData", "/f"])
      assert.include(error.detail, detail)
    }).pipe(Effect.scoped, Effect.runPromise)
  )
})
