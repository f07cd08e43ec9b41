/** How many of the calls each of several workers makes. */
export const workers = (calls: number, concurrency: number): ReadonlyArray<number> =>
  Array.from(
    { length: concurrency },
    (_, i) => Math.floor(calls / concurrency) + (i < calls % concurrency ? 1 : 0)
  )
