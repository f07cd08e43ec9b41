/** Tasks of the browser's operator: what they came to is told when their time has passed. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"

export type TaskKind = "act" | "observe" | "extract"

export interface PageTasks {
  /** Does the work and answers with the id under which its result can be asked for later. */
  readonly start: (kind: TaskKind, work: Effect.Effect<unknown, unknown>) => Effect.Effect<string>
  /** What a task came to; `Running` before its time, undefined for a task that there is not. */
  readonly find: (
    kind: TaskKind,
    id: string
  ) => Effect.Effect<Exit.Exit<unknown, unknown> | "Running" | undefined>
}

interface Task {
  readonly kind: TaskKind
  readonly readyMs: number
  readonly exit: Exit.Exit<unknown, unknown>
}

export const makePageTasks = (durationMs: number): PageTasks => {
  const tasks = new Map<string, Task>()
  return {
    start: (kind, work) =>
      Effect.gen(function* () {
        const readyMs = (yield* Clock.currentTimeMillis) + durationMs
        const exit = yield* Effect.exit(work)
        const id = `pt-${tasks.size + 1}`
        tasks.set(id, { kind, readyMs, exit })
        return id
      }),
    find: (kind, id) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const task = tasks.get(id)
        if (task?.kind !== kind) return undefined
        return now < task.readyMs ? "Running" : task.exit
      })
  }
}
