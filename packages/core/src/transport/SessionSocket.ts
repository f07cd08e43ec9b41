/**
 * The live channel of a session: one WebSocket for requests that answer in many frames, single calls, messages, and what
 * the session says by itself (`session.socket`).
 *
 * The connection is opened when it is first needed, kept while anything uses it and ten seconds longer, and closed with
 * the session. Every twenty seconds a ping finds out whether the other side still answers. When the connection is lost,
 * everything in flight fails with `ChannelError`, reason `Lost`, whose `phase` says whether it can have had an effect;
 * nothing is repeated by itself. What has not left by then waits for the next connection. While anything is subscribed
 * (`events`, `subscribe`) a new connection is opened, after half a second at first and half a minute at last, with a new
 * token and URL where the old ones are refused. A request in the meantime does not wait for that: it is attempted at
 * once, half a second after the attempt before at the earliest, and fails with what that attempt fails with.
 *
 * The connection cannot wait for slow consumers, because everything shares it: each consumer has a buffer, and one whose
 * buffer is full fails with reason `Overflow`.
 *
 * Source: newer features reference, section 1.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  ChannelError,
  ChannelUnavailable,
  type ChannelUnavailableReason,
  type InvalidArgument
} from "../AgentBayError.js"
import { withDeadline } from "../internal/deadline.js"
import { randomHex } from "../internal/randomHex.js"
import { redactText } from "../internal/redact.js"
import { encodeFrame, type JsonObject } from "../internal/socket/frames.js"
import { makeInbox } from "../internal/socket/inbox.js"
import { type Link, makeLink, type Pending, type Trouble } from "../internal/socket/link.js"
import { makeSink } from "../internal/socket/sink.js"
import { makeSupervisor } from "../internal/socket/supervisor.js"
import { around, makeWatcher } from "../internal/telemetry.js"
import { ensureText, ensureTimeout } from "../internal/validate.js"
import type { SessionRuntime } from "../session/SessionRuntime.js"

export type {
  /**
   * A JSON object.
   *
   * @since 0.1.0
   * @category models
   */
  JsonObject
} from "../internal/socket/frames.js"

/**
 * What everything over the live channel can fail with. `InvalidArgument`: a blank target, a time that is not positive and
 * finite; nothing is sent.
 *
 * @since 0.1.0
 * @category errors
 */
export type Failure = ChannelError | ChannelUnavailable | InvalidArgument

/**
 * Where the connection stands. `connection` counts the connections of this handle from 1, `attempt` those to open the
 * next one.
 *
 * @since 0.1.0
 * @category models
 */
export type SocketState =
  | { readonly _tag: "Closed" }
  | { readonly _tag: "Connecting" }
  | { readonly _tag: "Open"; readonly connection: number }
  | { readonly _tag: "Reconnecting"; readonly attempt: number }

/**
 * What the session said by itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface Push {
  readonly _tag: "Push"
  readonly id: string
  /** The server that said it. */
  readonly target: string
  readonly data: JsonObject
}

/**
 * What happens to a subscription, in the order in which it happens. Between `Lost` and the next `Opened` the session may
 * have said what nobody heard, and knows nothing of earlier subscriptions: whoever told it something tells it again
 * after `Opened`. Connections that came and went without a push, and before they were read of, are left out: the first
 * loss and the last opening are told.
 *
 * @since 0.1.0
 * @category models
 */
export type Signal =
  | { readonly _tag: "Opened"; readonly connection: number }
  | Push
  | { readonly _tag: "Lost"; readonly error: ChannelError }

/**
 * A frame that answers a request: any number of `Event`, then one `End`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Frame {
  readonly _tag: "Event" | "End"
  readonly data: JsonObject
}

/**
 * A request that is being answered.
 *
 * @since 0.1.0
 * @category models
 */
