/** Where the events of one task come from: here from looking again and again. */
import * as Chunk from "effect/Chunk"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { AgentEvent, TaskReport, TaskStatus } from "../../session/SessionAgent.js"
import { type Agent, askToEnd, type CallFailure, hasEnded, look } from "./agentCalls.js"
import { makePieceReader } from "./pieces.js"

/** An event on the way, or the last report. */
export type SourceEvent =
  | Exclude<AgentEvent, { readonly _tag: "Finished" }>
  | { readonly _tag: "Ended"; readonly report: TaskReport }

/** One task, however it is reached. A source on a stream of the service has the same members. */
export interface TaskSource {
  readonly taskId: string
  /** The request that started it; not known of a task that was started elsewhere. */
  readonly startedBy?: string | undefined
  readonly look: (operation: string) => Effect.Effect<TaskReport, CallFailure>
  /** From now on; ends with `Ended`. `seen` is told of every report on the way. */
  readonly events: (
    operation: string,
    options: { readonly interval: Duration.Duration; readonly seen: (report: TaskReport) => void }
  ) => Stream.Stream<SourceEvent, CallFailure>
  readonly askToEnd: (operation: string) => Effect.Effect<TaskStatus, CallFailure>
}

const changes = (before: TaskReport | undefined, now: TaskReport): ReadonlyArray<SourceEvent> => [
  ...(before?.statusText === now.statusText && before.status === now.status
    ? []
    : [{ _tag: "Status" as const, status: now.status, statusText: now.statusText }]),
  ...Option.match(now.action, {
    onNone: () => [],
    onSome: (action) =>
      before !== undefined && Option.contains(before.action, action)
        ? []
        : [{ _tag: "Action" as const, action }]
  })
]

/** A task that is asked how it stands, until it has ended: services soon forget that. */
export const polled = (agent: Agent, taskId: string, startedBy?: string): TaskSource => {
  let ended: TaskReport | undefined
  const keep = (report: TaskReport): TaskReport => {
    if (hasEnded(report)) ended = report
    return report
  }
  const lookAgain = (operation: string): Effect.Effect<TaskReport, CallFailure> =>
    Effect.suspend(() =>
      ended === undefined ? Effect.map(look(agent, operation, taskId), keep) : Effect.succeed(ended)
    )
  return {
    taskId,
    startedBy,
    look: lookAgain,
    askToEnd: (operation) => askToEnd(agent, operation, taskId),
    events: (operation, { interval, seen }) =>
      Stream.suspend(() => {
        const newPieces = makePieceReader()
        const next = (before: TaskReport | undefined) =>
          lookAgain(operation).pipe(
            // A task that is gone after it was being cancelled has been cancelled.
            Effect.catchIf(
              (error) => error._tag === "AgentError" && error.reason === "NotFound",
              (error) =>
                before?.status === "cancelling"
                  ? Effect.succeed(keep({ ...before, status: "cancelled", statusText: "cancelled" }))
                  : Effect.fail(error)
            ),
            Effect.map((report) => {
              seen(report)
              const events = [...changes(before, report), ...newPieces(report.said)]
              return hasEnded(report)
                ? ([
                    Chunk.fromIterable<SourceEvent>([...events, { _tag: "Ended", report }]),
                    Option.none()
                  ] as const)
                : ([Chunk.fromIterable<SourceEvent>(events), Option.some(report)] as const)
            })
          )
        return Stream.paginateChunkEffect(undefined as TaskReport | undefined, (before) =>
          before === undefined ? next(before) : Effect.zipRight(Effect.sleep(interval), next(before))
        )
      })
  }
}

/** A task that was over when it was to begin. */
export const already = (report: TaskReport): TaskSource => ({
  taskId: report.taskId,
  look: () => Effect.succeed(report),
  askToEnd: () => Effect.succeed(report.status),
  events: (_, { seen }) =>
    Stream.suspend(() => {
      seen(report)
      return Stream.fromIterable<SourceEvent>([...changes(undefined, report), { _tag: "Ended", report }])
    })
})
