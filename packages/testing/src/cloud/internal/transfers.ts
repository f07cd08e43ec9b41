/**
 * Files between the contexts and the sessions that mount them. A file of a context is named by the absolute path it
 * has in a session.
 */
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Machine, MachineError } from "../../machine/Machine.js"
import type { OpenFile } from "../ContextStore.js"
import type { BrokenBody } from "../Gateway.js"
import type { Mount, SessionRecord, State } from "./state.js"
import { unpack } from "./unpack.js"

export type Direction = "upload" | "download"

/** What stands in a task that failed. */
export type Failure = string

const slashed = (path: string): string => (path.endsWith("/") ? path : `${path}/`)

const explain = (error: MachineError | BrokenBody): Failure => error.message

export const requireContext = (state: State, contextId: string): Effect.Effect<void, Failure> =>
  Effect.flatMap(state.store.contexts, (contexts) =>
    contexts.some(({ id }) => id === contextId)
      ? Effect.void
      : Effect.fail(`context ${contextId} does not exist`)
  )

/** Files are moved in portions, so that neither a large file nor a large directory is in memory as a whole. */
const portionBytes = 16 * 1024 * 1024

/** Pieces of a stream joined until they are as large as a portion. */
const inPortions = <E>(content: Stream.Stream<Uint8Array, E>): Stream.Stream<Uint8Array, E> =>
  content.pipe(
    Stream.map((piece): Uint8Array | undefined => piece),
    // The end is an item like others, or the last portion would stay behind.
    Stream.concat(Stream.make(undefined)),
    Stream.mapAccum({ pieces: [] as ReadonlyArray<Uint8Array>, size: 0 }, (held, piece) => {
      const pieces = piece === undefined ? held.pieces : [...held.pieces, piece]
      const size = held.size + (piece?.byteLength ?? 0)
      return piece === undefined || size >= portionBytes
        ? [{ pieces: [], size: 0 }, Buffer.concat(pieces, size)]
        : [{ pieces, size }, undefined]
    }),
    Stream.filter((portion) => portion !== undefined)
  )

export interface Incoming {
  readonly content: Stream.Stream<Uint8Array, BrokenBody>
  readonly size: number
  /** Tells it from other files that are under way to the same place. */
  readonly tag: string
}

/** Puts a file into a machine, where it appears whole, or not at all. */
export const putInto = (machine: Machine, incoming: Incoming, to: string): Effect.Effect<void, Failure> => {
  const content = inPortions(Stream.mapError(incoming.content, explain))
  const write = (path: string) =>
    Stream.runFoldEffect(content, false, (begun, portion) =>
      Effect.as(Effect.mapError(machine.write(path, portion, begun ? "append" : "overwrite"), explain), true)
    )
  if (incoming.size <= portionBytes) return Effect.asVoid(write(to))
  const staged = `${to}.${incoming.tag.replaceAll(/\W/g, "")}.part`
  return write(staged).pipe(
    Effect.zipRight(Effect.mapError(machine.move(staged, to), explain)),
    Effect.onError(() => Effect.ignore(machine.remove(staged)))
  )
}

/** A file of a machine in portions; one that changes meanwhile is read as it then is. */
export const readFrom = (machine: Machine, path: string): Stream.Stream<Uint8Array, Failure> =>
  Stream.paginateChunkEffect(0, (offset) =>
    Effect.map(Effect.mapError(machine.read(path, offset, portionBytes), explain), (portion) => [
      Chunk.of(portion),
      portion.byteLength < portionBytes ? Option.none() : Option.some(offset + portionBytes)
    ])
  )

export const incomingOf = ({ bytes, file }: OpenFile): Incoming => ({
  content: bytes(0, file.size),
  size: file.size,
  tag: file.etag
})

const copyIn = (state: State, session: SessionRecord, contextId: string, from: string, to: string) =>
  Effect.flatMap(state.store.open(contextId, from), (found) =>
    Option.isNone(found)
      ? Effect.fail<Failure>(`file not exist: ${from}`)
      : putInto(session.machine, incomingOf(found.value), to)
  )

const copyOut = (session: SessionRecord, from: string, to: string) =>
  Effect.map(Effect.mapError(session.machine.read(from, 0, 0), explain), (content) => ({ path: to, content }))

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
      const unpacking = mount.policy.unpacking(relative)
      if (unpacking !== undefined) yield* unpack(session.machine, sessionPath, unpacking)
      mount.known.add(relative)
    }
  })

/**
 * What has changed in the context since: `seen` are the files, by relative path, as this side has them. With `whole`
 * also what this side has changed is put right.
 */
export const followContext = (
  state: State,
  session: SessionRecord,
  mount: Mount,
  seen: Map<string, string>,
  whole: boolean
): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    yield* requireContext(state, mount.contextId)
    yield* Effect.mapError(session.machine.makeDirectory(mount.path), explain)
    const files = yield* filesOfMount(state, mount)
    for (const { file, relative, sessionPath } of files) {
      if (!whole && seen.get(relative) === file.etag) continue
      yield* copyIn(state, session, mount.contextId, file.path, sessionPath)
      seen.set(relative, file.etag)
    }
    for (const relative of seen.keys()) {
      if (files.some((one) => one.relative === relative)) continue
      yield* Effect.ignore(session.machine.remove(slashed(mount.path) + relative))
      seen.delete(relative)
    }
    mount.known.clear()
    for (const { relative } of files) mount.known.add(relative)
  })

/** Puts what this side has changed into the context, and remembers both as equal. */
export const leadContext = (
  state: State,
  session: SessionRecord,
  mount: Mount,
  seen: Map<string, string>
): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    yield* uploadMount(state, session, mount)
    seen.clear()
    for (const { file, relative } of yield* filesOfMount(state, mount)) seen.set(relative, file.etag)
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
    const [large, small] = Arr.partition(
      files.filter(({ relative }) => mount.policy.uploads(relative)),
      ({ size }) => size <= portionBytes
    )
    for (const { path, relative } of large) {
      yield* state.store.receive(mount.contextId, target + relative, readFrom(session.machine, path))
    }
    for (const portion of portions(small)) {
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
      : state.store.receive(contextId, path, readFrom(session.machine, path))
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
