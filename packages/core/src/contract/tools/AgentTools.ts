/**
 * The tools of the agents: `flux_*` for the computer, `browser_use_*` for the browser, plain names for the mobile
 * agent. Each starts a task, tells how it stands, and terminates it.
 *
 * Source: session automation modules, sections 2.6 and 10; newer features, section 3.
 *
 * @since 0.1.0
 */
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Tool from "../Tool.js"

/**
 * The answer to starting or terminating a task. `taskId` and `status` are empty where the answer has none; `text` is
 * the answer itself.
 *
 * @since 0.1.0
 * @category schemas
 */
export const TaskReceipt = Schema.Struct({
  taskId: Schema.String,
  status: Schema.String,
  error: Schema.String,
  text: Schema.String
})

/**
 * @since 0.1.0
 * @category models
 */
export type TaskReceipt = typeof TaskReceipt.Type

/**
 * What an agent said at one moment.
 *
 * @since 0.1.0
 * @category schemas
 */
export const TaskPiece = Schema.Struct({
  content: Schema.String,
  reasoning: Schema.String,
  /** Milliseconds since 1970. */
  timestampMs: Schema.optional(Schema.Number)
})

/**
 * @since 0.1.0
 * @category models
 */
export type TaskPiece = typeof TaskPiece.Type

/**
 * How a task stands. Texts are empty where the answer has none; `stream` is everything said so far, or the latest
 * of it.
 *
 * @since 0.1.0
 * @category schemas
 */
export const TaskState = Schema.Struct({
  taskId: Schema.String,
  /** The service's word. */
  status: Schema.String,
  action: Schema.String,
  product: Schema.String,
  error: Schema.String,
  stream: Schema.Array(TaskPiece)
})

/**
 * @since 0.1.0
 * @category models
 */
export type TaskState = typeof TaskState.Type

type Fields = Readonly<Record<string, unknown>>

const parseObject = (text: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined
  } catch {
    return undefined
  }
}

/** Whatever stands there as text: some agents write their product as JSON instead of JSON text. */
const textOf = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value)

const firstText = (fields: Fields, names: ReadonlyArray<string>): string =>
  names.map((name) => textOf(fields[name])).find((text) => text !== "") ?? ""

const idNames = ["taskId", "task_id"]

/** An error that is an object tells itself by its message. */
const errorOf = ({ error }: Fields): string =>
  typeof error === "object" && error !== null && "message" in error ? textOf(error.message) : textOf(error)

const readReceipt = (text: string): TaskReceipt => {
  const fields = parseObject(text) ?? {}
  return {
    taskId: firstText(fields, idNames),
    status: textOf(fields.status),
    error: errorOf(fields),
    text
  }
}

const timeOf = (value: unknown): number | undefined => {
  const time = typeof value === "string" && value.trim() !== "" ? Number(value) : value
  return typeof time === "number" && Number.isFinite(time) ? time : undefined
}

const readPiece = (value: unknown): TaskPiece => {
  const fields = (typeof value === "object" && value !== null ? value : { content: value }) as Fields
  return {
    content: textOf(fields.content),
    reasoning: textOf(fields.reasoning),
    timestampMs: timeOf(fields.timestamp_ms ?? fields.timestampMs)
  }
}

const readState = (fields: Fields): TaskState => ({
  taskId: firstText(fields, idNames),
  status: textOf(fields.status),
  action: textOf(fields.action),
  product: firstText(fields, ["result", "product"]),
  error: errorOf(fields),
  stream: Array.isArray(fields.stream) ? fields.stream.map(readPiece) : []
})

/** Members that are empty are left out. */
const write = (fields: Fields): string =>
  JSON.stringify(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "")))

/** How the members of one agent's answers are called where they are written. */
interface Names {
  readonly ids: ReadonlyArray<string>
  readonly product: string
}

const identified = ({ ids }: Names, taskId: string): Fields =>
  Object.fromEntries(ids.map((name) => [name, taskId]))

