/**
 * Agents that carry out tasks given in words: `session.agent.computer`, `.browser` and `.mobile`.
 *
 * Not to be confused with `session.browser`, which drives a browser step by step.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type {
  AgentError,
  BrowserError,
  InvalidArgument,
  SessionError,
  ToolError,
  VpcUnavailable
} from "../AgentBayError.js"
import type { TaskPiece } from "../contract/tools/AgentTools.js"
import { makeAgents } from "../internal/agents/makeAgents.js"
import * as SessionSocket from "../transport/SessionSocket.js"
import type { StreamBrowserTask, StreamTask } from "./AgentStream.js"
import type { SessionBrowser } from "./SessionBrowser.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * @since 0.1.0
 * @category models
 */
export type AgentKind = "computer" | "browser" | "mobile"

/**
 * How a task stands. `cancelling` is a task that was told to end; `unknown` is a word, or none, that this version
 * does not know, and no end.
 *
 * @since 0.1.0
 * @category models
 */
export type TaskStatus =
  | "running"
  | "finished"
  | "failed"
  | "unsupported"
  | "cancelling"
  | "cancelled"
  | "unknown"

/**
 * What one look at a task showed.
 *
 * @since 0.1.0
 * @category models
 */
export interface TaskReport {
  readonly taskId: string
  readonly status: TaskStatus
  /** The service's word for the status, empty when it said none. */
  readonly statusText: string
  /** What the agent is doing. */
  readonly action: Option.Option<string>
  /** What it has produced. */
  readonly product: Option.Option<string>
  readonly error: Option.Option<string>
  /** What it has said so far, as far as the service repeats it. Times in milliseconds since 1970. */
  readonly said: ReadonlyArray<TaskPiece>
  readonly requestId: string
}

/**
 * A task that was brought to its end. `product` is what the agent wrote; `output` is the same, or the value that it
 * stands for where the task had an `outputSchema`.
 *
 * @since 0.1.0
 * @category models
 */
export interface TaskResult<Output = string> {
  readonly taskId: string
  readonly output: Output
  readonly product: string
  readonly sessionId: string
  readonly requestId: string
}

/**
 * What happens while an agent works, in order. `Status` and `Action` come when they change, `Reasoning` and `Content`
 * once for each new piece of text; `Finished` is the last.
 *
 * @since 0.1.0
 * @category models
 */
export type AgentEvent<Output = string> =
  | { readonly _tag: "Status"; readonly status: TaskStatus; readonly statusText: string }
  | { readonly _tag: "Action"; readonly action: string }
  /** Time in milliseconds since 1970. */
  | { readonly _tag: "Reasoning"; readonly text: string; readonly timestampMs: Option.Option<number> }
  /** Time in milliseconds since 1970. */
  | { readonly _tag: "Content"; readonly text: string; readonly timestampMs: Option.Option<number> }
  | { readonly _tag: "Finished"; readonly result: TaskResult<Output> }

/**
 * @since 0.1.0
 * @category models
 */
