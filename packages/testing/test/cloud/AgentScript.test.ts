import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type { Session } from "@effect-agentbay/core/Session"
import * as AgentScript from "@effect-agentbay/testing/AgentScript"
import * as TestAgentBay from "@effect-agentbay/testing/TestAgentBay"
import { TestCloud } from "@effect-agentbay/testing/TestCloud"
import { Chunk, Effect, Either, Fiber, JSONSchema, Schema, Stream, TestClock } from "effect"
import * as fc from "effect/FastCheck"
import { smallestInstance } from "../../src/cloud/internal/schemaInstance.js"

/** Brings every agent. */
const imageId = "imgc-agents"

const script: AgentScript.AgentScript = {
  steps: [
    { action: "look", reasoning: "Where? ", duration: "4 seconds" },
    { action: "tap", content: "There. ", duration: "2 seconds" },
    { content: "Done.", duration: "0 seconds" }
  ],
  end: { status: "finished", product: { done: true } }
}

const withAgents = <A, E>(
  agents: AgentScript.Agents | undefined,
  use: (agent: Session.Service["agent"]) => Effect.Effect<A, E, TestCloud>
) =>
  Effect.scoped(
    Effect.flatMap(AgentBay.AgentBay, (bay) =>
      Effect.flatMap(bay.session({ imageId }), ({ agent }) => use(agent))
    )
  ).pipe(Effect.provide(TestAgentBay.layerWith({ agents })))

describe("a script", () => {
  it("is laid out in time", () => {
    const { endMs, steps } = AgentScript.timeline(script)
    assert.strictEqual(endMs, 6000)
    assert.deepStrictEqual(
      steps.map(({ atMs }) => atMs),
      [0, 4000, 6000]
    )
    assert.strictEqual(AgentScript.timeline({ end: "never" }).endMs, Number.POSITIVE_INFINITY)
    assert.strictEqual(AgentScript.timeline({ steps: [{}, {}], end: "never" }).steps[1]?.atMs, 1000)
  })

  it.effect("is what an agent does, on the clock of the test", () =>
    withAgents(script, (agent) =>
      Effect.gen(function* () {
        const task = yield* agent.mobile.start("t")
        const fiber = yield* Effect.fork(Stream.runCollect(task.progress()))
        yield* TestClock.adjust("6 seconds")
        const events = Chunk.toReadonlyArray(yield* Fiber.join(fiber))
        // Looks at 0, 3 and 6 seconds.
        assert.deepStrictEqual(
          events.map((event) => event._tag),
          ["Status", "Action", "Reasoning", "Status", "Action", "Content", "Content", "Finished"]
        )
        const last = events.at(-1)
        assert(last?._tag === "Finished")
        assert.strictEqual(last.result.output, '{"done":true}')
      })
    )
  )

  it.effect("may end in every other way", () =>
    withAgents(
      ({ task }) => ({ end: { status: task as "failed", error: `it ${task}`, product: "half" } }),
      (agent) =>
        Effect.gen(function* () {
          const reasons = { failed: "TaskFailed", unsupported: "Unsupported", cancelled: "Cancelled" }
          for (const [word, reason] of Object.entries(reasons)) {
            const error = yield* Effect.flip(agent.computer.run(word))
            assert(error._tag === "AgentError")
            assert.deepStrictEqual(
              [error.reason, error.detail, error.product],
              [reason, `it ${word}`, "half"]
            )
          }
        })
    )
  )

  it.effect("is told what the task is", () => {
    const seen: Array<AgentScript.AgentTask> = []
    return withAgents(
      (task) => {
        seen.push(task)
        return { end: { status: "finished", product: "" } }
      },
      (agent) =>
        Effect.gen(function* () {
          yield* agent.mobile.start("tap", { maxSteps: 3 })
          yield* agent.browser.start("read", { outputSchema: Schema.Struct({ a: Schema.String }) })
          assert.deepInclude(seen[0], { agent: "mobile", task: "tap", args: { task: "tap", max_steps: 3 } })
          assert.deepInclude(seen[1]?.outputSchema as object, { type: "object", required: ["a"] })
        })
    )
  })
})