const receiptText = (names: Names): Schema.Schema<TaskReceipt, string> =>
  Schema.transform(Schema.String, TaskReceipt, {
    strict: true,
    decode: readReceipt,
    encode: ({ error, status, taskId, text }) =>
      taskId === "" && status === "" && error === ""
        ? text
        : write({ ...identified(names, taskId), status, error })
  })

const stateText = (names: Names): Schema.Schema<TaskState, string> =>
  Schema.transformOrFail(Schema.String, TaskState, {
    strict: true,
    decode: (text, _, ast) => {
      const fields = parseObject(text)
      return fields === undefined
        ? ParseResult.fail(new ParseResult.Type(ast, text, "expected a JSON object"))
        : ParseResult.succeed(readState(fields))
    },
    encode: ({ action, error, product, status, stream, taskId }) =>
      ParseResult.succeed(
        write({
          ...identified(names, taskId),
          status,
          action,
          [names.product]: product,
          error,
          stream:
            stream.length === 0
              ? ""
              : stream.map(({ content, reasoning, timestampMs }) => ({
                  content,
                  reasoning,
                  timestamp_ms: timestampMs
                }))
        })
      )
  })

const others: Names = { ids: ["task_id"], product: "product" }
const mobile: Names = { ids: ["taskId", "task_id"], product: "result" }

const taskArgs = Schema.Struct({ task_id: Schema.String })

const queries = <const Status extends string, const Terminate extends string>(
  names: { readonly status: Status; readonly terminate: Terminate },
  server: string,
  written: Names
) => ({
  status: Tool.make({
    name: names.status,
    server,
    description: "Tells how a task stands.",
    args: taskArgs,
    result: stateText(written),
    idempotent: true
  }),
  terminate: Tool.make({
    name: names.terminate,
    server,
    description: "Terminates a task.",
    args: taskArgs,
    result: receiptText(written),
    idempotent: true
  })
})

/**
 * The agent that uses a desktop. `max_try_times` belongs to the first generation.
 *
 * @since 0.1.0
 * @category tools
 */
export const computerTools = {
  start: Tool.make({
    name: "flux_execute_task",
    server: "flux",
    description: "Starts a task on the desktop.",
    args: Schema.Struct({ task: Schema.String, max_try_times: Schema.optional(Schema.Int) }),
    result: receiptText(others),
    idempotent: false
  }),
  ...queries({ status: "flux_get_task_status", terminate: "flux_terminate_task" }, "flux", others)
} as const

/**
 * The agent that uses a browser. `output_schema` is the text of a JSON Schema document.
 *
 * @since 0.1.0
 * @category tools
 */
export const browserTools = {
  start: Tool.make({
    name: "browser_use_execute_task",
    server: "wuying_browseruse",
    description: "Starts a task in the browser.",
    args: Schema.Struct({
      task: Schema.String,
      use_vision: Schema.Boolean,
      output_schema: Schema.String,
      full_page_screenshot: Schema.optional(Schema.Boolean)
    }),
    result: receiptText(others),
    idempotent: false
  }),
  ...queries(
    { status: "browser_use_get_task_status", terminate: "browser_use_terminate_task" },
    "wuying_browseruse",
    others
  )
} as const

/**
 * The agent that uses a phone. It may finish a task at once: then its answer names no task and is the product.
 *
 * @since 0.1.0
 * @category tools
 */
export const mobileTools = {
  start: Tool.make({
    name: "execute_task",
    server: "wuying_mobile_agent",
    description: "Starts a task on the phone.",
    args: Schema.Struct({ task: Schema.String, max_steps: Schema.Int }),
    result: receiptText(mobile),
    idempotent: false
  }),
  ...queries({ status: "get_task_status", terminate: "terminate_task" }, "wuying_mobile_agent", mobile)
} as const

/**
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  flux_execute_task: computerTools.start,
  flux_get_task_status: computerTools.status,
  flux_terminate_task: computerTools.terminate,
  browser_use_execute_task: browserTools.start,
  browser_use_get_task_status: browserTools.status,
  browser_use_terminate_task: browserTools.terminate,
  execute_task: mobileTools.start,
  get_task_status: mobileTools.status,
  terminate_task: mobileTools.terminate
} as const
