/** The operations of the operator. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import { ToolError } from "../../AgentBayError.js"
import type { Tool } from "../../contract/Tool.js"
import * as Tools from "../../contract/tools/BrowserTools.js"
import type {
  ActOptions,
  BrowserOperator,
  ExtractOptions,
  Observation,
  ObserveOptions,
  PageTask
} from "../../session/BrowserOperator.js"
import { callTool, type SessionRuntime } from "../../session/SessionRuntime.js"
import { blankOut } from "../redact.js"
import { ensure, ensureText, ensureTimeout } from "../validate.js"
import {
  ensureFlag,
  pageArgs,
  prepareAct,
  prepareExtract,
  prepareObserve,
  prepareScreenshot,
  type Ready
} from "./operatorArguments.js"
import { actTask, extractReader, extractTask, observeTask, readAct, readPicture } from "./operatorResults.js"

const module = "BrowserOperator"

/** What the gateway of the API gives one call. */
const oneCall = Duration.seconds(60)

/** What a call may take beyond the work itself. */
const grace = Duration.seconds(15)

export const makeOperator = (runtime: SessionRuntime, ready: Ready): BrowserOperator.Service => {
  const start = <Args, Encoded>(
    tool: Tool<string, Args, Encoded, { readonly task_id: string }>,
    args: Args,
    operation: string
  ) => Effect.map(callTool(runtime, tool, args, { operation }), ({ value }) => value.task_id)

  const named =
    (method: string) =>
    <A, E>(make: (operation: string) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.withSpan(
        Effect.suspend(() => make(`${module}.${method}`)),
        `${module}.${method}`
      )

  /** One call, or a task where that could not last long enough. */
  const waiting = <A, E, E2>(
    operation: string,
    options: {
      readonly timeout?: Duration.DurationInput | undefined
      readonly interval?: Duration.DurationInput | undefined
    },
    inOneCall: (timeout: Duration.Duration) => Effect.Effect<A, E>,
    asTask: Effect.Effect<PageTask<A>, E2>
  ): Effect.Effect<A, E | E2 | BrowserOperator.Failure> =>
    Effect.gen(function* () {
      const timeout = yield* ensureTimeout(operation, "timeout", options.timeout ?? oneCall)
      const { interval } = options
      if (interval !== undefined) yield* ensureTimeout(operation, "interval", interval)
      if (Duration.lessThanOrEqualTo(timeout, oneCall)) return yield* inOneCall(timeout)
      return yield* Effect.flatMap(asTask, (task) => task.await({ timeout, interval }))
    })

  /** Above the time that was given; without one it is the route's. */
  const deadline = (options: { readonly timeout?: unknown }, timeout: Duration.Duration) =>
    options.timeout === undefined ? {} : { timeout: Duration.sum(timeout, grace) }

  const startAct = (operation: string, action: string | Observation, options: ActOptions) =>
    prepareAct(runtime, ready, operation, action, options).pipe(
      Effect.flatMap((args) => start(Tools.actAsync, args, operation)),
      Effect.map((taskId) => actTask(runtime, operation, taskId))
    )

  const startObserve = (operation: string, instruction: string, options: ObserveOptions) =>
    prepareObserve(runtime, ready, operation, instruction, options).pipe(
      Effect.flatMap((args) => start(Tools.observeAsync, args, operation)),
      Effect.map((taskId) => observeTask(runtime, operation, taskId))
    )

  const startExtract = <A, I>(
    operation: string,
    instruction: string,
    schema: Schema.Schema<A, I>,
    options: ExtractOptions
  ) =>
    prepareExtract(runtime, ready, operation, instruction, schema, options).pipe(
      Effect.flatMap((args) => start(Tools.extractAsync, args, operation)),
      Effect.map((taskId) => extractTask(runtime, operation, taskId, schema))
    )

  return {
    navigate: (url) =>
      named("navigate")((operation) =>
        ensureText(operation, "url", url).pipe(
          Effect.zipRight(ready(operation)),
          Effect.zipRight(callTool(runtime, Tools.navigate, { url }, { operation })),
          Effect.map(({ value }) => value)
        )
      ),
    screenshot: (options = {}) =>
      named("screenshot")((operation) =>
        prepareScreenshot(runtime, ready, operation, options).pipe(
          Effect.flatMap((args) => callTool(runtime, Tools.screenshot, args, { operation })),
          Effect.flatMap(({ requestId, value }) => readPicture(runtime, operation, requestId, value))
        )
      ),
    act: (action, options = {}) =>
      named("act")((operation) =>
        waiting(
          operation,
          options,
          () =>
            prepareAct(runtime, ready, operation, action, options).pipe(
              Effect.flatMap((args) => callTool(runtime, Tools.act, args, { operation })),
              Effect.flatMap(({ requestId, value }) => readAct(runtime, operation, requestId, value))
            ),
          startAct(operation, action, options)
        )
      ),
    observe: (instruction, options = {}) =>
      named("observe")((operation) =>
        waiting(
          operation,
          options,
          (timeout) =>
            prepareObserve(runtime, ready, operation, instruction, options).pipe(
              Effect.flatMap((args) =>
                callTool(runtime, Tools.observe, args, { operation, ...deadline(options, timeout) })
              ),
              Effect.map(({ value }) => value)
            ),
          startObserve(operation, instruction, options)
        )
      ),
    extract: (instruction, schema, options = {}) =>
      named("extract")((operation) =>
        waiting(
          operation,
          options,
          (timeout) =>
            prepareExtract(runtime, ready, operation, instruction, schema, options).pipe(
              Effect.flatMap((args) =>
                callTool(runtime, Tools.extract, args, { operation, ...deadline(options, timeout) })
              ),
              Effect.flatMap(({ requestId, value }) =>
                extractReader(runtime, operation, schema)(value, requestId)
              )
            ),
          startExtract(operation, instruction, schema, options)
        )
      ),
    actAsync: (action, options = {}) =>
      named("actAsync")((operation) => startAct(operation, action, options)),
    observeAsync: (instruction, options = {}) =>
      named("observeAsync")((operation) => startObserve(operation, instruction, options)),
    extractAsync: (instruction, schema, options = {}) =>
      named("extractAsync")((operation) => startExtract(operation, instruction, schema, options)),
    actTask: (taskId) => actTask(runtime, `${module}.actTask`, taskId),
    observeTask: (taskId) => observeTask(runtime, `${module}.observeTask`, taskId),
    extractTask: (taskId, schema) => extractTask(runtime, `${module}.extractTask`, taskId, schema),
    login: ({ apiKey, skillId }, { page, useVision } = {}) =>
      named("login")((operation) =>
        Effect.gen(function* () {
          const key = typeof apiKey === "string" ? Redacted.make(apiKey) : apiKey
          yield* ensure(
            Redacted.isRedacted(key) && String(Redacted.value(key)).trim() !== "",
            operation,
            "config.apiKey",
            "<redacted>",
            "it must be a non-blank text"
          )
          yield* ensureText(operation, "config.skillId", skillId)
          yield* ensureFlag(operation, "useVision", useVision)
          yield* ready(operation)
          const target = yield* pageArgs(runtime, operation, page)
          const config = JSON.stringify({ api_key: Redacted.value(key), skill_id: skillId })
          const { value } = yield* callTool(
            runtime,
            Tools.login,
            { login_config: config, ...target, use_vision: useVision ?? false },
            { operation }
          ).pipe(
            Effect.mapError((error) =>
              error._tag === "ToolError"
                ? new ToolError({ ...error, text: blankOut(error.text, [key]) })
                : error
            )
          )
          return value
        })
      ),
    close: named("close")((operation) =>
      Effect.asVoid(callTool(runtime, Tools.closeSession, {}, { operation }))
    )
  }
}
