import { setImmediate as nextTurn } from "node:timers/promises"

/** One of several ways to do the same work. */
export interface Contestant {
  readonly name: string
  /** Does `calls` units of work, at most `concurrency` of them at a time. */
  readonly run: (calls: number, concurrency: number) => Promise<void>
}

export interface CompareOptions {
  /** Units of work per contestant and round. */
  readonly calls: number
  readonly concurrency: number
  /** Measured rounds; every contestant has its turn in each. */
  readonly rounds: number
  /** Rounds before, which are not counted. */
  readonly warmup: number
}

/** Medians over the rounds. */
export interface Measurement {
  readonly name: string
  /** Processor time of this process, user and system, per call. */
  readonly cpuMicros: number
  readonly callsPerSecond: number
  /** CPU relative to the first contestant: the median of the ratios within each round. */
  readonly cpuRatio: number
  readonly throughputRatio: number
}

interface Turn {
  readonly cpu: number
  readonly rate: number
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

const turn = async (contestant: Contestant, options: CompareOptions): Promise<Turn> => {
  await nextTurn()
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  await contestant.run(options.calls, options.concurrency)
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  const used = process.cpuUsage(cpu)
  return { cpu: (used.user + used.system) / options.calls, rate: options.calls / seconds }
}

/**
 * Measures contestants in turns, so that whatever else the machine does hits all of them alike, and relates each to
 * the first one of the same round. The order rotates from round to round.
 */
export const compare = async (
  contestants: ReadonlyArray<Contestant>,
  options: CompareOptions
): Promise<ReadonlyArray<Measurement>> => {
  const turns = new Map<string, Array<Turn>>(contestants.map((contestant) => [contestant.name, []]))
  for (let round = -options.warmup; round < options.rounds; round++) {
    for (let place = 0; place < contestants.length; place++) {
      const contestant = contestants[(place + round + options.warmup) % contestants.length]
      if (contestant === undefined) continue
      const result = await turn(contestant, options)
      if (round >= 0) turns.get(contestant.name)?.push(result)
    }
  }
  const reference = turns.get(contestants[0]?.name ?? "") ?? []
  return contestants.map(({ name }) => {
    const own = turns.get(name) ?? []
    const ratios = (pick: (turn: Turn) => number) =>
      median(own.map((turn, round) => pick(turn) / pick(reference[round] ?? turn)))
    return {
      name,
      cpuMicros: median(own.map((turn) => turn.cpu)),
      callsPerSecond: median(own.map((turn) => turn.rate)),
      cpuRatio: ratios((turn) => turn.cpu),
      throughputRatio: ratios((turn) => turn.rate)
    }
  })
}
