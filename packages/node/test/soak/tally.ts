/** What a soak run counts, and its summary. */
import { table } from "./table.js"

export interface Tally {
  /** Work that was begun, by class. */
  readonly begun: Map<string, number>
  /** Faults that calls met, by kind. */
  readonly faults: Map<string, number>
  /** Failures that the promises allow, by class and outcome. */
  readonly failures: Map<string, number>
  /** What must not happen, in words. */
  readonly violations: Array<string>
}

export const makeTally = (): Tally => ({
  begun: new Map(),
  faults: new Map(),
  failures: new Map(),
  violations: []
})

export const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

export const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((total, one) => total + one, 0)

const rows = (counts: ReadonlyMap<string, number>) =>
  [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, number]): [string, number] => [key, number])

export const summary = (tally: Tally, retries: number): string =>
  [
    table(["operation", "times"], rows(tally.begun)),
    table(["fault", "times"], rows(tally.faults)),
    table(["failure, as promised", "times"], rows(tally.failures)),
    `operations ${sum(tally.begun)}, faults ${sum(tally.faults)}, retries ${retries}, failures ${sum(tally.failures)}, violations ${tally.violations.length}`,
    ...tally.violations.slice(0, 20).map((violation) => `VIOLATION ${violation}`)
  ].join("\n\n")
