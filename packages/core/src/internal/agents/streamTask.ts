/** A task that is followed while the agent works, over the live channel, or by asking where there is none. */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  AgentError,
  ChannelError,
  type ChannelUnavailable,
  type InvalidArgument
} from "../../AgentBayError.js"
import type { Answer, Event, Options, Question } from "../../session/AgentStream.js"
import type { AgentEvent, AgentKind, AgentTask, WaitOptions } from "../../session/SessionAgent.js"
import type { Failure, Frame, JsonObject, SessionSocket } from "../../transport/SessionSocket.js"
import { type Agent, agentError, type CallFailure, occupied } from "./agentCalls.js"
import { checkWaiting, conclude, endedBy, terminate } from "./agentTask.js"
import { eventOf, reportOf, taskIdOf } from "./liveEvents.js"
import type { ReadOutput } from "./outputSchema.js"
import { polled } from "./taskSource.js"

const targets: Record<AgentKind, string> = {
  computer: "wuying_computer_agent",
  browser: "wuying_browseruse",
  mobile: "wuying_mobile_agent"
}

/** What an agent is given, and how its product is read. */
export interface Order<Output> {
  readonly args: JsonObject
  readonly read: ReadOutput<Output>
}

interface Running<Output, E, R> {
  readonly events: Stream.Stream<Event<Output>, E, R>
  /** Ends the task; whether that was confirmed. */
  readonly end: Effect.Effect<boolean>
}

/** The agent has nothing more to do with the task. */
const isOver = (error: unknown): boolean =>
  error instanceof AgentError
    ? error.stopped
    : error instanceof ChannelError && (error.reason === "Remote" || error.phase === "notSent")

/** Whatever ends the stream before the task also ends the task, unless it shall be left running. */
const cared = <Output, E, R, E2, R2>(
  start: Effect.Effect<Running<Output, E, R>, E2, R2>,
  leaveRunning: boolean
): Stream.Stream<Event<Output>, E | E2, R | Exclude<R2, Scope.Scope>> => {
  let over = leaveRunning
  const endOf = ({ end }: Running<Output, E, R>): Effect.Effect<boolean> =>
    Effect.uninterruptible(
      Effect.suspend(() => {
        if (over) return Effect.succeed(false)
        over = true
        return end
      })
    )
  return Stream.unwrapScoped(
    Effect.map(Effect.acquireRelease(start, endOf), (running) =>
      running.events.pipe(
        Stream.tap((event) =>
          Effect.sync(() => {
            if (event._tag === "Finished") over = true
          })
        ),
        Stream.catchAll((error) => {
          if (isOver(error)) over = true
          return Stream.fromEffect(
            Effect.flatMap(over ? Effect.succeed(false) : endOf(running), (stopped) =>
              Effect.fail(
                stopped && error instanceof AgentError ? (new AgentError({ ...error, stopped }) as E) : error
              )
            )
          )
        })
      )
    )
  )
}

const plain = (answer: Answer): string => (Redacted.isRedacted(answer) ? Redacted.value(answer) : answer)

const nothingToSay = ""

/** The events of a task that is asked for. */
const asEvent = <Output>(event: AgentEvent<Output>): Event<Output> => {
  switch (event._tag) {
    case "Reasoning":
    case "Content":
      return { _tag: event._tag, text: event.text, seq: 0, round: 0 }
    case "Finished":
      return { ...event, isLive: false }
    default:
      return event
  }
}

