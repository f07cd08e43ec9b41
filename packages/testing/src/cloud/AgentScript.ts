/**
 * What the agents of a cloud do. Nobody here understands tasks given in words: a script says what an agent does, says
 * and produces, and how long that takes on the clock of the cloud.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"

const defaultStep = Duration.seconds(1)

/**
 * A task as an agent is given it.
 *
 * @since 0.1.0
 * @category models
 */
export interface AgentTask {
  readonly agent: "computer" | "browser" | "mobile"
  readonly task: string
  readonly sessionId: string
  /** The JSON Schema that the product of a browser's task must fit, when there is one. */
  readonly outputSchema?: unknown
  /** The arguments as they came. */
  readonly args: Readonly<Record<string, unknown>>
}

/**
 * Something that an agent does on the way.
 *
 * @since 0.1.0
 * @category models
 */
export interface AgentToolCall {
  readonly name: string
  readonly args?: Readonly<Record<string, unknown>> | undefined
  /** Told when the step has ended. Default: that it went well. */
  readonly result?: Readonly<Record<string, unknown>> | undefined
}

/**
 * One step of an agent. Tool calls, questions and errors are told to those who follow the task over the live channel;
 * who looks at a task now and then does not see them.
 *
 * @since 0.1.0
 * @category models
 */
export interface AgentStep {
  /** What the agent is doing, until a later step does something else. */
  readonly action?: string | undefined
  /** What the agent thinks. */
  readonly reasoning?: string | undefined
  /** What the agent says. */
  readonly content?: string | undefined
  /** What the agent does. */
  readonly toolCall?: AgentToolCall | undefined
  /** What goes wrong. */
  readonly error?: { readonly code: string; readonly message: string } | undefined
  /**
   * What the agent asks its user. A task that is followed pauses until the answer has come, then the step takes its time;
   * any other goes on without.
   */
  readonly question?: string | undefined
  /** How long the step takes. Default 1 second. */
  readonly duration?: Duration.DurationInput | undefined
}

/**
 * How a task ends. A product that is not a text is written as JSON.
 *
 * @since 0.1.0
 * @category models
 */
export type AgentEnd =
  | { readonly status: "finished"; readonly product: unknown }
  | {
      readonly status: "failed" | "unsupported" | "cancelled"
      readonly error?: string | undefined
      readonly product?: unknown
    }

/**
 * What an agent does with a task: its steps one after the other, then the end, which may depend on the answers to its
 * questions. With `end: "never"` the task runs until it is terminated.
 *
 * @since 0.1.0
 * @category models
 */
export interface AgentScript {
  readonly steps?: ReadonlyArray<AgentStep> | undefined
  readonly end: AgentEnd | "never" | ((answers: ReadonlyArray<string>) => AgentEnd)
}

/**
 * What the agents of a cloud do with each task. A function may answer `undefined` for tasks that shall be done in the
 * default way: three steps of a second, and a product that repeats the task, or the smallest value that fits the
 * output schema.
 *
 * @since 0.1.0
 * @category models
 */
export type Agents = AgentScript | ((task: AgentTask) => AgentScript | undefined)

/**
 * How a script ends after these answers.
 *
 * @since 0.1.0
 * @category conversions
 */
export const endAfter = ({ end }: AgentScript, answers: ReadonlyArray<string>): AgentEnd | "never" =>
  typeof end === "function" ? end(answers) : end

/**
 * How long a step takes, in milliseconds.
 *
 * @since 0.1.0
 * @category conversions
 */
export const stepMillis = ({ duration = defaultStep }: AgentStep): number => Duration.toMillis(duration)

/**
 * A step with the time at which it begins, in milliseconds after the start of the task.
 *
 * @since 0.1.0
 * @category models
 */
export interface TimedStep {
  readonly step: AgentStep
  readonly atMs: number
}

/**
 * When what happens: the steps, and the end, `Infinity` for a task that does not end by itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface Timeline {
  readonly steps: ReadonlyArray<TimedStep>
  readonly endMs: number
}

/**
 * Lays a script out in time.
 *
 * @since 0.1.0
 * @category conversions
 * @example
 * ```ts
 * import { AgentScript } from "@effect-agentbay/testing"
 *
 * const { endMs, steps } = AgentScript.timeline({
 *   steps: [{ action: "tap Settings", duration: "2 seconds" }, { content: "Done." }],
 *   end: { status: "finished", product: "Settings are open" }
 * })
 * console.log(endMs, steps.map(({ atMs }) => atMs)) // 3000 [ 0, 2000 ]
 * ```
 */
export const timeline = ({ end, steps = [] }: AgentScript): Timeline => {
  const timed: Array<TimedStep> = []
  let atMs = 0
  for (const step of steps) {
    timed.push({ step, atMs })
    atMs += stepMillis(step)
  }
  return { steps: timed, endMs: end === "never" ? Number.POSITIVE_INFINITY : atMs }
}
