/** The recorded frames of code over the WebSocket, played to our client. */
import { assert, describe, it } from "@effect/vitest"
import { SessionCode } from "@effect-agentbay/core"
import { Duration, Effect, Either, Option, Stream } from "effect"
import { makeFakeSession } from "../support/FakeSession.js"
import { scriptedChannel } from "../support/scriptedSocket.js"
import { answering, object, recordedFrames, withFrames } from "./support/recordedFrames.js"

const lines = withFrames(/^code\.run(Code)?\.stream(\.|\/)/)

describe("recorded runs of code that are followed", () => {
  it("are there", () => {
    assert.isAtLeast(lines.length, 8)
  })

  it.scoped("send the recorded frames, tell what was printed, and end as they should", () =>
    Effect.forEach(lines, (vector) =>
      Effect.gen(function* () {
        const [source, language, seconds] = vector.call.args
        const { runtime } = yield* makeFakeSession({ tools: [] })
        const channel = scriptedChannel(runtime, answering(vector))
        const code = SessionCode.make(channel.runtime, channel.socket)
        const printed: Array<string> = []
        const run = code
          .stream(String(language), String(source), { timeout: Duration.seconds(Number(seconds)) })
          .pipe(
            Stream.tap((event) => Effect.sync(() => event._tag === "Stdout" && printed.push(event.text))),
            SessionCode.execution,
            Effect.either
          )
        const times = recordedFrames(vector).length
        for (let time = 1; time < times; time++) yield* run
        printed.length = 0
        const outcome = yield* run
        assert.deepStrictEqual(
          channel.sent.map(({ data, source, target }) => ({
            source,
            target,
            data
          })) as ReadonlyArray<unknown>,
          recordedFrames(vector),
          vector.id
        )

        const { errorMessage, executionCount, executionTime, logs, success } = object(vector.result)
        const { stderr, stdout } = object(logs)
        assert.deepStrictEqual(printed as unknown, stdout, vector.id)
        if (Either.isLeft(outcome)) {
          assert.isFalse(success, vector.id)
          assert.strictEqual(outcome.left._tag, "ChannelError")
          if (typeof errorMessage === "string") assert.include(outcome.left.message, errorMessage)
          return
        }
        const { error, ...execution } = outcome.right
        assert.strictEqual(Option.isNone(error), success, vector.id)
        assert.deepStrictEqual([execution.logs.stdout, execution.logs.stderr] as unknown, [stdout, stderr])
        assert.deepStrictEqual(
          [Option.getOrNull(execution.executionCount), Option.getOrNull(execution.executionTime)],
          [executionCount, Duration.seconds(Number(executionTime))] as never
        )
      })
    )
  )

  it.scoped("have the value of the last expression, and the name of what was raised", () =>
    Effect.gen(function* () {
      const told: Array<unknown> = []
      for (const vector of lines.filter(({ id }) => /^code\.runCode\.stream\/[134]$/.test(id))) {
        const { runtime } = yield* makeFakeSession({ tools: [] })
        const channel = scriptedChannel(runtime, answering(vector))
        const code = SessionCode.make(channel.runtime, channel.socket)
        const { error, text } = yield* SessionCode.execution(code.stream("python", "1"))
        told.push([Option.getOrNull(text), Option.getOrNull(error)])
      }
      assert.deepStrictEqual(told, [
        ["42", null],
        [null, { name: "ZeroDivisionError", value: "division by zero", traceback: "traceId=t-1" }],
        [null, { name: "ExecutionError", value: "Error: boom", traceback: "" }]
      ])
    })
  )
})
