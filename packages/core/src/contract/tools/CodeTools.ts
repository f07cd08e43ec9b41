/**
 * The tool of `wuying_codespace`.
 *
 * Source: session core modules, section 6.
 *
 * @since 0.1.0
 */
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Tool from "../Tool.js"
import { LooseNumber, LooseText, withAliases } from "../Wire.js"

/**
 * One displayed value: MIME types to values, as notebooks do, beside a mark for the value of the last expression.
 *
 * @since 0.1.0
 * @category models
 */
export interface MimeBundle {
  readonly data: Readonly<Record<string, unknown>>
  readonly isMain: boolean
}

/**
 * What one run left behind. `error` is absent after a run without an exception.
 *
 * @since 0.1.0
 * @category models
 */
export interface CodeRun {
  readonly outputs: ReadonlyArray<MimeBundle>
  readonly stdout: ReadonlyArray<string>
  readonly stderr: ReadonlyArray<string>
  readonly error?: { readonly name: string; readonly value: string; readonly traceback: string } | undefined
  /** Seconds. */
  readonly executionTime?: number | undefined
  readonly executionCount?: number | undefined
  readonly traceId?: string | undefined
}

const Strings = Schema.Union(
  Schema.Array(Schema.String),
  Schema.transform(Schema.String, Schema.Array(Schema.String), {
    strict: true,
    decode: (text) => (text === "" ? [] : [text]),
    encode: (texts) => texts.join("")
  })
)

const absentAsEmpty = Schema.optionalWith(Strings, { default: () => [], nullable: true })

const maybeNumber = Schema.optionalWith(LooseNumber, { nullable: true })

const Bundle = Schema.Union(
  Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
  Schema.Record({ key: Schema.String, value: Schema.Unknown })
)

/** The answer of the newer services. */
const Structured = withAliases(
  Schema.Struct({
    result: Schema.optionalWith(Schema.Array(Bundle), { default: () => [], nullable: true }),
    stdout: absentAsEmpty,
    stderr: absentAsEmpty,
    executionError: Schema.optionalWith(LooseText, { default: () => "", nullable: true }),
    execution_time: maybeNumber,
    execution_count: maybeNumber,
    traceId: Schema.optionalWith(LooseText, { nullable: true })
  }),
  { execution_time: ["executionTime"], execution_count: ["executionCount"] }
)

/** The form that only the Python and Java SDKs read: outputs, logs and a structured error. */
const Rich = withAliases(
  Schema.Struct({
    logs: Schema.optionalWith(Schema.Struct({ stdout: absentAsEmpty, stderr: absentAsEmpty }), {
      default: () => ({ stdout: [], stderr: [] }),
      nullable: true
    }),
    results: Schema.optionalWith(Schema.Array(Bundle), { default: () => [], nullable: true }),
    error: Schema.optionalWith(
      Schema.Struct({
        name: Schema.optionalWith(Schema.String, { default: () => "" }),
        value: Schema.optionalWith(Schema.String, { default: () => "" }),
        traceback: Schema.optionalWith(Schema.Union(Schema.String, Schema.Array(Schema.String)), {
          default: () => ""
        })
      }),
      { nullable: true }
    ),
    execution_time: maybeNumber,
    execution_count: maybeNumber
  }),
  { execution_time: ["executionTime"], execution_count: ["executionCount"] }
)

/** Short keys stand for MIME types in the older form. */
const shortKeys: Readonly<Record<string, string>> = {
  text: "text/plain",
  html: "text/html",
  markdown: "text/markdown",
  png: "image/png",
  jpeg: "image/jpeg",
  svg: "image/svg+xml",
  latex: "text/latex",
  json: "application/json",
  chart: "application/vnd.vegalite.v5+json"
}

const mainMarks = ["isMainResult", "is_main_result"]

/**
 * Reads one displayed value: forms beside the mark, or below `mime`, or both.
 *
 * @since 0.1.0
 * @category decoding
 */
export const readBundle = (value: unknown): MimeBundle => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return {
      data: { "text/plain": typeof value === "string" ? value : JSON.stringify(value) },
      isMain: false
    }
  }
  const { mime, ...flat } = value as Readonly<Record<string, unknown>>
  const bundle = toBundle(flat)
  return typeof mime === "object" && mime !== null
    ? { ...bundle, data: { ...bundle.data, ...toBundle(mime as Readonly<Record<string, unknown>>).data } }
    : bundle
}

const toBundle = (record: Readonly<Record<string, unknown>>): MimeBundle => ({
  data: Object.fromEntries(
    Object.entries(record)
      .filter(([key, value]) => !mainMarks.includes(key) && value !== undefined && value !== null)
      .map(([key, value]) => [shortKeys[key] ?? key, value])
  ),
  isMain: mainMarks.some((key) => record[key] === true)
})

const exceptionLine = /^([A-Za-z_$][\w.$]*)(?::\s?([\s\S]*))?$/

/**
 * The service may report an exception in `executionError` alone, or leave that empty and only write a traceback to
 * stderr; name and value are derived from the last line that names an exception.
 */
const deriveError = (text: string, stderr: string): NonNullable<CodeRun["error"]> => {
  const source = text.trim() === "" ? stderr.trim() : text.trim()
  const lastLine = source.split("\n").at(-1)?.trim() ?? ""
  const match = exceptionLine.exec(text.trim() === "" || source.includes("\n") ? lastLine : source)
  return {
    name: match?.[1] ?? "ExecutionError",
    value: match === null ? source : (match[2] ?? ""),
    traceback: stderr.trim() === "" ? source : stderr
  }
}

