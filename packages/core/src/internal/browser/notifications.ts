/** What a browser says over the live channel, and what it is told. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type BrowserNotification, fromData, type Message } from "../../session/BrowserNotification.js"
import type { SessionBrowser } from "../../session/SessionBrowser.js"
import type { Failure, SessionSocket } from "../../transport/SessionSocket.js"
import { ensure } from "../validate.js"

const target = "wuying_cdp_mcp_server"

const callForUser = "call-for-user"

const rule = "it must be a whole number"

/** A connection that stands, and takes nothing, is not asked all the time. */
const pause = "1 second"

type Notifications = Pick<SessionBrowser.Service, "notifications" | "notify" | "takeoverDone" | "handOver">

export const makeNotifications = (socket: SessionSocket.Service): Notifications => {
  const listen = (operation: string): Notifications["notifications"] =>
    Stream.suspend(() => {
      let hasLost = false
      return Stream.unwrapScoped(socket.subscribe(target, { operation })).pipe(
        Stream.filterMap((signal): Option.Option<BrowserNotification> => {
          if (signal._tag === "Push") return Option.some(fromData(signal.data))
          if (signal._tag === "Lost") hasLost = true
          if (signal._tag === "Lost" || !hasLost) return Option.none()
          hasLost = false
          return Option.some({ _tag: "Reconnected" })
        })
      )
    })

  const send = (operation: string, message: Message) =>
    Effect.gen(function* () {
      const { extraParams = {}, type = callForUser, ...rest } = message
      for (const field of ["id", "code"] as const) {
        const value = rest[field]
        yield* ensure(value === undefined || Number.isSafeInteger(value), operation, field, value, rule)
      }
      const extra = Object.keys(extraParams).length === 0 ? {} : { extraParams }
      yield* socket.send(target, { type, ...rest, ...extra }, { operation })
    }).pipe(Effect.withSpan(operation))

  const done = (operation: string, id: number) =>
    send(operation, { id, code: 199, message: "user handle done", action: "takeoverdone" })

  const opened = Stream.runDrain(Stream.takeUntil(socket.state, ({ _tag }) => _tag === "Open"))

  /** As long as a subscription goes on, another connection comes. Twice said is said. */
  const doneSurely = (operation: string, id: number): Effect.Effect<void, Failure> =>
    Effect.catchIf(
      done(operation, id),
      (error) => error._tag === "ChannelError" && error.reason !== "Closed",
      () =>
        Effect.sleep(pause).pipe(
          Effect.zipRight(opened),
          Effect.zipRight(Effect.suspend(() => doneSurely(operation, id)))
        )
    )

  const handOver: Notifications["handOver"] = (handler) =>
    Effect.gen(function* () {
      const operation = "SessionBrowser.handOver"
      yield* listen(operation).pipe(
        Stream.filter((news) => news._tag === "TakeoverRequested"),
        Stream.mapEffect(
          (request) => {
            const handled = Effect.zipRight(
              handler(request),
              Option.match(request.id, {
                onNone: () => Effect.void,
                onSome: (id) => doneSurely(operation, id)
              })
            )
            return Option.match(request.maxWait, {
              onNone: () => handled,
              // The browser has gone on by then, and an answer would be to something else.
              onSome: (maxWait) => Effect.asVoid(Effect.timeoutOption(handled, maxWait))
            })
          },
          { concurrency: "unbounded" }
        ),
        Stream.runDrain
      )
      return yield* Effect.dieMessage("a subscription ends with a failure only")
    }).pipe(Effect.withSpan("SessionBrowser.handOver"))

  return {
    notifications: listen("SessionBrowser.notifications"),
    notify: (message) => send("SessionBrowser.notify", message),
    takeoverDone: (id) =>
      Effect.zipRight(
        ensure(Number.isSafeInteger(id), "SessionBrowser.takeoverDone", "id", id, rule),
        done("SessionBrowser.takeoverDone", id)
      ),
    handOver
  }
}
