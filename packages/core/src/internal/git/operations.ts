/** The operations of `session.git`, by their command lines. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { GitOptions, GitScope, SessionGit } from "../../session/SessionGit.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import { isPlainText, textRule } from "../commandInput.js"
import { oneOf, wholeNumber } from "../moduleCall.js"
import { ensure } from "../validate.js"
import {
  checkKey,
  checkName,
  checkPath,
  checkPaths,
  checkRevision,
  checkText,
  checkUrl,
  readCredentials
} from "./checks.js"
import { branchFormat, logFormat, parseBranches, parseHash, parseLog, parseStatus } from "./parse.js"
import { type GitCall, git, makeGit, withCredentials } from "./runGit.js"

/** The name that git itself would choose. */
const directoryOf = (url: string): string => {
  const name = /([^/:]+)$/.exec(
    url
      .replace(/[?#].*$/, "")
      .replace(/\/+$/, "")
      .replace(/\.git$/, "")
      .replace(/\/+$/, "")
  )
  return name?.[1] ?? url
}

const flag = (condition: boolean | undefined, ...words: ReadonlyArray<string>): ReadonlyArray<string> =>
  condition === true ? words : []

const given = (value: string | undefined, option: string): ReadonlyArray<string> =>
  value === undefined ? [] : [option, value]

const strategies = { merge: "--no-rebase", rebase: "--rebase", fastForwardOnly: "--ff-only" } as const
const modes = ["soft", "mixed", "hard", "merge", "keep"]

type Scoped = GitOptions & { readonly scope?: GitScope | undefined }

const checkScope = (operation: string, scope: GitScope | undefined) =>
  scope === undefined ? Effect.void : oneOf("scope", scope, ["local", "global"])(operation)

/** A value without the NUL behind it. */
const oneValue = (text: string): string | undefined => (text.endsWith("\0") ? text.slice(0, -1) : undefined)

const firstLine = (text: string): string | undefined => /^([^\n]+)\n?$/.exec(text)?.[1]

export const makeSessionGit = (runtime: SessionRuntime): SessionGit.Service => {
  const { act, ask, judge, parsed, read } = makeGit(runtime)

  const named = <A>(
    method: string,
    body: (operation: string) => Effect.Effect<A, SessionGit.Failure>
  ): Effect.Effect<A, SessionGit.Failure> => {
    const operation = `SessionGit.${method}`
    return Effect.withSpan(body(operation), operation)
  }

  /** What most operations are: a checked directory, one command line, no result. */
  const simple = (
    method: string,
    repository: string,
    options: GitOptions | undefined,
    checks: (operation: string) => ReadonlyArray<Effect.Effect<unknown, SessionGit.Failure>>,
    line: () => string,
    timeout: GitCall["timeout"] = "30 seconds"
  ): Effect.Effect<void, SessionGit.Failure> =>
    named(method, (operation) =>
      Effect.gen(function* () {
        yield* checkPath(operation, "repository", repository)
        yield* Effect.all(checks(operation), { discard: true })
        yield* act({ operation, line: line(), timeout: options?.timeout ?? timeout })
      })
    )

  const callOf = (operation: string, options: GitOptions | undefined, line: string): GitCall => ({
    operation,
    line,
    timeout: options?.timeout ?? "30 seconds"
  })

  const setConfig = (
    method: string,
    repository: string,
    [key, value]: readonly [key: string, value: string],
    options: Scoped | undefined
  ) =>
    simple(
      method,
      repository,
      options,
      (operation) => [
        checkKey(operation, "key", key),
        ensure(isPlainText(value), operation, "value", value, textRule),
        checkScope(operation, options?.scope)
      ],
      () => git(repository, "config", `--${options?.scope ?? "local"}`, "--", key, value)
    )

  const remoteGet: SessionGit.Service["remoteGet"] = (repository, name, options) =>
    named("remoteGet", (operation) =>
      Effect.gen(function* () {
        yield* checkPath(operation, "repository", repository)
        yield* checkName(operation, "name", name)
        const call = callOf(operation, options, git(repository, "remote", "get-url", "--", name))
        const output = yield* ask(call)
        if (output.exitCode !== 0 && /^(error|fatal): No such remote/m.test(output.stderr))
          return Option.none()
        return Option.some(yield* parsed(call, yield* judge(call)(output), firstLine))
      })
    )

  return {
    clone: (url, options = {}) =>
      named("clone", (operation) =>
        Effect.gen(function* () {
          const { branch, credentials, depth, path = directoryOf(url) } = options
          yield* checkUrl(operation, "url", url)
          yield* checkPath(operation, "path", path)
          if (branch !== undefined) yield* checkName(operation, "branch", branch)
          if (depth !== undefined) yield* wholeNumber("depth", depth, 1)(operation)
          const secret =
            credentials === undefined ? undefined : yield* readCredentials(operation, url, credentials)
          yield* act({
            operation,
            secret,
            timeout: options.timeout ?? "5 minutes",
            line: git(
              undefined,
              ...(secret === undefined ? [] : withCredentials(secret)),
              "clone",
              ...given(branch, "--branch"),
              ...flag(branch !== undefined, "--single-branch"),
              ...given(depth?.toString(), "--depth"),
              "--",
              url,
              path
            )
          })
          return { path }
        })
      ),

    init: (path, options = {}) =>
      named("init", (operation) =>
        Effect.gen(function* () {
          const { bare, initialBranch } = options
          yield* checkPath(operation, "path", path)
          if (initialBranch !== undefined) yield* checkName(operation, "initialBranch", initialBranch)
          const line = git(
            undefined,
            "init",
            ...given(initialBranch, "--initial-branch"),
            ...flag(bare, "--bare"),
            "--",
            path
          )
          yield* act(callOf(operation, options, line))
          return { path }
        })
      ),

    add: (repository, options = {}) =>
      simple(
        "add",
        repository,
        options,
        (operation) => (options.files === undefined ? [] : [checkPaths(operation, "files", options.files)]),
        () =>
          options.files === undefined
            ? git(repository, "add", options.all === false ? "." : "-A")
            : git(repository, "add", "--", ...options.files)
      ),

    commit: (repository, message, options = {}) =>
      named("commit", (operation) =>
        Effect.gen(function* () {
          const { allowEmpty, authorEmail, authorName } = options
          yield* checkPath(operation, "repository", repository)
          yield* checkText(operation, "message", message)
          if (authorName !== undefined) yield* checkText(operation, "authorName", authorName)
          if (authorEmail !== undefined) yield* checkText(operation, "authorEmail", authorEmail)
          const committed = git(
            repository,
            ...(authorName === undefined ? [] : ["-c", `user.name=${authorName}`]),
            ...(authorEmail === undefined ? [] : ["-c", `user.email=${authorEmail}`]),
            "commit",
            "-m",
            message,
            ...flag(allowEmpty, "--allow-empty")
          )
          const call = callOf(operation, options, `${committed} && ${git(repository, "rev-parse", "HEAD")}`)
          return { hash: yield* parsed(call, yield* act(call), parseHash) }
        })
      ),

    status: (repository, options) =>
      named("status", (operation) =>
        Effect.zipRight(
          checkPath(operation, "repository", repository),
          read(
            callOf(operation, options, git(repository, "status", "--porcelain=v2", "--branch", "-z")),
            parseStatus
          )
        )
      ),

    log: (repository, options = {}) =>
      named("log", (operation) =>
        Effect.gen(function* () {
          const { maxCount, revision } = options
          yield* checkPath(operation, "repository", repository)
          if (maxCount !== undefined) yield* wholeNumber("maxCount", maxCount, 1)(operation)
          if (revision !== undefined) yield* checkRevision(operation, "revision", revision)
          const call = callOf(
            operation,
            options,
            git(
              repository,
              "log",
              "-z",
              "--no-show-signature",
              `--format=${logFormat}`,
              ...given(maxCount?.toString(), "--max-count"),
              ...(revision === undefined ? [] : [revision]),
              "--"
            )
          )
          const output = yield* ask(call)
          if (
            output.exitCode !== 0 &&
            /^fatal: your current branch .* does not have any commits yet/m.test(output.stderr)
          ) {
            return []
          }
          return yield* parsed(call, yield* judge(call)(output), parseLog)
        })
      ),

    listBranches: (repository, options) =>
      named("listBranches", (operation) =>
        Effect.zipRight(
          checkPath(operation, "repository", repository),
          read(
            callOf(
              operation,
              options,
              git(repository, "for-each-ref", `--format=${branchFormat}`, "refs/heads/")
            ),
            parseBranches
          )
        )
      ),

    createBranch: (repository, branch, options) =>
      simple(
        "createBranch",
        repository,
        options,
        (operation) => [checkName(operation, "branch", branch)],
        () =>
          options?.checkout === false
            ? git(repository, "branch", "--", branch)
            : git(repository, "checkout", "-b", branch, "--")
      ),

    checkoutBranch: (repository, branch, options) =>
      simple(
        "checkoutBranch",
        repository,
        options,
        (operation) => [checkRevision(operation, "branch", branch)],
        () => git(repository, "checkout", branch, "--")
      ),

    deleteBranch: (repository, branch, options) =>
      simple(
        "deleteBranch",
        repository,
        options,
        (operation) => [checkName(operation, "branch", branch)],
        () => git(repository, "branch", options?.force === true ? "-D" : "-d", "--", branch)
      ),

    remoteAdd: (repository, name, url, options = {}) =>
      simple(
        "remoteAdd",
        repository,
        options,
        (operation) => [checkName(operation, "name", name), checkUrl(operation, "url", url)],
        () => {
          const { fetch, overwrite } = options
          if (overwrite !== true)
            return git(repository, "remote", "add", ...flag(fetch, "-f"), "--", name, url)
          const stored = `${git(repository, "remote", "add", "--", name, url)} || ${git(repository, "remote", "set-url", "--", name, url)}`
          return fetch === true ? `(${stored}) && ${git(repository, "fetch", "--", name)}` : stored
        }
      ),

    remoteGet,

    reset: (repository, options = {}) =>
      simple(
        "reset",
        repository,
        options,
        (operation) => [
          ...(options.mode === undefined
            ? []
            : [
                oneOf("mode", options.mode, modes)(operation),
                ensure(
                  options.paths === undefined,
                  operation,
                  "mode",
                  options.mode,
                  "it cannot be combined with paths"
                )
              ]),
          ...(options.target === undefined ? [] : [checkRevision(operation, "target", options.target)]),
          ...(options.paths === undefined ? [] : [checkPaths(operation, "paths", options.paths)])
        ],
        () =>
          git(
            repository,
            "reset",
            ...(options.mode === undefined ? [] : [`--${options.mode}`]),
            ...(options.target === undefined ? [] : [options.target]),
            "--",
            ...(options.paths ?? [])
          )
      ),

    restore: (repository, options) =>
      simple(
        "restore",
        repository,
        options,
        (operation) => [
          checkPaths(operation, "paths", options.paths),
          ensure(
            options.staged === true || options.worktree !== false,
            operation,
            "worktree",
            false,
            "something must be restored: staged or worktree"
          ),
          ...(options.source === undefined ? [] : [checkRevision(operation, "source", options.source)])
        ],
        () =>
          git(
            repository,
            "restore",
            ...flag(options.worktree ?? options.staged !== true, "--worktree"),
            ...flag(options.staged, "--staged"),
            ...given(options.source, "--source"),
            "--",
            ...options.paths
          )
      ),

    pull: (repository, options = {}) =>
      named("pull", (operation) =>
        Effect.gen(function* () {
          const { branch, credentials, remote, strategy } = options
          yield* checkPath(operation, "repository", repository)
          if (remote !== undefined) yield* checkName(operation, "remote", remote)
          if (branch !== undefined) {
            yield* ensure(remote !== undefined, operation, "branch", branch, "it needs a remote")
            yield* checkName(operation, "branch", branch)
          }
          if (strategy !== undefined) {
            yield* oneOf("strategy", strategy, Object.keys(strategies))(operation)
          }
          const url =
            credentials === undefined
              ? Option.none()
              : yield* remoteGet(repository, remote ?? "origin", options)
          const secret =
            credentials === undefined
              ? undefined
              : yield* readCredentials(
                  operation,
                  Option.getOrElse(url, () => ""),
                  credentials
                )
          yield* act({
            operation,
            secret,
            timeout: options.timeout ?? "2 minutes",
            line: git(
              repository,
              ...(secret === undefined ? [] : withCredentials(secret)),
              "pull",
              ...(strategy === undefined ? [] : [strategies[strategy]]),
              ...(remote === undefined ? [] : [remote]),
              ...(branch === undefined ? [] : [branch])
            )
          })
        })
      ),

    configureUser: (repository, name, email, options) =>
      Effect.zipRight(
        named("configureUser", (operation) =>
          Effect.zipRight(checkText(operation, "name", name), checkText(operation, "email", email))
        ),
        Effect.zipRight(
          setConfig("configureUser", repository, ["user.name", name], options),
          setConfig("configureUser", repository, ["user.email", email], options)
        )
      ),

    setConfig: (repository, key, value, options) => setConfig("setConfig", repository, [key, value], options),

    getConfig: (repository, key, options) =>
      named("getConfig", (operation) =>
        Effect.gen(function* () {
          yield* checkPath(operation, "repository", repository)
          yield* checkKey(operation, "key", key)
          yield* checkScope(operation, options?.scope)
          const scope = options?.scope === undefined ? [] : [`--${options.scope}`]
          const call = callOf(
            operation,
            options,
            git(repository, "config", ...scope, "--null", "--get", "--", key)
          )
          const output = yield* ask(call)
          if (output.exitCode === 1 && output.stderr.trim() === "") return Option.none()
          return Option.some(yield* parsed(call, yield* judge(call)(output), oneValue))
        })
      ),

    run: (repository, args, options = {}) =>
      named("run", (operation) =>
        Effect.gen(function* () {
          const { credentials } = options
          yield* checkPath(operation, "repository", repository)
          yield* ensure(
            /^[a-z][a-z0-9-]*$/.test(args[0] ?? ""),
            operation,
            "args.0",
            args[0],
            "it must be a command of git"
          )
          yield* Effect.forEach(
            args,
            (argument, index) =>
              ensure(isPlainText(argument), operation, `args.${index}`, argument, textRule),
            { discard: true }
          )
          const secret =
            credentials === undefined
              ? undefined
              : yield* readCredentials(operation, credentials.url, credentials)
          const { stderr, stdout } = yield* act({
            operation,
            secret,
            timeout: options.timeout ?? "2 minutes",
            line: git(repository, ...(secret === undefined ? [] : withCredentials(secret)), ...args)
          })
          return { stdout, stderr }
        })
      )
  }
}
