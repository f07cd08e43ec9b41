/**
 * Private networks that sessions join (beta). Use as `AgentBay.networks`.
 *
 * A token from `bind` connects a machine of yours to the network with the service's binding tool; `describe` says
 * when it is online; then create sessions with `networkId`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { InvalidArgument, SessionError } from "./AgentBayError.js"
import { CreateNetwork, DescribeNetwork } from "./contract/actions/NetworkActions.js"
import { sessionError } from "./internal/httpFailure.js"
import { ensureText } from "./internal/validate.js"
import type { AccountRuntime } from "./session/SessionRuntime.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Networks {
  /**
   * A token that binds a machine to a network: to a new one, or to the one named.
   *
   * Fails with `SessionError`, and with `InvalidArgument` for a blank id.
   */
  readonly bind: (
    networkId?: string
  ) => Effect.Effect<
    { readonly networkId: string; readonly token: Redacted.Redacted; readonly requestId: string },
    SessionError | InvalidArgument
  >
  /**
   * Whether a bound machine is online. An unavailable service is asked up to three times. Fails with `SessionError`, and with `InvalidArgument` for a blank id.
   */
  readonly describe: (
    networkId: string
  ) => Effect.Effect<{ readonly online: boolean; readonly requestId: string }, SessionError | InvalidArgument>
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = ({ config, controlPlane }: AccountRuntime): Networks => ({
  bind: Effect.fn("Networks.bind")(function* (networkId) {
    const operation = "Networks.bind"
    if (networkId !== undefined) yield* ensureText(operation, "networkId", networkId)
    const reply = yield* controlPlane.call(
      CreateNetwork,
      { loginRegionId: Option.getOrUndefined(config.regionId), networkId },
      { operation }
    )
    const answer = Option.all({ id: reply.data.networkId, token: reply.data.networkToken })
    if (Option.isNone(answer)) {
      return yield* Effect.fail(
        sessionError(
          { operation, requestId: reply.requestId, secrets: [] },
          { reason: "Decode", phase: "sent", detail: "the answer lacks NetworkId or NetworkToken" }
        )
      )
    }
    return {
      networkId: answer.value.id,
      token: Redacted.make(answer.value.token),
      requestId: reply.requestId
    }
  }),
  describe: Effect.fn("Networks.describe")(function* (networkId) {
    yield* ensureText("Networks.describe", "networkId", networkId)
    const reply = yield* controlPlane.call(DescribeNetwork, { networkId }, { operation: "Networks.describe" })
    return {
      online: Option.getOrElse(reply.data?.online ?? Option.none(), () => false),
      requestId: reply.requestId
    }
  })
})
