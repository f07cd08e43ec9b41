/** Transfers as `GetContextInfo` shows them: in place before the call that starts them is answered. */
import type { SyncTask } from "@effect-agentbay/core/ContextActions"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SessionRecord, State } from "./state.js"
import type { Direction, Failure } from "./transfers.js"

export interface Transfer {
  readonly contextId: string
  readonly path: string
  readonly direction: Direction
  readonly work: Effect.Effect<void, Failure>
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

const record = (
  session: SessionRecord,
  transfer: Transfer,
  progress: Pick<SyncTask, "status" | "errorMessage" | "startTime" | "finishTime">
): void => {
  const { contextId, direction, path } = transfer
  session.tasks.set(`${direction} ${contextId} ${path}`, {
    contextId,
    path,
    taskType: direction,
    ...progress
  })
}

const perform = (session: SessionRecord, transfer: Transfer, startedMs: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    const result = yield* Effect.either(transfer.work)
    const now = yield* Clock.currentTimeMillis
    record(session, transfer, {
      status: result._tag === "Right" ? "Success" : "Failed",
      errorMessage: result._tag === "Right" ? "" : result.left,
      startTime: Option.some(seconds(startedMs)),
      finishTime: Option.some(seconds(now))
    })
  })

/**
 * Starts transfers, one after the other. Without a delay they are finished when this ends; with one they are listed
 * as running and end by the clock.
 */
export const start = (
  state: State,
  session: SessionRecord,
  transfers: ReadonlyArray<Transfer>
): Effect.Effect<void> =>
  transfers.length === 0
    ? Effect.void
    : Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        for (const transfer of transfers) {
          record(session, transfer, {
            status: "Running",
            errorMessage: "",
            startTime: Option.some(seconds(now)),
            finishTime: Option.none()
          })
        }
        const all = Effect.forEach(transfers, (transfer) => perform(session, transfer, now), {
          discard: true
        })
        yield* state.settings.syncMs === 0
          ? all
          : Effect.forkIn(Effect.zipRight(Effect.sleep(state.settings.syncMs), all), session.scope)
      })
