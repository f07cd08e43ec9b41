/** A local cloud in a process of its own. */
import { LocalCloud } from "@effect-agentbay/testing"
import { Context, Effect, Layer, Redacted } from "effect"

const program = Effect.gen(function* () {
  const context = yield* Layer.build(LocalCloud.layer())
  const { apiKey, machine, url } = Context.get(context, LocalCloud.LocalCloud)
  process.send?.({ url, apiKey: Redacted.value(apiKey), machine })
  return yield* Effect.never
})

process.once("SIGTERM", () => process.exit())
process.once("disconnect", () => process.exit())

Effect.runFork(Effect.scoped(program))
