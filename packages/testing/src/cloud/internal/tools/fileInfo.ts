/** The tool that describes a file. */
import * as Effect from "effect/Effect"
import { fileFailure, type ToolHandlers } from "./handler.js"

/** `2026-01-05 10:00:00`, in UTC. */
const time = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace("T", " ")

/** Clients of different languages read different keys of this block, so it has them all. */
export const fileInfoHandlers: ToolHandlers<"get_file_info"> = {
  get_file_info: ({ path }, { machine }) =>
    machine.stat(path).pipe(
      Effect.map((stat) => {
        const permissions = stat.mode.toString(8).padStart(3, "0")
        const modified = time(stat.modifiedMs)
        return {
          name: stat.path === "/" ? "/" : stat.path.slice(stat.path.lastIndexOf("/") + 1),
          path: stat.path,
          size: String(stat.size),
          created: time(stat.createdMs),
          modified,
          accessed: time(stat.accessedMs),
          isDirectory: String(stat.kind === "directory"),
          isFile: String(stat.kind === "file"),
          permissions,
          modTime: modified,
          mode: permissions,
          owner: stat.owner,
          group: stat.group
        }
      }),
      Effect.mapError(fileFailure("get file status", path))
    )
}
