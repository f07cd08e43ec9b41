/** Keeping credentials out of messages: texts of the service and of HTTP clients may repeat URLs and keys. */
import * as Redacted from "effect/Redacted"
import { percentEncode } from "./form.js"

const urls = /\b((?:https?|wss?):\/\/)([^\s"'<>]+)/gi

const withoutSecrets = (scheme: string, rest: string): string => {
  const host = /^(?:[^/?#@]*@)?([^/?#]*)/.exec(rest)?.[1] ?? ""
  return `${scheme}${host}/…`
}

/** A credential as it stands in plain text, in a URL, in JSON text, and in JSON text in a URL. */
const spellings = (value: string): ReadonlyArray<string> => {
  const inJson = JSON.stringify(value).slice(1, -1)
  return [value, percentEncode(value), inJson, percentEncode(inJson)]
}

/** Blanks out the given secrets wherever they stand; everything else stays as it is. */
export const blankOut = (text: string, secrets: ReadonlyArray<Redacted.Redacted>): string => {
  let result = text
  // The longest first: a secret may begin with another one.
  const values = secrets.map(Redacted.value).sort((a, b) => b.length - a.length)
  for (const value of values) {
    if (value.length < 4) continue
    for (const spelling of spellings(value)) result = result.split(spelling).join("<redacted>")
  }
  return result
}

/**
 * Shortens every URL to its host, because path and query may carry credentials, and blanks out the given secrets
 * and bearer tokens wherever they stand.
 */
export const redactText = (text: string, secrets: ReadonlyArray<Redacted.Redacted> = []): string =>
  blankOut(
    text
      .replace(urls, (_, scheme: string, rest: string) => withoutSecrets(scheme, rest))
      .replace(/\bBearer\s+[^\s"'&]+/gi, "Bearer <redacted>"),
    secrets
  )
