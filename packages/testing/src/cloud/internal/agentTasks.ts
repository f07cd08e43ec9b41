/** The tasks of one session's agents, as of a moment: scripts are laid out in time, and nothing runs. */
import type { TaskState } from "@effect-agentbay/core/AgentTools"
import {
  type AgentEnd,
  type AgentScript,
  type AgentStep,
  type Agents,
  type AgentTask,
  endAfter,
  type TimedStep,
  timeline
} from "../AgentScript.js"
import { smallestInstance } from "./schemaInstance.js"

/** How long a task is being cancelled before it is gone, and how long an end that was told is still known. */
const cancellingMs = 1_000
const rememberedMs = 10_000

interface Task {
  readonly id: string
  readonly agent: AgentTask["agent"]
  /** Of a task that is followed: as far as it has come. */
  readonly steps: ReadonlyArray<TimedStep>
  endMs: number
  end: AgentEnd | "never"
  readonly startedMs: number
  /** Told when somebody terminates it. */
  readonly onTerminated: () => void
  cancelledMs: number | undefined
  /** When its end was first told. */
  toldMs: number | undefined
}

/** No task of that id is there any more. */
export const unknownTask = (id: string): string => `Task not found or already finished: ${id}`

export const busy = "Another task is currently running"

const isStructured = (schema: unknown): boolean =>
  typeof schema === "object" &&
  schema !== null &&
  !("properties" in schema && JSON.stringify(schema.properties) === "{}")

/** What agents do that nobody has told what to do. */
const byDefault = ({ outputSchema, task }: AgentTask): AgentScript => ({
  steps: [
    { action: "read the task", reasoning: "This agent is scripted: it repeats what it is told." },
    { action: "work", content: "Working on it. " },
    { action: "finish", content: "Done." }
  ],
  end: {
    status: "finished",
    product: isStructured(outputSchema) ? smallestInstance(outputSchema) : `Done: ${task}`
  }
})

export const textOf = (product: unknown): string =>
  product === undefined ? "" : typeof product === "string" ? product : JSON.stringify(product)

const hasEnded = ({ endMs, startedMs }: Task, nowMs: number): boolean => nowMs >= startedMs + endMs

const stateOf = (task: Task, nowMs: number): TaskState => {
  const { cancelledMs, end, startedMs, steps } = task
  const until = Math.min(nowMs, cancelledMs ?? nowMs)
  const begun = steps.filter(({ atMs }) => startedMs + atMs <= until)
  const ended = cancelledMs === undefined && hasEnded(task, nowMs) && end !== "never" ? end : undefined
  const finished = task.agent === "mobile" ? "completed" : "finished"
  return {
    taskId: task.id,
    status:
      cancelledMs !== undefined
        ? "cancelling"
        : ended === undefined
          ? "running"
          : ended.status === "finished"
            ? finished
            : ended.status,
    action: begun.map(({ step }) => step.action).findLast((action) => action !== undefined) ?? "",
    product: textOf(ended?.product),
    error: ended === undefined || ended.status === "finished" ? "" : (ended.error ?? ""),
    stream: begun.flatMap(({ atMs, step: { content = "", reasoning = "" } }) =>
      content === "" && reasoning === "" ? [] : [{ content, reasoning, timestampMs: startedMs + atMs }]
    )
  }
}

/** A task that is followed: it happens as it is told, instead of being laid out beforehand. */
export interface FollowedTask {
  readonly script: AgentScript
  readonly step: (step: AgentStep, nowMs: number) => void
  readonly end: (end: AgentEnd, nowMs: number) => void
}

export interface AgentTasks {
  /** The id of the new task; none while the phone is busy. */
  readonly start: (task: Omit<AgentTask, "sessionId">, nowMs: number) => string | undefined
  /** None while the phone is busy. */
  readonly follow: (
    task: Omit<AgentTask, "sessionId">,
    id: string,
    nowMs: number,
    onTerminated: () => void
  ) => FollowedTask | undefined
  /** None for a task that is not known, or not any more. */
  readonly state: (agent: AgentTask["agent"], id: string, nowMs: number) => TaskState | undefined
  /** None for a task that is not known, or has ended. */
  readonly terminate: (agent: AgentTask["agent"], id: string, nowMs: number) => TaskState | undefined
}

export const makeAgentTasks = (sessionId: string, agents: () => Agents | undefined): AgentTasks => {
  const tasks = new Map<string, Task>()
  let started = 0

  const scriptFor = (task: AgentTask): AgentScript => {
    const given = agents()
    return (typeof given === "function" ? given(task) : given) ?? byDefault(task)
  }

  const find = (agent: AgentTask["agent"], id: string, nowMs: number): Task | undefined => {
    const task = tasks.get(id)
    if (task === undefined || task.agent !== agent) return undefined
    const isGone =
      (task.cancelledMs !== undefined && nowMs >= task.cancelledMs + cancellingMs) ||
      (task.toldMs !== undefined && nowMs >= task.toldMs + rememberedMs)
    if (isGone) tasks.delete(id)
    return isGone ? undefined : task
  }

  const isRunning = (task: Task, nowMs: number): boolean =>
    task.cancelledMs === undefined ? !hasEnded(task, nowMs) : nowMs < task.cancelledMs + cancellingMs

  const isBusy = (agent: AgentTask["agent"], nowMs: number): boolean =>
    agent === "mobile" &&
    [...tasks.values()].some((task) => task.agent === "mobile" && isRunning(task, nowMs))

  const add = (task: Omit<Task, "cancelledMs" | "toldMs">): Task => {
    const added = { ...task, cancelledMs: undefined, toldMs: undefined }
    tasks.set(task.id, added)
    return added
  }

  return {
    start: (request, nowMs) => {
      if (isBusy(request.agent, nowMs)) return undefined
      started += 1
      const id = `task-${started}-${sessionId}`
      const script = scriptFor({ ...request, sessionId })
      const { endMs, steps } = timeline(script)
      const end = endAfter(script, [])
      add({ id, agent: request.agent, steps, endMs, end, startedMs: nowMs, onTerminated: () => {} })
      return id
    },
    follow: (request, id, startedMs, onTerminated) => {
      if (isBusy(request.agent, startedMs)) return undefined
      const script = scriptFor({ ...request, sessionId })
      const steps: Array<TimedStep> = []
      const endMs = Number.POSITIVE_INFINITY
      const task = add({ id, agent: request.agent, steps, endMs, end: "never", startedMs, onTerminated })
      return {
        script,
        step: (step, nowMs) => {
          steps.push({ step, atMs: nowMs - startedMs })
        },
        end: (end, nowMs) => {
          task.end = end
          task.endMs = nowMs - startedMs
        }
      }
    },
    state: (agent, id, nowMs) => {
      const task = find(agent, id, nowMs)
      if (task === undefined) return undefined
      if (task.cancelledMs === undefined && hasEnded(task, nowMs)) task.toldMs ??= nowMs
      return stateOf(task, nowMs)
    },
    terminate: (agent, id, nowMs) => {
      const task = find(agent, id, nowMs)
      if (task === undefined || hasEnded(task, nowMs)) return undefined
      if (task.cancelledMs === undefined) task.onTerminated()
      task.cancelledMs ??= nowMs
      return stateOf(task, nowMs)
    }
  }
}
