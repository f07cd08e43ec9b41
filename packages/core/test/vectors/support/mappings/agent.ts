/** The agents of a session. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as SessionAgent from "../../../../src/session/SessionAgent.js"
import {
  type Mapping,
  type Mappings,
  mapping,
  nothing,
  object,
  optionalNumber,
  partly,
  plain,
  text
} from "../Mapping.js"
import { type Success, success } from "../Outcome.js"
import { isObject, type Json, type JsonObject } from "../Vector.js"
import type { World } from "../World.js"

type Kind = SessionAgent.AgentKind

type Args = ReadonlyArray<Json>

const secondsOf = (value: Json | undefined): Duration.Duration => Duration.seconds(Number(value))

/** The Schema that the lines with one have. */
const Weather = Schema.Struct({
  city: Schema.String,
  temp: Schema.optional(Schema.Number),
  tags: Schema.Array(Schema.String)
})

const structure = (args: Args, index: number) =>
  isObject(args[index]) && "$schema" in object(args[index]) ? { outputSchema: Weather } : {}

const useVision = (value: Json | undefined) => (typeof value === "boolean" ? { useVision: value } : {})

/** The number of steps: itself, or a member of the options, by generation. */
const maxSteps = (value: Json | undefined): SessionAgent.MobileOptions => ({
  maxSteps: optionalNumber(isObject(value) ? value["maxSteps"] : value)
})

const started: Readonly<
  Record<Kind, (world: World, args: Args) => Effect.Effect<SessionAgent.AgentTask<unknown>, unknown>>
> = {
  computer: ({ session }, [task]) => session.agent.computer.start(text(task)),
  browser: ({ session }, args) =>
    session.agent.browser.start(text(args[0]), { ...useVision(args[1]), ...structure(args, 2) }),
  mobile: ({ session }, [task, options]) => session.agent.mobile.start(text(task), maxSteps(options))
}

const awaited: Readonly<
  Record<Kind, (world: World, args: Args) => Effect.Effect<SessionAgent.TaskResult<unknown>, unknown>>
> = {
  computer: ({ session }, [task, seconds]) =>
    session.agent.computer.run(text(task), { timeout: secondsOf(seconds) }),
  browser: ({ session }, args) =>
    session.agent.browser.run(text(args[0]), {
      timeout: secondsOf(args[1]),
      ...useVision(args[2]),
      ...structure(args, 3)
    }),
  mobile: ({ session }, [task, seconds, options]) =>
    session.agent.mobile.run(text(task), { timeout: secondsOf(seconds), ...maxSteps(options) })
}

const readResult = ({ product, requestId, taskId }: SessionAgent.TaskResult<unknown>): Success =>
  success({ taskId, taskResult: product }, requestId)

/** The first generation does not hand the product over, and some of the others' are not recorded. */
const recordedResult = ({ requestId, taskId, taskResult }: JsonObject): Success =>
  success(partly({ taskId, ...(typeof taskResult === "string" ? { taskResult } : {}) }), requestId)

const execute = (kind: Kind): Mapping =>
  mapping<Success>({
    call: (world, args) =>
      Effect.gen(function* () {
        const task = yield* started[kind](world, args)
        const then = /^wait\((\d*)\)$/.exec(world.one.vector.call.then ?? "")
        if (then === null) return success({ taskId: task.taskId })
        const timeout = then[1] === "" ? undefined : secondsOf(text(then[1]))
        return readResult(yield* task.wait({ timeout }))
      }),
    read: (value) => value,
    recorded: (result) =>
      isObject(result["waited"])
        ? recordedResult({ ...result["waited"] })
        : success({ taskId: result["taskId"] })
  })

const executeAndWait = (kind: Kind) =>
  mapping({ call: awaited[kind], read: readResult, recorded: recordedResult })

const attached = (kind: Kind, { session }: World, [taskId]: Args) => session.agent[kind].attach(text(taskId))

const readReport = ({
  action,
  error,
  product,
  requestId,
  said,
  statusText,
  taskId
}: SessionAgent.TaskReport) =>
  success(
    plain({
      taskId,
      taskStatus: statusText,
      taskAction: action,
      taskProduct: product,
      error,
      stream: said.map(({ content, reasoning, timestampMs }) => ({
        content,
        reasoning,
        timestamp_ms: timestampMs
      }))
    }),
    requestId
  )

const told = ["taskId", "taskStatus", "taskAction", "taskProduct", "error", "stream"]

/** Empty texts stand for what is absent. */
const recordedReport = (result: JsonObject): Success =>
  success(
    partly(
      Object.fromEntries(
        told.flatMap((name) =>
          result[name] === undefined || result[name] === "" ? [] : [[name, result[name]]]
        )
      )
    ),
    result["requestId"]
  )

/** The first generation hands over the text of the answer. */
const recordedOutput = (result: JsonObject): Success => {
  const state = JSON.parse(text(result["output"])) as JsonObject
  return recordedReport({
    ...result,
    taskId: state["task_id"] ?? "",
    taskStatus: state["status"] ?? "",
    taskAction: state["action"] ?? "",
    taskProduct: state["product"] ?? ""
  })
}

const statusOf = (kind: Kind) =>
  mapping({
    call: (world, args) => Effect.flatMap(attached(kind, world, args), ({ status }) => status),
    read: readReport,
    recorded: (result) => (result["output"] === undefined ? recordedReport(result) : recordedOutput(result))
  })

const terminate = (kind: Kind) =>
  mapping({
    call: (world, args) =>
      Effect.flatMap(attached(kind, world, args), (task) => task.terminate({ confirm: false })),
    read: (taskStatus) => success({ taskStatus }),
    recorded: ({ taskStatus }) => success({ taskStatus })
  })

const methods = (kind: Kind, target: string): Mappings => ({
  [`${target} executeTask`]: execute(kind),
  [`${target} executeTaskAndWait`]: executeAndWait(kind),
  [`${target} getTaskStatus`]: statusOf(kind),
  [`${target} terminateTask`]: terminate(kind)
})

/** The first generation's only agent waits for so many looks, and leaves the task running. */
const firstGeneration: Mappings = {
  ...methods("computer", "session.agent"),
  "session.agent executeTask": mapping({
    call: ({ session }, [task, tries]) =>
      session.agent.computer.run(text(task), {
        maxTries: Number(tries),
        timeout: Duration.seconds(3 * Number(tries)),
        leaveRunning: true
      }),
    read: readResult,
    recorded: recordedResult
  })
}

export const agent: Mappings = {
  ...firstGeneration,
  ...methods("computer", "session.agent.computer"),
  ...methods("browser", "session.agent.browser"),
  ...methods("mobile", "session.agent.mobile"),
  "session.agent.browser initialize": mapping({
    call: ({ session }, [options]) =>
      session.browser.initialize(options === undefined ? {} : object(options)),
    ...nothing
  })
}
