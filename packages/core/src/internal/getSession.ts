/** Finding a session that exists. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { AgentBay } from "../AgentBay.js"
import type { SessionError } from "../AgentBayError.js"
import { GetSession } from "../contract/actions/SessionActions.js"
import type { Session } from "../Session.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import { type ConnectionReader, connectionState } from "./connectionData.js"
import { sessionError } from "./httpFailure.js"
import { makeSession } from "./makeSession.js"
import { recordingPath, transferPath } from "./mountPaths.js"
import { ensureText } from "./validate.js"

/** The names under which earlier clients created the contexts of a session. */
const namedContext = (
  contexts: ReadonlyArray<{ readonly id: string; readonly name: string }>,
  prefix: string
) => Option.map(Option.fromNullable(contexts.find(({ name }) => name.startsWith(prefix))), ({ id }) => id)

/** A VPC session is useless without its tools; the service lists them by image. */
export const withTools = (session: Session.Service): Effect.Effect<Session.Service, SessionError> =>
  session.isVpc && session.mcpTools.length === 0
    ? session.listMcpTools().pipe(
        // Without an image id nothing can be invalid.
        Effect.catchTag("InvalidArgument", Effect.die),
        Effect.as(session)
      )
    : Effect.succeed(session)

/** Decoded here, not by the transport: equal tool lists are shared. */
const GetRaw = { ...GetSession, data: Schema.Unknown }

export const makeGet = (account: AccountRuntime, readConnection: ConnectionReader): AgentBay.Service["get"] =>
  Effect.fn("AgentBay.get")(function* (sessionId) {
    const operation = "AgentBay.get"
    yield* ensureText(operation, "sessionId", sessionId)
    const reply = yield* account.controlPlane.call(GetRaw, { sessionId }, { operation, sessionId })
    const { content } = readConnection(GetSession.data, reply.data)
    if (Either.isLeft(content)) {
      return yield* Effect.fail(
        sessionError(
          { operation, sessionId, requestId: reply.requestId, secrets: [] },
          { reason: "Decode", phase: "sent", detail: content.left }
        )
      )
    }
    const { data, tools } = content.right
    return yield* withTools(
      makeSession(account, {
        ...connectionState(data),
        sessionId,
        imageId: Option.none(),
        isVpc: Option.getOrElse(data.vpcResource, () => false),
        enableBrowserReplay: Option.none(),
        fileTransferContextId: namedContext(data.contexts, transferPath.contextPrefix),
        recordContextId: namedContext(data.contexts, recordingPath.contextPrefix),
        tools
      })
    )
  })
