/**
 * What an agent tells while it works: `session.agent.mobile.stream`, and the same of the other agents.
 *
 * Source: newer features reference, section 3.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type {
  AgentError,
  BrowserError,
  ChannelError,
  ChannelUnavailable,
  InvalidArgument,
  SessionError,
  ToolError,
  VpcUnavailable
} from "../AgentBayError.js"
import type { JsonObject } from "../transport/SessionSocket.js"
import type { TaskResult, TaskStatus } from "./SessionAgent.js"

/**
 * Where in the agent's work an event belongs. Both are 0 where the service does not say.
 *
 * @since 0.1.0
 * @category models
 */
export interface Place {
  /** Counts what the agent tells. */
  readonly seq: number
  /** Counts the rounds of thinking and acting. */
  readonly round: number
}

/**
 * What the agent wants to know of its user before it goes on.
 *
 * @since 0.1.0
 * @category models
 */
export interface Question extends Place {
  readonly toolCallId: string
  readonly prompt: string
  /** Everything that the agent asks with; `prompt` is among it. */
  readonly args: JsonObject
}

/**
 * What is said to the agent; redacted where it is a password or a code.
 *
 * @since 0.1.0
 * @category models
 */
export type Answer = string | Redacted.Redacted

/**
 * What happens while an agent works, in order. `Finished` is the last, and comes once. `Status` and `Action` are told of
 * tasks that are asked for (`fallback: "poll"`) only; tool calls, their results, errors and questions of those that are
 * followed live only.
 *
 * @since 0.1.0
 * @category models
 */
export type Event<Output = string> =
  | { readonly _tag: "Status"; readonly status: TaskStatus; readonly statusText: string }
  | { readonly _tag: "Action"; readonly action: string }
  | ({ readonly _tag: "Reasoning"; readonly text: string } & Place)
  | ({ readonly _tag: "Content"; readonly text: string } & Place)
  | ({
      readonly _tag: "ToolCall"
      readonly toolCallId: string
      readonly toolName: string
      readonly args: JsonObject
    } & Place)
  | ({
      readonly _tag: "ToolResult"
      readonly toolCallId: string
      readonly toolName: string
      /** What the service says about itself: its member `isError`. */
      readonly isError: boolean
      readonly result: JsonObject
    } & Place)
  /** Something went wrong on the way; the agent may go on. `error` is everything that it says about it. */
  | ({
      readonly _tag: "Error"
      readonly code: string
      readonly message: string
      readonly error: JsonObject
    } & Place)
  | ({ readonly _tag: "Question" } & Question)
  | {
      readonly _tag: "Finished"
      readonly result: TaskResult<Output>
      /** False when the session has no live channel, and the task was asked for instead. */
      readonly isLive: boolean
    }

/**
 * `E` and `R` are those of `onCallForUser`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<E = never, R = never> {
  /**
   * Answers the questions of the agent: always the same, or each by an effect, while the agent's other events go on. Each
   * is an event `Question` as well. A handler that fails fails the stream. Default: an empty answer, as the official
   * clients give it.
   */
  readonly onCallForUser?: Answer | ((question: Question) => Effect.Effect<Answer, E, R>) | undefined
  /** How long the task may take, questions included. Any positive, finite time. Default 10 minutes. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How long to pause between two looks at a task that is asked for. Default 3 seconds. */
  readonly interval?: Duration.DurationInput | undefined
  /**
   * Whether a task that reported an error on the way has failed, even when the agent says that it finished: the product
   * is in the failure then. Default true.
   */
  readonly failOnError?: boolean | undefined
  /** Leaves the task running when the stream ends before it. Default false: it is terminated. */
  readonly leaveRunning?: boolean | undefined
  /** Characters of frames that may wait for the consumer; more fails the stream. Default 8,388,608. */
  readonly capacity?: number | undefined
}

/**
 * Every way in which following a task can fail.
 *
 * @since 0.1.0
 * @category errors
 */
export type Failure = InvalidArgument | AgentError | ChannelError | ChannelUnavailable

/**
 * Every way in which it can fail where the task may be asked for instead.
 *
 * @since 0.1.0
 * @category errors
 */
export type PollFailure = Exclude<Failure, ChannelUnavailable> | SessionError | VpcUnavailable | ToolError

/**
 * Without a live channel the stream fails with `ChannelUnavailable`, which says what is missing.
 *
 * @since 0.1.0
 * @category models
 */
export interface Live {
  readonly fallback?: "none" | undefined
}

/**
 * Without a live channel the task is started by its tool and asked for every `interval`. Nothing else becomes of it: a
 * connection that is refused or lost fails the stream.
 *
 * @since 0.1.0
 * @category models
 */
export interface OrPoll {
  readonly fallback: "poll"
}

/**
 * @since 0.1.0
 * @category models
 */
export interface StreamTask<AgentOptions> {
  <E = never, R = never>(
    task: string,
    options?: AgentOptions & Options<E, R> & Live
  ): Stream.Stream<Event, Failure | E, R>
  <E = never, R = never>(
    task: string,
    options: AgentOptions & Options<E, R> & OrPoll
  ): Stream.Stream<Event, PollFailure | E, R>
}

/**
 * The same with a browser, which has to be started, and a product that may be asked for in a certain shape.
 *
 * @since 0.1.0
 * @category models
 */
export interface StreamBrowserTask<AgentOptions> {
  <Output, Encoded, E = never, R = never>(
    task: string,
    options: AgentOptions &
      Options<E, R> &
      Live & {
        readonly outputSchema: Schema.Schema<Output, Encoded>
      }
  ): Stream.Stream<Event<Output>, Failure | BrowserError | SessionError | E, R>
  <Output, Encoded, E = never, R = never>(
    task: string,
    options: AgentOptions &
      Options<E, R> &
      OrPoll & {
        readonly outputSchema: Schema.Schema<Output, Encoded>
      }
  ): Stream.Stream<Event<Output>, PollFailure | BrowserError | E, R>
  <E = never, R = never>(
    task: string,
    options?: AgentOptions & Options<E, R> & Live & { readonly outputSchema?: undefined }
  ): Stream.Stream<Event, Failure | BrowserError | SessionError | E, R>
  <E = never, R = never>(
    task: string,
    options: AgentOptions & Options<E, R> & OrPoll & { readonly outputSchema?: undefined }
  ): Stream.Stream<Event, PollFailure | BrowserError | E, R>
}

/**
 * Runs a stream of an agent to its end, for the result.
 *
 * @since 0.1.0
 * @category combinators
 */
export const result = <Output, E, R>(
  self: Stream.Stream<Event<Output>, E, R>
): Effect.Effect<TaskResult<Output>, E, R> =>
  Effect.flatMap(
    Stream.runFold(self, Option.none<TaskResult<Output>>(), (before, event) =>
      event._tag === "Finished" ? Option.some(event.result) : before
    ),
    Option.match({
      onNone: () => Effect.dieMessage("AgentStream.result: the stream has no event Finished at its end"),
      onSome: Effect.succeed
    })
  )
