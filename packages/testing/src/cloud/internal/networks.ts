/** Private networks. One is online once somebody has bound it, which here a test says. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Handlers } from "./handler.js"
import { type Refusal, refusal } from "./refusal.js"
import type { NetworkRecord, State } from "./state.js"

const find = (state: State, networkId: string): Effect.Effect<NetworkRecord, Refusal> =>
  Effect.suspend(() => {
    const network = state.networks.get(networkId)
    return network === undefined
      ? Effect.fail(refusal(400, "InvalidNetwork.NotFound", `The network ${networkId} cannot be found.`))
      : Effect.succeed(network)
  })

export const networkHandlers = (state: State): Handlers<"CreateNetwork" | "DescribeNetwork"> => ({
  CreateNetwork: ({ networkId }) =>
    Effect.gen(function* () {
      const network =
        networkId === undefined || networkId === ""
          ? { id: state.ids.networkId(), token: "", online: false }
          : yield* find(state, networkId)
      network.token = state.ids.token()
      state.networks.set(network.id, network)
      return { data: { networkId: Option.some(network.id), networkToken: Option.some(network.token) } }
    }),
  DescribeNetwork: ({ networkId }) =>
    Effect.map(find(state, networkId), ({ online }) => ({ data: { online: Option.some(online) } }))
})
