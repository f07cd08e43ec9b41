/**
 * Private networks which sessions join.
 *
 * Source: control plane reference, section 2.6.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Action from "../Action.js"
import { LooseBoolean, maybe, maybeText, optionalParameter, parameter } from "../Wire.js"

/**
 * Creates a network, or with an id issues another token for it.
 *
 * @since 0.1.0
 * @category actions
 */
export const CreateNetwork = Action.make({
  name: "CreateNetwork",
  request: Schema.Struct({
    loginRegionId: optionalParameter(Schema.String, "LoginRegionId"),
    networkId: optionalParameter(Schema.String, "NetworkId")
  }),
  data: Schema.Struct({ networkId: maybeText("NetworkId"), networkToken: maybeText("NetworkToken") }),
  idempotent: false
})

/**
 * @since 0.1.0
 * @category actions
 */
export const DescribeNetwork = Action.make({
  name: "DescribeNetwork",
  request: Schema.Struct({ networkId: parameter(Schema.String, "NetworkId") }),
  data: Schema.NullishOr(Schema.Struct({ online: maybe(LooseBoolean, "Online") })),
  idempotent: true
})

/**
 * The actions of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  CreateNetwork,
  DescribeNetwork
} as const
