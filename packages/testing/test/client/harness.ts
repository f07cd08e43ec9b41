/** A client against a cloud, and sessions on each of the three routes: what the contracts of all modules run on. */
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type * as AgentBayConfig from "@effect-agentbay/core/AgentBayConfig"
import type { Session } from "@effect-agentbay/core/Session"
import { Effect, type Layer } from "effect"
import type { SkillOptions } from "../../src/cloud/Cloud.js"
import type { TestCloud } from "../../src/TestCloud.js"

export type Provided = AgentBay.AgentBay | TestCloud

/** Which way tool calls of a session take. */
export type Route = "api" | "link" | "vpc"

export const routes: ReadonlyArray<Route> = ["api", "link", "vpc"]

/** What the cloud shall have: links, or not; skills. And how its client is configured. */
export interface Offered {
  readonly links: boolean
  readonly skills?: ReadonlyArray<SkillOptions>
  readonly config?: Partial<AgentBayConfig.Options>
}

export interface Subject<E> {
  /** The client and a cloud. */
  readonly layer: (options: Offered) => Layer.Layer<Provided, E>
  /** What runs inside the sessions. */
  readonly machine: "memory" | "bubblewrap"
  /** Whether the cloud is reached over sockets. */
  readonly overHttp: boolean
  /** Tests of what lies behind run once per route; slow machines can do with fewer bytes. */
  readonly largeFileBytes: number
}

export const makeHarness = <E>({ layer }: Subject<E>) => {
  const withLayer = <A, E2>(links: boolean, effect: Effect.Effect<A, E2, Provided>) =>
    Effect.provide(effect, layer({ links }))

  const withSession = <A, E2>(
    route: Route,
    use: (session: Session.Service) => Effect.Effect<A, E2, Provided>,
    params: AgentBay.CreateParams = { imageId: "code_latest" }
  ) =>
    withLayer(
      route === "link",
      Effect.scoped(
        Effect.flatMap(AgentBay.AgentBay, (bay) =>
          Effect.flatMap(bay.session({ ...params, isVpc: route === "vpc" }), use)
        )
      )
    )

  return { withLayer, withSession }
}
