/** Labels that trace a session, and the session found by them. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { CreateAmbiguous, type SessionError } from "../AgentBayError.js"
import { ListSession } from "../contract/actions/SessionActions.js"
import { label } from "../Lease.js"
import type { Session } from "../Session.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import { randomHex } from "./randomHex.js"

export type Labels = Readonly<Record<string, string>>

const own: ReadonlySet<string> = new Set(Object.values(label))

export const isOwnLabel = (key: string): boolean => own.has(key)

/** The labels of a session in two parts: those of its users, and those kept here. */
export const splitLabels = (labels: Labels): { readonly users: Labels; readonly own: Labels } => {
  const part = (mine: boolean) =>
    Object.fromEntries(Object.entries(labels).filter(([key]) => isOwnLabel(key) === mine))
  return { users: part(false), own: part(true) }
}

/** A new lease. Only a session that is held, and renewed as long as that lasts, has an end. */
export const makeLease = (account: AccountRuntime, held: boolean): Effect.Effect<Labels> => {
  const { lease } = account.config
  if (Option.isNone(lease)) return Effect.succeed({})
  const { owner, timeToLive } = lease.value
  return Effect.map(Effect.all([randomHex, Clock.currentTimeMillis]), ([id, now]) => ({
    [label.id]: id,
    ...(Option.isSome(owner) ? { [label.owner]: owner.value } : {}),
    ...(Option.isSome(owner) && held
      ? { [label.expiresAt]: String(now + Duration.toMillis(timeToLive)) }
      : {})
  }))
}

/**
 * The service may have made the session all the same: no answer came, or only a part of one, or none that says that it
 * did not. An answer with a code of the service is a refusal, unless it says that something has taken too long.
 */
export const isAmbiguous = (error: SessionError): boolean =>
  error.phase === "unknown" ||
  (error.phase === "sent" &&
    (error.reason === "Decode" ||
      error.reason === "Transport" ||
      error.reason === "Timeout" ||
      (error.reason === "Unavailable" && error.code === undefined)))

/** A session that was just made may take moments to appear in listings. */
const looks = Schedule.exponential("1 second").pipe(Schedule.intersect(Schedule.recurs(3)))

/**
 * The id of the session that an unanswered creation made. Fails with `CreateAmbiguous` when none can be found, which
 * is no proof that there is none.
 */
export const findByLease = (
  account: AccountRuntime,
  operation: string,
  lease: Labels,
  cause: SessionError
): Effect.Effect<string, CreateAmbiguous> => {
  const id = lease[label.id] ?? ""
  const look = account.controlPlane.call(
    ListSession,
    { labels: { [label.id]: id }, maxResults: 10 },
    { operation }
  )
  return Effect.either(look).pipe(
    Effect.flatMap((reply) => {
      const found = Either.isRight(reply) ? reply.right.data?.[0] : undefined
      return found === undefined ? Effect.fail(Either.getLeft(reply)) : Effect.succeed(found.sessionId)
    }),
    Effect.retry(looks),
    Effect.mapError(
      (failure) =>
        new CreateAmbiguous({
          operation,
          lease: id,
          detail: Option.match(failure, {
            onNone: () => "no session with its lease is listed",
            onSome: (error) => `the sessions could not be listed: ${error.detail}`
          }),
          cause
        })
    )
  )
}

/** How much of its time a lease has left when it is renewed: two renewals may fail. */
const renewals = 3

/** Puts off the end of a session for as long as the scope is open. */
export const keepRenewing = (
  account: AccountRuntime,
  session: Session.Service,
  renew: (labels: Labels) => Effect.Effect<void, SessionError>
): Effect.Effect<void, never, Scope.Scope> => {
  const { lease } = account.config
  if (Option.isNone(lease) || Option.isNone(lease.value.owner)) return Effect.void
  const { timeToLive } = lease.value
  const once = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    renew({ [label.expiresAt]: String(now + Duration.toMillis(timeToLive)) })
  ).pipe(
    Effect.catchAll((error) =>
      Effect.logWarning(`The lease of session ${session.sessionId} could not be renewed: ${error.message}`)
    )
  )
  return once.pipe(
    Effect.delay(Duration.times(timeToLive, 1 / renewals)),
    Effect.forever,
    // A session is made where interruption is switched off, which a fiber would inherit.
    Effect.interruptible,
    Effect.forkScoped,
    Effect.asVoid
  )
}
