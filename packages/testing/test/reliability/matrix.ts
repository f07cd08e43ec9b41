/** Runs one cell of the fault matrix: one program, one fault, one way of repeating, on a cloud of its own. */
import * as AgentBay from "@effect-agentbay/core/AgentBay"
import type * as AgentBayConfig from "@effect-agentbay/core/AgentBayConfig"
import * as RetryPolicy from "@effect-agentbay/core/RetryPolicy"
import { Cause, Effect, Exit, type Layer } from "effect"
import { TestCloud } from "../../src/TestCloud.js"
import type { Provided, Route } from "../client/harness.js"
import { type FaultKind, type Outcome, right } from "./faults.js"
import { type OperationName, type Program, programs } from "./operations.js"
import type { Mode } from "./promises.js"

export interface Cell {
  readonly operation: OperationName
  readonly route: Route
  readonly fault: FaultKind
  readonly mode: Mode
}

export interface Observed {
  readonly outcome: Outcome
  readonly effects: number
  /** Sessions that are alive when everything is over. */
  readonly left: number
  /** Calls that the fault has hit. */
  readonly hits: number
}

export type MakeLayer<E> = (options: {
  readonly links: boolean
  readonly config: Partial<AgentBayConfig.Options>
}) => Layer.Layer<Provided, E>

const words = (...parts: ReadonlyArray<unknown>): string =>
  parts.filter((part) => typeof part === "string" && part !== "").join(" ")

/** The error as the table writes it. */
export const describeFailure = (error: unknown): Outcome => {
  if (typeof error !== "object" || error === null) return String(error)
  const { _tag, phase, reason } = error as Record<string, unknown>
  return words(_tag, reason, phase)
}

const outcomeOf = (exit: Exit.Exit<unknown, unknown>, isRight: (value: unknown) => boolean): Outcome => {
  if (Exit.isSuccess(exit)) return isRight(exit.value) ? right : "a wrong result"
  const failure = Cause.failureOption(exit.cause)
  return failure._tag === "Some" ? describeFailure(failure.value) : `defect: ${Cause.pretty(exit.cause)}`
}

export const runCell = <E>(
  { fault, mode, operation, route }: Cell,
  makeLayer: MakeLayer<E>,
  /** Told when the work begins that may meet the fault, and of each call that does. */
  tell: (event: "begun" | "hit") => void
): Effect.Effect<Observed, unknown> => {
  const program: Program = programs[operation]
  const session = Effect.gen(function* () {
    const bay = yield* AgentBay.AgentBay
    const cloud = yield* TestCloud
    const held = yield* bay.session({ imageId: program.imageId ?? "code_latest", isVpc: route === "vpc" })
    const act = yield* program.arrange(held, route)
    let passing = act.passing ?? 0
    let hits = 0
    yield* cloud.fail(act.target, fault.fault(program.way(route)), {
      times: mode === "outage" ? Number.POSITIVE_INFINITY : 1,
      when: (arrival) => {
        if (act.when?.(arrival) === false) return false
        passing -= 1
        if (passing >= 0) return false
        hits += 1
        tell("hit")
        return true
      }
    })
    tell("begun")
    // In a scope of its own: what it leaves to be tidied up meets the fault as well.
    const exit = yield* Effect.exit(Effect.scoped(act.run))
    const effects = yield* act.effects
    yield* cloud.clearFaults
    return { outcome: outcomeOf(exit, act.isRight), effects, hits }
  })
  return Effect.gen(function* () {
    const observed = yield* Effect.scoped(session)
    const cloud = yield* TestCloud
    return { ...observed, left: (yield* cloud.sessions).length }
  }).pipe(
    Effect.provide(
      makeLayer({
        links: route === "link",
        config: {
          retry: mode === "once" ? RetryPolicy.none : RetryPolicy.standard,
          timeouts: { request: "60 seconds", link: "60 seconds", deletion: "60 seconds" }
        }
      })
    )
  )
}
