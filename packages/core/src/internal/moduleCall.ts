/** One operation of a module that is one tool call: its checks, its span, its value. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { InvalidArgument, SessionError, ToolError, VpcUnavailable } from "../AgentBayError.js"
import type { Tool } from "../contract/Tool.js"
import { callTool, type SessionRuntime } from "../session/SessionRuntime.js"
import { ensure, ensureTimeout } from "./validate.js"

/** A check of arguments on behalf of an operation. */
export type Check = (operation: string) => Effect.Effect<unknown, InvalidArgument>

/** What calling a tool can fail with. */
export type CallFailure = SessionError | VpcUnavailable | ToolError

/** Arguments of a tool, if they pass the checks of an operation. */
export type Checked<Args> = (operation: string) => Effect.Effect<Args, InvalidArgument>

/** Calls on behalf of the operations of one module. Each has a span, and stands in errors by its name. */
export interface ModuleCall {
  /** Nothing is sent unless the arguments pass. */
  readonly call: <Name extends string, Args, ArgsEncoded, Result, Failure>(
    method: string,
    tool: Tool<Name, Args, ArgsEncoded, Result, Failure>,
    args: Checked<Args>
  ) => Effect.Effect<Result, CallFailure | InvalidArgument>
  /** For arguments that cannot be wrong. */
  readonly ask: <Name extends string, Args, ArgsEncoded, Result, Failure>(
    method: string,
    tool: Tool<Name, Args, ArgsEncoded, Result, Failure>,
    args: Args
  ) => Effect.Effect<Result, CallFailure>
}

/** `module` is the name of the module. */
export const makeModuleCall = (runtime: SessionRuntime, module: string): ModuleCall => {
  const send = <Name extends string, Args, ArgsEncoded, Result, Failure, E>(
    method: string,
    tool: Tool<Name, Args, ArgsEncoded, Result, Failure>,
    check: (operation: string) => Effect.Effect<Args, E>
  ) => {
    const operation = `${module}.${method}`
    return check(operation).pipe(
      Effect.flatMap((args) => callTool(runtime, tool, args, { operation })),
      Effect.map(({ value }) => value),
      Effect.withSpan(operation)
    )
  }
  return { call: send, ask: (method, tool, args) => send(method, tool, () => Effect.succeed(args)) }
}

export const checked =
  <Args>(args: Args, ...checks: ReadonlyArray<Check>): Checked<Args> =>
  (operation) =>
    Effect.as(
      Effect.forEach(checks, (check) => check(operation), { discard: true }),
      args
    )

/** Positions and distances: whole numbers of pixels. */
export const pixels =
  (values: Readonly<Record<string, unknown>>): Check =>
  (operation) =>
    Effect.forEach(
      Object.entries(values),
      ([field, value]) =>
        ensure(Number.isSafeInteger(value), operation, field, value, "it must be a whole number of pixels"),
      { discard: true }
    )

/** A whole number of at least `least`. */
export const wholeNumber =
  (field: string, value: unknown, least: number): Check =>
  (operation) =>
    ensure(
      Number.isSafeInteger(value) && (value as number) >= least,
      operation,
      field,
      value,
      `it must be a whole number of at least ${least}`
    )

/** One of a closed set of words. */
export const oneOf =
  (field: string, value: unknown, words: ReadonlyArray<unknown>): Check =>
  (operation) =>
    ensure(words.includes(value), operation, field, value, `it must be one of ${words.join(", ")}`)

export const isText =
  (field: string, value: unknown): Check =>
  (operation) =>
    ensure(typeof value === "string", operation, field, value, "it must be a text")

/** The milliseconds of a time, checked; the next whole one for a fraction. */
export const millisOf = (
  operation: string,
  field: string,
  value: Duration.DurationInput
): Effect.Effect<number, InvalidArgument> =>
  Effect.map(ensureTimeout(operation, field, value), (time) => Math.ceil(Duration.toMillis(time)))
