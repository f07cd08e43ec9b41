/** The labels of a session, those that trace it included. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SessionError } from "../AgentBayError.js"
import { GetLabel } from "../contract/actions/SessionActions.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import { sessionError } from "./httpFailure.js"
import type { Labels } from "./lease.js"

const decodeLabels = Schema.decodeEither(
  Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.String }))
)

export const readLabels = (
  account: AccountRuntime,
  operation: string,
  sessionId: string
): Effect.Effect<Labels, SessionError> =>
  Effect.gen(function* () {
    const facts = { operation, sessionId }
    const { data, requestId } = yield* account.controlPlane.call(GetLabel, { sessionId }, facts)
    const text = data?.labels ?? Option.none<string>()
    if (Option.isNone(text)) return {}
    const labels = decodeLabels(text.value)
    return Either.isRight(labels)
      ? labels.right
      : yield* Effect.fail(
          sessionError(
            { ...facts, requestId, secrets: [] },
            { reason: "Decode", phase: "sent", detail: "Labels is not a JSON object of texts" }
          )
        )
  })
