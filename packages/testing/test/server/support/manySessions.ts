/** A program that creates and uses fifty sessions until it is killed. Its only argument is the URL of the cloud. */
import { FetchHttpClient } from "@effect/platform"
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import * as AgentBayConfig from "@effect-agentbay/core/AgentBayConfig"
import * as VpcTransport from "@effect-agentbay/core/VpcTransport"
import { Console, Effect, Layer, Schedule } from "effect"

const layer = AgentBay.layer.pipe(
  Layer.provide(VpcTransport.layer),
  Layer.provide(FetchHttpClient.layer),
  Layer.provide(
    AgentBayConfig.layer({
      apiKey: "akm-local",
      endpoint: process.argv[2] ?? "",
      lease: { owner: "killed", timeToLive: "1 second" }
    })
  )
)

const one = Effect.scoped(
  Effect.flatMap(AgentBay.AgentBay, (bay) =>
    Effect.flatMap(bay.session({ imageId: "code_latest" }), (session) =>
      session.command
        .run("echo used")
        .pipe(Effect.tap(Console.log("used")), Effect.repeat(Schedule.spaced("50 millis")))
    )
  )
)

await Effect.runPromise(
  Effect.all(
    Array.from({ length: 50 }, () => one),
    { concurrency: "unbounded", discard: true }
  ).pipe(Effect.provide(layer))
)
