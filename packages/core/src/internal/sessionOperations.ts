/** The operations of the handle itself, by what they ask the service. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { SessionError } from "../AgentBayError.js"
import {
  GetLink,
  GetMcpResource,
  GetSession,
  GetSessionDetail,
  RefreshSessionIdleTime,
  SetLabel
} from "../contract/actions/SessionActions.js"
import { ListMcpTools } from "../contract/actions/ToolActions.js"
import { getMetrics } from "../contract/tools/SystemTools.js"
import type { Session } from "../Session.js"
import type { SessionContext } from "../session/SessionContext.js"
import { callTool, type SessionRuntime } from "../session/SessionRuntime.js"
import { makeToolDirectory, type ToolDirectory } from "../transport/SessionConnection.js"
import { deleteSession } from "./deleteSession.js"
import { sessionError } from "./httpFailure.js"
import { isRecord } from "./json.js"
import { withKeyNames } from "./keys.js"
import { isOwnLabel, type Labels, splitLabels } from "./lease.js"
import { readLabels } from "./sessionLabels.js"
import { pauseSession, resumeSession } from "./sessionState.js"
import { toolError } from "./toolError.js"
import { ensure, ensureText, ensureTimeout, invalid, isText, notText } from "./validate.js"

export type SessionOperations = Pick<
  Session.Service,
  | "callMcpTool"
  | "listMcpTools"
  | "info"
  | "status"
  | "getLabels"
  | "setLabels"
  | "getLink"
  | "delete"
  | "pause"
  | "resume"
  | "metrics"
  | "keepAlive"
> & {
  /** Writes labels of the lease beside all others. */
  readonly renewLease: (lease: Labels) => Effect.Effect<void, SessionError>
}

const fallbackImage = "linux_latest"

/** Checks labels to be set, or to look for: then those of leases are welcome. */
export const ensureLabels = (
  operation: string,
  labels: unknown,
  rules: { readonly atLeastOne?: boolean; readonly ownAllowed?: boolean } = {}
) =>
  Effect.gen(function* () {
    yield* ensure(isRecord(labels), operation, "labels", labels, "it must be an object of texts")
    const entries = Object.entries(labels as Record<string, unknown>)
    if (rules.atLeastOne === true) {
      yield* ensure(entries.length > 0, operation, "labels", labels, "it must have at least one label")
    }
    for (const [key, value] of entries) {
      yield* ensure(key.trim() !== "", operation, "labels", key, "every key must be a non-blank text")
      yield* ensure(
        rules.ownAllowed === true || !isOwnLabel(key),
        operation,
        "labels",
        key,
        "this key is kept for the lease of the session"
      )
      yield* ensureText(operation, `labels.${key}`, value)
    }
  })

