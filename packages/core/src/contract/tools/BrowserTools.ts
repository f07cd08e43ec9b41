/**
 * The tools of the browser and of `wuying_browseruse` that act on a page.
 *
 * Source: session automation modules, sections 2.7 and 13; newer features, section 12.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Tool from "../Tool.js"
import { LooseText } from "../Wire.js"

const operator = "wuying_browseruse"

/** Index of the page's browser context, and its DevTools target id; without that the tool's current page. */
const page = {
  context_id: Schema.optionalWith(Schema.Int, { default: () => 0 }),
  page_id: Schema.optional(Schema.String)
}

/** What the first generation took beside; later ones ignore it. */
const settling = { dom_settle_timeout_ms: Schema.optional(Schema.Number) }

const seconds = (args: { readonly timeout?: number | undefined }): Option.Option<Duration.Duration> =>
  Tool.budgetFrom((given: typeof args) => given.timeout, "seconds")(args)

/**
 * Ends the browser of the session.
 *
 * @since 0.1.0
 * @category tools
 */
export const stopChrome = Tool.make({
  name: "stopChrome",
  server: "wuying_cdp_mcp_server",
  description: "Ends the browser.",
  args: Schema.Struct({}),
  idempotent: true
})

/**
 * Opens a URL in the current page.
 *
 * @since 0.1.0
 * @category tools
 */
export const navigate = Tool.make({
  name: "page_use_navigate",
  server: operator,
  description: "Opens a URL in the current page.",
  args: Schema.Struct({ url: Schema.String }),
  idempotent: false
})

/**
 * A picture as a data URL, or as bare base64. `timeout` is in milliseconds.
 *
 * @since 0.1.0
 * @category tools
 */
export const screenshot = Tool.make({
  name: "page_use_screenshot",
  server: operator,
  description: "Takes a picture of a page.",
  args: Schema.Struct({
    ...page,
    full_page: Schema.optional(Schema.Boolean),
    quality: Schema.optional(Schema.Int),
    clip: Schema.optional(
      Schema.Struct({ x: Schema.Number, y: Schema.Number, width: Schema.Number, height: Schema.Number })
    ),
    timeout: Schema.optional(Schema.Number)
  }),
  idempotent: true,
  budget: Tool.budgetFrom((args) => args.timeout, "millis")
})

/**
 * Ends what the operator keeps of its pages; the browser goes on.
 *
 * @since 0.1.0
 * @category tools
 */
export const closeSession = Tool.make({
  name: "page_use_close_session",
  server: operator,
  description: "Ends the operator's session.",
  args: Schema.Struct({}),
  idempotent: false
})

const actArgs = Schema.Struct({
  ...page,
  action: Schema.String,
  variables: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
  /** Seconds. */
  timeout: Schema.optional(Schema.Number),
  timeout_ms: Schema.optional(Schema.Number),
  iframes: Schema.optional(Schema.Boolean),
  ...settling,
  use_vision: Schema.optional(Schema.Boolean)
})

/**
 * Does on a page what is described in words, and waits for it.
 *
 * @since 0.1.0
 * @category tools
 */
export const act = Tool.make({
  name: "page_use_act",
  server: operator,
  description: "Does what is described on a page.",
  args: actArgs,
  idempotent: false,
  budget: seconds
})

/**
 * What the start of a task answers.
 *
 * @since 0.1.0
 * @category schemas
 */
export const TaskStarted = Schema.parseJson(Schema.Struct({ task_id: LooseText }))

/**
 * Starts `page_use_act` as a task.
 *
 * @since 0.1.0
 * @category tools
 */
export const actAsync = Tool.make({
  name: "page_use_act_async",
  server: operator,
  description: "Starts to do what is described on a page.",
  args: actArgs,
  result: TaskStarted,
  idempotent: false
})

const taskArgs = Schema.Struct({ task_id: Schema.String })

/**
 * What became of an action. `steps` is a list, or text.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ActOutcome = Schema.Struct({
  is_done: Schema.optionalWith(Schema.Boolean, { default: () => false, nullable: true }),
  success: Schema.optionalWith(Schema.Boolean, { default: () => false, nullable: true }),
  steps: Schema.optionalWith(Schema.Unknown, { default: () => [] })
})

const parse = (text: string, ast: ParseResult.Transformation["ast"]) =>
  ParseResult.try({
    try: (): unknown => JSON.parse(text),
    catch: () => new ParseResult.Type(ast, text, "expected JSON text")
  })

/** An empty text means that there is nothing yet. */
const notYetOr = <A, I>(schema: Schema.Schema<A, I>): Schema.Schema<Option.Option<A>, string> =>
  Schema.transformOrFail(Schema.String, Schema.Option(schema), {
    strict: false,
    decode: (text, _, ast) =>
      text.trim() === ""
        ? ParseResult.succeed({ _tag: "None" } as const)
        : ParseResult.map(parse(text, ast), (value) => ({ _tag: "Some", value }) as const),
    encode: (option: { readonly _tag: "None" } | { readonly _tag: "Some"; readonly value: I }) =>
      ParseResult.succeed(option._tag === "None" ? "" : JSON.stringify(option.value))
  }) as unknown as Schema.Schema<Option.Option<A>, string>

