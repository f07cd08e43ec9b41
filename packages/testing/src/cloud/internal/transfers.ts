/**
 * Files between the contexts and the sessions that mount them. A file of a context is named by the absolute path it
 * has in a session.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { MachineError } from "../../machine/Machine.js"
import type { Mount, SessionRecord, State } from "./state.js"

export type Direction = "upload" | "download"

/** What stands in a task that failed. */
export type Failure = string

const slashed = (path: string): string => (path.endsWith("/") ? path : `${path}/`)

const explain = (error: MachineError): Failure => error.message

export const requireContext = (state: State, contextId: string): Effect.Effect<void, Failure> =>
  Effect.flatMap(state.store.contexts, (contexts) =>
    contexts.some(({ id }) => id === contextId)
      ? Effect.void
      : Effect.fail(`context ${contextId} does not exist`)
  )

const copyIn = (state: State, session: SessionRecord, contextId: string, from: string, to: string) =>
  Effect.flatMap(state.store.read(contextId, from), (found) =>
    Option.isNone(found)
      ? Effect.fail<Failure>(`file not exist: ${from}`)
      : Effect.mapError(session.machine.write(to, found.value.content, "overwrite"), explain)
  )

const copyOut = (session: SessionRecord, from: string, to: string) =>
  Effect.map(Effect.mapError(session.machine.read(from, 0, 0), explain), (content) => ({ path: to, content }))

/** Files are moved in portions, so that a large directory is never in memory as a whole. */
const portionBytes = 16 * 1024 * 1024

const portions = <A extends { readonly size: number }>(
  files: ReadonlyArray<A>
): ReadonlyArray<ReadonlyArray<A>> => {
  const result: Array<Array<A>> = []
  let current: Array<A> = []
  let bytes = 0
  for (const file of files) {
    if (current.length > 0 && bytes + file.size > portionBytes) {
      result.push(current)
      current = []
      bytes = 0
    }
    current.push(file)
    bytes += file.size
  }
  return current.length === 0 ? result : [...result, current]
}

/** The context's files that belong to a mount, with the path they have in the session. */
const filesOfMount = (state: State, mount: Mount) => {
  const source = slashed(mount.policy.sourcePath ?? mount.path)
  return Effect.map(state.store.files(mount.contextId), (files) =>
    files.flatMap((file) => {
      const relative = file.path.startsWith(source) ? file.path.slice(source.length) : ""
      return relative !== "" && mount.policy.includes(relative)
        ? [{ file, relative, sessionPath: slashed(mount.path) + relative }]
        : []
    })
  )
}

export const downloadMount = (
  state: State,
  session: SessionRecord,
  mount: Mount
): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    yield* requireContext(state, mount.contextId)
    yield* Effect.mapError(session.machine.makeDirectory(mount.path), explain)
    for (const { file, relative, sessionPath } of yield* filesOfMount(state, mount)) {
      yield* copyIn(state, session, mount.contextId, file.path, sessionPath)
      mount.known.add(relative)
    }
  })

export const uploadMount = (
  state: State,
  session: SessionRecord,
  mount: Mount
): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    yield* requireContext(state, mount.contextId)
    const base = slashed(mount.path)
    const target = slashed(mount.policy.sourcePath ?? mount.path)
    const entries = yield* session.machine.walk(mount.path).pipe(
      Effect.catchIf(
        (error) => error.reason === "NotFound",
        () => Effect.succeed([])
      ),
      Effect.mapError(explain)
    )
    const files = entries
      .filter((entry) => entry.kind === "file" && entry.path.startsWith(base))
      .map((entry) => ({ path: entry.path, size: entry.size, relative: entry.path.slice(base.length) }))
      .filter(({ relative }) => mount.policy.includes(relative))
    for (const portion of portions(files)) {
      const contents = yield* Effect.forEach(portion, ({ path, relative }) =>
        copyOut(session, path, target + relative)
      )
      yield* state.store.write(mount.contextId, contents)
    }
    const present = new Set(files.map(({ relative }) => relative))
    const gone = [...mount.known].filter((relative) => !present.has(relative))
    if (mount.policy.propagateDeletion && gone.length > 0) {
      yield* state.store.delete(
        mount.contextId,
        gone.map((relative) => target + relative)
      )
    }
    mount.known.clear()
    for (const relative of present) mount.known.add(relative)
  })

/** One file of a context by its own path. */
export const transferFile = (
  state: State,
  session: SessionRecord,
  contextId: string,
  path: string,
  direction: Direction
): Effect.Effect<void, Failure> =>
  Effect.zipRight(
    requireContext(state, contextId),
    direction === "download"
      ? copyIn(state, session, contextId, path, path)
      : Effect.flatMap(copyOut(session, path, path), (file) => state.store.write(contextId, [file]))
  )

/** Remembers that contexts were used, which is what their `LastUsedTime` tells. */
export const touchContexts = (state: State, contextIds: ReadonlyArray<string>): Effect.Effect<void> =>
  contextIds.length === 0
    ? Effect.void
    : Effect.flatMap(Effect.all([state.store.contexts, Clock.currentTimeMillis]), ([contexts, now]) =>
        Effect.forEach(
          contexts.filter(({ id }) => contextIds.includes(id)),
          (context) => state.store.save({ ...context, lastUsedMs: now }),
          { discard: true }
        )
      )
