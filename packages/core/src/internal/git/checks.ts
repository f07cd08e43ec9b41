/** What git may be given: nothing that it would read as an option, and no credentials in URLs. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { InvalidArgument } from "../../AgentBayError.js"
import type { GitCredentials } from "../../session/SessionGit.js"
import { isPlainText } from "../commandInput.js"
import { ensure, invalid } from "../validate.js"

type Check = (operation: string, field: string, value: unknown) => Effect.Effect<void, InvalidArgument>

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is about them
const control = /[\0-\x1f\x7f]/

const isLine = (value: unknown): value is string =>
  typeof value === "string" && value.trim() !== "" && !control.test(value)

const isOption = (value: string): boolean => value.startsWith("-")

/** A file, a directory or a pathspec. */
export const checkPath: Check = (operation, field, value) =>
  ensure(isPlainText(value) && value !== "", operation, field, value, "it must be a path")

export const checkPaths = (operation: string, field: string, paths: ReadonlyArray<string>) =>
  Effect.zipRight(
    ensure(paths.length > 0, operation, field, paths, "it must name at least one path"),
    Effect.forEach(paths, (path, index) => checkPath(operation, `${field}.${index}`, path), { discard: true })
  )

/** What `git check-ref-format --branch` takes, without its abbreviations. */
const isName = (value: unknown): boolean =>
  isLine(value) &&
  !/^-|[ ~^:?*[\\]|\.\.|@\{|\/\/|\/$|\.$|^@$|^HEAD$/.test(value) &&
  value.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"))

/** A branch or a remote. */
export const checkName: Check = (operation, field, value) =>
  ensure(
    isName(value),
    operation,
    field,
    value,
    "it must be a name as git allows it, and must not begin with -"
  )

/** A commit, a branch, a tag, or what git can count from one. */
export const checkRevision: Check = (operation, field, value) =>
  ensure(
    isLine(value) && !isOption(value),
    operation,
    field,
    value,
    "it must name a revision, and must not begin with -"
  )

export const checkKey: Check = (operation, field, value) =>
  ensure(
    typeof value === "string" && /^[a-z][a-z0-9-]*\.([^\0\n]*\.)?[a-z][a-z0-9-]*$/i.test(value),
    operation,
    field,
    value,
    "it must be section.name or section.subsection.name"
  )

/** What ends up in a commit or a configuration. */
export const checkText: Check = (operation, field, value) =>
  ensure(
    isPlainText(value) && value.trim() !== "",
    operation,
    field,
    value,
    "it must be a non-blank text without NUL characters"
  )

/** The value is not shown when it may carry a credential. */
export const checkUrl: Check = (operation, field, value) => {
  if (!isLine(value) || isOption(value)) {
    return Effect.fail(invalid(operation, field, value, "it must be a URL or a path, not beginning with -"))
  }
  return /^(https?|ftps?):\/\/[^/?#]*@/i.test(value)
    ? Effect.fail(
        invalid(
          operation,
          field,
          value.replace(/^(\w+:\/\/)[^/?#]*@/, "$1<redacted>@"),
          "git would store what stands before @: hand it in as credentials"
        )
      )
    : Effect.void
}

/** Where credentials may go: the beginning of a URL. Only a program of the session itself is reached without TLS. */
const scopeOf = (url: string): string | undefined =>
  /^(https:\/\/[^/?#\s]+|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)(?=[/?#]|$)/i.exec(url)?.[1]

/** Credentials in the form in which they travel. */
export interface Secret {
  /** The protocol, host and port that may see them. */
  readonly scope: string
  readonly environment: Readonly<Record<string, string>>
  readonly secrets: ReadonlyArray<Redacted.Redacted>
}

const isSecret = (value: unknown): value is string => isLine(value)

export const readCredentials = (
  operation: string,
  url: string,
  { password, username }: GitCredentials
): Effect.Effect<Secret, InvalidArgument> =>
  Effect.gen(function* () {
    const secret = Redacted.isRedacted(password) ? password : Redacted.make(password)
    const value: unknown = Redacted.value(secret)
    yield* ensure(
      isSecret(username),
      operation,
      "credentials.username",
      "<redacted>",
      "it must be a non-blank text of one line"
    )
    if (!isSecret(value)) {
      return yield* Effect.fail(
        invalid(operation, "credentials.password", "<redacted>", "it must be a non-blank text of one line")
      )
    }
    const scope = scopeOf(url)
    if (scope === undefined) {
      return yield* Effect.fail(
        invalid(
          operation,
          "credentials",
          "<redacted>",
          "they are sent over https only, and this URL is another one"
        )
      )
    }
    return {
      scope,
      environment: { AGENTBAY_GIT_USERNAME: username, AGENTBAY_GIT_PASSWORD: value },
      secrets: [secret]
    }
  })