export interface Invocation {
  readonly id: string
  /** Ends after the frame `End`. To be consumed once. */
  readonly frames: Stream.Stream<Frame, ChannelError>
  /** Sends more data on the same invocation. */
  readonly write: (data: JsonObject) => Effect.Effect<void, ChannelError>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The public operation on whose behalf this is done; it stands in errors and spans. */
  readonly operation?: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface BufferOptions extends Options {
  /** Characters of frames that may wait for the consumer. Default 8,388,608. */
  readonly capacity?: number | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface RequestOptions extends BufferOptions {
  /**
   * Sent on the same invocation when the request is given up before its end, where the server knows such a message.
   * Default: nothing; the server goes on, and what it still says is dropped.
   */
  readonly cancel?: JsonObject | undefined
  /** When the last frame must have come, from the sending. Default: whenever it does. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionSocket extends Context.Tag("@effect-agentbay/core/SessionSocket")<
  SessionSocket,
  SessionSocket.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionSocket {
  /**
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /** What is missing for a live channel, if anything; connects to nothing. */
    readonly available: (operation?: string) => Effect.Effect<void, ChannelUnavailable>
    /**
     * A request that is answered by one frame. `timeout` is for all of it, connecting included; default 30 seconds.
     *
     * Fails with `ChannelUnavailable` where there is no live channel, and `ChannelError` otherwise.
     */
    readonly call: (
      target: string,
      data: JsonObject,
      options?: Options & { readonly timeout?: Duration.DurationInput | undefined }
    ) => Effect.Effect<JsonObject, Failure>
    /** A message that is not answered: success means that it left. */
    readonly send: (target: string, data: JsonObject, options?: Options) => Effect.Effect<void, Failure>
    /**
     * A request that is answered by a stream of frames, and to which more can be said meanwhile. Closing the scope gives
     * it up.
     */
    readonly open: (
      target: string,
      data: JsonObject,
      options?: RequestOptions
    ) => Effect.Effect<Invocation, Failure, Scope.Scope>
    /** The frames of `open`. Interrupting the stream gives the request up. */
    readonly stream: (
      target: string,
      data: JsonObject,
      options?: RequestOptions
    ) => Stream.Stream<Frame, Failure>
    /**
     * What a server of the session says by itself, over all connections from now on; every subscriber receives all of
     * it. What is said while the connection is lost is missing: `subscribe` tells.
     *
     * Fails when the first connection cannot be made, with reason `Refused` when a later one is refused for good or the
     * session has no live channel any more, with `Closed` when the session is deleted, and with `Overflow`.
     */
    readonly events: (target: string, options?: BufferOptions) => Stream.Stream<Push, Failure>
    /**
     * The same, with losses and new connections among them. The subscription has begun, and the connection is open, when
     * this has ended: what is said from now on is in the stream, which is to be consumed once.
     */
    readonly subscribe: (
      target: string,
      options?: BufferOptions
    ) => Effect.Effect<Stream.Stream<Signal, ChannelError>, Failure, Scope.Scope>
    /** The state of the connection: as it is, then every change. Looking opens nothing. Ends with the session. */
    readonly state: Stream.Stream<SocketState>
    /** Closes the connection for good. Deleting the session does it. */
    readonly close: Effect.Effect<void>
  }
}

const defaultCapacity = 8 * 1024 * 1024

const callTimeout = Duration.seconds(30)

/** An upgrade that takes longer has failed. */
const openTimeout = Duration.seconds(20)

const credentialsRefused = (error: ChannelError | ChannelUnavailable): boolean =>
  error._tag === "ChannelError" && (error.status === 401 || error.status === 403)

const refusals: ReadonlyArray<number | undefined> = [401, 403, 404, 410]

/** It never left, because the connection had ended: a new one may be tried. */
const neverLeft = (error: Failure): boolean =>
  error._tag === "ChannelError" && error.reason === "Lost" && error.phase === "notSent"

const methodOf = (data: JsonObject): string => (typeof data.method === "string" ? data.method : "message")

/**
 * The live channel of one session. Making it opens nothing.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: SessionRuntime): SessionSocket.Service => {
  const { account, sessionId } = runtime
  const watch = makeWatcher()

  const failure = (
    operation: string,
    trouble: Omit<Trouble, "detail"> & { readonly detail: string; readonly status?: number | undefined },
    of: { readonly target?: string; readonly invocationId?: string } = {}
  ): ChannelError =>
    new ChannelError({
      ...of,
      ...trouble,
      operation,
      sessionId,
      detail: redactText(trouble.detail, secrets()).replace(/[.\s]+$/, "")
    })

  const secrets = (): ReadonlyArray<Redacted.Redacted> => {
    const { token, wsUrl } = runtime.connection()
    return [...Option.toArray(token), ...Option.toArray(wsUrl ?? Option.none())]
  }

  const needs = (operation: string) =>
    Effect.suspend(() => {
      const { token, wsUrl = Option.none() } = runtime.connection()
      const connector = account.socketConnector
      const lacks = (reason: ChannelUnavailableReason) =>
        Effect.fail(new ChannelUnavailable({ reason, operation, sessionId }))
      if (connector === undefined) return lacks("NoConnector")
      if (Option.isNone(wsUrl)) return lacks("NoUrl")
      if (Option.isNone(token)) return lacks("NoToken")
      return Effect.succeed({ connector, url: wsUrl.value, token: token.value })
    })

  const connecting = "SessionSocket.connect"

  const open = Effect.gen(function* () {
    const { connector, token, url } = yield* needs(connecting)
    return yield* connector.open({ url, headers: { "X-Access-Token": token } }).pipe(
      Effect.mapError(({ detail, status }) =>
        failure(connecting, {
          reason: status === undefined ? "Unreachable" : "Refused",
          phase: "notSent",
          detail,
          status
        })
      ),
      Effect.timeoutFail({
        duration: openTimeout,
        onTimeout: () =>
          failure(connecting, {
            reason: "Unreachable",
            phase: "notSent",
            detail: `no connection within ${Duration.format(openTimeout)}`
          })
      })
    )
  }).pipe(
    around(
      watch({
        spanName: "AgentBay.socket.connect",
        operation: "connect",
        route: "socket",
        attributes: { "agentbay.route": "socket", "agentbay.session.id": sessionId }
      })
    )
  )

  // Ids of one handle begin alike: a late frame of an invocation that is over cannot be taken for a push.
  let prefix: string | undefined
  let invocations = 0
  const nextId = Effect.gen(function* () {
    prefix ??= (yield* randomHex).slice(0, 20)
    invocations += 1
    return prefix + invocations.toString(16).padStart(12, "0")
  })

  const supervisor = makeSupervisor({
    dial: (number, onPush) =>
      Effect.gen(function* () {
        const connection = yield* Effect.catchIf(open, credentialsRefused, (refused) =>
          runtime.refresh === undefined
            ? Effect.fail(refused)
            : Effect.zipRight(
                Effect.mapError(runtime.refresh(connecting), (error) =>
                  error.isRetryable
                    ? failure(connecting, { reason: "Unreachable", phase: "notSent", detail: error.detail })
                    : refused
                ),
                open
              )
        )
        return yield* makeLink({
          number,
          connection,
          isOwn: (id) => prefix !== undefined && id.startsWith(prefix),
          onPush
        })
      }),
    lost: (detail) => failure(connecting, { reason: "Lost", phase: "unknown", detail }),
    closed: () =>
      failure(connecting, { reason: "Closed", phase: "notSent", detail: "the session's channel was closed" }),
    final: (error) => {
      if (error._tag === "ChannelError") {
        return error.reason === "Closed" || refusals.includes(error.status)
          ? Option.some(error)
          : Option.none()
      }
      const detail = `the session has no live channel any more (${error.reason})`
      return Option.some(failure(connecting, { reason: "Refused", phase: "notSent", detail }))
    }
  })

  /** Errors of the connection, on behalf of an operation. */
  const connect = (operation: string, target: string) =>
    Effect.mapError(supervisor.connect, (error) =>
      error._tag === "ChannelError"
        ? new ChannelError({ ...error, operation, target })
        : new ChannelUnavailable({ ...error, operation })
    )

