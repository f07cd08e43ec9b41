/** Where a process keeps its files. Only such directories are ever removed. */
import type { ProcessId } from "../../session/SessionProcess.js"

export const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

/** An absolute path without `.` and `..`. */
export const directoryPattern =
  /^(?!.*\/\.{1,2}(\/|$))(\/[^/\0]+)*\/agentbay-process-[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

export const makeId = (commandId: string, parent: string): ProcessId => ({
  commandId,
  directory: `${parent.replace(/\/+$/, "")}/agentbay-process-${commandId}`
})
