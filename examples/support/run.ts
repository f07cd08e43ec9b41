import { pathToFileURL } from "node:url"
import type { AgentBay } from "@effect-agentbay/core"
import { NodeAgentBay } from "@effect-agentbay/node"
import { LocalCloud } from "@effect-agentbay/testing"
import { Config, Effect, Layer, Option } from "effect"

/** The real service when a key is configured, else a local cloud inside this process. */
const cloud = Layer.unwrapEffect(
  Effect.map(Config.option(Config.nonEmptyString("AGENTBAY_API_KEY")), (key) =>
    Option.isSome(key) ? NodeAgentBay.layer : LocalCloud.layerAgentBay()
  )
)

/** Runs an example when its file is the program that was started, and not when a test imports it. */
export const runExample = <E>(url: string, program: Effect.Effect<unknown, E, AgentBay.AgentBay>): void => {
  if (process.argv[1] === undefined || url !== pathToFileURL(process.argv[1]).href) return
  Effect.runPromise(Effect.provide(program, cloud)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
}
