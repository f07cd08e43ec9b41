import { assert, describe, it } from "@effect/vitest"
import { AgentBayError } from "@effect-agentbay/core"
import { Effect, Either, Stream } from "effect"
import * as fc from "effect/FastCheck"
import { type Answer, answer, failed, type Options } from "../support/FakeSession.js"
import { inJumpingTime } from "../support/jumpingClock.js"
import { openScripted } from "../support/scriptedProcess.js"

type Reply = Effect.Effect<Answer, AgentBayError.SessionError>

const refusal = (reason: AgentBayError.SessionError["reason"]): Reply =>
  Effect.fail(
    new AgentBayError.SessionError({
      reason,
      operation: "x",
      phase: "sent",
      detail: "the detail",
      sessionId: "s-fake"
    })
  )

const say = (text: string): Reply => Effect.succeed(answer(text))

/** A byte of output each millisecond, `total` of them, then exit status 0. */
const total = 3_000
const byteAt = (offset: number) => (offset * 7) % 251

/** What the stream brings before it ends, and how it ends, when look number n meets `fault(n)`. */
const follow = (fault: (index: number, tool: string) => Reply | undefined, from = 0) =>
  Effect.gen(function* () {
    let looks = 0
    const intercept: Options["intercept"] = (tool, args) =>
      tool === "read_file" || String(args.command).includes("look()") ? fault(looks++, tool) : undefined
    const { command } = yield* openScripted(
      {
        sizeAt: (ms) => Math.min(total, Math.floor(ms)),
        bytes: (offset, length) => Uint8Array.from({ length }, (_, index) => byteAt(offset + index)),
        endsAt: total,
        waits: false
      },
      intercept
    )
    const process = yield* command.start("x", { from: { stdout: from }, budget: 16_384 })
    let taken = from
    const end = yield* Effect.either(
      Stream.runForEach(process.stdout, (bytes) =>
        Effect.sync(() => {
          assert.isTrue(bytes.every((byte, index) => byte === byteAt(taken + index)))
          taken += bytes.length
        })
      )
    )
    return { end, taken }
  }).pipe(Effect.scoped, inJumpingTime)

const after =
  (count: number, reply: Reply) =>
  (index: number): Reply | undefined =>
    index < count ? undefined : reply

describe("a stream that ends without an exit status fails, and knows how far it came", () => {
  const cases: ReadonlyArray<readonly [string, Reply, AgentBayError.OutputIncomplete["reason"]]> = [
    ...(
      [
        ["NotFound", "SessionLost"],
        ["Unauthorized", "Disconnected"],
        ["Throttled", "Disconnected"],
        ["InvalidRequest", "Disconnected"],
        ["Conflict", "Disconnected"],
        ["Unavailable", "Disconnected"],
        ["Timeout", "Disconnected"],
        ["Transport", "Disconnected"],
        ["Decode", "Disconnected"],
        ["Unknown", "Disconnected"]
      ] as const
    ).map(([reason, expected]) => [`the service fails with ${reason}`, refusal(reason), expected] as const),
    ["the tool refuses", Effect.succeed(failed("tool not found: shell")), "Unreadable"],
    ["the process is released", say("@agentbay gone\n"), "Released"],
    ["its start turns out to have failed", say("@agentbay abandoned\n"), "Released"],
    ["there is nobody who knows its status", say("@agentbay look lost 1 0 base64\n\n-\n"), "BeyondEnd"],
    ["the shell says nothing", say(""), "Unreadable"],
    ["the shell says something else", say("@agentbay what\n"), "Unreadable"],
    ["the status is no number", say("@agentbay look ok 9 0 base64\n\n-\n"), "Unreadable"],
    ["the sizes are missing", say("@agentbay look 0\n"), "Unreadable"],
    [
      "the status is there and the bytes are not",
      say("@agentbay look 0 999999 0 base64\n\n-\n"),
      "Unreadable"
    ],
    ["the output became shorter", say("@agentbay look 0 1 0 base64\n\n-\n"), "BeyondEnd"]
  ]
  for (const [name, reply, reason] of cases) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const { end, taken } = yield* follow(after(12, reply))
        assert(Either.isLeft(end))
        assert.strictEqual(end.left._tag, "OutputIncomplete")
        assert.strictEqual(end.left.reason, reason)
        assert.isAbove(taken, 0)
        assert.deepStrictEqual(end.left.offsets, { stdout: taken, stderr: 0 })
        // It is enough to go on: everything after it is there, once.
        const rest = yield* follow(() => undefined, taken)
        assert.isTrue(Either.isRight(rest.end))
        assert.strictEqual(rest.taken, total)
      })
    )
  }

  it.effect("the process was lost with all its output read", () =>
    Effect.gen(function* () {
      const { end, taken } = yield* follow(after(0, say("@agentbay look lost 0 0 base64\n\n-\n")))
      assert(Either.isLeft(end))
      assert.strictEqual(end.left.reason, "ProcessLost")
      assert.deepStrictEqual(end.left.offsets, { stdout: 0, stderr: 0 })
      assert.strictEqual(taken, 0)
    })
  )

  it("whatever comes in whatever order: a success has everything, a failure its offset", () => {
    const replies: ReadonlyArray<Reply | undefined> = [
      undefined,
      undefined,
      undefined,
      ...cases.map(([, reply]) => reply),
      say("@agentbay look - 5 0 base64\n%%%\n-\n"),
      say("@agentbay look - 1 0 hex\n0g\n-\n")
    ]
    const holds = (order: ReadonlyArray<number>, from: number) =>
      Effect.map(
        follow((index) => replies[order[index] ?? 0], from),
        ({ end, taken }) => {
          const expected = Either.isRight(end) ? total : end.left.offsets.stdout
          assert.strictEqual(taken, expected)
        }
      )
    return fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(replies.length - 1), { maxLength: 40 }),
        // One of the replies says that the output has one byte and is over: whoever has that byte must believe it.
        fc.nat(total).filter((from) => from !== 1),
        (order, from) => Effect.runPromise(holds(order, from))
      ),
      { numRuns: 60 }
    )
  })
})
