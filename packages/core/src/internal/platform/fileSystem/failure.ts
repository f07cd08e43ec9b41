/** From what a session says to the errors of `@effect/platform`, as its implementation for Node gives them. */
import { BadArgument, type PlatformError, SystemError, type SystemErrorReason } from "@effect/platform/Error"
import { CommandTimeout, type FileError } from "../../../AgentBayError.js"
import type { SessionCommand } from "../../../session/SessionCommand.js"
import type { SessionFileSystem } from "../../../session/SessionFileSystem.js"
import { sessionReasons } from "../sessionReasons.js"

/** One operation, as its errors name it. */
export interface Call {
  readonly method: string
  /** Absent for what has none, such as a temporary file. */
  readonly path: string | number | undefined
}

/** The codes of POSIX that stand for something in `@effect/platform`, or that we find ourselves. */
const texts = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EEXIST: "file already exists",
  EISDIR: "illegal operation on a directory",
  ENOTDIR: "not a directory",
  ELOOP: "too many symbolic links encountered",
  EBUSY: "resource busy or locked",
  ENOTEMPTY: "directory not empty",
  EPERM: "operation not permitted",
  EROFS: "read-only file system",
  EINVAL: "invalid argument",
  EBADF: "bad file descriptor",
  ENAMETOOLONG: "name too long"
} as const

export type Errno = keyof typeof texts

const reasons: Readonly<Partial<Record<string, SystemErrorReason>>> = {
  ENOENT: "NotFound",
  EACCES: "PermissionDenied",
  EEXIST: "AlreadyExists",
  EISDIR: "BadResource",
  ENOTDIR: "BadResource",
  ELOOP: "BadResource",
  EBUSY: "Busy"
}

/** As the shells and the programs of a session say it, at the end of a line. */
const words: ReadonlyArray<readonly [RegExp, Errno]> = [
  [/cannot overwrite existing file$|file exists$/im, "EEXIST"],
  [/is a directory$/im, "EISDIR"],
  [/not a directory$/im, "ENOTDIR"],
  [/directory not empty$/im, "ENOTEMPTY"],
  [/too many (levels of )?symbolic links( encountered)?$/im, "ELOOP"],
  [/permission denied$/im, "EACCES"],
  [/operation not permitted$/im, "EPERM"],
  [/read-only file system$/im, "EROFS"],
  [/(device or )?resource busy$/im, "EBUSY"],
  [/(file )?name too long$/im, "ENAMETOOLONG"],
  [/invalid argument$|to a subdirectory of itself, .*$/im, "EINVAL"],
  [/no such file( or directory)?$|directory nonexistent$|nonexistent directory$/im, "ENOENT"]
]

const codeIn = (text: string): string | undefined =>
  /^errno (\w+)$/m.exec(text)?.[1] ?? words.find(([pattern]) => pattern.test(text))?.[1]

const isErrno = (code: string): code is Errno => code in texts

export const bySystem = (
  { method, path }: Call,
  reason: SystemErrorReason,
  description: string,
  cause?: unknown
): SystemError =>
  new SystemError({
    module: "FileSystem",
    method,
    reason,
    description,
    ...(path === undefined ? {} : { pathOrDescriptor: path }),
    ...(cause === undefined ? {} : { cause })
  })

export const byErrno = (call: Call, code: string, detail = "", cause?: unknown): SystemError => {
  const said = isErrno(code) ? texts[code] : detail
  return bySystem(call, reasons[code] ?? "Unknown", said === "" ? code : `${code}: ${said}`, cause)
}

export const badArgument = (method: string, description: string, cause?: unknown): BadArgument =>
  new BadArgument({
    module: "FileSystem",
    method,
    description,
    ...(cause === undefined ? {} : { cause })
  })

/** A script of ours ended with a non-zero exit code; `said` is what it wrote. */
export const byScript = (call: Call, said: string): SystemError => {
  const code = codeIn(said)
  return code === undefined
    ? bySystem(call, "Unknown", said.trim().split("\n").at(-1) ?? "")
    : byErrno(call, code)
}

const codes: Readonly<Partial<Record<FileError["reason"], Errno>>> = {
  NotFound: "ENOENT",
  PermissionDenied: "EACCES",
  AlreadyExists: "EEXIST",
  IsDirectory: "EISDIR",
  NotDirectory: "ENOTDIR",
  NotEmpty: "ENOTEMPTY"
}

const byTool = (call: Call, error: FileError): SystemError => {
  // The tools know some refusals only by their text.
  const code = codes[error.reason] ?? (error.reason === "Unknown" ? codeIn(error.detail) : undefined)
  return code === undefined
    ? bySystem(call, error.reason === "InvalidData" ? "InvalidData" : "Unknown", error.detail, error)
    : byErrno(call, code, "", error)
}

export type Failure = SessionFileSystem.Failure | SessionCommand.Failure

/** The script may hold the content of a file, which is nobody's business in a log. */
const withoutCommand = (error: CommandTimeout): CommandTimeout =>
  new CommandTimeout({ ...error, command: "a script of the file system", stdout: "", stderr: "" })

export const byFailure = (call: Call, error: Failure): PlatformError => {
  switch (error._tag) {
    case "FileError":
      return byTool(call, error)
    case "InvalidArgument":
      return badArgument(call.method, error.message, error)
    case "CommandTimeout":
      return bySystem(call, "TimedOut", `not done within ${error.timeoutMs} ms`, withoutCommand(error))
    case "SessionError":
      return bySystem(call, sessionReasons[error.reason], error.message, error)
    default:
      return bySystem(call, "Unknown", error.message, error)
  }
}
