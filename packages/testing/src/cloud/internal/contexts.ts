/** Contexts: found, created, renamed, emptied, deleted. */

import type { ContextRecord } from "@effect-agentbay/core/ContextActions"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoredContext } from "../ContextStore.js"
import { done, type Handlers } from "./handler.js"
import { pageOf, pageSize, readPageToken } from "./paging.js"
import { contextNotFound, invalidParameter, missingParameter, refusal } from "./refusal.js"
import { findContext, findSession, type State, timestamp } from "./state.js"

export const contextName = (state: State, contextId: string): Effect.Effect<string> =>
  Effect.map(state.store.contexts, (contexts) => contexts.find(({ id }) => id === contextId)?.name ?? "")

const isMounted = (state: State, contextId: string): boolean => {
  for (const session of state.sessions.values()) {
    if (session.mounts.some((mount) => mount.contextId === contextId)) return true
  }
  return false
}

const recordOf = (state: State, context: StoredContext): Effect.Effect<ContextRecord> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const clearedAt = state.clearing.get(context.id)
    if (clearedAt !== undefined && clearedAt <= now) state.clearing.delete(context.id)
    return {
      id: Option.some(context.id),
      name: context.name,
      state: Option.some(
        state.clearing.has(context.id) ? "clearing" : isMounted(state, context.id) ? "in-use" : "available"
      ),
      osType: Option.some("linux"),
      createTime: Option.some(timestamp(context.createdMs)),
      lastUsedTime: Option.some(timestamp(context.lastUsedMs))
    }
  })

const nameTaken = (name: string) =>
  refusal(400, "Context.AlreadyExist", `There is already a context with the name ${name}.`)

/** A name must not be blank and has one owner. */
const checkName = (contexts: ReadonlyArray<StoredContext>, name: string, owner: string | undefined) =>
  name.trim() === ""
    ? Effect.fail(invalidParameter("Name", "it must not be blank"))
    : contexts.some((context) => context.name === name && context.id !== owner)
      ? Effect.fail(nameTaken(name))
      : Effect.void

const given = (text: string | undefined): string | undefined => (text === "" ? undefined : text)

export const contextHandlers = (
  state: State
): Handlers<"GetContext" | "ListContexts" | "ModifyContext" | "DeleteContext" | "ClearContext"> => ({
  GetContext: (request) =>
    Effect.gen(function* () {
      const contextId = given(request.contextId)
      const name = given(request.name)
      if (contextId === undefined && name === undefined) return yield* missingParameter("Name")
      const contexts = yield* state.store.contexts
      const found = contexts.find(
        (context) =>
          !context.internal && (contextId === undefined ? context.name === name : context.id === contextId)
      )
      if (found !== undefined) return { data: yield* recordOf(state, found) }
      if (!request.allowCreate || name === undefined) return yield* contextNotFound(contextId ?? name ?? "")
      yield* checkName(contexts, name, undefined)
      const now = yield* Clock.currentTimeMillis
      const created = { id: state.ids.contextId(), name, createdMs: now, lastUsedMs: now, internal: false }
      yield* state.store.save(created)
      return { data: yield* recordOf(state, created) }
    }),

  ListContexts: (request) =>
    Effect.gen(function* () {
      const size = yield* pageSize("MaxResults", request.maxResults)
      const after = yield* readPageToken(state.secret, request.nextToken)
      const contexts = (yield* state.store.contexts).filter(({ internal }) => !internal)
      const sessionId = given(request.sessionId)
      const mounted =
        sessionId === undefined
          ? undefined
          : new Set((yield* findSession(state, sessionId)).mounts.map(({ contextId }) => contextId))
      const key = ({ createdMs, id }: StoredContext) => `${String(createdMs).padStart(15, "0")} ${id}`
      // Pages go on after a key: contexts of the same moment must be in its order, too.
      const matching = contexts
        .filter(({ id }) => mounted?.has(id) ?? true)
        .sort((a, b) => (key(a) < key(b) ? -1 : 1))
      const page = pageOf(state.secret, matching, {
        key,
        isAfter: (context, last) => key(context) > last,
        after,
        size
      })
      return {
        data: yield* Effect.forEach(page.items, (context) => recordOf(state, context)),
        nextToken: page.nextToken ?? "",
        maxResults: size,
        totalCount: matching.length
      }
    }),

  ModifyContext: ({ id, name }) =>
    Effect.gen(function* () {
      const context = yield* findContext(state, id)
      yield* checkName(yield* state.store.contexts, name, id)
      yield* state.store.save({ ...context, name })
      return done
    }),

  DeleteContext: ({ id }) => Effect.as(Effect.zipRight(findContext(state, id), state.store.remove(id)), done),

  ClearContext: ({ id }) =>
    Effect.gen(function* () {
      yield* findContext(state, id)
      if (isMounted(state, id)) {
        return yield* refusal(
          400,
          "InvalidOperation.ContextInUse",
          `The context ${id} is in use by a session and cannot be cleared.`
        )
      }
      const files = yield* state.store.files(id)
      state.clearing.set(id, (yield* Clock.currentTimeMillis) + state.settings.clearingMs)
      yield* state.store.delete(
        id,
        files.map(({ path }) => path)
      )
      return done
    })
})
