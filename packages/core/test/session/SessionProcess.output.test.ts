// @effect-diagnostics nodeBuiltinImport:off
import * as fs from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { AgentBayError } from "@effect-agentbay/core"
import { Cause, Effect, Exit, Option, Schema, Stream } from "effect"
import { type Answer, answer, failed } from "../support/FakeSession.js"
import { bytesOf, open, pattern, textOf } from "../support/processes.js"

describe("output", () => {
  it.scopedLive("is read from any offset", () =>
    Effect.gen(function* () {
      const { command, root, start } = yield* open()
      const bytes = pattern(20_000)
      fs.writeFileSync(`${root}/bytes`, bytes)
      const process = yield* start(`cat ${root}/bytes; cat ${root}/bytes >&2`, { stdin: "none" })
      yield* process.wait
      for (const offset of [0, 1, 4095, 4096, 4097, 12_345, 19_999, 20_000]) {
        const found = yield* command.attach(process.id, { from: { stdout: offset }, budget: 4_096 })
        assert.strictEqual(
          Buffer.compare(yield* bytesOf(found.stdout), bytes.subarray(offset)),
          0,
          `${offset}`
        )
      }
      const beyond = yield* process.from({ stderr: 20_001 })
      const error = yield* Effect.flip(Stream.runDrain(beyond.output))
      assert.strictEqual(error.reason, "BeyondEnd")
      assert.strictEqual(error.offsets.stderr, 20_001)
    })
  )

  it.scopedLive("comes in no larger steps than its consumer takes", () =>
    Effect.gen(function* () {
      const { calls, root, start } = yield* open({ route: "link" })
      const total = 4 * 1024 * 1024
      const budget = 64 * 1024
      fs.writeFileSync(`${root}/bytes`, pattern(total))
      const process = yield* start(`cat ${root}/bytes`, { budget, stdin: "none" })
      yield* process.wait
      const before = calls.length
      let taken = 0
      yield* Stream.runForEach(process.stdout, (bytes) =>
        Effect.gen(function* () {
          if (taken < 10 * budget) yield* Effect.sleep("5 millis")
          const asked = calls
            .slice(before)
            .reduce(
              (sum, { args, tool }) => sum + (tool === "read_file" ? Number(args.length) : 16 * 1024),
              0
            )
          // What it holds itself included.
          assert.isAtMost(asked - taken, budget)
          assert.isAtMost(bytes.length, budget / 4)
          taken += bytes.length
        })
      )
      assert.strictEqual(taken, total)
    })
  )

  it.scopedLive("asks no more than it waits", () =>
    Effect.gen(function* () {
      const { calls, start } = yield* open()
      const process = yield* start("sleep 1; echo late; sleep 0.5; echo later")
      const before = calls.length
      assert.strictEqual(yield* textOf(process.stdout), "late\nlater\n")
      assert.isAtMost(calls.length - before, 4)
    })
  )

  const broken = (reply: (index: number) => Answer | AgentBayError.SessionError | undefined) =>
    Effect.gen(function* () {
      let looks = 0
      const session = yield* open({
        intercept: (tool, args) => {
          if (tool !== "shell" || !String(args.command).includes("look()")) return undefined
          const found = reply(looks++)
          return found === undefined
            ? undefined
            : "isError" in found
              ? Effect.succeed(found)
              : Effect.fail(found)
        }
      })
      const process = yield* session.start("echo before; read -r x; echo after")
      const pull = yield* Stream.toPull(process.output)
      yield* pull
      return { process, rest: Effect.flip(Effect.forever(pull)) }
    })

  const failure = (reason: "NotFound" | "Transport" | "Unauthorized") =>
    new AgentBayError.SessionError({
      reason,
      operation: "x",
      phase: "unknown",
      detail: "the detail",
      sessionId: "s-fake"
    })

  const ends: ReadonlyArray<
    readonly [string, (index: number) => Answer | AgentBayError.SessionError | undefined, string]
  > = [
    ["the session is gone", (index) => (index > 0 ? failure("NotFound") : undefined), "SessionLost"],
    ["the connection is lost", (index) => (index > 0 ? failure("Transport") : undefined), "Disconnected"],
    ["the key is refused", (index) => (index > 0 ? failure("Unauthorized") : undefined), "Disconnected"],
    ["the tool is gone", (index) => (index > 0 ? failed("tool not found: shell") : undefined), "Unreadable"],
    ["the answer makes no sense", (index) => (index > 0 ? answer("hello") : undefined), "Unreadable"],
    [
      "the bytes make no sense",
      (index) => (index > 0 ? answer("@agentbay look - 9 0 base64\n%%%\n-\n") : undefined),
      "Unreadable"
    ],
    [
      "the bytes are missing",
      (index) => (index > 0 ? answer("@agentbay look 0 9 0 base64\n\n-\n") : undefined),
      "Unreadable"
    ],
    [
      "the session ends in the middle of a call",
      (index) => (index === 0 ? undefined : index === 1 ? answer("") : failure("NotFound")),
      "SessionLost"
    ]
  ]
  for (const [name, reply, reason] of ends) {
    it.scopedLive(`is incomplete when ${name}`, () =>
      Effect.gen(function* () {
        const { process, rest } = yield* broken(reply)
        const error = yield* rest
        assert(Option.isSome(error) && error.value._tag === "OutputIncomplete")
        assert.strictEqual(error.value.reason, reason)
        assert.deepStrictEqual(error.value.offsets, { stdout: 7, stderr: 0 })
        assert.include(error.value.message, "after 7 bytes of stdout")
        const encoded = yield* Schema.encode(AgentBayError.OutputIncomplete)(error.value)
        assert.deepStrictEqual(
          (yield* Schema.decode(AgentBayError.OutputIncomplete)(encoded)).offsets,
          error.value.offsets
        )
        yield* process.write("\n")
      })
    )
  }

  it.scopedLive("goes on after a call that was killed for taking too long", () =>
    Effect.gen(function* () {
      const timeout = failed("Execution failed. Error code:-1 Error message: [timeout]")
      const { process, rest } = yield* broken((index) => (index === 1 || index === 2 ? timeout : undefined))
      yield* process.write("x\n")
      assert.isTrue(Option.isNone(yield* rest))
      assert.strictEqual(yield* textOf(process.stdout), "before\nafter\n")
    })
  )

  it.scopedLive("a stream that is interrupted leaves the process alone", () =>
    Effect.gen(function* () {
      const { start } = yield* open()
      const process = yield* start("echo a; read -r x; echo b")
      const exit = yield* Effect.exit(Effect.timeout(Stream.runDrain(process.stdout), "100 millis"))
      assert.isTrue(Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause))
      yield* process.write("\n")
      assert.strictEqual(yield* textOf(process.stdout), "a\nb\n")
    })
  )
})