export interface WaitOptions {
  /** How long to wait for the end. Any positive, finite time. Default 10 minutes. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How long to pause between two looks. Default 3 seconds. The first look is at once. */
  readonly interval?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface TerminateOptions {
  /** Whether to wait until the task has ended. Default true. */
  readonly confirm?: boolean | undefined
  /** How long to wait for that. Default 30 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface RunOptions extends WaitOptions {
  /** Leaves the task running when its time is up or the waiting is interrupted. Default false: it is terminated. */
  readonly leaveRunning?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ComputerOptions {
  /** How many attempts the agent has. Only the service's first generation knows it. Default: not sent. */
  readonly maxTries?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface BrowserOptions {
  /** Whether the agent looks at pictures of the page. Default true. */
  readonly useVision?: boolean | undefined
  /** Whether those show the whole page instead of what is visible of it. Default: not sent. */
  readonly fullPageScreenshot?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface MobileOptions {
  /** How many steps the agent may take. Default 50. */
  readonly maxSteps?: number | undefined
}

/**
 * Asks for a product of a certain shape. The agent is given the encoded side as JSON Schema; its product must be JSON
 * text that the Schema decodes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Structured<Output, Encoded> {
  readonly outputSchema: Schema.Schema<Output, Encoded>
}

/**
 * A task that an agent has accepted. It goes on when nobody waits for it.
 *
 * @since 0.1.0
 * @category models
 */
export interface AgentTask<Output = string> {
  /** Empty when the mobile agent had finished the task when it answered: there is nothing to attach to. */
  readonly taskId: string
  /**
   * One look at the task. Fails with `AgentError`, reason `NotFound`, when the service does not know it or has
   * already forgotten it.
   */
  readonly status: Effect.Effect<TaskReport, Exclude<SessionAgent.Failure, InvalidArgument>>
  /**
   * Waits for the end and leaves the task alone when that takes too long.
   *
   * Fails with `AgentError`: `TaskFailed`, `Unsupported`, `Cancelled`, `Timeout`, `NotFound`, `OutputMismatch`;
   * `InvalidArgument` for a time that is not positive and finite; `SessionError`, `VpcUnavailable` and `ToolError`
   * when the task could not be looked at.
   */
  readonly wait: (options?: WaitOptions) => Effect.Effect<TaskResult<Output>, SessionAgent.Failure>
  /** What happens from now on, up to `Finished`. Fails as `wait` does. */
  readonly progress: (options?: WaitOptions) => Stream.Stream<AgentEvent<Output>, SessionAgent.Failure>
  /**
   * Tells the agent to stop. The status is the one in which the task ended, or with `confirm: false` the one that the
   * service named.
   *
   * Fails with `AgentError`: `NotFound` for a task that is not there any more, `Timeout` when its end was not
   * confirmed in time.
   */
  readonly terminate: (options?: TerminateOptions) => Effect.Effect<TaskStatus, SessionAgent.Failure>
}

/**
 * What the browser agent needs of `session.browser`.
 *
 * @since 0.1.0
 * @category models
 */
export type BrowserStarter = Pick<SessionBrowser.Service, "initialize" | "isInitialized">

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionAgent extends Context.Tag("@effect-agentbay/core/SessionAgent")<
  SessionAgent,
  SessionAgent.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionAgent {
  /**
   * Every way in which an agent's task can fail.
   *
   * @since 0.1.0
   * @category errors
   */
  export type Failure = InvalidArgument | AgentError | SessionError | VpcUnavailable | ToolError

  /**
   * An agent whose products are texts.
   *
   * @since 0.1.0
   * @category models
   */
  export interface TextAgent<Options> {
    /**
     * Hands over a task, and does not wait for it.
     *
     * Fails with `AgentError`: `Busy` while the agent does another task, `NotStarted` when the service gave the task
     * no id, `TaskFailed` when it refused it; `InvalidArgument` for a blank task or bad options; `ToolError` when the
     * session has no such agent; `SessionError` and `VpcUnavailable` when the service could not be reached.
     */
    readonly start: (task: string, options?: Options) => Effect.Effect<AgentTask, Failure>
    /** A task that was started elsewhere. Fails with `InvalidArgument` for a blank id; sends nothing. */
    readonly attach: (taskId: string) => Effect.Effect<AgentTask, InvalidArgument>
    /**
     * Hands over a task and waits for its end. When the time is up, the waiting is interrupted or the task cannot be
     * looked at, the task is terminated, which may take another 30 seconds; `stopped` of the failure says whether
     * that was confirmed. Fails as `start` and `AgentTask.wait` do.
     */
    readonly run: (task: string, options?: RunOptions & Options) => Effect.Effect<TaskResult, Failure>
    /**
     * Hands over a task on the live channel of the session and tells what the agent thinks, says and does, and what it
     * asks, while it works; the result comes last. `AgentStream.result` runs it to its end.
     *
     * Ending the stream before the task (interruption, `Stream.take`, a timeout, a lost connection) gives the request up
     * and terminates the task by the tool of the agent, which may take another 30 seconds, unless `leaveRunning` is set.
     * It is terminated under the id that the service has named, or that of the invocation.
     *
     * Fails with `AgentError`: `TaskFailed` also for a task that reported an error on the way (see `failOnError`),
     * `Unsupported`, `Cancelled`, `Timeout`, `Busy`, `OutputMismatch`; `ChannelError` when the connection is lost, the
     * session refuses or breaks the protocol, or the consumer is too slow; `ChannelUnavailable` where there is no live
     * channel and no `fallback`; `InvalidArgument` as `start` does; with what `onCallForUser` fails with.
     *
     * The service documents streams for the mobile agent only; the others have the same protocol.
     *
     * @example
     * ```ts
     * import { AgentStream, SessionAgent } from "@effect-agentbay/core"
     * import { Effect, Stream } from "effect"
     *
     * const logIn = Effect.gen(function* () {
     *   const agent = yield* SessionAgent.SessionAgent
     *   const { output } = yield* agent.mobile.stream("Log in", {
     *     onCallForUser: ({ prompt }) => Effect.as(Effect.log(prompt), "1234")
     *   }).pipe(
     *     Stream.tap((event) => (event._tag === "Content" ? Effect.log(event.text) : Effect.void)),
     *     AgentStream.result
     *   )
     *   return output
     * })
     * ```
     */
    readonly stream: StreamTask<Options>
  }

  /**
   * An agent that can be asked for a product of a certain shape.
   *
   * @since 0.1.0
   * @category models
   */
  export interface BrowserAgent {
    /**
     * Hands over a task, and does not wait for it. A browser that does not run is started, without options: call
     * `session.browser.initialize` before for one with options, and `session.browser.attach` for one that runs in a
     * session found by its id.
     *
     * Fails as `TextAgent.start` does, with `InvalidArgument` for an `outputSchema` whose encoded side is not JSON, and
     * with `BrowserError` when the browser cannot be started.
     */
    readonly start: {
      <Output, Encoded>(
        task: string,
        options: BrowserOptions & Structured<Output, Encoded>
      ): Effect.Effect<AgentTask<Output>, Failure | BrowserError>
      (task: string, options?: BrowserOptions): Effect.Effect<AgentTask, Failure | BrowserError>
    }
    /** A task that was started elsewhere. Fails with `InvalidArgument` for a blank id; sends nothing. */
    readonly attach: {
      <Output, Encoded>(
        taskId: string,
        options: Structured<Output, Encoded>
      ): Effect.Effect<AgentTask<Output>, InvalidArgument>
      (taskId: string): Effect.Effect<AgentTask, InvalidArgument>
    }
    /**
     * Hands over a task and waits for its end; otherwise as `start` and `TextAgent.run`.
     *
     * @example
     * ```ts
     * import { SessionAgent } from "@effect-agentbay/core"
     * import { Effect, Schema } from "effect"
     *
     * const Weather = Schema.Struct({ city: Schema.String, celsius: Schema.Number })
     *
     * const oslo = Effect.gen(function* () {
     *   const agent = yield* SessionAgent.SessionAgent
     *   const { output } = yield* agent.browser.run("What is the weather in Oslo?", {
     *     outputSchema: Weather,
     *     timeout: "5 minutes"
     *   })
     *   return output.celsius
     * })
     * ```
     */
    readonly run: {
      <Output, Encoded>(
        task: string,
        options: RunOptions & BrowserOptions & Structured<Output, Encoded>
      ): Effect.Effect<TaskResult<Output>, Failure | BrowserError>
      (task: string, options?: RunOptions & BrowserOptions): Effect.Effect<TaskResult, Failure | BrowserError>
    }
    /**
     * Follows a task over the live channel as `TextAgent.stream` does; starts the browser, takes an `outputSchema` and
     * fails besides as `start` does.
     */
    readonly stream: StreamBrowserTask<BrowserOptions>
  }

  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /** Uses a desktop. Needs an image with it, such as `windows_latest`. */
    readonly computer: TextAgent<ComputerOptions>
    /** Uses a browser. Needs an image with it, such as `browser_latest`. */
    readonly browser: BrowserAgent
    /** Uses a phone, such as `mobile_latest`, for one task at a time. */
    readonly mobile: TextAgent<MobileOptions>
  }
}

/**
 * The module of one session. Tasks for a browser start `browser` first, when it is given and does not run.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  runtime: SessionRuntime,
  browser?: BrowserStarter,
  socket: SessionSocket.SessionSocket.Service = SessionSocket.make(runtime)
): SessionAgent.Service => makeAgents(runtime, socket, browser)
