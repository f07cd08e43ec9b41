/** The tasks of one session's agents, as of a moment: scripts are laid out in time, and nothing runs. */
import type { TaskState } from "@effect-agentbay/core/AgentTools"
import { type AgentScript, type Agents, type AgentTask, type Timeline, timeline } from "../AgentScript.js"
import { smallestInstance } from "./schemaInstance.js"

/** How long a task is being cancelled before it is gone, and how long an end that was told is still known. */
const cancellingMs = 1_000
const rememberedMs = 10_000

interface Task {
  readonly id: string
  readonly agent: AgentTask["agent"]
  readonly script: AgentScript
  readonly timeline: Timeline
  readonly startedMs: number
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

const textOf = (product: unknown): string =>
  product === undefined ? "" : typeof product === "string" ? product : JSON.stringify(product)

const hasEnded = ({ startedMs, timeline: { endMs } }: Task, nowMs: number): boolean =>
  nowMs >= startedMs + endMs

const stateOf = (task: Task, nowMs: number): TaskState => {
  const { cancelledMs, script, startedMs, timeline: plan } = task
  const until = Math.min(nowMs, cancelledMs ?? nowMs)
  const begun = plan.steps.filter(({ atMs }) => startedMs + atMs <= until)
  const ended =
    cancelledMs === undefined && hasEnded(task, nowMs) && script.end !== "never" ? script.end : undefined
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

export interface AgentTasks {
  /** The id of the new task; none while the phone is busy. */
  readonly start: (task: Omit<AgentTask, "sessionId">, nowMs: number) => string | undefined
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

  return {
    start: (request, nowMs) => {
      const isBusy =
        request.agent === "mobile" &&
        [...tasks.values()].some((task) => task.agent === "mobile" && isRunning(task, nowMs))
      if (isBusy) return undefined
      started += 1
      const id = `task-${started}-${sessionId}`
      const script = scriptFor({ ...request, sessionId })
      tasks.set(id, {
        id,
        agent: request.agent,
        script,
        timeline: timeline(script),
        startedMs: nowMs,
        cancelledMs: undefined,
        toldMs: undefined
      })
      return id
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
      task.cancelledMs ??= nowMs
      return stateOf(task, nowMs)
    }
  }
}
