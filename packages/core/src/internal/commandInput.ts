/** What a command may be given. */
import * as Effect from "effect/Effect"
import type { InvalidArgument } from "../AgentBayError.js"
import { ensure } from "./validate.js"

export const textRule = "it must be a text without NUL characters"

export const isPlainText = (value: unknown): value is string =>
  typeof value === "string" && !value.includes("\0")

/** `field` names the record in errors. */
export const checkEnvironment = (
  operation: string,
  field: string,
  variables: ReadonlyArray<readonly [name: string, value: unknown]>
): Effect.Effect<void, InvalidArgument> =>
  Effect.forEach(
    variables,
    ([name, value]) =>
      Effect.zipRight(
        ensure(
          name !== "" && !/[=\0]/.test(name),
          operation,
          field,
          name,
          "a variable's name must not be empty and must not contain = or NUL"
        ),
        // The value may be a secret: say what it is, not what it contains.
        ensure(isPlainText(value), operation, `${field}.${name}`, typeof value, textRule)
      ),
    { discard: true }
  )

/** Working directory and environment. */
export const checkSurroundings = (
  operation: string,
  {
    cwd,
    env
  }: {
    readonly cwd?: string | undefined
    readonly env?: Readonly<Record<string, string>> | undefined
  }
): Effect.Effect<void, InvalidArgument> =>
  Effect.zipRight(
    cwd === undefined
      ? Effect.void
      : ensure(isPlainText(cwd) && cwd !== "", operation, "cwd", cwd, "it must be a path"),
    env === undefined ? Effect.void : checkEnvironment(operation, "env", Object.entries(env))
  )