export const streamTask = <Output, E0, E, R>(
  socket: SessionSocket.Service,
  {
    agent,
    operation,
    order,
    prepare,
    start,
    tool
  }: {
    readonly agent: Agent
    readonly operation: string
    /** The name of the tool that starts tasks. */
    readonly tool: string
    /** Everything that can be checked before anything is sent. */
    readonly order: Effect.Effect<Order<Output>, InvalidArgument>
    readonly prepare: Effect.Effect<void, E0>
    /** The whole start of a task that is asked for. */
    readonly start: Effect.Effect<AgentTask<Output>, CallFailure | InvalidArgument | E0>
  },
  options: Options<E, R> & { readonly fallback?: "none" | "poll" | undefined }
): Stream.Stream<Event<Output>, CallFailure | Failure | InvalidArgument | E0 | E, R> => {
  const { failOnError = true, leaveRunning = false, onCallForUser = nothingToSay } = options
  const { tools } = agent.runtime.connection()
  const target = Option.getOrElse(tools.serverOf(tool), () => targets[agent.kind])
  const answerTo = (question: Question): Effect.Effect<Answer, E, R> =>
    typeof onCallForUser === "function" ? onCallForUser(question) : Effect.succeed(onCallForUser)

  const endById = (taskId: string): Effect.Effect<boolean> =>
    // A session without the tool cannot end tasks; that is known beforehand where it has a list.
    tools.entries.length > 0 && !tools.entries.some(({ name }) => name === agent.tools.terminate.name)
      ? Effect.succeed(false)
      : Effect.map(Effect.exit(terminate(agent, polled(agent, taskId), operation, {})), endedBy)

  const live = ({ args, read }: Order<Output>, timeout: Duration.Duration) =>
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const invocation = yield* socket.open(
        target,
        { method: "exec_task", params: args },
        { operation, capacity: options.capacity }
      )
      const broken = yield* Deferred.make<never, E | ChannelError>()
      const said: Array<string> = []
      // Until the service names the task, it is known by the invocation.
      let taskId = invocation.id
      let trouble: string | undefined

      const facts = () => ({ taskId, requestId: invocation.id, product: said.join("") })

      const answer = (question: Question) =>
        Effect.flatMap(answerTo(question), (given) =>
          invocation.write({
            method: "resume_task",
            params: { toolCallId: question.toolCallId, response: plain(given) }
          })
        ).pipe(
          Effect.catchAllCause((cause) => Deferred.failCause(broken, cause)),
          Effect.forkIn(scope)
        )

      const finish = (data: JsonObject): Effect.Effect<Event<Output>, AgentError | ChannelError> => {
        const report = reportOf(data, { ...facts(), said: said.join("") })
        if (report === undefined) {
          return Effect.fail(
            new ChannelError({
              reason: "Protocol",
              operation,
              sessionId: agent.runtime.sessionId,
              target,
              invocationId: invocation.id,
              phase: "sent",
              detail: "the run was ended without a word about the task"
            })
          )
        }
        if (trouble !== undefined && failOnError && report.status === "finished") {
          return Effect.fail(
            agentError(agent, operation, {
              ...facts(),
              reason: "TaskFailed",
              status: report.statusText,
              product: Option.getOrUndefined(report.product),
              detail: trouble,
              stopped: true
            })
          )
        }
        const error = Option.orElse(report.error, () => Option.fromNullable(trouble))
        return Effect.map(conclude(agent, operation, { ...report, error }, read), (result) => ({
          _tag: "Finished",
          result,
          isLive: true
        }))
      }

      const take = ({
        _tag,
        data
      }: Frame): Effect.Effect<Option.Option<Event<Output>>, AgentError | ChannelError, R> =>
        Effect.suspend(() => {
          taskId = taskIdOf(data) || taskId
          if (_tag === "End") return Effect.asSome(finish(data))
          const event = eventOf(data)
          if (event === undefined) return Effect.succeedNone
          if (event._tag === "Content") said.push(event.text)
          if (event._tag === "Error") trouble ??= [event.code, event.message].filter(Boolean).join(": ")
          return event._tag === "Question"
            ? Effect.as(answer(event), Option.some(event))
            : Effect.succeedSome(event)
        })

      const deadline = Effect.zipRight(
        Effect.sleep(timeout),
        Effect.failSync(() =>
          agentError(agent, operation, {
            ...facts(),
            reason: "Timeout",
            detail: `the task had not ended after ${Duration.format(timeout)}`,
            stopped: false
          })
        )
      )
      return {
        end: Effect.suspend(() => endById(taskId)),
        events: invocation.frames.pipe(
          Stream.mapError((error) =>
            error.reason === "Remote" && occupied.test(error.detail)
              ? agentError(agent, operation, {
                  reason: "Busy",
                  requestId: invocation.id,
                  detail: error.detail,
                  stopped: true
                })
              : error
          ),
          Stream.mapEffect(take),
          Stream.filterMap((event) => event),
          Stream.interruptWhen(Effect.raceFirst(deadline, Deferred.await(broken)))
        )
      }
    })

  const asked = (waiting: WaitOptions) =>
    Effect.map(start, (task) => ({
      events: Stream.map(task.progress(waiting), asEvent),
      end: Effect.map(Effect.exit(task.terminate()), endedBy)
    }))

  return Stream.unwrap(
    Effect.gen(function* () {
      const waiting = yield* checkWaiting(operation, options)
      const given = yield* order
      const isLive = yield* socket.available(operation).pipe(
        Effect.as(true),
        Effect.catchIf(
          (_: ChannelUnavailable) => options.fallback === "poll",
          () => Effect.succeed(false)
        )
      )
      if (!isLive) {
        const events: Stream.Stream<
          Event<Output>,
          CallFailure | Failure | InvalidArgument | E0 | E,
          R
        > = cared(asked(waiting), leaveRunning)
        return events
      }
      yield* prepare
      // Connecting can be interrupted; the request, once it leaves, cannot: nobody would know of its task.
      yield* Effect.asVoid(Effect.scoped(socket.subscribe(target, { operation })))
      return cared(live(given, waiting.timeout), leaveRunning)
    })
  ).pipe(Stream.withSpan(operation))
}
