import { inspect } from "node:util"
import { describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Exit from "effect/Exit"
import * as fc from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { readImage } from "../../src/internal/screen/image.js"
import { openSession } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { check } from "../support/properties.js"
import {
  connectionFailure,
  direct,
  never,
  ok,
  type Reply,
  raw,
  toolResult
} from "../support/ScriptedService.js"
import { leaksIn, secrets } from "../support/secrets.js"

const png = Encoding.decodeBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAAAAACcgYFdAAAAC0lEQVR4nGNggAIAAAkAAftSuKkAAAAASUVORK5CYII="
).pipe((decoded) => (decoded._tag === "Right" ? decoded.right : new Uint8Array()))

const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xd9)

const image = (bytes: Uint8Array, members: object = {}) =>
  JSON.stringify({ type: "image", mime_type: "image/png", data: Encoding.encodeBase64(bytes), ...members })

const tools = ["screenshot", "system_screenshot", "long_screenshot"].map((name) => ({
  name,
  server: "wuying_x"
}))

const withLink = { ToolList: JSON.stringify(tools) }
const withoutLink = { LinkUrl: "", ToolList: JSON.stringify(tools) }

const overApi = (text: string, isError = false): Reply => ok(toolResult(text, isError))

const bytesReply = (bytes: Uint8Array, status = 200): Reply =>
  Effect.sync(() => ({
    status,
    body: new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(bytes)
        controller.close()
      }
    })
  }))

/** Takes a picture in a session with a link, where the tool answers so. */
const direct1 = (text: string, format?: "png" | "jpeg") =>
  Effect.flatMap(openSession({ "tool screenshot": direct(text) }, withLink), ({ session }) =>
    session.computer.screenshot({ format })
  )

const decodeError = (error: object, detail: RegExp) => {
  hasFields(error, { _tag: "SessionError", reason: "Decode", phase: "sent" })
  assert.match((error as { detail: string }).detail, detail)
  assert.match(String((error as { requestId?: string }).requestId), /^(link|req)-/)
}

