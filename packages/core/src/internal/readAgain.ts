/** The addresses and credentials of a session as they are now. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SessionError } from "../AgentBayError.js"
import { GetSession } from "../contract/actions/SessionActions.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import { connectionState } from "./connectionData.js"

/** Members that the service left out this time stay as they were. */
export const readAgain = (account: AccountRuntime, sessionId: string, operation: string) =>
  Effect.map(account.controlPlane.call(GetSession, { sessionId }, { operation, sessionId }), ({ data }) => {
    const { linkUrl, token, wsUrl } = connectionState(data)
    return {
      ...(Option.isSome(linkUrl) ? { linkUrl } : {}),
      ...(Option.isSome(token) ? { token } : {}),
      ...(Option.isSome(wsUrl) ? { wsUrl } : {})
    }
  }) satisfies Effect.Effect<unknown, SessionError>
