/** Synchronisation of a session with its contexts, and what became of it. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { done, type Handlers } from "./handler.js"
import { findRunning, findSession, type SessionRecord, type State } from "./state.js"
import { start, type Transfer } from "./tasks.js"
import { type Direction, downloadMount, transferFile, uploadMount } from "./transfers.js"

/** Where files that travel between a session and the outside are put. */
const fileTransferPath = "/tmp/file_transfer"

const given = (text: string | undefined): string | undefined => (text === "" ? undefined : text)

const samePath = (a: string, b: string): boolean => a.replace(/\/+$/, "") === b.replace(/\/+$/, "")

/**
 * The transfers a request stands for: a mount is meant by its context, its path or both, nothing means every mount,
 * and a context with any other path means that one file. Rows repeat the path exactly as it was asked for.
 */
const transfersFor = (
  state: State,
  session: SessionRecord,
  direction: Direction,
  contextId: string | undefined,
  path: string | undefined
): ReadonlyArray<Transfer> => {
  const mounts = session.mounts.filter(
    (mount) =>
      (contextId === undefined || mount.contextId === contextId) &&
      (path === undefined || samePath(mount.path, path))
  )
  if (mounts.length === 0 && contextId !== undefined) {
    const work =
      path === undefined
        ? Effect.fail(`context ${contextId} is not mounted in the session`)
        : transferFile(state, session, contextId, path, direction)
    return [{ contextId, path: path ?? "", direction, work }]
  }
  return mounts.map((mount) => ({
    contextId: mount.contextId,
    path: path ?? mount.path,
    direction,
    work: direction === "download" ? downloadMount(state, session, mount) : uploadMount(state, session, mount)
  }))
}

export const syncHandlers = (
  state: State
): Handlers<"SyncContext" | "GetContextInfo" | "GetAndLoadInternalContext"> => ({
  SyncContext: (request) =>
    Effect.gen(function* () {
      const session = yield* findRunning(state, request.sessionId)
      const direction = request.mode ?? "upload"
      yield* start(
        state,
        session,
        transfersFor(state, session, direction, given(request.contextId), given(request.path))
      )
      return done
    }),

  GetContextInfo: (request) =>
    Effect.map(findSession(state, request.sessionId), (session) => {
      const matches = (wanted: string | undefined, value: string) =>
        given(wanted) === undefined || wanted === value
      const rows = Array.from(session.tasks.values())
        .filter(
          (task) =>
            matches(request.contextId, task.contextId) &&
            matches(request.path, task.path) &&
            matches(request.taskType, task.taskType)
        )
        .map(({ finishTime, startTime, ...row }) => ({
          ...row,
          startTime: Option.getOrNull(startTime),
          finishTime: Option.getOrNull(finishTime)
        }))
      // JSON in JSON: clients of all languages expect both layers as text.
      return {
        data: { contextStatus: Option.some(JSON.stringify([{ type: "data", data: JSON.stringify(rows) }])) }
      }
    }),

  GetAndLoadInternalContext: (request) =>
    Effect.gen(function* () {
      const session = yield* findRunning(state, request.sessionId)
      if (!request.contextTypes.includes("file_transfer")) return { data: [] }
      if (session.fileTransferContextId === undefined) {
        const id = state.ids.contextId()
        const now = yield* Clock.currentTimeMillis
        // Set first: two requests at once must not make two.
        session.fileTransferContextId = id
        yield* state.store.save({ id, name: id, createdMs: now, lastUsedMs: now, internal: true })
      }
      return {
        data: [
          {
            contextId: Option.some(session.fileTransferContextId),
            contextPath: Option.some(fileTransferPath),
            contextType: Option.some("file_transfer")
          }
        ]
      }
    })
})
