/** Git said no. */
import * as Schema from "effect/Schema"
import { joined, shortened } from "./words.js"

/**
 * Git did not do what was asked.
 *
 * - `GitMissing`: the session has no git.
 * - `NotARepository`: the directory is in no repository.
 * - `NotFound`: no such repository, remote, branch, revision, directory or file.
 * - `AlreadyExists`: a branch, a remote or a directory with files is already there.
 * - `Authentication`: the remote asks for credentials, or refuses those it got.
 * - `Unreachable`: the session could not reach the remote.
 * - `Conflict`: changes collide, or an earlier collision is not resolved; `status` names the files.
 * - `LocalChanges`: changes that are not committed would be overwritten.
 * - `Diverged`: both sides have commits of their own, and `strategy` does not say what to do.
 * - `NotMerged`: the branch has commits that would be lost.
 * - `NothingToCommit`: there is no staged change.
 * - `IdentityMissing`: nobody is configured as the author.
 * - `Locked`: another git works on the repository, or one that died left its lock.
 * - `Timeout`: the session killed git after the time it was given.
 * - `Unreadable`: git answered otherwise than asked.
 * - `Unknown`: read `stderr` and `stdout`.
 *
 * @since 0.1.0
 * @category errors
 */
export class GitError extends Schema.TaggedError<GitError>("@effect-agentbay/core/GitError")("GitError", {
  reason: Schema.Literal(
    "GitMissing",
    "NotARepository",
    "NotFound",
    "AlreadyExists",
    "Authentication",
    "Unreachable",
    "Conflict",
    "LocalChanges",
    "Diverged",
    "NotMerged",
    "NothingToCommit",
    "IdentityMissing",
    "Locked",
    "Timeout",
    "Unreadable",
    "Unknown"
  ),
  operation: Schema.String,
  sessionId: Schema.String,
  requestId: Schema.optional(Schema.String),
  /** Of git; absent after a timeout, and when git's answer could not be read. */
  exitCode: Schema.optional(Schema.Int),
  /** Without credentials, as `stderr`. Conflicts stand here. */
  stdout: Schema.String,
  stderr: Schema.String
}) {
  override get message(): string {
    const help: Record<GitError["reason"], string> = {
      GitMissing: "Use an image with git, or install it.",
      NotARepository: "Check the path, or call init or clone first.",
      NotFound: "Check the name; fetch if it is one of a remote.",
      AlreadyExists: "Use another name, or remove what is there.",
      Authentication: "Hand in credentials that may do this.",
      Unreachable: "Check the URL, and the network of the session.",
      Conflict: "Resolve the files that status names, add and commit them, or reset.",
      LocalChanges: "Commit the changes, or restore the files.",
      Diverged: "Pull with a strategy.",
      NotMerged: "Merge the branch, or delete it with force.",
      NothingToCommit: "Add changes first, or allow an empty commit.",
      IdentityMissing: "Call configureUser, or commit with authorName and authorEmail.",
      Locked: "Wait for the other git; if there is none, remove its lock.",
      Timeout: "Give it a longer timeout.",
      Unreadable: "Check that the image has a POSIX shell, git 2.20 or newer, and base64.",
      Unknown: "Read what git says."
    }
    const facts = joined(
      [
        this.reason,
        this.exitCode === undefined ? undefined : `exit code ${this.exitCode}`,
        `session ${this.sessionId}`,
        this.requestId === undefined ? undefined : `request id ${this.requestId}`
      ],
      ", "
    )
    const said = joined([this.stderr.trim(), this.stdout.trim()], "\n")
    return `${this.operation} failed (${facts})${said === "" ? "" : `: ${shortened(said)}`}. ${help[this.reason]}`
  }
}