const fromStructured = (value: typeof Structured.Type, failed: boolean): CodeRun => ({
  outputs: value.result.map(toBundle),
  stdout: value.stdout,
  stderr: value.stderr,
  error:
    failed || value.executionError !== ""
      ? deriveError(value.executionError, value.stderr.join(""))
      : undefined,
  executionTime: value.execution_time,
  executionCount: value.execution_count,
  traceId: value.traceId
})

const fromRich = (value: typeof Rich.Type, failed: boolean): CodeRun => ({
  outputs: value.results.map(toBundle),
  stdout: value.logs.stdout,
  stderr: value.logs.stderr,
  error:
    value.error !== undefined
      ? {
          name: value.error.name === "" ? "ExecutionError" : value.error.name,
          value: value.error.value,
          traceback:
            typeof value.error.traceback === "string"
              ? value.error.traceback
              : value.error.traceback.join("\n")
        }
      : failed
        ? deriveError("", value.logs.stderr.join(""))
        : undefined,
  executionTime: value.execution_time,
  executionCount: value.execution_count
})

const plain = (text: string): CodeRun => ({
  outputs: text === "" ? [] : [{ data: { "text/plain": text }, isMain: true }],
  stdout: [text],
  stderr: []
})

const structuredKeys = ["result", "stdout", "stderr", "executionError"]
const richKeys = ["logs", "results"]

const hasAny = (object: object, keys: ReadonlyArray<string>): boolean => keys.some((key) => key in object)

const parse = (text: string): unknown => {
  if (!text.trimStart().startsWith("{")) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const decodeStructured = ParseResult.decodeUnknown(Structured)
const decodeRich = ParseResult.decodeUnknown(Rich)

const read = (text: string, failed: boolean) => {
  const value = parse(text)
  if (typeof value !== "object" || value === null) return undefined
  if (hasAny(value, richKeys)) {
    return ParseResult.map(decodeRich(value), (rich) => fromRich(rich, failed))
  }
  // `stdout` alone may be the program's own output: the wrapper always carries at least two of its keys.
  if (structuredKeys.filter((key) => key in value).length < 2) return undefined
  return ParseResult.map(decodeStructured(value), (structured) => fromStructured(structured, failed))
}

const write = (run: CodeRun): string =>
  JSON.stringify({
    result: run.outputs.map((output) => JSON.stringify({ ...output.data, isMainResult: output.isMain })),
    stdout: run.stdout,
    stderr:
      run.error === undefined || run.stderr.join("").includes(run.error.traceback)
        ? run.stderr
        : [...run.stderr, run.error.traceback],
    executionError: run.error === undefined ? "" : `${run.error.name}: ${run.error.value}`,
    execution_time: run.executionTime ?? 0,
    execution_count: run.executionCount ?? 0,
    traceId: run.traceId ?? ""
  })

const CodeRunSelf: Schema.Schema<CodeRun> = Schema.declare(
  (value): value is CodeRun => typeof value === "object" && value !== null && "outputs" in value
)

/**
 * A successful answer: structured JSON in either form, or plain text, which is the output of the program.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CodeText: Schema.Schema<CodeRun, string> = Schema.transformOrFail(Schema.String, CodeRunSelf, {
  strict: true,
  decode: (text) => read(text, false) ?? ParseResult.succeed(plain(text)),
  encode: (run) => ParseResult.succeed(write(run))
})

const legacyFailure = /^Execution failed\. Error code:\s*([1-9]\d*)\s*Error message:\s?([\s\S]*)$/

/** The first generation reports an exception with the exit code of the interpreter and what it wrote to stderr. */
const readLegacy = (text: string): CodeRun | undefined => {
  const match = legacyFailure.exec(text)
  const message = match?.[2]
  // A larger number is not an exit code: the tool itself reports something.
  return message === undefined || Number(match?.[1]) > 255
    ? undefined
    : { outputs: [], stdout: [], stderr: [message], error: deriveError("", message) }
}

/**
 * An answer marked as an error, in the same forms or the first generation's `Execution failed. Error code:<n>
 * Error message: <stderr>` with a positive code; another bare text is not readable as a run.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CodeFailureText: Schema.Schema<CodeRun, string> = Schema.transformOrFail(
  Schema.String,
  CodeRunSelf,
  {
    strict: true,
    decode: (text, _, ast) => {
      const run = read(text, true)
      if (run !== undefined) return run
      const legacy = readLegacy(text)
      return legacy === undefined
        ? ParseResult.fail(new ParseResult.Type(ast, text, "expected the structured form"))
        : ParseResult.succeed(legacy)
    },
    encode: (run) => ParseResult.succeed(write(run))
  }
)

/**
 * Runs code in a kernel that keeps its state between runs of one language. `timeout_s` is the time it may take.
 *
 * @since 0.1.0
 * @category tools
 */
export const runCode = Tool.make({
  name: "run_code",
  server: "wuying_codespace",
  description: "Runs code in a stateful kernel.",
  args: Schema.Struct({
    code: Schema.String,
    language: Schema.String,
    timeout_s: Schema.optional(Schema.Number)
  }),
  result: CodeText,
  failure: CodeFailureText,
  idempotent: false,
  budget: Tool.budgetFrom((args) => args.timeout_s, "seconds")
})

/**
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  run_code: runCode
} as const
