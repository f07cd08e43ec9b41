/**
 * One row of `docs/parity.md`, and short ways to write it down. Lists are texts with a space between their members.
 */

/** The three generations of the official SDK: 0.10.2, 0.15.1, and 0.19 to 0.21 with what is not released yet. */
export type Generation = "0.10" | "0.15" | "0.19+"

export const every: ReadonlyArray<Generation> = ["0.10", "0.15", "0.19+"]
export const until15: ReadonlyArray<Generation> = ["0.10", "0.15"]
export const from15: ReadonlyArray<Generation> = ["0.15", "0.19+"]
export const only10: ReadonlyArray<Generation> = ["0.10"]
export const from19: ReadonlyArray<Generation> = ["0.19+"]
/** Ours has it, and no generation there. */
export const oursOnly: ReadonlyArray<Generation> = []

interface Common {
  /** In TypeScript; `py:` and `go:` before a name which only Python or only Go has. */
  readonly official: ReadonlyArray<string>
  readonly generations: ReadonlyArray<Generation>
}

export interface Built extends Common {
  readonly _tag: "Built"
  /** Full paths: from `session` or `bay`, or from a module of a package. */
  readonly ours: ReadonlyArray<string>
  /** Tools and actions of the contract. */
  readonly contract: ReadonlyArray<string>
  /** Relative to the workspace. */
  readonly tests: ReadonlyArray<string>
  readonly note: string
}

export interface NotYet extends Common {
  readonly _tag: "NotYet"
  /** What is missing to build it. */
  readonly needs: string
}

export interface LeftOut extends Common {
  readonly _tag: "LeftOut"
  /** Why there is none, and what to do instead. */
  readonly why: string
}

export type Row = Built | NotYet | LeftOut

export interface Module {
  readonly title: string
  /** Where a program of the official SDK finds it. */
  readonly official: ReadonlyArray<string>
  /** The page that explains ours, relative to `docs`; none where there is nothing to explain yet. */
  readonly page?: string
  readonly rows: ReadonlyArray<Row>
}

const list = (text: string): ReadonlyArray<string> => text.split(" ").filter((word) => word !== "")

/** Names; an array where one is a phrase, for what has no single name there. */
export type Names = string | ReadonlyArray<string>

const names = (official: Names): ReadonlyArray<string> =>
  typeof official === "string" ? list(official) : official

/** `core/session/KeyName.test.ts` is in the tests of that package. */
const testFile = (short: string): string => short.replace(/^[^/]+/, (folder) => `packages/${folder}/test`)

/**
 * `ours` may start with a dot: then it is a member of `base`. `contract` is empty when nothing is sent. Without `note`
 * it works as the official one is documented to.
 */
export const rowsOf =
  (base: string) =>
  (
    official: Names,
    generations: ReadonlyArray<Generation>,
    ours: string,
    contract: string,
    tests: string,
    note = "as documented there"
  ): Built => ({
    _tag: "Built",
    official: names(official),
    generations,
    ours: list(ours).map((path) => (path.startsWith(".") ? base + path : path)),
    contract: list(contract),
    tests: list(tests).map(testFile),
    note
  })

export const notYet = (official: Names, generations: ReadonlyArray<Generation>, needs: string): NotYet => ({
  _tag: "NotYet",
  official: names(official),
  generations,
  needs
})

export const leftOut = (official: Names, generations: ReadonlyArray<Generation>, why: string): LeftOut => ({
  _tag: "LeftOut",
  official: names(official),
  generations,
  why
})
