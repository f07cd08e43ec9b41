/** The operator over scripted tools. */
import { assert } from "@effect/vitest"
import { AgentBayError, BrowserOperator } from "@effect-agentbay/core"
import { Effect, Fiber, Schema, TestClock } from "effect"
import { type Answer, failed, makeFakeSession } from "./FakeSession.js"

export type Script = (tool: string, args: Record<string, unknown>, index: number) => Answer

export const open = (script: Script | Answer, isReady = true) =>
  Effect.map(
    makeFakeSession({
      intercept: (tool, args, index) =>
        Effect.succeed(typeof script === "function" ? script(tool, args, index) : script)
    }),
    ({ calls, runtime }) => ({
      calls,
      operator: BrowserOperator.make(runtime, (operation) =>
        isReady
          ? Effect.void
          : Effect.fail(
              new AgentBayError.BrowserError({
                reason: "NotInitialized",
                operation,
                detail: "not initialized"
              })
            )
      )
    })
  )

/** Answers of one tool after the other; the last one again and again. */
export const inTurn = (replies: Readonly<Record<string, ReadonlyArray<Answer>>>): Script => {
  const seen: Record<string, number> = {}
  return (tool) => {
    const list = replies[tool] ?? []
    const at = seen[tool] ?? 0
    seen[tool] = at + 1
    return list[Math.min(at, list.length - 1)] ?? failed(`tool not found: ${tool}`)
  }
}

export const settled = <A, E>(effect: Effect.Effect<A, E>, seconds = 600) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(Effect.either(effect))
    let passed = 0
    while ((yield* Fiber.poll(fiber))._tag === "None" && passed < seconds) {
      yield* TestClock.adjust("1 second")
      passed += 1
    }
    const outcome = yield* Fiber.join(fiber)
    return { outcome, passed }
  })

export const leftOf = <A, E>({
  outcome
}: {
  readonly outcome: { readonly _tag: string; readonly left?: E; readonly right?: A }
}) => {
  assert.strictEqual(outcome._tag, "Left")
  return outcome.left
}

export const rightOf = <A, E>({
  outcome
}: {
  readonly outcome: { readonly _tag: string; readonly left?: E; readonly right?: A }
}) => {
  assert.strictEqual(outcome._tag, "Right", JSON.stringify(outcome.left))
  return outcome.right
}

export const Product = Schema.Struct({ title: Schema.String, ratings: Schema.Number })

export const observation = {
  selector: "#buy",
  description: "Buy button",
  method: "click",
  arguments: { button: "left" }
}