describe("a session with a link", () => {
  it.scoped("sends the picture itself, in the format asked for", () =>
    Effect.gen(function* () {
      const { service, session } = yield* openSession(
        { "tool screenshot": direct(image(png, { width: 1600, height: 900 })) },
        withLink
      )
      const shot = yield* session.computer.screenshot()
      assert.deepStrictEqual([...shot.bytes], [...png])
      assert.strictEqual(shot.mediaType, "image/png")
      assert.deepStrictEqual([shot.width, shot.height], [Option.some(1600), Option.some(900)])
      assert.match(shot.requestId, /^link-/)
      assert.deepStrictEqual(service.names(), ["CreateMcpSession", "tool screenshot"])
      assert.deepInclude(JSON.parse(service.sent[1]?.body ?? ""), { args: { format: "png" } })
    })
  )

  it.scoped("calls a JPEG jpeg, however it is asked for", () =>
    Effect.gen(function* () {
      const reply = direct(image(jpeg, { mime_type: "image/jpeg" }))
      const { service, session } = yield* openSession({ "tool screenshot": reply }, withLink)
      for (const format of ["jpeg", "jpg", " JPG ", "Jpeg"] as ReadonlyArray<"jpg">) {
        const shot = yield* session.computer.screenshot({ format })
        assert.strictEqual(shot.mediaType, "image/jpeg")
        assert.deepStrictEqual([shot.width, shot.height], [Option.none(), Option.none()])
      }
      for (const { body } of service.of("tool screenshot")) {
        assert.deepInclude(JSON.parse(body), { args: { format: "jpeg" } })
      }
    })
  )

  it.scoped("leaves out what the picture says itself: the size of a PNG", () =>
    Effect.gen(function* () {
      const shot = yield* direct1(image(png, { mime_type: null, width: null }))
      assert.deepStrictEqual([shot.width, shot.height], [Option.some(2), Option.some(3)])
    })
  )

  it.scoped("whatever is wrong with a picture is one failure, which keeps the request id", () =>
    Effect.gen(function* () {
      const data = Encoding.encodeBase64(png)
      for (const text of [
        "",
        "https://shots.test/a.png",
        "[]",
        "{}",
        image(png, { data: 5 }),
        image(png, { width: 1.5 }),
        image(png, { height: "9" }),
        image(png).slice(0, -1)
      ]) {
        decodeError(yield* Effect.flip(direct1(text)), /does not have the expected form/)
      }
      for (const damaged of ["@@@", data.slice(0, -1), `${data}=`, `${data.slice(0, 8)}\n${data.slice(8)}`]) {
        decodeError(yield* Effect.flip(direct1(image(png, { data: damaged }))), /not base64/)
      }
      decodeError(yield* Effect.flip(direct1(image(png, { data: "" }))), /neither a PNG nor a JPEG/)
      decodeError(yield* Effect.flip(direct1(image(Uint8Array.of(1, 2, 3)))), /neither a PNG nor a JPEG/)
      decodeError(
        yield* Effect.flip(direct1(image(jpeg))),
        /^image\/png was asked for, image\/jpeg \(named image\/png\) came$/
      )
      decodeError(
        yield* Effect.flip(direct1(image(png, { mime_type: "image/png" }), "jpeg")),
        /^image\/jpeg was asked for, image\/png came$/
      )
    })
  )

  it.scoped("without that tool is asked for a link", () =>
    Effect.gen(function* () {
      const { service, session } = yield* openSession(
        {
          "tool screenshot": direct("tool not found: screenshot", true),
          "tool system_screenshot": direct(secrets.presignedUrl),
          "/object": bytesReply(png)
        },
        withLink
      )
      assert.strictEqual((yield* session.computer.screenshot()).mediaType, "image/png")
      assert.deepStrictEqual(service.names().slice(1), [
        "tool screenshot",
        "tool system_screenshot",
        "/object"
      ])
    })
  )

  it.scoped("that cannot take a picture says so, and no other tool is asked", () =>
    Effect.gen(function* () {
      const { service, session } = yield* openSession(
        { "tool screenshot": direct("no frame", true) },
        withLink
      )
      hasFields(yield* Effect.flip(session.computer.screenshot()), { _tag: "ToolError", text: "no frame" })
      assert.strictEqual(service.sent.length, 2)
    })
  )
})