describe("tasks of a cloud", () => {
  it.effect("are forgotten a while after their end was told, and never before", () =>
    withAgents(script, (agent) =>
      Effect.gen(function* () {
        const { taskId } = yield* agent.computer.start("t")
        const look = Effect.flatMap(agent.computer.attach(taskId), ({ status }) => Effect.either(status))
        yield* TestClock.adjust("2 hours")
        for (const seconds of [0, 9]) {
          yield* TestClock.adjust(`${seconds} seconds`)
          const report = yield* look
          assert(Either.isRight(report))
          assert.strictEqual(report.right.status, "finished")
        }
        yield* TestClock.adjust("1 seconds")
        const gone = yield* look
        assert(Either.isLeft(gone))
        assert.deepInclude(gone.left, { _tag: "AgentError", reason: "NotFound" })
      })
    )
  )

  it.effect("are cancelling for a second, then gone", () =>
    withAgents({ end: "never" }, (agent) =>
      Effect.gen(function* () {
        const task = yield* agent.mobile.start("t")
        assert.strictEqual(yield* task.terminate({ confirm: false }), "cancelling")
        assert.strictEqual((yield* task.status).status, "cancelling")
        assert.deepInclude(yield* Effect.flip(agent.mobile.start("next")), { reason: "Busy" })
        yield* TestClock.adjust("1 seconds")
        assert.deepInclude(yield* Effect.flip(task.status), { reason: "NotFound" })
        yield* agent.mobile.start("next")
      })
    )
  )

  it.effect("belong to their session and their agent", () =>
    withAgents(script, (agent) =>
      Effect.gen(function* () {
        const { taskId } = yield* agent.computer.start("t")
        const other = yield* agent.mobile.attach(taskId)
        assert.deepInclude(yield* Effect.flip(other.status), { reason: "NotFound" })
        // Only the phone does one task at a time.
        const second = yield* agent.computer.start("t")
        assert.notStrictEqual(second.taskId, taskId)
      })
    )
  )

  it.effect("can be given other scripts at any time", () =>
    withAgents(script, (agent) =>
      Effect.gen(function* () {
        const cloud = yield* TestCloud
        yield* cloud.setAgents({ end: { status: "finished", product: "other" } })
        assert.strictEqual((yield* agent.computer.run("t")).output, "other")
        yield* cloud.setAgents(undefined)
        const fiber = yield* Effect.fork(agent.computer.run("echo me"))
        yield* TestClock.adjust("3 seconds")
        assert.strictEqual((yield* Fiber.join(fiber)).output, "Done: echo me")
      })
    )
  )
})

describe("the smallest value that fits a Schema", () => {
  const Node: Schema.Schema<{ readonly name: string; readonly children: ReadonlyArray<unknown> }> =
    Schema.Struct({
      name: Schema.String,
      children: Schema.Array(Schema.suspend((): Schema.Schema<unknown> => Node as Schema.Schema<unknown>))
    }).annotations({ identifier: "Node" })

  const schemas: ReadonlyArray<Schema.Schema<unknown, unknown>> = [
    Schema.String,
    Schema.NonEmptyString,
    Schema.Int.pipe(Schema.greaterThan(4)),
    Schema.Number.pipe(Schema.between(1.5, 1.75)),
    Schema.Number.pipe(Schema.lessThan(-3)),
    Schema.Number.pipe(Schema.multipleOf(7), Schema.greaterThanOrEqualTo(10)),
    Schema.Literal("b", "a"),
    Schema.NullOr(Schema.Boolean),
    Schema.NonEmptyArray(Schema.Tuple(Schema.String, Schema.Int)),
    Schema.Struct({ a: Schema.optional(Schema.String), b: Schema.Array(Schema.Int), c: Schema.Null }),
    Schema.Union(
      Schema.Struct({ _tag: Schema.Literal("A"), n: Schema.Int.pipe(Schema.positive()) }),
      Schema.Struct({ _tag: Schema.Literal("B") })
    ),
    Schema.Record({ key: Schema.String, value: Schema.Number }),
    Node
  ] as ReadonlyArray<Schema.Schema<unknown, unknown>>

  for (const [index, schema] of schemas.entries()) {
    it(`${index}: ${String(schema)}`, () => {
      const value = smallestInstance(JSONSchema.make(schema))
      assert.isTrue(Either.isRight(Schema.decodeUnknownEither(schema)(value)), JSON.stringify(value))
    })
  }

  it("fits every range of whole numbers", () => {
    void fc.assert(
      fc.property(fc.integer(), fc.nat(), fc.boolean(), fc.boolean(), (least, size, above, below) => {
        const most = least + size + (above ? 1 : 0) + (below ? 1 : 0)
        const value = smallestInstance({
          type: "integer",
          [above ? "exclusiveMinimum" : "minimum"]: least,
          [below ? "exclusiveMaximum" : "maximum"]: most
        }) as number
        assert.isTrue(Number.isInteger(value))
        assert.isTrue(above ? value > least : value >= least, `${value} from ${least}`)
        assert.isTrue(below ? value < most : value <= most, `${value} to ${most}`)
      })
    )
  })
})
