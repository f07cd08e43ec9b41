/** What it takes to answer an action of the contract. */
import type * as Action from "@effect-agentbay/core/Action"
import type { ActionByName, ActionName } from "@effect-agentbay/core/Actions"
import type * as Effect from "effect/Effect"
import type { Refusal } from "./refusal.js"

/** A successful answer; the other members belong to answers with pages. */
export interface Answer<Data> {
  readonly data: Data
  readonly nextToken?: string | undefined
  readonly maxResults?: number | undefined
  readonly totalCount?: number | undefined
  readonly count?: number | undefined
}

export type Handler<Name extends ActionName> = (
  request: Action.Action.Request<ActionByName<Name>>
) => Effect.Effect<Answer<Action.Action.Data<ActionByName<Name>>>, Refusal>

/** One handler for each action named. */
export type Handlers<Names extends ActionName = ActionName> = { readonly [Name in Names]: Handler<Name> }

/** The answer of an action that has nothing to say. */
export const done: Answer<void> = { data: undefined }
