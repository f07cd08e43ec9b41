/** What an operation of the agent may fail with, in the words of `MachineError`. */
import { getSystemErrorMap } from "node:util"

/** An operation that cannot be done, with the reason a program can act on. */
export class Refusal extends Error {
  /**
   * @param {string} reason one of `MachineErrorReason`
   * @param {string} detail
   * @param {string} [path]
   */
  constructor(reason, detail, path) {
    super(detail)
    this.reason = reason
    this.path = path
  }
}

/** @type {Record<string, string>} */
const reasons = {
  ENOENT: "NotFound",
  EACCES: "PermissionDenied",
  EPERM: "PermissionDenied",
  EROFS: "PermissionDenied",
  EBUSY: "PermissionDenied",
  EEXIST: "AlreadyExists",
  EISDIR: "IsDirectory",
  ENOTDIR: "NotDirectory",
  ENOTEMPTY: "NotEmpty",
  EINVAL: "Invalid",
  ELOOP: "Invalid",
  ENAMETOOLONG: "Invalid",
  ENXIO: "Invalid",
  E2BIG: "Invalid"
}

/**
 * @param {unknown} failure
 * @returns {{ reason: string, detail: string, path?: string | undefined }}
 */
export const describeFailure = (failure) => {
  if (failure instanceof Refusal) {
    return { reason: failure.reason, detail: failure.message, path: failure.path }
  }
  const { code, errno, message, path } = /** @type {NodeJS.ErrnoException} */ (failure)
  const detail = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]
  return { reason: reasons[code ?? ""] ?? "Unknown", detail: detail ?? String(message ?? failure), path }
}
