/** Work spread over several sessions at once. One that fails does not stop the others: its failure is data. */
import { AgentBay, SessionCommand } from "@effect-agentbay/core"
import { Console, Effect, Either } from "effect"
import { runExample } from "./support/run.js"

const jobs = ["2 + 2", "6 * 7", "1 / 0", "2 * 3 * 4", "100 % 7"]

/** Evaluates one expression in a session of its own. */
const evaluate = (expression: string) =>
  Effect.gen(function* () {
    const bay = yield* AgentBay.AgentBay
    const session = yield* bay.session({ imageId: "linux_latest", labels: { job: "evaluate" } })
    const { stdout } = yield* session.command.run(`echo $((${expression}))`).pipe(SessionCommand.orFail)
    return stdout.trim()
  }).pipe(Effect.scoped)

export const program = Effect.gen(function* () {
  const results = yield* Effect.forEach(
    jobs,
    (job) => Effect.map(Effect.either(evaluate(job)), (result) => ({ job, result })),
    { concurrency: 3 }
  )
  for (const { job, result } of results) {
    const text = Either.match(result, {
      onLeft: (error) => (error._tag === "CommandFailed" ? "cannot be computed" : error.message),
      onRight: (value) => value
    })
    yield* Console.log(`${job} = ${text}`)
  }
  const bay = yield* AgentBay.AgentBay
  const { sessions } = yield* bay.list({ labels: { job: "evaluate" } })
  yield* Console.log(`sessions left: ${sessions.length}`)
  return { results, left: sessions.length }
})

runExample(import.meta.url, program)
