/** Our client, wired to the recorded service. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as AgentBay from "../../../src/AgentBay.js"
import * as AgentBayConfig from "../../../src/AgentBayConfig.js"
import * as RetryPolicy from "../../../src/RetryPolicy.js"
import type { Session } from "../../../src/Session.js"
import * as ControlPlane from "../../../src/transport/ControlPlane.js"
import * as VpcTransport from "../../../src/transport/VpcTransport.js"
import type { FakeService } from "./FakeService.js"
import { type Case, port } from "./Vector.js"

export interface World {
  readonly one: Case
  readonly bay: AgentBay.AgentBay.Service
  readonly controlPlane: ControlPlane.ControlPlane.Service
  /** The session that the set-up lines, or the line itself, have made. */
  session: Session.Service
}

/** The settings of the recorded client: its key, the recorded endpoint, and what the line sets itself. */
const settingsOf = ({ vector, version }: Case): AgentBayConfig.Options => ({
  apiKey: "akm-TESTKEY",
  // The recorded client never repeats a call, and its sessions have no labels but those of the caller.
  retry: RetryPolicy.none,
  lease: false,
  endpoint: `http://${vector.call.client?.endpoint ?? `127.0.0.1:${port}`}`,
  regionId: vector.call.client?.region_id,
  deletion: version === "0.10.2" ? "ReleaseMcpSession" : "DeleteSessionAsync"
})

const nobody = { _id: "no session yet" }

export const makeWorld = (service: FakeService, one: Case) =>
  Effect.gen(function* () {
    const settings = Layer.merge(
      AgentBayConfig.layer(settingsOf(one)),
      Layer.succeed(HttpClient.HttpClient, service.client)
    )
    const context = yield* Layer.build(
      Layer.mergeAll(AgentBay.layer, ControlPlane.layer).pipe(
        Layer.provide(VpcTransport.layer),
        Layer.provide(settings)
      )
    )
    const world: World = {
      one,
      bay: Context.get(context, AgentBay.AgentBay),
      controlPlane: Context.get(context, ControlPlane.ControlPlane),
      session: nobody as unknown as Session.Service
    }
    return world
  })