describe("a session without a link", () => {
  const linked = (reply: Reply) =>
    openSession({ "tool system_screenshot": overApi(secrets.presignedUrl), "/object": reply }, withoutLink)

  it.scoped("answers with a URL, from which the picture is fetched without any credential of ours", () =>
    Effect.gen(function* () {
      const { service, session } = yield* linked(bytesReply(png))
      const shot = yield* session.computer.screenshot({ format: "jpeg" })
      assert.deepStrictEqual([...shot.bytes], [...png])
      assert.strictEqual(shot.mediaType, "image/png")
      assert.deepStrictEqual([shot.width, shot.height], [Option.some(2), Option.some(3)])
      assert.strictEqual(shot.requestId, "req-1")
      const fetched = service.sent.at(-1)
      assert.strictEqual(fetched?.url.href, secrets.presignedUrl)
      assert.deepStrictEqual(Object.keys(fetched?.headers ?? {}), [])
      assert.strictEqual(fetched?.body, "")
    })
  )

  it.scoped("a JPEG behind the URL is one", () =>
    Effect.gen(function* () {
      const { session } = yield* linked(bytesReply(jpeg))
      assert.strictEqual((yield* session.computer.screenshot()).mediaType, "image/jpeg")
    })
  )

  it.scoped("a URL that does not lead to a picture is a failure without the URL", () =>
    Effect.gen(function* () {
      for (const [reply, expected] of [
        [raw("<Error/>", 403), { reason: "NotFound", status: 403 }],
        [raw("", 404), { reason: "NotFound", status: 404 }],
        [raw("", 503), { reason: "Unavailable", status: 503 }],
        [raw("<html>"), { reason: "Decode" }],
        [connectionFailure("ECONNRESET", `no way to ${secrets.presignedUrl}`), { reason: "Transport" }]
      ] as const) {
        const { session } = yield* linked(reply)
        const exit = yield* Effect.exit(session.computer.screenshot())
        if (Exit.isSuccess(exit)) return assert.fail("a picture came")
        hasFields(Cause.squash(exit.cause), { _tag: "SessionError", requestId: "req-1", ...expected })
        assert.deepStrictEqual(leaksIn(Cause.pretty(exit.cause) + inspect(exit, { depth: 9 })), [])
      }
    })
  )

  it.scoped("a URL that never answers meets the deadline of a request", () =>
    Effect.gen(function* () {
      const { session } = yield* linked(never)
      const fiber = yield* Effect.fork(Effect.flip(session.computer.screenshot()))
      yield* TestClock.adjust("2 minutes")
      hasFields(yield* Fiber.join(fiber), { _tag: "SessionError", reason: "Timeout" })
    })
  )

  it.scoped("an answer that is no URL is never a success", () =>
    Effect.gen(function* () {
      for (const text of ["", " ", "done", "file:///etc/passwd", "https://a b"]) {
        const { session } = yield* openSession({ "tool system_screenshot": overApi(text) }, withoutLink)
        decodeError(yield* Effect.flip(session.computer.screenshot()), /did not answer with a link/)
        decodeError(yield* Effect.flip(session.computer.screenshotUrl), /did not answer with a link/)
      }
    })
  )

  it.scoped("without that tool is asked for the picture itself", () =>
    Effect.gen(function* () {
      const { service, session } = yield* openSession(
        {
          "tool system_screenshot": overApi("Tool system_screenshot not found", true),
          "tool screenshot": overApi(image(jpeg, { mime_type: "image/jpeg" }))
        },
        withoutLink
      )
      assert.strictEqual((yield* session.computer.screenshot({ format: "jpeg" })).mediaType, "image/jpeg")
      assert.deepStrictEqual(service.names().slice(1), ["tool system_screenshot", "tool screenshot"])
    })
  )

  it.scoped("that has neither fails as the first one does", () =>
    Effect.gen(function* () {
      const { session } = yield* openSession(
        {
          "tool system_screenshot": overApi("tool not found: system_screenshot", true),
          "tool screenshot": overApi("tool not found: screenshot", true)
        },
        withoutLink
      )
      hasFields(yield* Effect.flip(session.computer.screenshot()), {
        _tag: "ToolError",
        tool: "system_screenshot"
      })
    })
  )

  it.scoped("gives the URL alone as a secret", () =>
    Effect.gen(function* () {
      const { session } = yield* openSession(
        { "tool system_screenshot": overApi(` ${secrets.presignedUrl}\n`) },
        withoutLink
      )
      const url = yield* session.computer.screenshotUrl
      assert.strictEqual(Redacted.value(url), secrets.presignedUrl)
      assert.deepStrictEqual(leaksIn(inspect(url) + JSON.stringify(url)), [])
    })
  )
})

describe("pictures", () => {
  it("come through base64 as they were", () => {
    const facts = { operation: "x", sessionId: "s", requestId: "r" }
    const magic = Uint8Array.of(0xff, 0xd8, 0xff)
    check(
      fc.property(fc.uint8Array({ maxLength: 200 }), (rest) => {
        const bytes = Uint8Array.of(...magic, ...rest)
        const shot = Effect.runSync(readImage(facts, { data: Encoding.encodeBase64(bytes) }, "jpeg"))
        assert.deepStrictEqual([...shot.bytes], [...bytes])
      })
    )
  })
})
