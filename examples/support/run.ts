import { pathToFileURL } from "node:url"
import { NodeRuntime } from "@effect/platform-node"
import type { AgentBay } from "@effect-agentbay/core"
import { NodeAgentBay } from "@effect-agentbay/node"
import { LocalCloud } from "@effect-agentbay/testing"
import { Config, Console, Context, Effect, Layer, Option } from "effect"

const machines = {
  bubblewrap: "real processes, each session in a private root",
  memory: "an in-memory shell: install bubblewrap for real processes"
}

const local = LocalCloud.layerAgentBay().pipe(
  Layer.tap((context) => {
    const { machine, url } = Context.get(context, LocalCloud.LocalCloud)
    return Console.log(`local cloud at ${url} (${machines[machine]})\n`)
  })
)

const real = Layer.tap(NodeAgentBay.layer, () =>
  Console.log("the real service, because AGENTBAY_API_KEY is set\n")
)

/** The real service when a key is configured, else a local cloud inside this process. */
const cloud = Layer.unwrapEffect(
  Effect.map(
    Config.option(Config.nonEmptyString("AGENTBAY_API_KEY")),
    (
      key
    ): Layer.Layer<AgentBay.AgentBay, Layer.Layer.Error<typeof real> | Layer.Layer.Error<typeof local>> =>
      Option.isSome(key) ? real : local
  )
)

/** Runs an example when its file is the program that was started, and not when a test imports it. */
export const runExample = <E>(url: string, program: Effect.Effect<unknown, E, AgentBay.AgentBay>): void => {
  if (process.argv[1] === undefined || url !== pathToFileURL(process.argv[1]).href) return
  // runMain turns Ctrl-C into an interruption: scopes close, and the sessions in them are deleted.
  NodeRuntime.runMain(Effect.provide(program, cloud))
}
