/**
 * One entry of `docs/official-defects.md`, and short ways to write it down. Entries never change their id: links and
 * notes may refer to it.
 */

/** A test, by its file (relative to the workspace) and its full title. */
export interface Pin {
  readonly file: string
  /** Parts joined by ` > `; `…` stands for what the test fills in. */
  readonly title: string
}

interface Common {
  /** Lower-case words with hyphens. */
  readonly id: string
  /** What happens with official clients; `Python: ` or the like before what only some of them do. */
  readonly there: string
}

export interface Pinned extends Common {
  readonly _tag: "Pinned"
  readonly ours: string
  /** Each of them fails when ours has the defect, or a part of it. */
  readonly pins: ReadonlyArray<Pin>
}

export interface NotYet extends Common {
  readonly _tag: "NotYet"
  /** What has to be built before it can be looked at. */
  readonly feature: string
}

export interface NoMeaning extends Common {
  readonly _tag: "NoMeaning"
  readonly why: string
}

export type Defect = Pinned | NotYet | NoMeaning

export interface Section {
  readonly title: string
  readonly defects: ReadonlyArray<Defect>
}

/** `core/session/adb.test.ts` is in the tests of that package. */
const testFile = (short: string): string => short.replace(/^[^/]+/, (folder) => `packages/${folder}/test`)

/** Some tests of one file. */
export const by = (file: string, ...titles: ReadonlyArray<string>): ReadonlyArray<Pin> =>
  titles.map((title) => ({ file: testFile(file), title }))

export const pinned = (
  id: string,
  there: string,
  ours: string,
  ...pins: ReadonlyArray<ReadonlyArray<Pin>>
): Pinned => ({ _tag: "Pinned", id, there, ours, pins: pins.flat() })

export const notYet = (id: string, there: string, feature: string): NotYet => ({
  _tag: "NotYet",
  id,
  there,
  feature
})

export const noMeaning = (id: string, there: string, why: string): NoMeaning => ({
  _tag: "NoMeaning",
  id,
  there,
  why
})
