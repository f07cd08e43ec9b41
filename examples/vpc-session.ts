/** A session inside a VPC: its tools are called at its own address, not through the API. */
import { AgentBay } from "@effect-agentbay/core"
import { Console, Effect, Option } from "effect"
import { runExample } from "./support/run.js"

export const program = Effect.gen(function* () {
  const bay = yield* AgentBay.AgentBay
  const session = yield* bay.session({ imageId: "linux_latest", isVpc: true })
  const address = Option.getOrElse(session.networkInterfaceIp, () => "an unknown address")
  const server = Option.getOrElse(session.findServerForTool("shell"), () => "nobody")
  yield* Console.log(`${session.sessionId} at ${address}; its shell is served by ${server}`)

  const { route, text } = yield* session.callMcpTool("shell", { command: "echo hello", timeout_ms: 5000 })
  yield* Console.log(`over the ${route} route: ${text}`)
  return route
}).pipe(
  Effect.scoped,
  // Outside the VPC the address cannot be reached; the error says so, and that nothing was sent.
  Effect.catchTag("VpcUnavailable", (error) => Effect.as(Console.log(error.message), error.reason))
)

runExample(import.meta.url, program)
