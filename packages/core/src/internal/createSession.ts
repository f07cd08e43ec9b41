/** Creating a session, and undoing that when anything afterwards fails. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { AgentBay, CreateError } from "../AgentBay.js"
import type { CreateAmbiguous, InvalidArgument, SessionError } from "../AgentBayError.js"
import type { SyncTask } from "../contract/actions/ContextActions.js"
import { CreateMcpSession, GetSession } from "../contract/actions/SessionActions.js"
import { CreateParams } from "../SessionParams.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import type { ContextSync } from "../storage/SyncPolicy.js"
import { ensurePaths } from "./boundContexts.js"
import { type ConnectionData, type ConnectionReader, connectionState } from "./connectionData.js"
import { createRequest, mountedContexts } from "./createRequest.js"
import { releaseSession } from "./deleteSession.js"
import { applySettings, applySimulation } from "./deviceSettings.js"
import { withTools } from "./getSession.js"
import { sessionError } from "./httpFailure.js"
import { findByLease, isAmbiguous, keepRenewing, type Labels, makeLease } from "./lease.js"
import { makeSession, type OwnedSession } from "./makeSession.js"
import { recordingPath, transferPath } from "./mountPaths.js"
import { ensureLabels } from "./sessionOperations.js"
import { samePath, waitForSome, waitForTasks } from "./syncTasks.js"
import { invalid, makeTypeCheck } from "./validate.js"

const operation = "AgentBay.create"

/** The data is decoded here, not by the transport, so that even an unreadable answer gives away its session id. */
const CreateRaw = { ...CreateMcpSession, data: Schema.Unknown }
const GetRaw = { ...GetSession, data: Schema.Unknown }

const checkParams = makeTypeCheck(CreateParams)

const validate = (params: CreateParams): Effect.Effect<CreateParams, InvalidArgument> =>
  Effect.gen(function* () {
    const checked = yield* checkParams(operation, "", params)
    if (checked.labels !== undefined) yield* ensureLabels(operation, checked.labels)
    if (checked.skillNames !== undefined && checked.loadSkills !== true) {
      return yield* Effect.fail(
        invalid(operation, "skillNames", checked.skillNames, "it needs loadSkills: true")
      )
    }
    yield* ensurePaths(operation, { contexts: mountedContexts(checked), mounts: checked.mounts })
    return checked
  })

const mountedAt = (contexts: ReadonlyArray<ContextSync>, path: string) =>
  Option.map(
    Option.fromNullable(contexts.find((context) => samePath(context.path, path))),
    ({ contextId }) => contextId
  )

/** A session that exists, and the id of the request that made it. */
interface Created {
  readonly session: OwnedSession
  readonly requestId: string
}