  interface Asked {
    readonly operation: string
    readonly target: string
    readonly id: string
  }

  const troubleOf = ({ id, operation, target }: Asked, trouble: Trouble): ChannelError =>
    failure(operation, trouble, { target, invocationId: id })

  const write = (link: Link, asked: Asked, data: JsonObject): Effect.Effect<void, ChannelError> =>
    Effect.mapError(link.write(encodeFrame(asked.id, asked.target, data)), (phase) =>
      troubleOf(asked, {
        reason: "Lost",
        phase,
        detail: `the connection broke ${phase === "notSent" ? "before" : "while"} it was sent`
      })
    )

  /** Registers before it writes, so that no answer can come too early. */
  const begin = (link: Link, asked: Asked, pending: Pending, data: JsonObject) =>
    Effect.zipRight(
      Effect.acquireRelease(
        Effect.sync(() => {
          pending.phase = "unknown"
          link.register(asked.id, pending)
        }),
        () => Effect.sync(() => link.forget(asked.id))
      ),
      Effect.tapError(write(link, asked, data), ({ phase }) =>
        Effect.sync(() => {
          pending.phase = phase
        })
      )
    )

  const watched = (operation: string, target: string, data: JsonObject) =>
    around(
      watch({
        spanName: `AgentBay.socket.${target}`,
        operation: methodOf(data),
        route: "socket",
        attributes: {
          "agentbay.operation": operation,
          "agentbay.target": target,
          "agentbay.route": "socket",
          "agentbay.session.id": sessionId
        }
      })
    )

