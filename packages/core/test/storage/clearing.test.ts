import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { makeAccount } from "../support/account.js"
import { assert, hasFields } from "../support/assertions.js"
import { byName, never, ok, type Reply, refused } from "../support/ScriptedService.js"

const state = (word: string | undefined) => ok({ Id: "c", Name: "n", State: word })

type Options = Parameters<
  Effect.Effect.Success<ReturnType<typeof makeAccount>>["bay"]["contexts"]["clear"]
>[1]

const clear = (looks: Reply | ReadonlyArray<Reply>, options?: Options) =>
  Effect.gen(function* () {
    const { bay, service } = yield* makeAccount(byName({ ClearContext: ok(), GetContext: looks }))
    const fiber = yield* Effect.fork(Effect.either(bay.contexts.clear("c", options)))
    let seconds = 0
    while ((yield* Fiber.poll(fiber))._tag === "None" && seconds < 200) {
      yield* TestClock.adjust("1 second")
      seconds += 1
    }
    const outcome = yield* Fiber.join(fiber)
    return { seconds, service, error: outcome._tag === "Left" ? outcome.left : undefined }
  })

describe("clearing a context", () => {
  it.effect("asks every two seconds until it is available again, in any other state too", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const looks = ["clearing", "pre-available", undefined, "in-use", "new-word", "available"].map(state)
      const onProgress = (word: string) => Effect.sync(() => void seen.push(word))
      const { error, seconds, service } = yield* clear(looks, { onProgress })
      assert.isUndefined(error)
      assert.strictEqual(seconds, 12)
      assert.deepStrictEqual(seen, [
        "clearing",
        "pre-available",
        "clearing",
        "in-use",
        "new-word",
        "available"
      ])
      assert.deepStrictEqual(service.names(), ["ClearContext", ...looks.map(() => "GetContext")])
      assert.strictEqual(service.sent[0]?.form["Id"], "c")
      const { Authorization: _, ...form } = service.sent[1]!.form
      assert.deepStrictEqual(form, { AllowCreate: "false", ContextId: "c" })
    })
  )

  it.effect("gives up after a minute with the id of the request that started it", () =>
    Effect.gen(function* () {
      const { error, seconds } = yield* clear(state("clearing"))
      hasFields(error, {
        _tag: "SessionError",
        reason: "Timeout",
        operation: "Contexts.clear",
        requestId: "req-1"
      })
      assert.isAtMost(seconds, 60)
      assert.isAbove(seconds, 57)
    })
  )

  it.effect("gives up when it is told to, also when nobody answers", () =>
    Effect.gen(function* () {
      for (const looks of [state("clearing"), never]) {
        const { error, seconds } = yield* clear(looks, { timeout: "10 seconds", interval: "1 second" })
        hasFields(error, { _tag: "SessionError", reason: "Timeout" })
        assert.strictEqual(seconds, 10)
      }
    })
  )

  it.effect("a look that is refused is a failure", () =>
    Effect.gen(function* () {
      const { error } = yield* clear([state("clearing"), refused("Context.NotFound")])
      hasFields(error, { _tag: "SessionError", reason: "NotFound", operation: "Contexts.clear" })
    })
  )
})
