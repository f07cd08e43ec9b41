import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "effect/FastCheck"
import { isOver } from "../../src/internal/browser/pageTask.js"
import { hasFields } from "../support/assertions.js"
import { answer, failed } from "../support/FakeSession.js"
import { inTurn, leftOf, observation, open, Product, rightOf, settled } from "../support/operator.js"
import { check } from "../support/properties.js"

const started = answer('{"task_id":"pt-1"}')
const done = answer('{"is_done":true,"success":true,"steps":[{"index":0,"action":"click #buy"}]}')
const running = failed("task still running")

describe("tasks", () => {
  it.scoped("an action: not yet in both forms, then done", () =>
    Effect.gen(function* () {
      const { calls, operator } = yield* open(
        inTurn({
          page_use_act_async: [started],
          page_use_get_act_result: [answer('{"is_done":false,"success":false,"steps":[]}'), running, done]
        })
      )
      const task = yield* operator.actAsync("click buy")
      assert.strictEqual(task.taskId, "pt-1")
      const end = yield* settled(task.await())
      assert.deepStrictEqual(rightOf(end), {
        message: '[{"index":0,"action":"click #buy"}]',
        requestId: "req-4"
      })
      assert.strictEqual(end.passed, 9)
      assert.deepStrictEqual(
        calls.map(({ args, tool }) => [tool, args["task_id"]]),
        [
          ["page_use_act_async", undefined],
          ["page_use_get_act_result", "pt-1"],
          ["page_use_get_act_result", "pt-1"],
          ["page_use_get_act_result", "pt-1"]
        ]
      )
    })
  )

  it.scoped("one look: pending, done, failed", () =>
    Effect.gen(function* () {
      const { operator } = yield* open(
        inTurn({
          page_use_observe_async: [started],
          page_use_get_observe_result: [
            running,
            answer(""),
            failed("Execution failed. Error code:-32602 Error message: still running"),
            answer("[]"),
            failed("observation failed: page crashed")
          ]
        })
      )
      const { poll } = yield* operator.observeAsync("x")
      for (const _ of [1, 2, 3]) assert.deepStrictEqual(yield* poll, { _tag: "Pending" })
      assert.deepStrictEqual(yield* poll, { _tag: "Done", value: [] })
      const last = yield* poll
      assert.strictEqual(last._tag, "Failed")
      hasFields(last._tag === "Failed" ? last.error : {}, {
        reason: "TaskFailed",
        taskId: "pt-1",
        detail: "observation failed: page crashed"
      })
    })
  )

  it.scoped("an action that was not carried out", () =>
    Effect.gen(function* () {
      for (const [steps, detail] of [
        ["[]", "nothing was carried out"],
        ['[{"error":"gone"}]', '[{"error":"gone"}]'],
        ['"it is gone"', "it is gone"]
      ] as const) {
        const { operator } = yield* open(
          inTurn({
            page_use_act_async: [started],
            page_use_get_act_result: [answer(`{"is_done":true,"success":false,"steps":${steps}}`)]
          })
        )
        const task = yield* operator.actAsync("x")
        hasFields(leftOf(yield* settled(task.await())), { reason: "ActFailed", taskId: "pt-1", detail })
      }
    })
  )

  for (const text of [
    "task pt-1 failed: no such element",
    "Task not found: pt-1",
    "Execution failed. Error code:-32602 Error message: extraction error"
  ]) {
    it.scoped(`clear words of a failure end the wait: ${text}`, () =>
      Effect.gen(function* () {
        const { operator } = yield* open(
          inTurn({ page_use_extract_async: [started], page_use_get_extract_result: [running, failed(text)] })
        )
        const task = yield* operator.extractAsync("x", Product)
        const end = yield* settled(task.await())
        hasFields(leftOf(end), { _tag: "BrowserError", reason: "TaskFailed", detail: text })
        assert.strictEqual(end.passed, 6)
      })
    )
  }

  it.scoped("a wait ends at its time, and says what came last", () =>
    Effect.gen(function* () {
      const { operator } = yield* open(
        inTurn({
          page_use_observe_async: [started],
          page_use_get_observe_result: [failed("patience, please")]
        })
      )
      const task = yield* operator.observeAsync("x")
      const end = yield* settled(task.await({ timeout: "7 seconds" }))
      const error = leftOf(end)
      hasFields(error, { _tag: "BrowserError", reason: "TaskTimeout", taskId: "pt-1" })
      assert.include(String(error), "patience, please")
      assert.isAtMost(end.passed, 7)
      const quick = yield* settled(task.await({ timeout: "1 second" }))
      hasFields(leftOf(quick), { reason: "TaskTimeout" })
      const late = yield* settled(task.await())
      assert.isAtLeast(late.passed, 297)
    })
  )

  it.scoped("a start that is refused keeps its reason", () =>
    Effect.gen(function* () {
      const { operator } = yield* open(failed("busy"))
      hasFields(yield* Effect.flip(operator.actAsync("x")), { _tag: "ToolError", text: "busy" })
      const { operator: without } = yield* open(answer("{}"))
      hasFields(yield* Effect.flip(without.actAsync("x")), { _tag: "SessionError", reason: "Decode" })
    })
  )

  it.scoped("are found again by their id", () =>
    Effect.gen(function* () {
      const { calls, operator } = yield* open(
        inTurn({
          page_use_get_act_result: [done],
          page_use_get_observe_result: [answer("[]")],
          page_use_get_extract_result: [answer('{"title":"T","ratings":1}'), answer('{"title":1}')]
        })
      )
      assert.strictEqual((yield* operator.actTask("a").poll)._tag, "Done")
      assert.strictEqual((yield* operator.observeTask("b").poll)._tag, "Done")
      assert.deepStrictEqual(yield* operator.extractTask("c", Product).poll, {
        _tag: "Done",
        value: { title: "T", ratings: 1 }
      })
      const wrong = yield* operator.extractTask("c", Product).poll
      hasFields(wrong._tag === "Failed" ? wrong.error : {}, { reason: "ExtractMismatch", taskId: "c" })
      assert.deepStrictEqual(
        calls.map(({ args }) => args["task_id"]),
        ["a", "b", "c", "c"]
      )
    })
  )

  it.scoped("stand behind waits of more than a minute", () =>
    Effect.gen(function* () {
      const { calls, operator } = yield* open(
        inTurn({
          page_use_act_async: [started],
          page_use_get_act_result: [running, done],
          page_use_observe_async: [started],
          page_use_get_observe_result: [answer(JSON.stringify([observation]))],
          page_use_extract_async: [started],
          page_use_get_extract_result: [answer('{"title":"T","ratings":1}')]
        })
      )
      rightOf(yield* settled(operator.act("x", { timeout: "2 minutes", interval: "1 second" })))
      assert.deepStrictEqual(rightOf(yield* settled(operator.observe("x", { timeout: "2 minutes" }))), [
        observation
      ])
      assert.deepStrictEqual(
        rightOf(yield* settled(operator.extract("x", Product, { timeout: "61 seconds" }))),
        {
          title: "T",
          ratings: 1
        }
      )
      assert.deepStrictEqual(
        calls.map(({ tool }) => tool.replace("page_use_", "")),
        [
          "act_async",
          "get_act_result",
          "get_act_result",
          "observe_async",
          "get_observe_result",
          "extract_async",
          "get_extract_result"
        ]
      )
      assert.strictEqual(calls[0]?.args["timeout"], 120)
    })
  )
})

describe("words of a task", () => {
  it("that speak of patience never end a wait, whatever else they say", () => {
    const patience = fc.constantFrom(
      "still running",
      "task is pending",
      "in progress",
      "not ready yet",
      "queued"
    )
    const noise = fc.constantFrom("", "task pt-1: ", "Execution failed. Error code:-32602 Error message: ")
    const alarm = fc.constantFrom(
      "",
      " (errors so far: 0)",
      ", the last step failed",
      ": element not found, again"
    )
    check(
      fc.property(noise, patience, alarm, (before, words, after) =>
        assert.isFalse(isOver(before + words + after), before + words + after)
      )
    )
  })

  it("that are not understood do not, either", () => {
    for (const text of [
      "",
      "busy",
      "页面处理中",
      "Execution failed. Error code:-32602 Error message: one moment"
    ])
      assert.isFalse(isOver(text), text)
  })
})
