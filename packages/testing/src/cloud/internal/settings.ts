/** The cloud's options, checked and complete. */
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import type { Options } from "../Cloud.js"

export interface Settings {
  /** The only key that is accepted; any when absent. */
  readonly apiKey: string | undefined
  readonly links: boolean
  readonly channels: boolean
  readonly deletionMs: number
  readonly transitionMs: number
  readonly syncMs: number
  readonly clearingMs: number
  readonly urlLifetimeMs: number
  /** The only buckets there are; any when absent. */
  readonly buckets: ReadonlyArray<string> | undefined
  readonly pageTaskMs: number
  readonly journalLimit: number
  readonly journalTextLimit: number
}

const millis = (input: Duration.DurationInput | undefined, fallback: Duration.DurationInput): number =>
  Duration.toMillis(input ?? fallback)

export const settingsOf = (options: Options): Settings => ({
  apiKey: Redacted.isRedacted(options.apiKey) ? Redacted.value(options.apiKey) : options.apiKey,
  links: options.links ?? true,
  channels: options.channels ?? options.links ?? true,
  deletionMs: millis(options.deletionDelay, 0),
  transitionMs: millis(options.transitionDelay, 0),
  syncMs: millis(options.syncDelay, 0),
  clearingMs: millis(options.clearingDelay, 0),
  pageTaskMs: millis(options.pageTaskDelay, 0),
  urlLifetimeMs: millis(options.urlLifetime, "1 hour"),
  buckets: options.buckets,
  journalLimit: options.journalLimit ?? 10_000,
  journalTextLimit: options.journalTextLimit ?? Number.POSITIVE_INFINITY
})