  const call: SessionSocket.Service["call"] = (target, data, options = {}) => {
    const operation = options.operation ?? "SessionSocket.call"
    return Effect.gen(function* () {
      yield* ensureText(operation, "target", target)
      const timeout = yield* ensureTimeout(operation, "timeout", options.timeout ?? callTimeout)
      const asked: Asked = { operation, target, id: yield* nextId }
      let pending: Pending | undefined
      const work = Effect.gen(function* () {
        const link = yield* connect(operation, target)
        const answer = yield* Deferred.make<JsonObject, ChannelError>()
        const settle = (data: JsonObject): boolean => {
          Deferred.unsafeDone(answer, Effect.succeed(data))
          return true
        }
        pending = {
          phase: "notSent",
          take: settle,
          finish: settle,
          fail: (trouble) => Deferred.unsafeDone(answer, Effect.fail(troubleOf(asked, trouble)))
        }
        yield* begin(link, asked, pending, data)
        return yield* Deferred.await(answer)
      }).pipe(Effect.scoped, Effect.retry({ times: 1, while: neverLeft }))
      return yield* withDeadline(work, timeout, () =>
        troubleOf(asked, {
          reason: "Timeout",
          phase: pending?.phase ?? "notSent",
          detail: `no answer within ${Duration.format(timeout)}`
        })
      )
    }).pipe(watched(operation, target, data))
  }

  const send: SessionSocket.Service["send"] = (target, data, options = {}) => {
    const operation = options.operation ?? "SessionSocket.send"
    return Effect.gen(function* () {
      yield* ensureText(operation, "target", target)
      const asked: Asked = { operation, target, id: yield* nextId }
      yield* Effect.flatMap(connect(operation, target), (link) => write(link, asked, data)).pipe(
        Effect.scoped,
        Effect.retry({ times: 1, while: neverLeft })
      )
    }).pipe(watched(operation, target, data))
  }

