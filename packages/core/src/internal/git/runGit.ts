/** One command line of git in the session's shell. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { GitError } from "../../AgentBayError.js"
import type { SessionGit } from "../../session/SessionGit.js"
import type { SessionRuntime } from "../../session/SessionRuntime.js"
import { decodeBase64 } from "../files/base64.js"
import { quote, quoteAll } from "../quote.js"
import { blankOut } from "../redact.js"
import { runShell } from "../runShell.js"
import { ensureTimeout } from "../validate.js"
import type { Secret } from "./checks.js"
import { reasonOf } from "./reasons.js"

/** What git printed, and the call it came with. */
export interface GitOutput {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
  readonly requestId: string
}

export interface GitCall {
  readonly operation: string
  /** A command line made with `git`. */
  readonly line: string
  readonly timeout: Duration.DurationInput
  readonly secret?: Secret | undefined
}

/** No question is asked, because nobody could answer it; messages are English, because they are read here. */
const environment = { GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" }

/** `git` with arguments, in a repository; nothing in them is interpreted by the shell. */
export const git = (repository: string | undefined, ...args: ReadonlyArray<string>): string =>
  `git ${repository === undefined ? "" : `-C ${quote(repository)} `}${quoteAll(args)}`

/** Answers git's question for credentials from the environment, for one host. Nothing of it is stored. */
export const withCredentials = ({ scope }: Secret): ReadonlyArray<string> => [
  "-c",
  "credential.helper=",
  "-c",
  `credential.${scope}.helper=!f() { test "$1" != get || printf "username=%s\\npassword=%s\\n" "$AGENTBAY_GIT_USERNAME" "$AGENTBAY_GIT_PASSWORD"; }; f`
]

/** Anything else would be lost: answers of a shell are texts. */
const throughBase64 = (line: string): string => `{ ${line}; printf '\\n%s' "$?"; } | base64`

const userInfo = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]*@/gi

export const makeGit = (runtime: SessionRuntime) => {
  const { sessionId } = runtime
  const shown = (text: string, secrets: ReadonlyArray<Redacted.Redacted>): string => {
    const { linkUrl, token } = runtime.connection()
    return blankOut(text.replace(userInfo, "$1"), [
      ...secrets,
      ...Option.toArray(token),
      ...Option.toArray(linkUrl)
    ])
  }

  const fail = (
    { operation, secret }: GitCall,
    reason: GitError["reason"],
    { exitCode, requestId, stderr, stdout }: Partial<GitOutput>
  ) => {
    const secrets = secret?.secrets ?? []
    return new GitError({
      reason,
      operation,
      sessionId,
      requestId,
      exitCode,
      stdout: shown(stdout ?? "", secrets),
      stderr: shown(stderr ?? "", secrets)
    })
  }

  const run = (call: GitCall, line: string, isRead: boolean): Effect.Effect<GitOutput, SessionGit.Failure> =>
    Effect.gen(function* () {
      const timeout = yield* ensureTimeout(call.operation, "timeout", call.timeout)
      const { output, requestId, timedOut } = yield* runShell(
        runtime,
        {
          command: line,
          timeout_ms: Math.ceil(Duration.toMillis(timeout)),
          envs: { ...environment, ...call.secret?.environment }
        },
        call.operation,
        { secrets: call.secret?.secrets, ...(isRead ? { idempotent: true } : {}) }
      )
      const { exitCode, stderr, stdout } = output
      return timedOut
        ? yield* fail(call, "Timeout", { requestId, stdout, stderr })
        : { stdout, stderr, exitCode, requestId }
    })

  const judge =
    (call: GitCall) =>
    (output: GitOutput): Effect.Effect<GitOutput, GitError> =>
      output.exitCode === 0
        ? Effect.succeed(output)
        : Effect.fail(fail(call, reasonOf(output.exitCode, output.stdout, output.stderr), output))

  /** The answer with the bytes that git printed, and git's own exit code. */
  const decoded = (call: GitCall, output: GitOutput): Effect.Effect<GitOutput, GitError> => {
    const bytes = output.exitCode === 0 ? decodeBase64(output.stdout) : undefined
    const text = bytes === undefined ? "" : new TextDecoder().decode(bytes)
    const at = text.lastIndexOf("\n")
    const code = /^\d+$/.test(text.slice(at + 1)) ? Number(text.slice(at + 1)) : undefined
    if (at >= 0 && code !== undefined) {
      return Effect.succeed({ ...output, stdout: text.slice(0, at), exitCode: code })
    }
    // Where the outputs are not kept apart, what git complains about stands among the rest.
    const reason = reasonOf(output.exitCode, output.stdout, output.stderr)
    return Effect.fail(
      fail(call, reason === "Unknown" ? "Unreadable" : reason, {
        requestId: output.requestId,
        stdout: output.stdout,
        stderr: output.stderr
      })
    )
  }

  const parsed = <A>(
    call: GitCall,
    output: GitOutput,
    parse: (text: string) => A | undefined
  ): Effect.Effect<A, GitError> => {
    const value = parse(output.stdout)
    return value === undefined ? Effect.fail(fail(call, "Unreadable", output)) : Effect.succeed(value)
  }

  /** For what only looks; the exit code is the caller's to judge. */
  const ask = (call: GitCall): Effect.Effect<GitOutput, SessionGit.Failure> =>
    Effect.flatMap(run(call, throughBase64(call.line), true), (output) => decoded(call, output))

  return {
    /** For what changes something. */
    act: (call: GitCall): Effect.Effect<GitOutput, SessionGit.Failure> =>
      Effect.flatMap(run(call, call.line, false), judge(call)),
    ask,
    judge,
    /** For what only looks, and is read; fails with `Unreadable` when it cannot be. */
    read: <A>(call: GitCall, parse: (text: string) => A | undefined): Effect.Effect<A, SessionGit.Failure> =>
      Effect.gen(function* () {
        const output = yield* Effect.flatMap(ask(call), judge(call))
        return yield* parsed(call, output, parse)
      }),
    parsed
  }
}
