/** Remembers calls, up to a number of them and up to a length of their texts. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Arrival, Call, Outcome } from "../Call.js"
import type { Settings } from "./settings.js"

export interface Journal {
  readonly calls: () => ReadonlyArray<Call>
  readonly clear: () => void
  readonly note: (
    arrival: Arrival,
    requestId: string,
    startedAt: number,
    outcome: Outcome
  ) => Effect.Effect<void>
}

const shorten = (value: unknown, limit: number): unknown => {
  if (typeof value === "string") {
    return value.length <= limit ? value : `${value.slice(0, limit)}… (${value.length - limit} more)`
  }
  if (Array.isArray(value)) return value.map((item) => shorten(item, limit))
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shorten(item, limit)]))
  }
  return value
}

export const makeJournal = (settings: Settings, onCall: (call: Call) => Effect.Effect<void>): Journal => {
  let calls: Array<Call> = []
  let index = 0
  const { journalLimit, journalTextLimit } = settings
  const brief = (arrival: Arrival): Arrival =>
    journalTextLimit === Number.POSITIVE_INFINITY
      ? arrival
      : {
          ...arrival,
          parameters: shorten(arrival.parameters, journalTextLimit) as Arrival["parameters"],
          args: shorten(arrival.args, journalTextLimit)
        }
  return {
    calls: () => calls.slice(-journalLimit),
    clear: () => {
      calls = []
    },
    note: (arrival, requestId, startedAt, outcome) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        index += 1
        const call = { ...brief(arrival), index, requestId, startedAt, durationMs: now - startedAt, outcome }
        calls.push(call)
        // Cut rarely: moving the rest costs time.
        if (calls.length >= 2 * journalLimit) calls = calls.slice(-journalLimit)
        return onCall(call)
      })
  }
}
