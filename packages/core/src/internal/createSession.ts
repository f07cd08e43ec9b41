/** Creating a session, and undoing that when anything afterwards fails. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { AgentBay, CreateError } from "../AgentBay.js"
import { type InvalidArgument, type SessionError, ToolError } from "../AgentBayError.js"
import { CreateMcpSession } from "../contract/actions/SessionActions.js"
import * as MobileConfiguration from "../MobileConfiguration.js"
import type { Session } from "../Session.js"
import { CreateParams } from "../SessionParams.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import type { ContextSync } from "../storage/SyncPolicy.js"
import { type ConnectionReader, connectionState } from "./connectionData.js"
import { createRequest, mountedContexts } from "./createRequest.js"
import { releaseSession } from "./deleteSession.js"
import { withTools } from "./getSession.js"
import { sessionError } from "./httpFailure.js"
import { makeSession } from "./makeSession.js"
import { recordingPath, transferPath } from "./mountPaths.js"
import { ensureLabels } from "./sessionOperations.js"
import { samePath, waitForTasks } from "./syncTasks.js"
import { invalid, makeTypeCheck } from "./validate.js"

const operation = "AgentBay.create"

/** The data is decoded here, not by the transport, so that even an unreadable answer gives away its session id. */
const CreateRaw = { ...CreateMcpSession, data: Schema.Unknown }

const checkParams = makeTypeCheck(CreateParams)

const validate = (params: CreateParams): Effect.Effect<CreateParams, InvalidArgument> =>
  Effect.gen(function* () {
    const checked = yield* checkParams(operation, "", params)
    if (checked.labels !== undefined) yield* ensureLabels(operation, checked.labels, false)
    const paths: Array<string> = []
    for (const { path } of mountedContexts(checked)) {
      if (paths.some((other) => samePath(other, path))) {
        return yield* Effect.fail(
          invalid(operation, "contexts", path, "a path can be mounted once per session")
        )
      }
      paths.push(path)
    }
    return checked
  })

const mountedAt = (contexts: ReadonlyArray<ContextSync>, path: string) =>
  Option.map(
    Option.fromNullable(contexts.find((context) => samePath(context.path, path))),
    ({ contextId }) => contextId
  )

/** A command of the set-up; one that fails is a failure of the creation. */
const runSetup = (session: Session.Service, command: string) =>
  session.command.run(command, { timeout: "10 seconds" }).pipe(
    Effect.catchTags({
      InvalidArgument: Effect.die,
      CommandTimeout: (error) =>
        Effect.fail(
          new ToolError({ operation, tool: "shell", sessionId: session.sessionId, text: error.message })
        )
    }),
    Effect.filterOrFail(
      ({ exitCode }) => exitCode === 0,
      ({ exitCode, requestId, stderr }) =>
        new ToolError({
          operation,
          tool: "shell",
          sessionId: session.sessionId,
          requestId,
          text: `a setting of the device could not be applied: exit code ${exitCode}: ${stderr}`
        })
    )
  )

/** A session that exists, and the id of the request that made it. */
interface Created {
  readonly session: Session.Service
  readonly requestId: string
}

export const makeCreate = (
  account: AccountRuntime,
  readConnection: ConnectionReader
): Pick<AgentBay.Service, "create" | "session"> => {
  const release = (sessionId: string) => releaseSession(account, sessionId)

  /** Asks for the session. From here on there is one, unless this fails. */
  const request = (params: CreateParams): Effect.Effect<Created, SessionError> =>
    Effect.gen(function* () {
      const { data, requestId } = yield* account.controlPlane.call(
        CreateRaw,
        createRequest(params, account.config),
        { operation }
      )
      const read = readConnection(CreateMcpSession.data, data)
      const fail = (reason: "Decode" | "Unknown", detail: string) =>
        Effect.fail(sessionError({ operation, requestId, secrets: [] }, { reason, phase: "sent", detail }))
      if (Either.isLeft(read.content)) {
        if (Option.isSome(read.sessionId)) yield* release(read.sessionId.value)
        return yield* fail("Decode", read.content.left)
      }
      const answer = read.content.right
      if (Option.contains(answer.data.success, false)) {
        if (Option.isSome(read.sessionId)) yield* release(read.sessionId.value)
        return yield* fail(
          "Unknown",
          answer.data.errMsg === "" ? "the service gave no reason" : answer.data.errMsg
        )
      }
      if (Option.isNone(read.sessionId)) return yield* fail("Decode", "the answer has no SessionId")
      const contexts = mountedContexts(params)
      const session = makeSession(account, {
        ...connectionState(answer.data),
        sessionId: read.sessionId.value,
        imageId: Option.fromNullable(params.imageId),
        isVpc: params.isVpc === true || Option.contains(answer.data.vpcResource, true),
        enableBrowserReplay: Option.fromNullable(params.enableBrowserReplay),
        fileTransferContextId: mountedAt(contexts, transferPath.path),
        recordContextId: mountedAt(contexts, recordingPath.path),
        tools: answer.tools
      })
      return { session, requestId }
    })

  /** Everything between an existing session and one that can be handed over. */
  const prepare = (
    { requestId, session }: Created,
    params: CreateParams
  ): Effect.Effect<Session.Service, CreateError> =>
    Effect.gen(function* () {
      yield* withTools(session)
      const mobile = params.extraConfigs?.mobile
      if (mobile !== undefined) {
        const seconds = Math.floor((yield* Clock.currentTimeMillis) / 1000)
        for (const command of MobileConfiguration.toCommands(mobile, seconds))
          yield* runSetup(session, command)
      }
      const awaited = mountedContexts(params).filter((context) => context.waitForCompletion !== false)
      if (awaited.length > 0 && params.waitForContexts !== false) {
        yield* waitForTasks(
          { account, sessionId: session.sessionId },
          {
            operation,
            requestId,
            filter: {},
            isRelevant: (task) =>
              awaited.some(
                (context) => context.contextId === task.contextId && samePath(context.path, task.path)
              ),
            expected: awaited,
            timeout: Duration.decode(params.waitForContexts ?? "3 minutes")
          }
        )
      }
      const simulation = mobile === undefined ? undefined : MobileConfiguration.toSimulationCommand(mobile)
      if (simulation !== undefined) yield* runSetup(session, simulation)
      return session
    })

  const make = (params: CreateParams, restore: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>) =>
    Effect.gen(function* () {
      const checked = yield* validate(params)
      const created = yield* request(checked)
      return yield* restore(prepare(created, checked)).pipe(
        Effect.onExit((exit) => (Exit.isFailure(exit) ? release(created.session.sessionId) : Effect.void))
      )
    })

  return {
    create: (params = {}) =>
      Effect.uninterruptibleMask((restore) => make(params, restore)).pipe(Effect.withSpan("AgentBay.create")),
    session: (params = {}) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.tap(make(params, restore), (session) => Effect.addFinalizer(() => release(session.sessionId)))
      ).pipe(Effect.withSpan("AgentBay.session"))
  }
}
