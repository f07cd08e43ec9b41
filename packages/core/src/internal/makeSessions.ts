/** Creating, finding, listing and ending sessions. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { AgentBay } from "../AgentBay.js"
import { ListSession } from "../contract/actions/SessionActions.js"
import { SessionStatusFilter } from "../SessionParams.js"
import type { AccountRuntime } from "../session/SessionRuntime.js"
import { makeConnectionReader } from "./connectionData.js"
import { makeCreate } from "./createSession.js"
import { deleteSession } from "./deleteSession.js"
import { makeGet } from "./getSession.js"
import { sessionError } from "./httpFailure.js"
import { makeSession, stateOfHandle } from "./makeSession.js"
import { makeReap } from "./reap.js"
import { ensureLabels } from "./sessionOperations.js"
import { ensure, ensureText } from "./validate.js"

type Sessions = Pick<
  AgentBay.Service,
  "session" | "create" | "get" | "attach" | "list" | "listAll" | "reap" | "delete"
>
type ListOptions = NonNullable<Parameters<AgentBay.Service["list"]>[0]>

const isStatus = Schema.is(SessionStatusFilter)

const isCount = (value: number | undefined): boolean =>
  value === undefined || (Number.isInteger(value) && value >= 1)

const ensureListOptions = (operation: string, options: ListOptions) =>
  Effect.gen(function* () {
    const count = "it must be a whole number of at least 1"
    yield* ensure(isCount(options.maxResults), operation, "maxResults", options.maxResults, count)
    yield* ensure(isCount(options.page), operation, "page", options.page, count)
    yield* ensure(
      options.page === undefined || options.nextToken === undefined,
      operation,
      "page",
      options.page,
      "it cannot be combined with nextToken"
    )
    yield* ensure(
      options.status === undefined || isStatus(options.status),
      operation,
      "status",
      options.status,
      `it must be one of ${SessionStatusFilter.literals.join(", ")}`
    )
    if (options.labels !== undefined) yield* ensureLabels(operation, options.labels, { ownAllowed: true })
  })

export const makeSessions = (account: AccountRuntime): Sessions => {
  const readConnection = makeConnectionReader()
  const { create, session } = makeCreate(account, readConnection)

  const requestPage = (operation: string, options: ListOptions) =>
    Effect.map(
      account.controlPlane.call(
        ListSession,
        {
          labels: options.labels ?? {},
          maxResults: options.maxResults ?? 10,
          nextToken: options.nextToken,
          status: options.status,
          imageId: options.imageId
        },
        { operation }
      ),
      (reply) => ({
        sessions: (reply.data ?? []).map(({ appInstanceId, imageId, sessionId, sessionStatus }) => ({
          sessionId,
          status: Option.getOrElse(sessionStatus, () => "UNKNOWN"),
          imageId,
          appInstanceId
        })),
        nextToken: reply.nextToken,
        maxResults: reply.maxResults,
        totalCount: reply.totalCount,
        requestId: reply.requestId
      })
    )

  const list: Sessions["list"] = Effect.fn("AgentBay.list")(function* (options = {}) {
    const operation = "AgentBay.list"
    yield* ensureListOptions(operation, options)
    let page = yield* requestPage(operation, options)
    for (let number = 2; number <= (options.page ?? 1); number++) {
      if (Option.isNone(page.nextToken)) {
        return yield* Effect.fail(
          sessionError(
            { operation, requestId: page.requestId, secrets: [] },
            {
              reason: "NotFound",
              phase: "sent",
              detail: `there is no page ${options.page}: page ${number - 1} is the last one`
            }
          )
        )
      }
      page = yield* requestPage(operation, { ...options, nextToken: page.nextToken.value })
    }
    return page
  })

  const listAll: Sessions["listAll"] = (options = {}) => {
    const { pageSize, ...filter } = options
    return Stream.paginateChunkEffect(undefined as string | undefined, (nextToken) =>
      Effect.map(
        list({ ...filter, maxResults: pageSize, nextToken }),
        (page) => [Chunk.fromIterable(page.sessions), page.nextToken] as const
      )
    )
  }

  return {
    create,
    session,
    get: makeGet(account, readConnection),
    attach: (handle) => makeSession(account, stateOfHandle(handle)),
    list,
    listAll,
    reap: makeReap(account, listAll),
    delete: Effect.fn("AgentBay.delete")(function* (sessionId, options) {
      yield* ensureText("AgentBay.delete", "sessionId", sessionId)
      yield* deleteSession(account, "AgentBay.delete", sessionId, options?.timeout)
    })
  }
}
