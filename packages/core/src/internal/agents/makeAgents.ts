/** The agents of a session: what each takes, and how it hands it over. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AgentError, InvalidArgument } from "../../AgentBayError.js"
import type { Tool } from "../../contract/Tool.js"
import {
  browserTools,
  computerTools,
  mobileTools,
  type TaskReceipt
} from "../../contract/tools/AgentTools.js"
import type * as AgentStream from "../../session/AgentStream.js"
import type {
  AgentTask,
  BrowserOptions,
  BrowserStarter,
  ComputerOptions,
  MobileOptions,
  RunOptions,
  SessionAgent,
  Structured
} from "../../session/SessionAgent.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import type { JsonObject, SessionSocket } from "../../transport/SessionSocket.js"
import { ensure, ensureText } from "../validate.js"
import { type Agent, agentError, begin } from "./agentCalls.js"
import { makeTask, runTask } from "./agentTask.js"
import { asText, noSchema, outputContract, type ReadOutput } from "./outputSchema.js"
import { type Order, streamTask } from "./streamTask.js"
import { already, polled } from "./taskSource.js"

/** The task behind a receipt; one without an id is none, or over. */
const accepted = <Output>(
  agent: Agent,
  operation: string,
  { requestId, value }: { readonly requestId: string; readonly value: TaskReceipt },
  read: ReadOutput<Output>
): Effect.Effect<AgentTask<Output>, AgentError> => {
  if (value.taskId !== "")
    return Effect.succeed(makeTask(agent, polled(agent, value.taskId, requestId), read))
  const refused = (reason: "TaskFailed" | "NotStarted", detail: string) =>
    Effect.fail(agentError(agent, operation, { reason, detail, requestId, stopped: true }))
  if (agent.kind !== "mobile") return refused("NotStarted", value.error === "" ? value.text : value.error)
  if (value.error !== "") return refused("TaskFailed", value.error)
  const source = already({
    taskId: "",
    status: "finished",
    statusText: "completed",
    action: Option.none(),
    product: Option.some(value.text),
    error: Option.none(),
    said: [],
    requestId
  })
  return Effect.succeed(makeTask(agent, source, read))
}

type MakeOrder<Options, Args, Output> = (
  operation: string,
  task: string,
  options: Options
) => Effect.Effect<Order<Output> & { readonly args: Args }, InvalidArgument>

const makeAgent = <
  Name extends string,
  Args extends JsonObject,
  ArgsEncoded,
  Options extends object,
  Output,
  E = never
>(
  agent: Agent,
  socket: SessionSocket.Service,
  tool: Tool<Name, Args, ArgsEncoded, TaskReceipt>,
  makeOrder: MakeOrder<Options, Args, Output>,
  readerOf: (operation: string, options: Options) => Effect.Effect<ReadOutput<Output>, InvalidArgument>,
  prepare: Effect.Effect<void, E> = Effect.void
) => {
  const named = (method: string) => `SessionAgent.${agent.kind}.${method}`
  const ordered = (operation: string, task: string, options: Options) =>
    Effect.zipRight(ensureText(operation, "task", task), makeOrder(operation, task, options))
  const start = (operation: string, task: string, options: Options) =>
    Effect.gen(function* () {
      const { args, read } = yield* ordered(operation, task, options)
      yield* prepare
      return yield* accepted(agent, operation, yield* begin(agent, operation, tool, args), read)
    })
  return {
    start: (task: string, options: Options = {} as Options) =>
      Effect.withSpan(start(named("start"), task, options), named("start")),
    attach: (taskId: string, options: Options = {} as Options) =>
      Effect.zipRight(
        ensureText(named("attach"), "taskId", taskId),
        Effect.map(readerOf(named("attach"), options), (read) => makeTask(agent, polled(agent, taskId), read))
      ),
    run: (task: string, options: RunOptions & Options = {} as Options) =>
      runTask(agent, start(named("run"), task, options), options),
    stream: <E2, R>(
      task: string,
      options: Options &
        AgentStream.Options<E2, R> &
        Partial<AgentStream.Live | AgentStream.OrPoll> = {} as Options
    ) => {
      const operation = named("stream")
      return streamTask(
        socket,
        {
          agent,
          operation,
          tool: tool.name,
          order: ordered(operation, task, options),
          prepare,
          start: start(operation, task, options)
        },
        options
      )
    }
  }
}

/** Which failures there are depends on the options, which only the signatures can say. */
const typed = <A extends { readonly stream: unknown }, Signature>(agent: A) =>
  agent as Omit<A, "stream"> & { readonly stream: Signature }

const ensureCount = (operation: string, field: string, value: number) =>
  ensure(
    Number.isSafeInteger(value) && value >= 1,
    operation,
    field,
    value,
    "it must be a whole number from 1"
  )

const readText = () => Effect.succeed(asText)

const defaultSteps = 50

/** Whoever started the browser meanwhile, in whatever way: it runs. */
const started = ({ initialize, isInitialized }: BrowserStarter) =>
  Effect.flatMap(isInitialized, (runs) =>
    runs
      ? Effect.void
      : Effect.catchIf(
          initialize(),
          (error) => error._tag === "BrowserError" && error.reason === "AlreadyInitialized",
          () => Effect.void
        )
  )

export const makeAgents = (
  runtime: SessionRuntime,
  socket: SessionSocket.Service,
  starter?: BrowserStarter
): SessionAgent.Service => {
  const browserContract = (operation: string, { outputSchema }: Partial<Structured<unknown, unknown>>) =>
    outputSchema === undefined
      ? Effect.succeed({ document: noSchema, read: asText as ReadOutput<unknown> })
      : outputContract(operation, outputSchema)
  const browser = makeAgent(
    { runtime, kind: "browser", tools: browserTools },
    socket,
    browserTools.start,
    (operation, task, options: BrowserOptions & Partial<Structured<unknown, unknown>>) =>
      Effect.map(browserContract(operation, options), ({ document, read }) => ({
        args: {
          task,
          use_vision: options.useVision ?? true,
          output_schema: document,
          ...(options.fullPageScreenshot === undefined
            ? {}
            : { full_page_screenshot: options.fullPageScreenshot })
        },
        read
      })),
    (operation, options) => Effect.map(browserContract(operation, options), ({ read }) => read),
    starter === undefined ? Effect.void : started(starter)
  )
  return {
    computer: typed(
      makeAgent(
        { runtime, kind: "computer", tools: computerTools },
        socket,
        computerTools.start,
        (operation, task, { maxTries }: ComputerOptions) =>
          maxTries === undefined
            ? Effect.succeed({ args: { task }, read: asText })
            : Effect.as(ensureCount(operation, "maxTries", maxTries), {
                args: { task, max_try_times: maxTries },
                read: asText
              }),
        readText
      )
    ),
    // Whether there is a Schema decides what comes out, which only the signatures can say.
    browser: browser as SessionAgent.BrowserAgent,
    mobile: typed(
      makeAgent(
        { runtime, kind: "mobile", tools: mobileTools },
        socket,
        mobileTools.start,
        (operation, task, { maxSteps = defaultSteps }: MobileOptions) =>
          Effect.as(ensureCount(operation, "maxSteps", maxSteps), {
            args: { task, max_steps: maxSteps },
            read: asText
          }),
        readText
      )
    )
  }
}
