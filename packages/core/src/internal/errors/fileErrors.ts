/** Files did not travel, or were refused. */
import * as Schema from "effect/Schema"
import { joined, shortened } from "./words.js"

/**
 * One transfer between a context and a session that failed or did not finish.
 *
 * @since 0.1.0
 * @category models
 */
export const FailedSync = Schema.Struct({
  contextId: Schema.String,
  path: Schema.String,
  /** `upload` (session to storage) or `download` (storage to session); empty when the task never appeared. */
  taskType: Schema.String,
  /** The service's status word; empty when the task never appeared. */
  status: Schema.String,
  detail: Schema.String
})

/**
 * @since 0.1.0
 * @category models
 */
export type FailedSync = typeof FailedSync.Type

/**
 * Files were not (all) transferred between a session and its contexts.
 *
 * - `Failed`: the service reports a failed transfer.
 * - `Timeout`: a transfer was still running at the deadline.
 * - `NotStarted`: the service accepted the request, but no transfer ever appeared.
 *
 * @since 0.1.0
 * @category errors
 */
export class ContextSyncError extends Schema.TaggedError<ContextSyncError>(
  "@effect-agentbay/core/ContextSyncError"
)("ContextSyncError", {
  reason: Schema.Literal("Failed", "Timeout", "NotStarted"),
  operation: Schema.String,
  sessionId: Schema.String,
  requestId: Schema.optional(Schema.String),
  transfers: Schema.Array(FailedSync)
}) {
  override get message(): string {
    const list = this.transfers
      .map((t) => `${t.contextId} at ${t.path}${t.detail === "" ? "" : ` (${t.detail})`}`)
      .join(", ")
    const what = {
      Failed: "failed to transfer",
      Timeout: "did not finish in time",
      NotStarted: "never started to transfer"
    }[this.reason]
    return `${this.operation}: session ${this.sessionId}: ${list === "" ? "no context" : list} ${what}.`
  }
}

/**
 * A file operation inside the session was refused.
 *
 * - `NotFound`, `PermissionDenied`, `AlreadyExists`, `IsDirectory`, `NotDirectory`, `NotEmpty`: as on POSIX.
 * - `NoMatch`: the text that an edit replaces is not in the file.
 * - `InvalidData`: the content that came back is not what was asked for (bad base64, not UTF-8).
 * - `Unknown`: read `detail`.
 *
 * @since 0.1.0
 * @category errors
 */
