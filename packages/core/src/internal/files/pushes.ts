/** What a session says of changed files by itself, over its live channel. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ChannelError } from "../../AgentBayError.js"
import { FileChange, getFileChange } from "../../contract/tools/FileSystemTools.js"
import type { Failure, JsonObject, SessionSocket } from "../../transport/SessionSocket.js"
import { withDeadline } from "../deadline.js"
import type { Target } from "./fileCalls.js"
import { samePlace } from "./paths.js"

/** What happens to a subscription. `Refused`: the server says that it does not push. */
export type News =
  | { readonly _tag: "Pushed"; readonly changes: ReadonlyArray<FileChange>; readonly at: number }
  | { readonly _tag: "Subscribed" }
  | { readonly _tag: "Lost"; readonly error: ChannelError }
  | { readonly _tag: "Refused"; readonly error: ChannelError }
  | { readonly _tag: "Failed"; readonly error: Failure }

/** How many streams of a session are subscribed to a path: the last one to end unsubscribes for all. */
export type Subscriptions = Map<string, number>

const answerWithin = Duration.seconds(15)

const goodbyeWithin = Duration.seconds(5)

const backOff = Schedule.exponential("500 millis").pipe(
  Schedule.union(Schedule.spaced("30 seconds")),
  Schedule.jittered
)

const decodeChange = Schema.decodeUnknownOption(FileChange)

/** The changes that a push has for this path; the service may write the path in another way. */
const changesFor = (path: string, data: JsonObject): ReadonlyArray<FileChange> =>
  data.eventType === "file_change" &&
  typeof data.path === "string" &&
  samePlace(data.path, path) &&
  Array.isArray(data.events)
    ? data.events.flatMap((event) => Option.toArray(decodeChange(event)))
    : []

const isPassing = (error: Failure): error is ChannelError =>
  error._tag === "ChannelError" && error.isRetryable

/**
 * Subscribes, and again on every new connection, and tells what happens; ends after `Refused` or `Failed`. Unsubscribes
 * when it is interrupted.
 */
export const listen = (
  {
    capacity,
    socket,
    subscriptions,
    target: { operation, path, runtime }
  }: {
    readonly target: Target
    readonly socket: SessionSocket.Service
    readonly subscriptions: Subscriptions
    readonly capacity: number | undefined
  },
  offer: (news: News) => Effect.Effect<void>
): Effect.Effect<void> => {
  const server = Option.getOrElse(
    runtime.connection().tools.serverOf(getFileChange.name),
    () => getFileChange.server
  )
  const message = (method: string) => ({ method, params: { path } })

  const attempt = Effect.gen(function* () {
    /** The server may have heard of this subscription, over a connection that still stands. */
    let isHeard = false
    const signals = yield* socket.subscribe(server, { operation, capacity })
    yield* Effect.acquireRelease(
      Effect.sync(() => subscriptions.set(path, (subscriptions.get(path) ?? 0) + 1)),
      () =>
        Effect.suspend(() => {
          const left = (subscriptions.get(path) ?? 1) - 1
          if (left > 0) subscriptions.set(path, left)
          else subscriptions.delete(path)
          return left > 0 || !isHeard
            ? Effect.void
            : Effect.ignore(
                withDeadline(
                  socket.send(server, message("unsubscribe_file_change"), { operation }),
                  goodbyeWithin,
                  () => undefined
                )
              )
        })
    )
    const subscribe = Effect.suspend(() => {
      isHeard = true
      return socket.call(server, message("subscribe_file_change"), { operation, timeout: answerWithin })
    }).pipe(
      Effect.zipRight(offer({ _tag: "Subscribed" })),
      // The signal that says so comes next.
      Effect.catchIf(
        (error) => error._tag === "ChannelError" && error.reason === "Lost",
        () => Effect.void
      )
    )
    yield* Stream.runForEach(signals, (signal) => {
      switch (signal._tag) {
        case "Opened":
          return subscribe
        case "Lost":
          isHeard = false
          return offer(signal)
        case "Push": {
          const changes = changesFor(path, signal.data)
          return changes.length === 0
            ? Effect.void
            : Effect.flatMap(Clock.currentTimeMillis, (at) => offer({ _tag: "Pushed", changes, at }))
        }
      }
    })
  }).pipe(Effect.scoped)

  return attempt.pipe(
    Effect.tapError((error) => (isPassing(error) ? offer({ _tag: "Lost", error }) : Effect.void)),
    Effect.retry({ schedule: backOff, while: isPassing }),
    Effect.catchAll((error) =>
      offer(
        error._tag === "ChannelError" && error.reason === "Remote"
          ? { _tag: "Refused", error }
          : { _tag: "Failed", error }
      )
    )
  )
}
