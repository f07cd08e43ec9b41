/**
 * The pages of a session's browser, used by instructions in words: `session.browser.operator`. A language model of
 * the service carries them out. Earlier generations call it the browser's agent, or page use.
 *
 * Needs the image `browser_latest`, and an initialized browser for everything but `close`.
 *
 * `act`, `observe` and `extract` wait for their result: for at most 60 seconds in one call, which is what the gateway
 * of the API allows, for longer times as a task that is asked for its result. `actAsync`, `observeAsync` and
 * `extractAsync` return the task.
 *
 * Source: session automation modules, section 13; newer features, section 12.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import type {
  BrowserError,
  InvalidArgument,
  SessionError,
  ToolError,
  VpcUnavailable
} from "../AgentBayError.js"
import type { Observation } from "../contract/tools/BrowserTools.js"
import { makeOperator } from "../internal/browser/operator.js"
import type { TargetPage } from "../internal/browser/page.js"
import type { Screenshot } from "../internal/screen/image.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category models
 */
export type { Observation } from "../contract/tools/BrowserTools.js"

/**
 * @since 0.1.0
 * @category models
 */
export type { TargetPage } from "../internal/browser/page.js"

/**
 * A page by its DevTools target id and the index of its browser context (default 0), or a Playwright page that is
 * connected to the session's browser.
 *
 * @since 0.1.0
 * @category models
 */
export type PageRef = TargetPage | { readonly pageId: string; readonly contextIndex?: number | undefined }

/**
 * @since 0.1.0
 * @category models
 */
export interface PageOptions {
  /** Default: the operator's current page. */
  readonly page?: PageRef | undefined
}

/**
 * What all instructions have in common.
 *
 * @since 0.1.0
 * @category models
 */