export const makeSessionOperations = (
  runtime: SessionRuntime,
  parts: {
    readonly imageId: Option.Option<string>
    readonly context: () => SessionContext.Service
    readonly setTools: (tools: ToolDirectory) => void
    readonly lease: () => Labels | undefined
    readonly setLease: (lease: Labels) => void
  }
): SessionOperations => {
  const { account, sessionId } = runtime
  const { controlPlane } = account
  const factsOf = (operation: string) => ({ operation, sessionId })
  const decodeError = (operation: string, requestId: string, detail: string) =>
    sessionError(
      { operation, sessionId, requestId, secrets: [] },
      { reason: "Decode", phase: "sent", detail }
    )

  // No span of its own: it is the call of the tool, and that has one.
  const callMcpTool: SessionOperations["callMcpTool"] = (name, args = {}, options = {}) => {
    const operation = "Session.callMcpTool"
    if (!isText(name)) return Effect.fail(notText(operation, "name", name))
    if (!isRecord(args)) return Effect.fail(invalid(operation, "args", args, "it must be a JSON object"))
    const { autoGenSession } = options
    const invoke = (timeout: Duration.Duration | undefined) =>
      Effect.flatMap(
        Effect.suspend(() => {
          const call = { operation, timeout, autoGenSession }
          return account.toolTransport.invoke(runtime.connection(), name, withKeyNames(name, args), call)
        }),
        (answer) =>
          answer.isError
            ? Effect.fail(toolError(runtime.connection(), operation, name, answer))
            : Exit.succeed(answer)
      )
    return options.timeout === undefined
      ? invoke(undefined)
      : Effect.flatMap(ensureTimeout(operation, "timeout", options.timeout), invoke)
  }

  const listMcpTools: SessionOperations["listMcpTools"] = Effect.fn("Session.listMcpTools")(
    function* (imageId) {
      const operation = "Session.listMcpTools"
      if (imageId !== undefined) yield* ensureText(operation, "imageId", imageId)
      const image = imageId ?? Option.getOrElse(parts.imageId, () => fallbackImage)
      const { data } = yield* controlPlane.call(ListMcpTools, { imageId: image }, factsOf(operation))
      if (imageId === undefined) parts.setTools(makeToolDirectory(data))
      return data
    }
  )

  const info: SessionOperations["info"] = Effect.gen(function* () {
    const operation = "Session.info"
    const { data, requestId } = yield* controlPlane.call(GetMcpResource, { sessionId }, factsOf(operation))
    return {
      sessionId: Option.getOrElse(data.sessionId, () => sessionId),
      resourceUrl: Option.map(data.resourceUrl, Redacted.make),
      desktop: Option.map(data.desktopInfo, (desktop) => ({
        ...desktop,
        authCode: Option.map(desktop.authCode, Redacted.make),
        ticket: Option.map(desktop.ticket, Redacted.make)
      })),
      requestId
    }
  }).pipe(Effect.withSpan("Session.info"))

  const status: SessionOperations["status"] = Effect.gen(function* () {
    const operation = "Session.status"
    const { data, requestId } = yield* controlPlane.call(GetSessionDetail, { sessionId }, factsOf(operation))
    const { appInstanceId, endReason, imageId, imageType, policyId, regionId } = data
    return {
      status: Option.getOrElse(data.status, () => "UNKNOWN"),
      appInstanceId,
      endReason,
      imageId,
      imageType,
      policyId,
      regionId,
      requestId
    }
  }).pipe(Effect.withSpan("Session.status"))

  const getLabels: SessionOperations["getLabels"] = readLabels(account, "Session.getLabels", sessionId).pipe(
    Effect.map((labels) => splitLabels(labels).users),
    Effect.withSpan("Session.getLabels")
  )

  // The service replaces all labels at once: whoever writes some must write the others again.
  const oneAtATime = Effect.unsafeMakeSemaphore(1).withPermits(1)

  const setLabels: SessionOperations["setLabels"] = Effect.fn("Session.setLabels")(function* (labels) {
    const operation = "Session.setLabels"
    yield* ensureLabels(operation, labels, { atLeastOne: true })
    const write = Effect.gen(function* () {
      const lease =
        parts.lease() ??
        (Option.isNone(account.config.lease)
          ? {}
          : splitLabels(yield* readLabels(account, operation, sessionId)).own)
      yield* controlPlane.call(SetLabel, { sessionId, labels: { ...labels, ...lease } }, factsOf(operation))
    })
    yield* oneAtATime(write)
  })

  const renewLease: SessionOperations["renewLease"] = (lease) =>
    Effect.gen(function* () {
      const operation = "AgentBay.session"
      const labels = { ...(yield* readLabels(account, operation, sessionId)), ...lease }
      yield* controlPlane.call(SetLabel, { sessionId, labels }, factsOf(operation))
      parts.setLease(splitLabels(labels).own)
    }).pipe(oneAtATime)

  const getLink: SessionOperations["getLink"] = Effect.fn("Session.getLink")(function* (options) {
    const operation = "Session.getLink"
    const { option, port, protocol } = options ?? {}
    if (protocol !== undefined) yield* ensureText(operation, "protocol", protocol)
    yield* ensure(
      port === undefined || (Number.isInteger(port) && port >= 1 && port <= 65535),
      operation,
      "port",
      port,
      "it must be a whole number from 1 to 65535"
    )
    const { data, requestId } = yield* controlPlane.call(
      GetLink,
      { sessionId, protocolType: protocol, port, option },
      factsOf(operation)
    )
    return Option.isSome(data.url)
      ? Redacted.make(data.url.value)
      : yield* Effect.fail(decodeError(operation, requestId, "the answer has no Url"))
  })

  const deleteThis = Effect.fn("Session.delete")(function* (options?: {
    readonly syncContexts?: boolean | undefined
    readonly timeout?: Duration.DurationInput | undefined
  }) {
    const operation = "Session.delete"
    if (options?.timeout !== undefined) yield* ensureTimeout(operation, "timeout", options.timeout)
    if (options?.syncContexts === true) {
      yield* parts
        .context()
        .sync()
        .pipe(
          // Without contexts there is nothing to transfer; with some, files that never set out would be lost.
          Effect.catchIf(
            (error) => error._tag === "ContextSyncError" && error.reason === "NotStarted",
            (error) =>
              Effect.flatMap(controlPlane.call(GetSession, { sessionId }, factsOf(operation)), ({ data }) =>
                data.contexts.length === 0 ? Effect.void : Effect.fail(error)
              )
          )
        )
    }
    yield* deleteSession(account, operation, sessionId, options?.timeout)
  })

  const metrics: SessionOperations["metrics"] = Effect.gen(function* () {
    const { requestId, value } = yield* callTool(runtime, getMetrics, {}, { operation: "Session.metrics" })
    return {
      cpuCount: Option.fromNullable(value.cpu_count),
      cpuUsedPercent: Option.fromNullable(value.cpu_used_pct),
      memoryTotalBytes: Option.fromNullable(value.mem_total),
      memoryUsedBytes: Option.fromNullable(value.mem_used),
      diskTotalBytes: Option.fromNullable(value.disk_total),
      diskUsedBytes: Option.fromNullable(value.disk_used),
      receivedKilobytesPerSecond: Option.fromNullable(value.rx_rate_kbyte_per_s),
      sentKilobytesPerSecond: Option.fromNullable(value.tx_rate_kbyte_per_s),
      receivedKilobytes: Option.fromNullable(value.rx_used_kbyte),
      sentKilobytes: Option.fromNullable(value.tx_used_kbyte),
      timestamp: Option.fromNullable(value.timestamp),
      requestId
    }
  }).pipe(Effect.withSpan("Session.metrics"))

  return {
    callMcpTool,
    listMcpTools,
    info,
    status,
    getLabels,
    setLabels,
    renewLease,
    getLink,
    // The two call signatures of `delete` differ only in what they can fail with.
    delete: deleteThis as SessionOperations["delete"],
    pause: (options) => Effect.withSpan(pauseSession(account, sessionId, options), "Session.pause"),
    resume: (options) => Effect.withSpan(resumeSession(account, sessionId, options), "Session.resume"),
    metrics,
    keepAlive: controlPlane
      .call(RefreshSessionIdleTime, { sessionId }, factsOf("Session.keepAlive"))
      .pipe(Effect.asVoid, Effect.withSpan("Session.keepAlive"))
  }
}
