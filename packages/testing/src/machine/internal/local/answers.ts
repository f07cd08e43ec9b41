/**
 * What the agent of a session answers. Whatever runs in the session could have written it, so it is checked.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const Printed = Schema.Struct({
  timedOut: Schema.Boolean,
  /** How many bytes of the body are stdout; the rest is stderr. */
  stdoutBytes: Schema.NonNegativeInt,
  stderrBytes: Schema.NonNegativeInt
})

/**
 * @since 0.1.0
 * @category schemas
 */
export const Command = Schema.extend(Printed, Schema.Struct({ exitCode: Schema.Int }))

const CodeError = Schema.Struct({
  name: Schema.String,
  value: Schema.String,
  traceback: Schema.Array(Schema.String)
})

const CodeOutput = Schema.Struct({
  data: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  isMain: Schema.Boolean
})

/**
 * @since 0.1.0
 * @category schemas
 */
export const Code = Schema.extend(
  Printed,
  Schema.Struct({
    outputs: Schema.Array(CodeOutput),
    error: Schema.NullOr(CodeError),
    executionCount: Schema.Int,
    kernel: Schema.String,
    durationMs: Schema.Number
  })
)

/**
 * What the agent tells of code that runs: a piece of what it printed is the body.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CodeEvent = Schema.Struct({
  printed: Schema.optional(Schema.Literal("stdout", "stderr")),
  displayed: Schema.optional(CodeOutput)
})

/**
 * @since 0.1.0
 * @category schemas
 */
export const FileStat = Schema.Struct({
  path: Schema.String,
  kind: Schema.Literal("file", "directory", "symlink", "other"),
  size: Schema.Number,
  mode: Schema.Int,
  createdMs: Schema.Number,
  modifiedMs: Schema.Number,
  accessedMs: Schema.Number,
  owner: Schema.String,
  group: Schema.String
})

/**
 * @since 0.1.0
 * @category schemas
 */
export const FileStats = Schema.Array(FileStat)

/**
 * @since 0.1.0
 * @category schemas
 */
export const Metrics = Schema.Struct({
  cpuCount: Schema.Int,
  cpuUsedPercent: Schema.Number,
  memoryTotalBytes: Schema.Number,
  memoryUsedBytes: Schema.Number,
  diskTotalBytes: Schema.Number,
  diskUsedBytes: Schema.Number
})
