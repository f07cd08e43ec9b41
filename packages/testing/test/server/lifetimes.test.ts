/** When sessions of real processes end by themselves: hours of virtual time, real programs and sockets. */
import { execFileSync } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import { Effect, Option, Stream, TestClock } from "effect"
import * as LocalCloud from "../../src/server/LocalCloud.js"
import { TestCloud } from "../../src/TestCloud.js"
import { untilSo } from "../support/editing.js"

/** A program of this machine that nothing else runs. */
const program = (seconds: number) => ({
  start: `sleep ${seconds} > /dev/null 2>&1 &`,
  isRunning: Effect.sync(() =>
    execFileSync("ps", ["-eo", "args"]).toString().split("\n").includes(`sleep ${seconds}`)
  )
})

describe("sessions of real processes, in virtual time", () => {
  for (const { endReason, keepAlive, lifetime, seconds } of [
    {
      endReason: "MaxRuntime",
      keepAlive: true,
      lifetime: { idleRelease: "10 minutes", maxRuntime: "1 hour" },
      seconds: 31_557_601
    },
    { endReason: "IdleTimeout", keepAlive: false, lifetime: { idleRelease: "1 hour" }, seconds: 31_557_602 }
  ] as const) {
    it.effect(
      `end with everything that runs in them: ${endReason}`,
      () =>
        Effect.gen(function* () {
          const bay = yield* AgentBay.AgentBay
          const cloud = yield* TestCloud
          const { isRunning, start } = program(seconds)
          const session = yield* bay.create({ imageId: "code_latest", lifetime })
          yield* session.command.run(start)
          yield* untilSo(isRunning)
          yield* Effect.forkScoped(Effect.ignore(Stream.runDrain(session.events("anyone"))))
          yield* untilSo(Effect.map(cloud.sockets, ({ length }) => length === 1))
          for (let minute = 1; minute < 60; minute++) {
            yield* TestClock.adjust("1 minute")
            if (keepAlive) yield* session.keepAlive
          }
          assert.isTrue(yield* isRunning)
          yield* TestClock.adjust("1 minute")
          yield* untilSo(Effect.map(isRunning, (is) => !is))
          yield* untilSo(Effect.map(cloud.sessions, ({ length }) => length === 0))
          const status = yield* session.status
          assert.deepStrictEqual([status.status, Option.getOrNull(status.endReason)], ["FINISH", endReason])
          yield* untilSo(Effect.map(cloud.sockets, ({ length }) => length === 0))
        }).pipe(Effect.scoped, Effect.provide(LocalCloud.layerAgentBay({ machine: "bubblewrap" }))),
      60_000
    )
  }
})
