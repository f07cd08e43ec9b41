/** Where our client differs from the recorded one on purpose. */
import type { Answers } from "./FakeService.js"
import type { Outcome } from "./Outcome.js"
import type { Case, Request, Version } from "./Vector.js"

/**
 * One reviewed difference. It does not switch a comparison off: it says what is expected instead, and must change
 * something for every line it is about.
 */
export interface Deviation {
  /** The defect of the official SDK, or the section of a reference document, that justifies it. */
  readonly differs: string
  /** What our client does instead. */
  readonly instead: string
  readonly ids: RegExp
  readonly versions?: ReadonlyArray<Version>
  readonly routes?: ReadonlyArray<string>
  /** For differences that only some of these lines show. */
  readonly when?: (one: Case) => boolean
  /** The requests expected instead. */
  readonly requests?: (expected: ReadonlyArray<Request>, one: Case) => ReadonlyArray<Request>
  /** The outcome expected instead. */
  readonly outcome?: (expected: Outcome, one: Case) => Outcome
  /** Answers that the recording lacks, or has in a form that our requests do not ask for. */
  readonly answers?: (recorded: Answers, one: Case) => Answers
}

export const matches = (deviation: Deviation, one: Case): boolean =>
  deviation.ids.test(one.vector.id) &&
  (deviation.versions?.includes(one.version) ?? true) &&
  (deviation.routes?.includes(one.vector.route) ?? true) &&
  (deviation.when?.(one) ?? true)
