/** Watching a directory: by asking for its changes, and by being told when to ask. */
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { SessionError } from "../../AgentBayError.js"
import { type FileChange, getFileChange } from "../../contract/tools/FileSystemTools.js"
import type { ChangesOptions, SessionFileSystem, WatchMode } from "../../session/SessionFileSystem.js"
import type { SessionSocket } from "../../transport/SessionSocket.js"
import { type CallFailure, callFileTool, type Target } from "./fileCalls.js"
import { listen, type News, type Subscriptions } from "./pushes.js"

/** Some services report a session that is gone as a failure of the tool. */
const goneWords = /\bsession\b[^/\\]*\b(expired|invalid)\b|\b(expired|invalid)\b[^/\\]*\bsession\b/i

const orGone = (target: Target, error: CallFailure): CallFailure =>
  error._tag === "FileError" && error.reason === "Unknown" && goneWords.test(error.detail)
    ? new SessionError({
        reason: "NotFound",
        operation: target.operation,
        phase: "sent",
        detail: error.detail,
        sessionId: target.sessionId,
        requestId: error.requestId
      })
    : error

/** What happened since the previous call for this path. */
export const pollChanges = (target: Target): Effect.Effect<ReadonlyArray<FileChange>, CallFailure> =>
  callFileTool(target, getFileChange, { path: target.path }).pipe(
    Effect.map(({ value }) => value),
    Effect.mapError((error) => orGone(target, error))
  )

export interface WatchSettings {
  readonly mode: NonNullable<ChangesOptions["mode"]>
  readonly interval: Duration.Duration
  /** Failed looks in a row after which the stream fails. */
  readonly retries: number
  readonly capacity: number | undefined
  readonly onMode: ChangesOptions["onMode"]
}

/** What the streams of one session share. */
export interface Channel {
  readonly socket: SessionSocket.Service
  readonly subscriptions: Subscriptions
}

const longestPause = Duration.seconds(30)

const isTransient = (error: CallFailure): boolean => error._tag === "SessionError" && error.isRetryable

const backOff = ({ interval, retries }: WatchSettings) =>
  Schedule.exponential(interval).pipe(
    Schedule.jittered,
    Schedule.intersect(Schedule.recurs(retries)),
    Schedule.zipRight(Schedule.identity<CallFailure>()),
    Schedule.modifyDelay((error, delay) =>
      Duration.max(
        Duration.min(delay, longestPause),
        error._tag === "SessionError"
          ? Option.getOrElse(error.retryAfter, () => Duration.zero)
          : Duration.zero
      )
    )
  )

/** So often one looks without being told to: a push that got lost leaves no other trace. */
const checkMillis = 30_000

/** A push that comes so much later than the look that reported the same is no news. */
const lateMillis = 3_000

const keyOf = ({ eventType, path }: FileChange): string => `${eventType} ${path}`

type Pushed = Extract<News, { readonly _tag: "Pushed" }>

/**
 * Merges what was pushed with what a look reports. It is not known whether the service takes what it has pushed off its
 * report: where the report names a path it speaks for it, and a push for any other path counts by itself, unless an
 * earlier report was ahead of it.
 */
export const makeMerge = () => {
  let ahead: Array<{ readonly key: string; readonly until: number }> = []

  return (
    pushed: ReadonlyArray<Pushed>,
    reported: ReadonlyArray<FileChange>,
    now: number
  ): ReadonlyArray<FileChange> => {
    const named = new Set(reported.map(({ path }) => path))
    const news: Array<FileChange> = []
    const told = new Set<string>()
    for (const { at, changes } of pushed) {
      for (const change of changes) {
        const key = keyOf(change)
        told.add(key)
        const earlier = ahead.findIndex((one) => one.key === key && at <= one.until)
        if (earlier >= 0) ahead.splice(earlier, 1)
        else if (!named.has(change.path)) news.push(change)
      }
    }
    ahead = ahead.filter(({ until }) => until >= now)
    for (const change of reported) {
      const key = keyOf(change)
      if (!told.has(key)) ahead.push({ key, until: now + lateMillis })
    }
    return [...news, ...reported]
  }
}

