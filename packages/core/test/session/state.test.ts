import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import type { WaitOptions } from "../../src/Session.js"
import { makeAccount, working } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { json, never, ok, type Reply, refused } from "../support/ScriptedService.js"

const state = (word: string | undefined) =>
  json({ RequestId: "req-look", Success: true, Data: { Status: word } })

const changes = {
  pause: {
    action: "PauseSessionAsync",
    from: "RUNNING",
    waiting: "PAUSING",
    to: "PAUSED",
    other: "RESUMING"
  },
  resume: {
    action: "ResumeSessionAsync",
    from: "PAUSED",
    waiting: "RESUMING",
    to: "RUNNING",
    other: "PAUSING"
  }
} as const

const change = (
  name: keyof typeof changes,
  looks: Reply | ReadonlyArray<Reply>,
  options?: WaitOptions,
  start: Reply = ok()
) =>
  Effect.gen(function* () {
    const { bay, service } = yield* makeAccount(working({ [changes[name].action]: start, GetSession: looks }))
    const session = yield* bay.create()
    const fiber = yield* Effect.fork(Effect.either(session[name](options)))
    const step = options?.interval === "1 minute" ? 60 : 1
    let seconds = 0
    while ((yield* Fiber.poll(fiber))._tag === "None" && seconds < 700) {
      yield* TestClock.adjust(step * 1000)
      seconds += step
    }
    const outcome = yield* Fiber.join(fiber)
    return {
      seconds,
      names: service.names().slice(1),
      error: outcome._tag === "Left" ? outcome.left : undefined,
      value: outcome._tag === "Right" ? outcome.right : undefined
    }
  })

for (const name of ["pause", "resume"] as const) {
  const { action, from, other, to, waiting } = changes[name]

  describe(`Session.${name}`, () => {
    it.effect("waits for the state, and returns the id of the request that started it", () =>
      Effect.gen(function* () {
        const { error, names, seconds, value } = yield* change(name, [
          state(waiting),
          state(waiting),
          state(to)
        ])
        assert.isUndefined(error)
        assert.deepStrictEqual(value, { status: to, requestId: "req-1" })
        assert.deepStrictEqual(names, [action, "GetSession", "GetSession", "GetSession"])
        assert.strictEqual(seconds, 4)
      })
    )

    it.effect("bears the old state for a while", () =>
      Effect.gen(function* () {
        const { error, value } = yield* change(name, [
          state(from),
          state(undefined),
          state(from),
          state(waiting),
          state(to)
        ])
        assert.isUndefined(error)
        hasFields(value, { status: to })
      })
    )

    it.effect("but not for ever: half a minute later it is a Conflict", () =>
      Effect.gen(function* () {
        const { error, seconds } = yield* change(name, state(from))
        hasFields(error, {
          _tag: "SessionError",
          reason: "Conflict",
          operation: `Session.${name}`,
          sessionId: "s-1",
          requestId: "req-1"
        })
        assert.include(error?.message, from)
        assert.strictEqual(seconds, 30)
      })
    )

    for (const word of [other, "DELETING", "DELETED", "FINISH", "FAILED"]) {
      it.effect(`${word} does not lead there: Conflict at once`, () =>
        Effect.gen(function* () {
          const { error, seconds } = yield* change(name, [state(waiting), state(word)])
          hasFields(error, { _tag: "SessionError", reason: "Conflict" })
          assert.include(error?.message, word)
          assert.isAtMost(seconds, 2)
        })
      )
    }

    it.effect("a session that is in the state already is done at the first look", () =>
      Effect.gen(function* () {
        const { names, seconds } = yield* change(name, state(to))
        assert.deepStrictEqual(names, [action, "GetSession"])
        assert.isAtMost(seconds, 1)
      })
    )

    it.effect("gives up after ten minutes, or when it is told to, with the id of its request", () =>
      Effect.gen(function* () {
        for (const [options, seconds] of [
          [{ interval: "1 minute" }, 600],
          [{ timeout: "30 seconds", interval: "5 seconds" }, 30]
        ] as const) {
          const outcome = yield* change(name, state(waiting), options)
          hasFields(outcome.error, {
            _tag: "SessionError",
            reason: "Timeout",
            requestId: "req-1",
            sessionId: "s-1"
          })
          assert.strictEqual(outcome.seconds, seconds)
          assert.isAtMost(outcome.names.length, 12)
        }
      })
    )

    it.effect("gives up also when looks are not answered", () =>
      Effect.gen(function* () {
        const { error, seconds } = yield* change(name, never, { timeout: "20 seconds" })
        hasFields(error, { reason: "Timeout" })
        assert.strictEqual(seconds, 20)
      })
    )

    it.effect("a refusal is a failure", () =>
      Effect.gen(function* () {
        const { error, names } = yield* change(name, state(to), undefined, refused("Session.IncorrectStatus"))
        hasFields(error, { reason: "Conflict", code: "Session.IncorrectStatus" })
        assert.deepStrictEqual(names, [action])
        const gone = yield* change(name, refused("InvalidMcpSession.NotFound"))
        hasFields(gone.error, { reason: "NotFound", operation: `Session.${name}` })
      })
    )

    it.effect("unusable times send nothing", () =>
      Effect.gen(function* () {
        for (const [options, field] of [
          [{ timeout: 0 }, "timeout"],
          [{ timeout: Infinity }, "timeout"],
          [{ interval: -1 }, "interval"],
          [{ interval: 0 }, "interval"]
        ] as const) {
          const { error, names } = yield* change(name, state(to), options)
          hasFields(error, { _tag: "InvalidArgument", operation: `Session.${name}`, field })
          assert.deepStrictEqual(names, [])
        }
      })
    )
  })
}