/**
 * @since 0.1.0
 * @category tools
 */
export const getActResult = Tool.make({
  name: "page_use_get_act_result",
  server: operator,
  description: "Tells what became of an action.",
  args: taskArgs,
  result: notYetOr(ActOutcome),
  idempotent: true
})

/** The tool writes arguments as JSON text; anything else is kept as it is. */
const Arguments: Schema.Schema<unknown> = Schema.transform(Schema.Unknown, Schema.Unknown, {
  strict: true,
  decode: (value) => {
    if (typeof value !== "string") return value
    try {
      return JSON.parse(value) as unknown
    } catch {
      return value
    }
  },
  encode: (value) => (typeof value === "string" ? value : JSON.stringify(value))
})

const textOrEmpty = Schema.optionalWith(Schema.String, { default: () => "", nullable: true })

/**
 * An element of a page that an instruction may mean, and what could be done with it. `arguments` belong to `method`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Observation = Schema.Struct({
  selector: textOrEmpty,
  description: textOrEmpty,
  method: textOrEmpty,
  arguments: Schema.optionalWith(Arguments, { default: () => ({}), nullable: true })
})

/**
 * @since 0.1.0
 * @category models
 */
export type Observation = typeof Observation.Type

const Observations = Schema.Array(Observation)

const observeArgs = Schema.Struct({
  ...page,
  instruction: Schema.String,
  iframes: Schema.optional(Schema.Boolean),
  ...settling,
  use_vision: Schema.optional(Schema.Boolean),
  selector: Schema.optional(Schema.String)
})

/**
 * Finds the elements that an instruction may mean.
 *
 * @since 0.1.0
 * @category tools
 */
export const observe = Tool.make({
  name: "page_use_observe",
  server: operator,
  description: "Finds elements of a page.",
  args: observeArgs,
  result: Schema.parseJson(Observations),
  idempotent: true
})

/**
 * Starts `page_use_observe` as a task.
 *
 * @since 0.1.0
 * @category tools
 */
export const observeAsync = Tool.make({
  name: "page_use_observe_async",
  server: operator,
  description: "Starts to find elements of a page.",
  args: observeArgs,
  result: TaskStarted,
  idempotent: false
})

/**
 * @since 0.1.0
 * @category tools
 */
export const getObserveResult = Tool.make({
  name: "page_use_get_observe_result",
  server: operator,
  description: "Tells which elements were found.",
  args: taskArgs,
  result: notYetOr(Observations),
  idempotent: true
})

const extractArgs = Schema.Struct({
  ...page,
  instruction: Schema.String,
  /** `schema: ` and a JSON Schema. */
  field_schema: Schema.String,
  use_text_extract: Schema.optional(Schema.Boolean),
  use_vision: Schema.optional(Schema.Boolean),
  selector: Schema.optional(Schema.String),
  max_page: Schema.optional(Schema.Int),
  iframe: Schema.optional(Schema.Boolean),
  ...settling
})

/**
 * Reads a page into a value of the given JSON Schema.
 *
 * @since 0.1.0
 * @category tools
 */
export const extract = Tool.make({
  name: "page_use_extract",
  server: operator,
  description: "Reads data out of a page.",
  args: extractArgs,
  result: Schema.parseJson(Schema.Unknown),
  idempotent: true
})

/**
 * Starts `page_use_extract` as a task.
 *
 * @since 0.1.0
 * @category tools
 */
export const extractAsync = Tool.make({
  name: "page_use_extract_async",
  server: operator,
  description: "Starts to read data out of a page.",
  args: extractArgs,
  result: TaskStarted,
  idempotent: false
})

/**
 * @since 0.1.0
 * @category tools
 */
export const getExtractResult = Tool.make({
  name: "page_use_get_extract_result",
  server: operator,
  description: "Tells what was read.",
  args: taskArgs,
  result: notYetOr(Schema.Unknown),
  idempotent: true
})

/**
 * Logs in with a stored login skill. `login_config` is JSON text with `api_key` and `skill_id`.
 *
 * @since 0.1.0
 * @category tools
 */
export const login = Tool.make({
  name: "page_use_login",
  server: operator,
  description: "Logs in to a site.",
  args: Schema.Struct({ login_config: Schema.String, ...page, use_vision: Schema.optional(Schema.Boolean) }),
  idempotent: false
})

/**
 * The tools of this family, by name.
 *
 * @since 0.1.0
 * @category contracts
 */
export const all = {
  stopChrome,
  page_use_navigate: navigate,
  page_use_screenshot: screenshot,
  page_use_close_session: closeSession,
  page_use_act: act,
  page_use_act_async: actAsync,
  page_use_get_act_result: getActResult,
  page_use_observe: observe,
  page_use_observe_async: observeAsync,
  page_use_get_observe_result: getObserveResult,
  page_use_extract: extract,
  page_use_extract_async: extractAsync,
  page_use_get_extract_result: getExtractResult,
  page_use_login: login
} as const
