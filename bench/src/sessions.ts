/** Cost of sessions in memory: created and deleted, with and without a command, by the real client. */
import { AgentBay } from "@effect-agentbay/core"
import { TestAgentBay } from "@effect-agentbay/testing"
import { Effect, ManagedRuntime } from "effect"
import { reportJson, round, table } from "./lib/report.js"

interface Row {
  readonly work: string
  readonly sessions: number
  readonly milliseconds: number
  readonly limit: number
}

const runtime = ManagedRuntime.make(TestAgentBay.layer)

const idle = Effect.scoped(
  Effect.flatMap(AgentBay.AgentBay, (bay) => bay.session({ imageId: "linux_latest" }))
)

const withCommand = Effect.scoped(
  Effect.flatMap(AgentBay.AgentBay, (bay) =>
    Effect.flatMap(bay.session({ imageId: "linux_latest" }), ({ command }) => command.run("echo hi"))
  )
)

const measure = async (
  work: string,
  effect: Effect.Effect<unknown, unknown, AgentBay.AgentBay>,
  sessions: number,
  limit: number
): Promise<Row> => {
  await runtime.runPromise(Effect.repeatN(effect, Math.ceil(sessions / 2)))
  // Processor time: what else the machine does must not count.
  const start = process.cpuUsage()
  await runtime.runPromise(Effect.repeatN(effect, sessions - 1))
  const { system, user } = process.cpuUsage(start)
  const milliseconds = (user + system) / 1000 / sessions
  return { work, sessions, milliseconds: round(milliseconds, 3), limit }
}

const rows = [
  await measure("create, delete", idle, 2000, 1),
  await measure("create, run a command, delete", withCommand, 200, 5)
]
await runtime.dispose()

console.log(
  table(
    ["in memory", "sessions", "CPU ms each", "limit"],
    rows.map((row) => [row.work, row.sessions, row.milliseconds, row.limit])
  )
)
await reportJson("sessions", rows)
if (rows.some((row) => row.milliseconds > row.limit)) process.exitCode = 1
