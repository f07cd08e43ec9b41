/** The tool that reports what changed in a directory since it was last asked. */
import * as Effect from "effect/Effect"
import { compare, lookAt } from "../fileChanges.js"
import { fileFailure, type ToolHandlers } from "./handler.js"

export const changeHandlers: ToolHandlers<"get_file_change"> = {
  get_file_change: ({ path }, session) =>
    Effect.suspend(() => lookAt(session, path, session.watched.get(path))).pipe(
      Effect.mapBoth({
        onFailure: fileFailure("watch directory", path),
        onSuccess: (after) => {
          const before = session.watched.get(path)
          session.watched.set(path, after)
          // The first call only starts the watch.
          return before === undefined ? [] : compare(before, after)
        }
      }),
      // Looks that overtake one another would report what happened backwards.
      session.looking.withPermits(1)
    )
}
