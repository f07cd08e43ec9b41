/** Pausing and resuming: on the session, or on the account with the session as the first argument. */
import type * as Effect from "effect/Effect"
import type { Session, StateChange, WaitOptions } from "../../../../src/Session.js"
import { type Mapping, mapping, optionalNumber } from "../Mapping.js"
import { success } from "../Outcome.js"
import type { Json } from "../Vector.js"

/** Timeout and interval are given in seconds. */
const waiting = ([timeout, interval]: ReadonlyArray<Json>): WaitOptions => ({
  timeout: optionalNumber(timeout) === undefined ? undefined : `${Number(timeout)} seconds`,
  interval: optionalNumber(interval) === undefined ? undefined : `${Number(interval)} seconds`
})

const change =
  (run: (session: Session.Service, options: WaitOptions) => Effect.Effect<StateChange, unknown>) =>
  (skip: number): Mapping =>
    mapping({
      call: ({ session }, args) => run(session, waiting(args.slice(skip))),
      read: ({ requestId, status }) => success({ status }, requestId),
      recorded: ({ requestId, status }) => success({ status }, requestId)
    })

export const pause = change((session, options) => session.pause(options))

export const resume = change((session, options) => session.resume(options))
