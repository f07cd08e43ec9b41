/** Every example runs in memory, in virtual time, and leaves no session behind. */

import { assert, describe, it } from "@effect/vitest"
import type { AgentBay } from "@effect-agentbay/core"
import { TestAgentBay, TestCloud } from "@effect-agentbay/testing"
import { Effect, Fiber, Logger, TestClock } from "effect"
import * as everyFailure from "../every-failure.js"
import * as fileTransfer from "../file-transfer.js"
import * as mobile from "../mobile.js"
import * as parallelSessions from "../parallel-sessions.js"
import * as persistence from "../persistence.js"
import * as quickstart from "../quickstart.js"
import * as vpcSession from "../vpc-session.js"
import * as wordCount from "../word-count.js"

/** Lets virtual time pass until the program has ended. */
const inVirtualTime = <A, E, R>(program: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(program)
    while ((yield* Fiber.poll(fiber))._tag === "None") {
      yield* TestClock.adjust("1 second")
      // Interpreters and shells work outside of the virtual clock.
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    }
    return yield* Fiber.join(fiber)
  })

const run = <A, E>(program: Effect.Effect<A, E, AgentBay.AgentBay>) =>
  Effect.gen(function* () {
    const result = yield* inVirtualTime(program)
    const cloud = yield* TestCloud.TestCloud
    assert.deepStrictEqual(yield* cloud.sessions, [])
    return result
  }).pipe(Effect.provide([TestAgentBay.layer, Logger.remove(Logger.defaultLogger)]))

describe("examples, in memory", () => {
  it.effect("quickstart", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* run(quickstart.program), 0)
    })
  )

  it.effect("word count", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* run(wordCount.program), 6)
    })
  )

  it.effect("a phone", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* run(mobile.program), ["remember the milk", "and the bread"])
    })
  )

  it.effect("persistence", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* run(persistence.program), "remember the milk")
    })
  )

  it.effect("files and directories travel into a session and back", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* run(fileTransfer.program), {
        bytes: 50_000,
        lines: 3000,
        verified: "checksum"
      })
    })
  )

  it.effect("a session in a VPC", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* run(vpcSession.program), "vpc")
    })
  )

  it.effect("parallel sessions: one failure does not stop the others", () =>
    Effect.gen(function* () {
      const { left, results } = yield* run(parallelSessions.program)
      assert.strictEqual(left, 0)
      assert.deepStrictEqual(
        results.map(({ result }) => (result._tag === "Right" ? result.right : result.left._tag)),
        ["4", "42", "CommandFailed", "24", "2"]
      )
    })
  )

  it.effect("every failure is caught by its tag", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* run(everyFailure.program), [
        "InvalidArgument",
        "SessionError",
        "FileError",
        "CommandTimeout",
        "CommandFailed",
        "CodeTimeout",
        "CodeFailed",
        "ToolError",
        "ContextSyncError",
        "VpcUnavailable"
      ])
    })
  )
})
