/** What a browser says by itself, and what it is told. */
import { assert, describe, it } from "@effect/vitest"
import { BrowserNotification, type SessionBrowser, SessionSocket } from "@effect-agentbay/core"
import { Chunk, Deferred, Duration, Effect, Fiber, Option, Stream, TestClock } from "effect"
import * as fc from "effect/FastCheck"
import { makeNotifications } from "../../src/internal/browser/notifications.js"
import { type Json, makeFakeSession } from "../support/FakeSession.js"
import { check } from "../support/properties.js"
import { type OtherSide, scriptedChannel } from "../support/scriptedSocket.js"

const server = "wuying_cdp_mcp_server"

const push = (data: Json, id = "n-1") => ({ invocationId: id, source: server, target: "SDK", data })

const ask = (more: Json = {}): Json => ({
  type: "call-for-user",
  id: 7,
  code: 102,
  message: "login request",
  action: "takeover",
  extraParams: { max_wait_time: 180 },
  ...more
})

/** A browser over a channel whose other side speaks when it is first spoken to. */
const browserWith = (greet: (side: OtherSide) => void = () => {}) =>
  Effect.gen(function* () {
    const { runtime } = yield* makeFakeSession()
    const side = yield* Deferred.make<OtherSide>()
    const channel = scriptedChannel(runtime, (_, other, index) => {
      if (index > 0) return
      Deferred.unsafeDone(side, Effect.succeed(other))
      greet(other)
    })
    const browser = makeNotifications(channel.socket)
    return { browser, channel, side: Deferred.await(side) }
  })

/** Says something, so that the other side is there. */
const hello = (browser: Pick<SessionBrowser.SessionBrowser.Service, "notify">) =>
  browser.notify({ message: "hello" })

describe("a notification", () => {
  it("is read by its action, or by its number where it has none", () => {
    for (const [code, action, tag, subject] of [
      [101, "takeover", "TakeoverRequested", "captcha"],
      [102, "takeover", "TakeoverRequested", "login"],
      [103, "takeover", "TakeoverRequested", "pay"],
      [150, "takeover", "TakeoverRequested", "other"],
      [201, "pause", "Paused", "captcha"],
      [202, "resume", "Resumed", "captcha"],
      [301, "pause", "Paused", "login"],
      [302, "resume", "Resumed", "login"]
    ] as const) {
      const facts = { type: "call-for-user", id: 7, code, message: "m", extraParams: { max_wait_time: 60 } }
      const expected = { _tag: tag, subject, message: "m" }
      assert.deepInclude(BrowserNotification.fromData({ ...facts, action }), expected)
      if (code !== 150) assert.deepInclude(BrowserNotification.fromData(facts), expected)
    }
    assert.strictEqual(BrowserNotification.fromData({ code: 199 })._tag, "TakeoverDone")
    assert.strictEqual(BrowserNotification.fromData({ code: 0, action: "none" })._tag, "Notice")
  })

  it("has times in seconds, as a number or a text, and ids that are numbers", () => {
    const waits = [180, "180", -1, "soon", undefined].map((max_wait_time) => {
      const news = BrowserNotification.fromData(ask({ extraParams: { max_wait_time } }))
      assert(news._tag === "TakeoverRequested")
      return Option.getOrNull(Option.map(news.maxWait, Duration.toSeconds))
    })
    assert.deepStrictEqual(waits, [180, 180, null, null, null])
    const ids = [7, "7", "", null, {}].map((id) => {
      const news = BrowserNotification.fromData(ask({ id }))
      return news._tag === "Reconnected" ? undefined : Option.getOrNull(news.id)
    })
    assert.deepStrictEqual(ids, [7, 7, null, null, null])
  })

  it("is something whatever it says, and keeps what it said", () => {
    check(
      fc.property(
        fc.dictionary(fc.constantFrom("id", "code", "action", "extraParams", "x"), fc.jsonValue()),
        (data) => {
          const news = BrowserNotification.fromData(data)
          assert(news._tag !== "Reconnected")
          assert.strictEqual(news.data, data)
        }
      )
    )
  })
})

