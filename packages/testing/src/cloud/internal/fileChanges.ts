/** What is different between two looks at a directory. */
import type { FileChange } from "@effect-agentbay/core/FileSystemTools"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { FileStat, MachineError } from "../../machine/Machine.js"
import type { SessionRecord } from "./state.js"

/** One file or directory as a look found it. */
interface Seen {
  readonly isDirectory: boolean
  readonly version: string
  /** The writes of tools that this look knows of. */
  readonly writes: number
}

export type Look = ReadonlyMap<string, Seen>

/** How often tools have written a file: times alone do not tell two writes of one moment apart. */
export interface Writes {
  begun: number
  ended: number
}

const seen = (
  { writes }: SessionRecord,
  { kind, modifiedMs, path, revision, size }: FileStat,
  before: Seen | undefined
): Seen => {
  const { begun, ended } = writes.get(path) ?? { begun: 0, ended: 0 }
  const version = `${modifiedMs} ${size} ${revision ?? ""}`
  // A write that is under way may show already, and must not count again when it has ended.
  const isWritten = before === undefined || before.version !== version || ended > before.writes
  return { isDirectory: kind === "directory", version, writes: isWritten ? begun : before.writes }
}

/** Looks again. Fails as walking through the directory does. */
export const lookAt = (
  session: SessionRecord,
  path: string,
  before?: Look
): Effect.Effect<Look, MachineError> =>
  Effect.map(
    session.machine.walk(path),
    (entries) => new Map(entries.map((entry) => [entry.path, seen(session, entry, before?.get(entry.path))]))
  )

export const compare = (before: Look, after: Look): ReadonlyArray<FileChange> => {
  const changes: Array<FileChange> = []
  const note = (eventType: FileChange["eventType"], path: string, { isDirectory }: Seen) => {
    changes.push({ eventType, path, pathType: isDirectory ? "directory" : "file" })
  }
  for (const [path, seen] of before) {
    const now = after.get(path)
    if (now === undefined || now.isDirectory !== seen.isDirectory) note("delete", path, seen)
  }
  for (const [path, seen] of after) {
    const then = before.get(path)
    if (then === undefined || then.isDirectory !== seen.isDirectory) {
      note("create", path, seen)
      // A new file was also written to; the service reports both.
      if (!seen.isDirectory) note("modify", path, seen)
    } else if (!seen.isDirectory && (then.version !== seen.version || then.writes !== seen.writes)) {
      note("modify", path, seen)
    }
  }
  return changes
}

/** A write of a tool, counted while somebody watches. */
export const noted = <A, E>(
  session: SessionRecord,
  path: string,
  write: Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    if (session.watched.size === 0) return write
    const writes = session.writes.get(path) ?? { begun: 0, ended: 0 }
    session.writes.set(path, writes)
    writes.begun += 1
    return Effect.onExit(write, (exit) =>
      Effect.sync(() => {
        if (Exit.isSuccess(exit)) writes.ended += 1
        else writes.begun -= 1
      })
    )
  })
