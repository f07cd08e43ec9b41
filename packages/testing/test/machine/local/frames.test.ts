import { Writable } from "node:stream"
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { hostnameOf } from "../../../src/machine/internal/local/bubblewrap.js"
import { decoder, encode } from "../../../src/machine/internal/local/frames.js"

/** The other end of the wire, which is JavaScript that runs inside a session. */
const {
  frameReader,
  frameWriter
}: {
  readonly frameReader: (onFrame: (header: unknown, body: Buffer) => void) => (chunk: Buffer) => void
  readonly frameWriter: (stream: Writable) => (header: unknown, body?: ReadonlyArray<Uint8Array>) => void
} = await import(new URL("../../../assets/frames.mjs", import.meta.url).href)

const frame = FastCheck.record({
  header: FastCheck.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value))),
  body: FastCheck.uint8Array({ maxLength: 300 })
})
const frames = FastCheck.array(frame, { maxLength: 8 })
const sizes = FastCheck.array(FastCheck.integer({ min: 1, max: 40 }), { minLength: 1 })

/** Cuts bytes into pieces of the given sizes, again and again. */
const cut = (bytes: Buffer, sizes: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
  const pieces: Array<Buffer> = []
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}

describe("frames", () => {
  it.prop(
    "arrive at the machine as the agent sent them, however the stream is cut",
    [frames, sizes],
    ([sent, sizes]) => {
      const written: Array<Buffer> = []
      const send = frameWriter(
        new Writable({
          write(chunk, _, done) {
            written.push(chunk)
            done()
          }
        })
      )
      for (const { body, header } of sent) send(header, [body.subarray(0, 7), body.subarray(7)])
      const received: Array<unknown> = []
      const decode = decoder((header, body) => received.push({ header, body: new Uint8Array(body) }))
      for (const piece of cut(Buffer.concat(written), sizes)) assert.isTrue(decode(piece))
      assert.deepStrictEqual(received, sent)
    }
  )

  it.prop(
    "arrive at the agent as the machine sent them, however the stream is cut",
    [frames, sizes],
    ([sent, sizes]) => {
      const bytes = Buffer.concat(sent.flatMap(({ body, header }) => encode(header, body)))
      const received: Array<unknown> = []
      const read = frameReader((header, body) => received.push({ header, body: new Uint8Array(body) }))
      for (const piece of cut(bytes, sizes)) read(piece)
      assert.deepStrictEqual(received, sent)
    }
  )

  it("are refused when they are not frames", () => {
    assert.isFalse(decoder(() => {})(Buffer.from("HTTP/1.1 200 OK\r\n\r\n")))
    assert.isFalse(decoder(() => {})(Buffer.from("\0\0\0\x03\0\0\0\0{]}", "latin1")))
  })
})

describe("hostnameOf", () => {
  it.prop("is a host name for every session id", [FastCheck.string()], ([id]) => {
    assert.match(hostnameOf(id), /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
  })
  it("keeps what can be kept", () => assert.strictEqual(hostnameOf("Session_04.A!"), "session-04-a"))
})