export class FileError extends Schema.TaggedError<FileError>("@effect-agentbay/core/FileError")("FileError", {
  reason: Schema.Literal(
    "NotFound",
    "PermissionDenied",
    "AlreadyExists",
    "IsDirectory",
    "NotDirectory",
    "NotEmpty",
    "NoMatch",
    "InvalidData",
    "Unknown"
  ),
  operation: Schema.String,
  path: Schema.String,
  sessionId: Schema.String,
  requestId: Schema.optional(Schema.String),
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.operation}: ${this.path}: ${this.reason}${this.detail === "" ? "" : ` (${this.detail})`}`
  }
}

/**
 * A file could not be carried between a stream and a session.
 *
 * - `NoTransferContext`: the service offers this session no place through which files travel.
 * - `UploadRefused`, `DownloadRefused`: the object store refused to take or to give the bytes; see `status` and `code`.
 * - `Incomplete`: the connection to the object store broke, or stood still, and could not be taken up again.
 * - `SyncFailed`: the service could not copy the file between the object store and the session.
 * - `SyncTimeout`: that copy did not end in time.
 * - `SyncNotStarted`: that copy was accepted but never appeared.
 * - `SourceFailed`: the source had more or fewer bytes than it was said to have.
 * - `Changed`: the stored bytes changed while they were read, so that what came before and after does not fit together.
 * - `ChecksumMismatch`: what arrived is not what was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class FileTransferError extends Schema.TaggedError<FileTransferError>(
  "@effect-agentbay/core/FileTransferError"
)("FileTransferError", {
  reason: Schema.Literal(
    "NoTransferContext",
    "UploadRefused",
    "DownloadRefused",
    "Incomplete",
    "SyncFailed",
    "SyncTimeout",
    "SyncNotStarted",
    "SourceFailed",
    "Changed",
    "ChecksumMismatch"
  ),
  operation: Schema.String,
  /** Of the file in the session. */
  path: Schema.String,
  sessionId: Schema.String,
  /** How many bytes had been sent or received. */
  bytes: Schema.Number,
  requestId: Schema.optional(Schema.String),
  /** The object store's error code, such as `AccessDenied`. */
  code: Schema.optional(Schema.String),
  /** HTTP status of the object store's answer. */
  status: Schema.optional(Schema.Int),
  detail: Schema.String
}) {
  override get message(): string {
    const help: Record<FileTransferError["reason"], string> = {
      NoTransferContext:
        "Create the session with a context mounted at /temp/file-transfer, or use session.fileSystem.",
      UploadRefused: "Repeat the upload; its URL may have expired.",
      DownloadRefused: "Repeat the download; its URL may have expired.",
      Incomplete: "Repeat the transfer, or allow more retries.",
      SyncFailed: "Check the path, and the space on the disk of the session.",
      SyncTimeout: "Give syncTimeout more time.",
      SyncNotStarted: "Repeat the transfer, or give startWithin more time.",
      SourceFailed: "Give the size of the source only when it is certain.",
      Changed: "Repeat the download.",
      ChecksumMismatch: "Repeat the transfer."
    }
    const facts = joined(
      [
        this.reason,
        this.code,
        this.status === undefined ? undefined : `HTTP ${this.status}`,
        `after ${this.bytes} bytes`,
        `session ${this.sessionId}`,
        this.requestId === undefined ? undefined : `request id ${this.requestId}`
      ],
      ", "
    )
    return `${this.operation}: ${this.path} (${facts})${this.detail === "" ? "" : `: ${this.detail}`}. ${help[this.reason]}`
  }
}

/**
 * A session did not exchange a file with an object store.
 *
 * - `NotConfigured`: the session has no credentials.
 * - `AccessDenied`: the credentials, or the URL, do not allow it.
 * - `Expired`: the credentials, or the URL, are too old.
 * - `BucketNotFound`, `ObjectNotFound`: not in the object store.
 * - `FileError`: the file of the session is missing, or cannot be read or written.
 * - `Unreachable`: the session could not reach the object store.
 * - `Unsupported`: the session has no such tool.
 * - `Unrecognised`: the answer says neither that it worked nor what is wrong.
 * - `Unknown`: it failed otherwise; read `detail`.
 *
 * @since 0.1.0
 * @category errors
 */
export class OssError extends Schema.TaggedError<OssError>("@effect-agentbay/core/OssError")("OssError", {
  reason: Schema.Literal(
    "NotConfigured",
    "AccessDenied",
    "Expired",
    "BucketNotFound",
    "ObjectNotFound",
    "FileError",
    "Unreachable",
    "Unsupported",
    "Unrecognised",
    "Unknown"
  ),
  operation: Schema.String,
  sessionId: Schema.String,
  requestId: Schema.optional(Schema.String),
  /** What the tool said, without credentials and without what URLs have after their host. */
  detail: Schema.String
}) {
  override get message(): string {
    const help: Record<OssError["reason"], string> = {
      NotConfigured: "Call session.oss.envInit first.",
      AccessDenied: "Check the credentials and what they allow, or the URL and its method.",
      Expired: "Get new credentials and call session.oss.envInit, or a new URL.",
      BucketNotFound: "Check the bucket, and endpoint and region of session.oss.envInit.",
      ObjectNotFound: "Check the object's name.",
      FileError: "Check the path in the session.",
      Unreachable: "Check endpoint and region, or the URL, and that the session has a network.",
      Unsupported: "Use an image that has the tool.",
      Unrecognised: "Check whether the file has arrived; report the answer.",
      Unknown: "Read what the tool says."
    }
    const facts = joined(
      [
        this.reason,
        `session ${this.sessionId}`,
        this.requestId === undefined ? undefined : `request id ${this.requestId}`
      ],
      ", "
    )
    return `${this.operation} failed (${facts})${this.detail === "" ? "" : `: ${shortened(this.detail)}`}. ${help[this.reason]}`
  }
}