  const openRequest: SessionSocket.Service["open"] = (target, data, options = {}) => {
    const operation = options.operation ?? "SessionSocket.open"
    const attempt = (asked: Asked, timeout: Duration.Duration | undefined) =>
      Effect.gen(function* () {
        const link = yield* connect(operation, target)
        const inbox = yield* makeInbox<Frame, ChannelError>(options.capacity ?? defaultCapacity, () => {
          link.forget(asked.id)
          return troubleOf(asked, {
            reason: "Overflow",
            phase: "sent",
            detail: "frames came faster than they were read"
          })
        })
        let isOver = false
        const fail = (trouble: Trouble): void => {
          isOver = true
          inbox.fail(troubleOf(asked, trouble))
        }
        const finish = (end: JsonObject, size: number): void => {
          isOver = true
          inbox.offer({ _tag: "End", data: end }, size)
          inbox.end()
        }
        const pending: Pending = {
          phase: "notSent",
          fail,
          finish,
          take: (frame, size) => {
            switch (frame.phase) {
              case "event":
                inbox.offer({ _tag: "Event", data: frame }, size)
                return false
              case "end":
                finish(frame, size)
                return true
              case "error":
                fail({ reason: "Remote", phase: "sent", detail: wordsOf(frame) })
                return true
              default:
                fail({
                  reason: "Protocol",
                  phase: "sent",
                  detail: "a frame is neither an event nor the end"
                })
                return true
            }
          }
        }
        yield* begin(link, asked, pending, data)
        if (timeout !== undefined) {
          yield* Effect.sync(() => {
            link.forget(asked.id)
            inbox.fail(
              troubleOf(asked, {
                reason: "Timeout",
                phase: pending.phase,
                detail: `no end within ${Duration.format(timeout)}`
              })
            )
          }).pipe(Effect.delay(timeout), Effect.interruptible, Effect.forkScoped)
        }
        const { cancel } = options
        if (cancel !== undefined) {
          yield* Effect.addFinalizer(() => (isOver ? Effect.void : Effect.ignore(write(link, asked, cancel))))
        }
        return {
          id: asked.id,
          frames: inbox.stream,
          write: (more: JsonObject) => write(link, asked, more)
        }
      })
    return Effect.gen(function* () {
      yield* ensureText(operation, "target", target)
      const asked: Asked = { operation, target, id: yield* nextId }
      const timeout =
        options.timeout === undefined
          ? undefined
          : yield* ensureTimeout(operation, "timeout", options.timeout)
      return yield* Effect.retry(attempt(asked, timeout), { times: 1, while: neverLeft })
    }).pipe(watched(operation, target, data))
  }

  const subscribe: SessionSocket.Service["subscribe"] = (target, options = {}) => {
    const operation = options.operation ?? "SessionSocket.events"
    return Effect.gen(function* () {
      yield* ensureText(operation, "target", target)
      const sink = yield* makeSink(options.capacity ?? defaultCapacity, () =>
        failure(
          operation,
          { reason: "Overflow", phase: "sent", detail: "pushes came faster than they were read" },
          { target }
        )
      )
      yield* supervisor.attach(target, sink)
      yield* connect(operation, target)
      return Stream.mapError(sink.stream, (error) => new ChannelError({ ...error, operation, target }))
    })
  }

  return {
    available: (operation = "SessionSocket.available") => Effect.asVoid(needs(operation)),
    call,
    send,
    open: openRequest,
    stream: (target, data, options) =>
      Stream.unwrapScoped(
        Effect.map(
          openRequest(target, data, { operation: "SessionSocket.stream", ...options }),
          ({ frames }) => frames
        )
      ),
    subscribe,
    events: (target, options) =>
      Stream.unwrapScoped(subscribe(target, options)).pipe(
        Stream.filter((signal): signal is Push => signal._tag === "Push")
      ),
    state: supervisor.state,
    close: supervisor.close
  }
}

/** What a failure says, wherever it says it. */
const wordsOf = (data: JsonObject): string => {
  const { error, message } = data
  return typeof message === "string" && message !== "" ? message : JSON.stringify(error ?? data)
}