/** A look when something was pushed, but no more often than when polling; and every interval while nobody pushes. */
const follow = (
  target: Target,
  settings: WatchSettings,
  { socket, subscriptions }: Channel,
  poll: Effect.Effect<ReadonlyArray<FileChange>, CallFailure>,
  tell: (mode: WatchMode) => Effect.Effect<void>
) =>
  Effect.gen(function* () {
    const interval = Duration.toMillis(settings.interval)
    const merge = makeMerge()
    const inbox: Array<News> = []
    const arrived = yield* Effect.makeLatch(false)
    const room = yield* Effect.makeLatch(true)
    let isPushing = false
    let lookedAt = yield* Clock.currentTimeMillis
    let failure: Effect.Effect<never, SessionFileSystem.WatchFailure> | undefined

    yield* listen({ target, socket, subscriptions, capacity: settings.capacity }, (news) =>
      Effect.zipRight(
        room.await,
        Effect.sync(() => {
          inbox.push(news)
          if (inbox.length >= 64) room.unsafeClose()
          arrived.unsafeOpen()
        })
      )
    ).pipe(Effect.interruptible, Effect.forkScoped)

    const pushed: Array<Pushed> = []

    const take = Effect.suspend(() => {
      const all = inbox.splice(0)
      arrived.unsafeClose()
      room.unsafeOpen()
      return Effect.forEach(
        all,
        (news) => {
          switch (news._tag) {
            case "Pushed":
              pushed.push(news)
              return Effect.void
            case "Subscribed":
              isPushing = true
              return tell({ _tag: "Push" })
            case "Lost":
              isPushing = false
              return tell({ _tag: "Poll", reason: "Disconnected", detail: news.error.message })
            case "Refused":
              isPushing = false
              if (settings.mode === "auto") {
                return tell({ _tag: "Poll", reason: "NotOffered", detail: news.error.message })
              }
              failure = Effect.fail(news.error)
              return Effect.void
            case "Failed":
              failure = Effect.fail(news.error)
              return Effect.void
          }
        },
        { discard: true }
      )
    })

    const untilDue = (millis: number) =>
      Effect.map(Clock.currentTimeMillis, (now) => Math.max(0, lookedAt + millis - now))

    return Effect.gen(function* () {
      if (failure !== undefined) return yield* failure
      const wait = yield* untilDue(isPushing ? checkMillis : interval)
      yield* Effect.timeoutOption(arrived.await, wait)
      yield* take
      if (pushed.length > 0 && failure === undefined) {
        yield* Effect.sleep(yield* untilDue(interval))
        yield* take
      }
      const reported = failure === undefined ? yield* poll : []
      lookedAt = yield* Clock.currentTimeMillis
      return Chunk.fromIterable(merge(pushed.splice(0), reported, lookedAt))
    })
  })

/**
 * The first look starts the watch; what it reports happened before and is not passed on. Whoever is told of pushes
 * looks once more when the subscription stands, so that nothing falls between the two.
 */
export const watchChanges = (
  target: Target,
  settings: WatchSettings,
  channel: Channel
): Stream.Stream<FileChange, SessionFileSystem.WatchFailure> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const { interval, mode, onMode } = settings
      let mark: string | undefined
      const tell = (now: WatchMode) => {
        const next = now._tag === "Push" ? "" : now.reason
        if (onMode === undefined || next === mark) return Effect.void
        mark = next
        return onMode(now)
      }
      const poll = Effect.retry(pollChanges(target), { schedule: backOff(settings), while: isTransient })
      const available = yield* Effect.either(channel.socket.available(target.operation))
      if (mode === "push" && Either.isLeft(available)) return yield* Effect.fail(available.left)
      yield* poll
      if (mode === "poll" || Either.isLeft(available)) {
        yield* tell({
          _tag: "Poll",
          reason: mode === "poll" ? "Chosen" : "NoChannel",
          detail: mode === "poll" || Either.isRight(available) ? "" : available.left.message
        })
        return Stream.flattenIterables(Stream.repeatEffect(Effect.delay(poll, interval)))
      }
      return Stream.repeatEffectChunk(yield* follow(target, settings, channel, poll, tell))
    })
  )
