/** Every example runs in memory, in virtual time, and leaves no session behind. */

import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import type { AgentBay } from "@effect-agentbay/core"
import { TestAgentBay, TestCloud } from "@effect-agentbay/testing"
import { Effect, Fiber, Logger, Stream, TestClock } from "effect"
import * as everyFailure from "../every-failure.js"
import * as fileTransfer from "../file-transfer.js"
import * as mobile from "../mobile.js"
import * as observability from "../observability.js"
import * as parallelSessions from "../parallel-sessions.js"
import * as persistence from "../persistence.js"
import * as platform from "../platform.js"
import * as quickstart from "../quickstart.js"
import * as terminal from "../terminal.js"
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

  it.effect("platform", () =>
    Effect.gen(function* () {
      const expected: Array<readonly [string, number]> = [
        ["0.txt", 6],
        ["1.txt", 13]
      ]
      assert.deepStrictEqual(yield* run(platform.program), expected)
      const here = platform.split(["to be", "or not to be"]).pipe(Effect.provide(NodeContext.layer))
      assert.deepStrictEqual(yield* here, expected)
    })
  )

  it.effect("a phone", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* run(mobile.program), ["remember the milk", "and the bread"])
    })
  )

  it.effect("a terminal, with keys that a script presses", () =>
    Effect.gen(function* () {
      let shown = ""
      const exitCode = yield* run(
        terminal.attach({
          size: { cols: 90, rows: 20 },
          keys: Stream.make("stty size\r", "exit 3\r"),
          sizes: Stream.empty,
          show: (bytes) =>
            Effect.sync(() => {
              shown += new TextDecoder().decode(bytes)
            })
        })
      )
      assert.strictEqual(exitCode, 3)
      assert.include(shown, "20 90\r\n")
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

  it.effect("one trace leads from the program into the process, with metrics beside it", () =>
    Effect.gen(function* () {
      const { metrics, spans, traceparent, tree } = yield* run(observability.program)
      const [, traceId, spanId] = traceparent.split("-")
      assert.deepStrictEqual(new Set(spans.map((span) => span.traceId)), new Set([traceId]))
      assert.strictEqual(spans.find((span) => span.spanId === spanId)?.name, "SessionCommand.startScoped")
      const inOrder = (...lines: ReadonlyArray<string>) => {
        let from = 0
        for (const line of lines) {
          const at = tree.indexOf(line, from)
          assert.isAtLeast(at, 0, `${line} in\n${tree.join("\n")}`)
          from = at + 1
        }
      }
      inOrder("work", "  AgentBay.session", "    AgentBay.CreateMcpSession (control)")
      inOrder("work", "  SessionCommand.startScoped", "    AgentBay.tool.shell (link)")
      inOrder("work", "  SessionProcess.stdoutLines", "    AgentBay.tool.shell (link)")
      assert.isTrue(
        tree.some((line) => line.includes("(control, failed: NotFound)")),
        tree.join("\n")
      )
      for (const metric of [
        "agentbay_calls{operation=shell route=link}",
        "agentbay_call_duration{time_unit=milliseconds operation=shell route=link}"
      ]) {
        assert.isTrue(
          metrics.some((line) => line.startsWith(metric)),
          metrics.join("\n")
        )
      }
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
