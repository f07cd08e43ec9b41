/** From what a file tool says to a `FileError`. */
import { FileError, type ToolError } from "../../AgentBayError.js"

/** What every failure of one file operation has in common. */
export interface FileFacts {
  readonly operation: string
  readonly path: string
  readonly sessionId: string
}

type Reason = FileError["reason"]

// The order matters: a detail may mention more than one thing, and the first fits best.
const reasons: ReadonlyArray<readonly [RegExp, Reason]> = [
  [/could not find exact match|no exact match|old ?text (was )?not found/i, "NoMatch"],
  [/directory (is )?not empty|\bENOTEMPTY\b/i, "NotEmpty"],
  [/not a directory|\bENOTDIR\b/i, "NotDirectory"],
  [/is a directory|\bEISDIR\b/i, "IsDirectory"],
  [/file exists|already exists|cannot overwrite existing file|\bEEXIST\b/i, "AlreadyExists"],
  [
    /permission denied|access (is )?denied|operation not permitted|read-only file system|\b(EACCES|EPERM|EROFS)\b/i,
    "PermissionDenied"
  ],
  [
    /no such file|does ?n[o']t exist|not exist\b|cannot find the (file|path)|(file|path|directory) not found|\bENOENT\b/i,
    "NotFound"
  ]
]

const prefix = /^Execution failed\. Error code:\s*-?\d+\s*Error message:\s*/

/** Where a path stands in a text is beyond doubt only if it looks like one. */
const isRecognisable = (path: string): boolean => path.length > 2 && /[\\/]/.test(path)

/** What kind of refusal a text stands for. Parts of it that are paths do not count. */
export const classifyFileText = (text: string, paths: ReadonlyArray<string> = []): Reason => {
  const words = paths.filter(isRecognisable).reduce((rest, path) => rest.replaceAll(path, "…"), text)
  return reasons.find(([pattern]) => pattern.test(words))?.[1] ?? "Unknown"
}

export const makeFileError = (
  facts: FileFacts,
  reason: Reason,
  detail: string,
  requestId?: string | undefined
): FileError =>
  new FileError({
    reason,
    operation: facts.operation,
    path: facts.path,
    sessionId: facts.sessionId,
    requestId,
    detail
  })

/** The tool, or the shell, refused. `paths`: further paths that the text may mention. */
export const fileRefusal = (
  facts: FileFacts,
  text: string,
  requestId: string | undefined,
  paths: ReadonlyArray<string> = []
): FileError => {
  const detail = text.replace(prefix, "").trim()
  return makeFileError(facts, classifyFileText(detail, [facts.path, ...paths]), detail, requestId)
}

const missingTool = /\b(tool not found|unknown tool|no such tool)\b|^tool \S+ (not found|does not exist)/i

/** A tool that is not there is not a matter of files. */
export const isMissingTool = (error: ToolError): boolean => missingTool.test(error.text)

/** Nothing was sent: the work cannot be done with the tools for files alone. */
export const needsShell = (facts: FileFacts, what: string): FileError =>
  makeFileError(
    facts,
    "Unknown",
    `${what} needs a POSIX shell (the tool shell), which this session does not offer`
  )
