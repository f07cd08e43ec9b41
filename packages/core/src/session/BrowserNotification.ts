/**
 * What the browser of a session says by itself, and the hand-over to a human: `session.browser.notifications`.
 *
 * Source: newer features reference, section 12.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { isRecord } from "../internal/json.js"
import type { JsonObject } from "../transport/SessionSocket.js"

/**
 * What every notification has, as far as the service says it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Facts {
  /** What an answer refers to. */
  readonly id: Option.Option<number>
  /** The service's number for the occasion: 1xx a human is needed, 2xx captchas, 3xx logins. */
  readonly code: Option.Option<number>
  readonly message: string
  /** The notification as it came. */
  readonly data: JsonObject
}

/**
 * What a notification is about.
 *
 * @since 0.1.0
 * @category models
 */
export type Subject = "captcha" | "login" | "pay" | "other"

/**
 * A human is to act in the browser, at the session's `resourceUrl`. The service goes on when it is told so
 * (`takeoverDone`), or by itself after `maxWait`.
 *
 * @since 0.1.0
 * @category models
 */
export interface TakeoverRequested extends Facts {
  readonly _tag: "TakeoverRequested"
  readonly subject: Subject
  readonly maxWait: Option.Option<Duration.Duration>
}

/**
 * What the browser says. Between `Paused` and `Resumed` it works on its own, `maxWait` at most: leave it alone.
 * `TakeoverDone`: somebody has told it so. `Notice` is everything else. `Reconnected`: the connection was lost and is there
 * again; what was said in between is missing.
 *
 * @since 0.1.0
 * @category models
 */
export type BrowserNotification =
  | TakeoverRequested
  | (Facts & { readonly _tag: "TakeoverDone" })
  | (Facts & {
      readonly _tag: "Paused"
      readonly subject: Subject
      readonly maxWait: Option.Option<Duration.Duration>
    })
  | (Facts & { readonly _tag: "Resumed"; readonly subject: Subject })
  | (Facts & { readonly _tag: "Notice" })
  | { readonly _tag: "Reconnected" }

/**
 * A message for the browser. Members that are left out are not sent.
 *
 * @since 0.1.0
 * @category models
 */
export interface Message {
  /** Default `call-for-user`. */
  readonly type?: string | undefined
  readonly id?: number | undefined
  readonly code?: number | undefined
  readonly message?: string | undefined
  readonly action?: string | undefined
  readonly extraParams?: JsonObject | undefined
}

const number = (value: unknown): Option.Option<number> => {
  const given = typeof value === "string" && value.trim() !== "" ? Number(value) : value
  return typeof given === "number" && Number.isFinite(given) ? Option.some(given) : Option.none()
}

const text = (value: unknown): string => (typeof value === "string" ? value : "")

const subjects: Readonly<Record<number, Subject>> = {
  101: "captcha",
  102: "login",
  103: "pay",
  201: "captcha",
  202: "captcha",
  301: "login",
  302: "login"
}

/** Where a message leaves out its action, its number says it. */
const actions: Readonly<Record<number, string>> = {
  101: "takeover",
  102: "takeover",
  103: "takeover",
  199: "takeoverdone",
  201: "pause",
  202: "resume",
  301: "pause",
  302: "resume"
}

/**
 * Reads what the browser says.
 *
 * @since 0.1.0
 * @category conversions
 */
export const fromData = (data: JsonObject): BrowserNotification => {
  const code = number(data.code)
  const known = Option.getOrElse(code, () => 0)
  const facts: Facts = { id: number(data.id), code, message: text(data.message), data }
  const subject = subjects[known] ?? "other"
  const extra = isRecord(data.extraParams) ? data.extraParams : {}
  const maxWait = Option.map(
    Option.filter(number(extra.max_wait_time), (seconds) => seconds >= 0),
    Duration.seconds
  )
  switch (text(data.action) || actions[known]) {
    case "takeover":
      return { _tag: "TakeoverRequested", ...facts, subject, maxWait }
    case "takeoverdone":
      return { _tag: "TakeoverDone", ...facts }
    case "pause":
      return { _tag: "Paused", ...facts, subject, maxWait }
    case "resume":
      return { _tag: "Resumed", ...facts, subject }
    default:
      return { _tag: "Notice", ...facts }
  }
}
