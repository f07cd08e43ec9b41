/**
 * How the in-memory file system says no: with the errno of a POSIX system.
 *
 * @since 0.1.0
 */
import { MachineError, type MachineErrorReason } from "../../Machine.js"

/**
 * @since 0.1.0
 * @category errors
 */
export type FileCode =
  | "EACCES"
  | "EEXIST"
  | "EINVAL"
  | "EISDIR"
  | "ELOOP"
  | "ENAMETOOLONG"
  | "ENOENT"
  | "ENOSPC"
  | "ENOTDIR"
  | "ENOTEMPTY"
  | "EPERM"

const texts: Readonly<Record<FileCode, string>> = {
  EACCES: "permission denied",
  EEXIST: "file already exists",
  EINVAL: "invalid argument",
  EISDIR: "illegal operation on a directory",
  ELOOP: "too many levels of symbolic links",
  ENAMETOOLONG: "file name too long",
  ENOENT: "no such file or directory",
  ENOSPC: "no space left on device",
  ENOTDIR: "not a directory",
  ENOTEMPTY: "directory not empty",
  EPERM: "operation not permitted"
}

/** As bash and the coreutils say it. */
const spoken: Readonly<Record<FileCode, string>> = {
  EACCES: "Permission denied",
  EEXIST: "File exists",
  EINVAL: "Invalid argument",
  EISDIR: "Is a directory",
  ELOOP: "Too many levels of symbolic links",
  ENAMETOOLONG: "File name too long",
  ENOENT: "No such file or directory",
  ENOSPC: "No space left on device",
  ENOTDIR: "Not a directory",
  ENOTEMPTY: "Directory not empty",
  EPERM: "Operation not permitted"
}

/**
 * The words of the shell for an errno, if this file system knows it.
 *
 * @since 0.1.0
 * @category errors
 */
export const spokenOf = (code: string): string | undefined =>
  Object.hasOwn(spoken, code) ? spoken[code as FileCode] : undefined

const reasons: Readonly<Record<FileCode, MachineErrorReason>> = {
  EACCES: "PermissionDenied",
  EEXIST: "AlreadyExists",
  EINVAL: "Invalid",
  EISDIR: "IsDirectory",
  ELOOP: "Invalid",
  ENAMETOOLONG: "Invalid",
  ENOENT: "NotFound",
  ENOSPC: "Unknown",
  ENOTDIR: "NotDirectory",
  ENOTEMPTY: "NotEmpty",
  EPERM: "PermissionDenied"
}

/**
 * Thrown, because the shell and both interpreters call the file system through interfaces that throw; the machine
 * turns it into a `MachineError` before anybody else sees it. The message has the form Node.js gives its own.
 *
 * @since 0.1.0
 * @category errors
 */
export class FileFailure extends Error {
  override readonly name = "FileFailure"
  readonly code: FileCode
  readonly path: string

  constructor(code: FileCode, operation: string, path: string) {
    super(`${code}: ${texts[code]}, ${operation}${path === "" ? "" : ` '${path}'`}`)
    this.code = code
    this.path = path
  }

  /** The failure in the words of the shell. */
  get spoken(): string {
    return spoken[this.code]
  }

  toMachineError(): MachineError {
    return new MachineError({ reason: reasons[this.code], detail: texts[this.code], path: this.path })
  }
}