export const makeCreate = (
  account: AccountRuntime,
  readConnection: ConnectionReader
): Pick<AgentBay.Service, "create" | "session"> => {
  const release = (sessionId: string) => releaseSession(account, sessionId)

  const failed = (requestId: string, reason: "Decode" | "Unknown", detail: string) =>
    sessionError({ operation, requestId, secrets: [] }, { reason, phase: "sent", detail })

  /** The session that an answer describes: that of the creation, or of a look at a session found by its lease. */
  const readSession = <Data extends ConnectionData, Encoded>(
    schema: Schema.Schema<Data, Encoded>,
    reply: { readonly data: unknown; readonly requestId: string },
    params: CreateParams,
    lease: Labels
  ): Effect.Effect<Created, SessionError> =>
    Effect.gen(function* () {
      const { requestId } = reply
      const read = readConnection(schema, reply.data)
      const known = read.sessionId
      if (Either.isLeft(read.content)) {
        if (Option.isSome(known)) yield* release(known.value)
        return yield* Effect.fail(failed(requestId, "Decode", read.content.left))
      }
      if (Option.isNone(known)) {
        return yield* Effect.fail(failed(requestId, "Decode", "the answer has no SessionId"))
      }
      const { data, tools } = read.content.right
      const contexts = mountedContexts(params)
      const session = makeSession(account, {
        ...connectionState(data),
        sessionId: known.value,
        imageId: Option.fromNullable(params.imageId),
        isVpc: params.isVpc === true || Option.contains(data.vpcResource, true),
        enableBrowserReplay: Option.fromNullable(params.enableBrowserReplay),
        fileTransferContextId: mountedAt(contexts, transferPath.path),
        recordContextId: mountedAt(contexts, recordingPath.path),
        tools,
        lease
      })
      return { session, requestId }
    })

  /** What the service says to a creation. It may also say no with an answer that looks like a success. */
  const readCreation = (
    reply: { readonly data: unknown; readonly requestId: string },
    params: CreateParams,
    lease: Labels
  ): Effect.Effect<Created, SessionError> =>
    Effect.gen(function* () {
      const { content, sessionId } = readConnection(CreateMcpSession.data, reply.data)
      if (Either.isRight(content) && Option.contains(content.right.data.success, false)) {
        if (Option.isSome(sessionId)) yield* release(sessionId.value)
        const { errMsg } = content.right.data
        return yield* Effect.fail(
          failed(reply.requestId, "Unknown", errMsg === "" ? "the service gave no reason" : errMsg)
        )
      }
      return yield* readSession(CreateMcpSession.data, reply, params, lease)
    })

  /** Takes over the session that an unanswered creation made. One that cannot be read is deleted. */
  const adopt = (
    params: CreateParams,
    lease: Labels,
    cause: SessionError
  ): Effect.Effect<Created, SessionError | CreateAmbiguous> =>
    Effect.gen(function* () {
      const sessionId = yield* findByLease(account, operation, lease, cause)
      yield* Effect.logDebug(`Session ${sessionId} was found by its lease`)
      const reply = yield* Effect.tapError(
        account.controlPlane.call(GetRaw, { sessionId }, { operation, sessionId }),
        () => release(sessionId)
      )
      return yield* readSession(GetSession.data, reply, params, lease)
    })

  /** Asks for the session. From here on there is one, unless this fails. */
  const request = (
    params: CreateParams,
    lease: Labels
  ): Effect.Effect<Created, SessionError | CreateAmbiguous> =>
    account.controlPlane.call(CreateRaw, createRequest(params, account.config, lease), { operation }).pipe(
      Effect.flatMap((reply) => readCreation(reply, params, lease)),
      Effect.catchIf(
        (error) => Option.isSome(account.config.lease) && isAmbiguous(error),
        (error) => adopt(params, lease, error)
      )
    )

  /** Everything between an existing session and one that can be handed over. */
  const prepare = (
    { requestId, session }: Created,
    params: CreateParams
  ): Effect.Effect<OwnedSession, CreateError> =>
    Effect.gen(function* () {
      yield* withTools(session)
      const mobile = params.extraConfigs?.mobile
      const settings = { run: session.command.run, sessionId: session.sessionId, operation }
      if (mobile !== undefined) yield* applySettings(settings, mobile)
      const awaited = mountedContexts(params).filter((context) => context.waitForCompletion !== false)
      const mounts = params.mounts ?? []
      if (awaited.length + mounts.length > 0 && params.waitForContexts !== false) {
        const expected = awaited.map(({ contextId, path }) => ({ contextId, path }))
        const wait = {
          operation,
          requestId,
          filter: {},
          isRelevant: (task: SyncTask) =>
            [...awaited, ...mounts].some(
              (context) => context.contextId === task.contextId && samePath(context.path, task.path)
            ),
          // The service may have nothing to tell of mounts: they are there at once.
          expected,
          timeout: Duration.decode(params.waitForContexts ?? "3 minutes")
        }
        const runtime = { account, sessionId: session.sessionId }
        if (expected.length === 0 || params.contextsWithoutTransfer === "fail") {
          yield* waitForTasks(runtime, { ...wait, mayBeAbsent: expected.length === 0 })
        } else {
          session.contextsWithoutTransfer = (yield* waitForSome(runtime, wait)).absent
        }
      }
      if (mobile?.simulateConfig !== undefined) yield* applySimulation(settings, mobile.simulateConfig)
      return session
    })

  const make = (
    params: CreateParams,
    held: boolean,
    restore: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
  ) =>
    Effect.gen(function* () {
      const checked = yield* validate(params)
      const created = yield* request(checked, yield* makeLease(account, held))
      return yield* restore(prepare(created, checked)).pipe(
        Effect.onExit((exit) => (Exit.isFailure(exit) ? release(created.session.sessionId) : Effect.void))
      )
    })

  return {
    create: (params = {}) =>
      Effect.uninterruptibleMask((restore) => make(params, false, restore)).pipe(
        Effect.withSpan("AgentBay.create")
      ),
    session: (params = {}) =>
      Effect.uninterruptibleMask((restore) =>
        make(params, true, restore).pipe(
          Effect.tap((session) =>
            Effect.addFinalizer(() => Effect.zipRight(session.closeSocket, release(session.sessionId)))
          ),
          Effect.tap((session) => keepRenewing(account, session, session.renewLease))
        )
      ).pipe(Effect.withSpan("AgentBay.session"))
  }
}
