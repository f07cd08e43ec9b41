/**
 * The tool of `wuying_shell`.
 *
 * Source: session core modules, section 5; newer features, section 13.3.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Tool from "../Tool.js"

/**
 * What a command left behind. `traceId` is empty unless the service gives one.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ShellOutput = Schema.Struct({
  stdout: Schema.String,
  stderr: Schema.String,
  exitCode: Schema.Int,
  traceId: Schema.String
})

/**
 * @since 0.1.0
 * @category models
 */
export type ShellOutput = typeof ShellOutput.Type

const parseObject = (text: string): Record<string, unknown> | undefined => {
  // Plain output is common and never starts with a brace that closes; parsing it would cost an exception each.
  if (!text.trimStart().startsWith("{")) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

const isText = (value: unknown): value is string => typeof value === "string"

/**
 * The wrapper is recognised by its keys only: an integer exit code with an output, or both outputs. Other JSON
 * objects are what the user's own command printed.
 */
const readWrapper = (text: string): ShellOutput | undefined => {
  const object = parseObject(text)
  if (object === undefined) return undefined
  const code = Number.isInteger(object.exit_code) ? object.exit_code : object.errorCode
  const known =
    (Number.isInteger(code) && (isText(object.stdout) || isText(object.stderr))) ||
    (isText(object.stdout) && isText(object.stderr))
  if (!known) return undefined
  return {
    stdout: isText(object.stdout) ? object.stdout : "",
    stderr: isText(object.stderr) ? object.stderr : "",
    exitCode: typeof code === "number" ? code : 0,
    traceId: isText(object.traceId) ? object.traceId : ""
  }
}

const writeWrapper = (output: ShellOutput): string =>
  JSON.stringify({
    stdout: output.stdout,
    stderr: output.stderr,
    exit_code: output.exitCode,
    traceId: output.traceId
  })

/**
 * A successful answer: the JSON wrapper of the newer services, or the plain output of the baseline, which means
 * exit code 0.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ShellText: Schema.Schema<ShellOutput, string> = Schema.transform(Schema.String, ShellOutput, {
  strict: true,
  decode: (text) => readWrapper(text) ?? { stdout: text, stderr: "", exitCode: 0, traceId: "" },
  encode: writeWrapper
})

const legacyFailure = /^Execution failed\. Error code:\s*(-?\d+)\s*Error message:\s?([\s\S]*)$/

/**
 * An answer marked as an error: the wrapper, the baseline's `Execution failed. Error code:<n> Error message:
 * <text>` (code -1 and `[timeout]` after a timeout), or a bare text, which reads as exit code 1.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ShellFailureText: Schema.Schema<ShellOutput & { readonly recognised: boolean }, string> =
  Schema.transform(Schema.String, Schema.Struct({ ...ShellOutput.fields, recognised: Schema.Boolean }), {
    strict: true,
    decode: (text) => {
      const wrapper = readWrapper(text)
      if (wrapper !== undefined) {
        return { ...wrapper, exitCode: wrapper.exitCode === 0 ? 1 : wrapper.exitCode, recognised: true }
      }
      const legacy = legacyFailure.exec(text)
      return legacy === null
        ? { stdout: "", stderr: text, exitCode: 1, traceId: "", recognised: false }
        : { stdout: "", stderr: legacy[2] ?? "", exitCode: Number(legacy[1]), traceId: "", recognised: true }
    },
    encode: writeWrapper
  })

/**
 * Runs a command with the session's shell. `timeout_ms` is the time the command may take.
 *
 * @since 0.1.0
 * @category tools
 */
export const shell = Tool.make({
  name: "shell",
  server: "wuying_shell",
  description: "Runs a shell command.",
  args: Schema.Struct({
    command: Schema.String,
    timeout_ms: Schema.optional(Schema.Int),
    cwd: Schema.optional(Schema.String),
    envs: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String }))
  }),
  result: ShellText,
  failure: ShellFailureText,
  idempotent: false,
  budget: Tool.budgetFrom((args) => args.timeout_ms, "millis")
})

/**
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  shell: shell
} as const