describe("what the browser is told", () => {
  it.scoped("is what the official client sends, without an answer", () =>
    Effect.gen(function* () {
      const { browser, channel } = yield* browserWith()
      yield* browser.takeoverDone(7)
      yield* browser.notify({
        id: 3,
        code: 0,
        message: "common notice message",
        action: "none",
        extraParams: { a: 1 }
      })
      yield* browser.notify({ message: "m", extraParams: {} })
      assert.deepStrictEqual(
        channel.sent.map(({ data, target }) => [target, data]),
        [
          [
            server,
            { type: "call-for-user", id: 7, code: 199, message: "user handle done", action: "takeoverdone" }
          ],
          [
            server,
            {
              type: "call-for-user",
              id: 3,
              code: 0,
              message: "common notice message",
              action: "none",
              extraParams: { a: 1 }
            }
          ],
          [server, { type: "call-for-user", message: "m" }]
        ]
      )
    })
  )

  it.scoped("is nothing for an id that is none", () =>
    Effect.gen(function* () {
      const { browser, channel } = yield* browserWith()
      for (const send of [browser.takeoverDone(1.5), browser.notify({ id: Number.NaN })]) {
        assert.deepInclude(yield* Effect.flip(send), { _tag: "InvalidArgument", field: "id" })
      }
      assert.deepStrictEqual(channel.opened, [])
    })
  )

  it.scoped("needs a live channel, and says what is missing", () =>
    Effect.gen(function* () {
      const { runtime } = yield* makeFakeSession()
      const browser = makeNotifications(SessionSocket.make(runtime))
      const failures = yield* Effect.all([
        Effect.flip(browser.takeoverDone(1)),
        Effect.flip(Stream.runDrain(browser.notifications)),
        Effect.flip(browser.handOver(() => Effect.void))
      ])
      for (const error of failures) {
        assert.deepInclude(error, { _tag: "ChannelUnavailable", reason: "NoConnector" })
      }
    })
  )
})

describe("notifications", () => {
  it.scoped("reach everybody who listens; who stops listening closes nothing", () =>
    Effect.gen(function* () {
      const { browser, channel, side } = yield* browserWith()
      const one = yield* Effect.fork(Stream.runCollect(Stream.take(browser.notifications, 1)))
      const two = yield* Effect.fork(Stream.runCollect(Stream.take(browser.notifications, 2)))
      yield* hello(browser)
      const { say } = yield* side
      say(push(ask()))
      assert.strictEqual((yield* Fiber.join(one)).length, 1)
      // The first has unsubscribed: the connection is the same, and the second hears on.
      say(push(ask({ id: 8, code: 202, action: "resume" }), "n-2"))
      const heard = Chunk.toReadonlyArray(yield* Fiber.join(two))
      assert.deepStrictEqual(
        heard.map(({ _tag }) => _tag),
        ["TakeoverRequested", "Resumed"]
      )
      yield* hello(browser)
      assert.lengthOf(channel.opened, 1)
    })
  )

  it.scoped("go on over a lost connection, and say so", () =>
    Effect.gen(function* () {
      const { browser, channel, side } = yield* browserWith()
      const heard = yield* Effect.fork(Stream.runCollect(Stream.take(browser.notifications, 2)))
      yield* hello(browser)
      const { drop, say } = yield* side
      say(push(ask()))
      drop()
      yield* TestClock.adjust("1 second")
      const news = Chunk.toReadonlyArray(yield* Fiber.join(heard))
      assert.deepStrictEqual(
        news.map(({ _tag }) => _tag),
        ["TakeoverRequested", "Reconnected"]
      )
      assert.lengthOf(channel.opened, 2)
    })
  )
})

describe("a hand-over", () => {
  it.scoped("says that it is done when the handler has ended, and nothing when that took too long", () =>
    Effect.gen(function* () {
      const { browser, channel, side } = yield* browserWith()
      const seen: Array<string> = []
      const helping = yield* Effect.fork(
        browser.handOver(({ message, subject }) => {
          seen.push(subject)
          return Effect.sleep(message === "slow" ? "5 minutes" : "1 minute")
        })
      )
      yield* hello(browser)
      const { say } = yield* side
      say(push(ask()))
      say(push(ask({ id: 8, code: 101, message: "slow", extraParams: { max_wait_time: 90 } }), "n-2"))
      say(push(ask({ code: 201, action: "pause" }), "n-3"))
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(seen, ["login", "captcha"])
      assert.deepStrictEqual(
        channel.sent.slice(1).map(({ data }) => [data.code, data.id]),
        [[199, 7]]
      )
      assert.isTrue(Option.isNone(yield* Fiber.poll(helping)))
      yield* Fiber.interrupt(helping)
    })
  )

  it.scoped("fails as its handler does, and says nothing then", () =>
    Effect.gen(function* () {
      const { browser, channel, side } = yield* browserWith()
      const helping = yield* Effect.fork(Effect.flip(browser.handOver(() => Effect.fail("nobody" as const))))
      yield* hello(browser)
      const { say } = yield* side
      say(push(ask()))
      assert.strictEqual(yield* Fiber.join(helping), "nobody")
      assert.lengthOf(channel.sent, 1)
    })
  )
})
