/** What running code has in common, whether its output is awaited or followed. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { InvalidArgument } from "../../AgentBayError.js"
import type { CodeException, CodeOutput, Language } from "../../session/SessionCode.js"
import { invalid } from "../validate.js"

const languages: ReadonlyMap<string, Language> = new Map<string, Language>([
  ["python", "python"],
  ["py", "python"],
  ["python3", "python"],
  ["javascript", "javascript"],
  ["js", "javascript"],
  ["node", "javascript"],
  ["nodejs", "javascript"],
  ["r", "r"],
  ["java", "java"]
])

export const parseLanguage = (operation: string, input: string): Effect.Effect<Language, InvalidArgument> => {
  const language = typeof input === "string" ? languages.get(input.trim().toLowerCase()) : undefined
  return language === undefined
    ? Effect.fail(
        invalid(operation, "language", input, `it must be one of ${[...languages.keys()].join(", ")}`)
      )
    : Effect.succeed(language)
}

export const defaultTimeout = Duration.seconds(60)

export const timeoutWords = /\btime(d)?[ -]?out\b/i

const timeoutNames = /^\[?(timeout|ExecutionTimeout|CodeTimeout|CellTimeoutError)\]?$/i

/**
 * The kernel names no exception class when it stopped the code itself. A `TimeoutError` that the code raised is
 * the user's own.
 */
export const isTimeout = (error: CodeException): boolean =>
  timeoutNames.test(error.name) || (error.name === "ExecutionError" && timeoutWords.test(error.value))

export const textOf = (outputs: ReadonlyArray<CodeOutput>): Option.Option<string> =>
  Option.orElse(
    Option.flatMap(
      Option.fromNullable(outputs.find((output) => output.isMain && Option.isSome(output.text))),
      (output) => output.text
    ),
    () =>
      Option.flatMap(
        Option.fromNullable(outputs.find((output) => Option.isSome(output.text))),
        (output) => output.text
      )
  )
