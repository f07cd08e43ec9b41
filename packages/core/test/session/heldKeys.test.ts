import { describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { SessionError } from "../../src/AgentBayError.js"
import { assert, hasFields } from "../support/assertions.js"
import { makeDesktopSession } from "../support/desktop.js"
import { type Answer, answer, failed, type Intercept } from "../support/FakeSession.js"

const yes = answer("true")

const lost = (phase: "notSent" | "unknown") =>
  Effect.fail(new SessionError({ reason: "Transport", operation: "x", phase, detail: "connection lost" }))

/** Answers of one tool, one after the other; the last one again and again. All others say yes. */
const answers = (tool: string, ...replies: ReadonlyArray<Answer | ReturnType<typeof lost>>): Intercept => {
  let next = 0
  return (name) => {
    if (name !== tool) return Effect.succeed(yes)
    const reply = replies[Math.min(next, replies.length - 1)] ?? yes
    next += 1
    return Effect.isEffect(reply) ? reply : Effect.succeed(reply)
  }
}

const pressed = { tool: "press_keys", args: { keys: ["Ctrl", "Shift"], hold: true } }
const released = { tool: "release_keys", args: { keys: ["Ctrl", "Shift"] } }
const clicked = { tool: "click_mouse", args: { x: 1, y: 2, button: "left" } }

const keys = ["CTRL", "shift"]

describe("keys held while something runs", () => {
  it.scoped("are down before and up after it", () =>
    Effect.gen(function* () {
      const { calls, computer } = yield* makeDesktopSession(yes)
      const value = yield* computer.withKeysHeld(keys, Effect.as(computer.clickMouse(1, 2), "done"))
      assert.strictEqual(value, "done")
      assert.deepStrictEqual(calls, [pressed, clicked, released])
    })
  )

  it.scoped("are released when it fails, with its failure", () =>
    Effect.gen(function* () {
      const { calls, computer } = yield* makeDesktopSession(yes)
      const error = yield* Effect.flip(computer.withKeysHeld(keys, Effect.fail("no")))
      assert.strictEqual(error, "no")
      const exit = yield* Effect.exit(computer.withKeysHeld(keys, Effect.die("bug")))
      assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
      assert.deepStrictEqual(calls, [pressed, released, pressed, released])
    })
  )

  it.scoped("are released when it is interrupted", () =>
    Effect.gen(function* () {
      const { calls, computer } = yield* makeDesktopSession(yes)
      const fiber = yield* Effect.fork(computer.withKeysHeld(keys, Effect.never))
      yield* Effect.repeat(Effect.yieldNow(), { until: () => calls.length > 0 })
      assert.deepStrictEqual(calls, [pressed])
      const exit = yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.isInterrupted(exit))
      assert.deepStrictEqual(calls, [pressed, released])
    })
  )

  it.scoped("are released again and again where the way to the session fails", () =>
    Effect.gen(function* () {
      const session = yield* makeDesktopSession(
        answers("release_keys", lost("unknown"), lost("notSent"), yes)
      )
      const fiber = yield* Effect.fork(session.computer.withKeysHeld(keys, Effect.succeed(1)))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(fiber), 1)
      assert.deepStrictEqual(session.calls, [pressed, released, released, released])
    })
  )

  it.scoped("that could not be released are a failure, beside that of the effect", () =>
    Effect.gen(function* () {
      const stuck = yield* makeDesktopSession(answers("release_keys", failed("stuck")))
      hasFields(yield* Effect.flip(stuck.computer.withKeysHeld(keys, Effect.void)), {
        _tag: "ToolError",
        text: "stuck"
      })
      const exit = yield* Effect.exit(stuck.computer.withKeysHeld(keys, Effect.fail("no")))
      const failures = Exit.isFailure(exit) ? Array.from(Cause.failures(exit.cause)) : []
      assert.strictEqual(failures[0], "no")
      hasFields(failures[1], { _tag: "ToolError", text: "stuck" })
    })
  )

  it.scoped("that may be down although pressing failed are released, and nothing runs", () =>
    Effect.gen(function* () {
      for (const [reply, after] of [
        [failed("half of them"), [released]],
        [lost("unknown"), [released]],
        [lost("notSent"), []]
      ] as const) {
        const { calls, computer } = yield* makeDesktopSession(answers("press_keys", reply))
        yield* Effect.flip(computer.withKeysHeld(keys, computer.clickMouse(1, 2)))
        assert.deepStrictEqual(calls, [pressed, ...after])
      }
    })
  )
})
