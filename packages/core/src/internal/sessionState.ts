/** Changing the state of a session and waiting for it: pause and resume. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { InvalidArgument, SessionError } from "../AgentBayError.js"
import { GetSession, PauseSessionAsync, ResumeSessionAsync } from "../contract/actions/SessionActions.js"
import type { StateChange, WaitOptions } from "../Session.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import { sessionError } from "./httpFailure.js"
import { patiently } from "./patience.js"
import { pollUntil, waitedInVain } from "./poll.js"
import { ensureTimeout } from "./validate.js"

interface Transition {
  readonly operation: string
  readonly action: typeof PauseSessionAsync | typeof ResumeSessionAsync
  readonly target: string
  readonly waiting: string
  readonly from: string
}

const pausing: Transition = {
  operation: "Session.pause",
  action: PauseSessionAsync,
  target: "PAUSED",
  waiting: "PAUSING",
  from: "RUNNING"
}

const resuming: Transition = {
  operation: "Session.resume",
  action: ResumeSessionAsync,
  target: "RUNNING",
  waiting: "RESUMING",
  from: "PAUSED"
}

/** A service that answers before it has begun still shows the old state; this is how long that is believed. */
const graceMillis = 30_000

const change =
  (transition: Transition) =>
  (
    account: AccountRuntime,
    sessionId: string,
    options?: WaitOptions
  ): Effect.Effect<StateChange, SessionError | InvalidArgument> =>
    Effect.gen(function* () {
      const { action, from, operation, target, waiting } = transition
      const facts = { operation, sessionId }
      const timeout = yield* ensureTimeout(operation, "timeout", options?.timeout ?? "10 minutes")
      const interval = yield* ensureTimeout(operation, "interval", options?.interval ?? "2 seconds")
      const request = { sessionId }
      const { requestId } =
        action.name === "PauseSessionAsync"
          ? yield* account.controlPlane.call(action, request, facts)
          : yield* account.controlPlane.call(action, request, facts)
      const begun = yield* Clock.currentTimeMillis
      const look = Effect.gen(function* () {
        const { data } = yield* patiently(account.controlPlane.call(GetSession, { sessionId }, facts))
        const status = Option.getOrElse(data.status, () => "UNKNOWN")
        const elapsed = (yield* Clock.currentTimeMillis) - begun
        const isOnTheWay =
          status === target ||
          status === waiting ||
          ((status === from || status === "UNKNOWN") && elapsed < graceMillis)
        if (!isOnTheWay) {
          return yield* Effect.fail(
            sessionError(
              { ...facts, requestId, secrets: [] },
              {
                reason: "Conflict",
                phase: "sent",
                detail: `the session is ${status} and does not become ${target}`
              }
            )
          )
        }
        return status
      })
      const status = yield* pollUntil({
        timeout,
        interval,
        look,
        isDone: (seen) => seen === target,
        onTimeout: waitedInVain({ ...facts, requestId }, `the session to become ${target}`)
      })
      return { status, requestId }
    })

export const pauseSession = change(pausing)

export const resumeSession = change(resuming)
