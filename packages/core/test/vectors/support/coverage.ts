/** What is replayed, what deviates, and what is left for later, by module. */
import { matches } from "./Deviation.js"
import { deviations } from "./deviations/index.js"
import { mappingOf } from "./replay.js"
import { moduleOf, outOfScope, replayedModules, rules } from "./scope.js"
import { type Case, cases, titleOf } from "./Vector.js"

export interface Row {
  readonly module: string
  /** Lines, counted once per version that behaved so. */
  readonly lines: number
  readonly replayed: number
  /** Of those replayed: how many show a reviewed difference. */
  readonly deviating: number
  readonly later: number
}

const isDeviating = (one: Case): boolean => deviations.some((deviation) => matches(deviation, one))

export const coverage = (): ReadonlyArray<Row> =>
  replayedModules.map((module) => {
    const lines = cases.filter((one) => moduleOf(one) === module)
    const replayed = lines.filter((one) => outOfScope(one) === undefined)
    return {
      module,
      lines: lines.length,
      replayed: replayed.length,
      deviating: replayed.filter(isDeviating).length,
      later: lines.length - replayed.length
    }
  })

/** Lines of a module that is replayed for which nothing makes the call. */
export const unmapped = (): ReadonlyArray<string> =>
  cases.filter((one) => outOfScope(one) === undefined && mappingOf(one) === undefined).map(titleOf)

/** Deviations that are about no line, and scope rules that keep nothing out. */
export const unused = (): ReadonlyArray<string> => [
  ...deviations
    .filter((deviation) => !cases.some((one) => outOfScope(one) === undefined && matches(deviation, one)))
    .map((deviation) => `deviation ${deviation.differs}: ${deviation.instead}`),
  ...rules.filter((rule) => !cases.some((one) => outOfScope(one) === rule)).map((rule) => `rule ${rule.name}`)
]

/** How many lines each rule keeps for later. */
export const later = (): Readonly<Record<string, number>> =>
  Object.fromEntries(rules.map((rule) => [rule.name, cases.filter((one) => outOfScope(one) === rule).length]))

const ground =
  /^(D\d+|control plane \d|session core modules \d|session automation modules \d|newer features \d)/

/** Deviations that name neither a defect nor a section of a reference document. */
export const deviationsWithoutGround = (): ReadonlyArray<string> =>
  deviations
    .filter(({ differs }) => !ground.test(differs))
    .map(({ differs, instead }) => `${differs}: ${instead}`)
