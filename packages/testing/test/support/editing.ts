/** Random edits of a watched directory while its live channel is cut at random, and what a watch must tell of them. */
import type * as Session from "@effect-agentbay/core/Session"
import type * as SessionFileSystem from "@effect-agentbay/core/SessionFileSystem"
import { Effect, Stream } from "effect"
import * as fc from "effect/FastCheck"
import { TestCloud } from "../../src/TestCloud.js"
import { amid, meet, type Trouble } from "./troubles.js"

export const root = "/home/wuying/watched"
const outside = "/home/wuying/outside"

/** Each is one change of the file system, of a path that nothing else changes: looks cannot merge them. */
type EditKind = "append" | "delete" | "moveIn" | "makeDirectory"

interface Edit {
  readonly _tag: "Edit"
  readonly kind: EditKind
}

export type Step = Edit | Trouble

const edit: fc.Arbitrary<Edit> = fc.record({
  _tag: fc.constant("Edit" as const),
  kind: fc.constantFrom<EditKind>("append", "delete", "moveIn", "makeDirectory")
})

export const steps = (longestWait: number): fc.Arbitrary<ReadonlyArray<Step>> => amid(edit, longestWait)

const pathOf = (kind: EditKind, index: number) => `${root}/${kind}-${index}`

/** What the edit with this index does to be told of. */
const told = (kind: EditKind, index: number): ReadonlyArray<string> => {
  const path = pathOf(kind, index)
  switch (kind) {
    case "append":
      return [`modify ${path}`]
    case "delete":
      return [`delete ${path}`]
    case "moveIn":
      return [`create ${path}`, `modify ${path}`]
    case "makeDirectory":
      return [`create ${path}`]
  }
}

const isEdit = (step: Step): step is Edit => step._tag === "Edit"

export const expectedOf = (all: ReadonlyArray<Step>): ReadonlyArray<string> =>
  all
    .filter(isEdit)
    .flatMap(({ kind }, index) => told(kind, index))
    .sort()

/** Puts everything in place that the edits need. */
export const prepare = ({ fileSystem }: Session.Session.Service, all: ReadonlyArray<Step>) =>
  Effect.gen(function* () {
    yield* fileSystem.makeDirectory(root)
    yield* fileSystem.makeDirectory(outside)
    for (const [index, { kind }] of all.filter(isEdit).entries()) {
      if (kind === "append" || kind === "delete") yield* fileSystem.writeFileString(pathOf(kind, index), "x")
      if (kind === "moveIn") yield* fileSystem.writeFileString(`${outside}/${index}`, "x")
    }
  })

const apply = ({ fileSystem }: Session.Session.Service, kind: EditKind, index: number) => {
  const path = pathOf(kind, index)
  switch (kind) {
    case "append":
      return fileSystem.writeFileString(path, "more", { mode: "append" })
    case "delete":
      return fileSystem.remove(path)
    case "moveIn":
      return fileSystem.move(`${outside}/${index}`, path)
    case "makeDirectory":
      return fileSystem.makeDirectory(path)
  }
}

/** `wait` lets time pass, whichever the test has. */
export const perform = (
  session: Session.Session.Service,
  all: ReadonlyArray<Step>,
  wait: (millis: number) => Effect.Effect<void>
) =>
  Effect.gen(function* () {
    const cloud = yield* TestCloud
    let edits = 0
    for (const step of all) {
      yield* step._tag === "Edit" ? apply(session, step.kind, edits++) : meet(session.sessionId, step, wait)
    }
    yield* cloud.clearFaults
  })

/** What a watch has told so far. */
export interface Recorded {
  readonly changes: Array<string>
  readonly modes: Array<SessionFileSystem.WatchMode>
}

/** Watches in the background of the scope. */
export const record = (
  { fileSystem }: Session.Session.Service,
  path: string,
  options: SessionFileSystem.ChangesOptions = {}
) =>
  Effect.gen(function* () {
    const recorded: Recorded = { changes: [], modes: [] }
    yield* fileSystem
      .changes(path, {
        ...options,
        onMode: (mode) =>
          Effect.sync(() => {
            recorded.modes.push(mode)
          })
      })
      .pipe(
        Stream.runForEach((change) =>
          Effect.sync(() => {
            recorded.changes.push(`${change.eventType} ${change.path}`)
          })
        ),
        Effect.orDie,
        Effect.forkScoped
      )
    return recorded
  })

/** Goes on until something holds, without any virtual time passing. */
export const until = (holds: () => boolean): Effect.Effect<void> => untilSo(Effect.sync(holds))

export const untilSo = <E, R>(holds: Effect.Effect<boolean, E, R>): Effect.Effect<void, E, R> =>
  Effect.flatMap(holds, (does) =>
    does
      ? Effect.void
      : Effect.zipRight(
          Effect.promise(() => new Promise((done) => setTimeout(done, 1))),
          untilSo(holds)
        )
  )
