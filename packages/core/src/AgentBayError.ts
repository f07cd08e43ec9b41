/**
 * Every way in which an operation can fail, and how each is told from the others.
 *
 * A non-zero exit code and an exception raised by code that ran in a session are data, not failures.
 *
 * @since 0.1.0
 */

import type { AgentError, BrowserError } from "./internal/errors/automationErrors.js"
import type { ChannelError, ChannelUnavailable } from "./internal/errors/channelErrors.js"
import type {
  ContextSyncError,
  FileError,
  FileTransferError,
  OssError
} from "./internal/errors/fileErrors.js"
import type { GitError } from "./internal/errors/gitErrors.js"
import type { InvalidArgument, InvalidConfiguration } from "./internal/errors/inputErrors.js"
import type { PtyError } from "./internal/errors/ptyErrors.js"
import type {
  CreateAmbiguous,
  SessionError,
  ToolError,
  VpcUnavailable
} from "./internal/errors/serviceErrors.js"
import type {
  CodeFailed,
  CodeTimeout,
  CommandFailed,
  CommandTimeout,
  OutputIncomplete,
  ProcessError
} from "./internal/errors/workErrors.js"

export * from "./internal/errors/automationErrors.js"
export * from "./internal/errors/channelErrors.js"
export * from "./internal/errors/fileErrors.js"
export * from "./internal/errors/gitErrors.js"
export * from "./internal/errors/inputErrors.js"
export * from "./internal/errors/ptyErrors.js"
export * from "./internal/errors/serviceErrors.js"
export * from "./internal/errors/workErrors.js"

/**
 * Every error of this package.
 *
 * @since 0.1.0
 * @category errors
 */
export type AgentBayError =
  | SessionError
  | VpcUnavailable
  | ToolError
  | InvalidArgument
  | InvalidConfiguration
  | CreateAmbiguous
  | ContextSyncError
  | FileError
  | CommandTimeout
  | CommandFailed
  | CodeTimeout
  | CodeFailed
  | BrowserError
  | FileTransferError
  | AgentError
  | OssError
  | ProcessError
  | OutputIncomplete
  | GitError
  | ChannelError
  | ChannelUnavailable
  | PtyError
