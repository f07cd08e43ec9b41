/** The cells of the fault matrix as tests: one test for each class of operations and route. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { right } from "./faults.js"
import { type Cell, type MakeLayer, type Observed, runCell } from "./matrix.js"
import { type OperationName, type Program, programs } from "./operations.js"
import { faults, modesOf, promised } from "./promises.js"
import { inVirtualTime } from "./virtualTime.js"

/** Two files, which are run side by side. */
export const groups: Readonly<Record<"calls" | "streams", ReadonlyArray<OperationName>>> = {
  calls: [
    "create",
    "delete",
    "confirmDeletion",
    "list",
    "labels",
    "command",
    "longCommand",
    "readFile",
    "readLargeFile",
    "writeFile",
    "agentStart",
    "agentPoll",
    "upload",
    "download",
    "transferCopy",
    "transferPoll"
  ],
  streams: ["processStart", "processOutput", "writeBinaryFile", "writeLargeFile"]
}

export interface Setting<E> {
  readonly over: "memory" | "http"
  readonly layer: MakeLayer<E>
}

/** A failure after which nothing can have happened. */
const isWithoutEffect = (outcome: string): boolean => /notSent$|^VpcUnavailable|Throttled/.test(outcome)

/** What is wrong with a cell, in words; none when it is as promised. */
const problemsOf = (cell: Cell, expected: string, seen: Observed): ReadonlyArray<string> => {
  const program: Program = programs[cell.operation]
  const problems: Array<string> = []
  if (seen.outcome !== expected) problems.push(`ends with ${seen.outcome} instead of ${expected}`)
  if (seen.left !== 0) problems.push(`leaves ${seen.left} sessions behind`)
  if (seen.hits === 0) problems.push("does not meet the fault")
  const isDone = seen.outcome === right && program.hasEffect
  const most = program.hasEffect && !isWithoutEffect(seen.outcome) ? 1 : 0
  const [least, limit] = [isDone ? 1 : 0, most]
  if (!(seen.effects >= least && seen.effects <= limit)) {
    problems.push(`has its effect ${seen.effects} times instead of ${least} to ${limit}`)
  }
  return problems
}

const check = <E>(cell: Cell, { layer }: Setting<E>): Effect.Effect<ReadonlyArray<string>> => {
  const { fault, mode, operation, route } = cell
  const program: Program = programs[operation]
  const expected = promised(operation, fault, program.way(route), mode)
  const holding = operation === "longCommand" ? "begun" : "hit"
  const isSlow = operation === "longCommand" || fault.fault(program.way(route))._tag === "Slow"
  let isHeld = false
  const seen = runCell(cell, layer, (event) => {
    isHeld ||= isSlow && event === holding
  })
  return Effect.map(Effect.exit(inVirtualTime({ limit: "3 hours", isHeld: () => isHeld })(seen)), (exit) =>
    (Exit.isSuccess(exit)
      ? problemsOf(cell, expected, exit.value)
      : [`cannot be run: ${Cause.pretty(exit.cause).slice(0, 300)}`]
    ).map((problem) => `${fault.name}, ${mode}: ${problem}`)
  )
}

export const matrixTests = <E>(group: keyof typeof groups, setting: Setting<E>): void => {
  const reachable = faults.filter(({ over }) => over.includes(setting.over))
  describe(`faults over ${setting.over}, ${group}`, () => {
    for (const operation of groups[group]) {
      for (const route of programs[operation].routes) {
        it.live(
          `${operation}, ${route} route: what is promised for every fault`,
          () =>
            Effect.gen(function* () {
              const cells = reachable.flatMap((fault) =>
                modesOf(fault).map((mode): Cell => ({ operation, route, fault, mode }))
              )
              // One at a time: each waits until nothing is left to do.
              const problems = yield* Effect.forEach(cells, (cell) => check(cell, setting))
              assert.deepStrictEqual(problems.flat(), [])
            }),
          180_000
        )
      }
    }
  })
}
