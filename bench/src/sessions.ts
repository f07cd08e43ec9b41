/** Cost of sessions in memory: created and deleted, with and without a command, by the real client. */
import { AgentBay } from "@effect-agentbay/core"
import { TestAgentBay, TestCloud } from "@effect-agentbay/testing"
import { Effect, ManagedRuntime } from "effect"
import { median } from "./lib/compare.js"
import { reportJson, round, table } from "./lib/report.js"

interface Row {
  readonly work: string
  readonly sessions: number
  readonly milliseconds: number
  readonly cpuMilliseconds: number
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
  await runtime.runPromise(Effect.repeatN(effect, sessions))
  const rounds: Array<{ readonly wall: number; readonly cpu: number }> = []
  for (let round = 0; round < 5; round++) {
    const cpu = process.cpuUsage()
    const start = process.hrtime.bigint()
    await runtime.runPromise(Effect.repeatN(effect, sessions - 1))
    const wall = Number(process.hrtime.bigint() - start) / 1e6 / sessions
    const { system, user } = process.cpuUsage(cpu)
    rounds.push({ wall, cpu: (user + system) / 1000 / sessions })
  }
  return {
    work,
    sessions,
    milliseconds: round(median(rounds.map(({ wall }) => wall)), 3),
    // Includes the collector and the compiler, which work beside the program.
    cpuMilliseconds: round(median(rounds.map(({ cpu }) => cpu)), 3),
    limit
  }
}

const rows = [
  await measure("create, delete", idle, 1000, 1),
  await measure("create, run a command, delete", withCommand, 100, 5)
]
await runtime.dispose()

/** The requests between nothing and the first result of a command. */
const firstCommand = await Effect.runPromise(
  Effect.gen(function* () {
    const bay = yield* AgentBay.AgentBay
    const cloud = yield* TestCloud.TestCloud
    return yield* Effect.scoped(
      Effect.gen(function* () {
        const session = yield* bay.session({ imageId: "linux_latest" })
        yield* session.command.run("echo hi")
        return (yield* cloud.journal).map(({ action, tool }) => tool ?? action ?? "")
      })
    )
  }).pipe(Effect.provide(TestAgentBay.layer))
)
/** One to create it, one to run the command: the service asks for no more. */
const fewest = 2

console.log(
  table(
    ["in memory", "sessions", "ms each", "CPU ms", "limit"],
    rows.map((row) => [row.work, row.sessions, row.milliseconds, row.cpuMilliseconds, row.limit])
  )
)
console.log()
console.log(
  table(
    ["from nothing to the first result", "requests", "limit"],
    [[firstCommand.join(", "), firstCommand.length, fewest]]
  )
)
await reportJson("sessions", { rows, firstCommand })
if (rows.some((row) => row.milliseconds > row.limit) || firstCommand.length > fewest) process.exitCode = 1
