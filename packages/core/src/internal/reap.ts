/** Ending the sessions whose lease ran out. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { AgentBay } from "../AgentBay.js"
import { label, type Reaped } from "../Lease.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import { endSession } from "./deleteSession.js"
import { readLabels } from "./sessionLabels.js"
import { ensure, ensureText, invalid } from "./validate.js"

const operation = "AgentBay.reap"

const expiryOf = (labels: Readonly<Record<string, string>>): number | undefined => {
  const text = labels[label.expiresAt]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

export const makeReap = (
  account: AccountRuntime,
  listAll: AgentBay.Service["listAll"]
): AgentBay.Service["reap"] => {
  /** Labels are read just before the deletion: whoever renews in between is late by the grace. */
  const reapOne = (sessionId: string, graceMs: number) =>
    Effect.gen(function* () {
      const labels = yield* Effect.catchIf(
        readLabels(account, operation, sessionId),
        (error) => error.reason === "NotFound",
        () => Effect.succeed({})
      )
      const expiredAtMs = expiryOf(labels)
      if (expiredAtMs === undefined || expiredAtMs + graceMs > (yield* Clock.currentTimeMillis)) {
        return Option.none<Reaped>()
      }
      return yield* Effect.match(endSession(account, operation, sessionId), {
        onSuccess: (): Option.Option<Reaped> => Option.some({ _tag: "Deleted", sessionId, expiredAtMs }),
        onFailure: (error): Option.Option<Reaped> =>
          Option.some({ _tag: "Failed", sessionId, expiredAtMs, error })
      })
    })

  return ({ concurrency = 4, grace: graceInput = "1 minute", owner }) =>
    Stream.unwrap(
      Effect.gen(function* () {
        yield* ensureText(operation, "owner", owner)
        const grace = Duration.decodeUnknown(graceInput)
        if (Option.isNone(grace) || !Duration.isFinite(grace.value)) {
          return yield* Effect.fail(invalid(operation, "grace", graceInput, "it must be a finite time"))
        }
        yield* ensure(
          Number.isInteger(concurrency) && concurrency >= 1,
          operation,
          "concurrency",
          concurrency,
          "it must be a whole number of at least 1"
        )
        // All of them first: pages shift when sessions disappear.
        const sessions = yield* Stream.runCollect(
          listAll({ labels: { [label.owner]: owner }, pageSize: 100 })
        )
        return Stream.fromIterable(sessions).pipe(
          Stream.mapEffect(({ sessionId }) => reapOne(sessionId, Duration.toMillis(grace.value)), {
            concurrency,
            unordered: true
          }),
          Stream.filterMap((reaped) => reaped)
        )
      })
    )
}
