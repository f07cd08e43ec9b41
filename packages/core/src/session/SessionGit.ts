/**
 * Git in a session: `session.git`.
 *
 * Every operation is one command line of git, run by the session's shell (POSIX shells: Linux images). Arguments
 * arrive as given and are never read as options; what git prints is read in the form that it prints for programs, so
 * that names may have spaces, quotes, ` -> ` and letters of every language.
 *
 * Source: newer features, section 14.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { GitError, InvalidArgument, SessionError, ToolError, VpcUnavailable } from "../AgentBayError.js"
import { makeSessionGit } from "../internal/git/operations.js"
import type { SecretInput } from "./SessionOss.js"
import type { SessionRuntime } from "./SessionRuntime.js"

/**
 * What a remote is shown, over `https` only (and `http` to a program of the session itself). It stands in the
 * environment of that one git, and is not stored: neither in the URL of the remote nor in a configuration.
 *
 * @since 0.1.0
 * @category models
 */
export interface GitCredentials {
  /** Services that know tokens only take any name, such as `x-access-token`. */
  readonly username: string
  /** A password or a token. */
  readonly password: SecretInput
}

/**
 * @since 0.1.0
 * @category models
 */
export interface GitOptions {
  /** How long git may take; the session kills it afterwards. Default 30 seconds, where nothing else is said. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface CloneOptions extends GitOptions {
  /** Where to. Default: the last part of the URL without `.git`, in the home directory of the session's user. */
  readonly path?: string | undefined
  /** Check this branch out, and fetch no other. Default: the remote's own. */
  readonly branch?: string | undefined
  /** How many commits back. Default: all. */
  readonly depth?: number | undefined
  readonly credentials?: GitCredentials | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface CommitOptions extends GitOptions {
  /** Author and committer. Default: what is configured. */
  readonly authorName?: string | undefined
  readonly authorEmail?: string | undefined
  /** Default false. */
  readonly allowEmpty?: boolean | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ResetOptions extends GitOptions {
  /** Default `mixed`. Not together with `paths`. */
  readonly mode?: "soft" | "mixed" | "hard" | "merge" | "keep" | undefined
  /** A revision. Default `HEAD`. */
  readonly target?: string | undefined
  /** Unstage these only. */
  readonly paths?: ReadonlyArray<string> | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface RestoreOptions extends GitOptions {
  /** At least one. */
  readonly paths: ReadonlyArray<string>
  /** Restore what is staged. Default false. */
  readonly staged?: boolean | undefined
  /** Restore the files. Default: unless `staged`. */
  readonly worktree?: boolean | undefined
  /** The revision to restore from. Default: what is staged, or `HEAD` with `staged`. */
  readonly source?: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface PullOptions extends GitOptions {
  /** Default: that of the branch. */
  readonly remote?: string | undefined
  /** Needs `remote`. Default: the one that the branch follows. */
  readonly branch?: string | undefined
  /** What to do when both sides have commits of their own. Default: as configured, else it fails with `Diverged`. */
  readonly strategy?: "merge" | "rebase" | "fastForwardOnly" | undefined
  /** Shown to the host of `remote` (default `origin`) only. */
  readonly credentials?: GitCredentials | undefined
}

/**
 * `local` is the repository, `global` the session's user.
 *
 * @since 0.1.0
 * @category models
 */
export type GitScope = "local" | "global"

/**
 * @since 0.1.0
 * @category models
 */
export type GitChange =
  | "unmodified"
  | "modified"
  | "typeChanged"
  | "added"
  | "deleted"
  | "renamed"
  | "copied"
  | "unmerged"
  | "untracked"

/**
 * One file that is not as it was committed.
 *
 * @since 0.1.0
 * @category models
 */
export interface GitFile {
  /** From the root of the repository. */
  readonly path: string
  /** What is staged. */
  readonly index: GitChange
  /** What is not. */
  readonly workTree: GitChange
  /** A file that is also changed after it was staged counts. */
  readonly isStaged: boolean
  /** Both sides of a merge have touched it, in whatever way (`UU`, `AA`, `DD`, …). */
  readonly isConflicted: boolean
  readonly renamedFrom: Option.Option<string>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface GitStatus {
  /** None while no branch is checked out. */
  readonly branch: Option.Option<string>
  /** The commit that is checked out; none before the first one. */
  readonly commit: Option.Option<string>
  readonly isDetached: boolean
  /** Such as `origin/main`. */
  readonly upstream: Option.Option<string>
  /** The branch follows one that does not exist any more. */
  readonly isUpstreamGone: boolean
  /** Commits that the upstream does not have. 0 without one. */
  readonly ahead: number
  /** Commits that only the upstream has. 0 without one. */
  readonly behind: number
  readonly files: ReadonlyArray<GitFile>
  readonly isClean: boolean
  readonly hasStaged: boolean
  readonly hasUntracked: boolean
  readonly hasConflicts: boolean
}

/**
 * @since 0.1.0
 * @category models
 */
export interface GitCommit {
  readonly hash: string
  readonly shortHash: string
  readonly authorName: string
  readonly authorEmail: string
  /** When it was written: ISO 8601 with the author's time zone. */
  readonly date: string
  /** The first line of the message. */
  readonly subject: string
  /** The rest of it. */
  readonly body: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface GitBranch {
  readonly name: string
  readonly isCurrent: boolean
  /** The hash of its latest commit. */
  readonly commit: string
  /** Such as `origin/main`. */
  readonly upstream: Option.Option<string>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class SessionGit extends Context.Tag("@effect-agentbay/core/SessionGit")<
  SessionGit,
  SessionGit.Service
>() {}

/**
 * @since 0.1.0
 * @category tags
 */
export declare namespace SessionGit {
  /**
   * Every way in which an operation can fail.
   *
   * @since 0.1.0
   * @category errors
   */
  export type Failure = InvalidArgument | GitError | SessionError | VpcUnavailable | ToolError

  /**
   * `repository` is a directory in a repository; relative ones are taken from the home directory of the session's user.
   *
   * All operations fail with `GitError` when git says no (its `reason` tells why), `InvalidArgument` for what git would
   * read as something else (names that begin with `-`, credentials in URLs; nothing is sent), `ToolError` when the
   * session could not run a shell at all, `VpcUnavailable` when the VPC route cannot be taken, and `SessionError` when
   * the service, or the way to it, failed.
   *
   * @since 0.1.0
   * @category models
   */
  export interface Service {
    /**
     * Copies a repository into the session. Default timeout 5 minutes.
     *
     * @example
     * ```ts
     * import { SessionGit } from "@effect-agentbay/core"
     * import { Config, Effect } from "effect"
     *
     * const checkout = Effect.gen(function* () {
     *   const git = yield* SessionGit.SessionGit
     *   const { path } = yield* git.clone("https://example.com/team/app.git", {
     *     branch: "main",
     *     depth: 1,
     *     credentials: { username: "x-access-token", password: yield* Config.redacted("GIT_TOKEN") }
     *   })
     *   return yield* git.log(path, { maxCount: 1 })
     * })
     * ```
     */
    readonly clone: (url: string, options?: CloneOptions) => Effect.Effect<{ readonly path: string }, Failure>
    /** Makes a repository; in one that exists nothing is lost. */
    readonly init: (
      path: string,
      options?: GitOptions & {
        readonly initialBranch?: string | undefined
        readonly bare?: boolean | undefined
      }
    ) => Effect.Effect<{ readonly path: string }, Failure>
    /**
     * Stages `files` (paths or patterns of git); without them every change of the repository, or with `all: false`
     * those of the directory `repository` and below.
     */
    readonly add: (
      repository: string,
      options?: GitOptions & {
        readonly files?: ReadonlyArray<string> | undefined
        readonly all?: boolean | undefined
      }
    ) => Effect.Effect<void, Failure>
    /** Commits what is staged, and tells the full hash. */
    readonly commit: (
      repository: string,
      message: string,
      options?: CommitOptions
    ) => Effect.Effect<{ readonly hash: string }, Failure>
    readonly status: (repository: string, options?: GitOptions) => Effect.Effect<GitStatus, Failure>
    /** The latest commits first; none before the first one. `maxCount` 1 or more, default all. */
    readonly log: (
      repository: string,
      options?: GitOptions & {
        readonly maxCount?: number | undefined
        /** Default `HEAD`. */
        readonly revision?: string | undefined
      }
    ) => Effect.Effect<ReadonlyArray<GitCommit>, Failure>
    /** The branches of the repository itself. */
    readonly listBranches: (
      repository: string,
      options?: GitOptions
    ) => Effect.Effect<ReadonlyArray<GitBranch>, Failure>
    /** Makes a branch at `HEAD`, and checks it out unless `checkout` is false. */
    readonly createBranch: (
      repository: string,
      branch: string,
      options?: GitOptions & { readonly checkout?: boolean | undefined }
    ) => Effect.Effect<void, Failure>
    /** Checks a branch out, or another revision without a branch. */
    readonly checkoutBranch: (
      repository: string,
      branch: string,
      options?: GitOptions
    ) => Effect.Effect<void, Failure>
    /** With `force` also one whose commits would be lost. */
    readonly deleteBranch: (
      repository: string,
      branch: string,
      options?: GitOptions & { readonly force?: boolean | undefined }
    ) => Effect.Effect<void, Failure>
    /** Names a remote. With `overwrite` one that exists gets the new URL; with `fetch` its branches are fetched. */
    readonly remoteAdd: (
      repository: string,
      name: string,
      url: string,
      options?: GitOptions & {
        readonly fetch?: boolean | undefined
        readonly overwrite?: boolean | undefined
      }
    ) => Effect.Effect<void, Failure>
    /** The URL of a remote, as it is stored; none when there is no such remote. */
    readonly remoteGet: (
      repository: string,
      name: string,
      options?: GitOptions
    ) => Effect.Effect<Option.Option<string>, Failure>
    readonly reset: (repository: string, options?: ResetOptions) => Effect.Effect<void, Failure>
    readonly restore: (repository: string, options: RestoreOptions) => Effect.Effect<void, Failure>
    /** Fetches and integrates. Default timeout 2 minutes. */
    readonly pull: (repository: string, options?: PullOptions) => Effect.Effect<void, Failure>
    /** Says who commits. `scope` default `local`. */
    readonly configureUser: (
      repository: string,
      name: string,
      email: string,
      options?: GitOptions & { readonly scope?: GitScope | undefined }
    ) => Effect.Effect<void, Failure>
    /** `scope` default `local`. */
    readonly setConfig: (
      repository: string,
      key: string,
      value: string,
      options?: GitOptions & { readonly scope?: GitScope | undefined }
    ) => Effect.Effect<void, Failure>
    /** None when it is not set. Without `scope` the value that counts. */
    readonly getConfig: (
      repository: string,
      key: string,
      options?: GitOptions & { readonly scope?: GitScope | undefined }
    ) => Effect.Effect<Option.Option<string>, Failure>
    /**
     * Any other command, such as `["push", "origin", "main"]`. The arguments are git's, options among them; `credentials`
     * need `url`, the beginning of the URL to which they are shown.
     */
    readonly run: (
      repository: string,
      args: ReadonlyArray<string>,
      options?: GitOptions & {
        readonly credentials?: (GitCredentials & { readonly url: string }) | undefined
      }
    ) => Effect.Effect<{ readonly stdout: string; readonly stderr: string }, Failure>
  }
}

/**
 * The module of one session.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (runtime: SessionRuntime): SessionGit.Service => makeSessionGit(runtime)