export interface InstructionOptions extends PageOptions {
  /** Let the model look at a picture of the page too. Default: the service's choice. */
  readonly useVision?: boolean | undefined
  /** Wait until the page has been still for so long. The first generation only. */
  readonly domSettleTimeout?: Duration.DurationInput | undefined
  /** Look into frames. The first generation only. */
  readonly iframes?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ActOptions extends InstructionOptions {
  /** Values for placeholders in the action; how they are written is the service's matter. */
  readonly variables?: Readonly<Record<string, string>> | undefined
  /** How long the action may take, sent in whole seconds (rounded up). Default: the service's. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ObserveOptions extends InstructionOptions {
  /** A CSS selector: look there only. */
  readonly selector?: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ExtractOptions extends InstructionOptions {
  /** A CSS selector: read there only. */
  readonly selector?: string | undefined
  /** Read the text instead of the elements of the page. Default: the service's choice. */
  readonly useTextExtract?: boolean | undefined
  /** How many pages of a paged list to read. Default: the service's choice. */
  readonly maxPages?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface AwaitOptions {
  /** How long to wait for the result. Default 5 minutes. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How often to ask. Default every 3 seconds. */
  readonly interval?: Duration.DurationInput | undefined
}

/**
 * How a wait for a result goes. One that may last longer than 60 seconds is made by a task.
 *
 * @since 0.1.0
 * @category models
 */
export interface WaitOptions {
  /** Default 60 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How often a task is asked. Default every 3 seconds. */
  readonly interval?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface OperatorScreenshotOptions extends PageOptions {
  /** The whole page, not only what the viewport shows. Default true. */
  readonly fullPage?: boolean | undefined
  /** From 1 to 100; counts where the service answers with a JPEG. Default 80. */
  readonly quality?: number | undefined
  /** A part of the page, in pixels; wins over `fullPage`. */
  readonly clip?:
    | { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
    | undefined
  /** Sent in whole milliseconds. Default: the service's. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * An action that was carried out.
 *
 * @since 0.1.0
 * @category models
 */
export interface ActResult {
  /** What the service reports about it: a sentence, or JSON text of the steps. */
  readonly message: string
  readonly requestId: string
}

/**
 * Where a task is.
 *
 * @since 0.1.0
 * @category models
 */
export type TaskState<A> =
  | { readonly _tag: "Pending" }
  | { readonly _tag: "Done"; readonly value: A }
  | { readonly _tag: "Failed"; readonly error: BrowserError }

/**
 * A task of the operator.
 *
 * @since 0.1.0
 * @category models
 */
export interface PageTask<A> {
  /** With it the task is found again: `actTask`, `observeTask`, `extractTask`. */
  readonly taskId: string
  /**
   * Asks once. While an observation or extraction runs the service answers with an error, as it does for one that
   * failed: only an answer that clearly speaks of a failure counts as one.
   */
  readonly poll: Effect.Effect<TaskState<A>, SessionError | VpcUnavailable | ToolError>
  /**
   * Asks until the task has ended. Fails with `BrowserError`: that of the task, or `TaskTimeout`.
   */
  readonly await: (
    options?: AwaitOptions
  ) => Effect.Effect<A, BrowserError | InvalidArgument | SessionError | VpcUnavailable | ToolError>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class BrowserOperator extends Context.Tag("@effect-agentbay/core/BrowserOperator")<
  BrowserOperator,
  BrowserOperator.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace BrowserOperator {
  /**
   * Every way in which an operation can fail: `BrowserError` (`NotInitialized`, `PageLookup`, and those named at the
   * operation), `InvalidArgument` for an argument that is refused before anything is sent, `ToolError` when the tool
   * says no, `VpcUnavailable` when the VPC route cannot be taken, and `SessionError` when the service, or the way to
   * it, failed.
   *
   * @since 0.1.0
   * @category errors
   */
  export type Failure = BrowserError | InvalidArgument | SessionError | VpcUnavailable | ToolError

  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /** Opens a URL in the current page and answers with what the tool says. A page that does not load is `ToolError`. */
    readonly navigate: (url: string) => Effect.Effect<string, Failure>
    /** A picture of a page as the session's browser draws it: PNG or JPEG, as the service chooses. */
    readonly screenshot: (options?: OperatorScreenshotOptions) => Effect.Effect<Screenshot, Failure>
    /**
     * Does what the action says, or what `observe` found: of an observation method, selector and arguments are sent.
     *
     * Fails as described for `Failure`, and with `BrowserError`: `ActFailed` when the service reports that it was not
     * carried out; as a task (`timeout` above 60 seconds) also `TaskFailed` and `TaskTimeout`.
     *
     * @example
     * ```ts
     * import { BrowserOperator } from "@effect-agentbay/core"
     * import { Effect, Schema } from "effect"
     *
     * const Product = Schema.Struct({ title: Schema.String, price: Schema.Number })
     *
     * const product = Effect.gen(function* () {
     *   const operator = yield* BrowserOperator.BrowserOperator
     *   yield* operator.navigate("https://example.com/soup")
     *   yield* operator.act("accept the cookies")
     *   return yield* operator.extract("the product", Product, { timeout: "2 minutes" })
     * })
     * ```
     */
    readonly act: (
      action: string | Observation,
      options?: ActOptions & Pick<WaitOptions, "interval">
    ) => Effect.Effect<ActResult, Failure>
    /** The elements that an instruction may mean; none is no failure. As a task also `TaskFailed`, `TaskTimeout`. */
    readonly observe: (
      instruction: string,
      options?: ObserveOptions & WaitOptions
    ) => Effect.Effect<ReadonlyArray<Observation>, Failure>
    /**
     * Reads a value out of a page. The encoded side of `schema` describes it to the model, and what comes back is
     * decoded with it: `BrowserError`, reason `ExtractMismatch`, when it does not fit. As a task also `TaskFailed` and
     * `TaskTimeout`. A Schema that JSON Schema cannot express is `InvalidArgument`.
     */
    readonly extract: <A, I>(
      instruction: string,
      schema: Schema.Schema<A, I>,
      options?: ExtractOptions & WaitOptions
    ) => Effect.Effect<A, Failure>
    /** Starts `act` as a task. */
    readonly actAsync: (
      action: string | Observation,
      options?: ActOptions
    ) => Effect.Effect<PageTask<ActResult>, Failure>
    /** Starts `observe` as a task. */
    readonly observeAsync: (
      instruction: string,
      options?: ObserveOptions
    ) => Effect.Effect<PageTask<ReadonlyArray<Observation>>, Failure>
    /** Starts `extract` as a task. */
    readonly extractAsync: <A, I>(
      instruction: string,
      schema: Schema.Schema<A, I>,
      options?: ExtractOptions
    ) => Effect.Effect<PageTask<A>, Failure>
    /** A task of `actAsync` by its id. Nothing is sent. */
    readonly actTask: (taskId: string) => PageTask<ActResult>
    /** A task of `observeAsync` by its id. Nothing is sent. */
    readonly observeTask: (taskId: string) => PageTask<ReadonlyArray<Observation>>
    /** A task of `extractAsync` by its id. Nothing is sent. */
    readonly extractTask: <A, I>(taskId: string, schema: Schema.Schema<A, I>) => PageTask<A>
    /**
     * Logs in to the site of a stored login skill. The api key is that of the skill store and is shown nowhere.
     * Answers with what the tool says.
     */
    readonly login: (
      config: { readonly apiKey: string | Redacted.Redacted; readonly skillId: string },
      options?: PageOptions & { readonly useVision?: boolean | undefined }
    ) => Effect.Effect<string, Failure>
    /** Ends what the operator keeps of its pages; the browser goes on. */
    readonly close: Effect.Effect<void, SessionError | VpcUnavailable | ToolError>
  }
}

/**
 * The operator of one session's browser. `ready` fails as long as the browser is not initialized.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: (
  runtime: SessionRuntime,
  ready: (operation: string) => Effect.Effect<unknown, BrowserError>
) => BrowserOperator.Service = makeOperator
