/** The tool that reports what changed in a directory since it was last asked. */
import type { FileChange } from "@effect-agentbay/core/FileSystemTools"
import * as Effect from "effect/Effect"
import type { FileStat } from "../../../machine/Machine.js"
import type { Seen, SessionRecord } from "../state.js"
import { fileFailure, type ToolHandlers } from "./handler.js"

const look = (session: SessionRecord, entries: ReadonlyArray<FileStat>): ReadonlyMap<string, Seen> =>
  new Map(
    entries.map((entry) => [
      entry.path,
      {
        isDirectory: entry.kind === "directory",
        version: `${entry.modifiedMs} ${entry.size} ${session.writes.get(entry.path) ?? 0}`
      }
    ])
  )

const compare = (
  before: ReadonlyMap<string, Seen>,
  after: ReadonlyMap<string, Seen>
): ReadonlyArray<FileChange> => {
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
    } else if (!seen.isDirectory && then.version !== seen.version) {
      note("modify", path, seen)
    }
  }
  return changes
}

export const changeHandlers: ToolHandlers<"get_file_change"> = {
  get_file_change: ({ path }, session) =>
    Effect.mapBoth(session.machine.walk(path), {
      onFailure: fileFailure("watch directory", path),
      onSuccess: (entries) => {
        const before = session.watched.get(path)
        const after = look(session, entries)
        session.watched.set(path, after)
        // The first call only starts the watch.
        return before === undefined ? [] : compare(before, after)
      }
    })
}
