/** The recorded frames of agents and browsers over the WebSocket, played to our client. */
import { assert, describe, it } from "@effect/vitest"
import {
  type AgentBayError,
  AgentStream,
  type BrowserNotification,
  SessionAgent
} from "@effect-agentbay/core"
import { Chunk, Effect, Either, Fiber, Option, Stream } from "effect"
import { makeNotifications } from "../../src/internal/browser/notifications.js"
import { tools } from "../support/agents.js"
import { makeFakeSession } from "../support/FakeSession.js"
import { scriptedChannel } from "../support/scriptedSocket.js"
import { answering, object, withFrames as ours, recordedFrames } from "./support/recordedFrames.js"
import type { Json, Vector } from "./support/Vector.js"

const play = (vector: Vector) =>
  Effect.gen(function* () {
    const { runtime } = yield* makeFakeSession({ tools: [...tools] })
    const channel = scriptedChannel(runtime, answering(vector))
    const named = {
      ...channel.runtime,
      connection: () => ({ ...channel.runtime.connection(), tools: noTools })
    }
    return {
      agent: SessionAgent.make(named, undefined, channel.socket),
      browser: makeNotifications(channel.socket),
      sent: () => channel.sent.map(({ data, source, target }) => ({ source, target, data }))
    }
  })

const noTools = {
  entries: [{ name: "none", server: "", description: "", inputSchema: {}, tool: "none" }],
  serverOf: () => Option.none<string>()
}

describe("recorded tasks of the mobile agent that are followed", () => {
  const lines = ours(/^agent\.mobile\.executeTask\.stream\//)

  it("are there", () => {
    assert.isAtLeast(lines.length, 7)
  })

  it.scoped("send the recorded frames, tell the recorded events, and end as they should", () =>
    Effect.forEach(lines, (vector) =>
      Effect.gen(function* () {
        const [task, options] = vector.call.args
        const { maxSteps } = object(options ?? {})
        const { agent, sent } = yield* play(vector)
        const events: Array<AgentStream.Event> = []
        const outcome: Either.Either<
          SessionAgent.TaskResult,
          AgentStream.Failure | AgentBayError.AgentError
        > = yield* agent.mobile
          .stream(String(task), {
            maxSteps: maxSteps === undefined ? undefined : Number(maxSteps),
            onCallForUser: "onCallForUser" in object(options ?? {}) ? "1234" : undefined,
            leaveRunning: true
          })
          .pipe(
            Stream.tap((event) => Effect.sync(() => events.push(event))),
            AgentStream.result,
            Effect.either
          )
        assert.deepStrictEqual(sent() as ReadonlyArray<unknown>, recordedFrames(vector), vector.id)

        const told = (vector.callbacks ?? []).filter(({ callback }) => callback !== "onCallForUser")
        const heard = events.filter(({ _tag }) => _tag !== "Finished" && _tag !== "Question")
        const questions = told.filter(({ args }) => "prompt" in object(args[0]))
        assert.deepStrictEqual(
          heard.map((event) => ("seq" in event ? [event.seq, event.round] : [])),
          told
            .filter(({ args }) => !("prompt" in object(args[0])))
            .map(({ args }) => [object(args[0]).seq, object(args[0]).round]),
          vector.id
        )
        if (questions.length > 0) assert.isTrue(events.some(({ _tag }) => _tag === "Question"))

        const { success, taskResult } = object(object(vector.result).waited)
        // An error on the way fails the task, which the recorded client forgets.
        const isSuccess = success === true && !events.some(({ _tag }) => _tag === "Error")
        assert.strictEqual(Either.isRight(outcome), isSuccess, vector.id)
        if (Either.isRight(outcome)) assert.strictEqual(outcome.right.product, taskResult, vector.id)
      })
    )
  )
})

describe("recorded messages of the browser", () => {
  it.scoped("are sent as they were recorded, and pushes are heard", () =>
    Effect.gen(function* () {
      for (const vector of ours(/^browser\.(sendTakeoverDone|sendNotifyMessage|registerCallback)\//)) {
        const { browser, sent } = yield* play(vector)
        const count = (vector.callbacks ?? []).length
        const heard = yield* Effect.fork(Stream.runCollect(Stream.take(browser.notifications, count)))
        yield* Effect.yieldNow()
        const { args, method } = vector.call
        if (method === "sendNotifyMessage") {
          const [type, id, code, message, action, extraParams] = object(args[0]).args as ReadonlyArray<Json>
          yield* browser.notify({
            type,
            id,
            code,
            message,
            action,
            extraParams
          } as BrowserNotification.Message)
        } else {
          yield* browser.takeoverDone(method === "sendTakeoverDone" ? Number(args[0]) : 1)
        }
        assert.deepStrictEqual(sent() as ReadonlyArray<unknown>, recordedFrames(vector), vector.id)
        const news = Chunk.toReadonlyArray(yield* Fiber.join(heard))
        assert.deepStrictEqual(
          news.map((one) =>
            "data" in one ? { extraParams: {}, ...one.data } : one
          ) as ReadonlyArray<unknown>,
          (vector.callbacks ?? []).map((callback) => callback.args[0])
        )
      }
    })
  )
})
