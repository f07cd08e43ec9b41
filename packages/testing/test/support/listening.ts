/** What a browser says while its live channel is cut at random, and what those who listen must have heard of it. */
import { assert } from "@effect/vitest"
import type * as BrowserNotification from "@effect-agentbay/core/BrowserNotification"
import type * as Session from "@effect-agentbay/core/Session"
import type * as SessionSocket from "@effect-agentbay/core/SessionSocket"
import { type Duration, Effect, Either, Fiber, Stream } from "effect"
import * as fc from "effect/FastCheck"
import { type NewsOutcome, TestCloud } from "../../src/TestCloud.js"
import { until } from "./editing.js"
import { amid, meet, type Trouble } from "./troubles.js"

const server = "wuying_cdp_mcp_server"

export type Step =
  /** The browser says something that nobody answers. */
  | { readonly _tag: "Say"; readonly times: number }
  /** The browser asks for a human. */
  | { readonly _tag: "Ask" }
  /** The program says something. */
  | { readonly _tag: "Tell" }
  | Trouble

export const steps = (longestWait: number): fc.Arbitrary<ReadonlyArray<Step>> =>
  amid<Step>(
    fc.oneof(
      {
        arbitrary: fc.record({ _tag: fc.constant("Say" as const), times: fc.integer({ min: 1, max: 3 }) }),
        weight: 4
      },
      { arbitrary: fc.constant<Step>({ _tag: "Ask" }), weight: 2 },
      { arbitrary: fc.constant<Step>({ _tag: "Tell" }), weight: 2 }
    ),
    longestWait
  )

type Heard = number | "Reconnected"

/** Listens in every way there is, in the background of the scope. */
export const listen = ({ browser, events, sessionId, socket }: Session.Session.Service) =>
  Effect.gen(function* () {
    const cloud = yield* TestCloud
    const notifications: Array<Heard> = []
    const pushes: Array<number> = []
    const asked: Array<number> = []
    const handled: Array<number> = []
    const states: Array<SessionSocket.SocketState> = []
    const told: Array<Fiber.RuntimeFiber<Either.Either<void, SessionSocket.Failure>>> = []
    let said = 0

    const note = (news: BrowserNotification.BrowserNotification): void => {
      if (news._tag === "Reconnected") notifications.push("Reconnected")
      else if (news._tag === "Notice") notifications.push(numberOf(news.data))
      else if (news._tag === "TakeoverRequested") asked.push(idOf(news))
    }
    // A human takes their time, and the connection may be lost when they are done.
    const helped = (request: BrowserNotification.TakeoverRequested) =>
      Effect.suspend(() => {
        handled.push(idOf(request))
        return Effect.sleep((idOf(request) % 4) * 200)
      })
    const listeners = [
      yield* Effect.forkScoped(
        Stream.runForEach(browser.notifications, (news) => Effect.sync(() => note(news)))
      ),
      yield* Effect.forkScoped(
        Stream.runForEach(events(server), ({ data }) =>
          Effect.sync(() => {
            if (data.code === 0) pushes.push(numberOf(data))
          })
        )
      ),
      yield* Effect.forkScoped(browser.handOver(helped)),
      yield* Effect.forkScoped(
        Stream.runForEach(socket.state, (state) => Effect.sync(() => states.push(state)))
      )
    ]
    yield* until(() => states.at(-1)?._tag === "Open")

    const say = Effect.suspend(() => {
      said += 1
      return cloud.push(sessionId, server, {
        type: "call-for-user",
        code: 0,
        action: "none",
        extraParams: { n: said }
      })
    })

    const ask = (maxWait: Duration.DurationInput): Effect.Effect<NewsOutcome> =>
      cloud.notifyBrowser(sessionId, "captcha", { maxWait })

    const perform = (all: ReadonlyArray<Step>, wait: (millis: number) => Effect.Effect<void>) =>
      Effect.gen(function* () {
        for (const step of all) {
          switch (step._tag) {
            case "Say":
              yield* Effect.repeatN(say, step.times - 1)
              break
            case "Ask": {
              yield* Effect.forkScoped(ask("1 hour"))
              break
            }
            case "Tell":
              told.push(yield* Effect.forkScoped(Effect.either(browser.notify({ message: "hello" }))))
              break
            default:
              yield* meet(sessionId, step, wait)
          }
        }
        yield* cloud.clearFaults
        // Until both sides have the same connection, and somebody who is asked for comes.
        for (let waited = 0, before = said; (pushes.at(-1) ?? 0) <= before; waited++) {
          assert.isBelow(waited, 300, "nothing is heard any more")
          yield* wait(200)
          yield* say
          yield* wait(10)
        }
        const last = yield* Effect.fork(ask("1 hour"))
        for (let waited = 0; (yield* Fiber.poll(last))._tag === "None"; waited++) {
          assert.isBelow(waited, 300, "nobody is let in any more")
          yield* wait(200)
        }
        yield* wait(200)
      })

    const check = Effect.gen(function* () {
      for (const listener of listeners) assert.strictEqual((yield* Fiber.poll(listener))._tag, "None")
      const numbers = notifications.filter((one) => one !== "Reconnected")
      assert.deepStrictEqual(numbers, pushes)
      assert.deepStrictEqual(numbers, ascending(numbers), "each once, and in order")
      assert.deepStrictEqual(gapsOf(notifications), [], "what is missing is missing at a loss")
      const connections = states.flatMap((state) => (state._tag === "Open" ? [state.connection] : []))
      assert.deepStrictEqual(
        connections,
        connections.map((_, index) => index + 1)
      )
      assert.lengthOf(
        notifications.filter((one) => one === "Reconnected"),
        connections.length - 1
      )
      assert.deepStrictEqual(asked, ascending(asked))
      assert.deepStrictEqual([...handled].sort(byNumber), asked)
      for (const telling of told) {
        const outcome = yield* Fiber.join(telling)
        if (Either.isRight(outcome)) continue
        const error = outcome.left
        assert.include(["ChannelError/Lost", "ChannelError/Unreachable"], kindOf(error))
      }
    })

    return { perform, check }
  })

const kindOf = (error: SessionSocket.Failure): string =>
  `${error._tag}/${"reason" in error ? error.reason : ""}`

const byNumber = (one: number, other: number): number => one - other

const ascending = (numbers: ReadonlyArray<number>): ReadonlyArray<number> =>
  [...new Set(numbers)].sort(byNumber)

/** Where something is missing although the connection was there. */
const gapsOf = (heard: ReadonlyArray<Heard>): ReadonlyArray<string> => {
  const gaps: Array<string> = []
  let before = 0
  let isLost = false
  for (const one of heard) {
    if (one === "Reconnected") {
      isLost = true
      continue
    }
    if (one !== before + 1 && !isLost) gaps.push(`${before} to ${one}`)
    before = one
    isLost = false
  }
  return gaps
}

const numberOf = (data: SessionSocket.JsonObject): number => (data.extraParams as { readonly n: number }).n

const idOf = ({ id }: BrowserNotification.TakeoverRequested): number => (id._tag === "Some" ? id.value : -1)
